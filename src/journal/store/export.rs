//! The journal as lines of JSON: each entry with the rows that belong to it, as they stand in one snapshot of the register (docs/adr/0012).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::sync::Arc;

use entity::{
    access_restriction, agency, agency_alias, auto_collection, change, collected_item, data_file, disposal_method, entrustment, impact_assessment,
    impact_assessment_data_file, impact_assessment_item, incoming_entrustment, legal_basis, organization, organization_name, policy_item, policy_revision,
    policy_revision_data_file, policy_section, privacy_label, privacy_officer, privacy_policy, provided_item, provision, recommendation, redaction,
    registration, remedy_body, retention_term, right_procedure, safeguard, source, source_document, statute, statute_alias, sub_entrustee, succession,
    video_device,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Iterable as _, PrimaryKeyToColumn as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde::Serialize;
use serde_json::Value as Json;
use uuid::Uuid;

use super::content::entries_after;
use super::line::{FORMAT, Line};
use super::verify::hex;
use crate::error::{Error, Result};
use crate::graphql::word;
use crate::identity::NodeType;
use crate::journal::ChangeKind;
use crate::store::Store;
use crate::vocabulary::Vocabulary as _;

/// Entries that are read at once.
const PAGE: u64 = 200;

impl Store {
    /// Writes a line for each entry after that sequence, through the head of the journal.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a sequence beyond the head; those of the database; `Internal` where the lines cannot be written.
    pub async fn export_journal(&self, after: i64, out: &mut (dyn Write + Send)) -> Result<()> {
        let snapshot = self.snapshot().await?;
        let last = change::Entity::find().order_by_desc(change::Column::Sequence).one(&snapshot).await?;
        let through = last.map_or(0, |entry| entry.sequence);
        if after > through {
            return Err(Error::input(format!("there is no entry {after} to go on after: the journal goes to {through}")));
        }
        let before = change::Entity::find_by_id(after).one(&snapshot).await?;
        let mut before = before.map_or_else(|| hex(&[0; 32]), |entry| hex(&entry.hash));
        let (mut after, mut documents) = (after, HashSet::new());
        loop {
            let page = entries_after(&snapshot, after, through, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            let mut rows = belongings(&snapshot, &page, &mut documents).await?;
            for entry in page {
                let hash = hex(&entry.hash);
                let line = Line {
                    format: FORMAT.to_owned(),
                    sequence: entry.sequence,
                    through,
                    recorded_at: entry.recorded_at,
                    kind: entry.kind,
                    node_type: entry.node_type,
                    node_id: entry.node_id,
                    registration_id: entry.registration_id,
                    salt: entry.salt.as_deref().map(hex),
                    digest: hex(&entry.digest),
                    before: std::mem::replace(&mut before, hash.clone()),
                    hash,
                    rows: rows.remove(&entry.sequence).unwrap_or_default(),
                };
                let text = serde_json::to_string(&line).map_err(|error| Error::internal(error.to_string()))?;
                writeln!(out, "{text}").map_err(unwritten)?;
            }
        }
        out.flush().map_err(unwritten)
    }
}

/// Why the journal could not be written out; the reader may have seen enough.
fn unwritten(error: std::io::Error) -> Error {
    Error::Internal(Arc::new(error))
}

/// Rows by table.
pub type Rows = BTreeMap<String, Vec<Json>>;

/// Whose rows are read, and for which entries: an owner may have several.
type Owners = HashMap<Uuid, Vec<i64>>;

/// The rows that belong to the entries, by their sequence. A document that sources name stands with the first entry that names it.
async fn belongings(db: &impl ConnectionTrait, entries: &[change::Model], documents: &mut HashSet<Uuid>) -> Result<HashMap<i64, Rows>> {
    // What is amended in place stands once, with the last entry that tells of it: a row said twice could be said in two ways.
    let latest: Vec<(Uuid, i64)> = change::Entity::find()
        .select_only()
        .column(change::Column::NodeId)
        .column_as(change::Column::Sequence.max(), "latest")
        .filter(change::Column::NodeId.is_in(entries.iter().map(|entry| entry.node_id).collect::<HashSet<_>>()))
        .group_by(change::Column::NodeId)
        .into_tuple()
        .all(db)
        .await?;
    let latest: HashMap<Uuid, i64> = latest.into_iter().collect();
    let mut owners: HashMap<NodeType, Owners> = HashMap::new();
    for entry in entries {
        let mut own = |node_type: NodeType, id: Uuid| owners.entry(node_type).or_default().entry(id).or_default().push(entry.sequence);
        if latest.get(&entry.node_id) == Some(&entry.sequence) {
            own(word(&entry.node_type)?, entry.node_id);
        }
        if let Some(id) = entry.registration_id {
            own(NodeType::Registration, id);
        }
    }
    let mut of = |node_type: NodeType| owners.remove(&node_type).unwrap_or_default();
    let (agencies, organizations, statutes, files, registrations, policies, revisions, assessments, recommendations) = (
        of(NodeType::Agency),
        of(NodeType::Organization),
        of(NodeType::Statute),
        of(NodeType::DataFile),
        of(NodeType::Registration),
        of(NodeType::PrivacyPolicy),
        of(NodeType::PolicyRevision),
        of(NodeType::ImpactAssessment),
        of(NodeType::Recommendation),
    );
    let mut gathered = Gathered { db, rows: HashMap::new() };
    /// Rows of a table by the column that names their owner.
    macro_rules! take {
        ($table:ident, $column:ident, $field:ident, $owners:expr) => {
            gathered.take::<$table::Entity>(stringify!($table), $table::Column::$column, $owners, |row| row.$field.into()).await?
        };
    }
    take!(agency, Id, id, &agencies);
    take!(agency_alias, AgencyId, agency_id, &agencies);
    take!(succession, PredecessorId, predecessor_id, &agencies);
    take!(organization, Id, id, &organizations);
    take!(organization_name, OrganizationId, organization_id, &organizations);
    take!(statute, Id, id, &statutes);
    take!(statute_alias, StatuteId, statute_id, &statutes);
    take!(data_file, Id, id, &files);
    take!(registration, Id, id, &registrations);
    take!(collected_item, RegistrationId, registration_id, &registrations);
    take!(access_restriction, RegistrationId, registration_id, &registrations);
    take!(privacy_policy, Id, id, &policies);
    take!(policy_revision, Id, id, &revisions);
    take!(policy_revision_data_file, PolicyRevisionId, policy_revision_id, &revisions);
    take!(policy_section, PolicyRevisionId, policy_revision_id, &revisions);
    take!(privacy_label, PolicyRevisionId, policy_revision_id, &revisions);
    take!(policy_item, PolicyRevisionId, policy_revision_id, &revisions);
    take!(privacy_officer, PolicyRevisionId, policy_revision_id, &revisions);
    take!(right_procedure, PolicyRevisionId, policy_revision_id, &revisions);
    take!(remedy_body, PolicyRevisionId, policy_revision_id, &revisions);
    take!(safeguard, PolicyRevisionId, policy_revision_id, &revisions);
    take!(disposal_method, PolicyRevisionId, policy_revision_id, &revisions);
    take!(auto_collection, PolicyRevisionId, policy_revision_id, &revisions);
    take!(incoming_entrustment, PolicyRevisionId, policy_revision_id, &revisions);
    take!(impact_assessment, Id, id, &assessments);
    take!(impact_assessment_data_file, ImpactAssessmentId, impact_assessment_id, &assessments);
    take!(impact_assessment_item, ImpactAssessmentId, impact_assessment_id, &assessments);
    take!(recommendation, Id, id, &recommendations);
    let mut provisions = take!(provision, RegistrationId, registration_id, &registrations);
    provisions.extend(take!(provision, PolicyRevisionId, policy_revision_id, &revisions));
    let mut entrustments = take!(entrustment, RegistrationId, registration_id, &registrations);
    entrustments.extend(take!(entrustment, PolicyRevisionId, policy_revision_id, &revisions));
    let devices = take!(video_device, PolicyRevisionId, policy_revision_id, &revisions);
    let provisions = below(provisions, |row| (row.id, row.registration_id.or(row.policy_revision_id)), [&registrations, &revisions]);
    let entrustments = below(entrustments, |row| (row.id, row.registration_id.or(row.policy_revision_id)), [&registrations, &revisions]);
    let devices = below(devices, |row| (row.id, Some(row.policy_revision_id)), [&registrations, &revisions]);
    take!(provided_item, ProvisionId, provision_id, &provisions);
    take!(sub_entrustee, EntrustmentId, entrustment_id, &entrustments);
    take!(legal_basis, RegistrationId, registration_id, &registrations);
    take!(legal_basis, ProvisionId, provision_id, &provisions);
    take!(legal_basis, VideoDeviceId, video_device_id, &devices);
    take!(retention_term, RegistrationId, registration_id, &registrations);
    take!(retention_term, ProvisionId, provision_id, &provisions);
    take!(retention_term, VideoDeviceId, video_device_id, &devices);
    let mut sourced = agencies;
    sourced.extend(registrations);
    sourced.extend(revisions);
    sourced.extend(assessments);
    let sources = take!(source, NodeId, node_id, &sourced);
    let mut named = Owners::new();
    for row in sources.iter().filter(|row| documents.insert(row.source_document_id)) {
        named.insert(row.source_document_id, sourced.get(&row.node_id).into_iter().flatten().copied().take(1).collect());
    }
    take!(source_document, Id, id, &named);
    if entries.iter().any(|entry| entry.kind == ChangeKind::ValueRedacted.as_str()) {
        let sequences = entries.iter().map(|entry| entry.sequence);
        for row in redaction::Entity::find().filter(redaction::Column::Sequence.is_in(sequences)).all(db).await? {
            let json = serde_json::to_value(&row).map_err(|error| Error::internal(error.to_string()))?;
            gathered.rows.entry(row.sequence).or_default().entry("redaction".to_owned()).or_default().push(json);
        }
    }
    Ok(gathered.rows)
}

/// For what is below rows: the keys of the rows, with the entries of their own owners.
fn below<R>(rows: Vec<R>, key_and_owner: impl Fn(&R) -> (Uuid, Option<Uuid>), owners: [&Owners; 2]) -> Owners {
    let entries = |owner: Uuid| owners.iter().find_map(|owners| owners.get(&owner)).cloned();
    rows.iter().map(key_and_owner).filter_map(|(key, owner)| Some((key, entries(owner?)?))).collect()
}

struct Gathered<'a, C> {
    db: &'a C,
    rows: HashMap<i64, Rows>,
}

impl<C: ConnectionTrait> Gathered<'_, C> {
    /// Reads the rows of the owners, in the order of their keys, and hands them to the owners' entries.
    async fn take<E>(&mut self, table: &str, column: E::Column, owners: &Owners, owner: impl Fn(&E::Model) -> Option<Uuid>) -> Result<Vec<E::Model>>
    where
        E: EntityTrait,
        E::Model: Serialize,
    {
        if owners.is_empty() {
            return Ok(Vec::new());
        }
        let (mut rows, ids) = (Vec::new(), owners.keys().copied().collect::<Vec<_>>());
        // Both databases limit the parameters of a statement.
        for ids in ids.chunks(10_000) {
            let mut select = E::find().filter(column.is_in(ids.iter().copied()));
            for key in E::PrimaryKey::iter() {
                select = select.order_by_asc(key.into_column());
            }
            rows.extend(select.all(self.db).await?);
        }
        for row in &rows {
            let mut json = serde_json::to_value(row).map_err(|error| Error::internal(error.to_string()))?;
            if let Json::Object(fields) = &mut json {
                fields.retain(|_, value| !value.is_null());
            }
            for entry in owner(row).and_then(|owner| owners.get(&owner)).into_iter().flatten() {
                self.rows.entry(*entry).or_default().entry(table.to_owned()).or_default().push(json.clone());
            }
        }
        Ok(rows)
    }
}
