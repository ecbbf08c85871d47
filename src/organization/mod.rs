//! Body that receives personal data (제공받는 자, 제17조·제18조) or processes it on behalf of another (수탁자, 제26조).

pub mod graphql;
pub mod mutation;
mod party;
pub(crate) mod store;

use crate::{hangul::folded, vocabulary};

pub use party::{OrganizationInput, Parties, Party};
pub use store::{OrganizationOfAgency, organization_keys};

vocabulary! {
    /// Kind of a body that receives or processes personal data (제공받는 자·수탁자의 유형).
    pub enum OrganizationKind, filter OrganizationKindFilter {
        Public = "PUBLIC", "공공기관", "Public institution";
        Company = "COMPANY", "법인·단체", "Company or private body", "Also associations and foundations (사단법인, 재단법인), and every single body not known to be public.";
        Foreign = "FOREIGN", "국외 법인", "Foreign body";
        Group = "GROUP", "기관군", "Class of bodies", "A description that many bodies meet (경찰서, 민간돌봄 서비스업체), never one body.";
    }
}

/// Legal forms, each with the spellings of it; the first is the one that keys use. The key keeps the form: ㈜에스원 and (사)에스원 would be two bodies.
const LEGAL_FORMS: &[(&str, &[&str])] = &[
    ("(주)", &["㈜", "주식회사"]),
    ("(유)", &["㈲", "유한회사", "유한책임회사"]),
    ("(사)", &["㈳", "사단법인"]),
    ("(재)", &["㈶", "재단법인"]),
    ("(의)", &["의료법인"]),
    ("(학)", &["㈻", "학교법인"]),
    ("(복)", &["사회복지법인"]),
];

/// The name as it is compared: case, width and spaces unified, the legal form abbreviated and put in front, so that "㈜ 선도소프트", "선도소프트 주식회사" and "(주)선도소프트" are one.
#[must_use]
pub fn name_key(name: &str) -> String {
    let (form, bare) = without_legal_form(name);
    // A name that is nothing but a legal form is kept whole.
    if bare.is_empty() { folded(name).replace(' ', "") } else { format!("{form}{bare}") }
}

/// The abbreviated legal form (empty if none), and the folded name without it and without spaces.
fn without_legal_form(name: &str) -> (&'static str, String) {
    let written = folded(name).replace(' ', "");
    for (form, spellings) in LEGAL_FORMS {
        for spelling in std::iter::once(form).chain(spellings.iter()) {
            let bare = written.strip_prefix(spelling).or_else(|| written.strip_suffix(spelling));
            if let Some(bare) = bare.filter(|bare| !bare.is_empty()) {
                return (form, bare.to_owned());
            }
        }
    }
    ("", written)
}

/// Words that name a class when they are the whole name: each is the name of many bodies.
const GENERIC: &[&str] = &[
    "경찰서",
    "세무서",
    "법원",
    "검찰",
    "검찰청",
    "경찰",
    "소방서",
    "보건소",
    "학교",
    "대학교",
    "대학",
    "병원",
    "은행",
    "병의원",
    "의료기관",
    "금융기관",
    "금융회사",
    "보험회사",
    "보험사",
    "카드사",
    "통신사",
    "신용평가회사",
    "신용평가정보회사",
    "신용정보회사",
    "신용정보기관",
    "수사기관",
    "행정기관",
    "공공기관",
    "관계기관",
    "유관기관",
    "지방자치단체",
    "지자체",
    "지역자치단체",
    "시군구",
    "시도",
    "시도교육청",
    "교육청",
    "구청",
    "시청",
    "군청",
    "읍면동",
    "주민센터",
    "협력사",
    "제휴사",
    "위탁업체",
    "수탁업체",
    "택배사",
    "택배회사",
    "어린이집",
    "유치원",
    "상급학교",
    "전편입학교",
    "전편입교",
    "지방세무서",
    "우체국",
    "조합",
    "업체",
];

/// Endings that describe members of a class rather than name a body.
const GROUP_ENDINGS: &[&str] = &[
    "업체",
    "업체들",
    "기관들",
    "기업들",
    "등",
    "사업자",
    "사업자들",
    "이용자",
    "하는기관",
    "있는기관",
    "받은기관",
    "되는기관",
    "한기관",
    "된기관",
    "하는업체",
    "관할지자체",
    "지자체",
    "지역자치단체",
    "공공기관",
    "상급학교",
    "편입학교",
    "편입교",
    "희망대학",
    "관계기관",
    "유관기관",
    "소속기관",
    "산하기관",
    "각급학교",
    "금융기관",
    "의료기관",
    "수사기관",
];

/// Endings of the names of public bodies. 부·처·청·원 alone would take 본부, 거래처, 요청, 학원, so that they stand with what comes before them in real names.
const PUBLIC_ENDINGS: &[&str] = &[
    "공단",
    "공사",
    "특별시",
    "광역시",
    "특별자치시",
    "특별자치도",
    "시청",
    "군청",
    "구청",
    "도청",
    "교육청",
    "지방청",
    "위원회",
    "보건소",
    "경찰서",
    "경찰청",
    "검찰청",
    "세무서",
    "소방서",
    "법원",
    "우체국",
    "주민센터",
    "행정복지센터",
    "국세청",
    "관세청",
    "병무청",
    "통계청",
    "조달청",
    "산림청",
    "기상청",
    "소방청",
    "특허청",
    "방위사업청",
    "질병관리청",
    "문화재청",
    "국가유산청",
    "농촌진흥청",
    "해양경찰청",
    "재외동포청",
    "우주항공청",
    "지방법원",
    "보훈처",
    "법제처",
    "인사혁신처",
    "식품의약품안전처",
    "보훈부",
    "기획재정부",
    "교육부",
    "과학기술정보통신부",
    "외교부",
    "통일부",
    "법무부",
    "국방부",
    "행정안전부",
    "행정자치부",
    "문화체육관광부",
    "농림축산식품부",
    "산업통상자원부",
    "보건복지부",
    "환경부",
    "고용노동부",
    "여성가족부",
    "성평등가족부",
    "국토교통부",
    "해양수산부",
    "중소벤처기업부",
    "기후에너지환경부",
    "재정경제부",
    "산업통상부",
    "기획예산처",
    "국무조정실",
    "감사원",
    "국가정보원",
    "국회",
    "헌법재판소",
    "대검찰청",
    "진흥원",
    "인재개발원",
    "연수원",
    "개발원",
    "심사평가원",
    "한국인터넷진흥원",
    "국립대학교",
    "교육지원청",
    "교육연구정보원",
    "여성가족재단",
    "사회보장정보원",
    "고용정보원",
    "연구정보원",
    "도서관",
    "공무원연금공단",
];

/// Kind of the body, by its name. A legal form makes it a [`Company`](OrganizationKind::Company), a description or plural a [`Group`](OrganizationKind::Group), the endings of
/// public bodies [`Public`](OrganizationKind::Public), a Latin form (Inc., LLC, `GmbH`) [`Foreign`](OrganizationKind::Foreign). What none of these tells is a company: most such names are
/// entrustees, and a public body that is meant is linked by the agency's own names.
#[must_use]
pub fn classify(name: &str) -> OrganizationKind {
    let (form, bare) = without_legal_form(name);
    if !form.is_empty() {
        return OrganizationKind::Company;
    }
    let line = folded(name);
    let letters: String = bare.chars().filter(|c| c.is_alphanumeric() && !crate::hangul::is_middle_dot(*c)).collect();
    if GENERIC.contains(&letters.as_str()) || GROUP_ENDINGS.iter().any(|ending| letters.ends_with(ending)) || describes(&line) {
        return OrganizationKind::Group;
    }
    if ["inc", "llc", "ltd", "gmbh", "corp", "corporation", "plc", "b.v", "s.a", "limited"].iter().any(|form| is_last_word(&line, form)) {
        return OrganizationKind::Foreign;
    }
    if is_local_government(&letters) || PUBLIC_ENDINGS.iter().any(|ending| letters.ends_with(ending)) {
        return OrganizationKind::Public;
    }
    OrganizationKind::Company
}

/// Is a clause rather than a name: "…를 이용하는 기관", "… 규정이 있는 법인 또는 공공기관".
fn describes(line: &str) -> bool {
    line.contains(" 또는 ")
        || line.starts_with("각 ")
        || line.starts_with("해당 ")
        || ["하는 ", "있는 ", "되는 ", "받는 ", "이 위탁한 ", "관할 "].iter().any(|clause| line.contains(clause))
}

fn is_last_word(line: &str, word: &str) -> bool {
    line.trim_end_matches(['.', ')']).strip_suffix(word).is_some_and(|before| before.ends_with([' ', ',', '.', '(']))
}

/// "김포시", "서울시", "송파구", "제주도": the short names of local governments. A name of two or three syllables before 시·군·구 is one; 도 only as the provinces are named.
fn is_local_government(letters: &str) -> bool {
    const PROVINCES: &[&str] = &["경기도", "강원도", "충청북도", "충청남도", "전라북도", "전라남도", "경상북도", "경상남도", "제주도"];
    let syllables = letters.chars().count();
    PROVINCES.contains(&letters) || ((3..=4).contains(&syllables) && letters.ends_with(['시', '군', '구']) && letters.chars().all(crate::hangul::is_hangul))
}

/// The bodies that a cell names, in order: commas, semicolons, slashes and line breaks divide, except within parentheses. A space never does: names hold spaces.
#[must_use]
pub fn split(cell: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut name = String::new();
    let mut depth = 0_usize;
    for c in cell.chars() {
        match c {
            '(' | '（' | '[' => depth += 1,
            ')' | '）' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        // A line break divides even where a parenthesis was never closed.
        if c == '\n' || c == '\r' || (depth == 0 && matches!(c, ',' | '，' | '、' | ';' | '/' | '／')) {
            push_name(&mut names, &name);
            name.clear();
            if c == '\n' {
                depth = 0;
            }
        } else {
            name.push(c);
        }
    }
    push_name(&mut names, &name);
    names
}

fn push_name(names: &mut Vec<String>, name: &str) {
    let name = crate::hangul::normalised(name);
    let name = name.trim_start_matches(['○', '-', '▪', '•', '●', '※', '▶', ' ']).trim();
    if !name.is_empty() {
        names.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check_key(names: &[&str]) {
        for name in names {
            assert_eq!(name_key(name), name_key(names[0]), "{name:?}");
        }
    }

    #[test]
    fn spellings_of_one_name_have_one_key() {
        check_key(&["㈜ 선도소프트", "(주)선도소프트", "（주）선도소프트", "주식회사 선도소프트", "선도소프트 주식회사", "선도소프트(주)", "㈜선도 소프트"]);
        check_key(&["(사)한국낚시업중앙회", "사단법인 한국낚시업중앙회", "(사) 한국낚시업 중앙회"]);
        check_key(&["BGF리테일", "bgf 리테일", "ＢＧＦ리테일"]);
        assert_ne!(name_key("경찰서"), name_key("경찰청"));
        assert_ne!(name_key("㈜에스원"), name_key("(사)에스원"));
        assert_eq!(name_key("주식회사"), "주식회사");
    }

    #[test]
    fn kinds() {
        use OrganizationKind::{Company, Foreign, Group, Public};
        for (name, expected) in [
            ("경찰서", Group),
            ("세무서", Group),
            ("법원", Group),
            ("신용평가정보회사", Group),
            ("신원조회 규정이 있는 법인 또는 공공기관", Group),
            ("민간돌봄 서비스업체", Group),
            ("인천광역시인재개발원 홈페이지를 이용하는 기관", Group),
            ("시스템 운영 및 유지보수 업체", Group),
            ("서천군청 등 피해지역 관할 지자체", Group),
            ("피해관할 지역자치단체", Group),
            ("전.편입학교", Group),
            ("㈜드림시큐리티", Company),
            ("(주)인터웹", Company),
            ("(사)한국낚시업중앙회", Company),
            ("에스엠유㈜", Company),
            ("헥사미디어", Company),
            ("BGF리테일", Company),
            ("국세청", Public),
            ("국민건강보험공단", Public),
            ("근로복지공단", Public),
            ("병무청", Public),
            ("보건복지부", Public),
            ("김포시청", Public),
            ("김포시", Public),
            ("송파구", Public),
            ("서울특별시", Public),
            ("송파경찰서", Public),
            ("한국해양수산연수원", Public),
            ("서울시 여성가족재단", Public),
            ("선거관리위원회", Public),
            ("Amazon Web Services, Inc.", Foreign),
            ("Google LLC", Foreign),
        ] {
            assert_eq!(classify(name), expected, "{name:?}");
        }
    }

    #[test]
    fn cells_of_several_names() {
        for (cell, expected) in [
            ("(주)인터웹, 서울시 여성가족재단, (주)파란샘", &["(주)인터웹", "서울시 여성가족재단", "(주)파란샘"][..]),
            ("경찰서 / 세무서 / 법원", &["경찰서", "세무서", "법원"]),
            ("경찰서\n세무서", &["경찰서", "세무서"]),
            ("BGF리테일 오아시스마켓", &["BGF리테일 오아시스마켓"]),
            ("㈜메타빌드, ㈜드림시큐리티", &["㈜메타빌드", "㈜드림시큐리티"]),
            ("한국단체(서울, 부산)", &["한국단체(서울, 부산)"]),
            ("국민건강보험공단,근로복지공단,", &["국민건강보험공단", "근로복지공단"]),
            ("", &[]),
            (" , / ", &[]),
        ] {
            assert_eq!(split(cell), expected, "{cell:?}");
        }
    }

    proptest! {
        #[test]
        fn keys_are_stable(name in "\\PC*|(㈜|주식회사|\\(주\\)|사단법인|[가-힣A-Za-z ]){0,6}") {
            let key = name_key(&name);
            prop_assert_eq!(name_key(&name.replace(' ', "  ")), &key[..]);
            prop_assert!(!key.contains(' '));
            let _ = classify(&name);
        }

        #[test]
        fn names_come_from_the_cell(cell in "\\PC*|[가-힣(),/ \n]*") {
            let names = split(&cell);
            prop_assert!(names.len() <= cell.chars().filter(|c| ",，、;/／\n\r".contains(*c)).count() + 1);
            for name in names {
                let written = crate::hangul::normalised(&cell.replace(['\n', '\r'], " "));
                prop_assert!(written.contains(&name), "{:?}", name);
            }
        }
    }
}
