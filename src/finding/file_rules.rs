//! Rules of a file and its registrations.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::{Certainty, Evidence, FileFacts, Finding, FindingRuleCode as Rule, Held, Subject};
use crate::collected_item::{CollectedItem, ItemCategories, UniqueIdentifier};
use crate::data_file::DataFileStatus;
use crate::legal_basis::{LegalBasis, StatuteKind};
use crate::provision::Provision;
use crate::registration::{Content, RecordCompleteness, RegistrationChangeKind};
use crate::retention::{RetentionClass, RetentionTerm};

/// Days within which a file, or a change of it, is to be registered (Decree 제34조①).
const DAYS_TO_REGISTER: u64 = 60;

/// Findings of a file: those of each registration while it holds, and those of the file as a whole.
#[must_use]
pub fn of_file(file: &FileFacts) -> Vec<Finding> {
    if file.status == DataFileStatus::Exempt {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for held in &file.history {
        // A destruction says that the file is gone: from then on nothing is found of it.
        if held.content.change_kind == RegistrationChangeKind::Destruction {
            continue;
        }
        let context = Context { file, held, content: &held.content };
        for rule in RULES {
            findings.extend(rule(&context).into_iter().filter(Finding::is_possible));
        }
    }
    findings
}

/// A registration under examination.
struct Context<'f> {
    file: &'f FileFacts,
    held: &'f Held,
    content: &'f Content,
}

const RULES: [fn(&Context<'_>) -> Vec<Finding>; 15] = [
    late_registration,
    late_change,
    assessment_missing,
    resident_numbers_without_act,
    sensitive_without_basis,
    permanent_without_statute,
    retention_unstated,
    matters_missing,
    subjects_uncounted,
    members_without_renewal,
    entrustment_ended,
    provision_incomplete,
    desk_missing,
    restriction_without_ground,
    result_missing,
];

impl Context<'_> {
    fn is_full(&self) -> bool {
        self.content.completeness == RecordCompleteness::FullRegistration
    }

    /// Certain where the record is whole: what it does not state is not there. Of an excerpt, suspected.
    fn certainty(&self) -> Certainty {
        if self.is_full() { Certainty::Certain } else { Certainty::Suspected }
    }

    /// A finding that holds while the registration does.
    fn finding(&self, rule: Rule, certainty: Certainty, evidence: Vec<Evidence>) -> Finding {
        self.finding_since(rule, certainty, self.content.valid_from, evidence)
    }

    /// A finding that holds from a day while the registration does.
    fn finding_since(&self, rule: Rule, certainty: Certainty, since: NaiveDate, evidence: Vec<Evidence>) -> Finding {
        Finding {
            rule,
            subject: Subject::Registration(self.held.id),
            data_file: Some(self.file.id),
            certainty,
            since: since.max(self.content.valid_from),
            until: self.held.until,
            evidence,
        }
    }

    /// A finding about an act of a day, which holds from then on as long as the file exists: no later registration undoes it.
    fn finding_for_good(&self, rule: Rule, since: NaiveDate, evidence: Vec<Evidence>) -> Finding {
        let gone = self.file.history.iter().find(|held| held.content.change_kind == RegistrationChangeKind::Destruction);
        Finding { until: gone.map(|held| held.content.valid_from), since, ..self.finding(rule, Certainty::Certain, evidence) }
    }

    fn items(&self, admits: impl Fn(&CollectedItem) -> bool) -> Vec<Evidence> {
        (0..)
            .zip(&self.content.collected_items)
            .filter(|(_, item)| admits(item))
            .map(|(place, item): (usize, _)| Evidence::of(format!("collectedItems.{place}.name"), &item.name))
            .collect()
    }

    fn bases(&self) -> Vec<Evidence> {
        match &self.content.legal_bases[..] {
            [] => vec![Evidence::missing("legalBases")],
            bases => (0..).zip(bases).map(|(place, basis): (usize, _)| Evidence::of(format!("legalBases.{place}.citation"), &basis.citation)).collect(),
        }
    }

    /// Day on which the number of data subjects was known: that of the count, or the first of the registration.
    fn counted_on(&self) -> NaiveDate {
        self.content.counted_on.unwrap_or(self.content.valid_from)
    }
}

fn identifier(item: &CollectedItem) -> Option<UniqueIdentifier> {
    ItemCategories::bundled().classify(&item.name).unique_identifier
}

fn is_sensitive(item: &CollectedItem) -> bool {
    ItemCategories::bundled().classify(&item.name).sensitive_kind.is_some()
}

fn deadline(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(DAYS_TO_REGISTER)).unwrap_or(NaiveDate::MAX)
}

/// R01: the first registration came more than 60 days after operation started.
fn late_registration(context: &Context<'_>) -> Vec<Finding> {
    let content = context.content;
    let is_first = context.file.history.first().is_some_and(|first| first.id == context.held.id);
    match (content.operation_started_on, content.registered_on) {
        (Some(started), Some(registered)) if context.is_full() && is_first && registered > deadline(started) => {
            let evidence = vec![
                Evidence::of("operationStartedOn", started),
                Evidence::of("registeredOn", registered),
                Evidence::of("days", (registered - started).num_days()),
            ];
            vec![context.finding_for_good(Rule::R01, registered, evidence)]
        }
        _ => Vec::new(),
    }
}

/// R02: a change was registered more than 60 days after it took effect.
fn late_change(context: &Context<'_>) -> Vec<Finding> {
    let content = context.content;
    match content.registered_on {
        Some(registered) if context.is_full() && content.change_kind == RegistrationChangeKind::Amendment && registered > deadline(content.valid_from) => {
            let evidence = vec![
                Evidence::of("validFrom", content.valid_from),
                Evidence::of("registeredOn", registered),
                Evidence::of("days", (registered - content.valid_from).num_days()),
            ];
            vec![context.finding_for_good(Rule::R02, registered, evidence)]
        }
        _ => Vec::new(),
    }
}

/// Numbers of data subjects from which an assessment is due (Decree 제35조): with sensitive data or unique identifiers; when files are linked; in all cases.
const SENSITIVE_50K: i64 = 50_000;
const LINKED_500K: i64 = 500_000;
const SUBJECTS_1M: i64 = 1_000_000;

/// R03: a file of a size that needs an assessment has none. Whether files are linked is not public: by that threshold alone the finding is suspected.
fn assessment_missing(context: &Context<'_>) -> Vec<Finding> {
    let Some(count) = context.content.data_subject_count else { return Vec::new() };
    let special = context.items(|item| identifier(item).is_some() || is_sensitive(item));
    let certainty = match count {
        SUBJECTS_1M.. => context.certainty(),
        SENSITIVE_50K.. if !special.is_empty() => context.certainty(),
        LINKED_500K.. => Certainty::Suspected,
        _ => return Vec::new(),
    };
    let mut evidence = vec![Evidence::of("dataSubjectCount", count)];
    evidence.extend(special.into_iter().take(5));
    evidence.push(Evidence::missing("impactAssessments"));
    let mut finding = context.finding_since(Rule::R03, certainty, context.counted_on(), evidence);
    if let Some(assessed) = context.file.assessments.iter().map(|assessment| assessment.on).min() {
        // One of an unknown day may have been there all along: nothing is found then.
        let Some(assessed) = assessed else { return Vec::new() };
        finding.until = finding.until.into_iter().chain([assessed]).min();
    }
    vec![finding]
}

fn rests_on(bases: &[LegalBasis], kinds: &[StatuteKind]) -> bool {
    bases.iter().any(|basis| basis.statute.as_ref().is_some_and(|statute| kinds.contains(&statute.kind)))
}

/// R04: resident registration numbers need an act or a decree.
fn resident_numbers_without_act(context: &Context<'_>) -> Vec<Finding> {
    let numbers = context.items(|item| identifier(item) == Some(UniqueIdentifier::ResidentRegistrationNumber));
    let bases = &context.content.legal_bases;
    if numbers.is_empty() || rests_on(bases, &[StatuteKind::Act, StatuteKind::Decree]) {
        return Vec::new();
    }
    vec![context.finding(Rule::R04, context.certainty(), [numbers, context.bases()].concat())]
}

/// R05: sensitive data need a statute or consent.
fn sensitive_without_basis(context: &Context<'_>) -> Vec<Finding> {
    let sensitive = context.items(is_sensitive);
    let has_basis = context.content.legal_bases.iter().any(|basis| basis.is_consent || basis.statute.is_some());
    if sensitive.is_empty() || has_basis {
        return Vec::new();
    }
    vec![context.finding(Rule::R05, context.certainty(), [sensitive, context.bases()].concat())]
}

/// R06: what is kept for ever needs a statute that says so.
fn permanent_without_statute(context: &Context<'_>) -> Vec<Finding> {
    let Some(retention) = &context.content.retention else { return Vec::new() };
    let is_permanent = matches!(retention.class, RetentionClass::Permanent | RetentionClass::SemiPermanent);
    if !is_permanent || context.content.legal_bases.iter().any(|basis| basis.statute.is_some()) {
        return Vec::new();
    }
    let evidence = [vec![Evidence::of("retention.text", &retention.text)], context.bases()].concat();
    vec![context.finding(Rule::R06, context.certainty(), evidence)]
}

/// Whether the term ends when its purpose is achieved, which tells no period.
fn ends_with_purpose(term: &RetentionTerm) -> bool {
    let event: String = term.event.as_deref().unwrap_or_default().chars().filter(|letter| !letter.is_whitespace()).collect();
    term.class == RetentionClass::UntilEvent && event.contains("목적") && ["달성", "완료", "종료"].iter().any(|word| event.contains(word))
}

/// R07: no period is stated, or only that the purpose be achieved.
fn retention_unstated(context: &Context<'_>) -> Vec<Finding> {
    match &context.content.retention {
        None => vec![context.finding(Rule::R07, context.certainty(), vec![Evidence::missing("retention")])],
        Some(retention) if retention.class == RetentionClass::Unspecified || retention.terms.iter().all(ends_with_purpose) => {
            vec![context.finding(Rule::R07, Certainty::Certain, vec![Evidence::of("retention.text", &retention.text)])]
        }
        Some(_) => Vec::new(),
    }
}

/// R08: a full registration lacks one of the matters that have to be registered. Those with a rule of their own (retention, number of people, desk) are theirs; provisions, restrictions and
/// assessments are registered where there are any.
fn matters_missing(context: &Context<'_>) -> Vec<Finding> {
    let content = context.content;
    let matters = [
        ("purpose", content.purpose.is_some()),
        ("legalBases", !content.legal_bases.is_empty()),
        ("collectedItems", !content.collected_items.is_empty()),
        ("processingMethod", content.processing_method.is_some() || content.processing_method_text.is_some()),
        ("processingDepartment", content.processing_department.is_some()),
    ];
    let missing: Vec<Evidence> = matters.into_iter().filter(|(_, is_stated)| !is_stated).map(|(path, _)| Evidence::missing(path)).collect();
    if !context.is_full() || missing.is_empty() {
        return Vec::new();
    }
    vec![context.finding(Rule::R08, Certainty::Certain, missing)]
}

/// R09: the number of data subjects is not stated, or zero.
fn subjects_uncounted(context: &Context<'_>) -> Vec<Finding> {
    let evidence = match context.content.data_subject_count {
        Some(0) => Evidence::of("dataSubjectCount", 0),
        None => Evidence::missing("dataSubjectCount"),
        Some(_) => return Vec::new(),
    };
    if context.is_full() { vec![context.finding(Rule::R09, Certainty::Certain, vec![evidence])] } else { Vec::new() }
}

/// Months after which members of a homepage are asked again whether their data may be kept.
const MONTHS_TO_RENEWAL: i32 = 24;

/// R10: members of a homepage are kept over two years, or until they leave, and nothing says that they are asked again. That may happen without being said: suspected.
fn members_without_renewal(context: &Context<'_>) -> Vec<Finding> {
    let content = context.content;
    let Some(retention) = &content.retention else { return Vec::new() };
    let told = format!("{} {}", content.name, content.purpose.as_deref().unwrap_or_default());
    let told: String = told.chars().filter(|letter| !letter.is_whitespace()).collect();
    let is_membership =
        content.name.contains("회원") && ["홈페이지", "누리집", "웹", "사이트", "포털", "온라인", "인터넷"].iter().any(|word| told.contains(word));
    let compact: String = retention.text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let is_renewed = ["재동의", "2년", "1년마다", "매년"].iter().any(|word| compact.contains(word));
    let outlasts = |term: &RetentionTerm| match term.class {
        RetentionClass::Permanent | RetentionClass::SemiPermanent | RetentionClass::UntilEvent => true,
        _ => term.max_months.or(term.min_months).is_some_and(|months| months > MONTHS_TO_RENEWAL),
    };
    if !is_membership || is_renewed || !retention.terms.iter().any(outlasts) {
        return Vec::new();
    }
    vec![context.finding(Rule::R10, Certainty::Suspected, vec![Evidence::of("name", &content.name), Evidence::of("retention.text", &retention.text)])]
}

/// R11: a contract has ended, and the entrustment is still stated.
fn entrustment_ended(context: &Context<'_>) -> Vec<Finding> {
    (0..)
        .zip(&context.content.entrustments)
        .filter_map(|(place, entrustment): (usize, _)| {
            let ended = entrustment.ends_on?;
            let evidence = vec![
                Evidence::of(format!("entrustments.{place}.entrustee"), &entrustment.entrustee.name),
                Evidence::of(format!("entrustments.{place}.endsOn"), ended),
            ];
            Some(context.finding_since(Rule::R11, Certainty::Certain, ended.succ_opt()?, evidence))
        })
        .collect()
}

/// What a provision does not state of its basis, purpose and items, below the path of the provision.
pub(super) fn unstated(provision: &Provision, path: &str) -> Vec<Evidence> {
    let stated = [
        ("legalBases", !provision.legal_bases.is_empty()),
        ("purpose", provision.purpose.is_some()),
        ("items", !provision.items.is_empty() || provision.items_text.is_some() || provision.material.is_some()),
    ];
    stated.into_iter().filter(|(_, is_stated)| !is_stated).map(|(matter, _)| Evidence::missing(format!("{path}.{matter}"))).collect()
}

/// R12: a provision lacks its basis, its purpose or its items.
fn provision_incomplete(context: &Context<'_>) -> Vec<Finding> {
    (0..)
        .zip(&context.content.provisions)
        .filter_map(|(place, provision): (usize, _)| {
            let path = format!("provisions.{place}");
            let missing = unstated(provision, &path);
            let evidence = [vec![Evidence::of(format!("{path}.recipient"), &provision.recipient.name)], missing].concat();
            (evidence.len() > 1).then(|| context.finding(Rule::R12, context.certainty(), evidence))
        })
        .collect()
}

/// R15: nobody is named who receives requests for access.
fn desk_missing(context: &Context<'_>) -> Vec<Finding> {
    if !context.is_full() || context.content.access_desk.is_some() {
        return Vec::new();
    }
    vec![context.finding(Rule::R15, Certainty::Certain, vec![Evidence::missing("accessDesk")])]
}

/// R16: access is restricted on no ground of 제35조④.
fn restriction_without_ground(context: &Context<'_>) -> Vec<Finding> {
    if !context.is_full() {
        return Vec::new();
    }
    let bare = (0..).zip(&context.content.access_restrictions).filter(|(_, restriction)| restriction.ground.is_none());
    bare.map(|(place, restriction): (usize, _)| {
        let path = format!("accessRestrictions.{place}");
        let evidence = vec![Evidence::of(format!("{path}.scope"), &restriction.scope), Evidence::missing(format!("{path}.ground"))];
        // A text may name the ground in words that no rule knows.
        let certainty = if restriction.text.is_some() { Certainty::Suspected } else { Certainty::Certain };
        context.finding(Rule::R16, certainty, evidence)
    })
    .collect()
}

/// R18: the file was assessed, and nothing of the result is known.
fn result_missing(context: &Context<'_>) -> Vec<Finding> {
    let assessments = &context.file.assessments;
    if context.file.status != DataFileStatus::Registered || assessments.is_empty() || assessments.iter().any(|assessment| assessment.has_result) {
        return Vec::new();
    }
    let days: BTreeSet<NaiveDate> = assessments.iter().filter_map(|assessment| assessment.on).collect();
    let since = days.first().copied().unwrap_or(context.content.valid_from);
    let mut evidence: Vec<Evidence> = days.iter().map(|day| Evidence::of("impactAssessments.assessedUntil", day)).collect();
    evidence.push(Evidence::missing("impactAssessments.outcome"));
    vec![context.finding_since(Rule::R18, context.certainty(), since, evidence)]
}

#[cfg(test)]
mod tests;
