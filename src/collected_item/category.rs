//! Categories of items (`data/item_categories.yaml`), and the rules that put a name into one.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use serde::Deserialize;
use uuid::Uuid;

use super::found::Found;
use super::{SensitiveKind, UniqueIdentifier};
use crate::hangul::{compact, folded};
use crate::identity::{NodeType, node_key};

/// Names longer than this, in characters, are sentences and stay without a category.
const LONGEST_NAME: usize = 200;

/// A category of the tree.
#[derive(Debug)]
pub struct ItemCategory {
    /// Code, `UPPER_CASE`; it never changes meaning.
    pub code: String,
    /// Korean label.
    pub ko: String,
    /// English label.
    pub en: String,
    /// Term of the W3C Data Privacy Vocabulary, `dpv-pd:…`.
    pub dpv: Option<String>,
    /// Code of the category above; `None` for a root.
    pub parent: Option<String>,
    /// Items of it are this identifier of 제24조.
    pub unique_identifier: Option<UniqueIdentifier>,
    /// Items of it are sensitive data of this kind (제23조).
    pub sensitive_kind: Option<SensitiveKind>,
}

impl ItemCategory {
    /// Key of the category.
    #[must_use]
    pub fn key(&self) -> Uuid {
        node_key(NodeType::ItemCategory, &[&self.code])
    }
}

/// What the name of an item tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classification {
    /// Code of the category; `None` if no rule meets the name.
    pub category: Option<&'static str>,
    /// Identifier of 제24조 that it is.
    pub unique_identifier: Option<UniqueIdentifier>,
    /// Kind of sensitive data that it is.
    pub sensitive_kind: Option<SensitiveKind>,
}

/// The tree of categories and its rules.
#[derive(Debug, Default)]
pub struct ItemCategories {
    version: u32,
    /// Depth first, as in the file: a category comes right before those below it.
    categories: Vec<ItemCategory>,
    by_code: HashMap<String, usize>,
    exact: HashMap<String, usize>,
    /// Words at the end of, or within, a name.
    words: Vec<Rule>,
    /// Words that rule a category out, by category.
    excludes: HashMap<usize, Vec<String>>,
    found: Found,
}

#[derive(Debug)]
struct Rule {
    word: String,
    length: usize,
    is_suffix: bool,
    category: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    categories: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    code: String,
    ko: String,
    en: String,
    #[serde(default)]
    dpv: Option<String>,
    #[serde(default)]
    unique_identifier: Option<UniqueIdentifier>,
    #[serde(default)]
    sensitive_kind: Option<SensitiveKind>,
    #[serde(default)]
    exact: Vec<String>,
    #[serde(default)]
    suffixes: Vec<String>,
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    excludes: Vec<String>,
    #[serde(default)]
    children: Vec<Self>,
}

const BUNDLED: &str = include_str!("../../data/item_categories.yaml");

// A file that does not parse is caught by a test; at run time it would be an empty tree.
static CATEGORIES: LazyLock<ItemCategories> = LazyLock::new(|| {
    let mut categories = ItemCategories::default();
    if let Ok(document) = serde_saphyr::from_str::<Document>(BUNDLED) {
        categories.version = document.version;
        for entry in document.categories {
            categories.add(entry, None);
        }
    }
    categories
});

impl ItemCategories {
    /// The tree that comes with the program.
    #[must_use]
    pub fn bundled() -> &'static Self {
        &CATEGORIES
    }

    fn add(&mut self, entry: Entry, parent: Option<usize>) {
        let above = parent.and_then(|at| self.categories.get(at));
        let category = ItemCategory {
            parent: above.map(|above| above.code.clone()),
            unique_identifier: entry.unique_identifier.or_else(|| above.and_then(|above| above.unique_identifier)),
            sensitive_kind: entry.sensitive_kind.or_else(|| above.and_then(|above| above.sensitive_kind)),
            code: entry.code,
            ko: entry.ko,
            en: entry.en,
            dpv: entry.dpv,
        };
        let at = self.categories.len();
        self.by_code.insert(category.code.clone(), at);
        self.categories.push(category);
        for word in entry.exact {
            self.exact.entry(compact(&word)).or_insert(at);
        }
        for (words, is_suffix) in [(entry.suffixes, true), (entry.contains, false)] {
            self.words.extend(words.iter().map(|word| compact(word)).map(|word| Rule { length: word.chars().count(), word, is_suffix, category: at }));
        }
        if !entry.excludes.is_empty() {
            self.excludes.insert(at, entry.excludes.iter().map(|word| compact(word)).collect());
        }
        for child in entry.children {
            self.add(child, Some(at));
        }
    }

    /// Version of the rules; it rises whenever a name may be classified otherwise.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// All categories, each before those below it.
    #[must_use]
    pub fn all(&self) -> &[ItemCategory] {
        &self.categories
    }

    /// Categories that have none above them, in the order of the file.
    #[must_use]
    pub fn roots(&self) -> Vec<&ItemCategory> {
        self.categories.iter().filter(|category| category.parent.is_none()).collect()
    }

    /// The category of that code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&ItemCategory> {
        self.place(code).and_then(|at| self.categories.get(at))
    }

    /// Place of the category of that code in [`Self::all`].
    #[must_use]
    pub fn place(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }

    /// The category with that key.
    #[must_use]
    pub fn by_key(&self, key: Uuid) -> Option<&ItemCategory> {
        self.categories.iter().find(|category| category.key() == key)
    }

    /// Categories right below one, in the order of the file; empty for an unknown code.
    #[must_use]
    pub fn children(&self, code: &str) -> Vec<&ItemCategory> {
        self.categories.iter().filter(|category| category.parent.as_deref() == Some(code)).collect()
    }

    /// Codes of a category and of all below it; empty for an unknown code.
    #[must_use]
    pub fn descendants(&self, code: &str) -> Vec<&str> {
        let Some(start) = self.by_code.get(code) else { return Vec::new() };
        let mut inside: HashSet<&str> = HashSet::new();
        let mut codes = Vec::new();
        for category in self.categories.iter().skip(*start) {
            if category.code == code || category.parent.as_deref().is_some_and(|parent| inside.contains(parent)) {
                inside.insert(&category.code);
                codes.push(category.code.as_str());
            } else {
                break;
            }
        }
        codes
    }

    /// Codes of a category and of those above it, the narrowest first; empty for an unknown code.
    pub fn with_wider<'a>(&'a self, code: &str) -> impl Iterator<Item = &'a str> {
        std::iter::successors(self.get(code), |category| category.parent.as_deref().and_then(|parent| self.get(parent))).map(|category| category.code.as_str())
    }

    /// Category, identifier and sensitive kind of an item, by its name alone. A name that holds several ("주민등록번호 또는 여권번호") is what its longest word says.
    #[must_use]
    pub fn classify(&'static self, name: &str) -> Classification {
        let Some(category) = self.found.get(name, |name| self.category_of(name)).and_then(|at| self.categories.get(at)) else {
            return Classification::default();
        };
        Classification { category: Some(&category.code), unique_identifier: category.unique_identifier, sensitive_kind: category.sensitive_kind }
    }

    /// The text is, as a whole, a word that a category lists: no guess by endings.
    pub(super) fn is_word(&self, name: &str) -> bool {
        self.exact.contains_key(&compact(name))
    }

    fn category_of(&self, name: &str) -> Option<usize> {
        if name.chars().nth(LONGEST_NAME).is_some() {
            return None;
        }
        let whole = compact(name);
        let bare = compact(&without_qualifiers(name));
        for key in [&whole, &bare].into_iter().flat_map(|key| shortened(key)) {
            if let Some(at) = self.exact.get(key) {
                return Some(*at);
            }
        }
        // What stands in parentheses says more only where the name itself says nothing ("기타(전화번호)").
        let said_first = name.split(['(', '（']).nth(1).map(|qualifier| compact(qualifier.split([':', '：', ')', '）', ',']).next().unwrap_or(qualifier)));
        [Some(bare), said_first, Some(whole)].into_iter().flatten().filter(|key| !key.is_empty()).find_map(|key| self.by_words(&key))
    }

    fn by_words(&self, key: &str) -> Option<usize> {
        let stem = shortened(key).last().unwrap_or(key);
        let mut best: Option<&Rule> = None;
        for rule in &self.words {
            let is_met = if rule.is_suffix { key.ends_with(&rule.word) || stem.ends_with(&rule.word) } else { key.contains(&rule.word) };
            let is_excluded = || self.excludes.get(&rule.category).is_some_and(|words| words.iter().any(|word| key.contains(word)));
            if is_met && best.is_none_or(|best| rule.length > best.length) && !is_excluded() {
                best = Some(rule);
            }
        }
        best.map(|rule| rule.category)
    }
}

/// The key, and the key without the words that add nothing at its end, one after the other: 과세내역등, 과세내역, 과세.
fn shortened(key: &str) -> impl Iterator<Item = &str> {
    const ENDINGS: &[&str] = &["등", "정보", "사항", "내역", "여부", "유무", "현황", "일체", "보유"];
    std::iter::successors(Some(key), |key| ENDINGS.iter().find_map(|ending| key.strip_suffix(ending)).filter(|rest| !rest.is_empty()))
}

/// The name without what stands in parentheses.
fn without_qualifiers(name: &str) -> String {
    let mut depth = 0_usize;
    let mut bare = String::new();
    for c in folded(name).chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vocabulary::Vocabulary as _;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(ItemCategories::bundled().classify(name).category.unwrap_or(""), expected, "{name:?}");
    }

    #[test]
    fn items_of_published_policies() {
        for (name, expected) in [
            ("성명", "NAME"),
            ("이름", "NAME"),
            ("성명(한글, 한자, 영문)", "NAME"),
            ("성명(한자)", "NAME"),
            ("보호자성명", "NAME"),
            ("납세자성명", "NAME"),
            ("닉네임 또는 이름", "NAME"),
            ("생년월일", "BIRTH_DATE"),
            ("성별", "SEX"),
            ("사진", "PHOTO"),
            ("주소", "ADDRESS"),
            ("집주소", "ADDRESS"),
            ("사무실주소", "ADDRESS"),
            ("주민등록주소", "ADDRESS"),
            ("지역", "REGION"),
            ("휴대전화번호", "MOBILE"),
            ("휴대폰번호", "MOBILE"),
            ("핸드폰", "MOBILE"),
            ("담당자 휴대전화", "MOBILE"),
            ("전화번호", "PHONE"),
            ("집전화", "PHONE"),
            ("직장전화", "PHONE"),
            ("유선전화", "PHONE"),
            ("기타(전화번호:이벤트 경품 발송 시)", "PHONE"),
            ("연락처(전화번호, 핸드폰)", "CONTACT"),
            ("집연락처", "CONTACT"),
            ("이메일", "EMAIL"),
            ("이메일주소", "EMAIL"),
            ("담당자 이메일", "EMAIL"),
            ("보호자 이메일", "EMAIL"),
            ("주민등록번호", "RESIDENT_REGISTRATION_NUMBER"),
            ("주민등록번호 뒷자리", "RESIDENT_REGISTRATION_NUMBER"),
            ("주민등록번호 또는 여권번호", "RESIDENT_REGISTRATION_NUMBER"),
            ("외국인등록번호", "ALIEN_REGISTRATION_NUMBER"),
            ("여권번호", "PASSPORT_NUMBER"),
            ("운전면허번호", "DRIVER_LICENCE_NUMBER"),
            ("아이디", "LOGIN_ID"),
            ("아이디번호", "LOGIN_ID"),
            ("비밀번호", "PASSWORD"),
            ("아이핀(I-PIN)식별번호", "IDENTITY_VERIFICATION"),
            ("정보 수신여부", "MESSAGE_CONSENT"),
            ("가입경로", "MEMBERSHIP"),
            ("소득정보", "INCOME"),
            ("계좌번호", "BANK_ACCOUNT"),
            ("은행명", "BANK_ACCOUNT"),
            ("과세내역등", "TAX"),
            ("물건지", "ASSETS"),
            ("어선번호(낚시어선에 한함)", "VESSEL"),
            ("차량번호", "VEHICLE"),
            ("대상아동정보", "CHILD"),
            ("육아조력자정보", "GUARDIAN"),
            ("가구구성원정보", "FAMILY"),
            ("가구현황", "FAMILY"),
            ("가족", "FAMILY"),
            ("결혼여부", "MARITAL_STATUS"),
            ("직업", "OCCUPATION"),
            ("종사분야", "OCCUPATION"),
            ("담당분야", "OCCUPATION"),
            ("소속(회사명)", "WORKPLACE"),
            ("소속", "WORKPLACE"),
            ("직급", "WORKPLACE"),
            ("직위", "WORKPLACE"),
            ("부서", "WORKPLACE"),
            ("최초임용일", "WORKPLACE"),
            ("현직급임용일", "WORKPLACE"),
            ("단체명", "WORKPLACE"),
            ("소속기관", "WORKPLACE"),
            ("경력", "CAREER"),
            ("경력사항", "CAREER"),
            ("이력", "CAREER"),
            ("근무이력", "CAREER"),
            ("자기소개", "CAREER"),
            ("공모 및 수상 내역", "CAREER"),
            ("자격", "QUALIFICATION"),
            ("자격증 정보", "QUALIFICATION"),
            ("자격 사항(면허, 자격증)", "QUALIFICATION"),
            ("해기사면허 유무", "QUALIFICATION"),
            ("게임자격증 보유여부", "QUALIFICATION"),
            ("취업", "EMPLOYMENT"),
            ("병역 여부", "MILITARY_SERVICE"),
            ("최종학력", "EDUCATIONAL_ATTAINMENT"),
            ("학력정보", "EDUCATIONAL_ATTAINMENT"),
            ("전공", "EDUCATIONAL_ATTAINMENT"),
            ("재학학교", "SCHOOL"),
            ("학년", "SCHOOL"),
            ("반", "SCHOOL"),
            ("수강신청 정보", "COURSE"),
            ("수강현황 정보", "COURSE"),
            ("수료 정보", "COURSE"),
            ("사회보장", "WELFARE"),
            ("주거", "HOUSING"),
            ("기타 국가 및 지장자치단체가 제공하는 공공부조 및 사회서비스 수혜이력", "WELFARE"),
            ("질환정보(의료진료기록, 치료관련기록, 약품조제기록)", "HEALTH"),
            ("의료비 내역", "HEALTH"),
            ("건강정보", "HEALTH"),
            ("수형/선고 유무", "CRIMINAL_RECORD"),
            ("가족관계 등록사항", "FAMILY"),
            ("IP주소", "IP_ADDRESS"),
            ("이용자의 IP주소", "IP_ADDRESS"),
            ("MAC주소", "MAC_ADDRESS"),
            ("쿠키", "COOKIE"),
            ("접속 기록", "ACCESS_LOG"),
            ("방문일시", "ACCESS_LOG"),
            ("홈페이지를 방문할 때 요청한 웹사이트의 주소", "ACCESS_LOG"),
            ("브라우저 요청 종류 및 프로토콜 버젼", "BROWSER"),
            ("서비스 이용기록", "SERVICE_USE"),
            ("불량 이용기록", "SERVICE_USE"),
            ("신청사유", "SERVICE_USE"),
            ("수강인구분", "SUBJECT_TYPE"),
            ("허가(등록)·신고증 번호", "PERMIT"),
            ("낚시터·낚시어선 명칭", "BUSINESS"),
        ] {
            check(name, expected);
        }
    }

    #[test]
    fn words_of_public_bodies_and_traps() {
        for (name, expected) in [
            ("혈액형", "BLOOD_TYPE"),
            ("장애등급", "DISABILITY"),
            ("장애인등록번호", "DISABILITY"),
            ("건강보험번호", "SOCIAL_INSURANCE"),
            ("건강보험료", "SOCIAL_INSURANCE"),
            ("사업자등록번호", "BUSINESS_REGISTRATION"),
            ("허가번호", "PERMIT"),
            ("재산", "ASSETS"),
            ("범죄경력자료", "CRIMINAL_RECORD"),
            ("주민등록등본", "ID_DOCUMENT"),
            ("국적", "NATIONALITY"),
            ("지문", "BIOMETRIC"),
            ("종교", "BELIEF"),
            ("위치정보", "LOCATION"),
            ("CCTV 영상", "VIDEO_IMAGE"),
            ("상담 녹취", "VOICE"),
            ("운전면허", "QUALIFICATION"),
            ("카드번호", "PAYMENT_CARD"),
            ("주민번호", "RESIDENT_REGISTRATION_NUMBER"),
            ("E-mail", "EMAIL"),
            ("ＩＰ 주소", "IP_ADDRESS"),
            ("보호자 연락처", "CONTACT"),
            ("암호화 여부", ""),
            ("비고", ""),
            ("기타", ""),
            ("처리방법", ""),
            ("", ""),
            ("()", ""),
        ] {
            check(name, expected);
        }
    }

    #[test]
    fn identifiers_and_sensitive_kinds() {
        let short = |name: &str| {
            let told = ItemCategories::bundled().classify(name);
            (told.unique_identifier.map_or("", |word| word.as_str()), told.sensitive_kind.map_or("", |word| word.as_str()))
        };
        for (name, identifier, sensitive) in [
            ("주민등록번호", "RESIDENT_REGISTRATION_NUMBER", ""),
            ("외국인등록번호", "ALIEN_REGISTRATION_NUMBER", ""),
            ("여권번호", "PASSPORT_NUMBER", ""),
            ("운전면허번호", "DRIVER_LICENCE_NUMBER", ""),
            ("사업자등록번호", "", ""),
            ("주민등록주소", "", ""),
            ("생년월일", "", ""),
            ("건강보험번호", "", ""),
            ("질환정보", "", "HEALTH"),
            ("장애등급", "", "HEALTH"),
            ("혈액형", "", "HEALTH"),
            ("수형/선고 유무", "", "CRIMINAL_RECORD"),
            ("지문정보", "", "BIOMETRIC"),
            ("노동조합 가입 여부", "", "UNION_OR_PARTY"),
            ("병역 여부", "", ""),
            ("경력", "", ""),
        ] {
            assert_eq!(short(name), (identifier, sensitive), "{name:?}");
        }
    }

    #[test]
    fn the_tree_is_whole() {
        let categories = ItemCategories::bundled();
        assert!(serde_saphyr::from_str::<Document>(BUNDLED).is_ok(), "{:?}", serde_saphyr::from_str::<Document>(BUNDLED).err());
        assert!(categories.version() >= 1 && categories.all().len() > 60);
        assert_eq!(categories.by_code.len(), categories.all().len(), "a code stands twice");
        for category in categories.all() {
            assert!(category.code.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{}", category.code);
            assert!(!category.ko.is_empty() && !category.en.is_empty());
            assert!(
                category.dpv.as_deref().is_none_or(|term| PD_TERMS.contains(&term.trim_start_matches("dpv-pd:")) && term.starts_with("dpv-pd:")),
                "{:?}",
                category.dpv
            );
            assert!(categories.descendants(&category.code).contains(&category.code.as_str()));
        }
        assert_eq!(categories.descendants("PHONE"), ["PHONE", "MOBILE"]);
        assert_eq!(categories.children("UNIQUE_IDENTIFIER").len(), 4);
        assert!(categories.descendants("CONTACT").contains(&"MOBILE") && !categories.descendants("CONTACT").contains(&"NAME"));
        assert!(categories.descendants("NONE").is_empty() && categories.get("NONE").is_none());
        let total: usize = categories.roots().iter().map(|root| categories.descendants(&root.code).len()).sum();
        assert_eq!(total, categories.all().len());
    }

    #[test]
    fn an_exact_word_names_one_category() {
        let mut seen: HashMap<String, String> = HashMap::new();
        let mut entries: Vec<Entry> = serde_saphyr::from_str::<Document>(BUNDLED).unwrap().categories;
        while let Some(entry) = entries.pop() {
            for word in &entry.exact {
                if let Some(other) = seen.insert(compact(word), entry.code.clone()) {
                    assert_eq!(other, entry.code, "{word}");
                }
            }
            entries.extend(entry.children);
        }
    }

    /// Terms of the PD extension that the categories use, as of version 2.0.
    const PD_TERMS: &[&str] = &[
        "Age",
        "Authenticating",
        "BankAccount",
        "Biometric",
        "BirthDate",
        "BloodType",
        "BrowsingBehavior",
        "CallLog",
        "Contact",
        "Credit",
        "Criminal",
        "CriminalConviction",
        "CurrentEmployment",
        "DeviceBased",
        "Disability",
        "Education",
        "EducationExperience",
        "EducationQualification",
        "EmailAddress",
        "EthnicOrigin",
        "Family",
        "Financial",
        "Gender",
        "Genetic",
        "IPAddress",
        "Identifying",
        "Income",
        "Insurance",
        "Interest",
        "Job",
        "Location",
        "MACAddress",
        "MaritalStatus",
        "MedicalHealth",
        "Name",
        "Nationality",
        "OfficialID",
        "Offspring",
        "Ownership",
        "Parent",
        "Passport",
        "Password",
        "PaymentCard",
        "PhysicalAddress",
        "PhysicalCharacteristic",
        "Picture",
        "PlaceOfBirth",
        "PoliticalOpinion",
        "PrivacyPreference",
        "Professional",
        "ProfessionalCertification",
        "ProfessionalEvaluation",
        "Region",
        "ReligiousBelief",
        "School",
        "SecretText",
        "ServiceConsumptionBehavior",
        "Sexual",
        "Tax",
        "TelephoneNumber",
        "Tracking",
        "TradeUnionMembership",
        "Transaction",
        "TravelHistory",
        "UID",
        "UserAgent",
        "Username",
        "Vehicle",
        "VoiceCommunicationRecording",
        "WorkHistory",
    ];

    proptest! {
        #[test]
        fn any_name_is_taken(name in "\\PC*|(주민|등록|번호|주소|이메일|등|정보|여부|\\(|\\)| |·){0,10}") {
            let told = ItemCategories::bundled().classify(&name);
            prop_assert!(told.category.is_none_or(|code| ItemCategories::bundled().get(code).is_some()));
            prop_assert_eq!(told, ItemCategories::bundled().classify(&crate::hangul::normalised(&name)));
        }
    }
}
