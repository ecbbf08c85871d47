//! Computing what follows from a write in its transaction: findings (docs/adr/0011), and then data flows (docs/adr/0022).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    agency, data_file, finding, impact_assessment, impact_assessment_data_file, policy_revision, policy_revision_data_file, policy_section, privacy_policy,
    registration, succession,
};
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{ColumnTrait as _, EntityTrait as _, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use crate::agency::AgencyStatus;
use crate::data_file::DataFileStatus;
use crate::error::{Error, Result};
use crate::finding::{
    AGENCY_RULES, AgencyFacts, AgencyFile, AssessmentFacts, FileFacts, Finding, FindingRuleCode, Held, RevisionFacts, Subject, of_agency, of_file, of_revision,
};
use crate::graphql::{day_in_korea, word};
use crate::identity::{NodeType, beside, node_key};
use crate::policy::{PolicySectionKind, SectionState, revision_contents};
use crate::registration::{NumberedContent, contents_of_files};
use crate::store::{Write, listed_by_default, relation, revisions_in_force, rows_with};
use crate::vocabulary::Vocabulary as _;

/// What a write told the journal of, and of which findings and data flows are to be computed before it is committed.
#[derive(Debug, Default)]
pub(crate) struct Unexamined {
    pub(super) files: BTreeSet<Uuid>,
    pub(super) assessments: BTreeSet<Uuid>,
    pub(super) policies: BTreeSet<Uuid>,
    pub(super) revisions: BTreeSet<Uuid>,
    pub(super) agencies: BTreeSet<Uuid>,
    /// Organizations for which others count from now on, or no longer.
    organizations: BTreeSet<Uuid>,
}

impl Unexamined {
    /// Notes that a node changed.
    pub fn note(&mut self, node_type: NodeType, id: Uuid) {
        match node_type {
            NodeType::DataFile => self.files.insert(id),
            NodeType::ImpactAssessment => self.assessments.insert(id),
            NodeType::PrivacyPolicy => self.policies.insert(id),
            NodeType::PolicyRevision => self.revisions.insert(id),
            NodeType::Agency => self.agencies.insert(id),
            _ => false,
        };
    }

    /// Notes that an organization counts for another one from now on, or no longer.
    pub fn note_organization(&mut self, id: Uuid) {
        self.organizations.insert(id);
    }

    /// Notes files of which something outside their registrations changed.
    pub fn note_files(&mut self, files: impl IntoIterator<Item = Uuid>) {
        self.files.extend(files);
    }
}

/// A day after every day that a document states.
const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// Rows that are looked up together.
const AT_ONCE: usize = 500;

impl Write {
    /// Computes the findings of a file from its whole history. `is_known` is whether the register had the file before.
    pub(crate) async fn examine_file(&mut self, row: &data_file::Model, history: &[NumberedContent], is_known: bool) -> Result<()> {
        self.unexamined.files.remove(&row.id);
        let assessments = if is_known { assessments_of(self, row.id).await? } else { Vec::new() };
        // A rehearsal reads what is stored, and leaves it.
        if is_known && !self.is_rehearsal() {
            let of_agencies = finding::Column::Rule.is_in(AGENCY_RULES.map(FindingRuleCode::as_str)).not();
            finding::Entity::delete_many().filter(finding::Column::DataFileId.eq(row.id)).filter(of_agencies).exec(self.txn().await?).await?;
        }
        let operator = |recorded: &NumberedContent| self.known.agencies.get(&recorded.content.agency).map(|agency| (recorded.id, *agency));
        let operators: HashMap<Uuid, Uuid> = history.iter().filter_map(operator).collect();
        self.unexamined.agencies.extend(operators.values().copied().chain([row.agency_id]));
        let rows = stored(of_file(&facts(row, history, assessments)?), |finding| match finding.subject {
            Subject::Registration(id) => operators.get(&id).copied().unwrap_or(row.agency_id),
            _ => row.agency_id,
        })?;
        self.insert(rows);
        Ok(())
    }

    /// Computes the findings of everything that the write told of and whose findings it has not computed yet, and the data flows of the agencies concerned.
    pub(crate) async fn examine(&mut self) -> Result<()> {
        let assessments = mem::take(&mut self.unexamined.assessments).into_iter().collect();
        let covered = rows_with::<impact_assessment_data_file::Entity>(self.txn().await?, impact_assessment_data_file::Column::ImpactAssessmentId, assessments);
        let covered = covered.await?;
        self.unexamined.note_files(covered.into_iter().map(|row| row.data_file_id));
        for files in chunks(mem::take(&mut self.unexamined.files)) {
            let rows = rows_with::<data_file::Entity>(self.txn().await?, data_file::Column::Id, files.clone()).await?;
            let mut histories = contents_of_files(self.txn().await?, &files).await?;
            let codes: BTreeSet<String> = histories.values().flatten().map(|recorded| recorded.content.agency.clone()).collect();
            self.meet_agencies(codes.iter().map(String::as_str)).await?;
            for row in rows {
                Box::pin(self.examine_file(&row, &histories.remove(&row.id).unwrap_or_default(), true)).await?;
            }
        }
        let revisions = mem::take(&mut self.unexamined.revisions).into_iter().collect();
        let revisions = rows_with::<policy_revision::Entity>(self.txn().await?, policy_revision::Column::Id, revisions).await?;
        self.unexamined.policies.extend(revisions.into_iter().map(|row| row.privacy_policy_id));
        for policies in chunks(mem::take(&mut self.unexamined.policies)) {
            Box::pin(self.examine_policies(&policies)).await?;
        }
        let mut agencies = mem::take(&mut self.unexamined.agencies);
        for agencies in chunks(agencies.clone()) {
            Box::pin(self.examine_agencies(&agencies)).await?;
        }
        let merged: Vec<Uuid> = mem::take(&mut self.unexamined.organizations).into_iter().collect();
        if !merged.is_empty() {
            agencies.extend(self.agencies_naming(&merged).await?);
        }
        Box::pin(self.derive_flows(&agencies)).await
    }

    /// Computes the findings of every revision of the policies: a new one ends those before it.
    async fn examine_policies(&mut self, policies: &[Uuid]) -> Result<()> {
        let rows = rows_with::<policy_revision::Entity>(self.txn().await?, policy_revision::Column::PrivacyPolicyId, policies.to_vec()).await?;
        let owners = rows_with::<privacy_policy::Entity>(self.txn().await?, privacy_policy::Column::Id, policies.to_vec()).await?;
        let agencies: HashMap<Uuid, Uuid> = owners.into_iter().map(|row| (row.id, row.agency_id)).collect();
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        for ids in ids.chunks(AT_ONCE) {
            let of_agencies = finding::Column::Rule.is_in(AGENCY_RULES.map(FindingRuleCode::as_str));
            finding::Entity::delete_many()
                .filter(finding::Column::PolicyRevisionId.is_in(ids.iter().copied()))
                .filter(of_agencies.not())
                .exec(self.txn().await?)
                .await?;
            let covered =
                rows_with::<policy_revision_data_file::Entity>(self.txn().await?, policy_revision_data_file::Column::PolicyRevisionId, ids.to_vec()).await?;
            let files: BTreeSet<Uuid> = covered.into_iter().map(|row| row.data_file_id).collect();
            let files = rows_with::<data_file::Entity>(self.txn().await?, data_file::Column::Id, files.into_iter().collect()).await?;
            self.unexamined.agencies.extend(files.into_iter().map(|row| row.agency_id));
        }
        let mut contents = HashMap::new();
        for ids in ids.chunks(AT_ONCE) {
            contents.extend(revision_contents(self.txn().await?, ids).await?);
        }
        let mut by_policy: BTreeMap<Uuid, Vec<policy_revision::Model>> = BTreeMap::new();
        for row in rows {
            by_policy.entry(row.privacy_policy_id).or_default().push(row);
        }
        for (policy, mut revisions) in by_policy {
            let Some(agency) = agencies.get(&policy).copied() else { continue };
            self.unexamined.agencies.insert(agency);
            revisions.sort_by_key(|row| (row.effective_from, row.number));
            let ends: Vec<Option<NaiveDate>> = revisions.iter().skip(1).map(|row| row.effective_from).chain([None]).collect();
            for (row, until) in revisions.into_iter().zip(ends) {
                let Some(content) = contents.remove(&row.id) else { continue };
                let from = row.effective_from.unwrap_or_else(|| day_in_korea(row.recorded_at));
                let findings = of_revision(&RevisionFacts { id: row.id, from, until, content: Arc::new(content) });
                self.insert(stored(findings, |_| agency)?);
            }
        }
        Ok(())
    }

    async fn examine_agencies(&mut self, agencies: &[Uuid]) -> Result<()> {
        finding::Entity::delete_many()
            .filter(finding::Column::AgencyId.is_in(agencies.iter().copied()))
            .filter(finding::Column::Rule.is_in(AGENCY_RULES.map(FindingRuleCode::as_str)))
            .exec(self.txn().await?)
            .await?;
        for facts in agency_facts(self, agencies).await? {
            let agency = facts.id;
            self.insert(stored(of_agency(&facts), |_| agency)?);
        }
        Ok(())
    }
}

fn chunks(keys: BTreeSet<Uuid>) -> Vec<Vec<Uuid>> {
    keys.into_iter().collect::<Vec<_>>().chunks(AT_ONCE).map(<[Uuid]>::to_vec).collect()
}

fn facts(row: &data_file::Model, history: &[NumberedContent], assessments: Vec<AssessmentFacts>) -> Result<FileFacts> {
    let ends = history.iter().skip(1).map(|next| Some(next.content.valid_from)).chain([None]);
    let held = history.iter().zip(ends).map(|(recorded, until)| Held { id: recorded.id, content: Arc::clone(&recorded.content), until });
    Ok(FileFacts { id: row.id, status: word(&row.status)?, history: held.collect(), assessments })
}

/// Impact assessments of a file.
async fn assessments_of(write: &mut Write, file: Uuid) -> Result<Vec<AssessmentFacts>> {
    let links = impact_assessment_data_file::Entity::find().filter(impact_assessment_data_file::Column::DataFileId.eq(file)).all(write.txn().await?).await?;
    let ids: Vec<Uuid> = links.into_iter().map(|row| row.impact_assessment_id).collect();
    let rows = rows_with::<impact_assessment::Entity>(write.txn().await?, impact_assessment::Column::Id, ids).await?;
    let facts = rows.into_iter().map(|row| AssessmentFacts {
        on: row.assessed_until.or(row.assessed_from).or_else(|| row.year.and_then(|year| NaiveDate::from_ymd_opt(year, 12, 31))),
        has_result: row.outcome.is_some() || row.summary.is_some() || row.summary_url.is_some(),
    });
    Ok(facts.collect())
}

/// What the rules know of the agencies: each by as few statements as all of them.
async fn agency_facts(write: &mut Write, agencies: &[Uuid]) -> Result<Vec<AgencyFacts>> {
    let rows = rows_with::<agency::Entity>(write.txn().await?, agency::Column::Id, agencies.to_vec()).await?;
    let mut facts: BTreeMap<Uuid, AgencyFacts> = BTreeMap::new();
    for row in rows {
        let is_abolished = word::<AgencyStatus>(&row.status)? == AgencyStatus::Abolished;
        facts.insert(row.id, AgencyFacts { id: row.id, is_abolished, ..AgencyFacts::default() });
    }
    for row in rows_with::<succession::Entity>(write.txn().await?, succession::Column::PredecessorId, agencies.to_vec()).await? {
        if let Some(facts) = facts.get_mut(&row.predecessor_id)
            && facts.succeeded_on.is_none_or(|day| day < row.succeeded_on)
        {
            facts.succeeded_on = Some(row.succeeded_on);
        }
    }
    // The last revision of each policy: one announced for a later day counts from that day.
    let last = || revisions_in_force(LAST_DAY);
    let covered: Vec<(Uuid, Uuid, Option<NaiveDate>, DateTime<Utc>)> = policy_revision_data_file::Entity::find()
        .select_only()
        .column(policy_revision_data_file::Column::DataFileId)
        .column(policy_revision::Column::Id)
        .column(policy_revision::Column::EffectiveFrom)
        .column(policy_revision::Column::RecordedAt)
        .join(
            JoinType::InnerJoin,
            relation(
                policy_revision_data_file::Entity::belongs_to(policy_revision::Entity)
                    .from(policy_revision_data_file::Column::PolicyRevisionId)
                    .to(policy_revision::Column::Id),
            ),
        )
        .join(
            JoinType::InnerJoin,
            relation(
                policy_revision_data_file::Entity::belongs_to(data_file::Entity).from(policy_revision_data_file::Column::DataFileId).to(data_file::Column::Id),
            ),
        )
        .filter(data_file::Column::AgencyId.is_in(agencies.iter().copied()))
        .filter(policy_revision::Column::Id.in_subquery(last()))
        .into_tuple()
        .all(write.txn().await?)
        .await?;
    let mut covered_by: HashMap<Uuid, Vec<(Uuid, NaiveDate)>> = HashMap::new();
    for (file, revision, from, recorded_at) in covered {
        covered_by.entry(file).or_default().push((revision, from.unwrap_or_else(|| day_in_korea(recorded_at))));
    }
    let listing: Vec<(Uuid, Option<NaiveDate>, DateTime<Utc>)> = policy_revision::Entity::find()
        .select_only()
        .column(privacy_policy::Column::AgencyId)
        .column(policy_revision::Column::EffectiveFrom)
        .column(policy_revision::Column::RecordedAt)
        .join(
            JoinType::InnerJoin,
            relation(policy_revision::Entity::belongs_to(privacy_policy::Entity).from(policy_revision::Column::PrivacyPolicyId).to(privacy_policy::Column::Id)),
        )
        .join(
            JoinType::InnerJoin,
            relation(
                policy_revision::Entity::belongs_to(policy_section::Entity).from(policy_revision::Column::Id).to(policy_section::Column::PolicyRevisionId),
            ),
        )
        .filter(privacy_policy::Column::AgencyId.is_in(agencies.iter().copied()))
        .filter(policy_section::Column::Kind.eq(PolicySectionKind::FileRegister.as_str()))
        .filter(policy_section::Column::State.eq(SectionState::Stated.as_str()))
        .filter(policy_revision::Column::Id.in_subquery(last()))
        .into_tuple()
        .all(write.txn().await?)
        .await?;
    for (agency, from, recorded_at) in listing {
        if let Some(facts) = facts.get_mut(&agency) {
            let from = from.unwrap_or_else(|| day_in_korea(recorded_at));
            facts.lists_files_from = facts.lists_files_from.into_iter().chain([from]).min();
        }
    }
    let files: Vec<(Uuid, Uuid, String, String, String, Uuid, NaiveDate)> = data_file::Entity::find()
        .select_only()
        .columns([
            data_file::Column::AgencyId,
            data_file::Column::Id,
            data_file::Column::RegistrationNumber,
            data_file::Column::Name,
            data_file::Column::Status,
            data_file::Column::RegistrationId,
        ])
        .column(registration::Column::ValidFrom)
        .join(
            JoinType::InnerJoin,
            relation(data_file::Entity::belongs_to(registration::Entity).from(data_file::Column::RegistrationId).to(registration::Column::Id)),
        )
        .filter(data_file::Column::AgencyId.is_in(agencies.iter().copied()))
        .filter(listed_by_default())
        .order_by_asc(data_file::Column::NameFolded)
        .order_by_asc(data_file::Column::RegistrationNumber)
        .into_tuple()
        .all(write.txn().await?)
        .await?;
    for (agency, id, number, name, status, registration, valid_from) in files {
        let status: DataFileStatus = word(&status)?;
        let covered_by = covered_by.remove(&id).unwrap_or_default();
        if let Some(facts) = facts.get_mut(&agency) {
            facts.files.push(AgencyFile { id, number, name, status, registration, valid_from, covered_by });
        }
    }
    Ok(facts.into_values().collect())
}

/// Findings as rows; `agency` is the one that each concerns.
fn stored(findings: Vec<Finding>, agency: impl Fn(&Finding) -> Uuid) -> Result<Vec<finding::Model>> {
    let row = |found: Finding| {
        let agency_id = agency(&found);
        let (registration_id, policy_revision_id) = match found.subject {
            Subject::Registration(id) => (Some(id), None),
            Subject::PolicyRevision(id) => (None, Some(id)),
            Subject::Agency(_) => (None, None),
        };
        let owner = registration_id.or(policy_revision_id).unwrap_or(agency_id);
        let file = found.data_file.map(|id| id.to_string()).unwrap_or_default();
        let place = found.evidence.first().map_or("", |evidence| evidence.path.as_str());
        Ok(finding::Model {
            id: beside(owner, node_key(NodeType::Finding, &[found.rule.as_str(), &owner.to_string(), &file, place])),
            rule: found.rule.as_str().to_owned(),
            agency_id,
            data_file_id: found.data_file,
            registration_id,
            policy_revision_id,
            certainty: found.certainty.as_str().to_owned(),
            since: found.since,
            until: found.until,
            evidence: serde_json::to_string(&found.evidence).map_err(|error| Error::internal(error.to_string()))?,
        })
    };
    findings.into_iter().map(row).collect()
}
