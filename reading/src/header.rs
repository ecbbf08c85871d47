//! What the columns of published tables are called: one list of headers for sheets, for the tables of policies, and for labels in front of a colon.
//!
//! Headers are compared without spaces, brackets and punctuation, so that a line break inside one ("운영근거 /\n처리목적", "처 리 항 목") changes nothing.

mod words;

use unicode_normalization::UnicodeNormalization as _;

use self::words::WORDS;

/// What a column, or the value behind a label, states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// Running number (순번, 연번).
    Number,
    /// Institution that operates the files (기관명).
    Agency,
    /// Department in charge (부서명, 담당부서).
    Department,
    /// Person in charge (담당자): a name, never kept.
    Handler,
    /// Name of the file (개인정보파일의 명칭).
    FileName,
    /// Basis of operation (운영근거, 보유근거, 수집근거, 관련근거).
    Basis,
    /// Purpose (운영목적, 처리목적, 보유목적).
    Purpose,
    /// Basis and purpose in one cell (운영근거 / 처리목적).
    BasisAndPurpose,
    /// Items (기록되는 개인정보의 항목).
    Items,
    /// Required items (필수항목).
    RequiredItems,
    /// Optional items (선택항목).
    OptionalItems,
    /// Items collected automatically (자동수집 항목).
    AutomaticItems,
    /// Whose data they are (회원구분, 정보주체).
    Subject,
    /// Method of processing (처리방법).
    ProcessingMethod,
    /// Way of collection (수집방법).
    CollectionMethod,
    /// Retention period (보유기간).
    Retention,
    /// Basis of the length of retention (보유기간 산정근거).
    RetentionBasis,
    /// Number of data subjects (보유수량, 정보주체 수).
    SubjectCount,
    /// Department that receives requests for access (열람요구 접수·처리 부서).
    AccessDesk,
    /// What access is restricted to, and why, in one cell (열람제한 항목 및 사유).
    Restriction,
    /// Scope of a restriction of access.
    RestrictionScope,
    /// Reason of a restriction of access.
    RestrictionReason,
    /// Information system (개인정보처리시스템명).
    System,
    /// Address of a site (홈페이지 주소, URL).
    Url,
    /// Registration number of the file (등록번호).
    RegistrationNumber,
    /// Day on which operation started (운영 시작일).
    OperationStart,
    /// Day of the registration (등록일).
    RegisteredOn,
    /// Whether it holds data of children under 14 (만 14세 미만 아동).
    Children,
    /// Code of the institution (기관코드), which tells institutions of one name apart.
    AgencyCode,
    /// Status of the file (상태): as this register exports it.
    Status,
    /// What the record covers (기재범위): as this register exports it.
    Completeness,
    /// What a register derives or keeps of itself (시행일, 기관유형, 민감정보): exported, and no matter of a registration.
    OfRegister,
    /// Recipient (제공받는 자, 피제공기관).
    Recipient,
    /// Material provided (제공자료).
    Material,
    /// Purpose of the recipient (제공목적, 제공받는 자의 이용목적).
    ProvisionPurpose,
    /// Items provided (제공항목).
    ProvisionItems,
    /// Basis of the provision (제공근거).
    ProvisionBasis,
    /// Retention at the recipient (제공받는 자의 보유·이용기간).
    ProvisionRetention,
    /// How often (제공주기).
    Frequency,
    /// How it is provided (제공방법).
    ProvisionMethod,
    /// Who entrusts (위탁기관, 위탁자).
    Entruster,
    /// Entrustee (수탁자, 위탁받는 자, 수탁업체).
    Entrustee,
    /// Sub-entrustee (재수탁자).
    SubEntrustee,
    /// Task entrusted (위탁업무).
    Task,
    /// Period of the contract (위탁기간).
    Period,
    /// Year or period of an impact assessment (영향평가 수행연도).
    AssessmentYear,
    /// Assessor (평가기관).
    Assessor,
    /// Outcome of an assessment (평가결과, 점수).
    Outcome,
    /// What made an assessment necessary (수행 사유).
    AssessmentTrigger,
    /// Free content whose labels tell what it is (내용).
    Content,
    /// What a row is about (구분).
    Division,
    /// Personal name (성명).
    PersonName,
    /// Position (직위).
    Position,
    /// Grade (직급).
    Grade,
    /// Telephone, or telephone, fax and e-mail together (연락처, 전화번호).
    Phone,
    /// Fax.
    Fax,
    /// E-mail.
    Email,
    /// Address (주소).
    Address,
    /// Note (비고).
    Note,
}

/// Longest text that is looked at as a header, in characters; longer text is content.
const LONGEST: usize = 60;

/// Letters and digits only, full-width ones as ASCII, lower case: the form in which headers and names are compared.
#[must_use]
pub fn compact(text: &str) -> String {
    text.nfkc().filter(|c| c.is_alphanumeric() && !matches!(c, 'ㆍ' | 'ᆞ')).flat_map(char::to_lowercase).collect()
}

/// What a header or label says that stands behind or under it. Words in parentheses count only where the words before them say nothing.
#[must_use]
pub fn column(text: &str) -> Option<Column> {
    if text.chars().nth(LONGEST).is_some() {
        return None;
    }
    let (outside, inside) = apart(text);
    // A whole header may hold what it means in its parentheses ("위탁받는 자(수탁자)", "보유수량 (정보주체 수)", "구분(업무명)").
    let outside = named(&compact(&outside)).filter(|column| *column != Column::Division || inside.is_empty());
    outside.or_else(|| named(&compact(text))).or_else(|| named(&compact(&inside)))
}

/// The text is a header as it stands in the list, not one told by its parts.
#[must_use]
pub fn is_listed(text: &str) -> bool {
    let words = compact(text);
    WORDS.iter().any(|(_, listed)| listed.contains(&words.as_str()))
}

/// What a header of two rows says: the upper one spans several columns ("제공받는 자" over "수탁자 / 재수탁자").
#[must_use]
pub fn column_under(group: &str, text: &str) -> Option<Column> {
    let (group, own) = (compact(group), column(text));
    let in_provision = group.contains("제공");
    let in_restriction = group.contains("열람") && (group.contains("제한") || group.contains("거절"));
    match (own, compact(text).as_str()) {
        (_, "범위") if in_restriction => Some(Column::RestrictionScope),
        (_, "사유") if in_restriction => Some(Column::RestrictionReason),
        (_, "범위") if in_provision => Some(Column::ProvisionItems),
        (Some(Column::Basis), _) if in_provision => Some(Column::ProvisionBasis),
        (Some(Column::Items), _) if in_provision => Some(Column::ProvisionItems),
        (Some(Column::Purpose), _) if in_provision => Some(Column::ProvisionPurpose),
        (Some(Column::Retention), _) if in_provision => Some(Column::ProvisionRetention),
        (None, _) => column(text).or_else(|| named(&group)),
        _ => own,
    }
}

/// A cell holds nothing but a mark that repeats the one above it ("〃", "상동").
pub(crate) fn repeats_above(cell: &str) -> bool {
    matches!(cell.trim(), "〃" | "″" | "\"" | "''" | "상동" | "위와 같음")
}

/// The text outside its parentheses, and what stands in them.
fn apart(text: &str) -> (String, String) {
    let (mut outside, mut inside, mut depth) = (String::new(), String::new(), 0_usize);
    for c in text.chars() {
        match c {
            '(' | '[' | '（' | '<' => depth += 1,
            ')' | ']' | '）' | '>' => depth = depth.saturating_sub(1),
            _ if depth > 0 => inside.push(c),
            _ => outside.push(c),
        }
    }
    (outside, inside)
}

/// What a header in compact form says.
fn named(header: &str) -> Option<Column> {
    if header.is_empty() {
        return None;
    }
    WORDS.iter().find(|(_, words)| words.contains(&header)).map(|(column, _)| *column).or_else(|| described(header))
}

/// Headers told by their parts, in the order in which they are asked.
fn described(header: &str) -> Option<Column> {
    let has = |word: &str| header.contains(word);
    let any = |words: &[&str]| words.iter().any(|word| header.contains(word));
    let ends = |words: &[&str]| words.iter().any(|word| header.ends_with(word));
    if has("영향평가") || has("평가수행") {
        return if any(&["연도", "년도", "일자", "기간", "시기", "수행일", "완료"]) {
            Some(Column::AssessmentYear)
        } else if ends(&["기관", "기관명", "업체", "업체명"]) {
            Some(Column::Assessor)
        } else if ends(&["결과", "점수", "등급"]) {
            Some(Column::Outcome)
        } else if ends(&["사유", "근거", "대상기준"]) {
            Some(Column::AssessmentTrigger)
        } else if has("요약") {
            Some(Column::Url)
        } else {
            None
        };
    }
    if has("보유기간") && any(&["산정근거", "책정근거", "산출근거"]) {
        return Some(Column::RetentionBasis);
    }
    if any(&["열람제한", "열람을제한", "열람의제한", "제한또는거절"]) {
        return Some(Column::Restriction);
    }
    if has("열람") && any(&["부서", "접수"]) {
        return Some(Column::AccessDesk);
    }
    if any(&["정보주체수", "정보주체의수", "보유수량", "보유건수", "정보주체의건수"]) {
        return Some(Column::SubjectCount);
    }
    if any(&["통상적", "반복적"]) || has("제공받는자") && !any(&["이용목적", "보유", "기간", "목적", "항목", "근거"]) {
        return Some(Column::Recipient);
    }
    if any(&["제공받는", "제공받은", "제공하는", "공하는", "제공", "공동이용"]) && !any(&["제공자", "서비스제공"]) {
        if any(&["기간"]) {
            return Some(Column::ProvisionRetention);
        }
        if any(&["항목", "범위", "정보의종류", "개인정보"]) && !has("목적") {
            return Some(Column::ProvisionItems);
        }
        if has("목적") {
            return Some(Column::ProvisionPurpose);
        }
        if any(&["근거", "법령"]) {
            return Some(Column::ProvisionBasis);
        }
        if ends(&["기관", "기관명"]) {
            return Some(Column::Recipient);
        }
    }
    if any(&["재수탁", "재위탁"]) && !has("여부") {
        return (!ends(&["업무", "업무명", "내용", "사무", "기간", "연락처"])).then_some(Column::SubEntrustee);
    }
    if any(&["수탁자", "수탁업체", "수탁기관", "위탁받는자", "위탁받는기관", "위탁받은자"]) && !any(&["연락처", "주소", "전화", "업무", "점검"])
    {
        return Some(Column::Entrustee);
    }
    if any(&["위탁", "수탁"]) && has("기간") {
        return Some(Column::Period);
    }
    if any(&["위탁", "수탁"]) && (any(&["업무", "내용", "사무", "용역"]) || ends(&["사업", "사업명"])) && !any(&["현황", "연락처"]) {
        return Some(Column::Task);
    }
    if header.contains("파일") && ends(&["명칭", "파일명", "이름"]) {
        return Some(Column::FileName);
    }
    if any(&["근거"]) && has("목적") {
        return Some(Column::BasisAndPurpose);
    }
    if any(&["필수항목", "필수수집"]) {
        return Some(Column::RequiredItems);
    }
    if any(&["선택항목", "선택수집"]) {
        return Some(Column::OptionalItems);
    }
    if ends(&["처리방법", "처리방식"]) {
        return Some(Column::ProcessingMethod);
    }
    if ends(&["수집방법", "수집경로", "수집방식"]) {
        return Some(Column::CollectionMethod);
    }
    if any(&["보유", "이용", "처리", "보존", "보관"]) && ends(&["기간"]) {
        return Some(Column::Retention);
    }
    if ends(&["운영근거", "보유근거", "수집근거", "이용근거", "법적근거", "처리근거"]) {
        return Some(Column::Basis);
    }
    if any(&["운영", "처리", "보유", "수집", "이용"]) && ends(&["목적"]) {
        return Some(Column::Purpose);
    }
    if has("개인정보") && ends(&["항목", "항목들"]) || header.starts_with("기록되는") {
        return Some(Column::Items);
    }
    if has("부서") && any(&["취급", "담당", "운영", "처리"]) && !has("연락처") {
        return Some(Column::Department);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_published_tables() {
        for (header, expected) in [
            ("개인정보파일 운영목적 ", Column::Purpose),
            ("운영근거 /\n처리목적", Column::BasisAndPurpose),
            ("운영근거처리목적", Column::BasisAndPurpose),
            ("수집근거/처리목적", Column::BasisAndPurpose),
            ("처 리 항 목", Column::Items),
            ("항 목", Column::Items),
            ("개인정보파일에 기록되는개인정보의 항목", Column::Items),
            ("개인정보파일에 기록되는 개인정보의 항목", Column::Items),
            ("개인정보파일 명칭", Column::FileName),
            ("개인정보 파일의 명칭", Column::FileName),
            ("운영근거 (주민등록번호 수집 법적근거)", Column::Basis),
            ("운영근거(수집근거)", Column::Basis),
            ("수집/이용근거", Column::Basis),
            ("보유기간 산정근거", Column::RetentionBasis),
            ("보유기간 (목적 달성시)", Column::Retention),
            ("개인정보의 처리 및 보유기간", Column::Retention),
            ("개인정보의 보유·이용 기간", Column::Retention),
            ("개인정보의 처리방법", Column::ProcessingMethod),
            ("보유수량 (정보주체 수)", Column::SubjectCount),
            ("개인정보를 통상적 또는 반복적으로 제공하는 경우 그 제공받는 자", Column::Recipient),
            ("열람요구 접수·처리 부서", Column::AccessDesk),
            ("열람요구 접수처리 부 서", Column::AccessDesk),
            ("열람제한개인정보범위및사유", Column::Restriction),
            ("개인정보처리시스템명", Column::System),
            ("제공받는자 (기관명)", Column::Recipient),
            ("제공받은 자의 개인정보 이용목적", Column::ProvisionPurpose),
            ("제공하는 개인정보 항목", Column::ProvisionItems),
            ("공하는 개인정보 항목", Column::ProvisionItems),
            ("제공받는 개인정보 항목", Column::ProvisionItems),
            ("개인정보 제공받는 자", Column::Recipient),
            ("제공받는 자의 보유 · 이용기간", Column::ProvisionRetention),
            ("정보의 제공 범위", Column::ProvisionItems),
            ("개인정보처리범위 (제공받는자의 이용 목적)", Column::ProvisionPurpose),
            ("제공받는자의 보유기간", Column::ProvisionRetention),
            ("공동이용 기관", Column::Recipient),
            ("공동이용 기간", Column::ProvisionRetention),
            ("위탁받는 자(수탁자)", Column::Entrustee),
            ("위탁받는 기관(수탁기관)", Column::Entrustee),
            ("위탁기관", Column::Entruster),
            ("계약자(수탁자)명", Column::Entrustee),
            ("위탁하는 업무의 내용", Column::Task),
            ("개인정보 처리업무 위탁 명", Column::Task),
            ("위탁받는 목적과 항목", Column::Task),
            ("수탁자 연락처", Column::Phone),
            ("위탁기간", Column::Period),
            ("영향평가 수행연도", Column::AssessmentYear),
            ("영향평가 수행기관", Column::Assessor),
            ("영향평가 결과", Column::Outcome),
            ("영향평가 수행 사유", Column::AssessmentTrigger),
            ("영향평가 요약본", Column::Url),
            ("이 용 목 적", Column::Purpose),
            ("제 공 항 목", Column::ProvisionItems),
        ] {
            assert_eq!(column(header), Some(expected), "{header}");
        }
        for header in ["", "설치 대수", "변경사항", "실태점검 현황", "회원 탈퇴 시까지", "성명, 주소"] {
            assert_eq!(column(header), None, "{header}");
        }
    }

    #[test]
    fn headers_of_two_rows() {
        let provision = "개인정보를 통상적 또는 반복적으로 제공하는 경우";
        for (group, header, expected) in [
            (provision, "제공받는자", Column::Recipient),
            (provision, "근거", Column::ProvisionBasis),
            (provision, "범위", Column::ProvisionItems),
            ("열람제한개인정보범위및사유", "범위", Column::RestrictionScope),
            ("열람제한개인정보범위및사유", "사유", Column::RestrictionReason),
            ("위탁받는 자", "수탁자", Column::Entrustee),
            ("위탁받는 자", "재수탁자", Column::SubEntrustee),
            ("개인정보항목", "필수항목", Column::RequiredItems),
            ("개인정보항목", "선택항목", Column::OptionalItems),
        ] {
            assert_eq!(column_under(group, header), Some(expected), "{group} > {header}");
        }
    }
}
