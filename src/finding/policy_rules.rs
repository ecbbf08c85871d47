//! Rules of what a revision of a policy states for everything that it covers.

use chrono::NaiveDate;

use super::file_rules::unstated;
use super::{Certainty, Evidence, Finding, FindingRuleCode as Rule, RevisionFacts, Subject};

/// Findings of a revision: contracts that have ended (R11), provisions that say too little (R12). A policy need not repeat what the registration says, so the latter are suspected.
#[must_use]
pub fn of_revision(revision: &RevisionFacts) -> Vec<Finding> {
    let finding = |rule, certainty, since: NaiveDate, evidence| Finding {
        rule,
        subject: Subject::PolicyRevision(revision.id),
        data_file: None,
        certainty,
        since: since.max(revision.from),
        until: revision.until,
        evidence,
    };
    let ended = (0..).zip(&revision.content.entrustments).filter_map(|(place, entrustment): (usize, _)| {
        let ended = entrustment.ends_on?;
        let evidence = vec![
            Evidence::of(format!("entrustments.{place}.entrustee"), &entrustment.entrustee.name),
            Evidence::of(format!("entrustments.{place}.endsOn"), ended),
        ];
        Some(finding(Rule::R11, Certainty::Certain, ended.succ_opt()?, evidence))
    });
    let incomplete = (0..).zip(&revision.content.provisions).filter_map(|(place, provision): (usize, _)| {
        let path = format!("provisions.{place}");
        let evidence = [vec![Evidence::of(format!("{path}.recipient"), &provision.recipient.name)], unstated(provision, &path)].concat();
        (evidence.len() > 1).then(|| finding(Rule::R12, Certainty::Suspected, revision.from, evidence))
    });
    ended.chain(incomplete).filter(Finding::is_possible).collect()
}
