//! What names are put into, and what they are not.

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
