//! Rules that need more than one record: an agency, its files, the policies that cover them.

use std::collections::BTreeMap;

use super::{AgencyFacts, AgencyFile, Certainty, Evidence, Finding, FindingRuleCode as Rule, Subject};
use crate::data_file::DataFileStatus;

/// Rules whose findings belong to an agency as a whole: all are computed anew when one of its files, a policy or the agency itself changes.
pub const AGENCY_RULES: [Rule; 3] = [Rule::R13, Rule::R14, Rule::R17];

/// Findings of an agency over its files as they stand.
#[must_use]
pub fn of_agency(agency: &AgencyFacts) -> Vec<Finding> {
    let each = agency.files.iter().flat_map(|file| [described_only(file), missing_in_policy(agency, file), of_abolished(agency, file)]);
    each.flatten().chain(near_duplicates(agency)).collect()
}

fn finding(rule: Rule, file: &AgencyFile, certainty: Certainty, evidence: Vec<Evidence>) -> Finding {
    Finding { rule, subject: Subject::Registration(file.registration), data_file: Some(file.id), certainty, since: file.valid_from, until: None, evidence }
}

/// R13: a policy describes the file, and no registration of it was seen. It may be registered and not have reached this register: suspected.
fn described_only(file: &AgencyFile) -> Option<Finding> {
    let (revision, from) = file.covered_by.iter().min_by_key(|(id, from)| (*from, *id))?;
    (file.status == DataFileStatus::Disclosed).then(|| {
        let evidence = vec![Evidence::of("dataFiles", &file.number), Evidence::of("name", &file.name)];
        Finding { subject: Subject::PolicyRevision(*revision), since: file.valid_from.max(*from), ..finding(Rule::R13, file, Certainty::Suspected, evidence) }
    })
}

/// R13, the reverse: the file is registered, and the agency's policy, which lists what is registered, does not name it.
fn missing_in_policy(agency: &AgencyFacts, file: &AgencyFile) -> Option<Finding> {
    let lists_from = agency.lists_files_from?;
    (file.status == DataFileStatus::Registered && file.covered_by.is_empty()).then(|| {
        let evidence = vec![Evidence::of("name", &file.name), Evidence::missing("policyRevisions")];
        Finding { since: file.valid_from.max(lists_from), ..finding(Rule::R13, file, Certainty::Suspected, evidence) }
    })
}

/// R14: the agency is no more, and its file is still there under it.
fn of_abolished(agency: &AgencyFacts, file: &AgencyFile) -> Option<Finding> {
    agency.is_abolished.then(|| {
        let certainty = if file.status == DataFileStatus::Registered { Certainty::Certain } else { Certainty::Suspected };
        let evidence = vec![Evidence::of("name", &file.name), Evidence::of("agency.status", "ABOLISHED")];
        Finding { since: agency.succeeded_on.map_or(file.valid_from, |day| day.max(file.valid_from)), ..finding(Rule::R14, file, certainty, evidence) }
    })
}

/// Words that tell nothing of what a file holds.
const GENERAL: [&str; 12] = ["개인정보파일", "개인정보", "데이터베이스", "파일", "관리", "명부", "대장", "현황", "목록", "정보", "자료", "DB"];

/// What is left of a name without numbers, brackets with what they hold, signs and general words; the whole name where nothing is.
#[must_use]
pub fn gist(name: &str) -> String {
    let mut depth = 0usize;
    let mut letters = String::new();
    for letter in name.chars() {
        match letter {
            '(' | '[' | '<' | '（' | '「' => depth += 1,
            ')' | ']' | '>' | '）' | '」' => depth = depth.saturating_sub(1),
            letter if depth == 0 && letter.is_alphabetic() => letters.extend(letter.to_uppercase()),
            _ => {}
        }
    }
    let mut gist = letters.clone();
    for word in GENERAL {
        gist = gist.replace(word, "");
    }
    if gist.chars().count() >= 2 { gist } else { letters }
}

/// Other files that a finding names at most.
const OTHERS: usize = 10;

/// R17: files whose names differ by numbers, brackets, signs or general words alone. Whether they hold the same is for the agency to say: suspected.
fn near_duplicates(agency: &AgencyFacts) -> Vec<Finding> {
    let mut alike: BTreeMap<String, Vec<&AgencyFile>> = BTreeMap::new();
    for file in &agency.files {
        alike.entry(gist(&file.name)).or_default().push(file);
    }
    let groups = alike.into_iter().filter(|(gist, files)| !gist.is_empty() && files.len() > 1);
    groups
        .flat_map(|(_, files)| {
            let each = files.iter().map(|file| {
                let mut evidence = vec![Evidence::of("name", &file.name)];
                let others = files.iter().filter(|other| other.id != file.id);
                // The same since the second of them is there.
                let since = others.clone().map(|other| other.valid_from).min().map_or(file.valid_from, |day| day.max(file.valid_from));
                evidence.extend(others.take(OTHERS).map(|other| Evidence::of(format!("dataFile.{}", other.number), &other.name)));
                Finding { since, ..finding(Rule::R17, file, Certainty::Suspected, evidence) }
            });
            each.collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::gist;

    #[test]
    fn the_gist_of_a_name_is_what_tells_files_apart() {
        for (one, other) in [("회원 정보", "회원관리"), ("민원처리(2023)", "민원 처리 대장"), ("CCTV 영상 1", "CCTV영상2"), ("학생 명부", "학생(신규) 명부")]
        {
            assert_eq!(gist(one), gist(other), "{one}, {other}");
        }
        for (one, other) in [("회원", "비회원"), ("학생건강기록", "학생생활기록"), ("채용 응시자", "채용 합격자")] {
            assert_ne!(gist(one), gist(other), "{one}, {other}");
        }
        assert_eq!(gist("정보 파일"), "정보파일", "a name of general words alone stays whole");
        assert_eq!(gist("2023"), "");
    }
}
