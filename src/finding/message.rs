//! What a finding says, in careful words: what is recorded, and what the rule asks. Never that something is unlawful: that is for the commission to say.

use super::{Certainty, Evidence, FindingRuleCode as Rule};
use crate::graphql::Language;
use crate::hangul::subject_particle;

/// The message of a finding.
#[must_use]
pub fn message(rule: Rule, certainty: Certainty, evidence: &[Evidence], language: Language) -> String {
    let said = match language {
        Language::Ko => in_korean(rule, evidence),
        Language::En => in_english(rule, evidence),
    };
    match (certainty, language) {
        (Certainty::Certain, _) => said,
        (Certainty::Suspected, Language::Ko) => format!("{said} 공개된 내용만으로는 확정할 수 없습니다."),
        (Certainty::Suspected, Language::En) => format!("{said} What is public does not decide it."),
    }
}

/// The value of a piece of evidence, by its place.
fn value(evidence: &[Evidence], place: usize) -> &str {
    evidence.get(place).and_then(|evidence| evidence.value.as_deref()).unwrap_or_default()
}

/// The values below a path.
fn values(evidence: &[Evidence], path: &str) -> String {
    let below = evidence.iter().filter(|evidence| evidence.path.starts_with(path)).filter_map(|evidence| evidence.value.as_deref());
    below.collect::<Vec<_>>().join(", ")
}

/// Names of the matters that are missing.
fn missing(evidence: &[Evidence], language: Language) -> String {
    let matters = evidence.iter().filter(|evidence| evidence.value.is_none()).filter_map(|evidence| {
        let matter = evidence.path.rsplit('.').next()?;
        let (ko, en) = match matter {
            "purpose" => ("목적", "purpose"),
            "legalBases" => ("근거", "legal basis"),
            "collectedItems" | "items" => ("항목", "items"),
            "processingMethod" => ("처리방법", "processing method"),
            "processingDepartment" => ("처리 업무 담당 부서", "processing department"),
            _ => return None,
        };
        Some(if language == Language::Ko { ko } else { en })
    });
    matters.collect::<Vec<_>>().join(", ")
}

/// A word as the subject of a sentence.
fn subject(word: &str) -> String {
    format!("{word}{}", subject_particle(word))
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn in_korean(rule: Rule, evidence: &[Evidence]) -> String {
    let value = |place| value(evidence, place);
    match rule {
        Rule::R01 => format!("운영을 시작한 {}부터 {}일째인 {}에 등록되었습니다. 60일 이내 등록이 원칙입니다.", value(0), value(2), value(1)),
        Rule::R02 => format!("변경된 {}부터 {}일째인 {}에 변경등록되었습니다. 60일 이내 등록이 원칙입니다.", value(0), value(2), value(1)),
        Rule::R03 => format!("정보주체가 {}명으로 영향평가 대상 규모이나 영향평가가 확인되지 않습니다.", value(0)),
        Rule::R04 => "주민등록번호를 처리하나 법률이나 대통령령의 근거가 적혀 있지 않습니다.".to_owned(),
        Rule::R05 => format!("민감정보({})를 처리하나 법령 근거나 정보주체의 동의가 적혀 있지 않습니다.", values(evidence, "collectedItems")),
        Rule::R06 => format!("보유기간이 \"{}\"이나 근거 법령이 적혀 있지 않습니다.", value(0)),
        Rule::R07 if value(0).is_empty() => "보유기간이 적혀 있지 않습니다.".to_owned(),
        Rule::R07 => format!("보유기간이 \"{}\"(으)로만 적혀 기간을 알 수 없습니다.", value(0)),
        Rule::R08 => format!("등록사항 가운데 {} 적혀 있지 않습니다.", subject(&missing(evidence, Language::Ko))),
        Rule::R09 if value(0).is_empty() => "정보주체 수가 적혀 있지 않습니다.".to_owned(),
        Rule::R09 => "정보주체 수가 0으로 적혀 있습니다.".to_owned(),
        Rule::R10 => format!("홈페이지 회원정보의 보유기간이 \"{}\"이고, 2년마다 다시 동의를 받는다는 내용이 없습니다.", value(1)),
        Rule::R11 => format!("{}에 대한 위탁의 기간이 {}에 끝났으나 그대로 적혀 있습니다.", value(0), value(1)),
        Rule::R12 => format!("{}에 대한 제공에 {} 적혀 있지 않습니다.", value(0), subject(&missing(evidence, Language::Ko))),
        Rule::R13 if evidence.iter().any(|evidence| evidence.path == "dataFiles") => {
            format!("처리방침에 나오는 \"{}\"의 등록이 확인되지 않습니다.", value(1))
        }
        Rule::R13 => format!("등록된 {} 기관의 처리방침에 나오지 않습니다.", subject(&quoted(value(0)))),
        Rule::R14 => format!("폐지된 기관의 파일 {} 남아 있습니다.", subject(&quoted(value(0)))),
        Rule::R15 => "열람요구를 접수·처리하는 부서가 적혀 있지 않습니다.".to_owned(),
        Rule::R16 => format!("\"{}\"의 열람을 제한하나 법 제35조제4항의 사유가 적혀 있지 않습니다.", value(0)),
        Rule::R17 => format!("같은 기관에 이름이 거의 같은 파일이 있습니다: {}.", values(evidence, "dataFile.")),
        Rule::R18 => "영향평가를 받았으나 그 결과가 등록에 첨부되어 있지 않습니다.".to_owned(),
    }
}

fn in_english(rule: Rule, evidence: &[Evidence]) -> String {
    let value = |place| value(evidence, place);
    match rule {
        Rule::R01 => format!("Registered on {}, {} days after operation started on {}; the rule is 60.", value(1), value(2), value(0)),
        Rule::R02 => format!("The change of {} was registered on {}, {} days later; the rule is 60.", value(0), value(1), value(2)),
        Rule::R03 => format!("With {} data subjects the file is of a size that needs an impact assessment, and none is known.", value(0)),
        Rule::R04 => "Resident registration numbers are processed, and neither an act nor a decree is stated as basis.".to_owned(),
        Rule::R05 => format!("Sensitive data ({}) are processed, and neither a statute nor consent is stated.", values(evidence, "collectedItems")),
        Rule::R06 => format!("Data are kept \"{}\", and no statute is stated.", value(0)),
        Rule::R07 if value(0).is_empty() => "No retention period is stated.".to_owned(),
        Rule::R07 => format!("The retention \"{}\" tells no period.", value(0)),
        Rule::R08 => format!("Of the matters to be registered these are not stated: {}.", missing(evidence, Language::En)),
        Rule::R09 if value(0).is_empty() => "The number of data subjects is not stated.".to_owned(),
        Rule::R09 => "The number of data subjects is stated as 0.".to_owned(),
        Rule::R10 => format!("Members of a homepage are kept \"{}\", and nothing says that their consent is renewed every two years.", value(1)),
        Rule::R11 => format!("The entrustment to {} ended on {} and is still stated.", value(0), value(1)),
        Rule::R12 => format!("The provision to {} does not state: {}.", value(0), missing(evidence, Language::En)),
        Rule::R13 if evidence.iter().any(|evidence| evidence.path == "dataFiles") => {
            format!("The policy describes \"{}\", of which no registration is known.", value(1))
        }
        Rule::R13 => format!("The agency's policy does not name \"{}\", which is registered.", value(0)),
        Rule::R14 => format!("The file \"{}\" of an abolished agency is still there.", value(0)),
        Rule::R15 => "No desk for access requests is stated.".to_owned(),
        Rule::R16 => format!("Access to \"{}\" is restricted, and no ground of Act 제35조④ is stated.", value(0)),
        Rule::R17 => format!("The agency has files of nearly the same name: {}.", values(evidence, "dataFile.")),
        Rule::R18 => "An impact assessment was made, and its result is not in the registration.".to_owned(),
    }
}
