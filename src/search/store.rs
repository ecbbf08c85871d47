//! What the index reads from the tables: files as they are found, the names of linked objects, and which files a change of the journal touches.

mod found;

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    agency, agency_alias, change, collected_item, data_file, entrustment, impact_assessment_data_file, legal_basis, organization, organization_name,
    policy_revision, policy_revision_data_file, provided_item, provision, registration, statute, statute_alias,
};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select};
use uuid::Uuid;

use super::document::{Basis, Document, Item, Provision};
use super::linked::{AgencyEntry, NamedEntry};
use crate::agency::AgencyStatus;
use crate::error::Result;
use crate::graphql::word;
use crate::identity::NodeType;
use crate::journal::ChangeKind;
use crate::store::{EARLIEST, Store, standing_organization};

/// A journal entry, as far as the index follows it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number.
    pub sequence: i64,
    /// Hash over it and all before it.
    pub hash: Vec<u8>,
    /// What happened.
    pub kind: ChangeKind,
    /// Type of the node.
    pub node_type: NodeType,
    /// Key of the node.
    pub node: Uuid,
}

impl Store {
    /// Journal entries after `sequence`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn entries_after(&self, sequence: i64, limit: u64) -> Result<Vec<Entry>> {
        let rows: Vec<(i64, Vec<u8>, String, Uuid, String)> = change::Entity::find()
            .select_only()
            .columns([change::Column::Sequence, change::Column::Hash, change::Column::NodeType, change::Column::NodeId, change::Column::Kind])
            .filter(change::Column::Sequence.gt(sequence))
            .order_by_asc(change::Column::Sequence)
            .limit(limit)
            .into_tuple()
            .all(self.db())
            .await?;
        rows.into_iter()
            .map(|(sequence, hash, node_type, node, kind)| Ok(Entry { sequence, hash, kind: word(&kind)?, node_type: word(&node_type)?, node }))
            .collect()
    }

    /// Hash of the journal entry with that number; `None` if the journal has none.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn entry_hash(&self, sequence: i64) -> Result<Option<Vec<u8>>> {
        Ok(change::Entity::find_by_id(sequence).one(self.db()).await?.map(|row| row.hash))
    }

    /// Number of files of any status.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn file_count(&self) -> Result<u64> {
        Ok(data_file::Entity::find().count(self.db()).await?)
    }

    /// Keys of files after one, in their order, at most `limit`.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn file_keys_after(&self, after: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>> {
        let mut select = data_file::Entity::find().select_only().column(data_file::Column::Id).order_by_asc(data_file::Column::Id).limit(limit);
        if let Some(after) = after {
            select = select.filter(data_file::Column::Id.gt(after));
        }
        Ok(select.into_tuple().all(self.db()).await?)
    }

    /// Files that policies cover by any of their revisions, and files that assessments cover.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn files_covered(&self, policies: &[Uuid], assessments: &[Uuid]) -> Result<Vec<Uuid>> {
        let mut files = Vec::new();
        if !policies.is_empty() {
            let revisions = Query::select()
                .column(policy_revision::Column::Id)
                .from(policy_revision::Entity)
                .and_where(policy_revision::Column::PrivacyPolicyId.is_in(policies.iter().copied()))
                .take();
            let covered = policy_revision_data_file::Entity::find()
                .select_only()
                .column(policy_revision_data_file::Column::DataFileId)
                .filter(policy_revision_data_file::Column::PolicyRevisionId.in_subquery(revisions));
            files = covered.distinct().into_tuple::<Uuid>().all(self.db()).await?;
        }
        if !assessments.is_empty() {
            let linked = impact_assessment_data_file::Entity::find()
                .select_only()
                .column(impact_assessment_data_file::Column::DataFileId)
                .filter(impact_assessment_data_file::Column::ImpactAssessmentId.is_in(assessments.iter().copied()));
            files.extend(linked.into_tuple::<Uuid>().all(self.db()).await?);
        }
        Ok(files)
    }

    /// Policies whose revision in force is another one on `until` than it was on `from`, because days have passed.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn policies_that_turned(&self, from: NaiveDate, until: NaiveDate) -> Result<Vec<Uuid>> {
        let turned = policy_revision::Entity::find()
            .select_only()
            .column(policy_revision::Column::PrivacyPolicyId)
            .filter(policy_revision::Column::EffectiveFrom.gt(from))
            .filter(policy_revision::Column::EffectiveFrom.lte(until));
        Ok(turned.distinct().into_tuple().all(self.db()).await?)
    }

    /// Policies to which revisions belong.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn policies_of_revisions(&self, revisions: &[Uuid]) -> Result<Vec<Uuid>> {
        let policies = policy_revision::Entity::find()
            .select_only()
            .column(policy_revision::Column::PrivacyPolicyId)
            .filter(policy_revision::Column::Id.is_in(revisions.iter().copied()));
        Ok(policies.distinct().into_tuple().all(self.db()).await?)
    }

    /// Agencies, all or those with the keys.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn agency_entries(&self, keys: Option<&[Uuid]>) -> Result<Vec<AgencyEntry>> {
        let mut aliases: HashMap<Uuid, Vec<String>> = HashMap::new();
        for row in
            within(agency_alias::Entity::find(), agency_alias::Column::AgencyId, keys).order_by_asc(agency_alias::Column::NameFolded).all(self.db()).await?
        {
            aliases.entry(row.agency_id).or_default().push(row.name);
        }
        let rows = within(agency::Entity::find(), agency::Column::Id, keys).order_by_asc(agency::Column::Code).all(self.db()).await?;
        rows.into_iter()
            .map(|row| {
                let names = std::iter::once(row.name).chain(row.short_name).chain(aliases.remove(&row.id).unwrap_or_default());
                Ok(AgencyEntry {
                    key: row.id,
                    parent: row.parent_id,
                    agency_type: word(&row.agency_type)?,
                    exists: word::<AgencyStatus>(&row.status)? != AgencyStatus::Abolished,
                    region: row.region_code,
                    names: distinct(names),
                })
            })
            .collect()
    }

    /// Files in whose registration in force, or in any revision of a policy that covers them, one of the organizations is named.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn files_naming(&self, organizations: &[Uuid]) -> Result<Vec<Uuid>> {
        if organizations.is_empty() {
            return Ok(Vec::new());
        }
        let provisions = provision::Entity::find()
            .select_only()
            .columns([provision::Column::RegistrationId, provision::Column::PolicyRevisionId])
            .filter(provision::Column::RecipientId.is_in(organizations.iter().copied()));
        let entrustments = entrustment::Entity::find()
            .select_only()
            .columns([entrustment::Column::RegistrationId, entrustment::Column::PolicyRevisionId])
            .filter(entrustment::Column::EntrusteeId.is_in(organizations.iter().copied()));
        let mut owners: Vec<(Option<Uuid>, Option<Uuid>)> = provisions.distinct().into_tuple().all(self.db()).await?;
        owners.extend(entrustments.distinct().into_tuple::<(Option<Uuid>, Option<Uuid>)>().all(self.db()).await?);
        let registrations: Vec<Uuid> = owners.iter().filter_map(|(registration, _)| *registration).collect();
        let mut files: Vec<Uuid> = Vec::new();
        for registrations in registrations.chunks(10_000) {
            let stating = data_file::Entity::find().select_only().column(data_file::Column::Id);
            files.extend(stating.filter(data_file::Column::RegistrationId.is_in(registrations.iter().copied())).into_tuple::<Uuid>().all(self.db()).await?);
        }
        let revisions: Vec<Uuid> = owners.iter().filter_map(|(_, revision)| *revision).collect();
        if !revisions.is_empty() {
            files.extend(self.files_covered(&self.policies_of_revisions(&revisions).await?, &[]).await?);
        }
        Ok(files)
    }

    /// What the organizations were merged into, for those that were.
    async fn merged_organizations(&self) -> Result<HashMap<Uuid, Uuid>> {
        let merged: Vec<(Uuid, Option<Uuid>)> = organization::Entity::find()
            .select_only()
            .columns([organization::Column::Id, organization::Column::MergedIntoId])
            .filter(organization::Column::MergedIntoId.is_not_null())
            .into_tuple()
            .all(self.db())
            .await?;
        Ok(merged.into_iter().filter_map(|(id, into)| Some((id, into?))).collect())
    }

    /// Recipients and entrustees, all or those with the keys. One that was merged has no name of its own: its names are those of the other.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn organization_entries(&self, keys: Option<&[Uuid]>) -> Result<Vec<NamedEntry>> {
        let merged = self.merged_organizations().await?;
        let standing = |id: Uuid| merged.get(&id).copied().unwrap_or(id);
        let keys: Option<HashSet<Uuid>> = keys.map(|keys| keys.iter().flat_map(|key| [*key, standing(*key)]).collect());
        let with_members: Option<Vec<Uuid>> = keys.as_ref().map(|keys| {
            let members = merged.iter().filter(|(_, into)| keys.contains(into)).map(|(id, _)| *id);
            keys.iter().copied().chain(members).collect()
        });
        let mut written: HashMap<Uuid, Vec<String>> = HashMap::new();
        for row in within(organization_name::Entity::find(), organization_name::Column::OrganizationId, with_members.as_deref())
            .order_by_asc(organization_name::Column::Name)
            .all(self.db())
            .await?
        {
            written.entry(standing(row.organization_id)).or_default().push(row.name);
        }
        let keys: Option<Vec<Uuid>> = keys.map(|keys| keys.into_iter().collect());
        let rows = within(organization::Entity::find(), organization::Column::Id, keys.as_deref()).all(self.db()).await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let own = std::iter::once(row.name).filter(|_| row.merged_into_id.is_none());
                let written = written.remove(&row.id).unwrap_or_default();
                NamedEntry { key: row.id, names: distinct(own.chain(written)), merged_into: row.merged_into_id }
            })
            .collect())
    }

    /// Statutes, all or those with the keys.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn statute_entries(&self, keys: Option<&[Uuid]>) -> Result<Vec<NamedEntry>> {
        let mut aliases: HashMap<Uuid, Vec<String>> = HashMap::new();
        for row in
            within(statute_alias::Entity::find(), statute_alias::Column::StatuteId, keys).order_by_asc(statute_alias::Column::Name).all(self.db()).await?
        {
            aliases.entry(row.statute_id).or_default().push(row.name);
        }
        let rows = within(statute::Entity::find(), statute::Column::Id, keys).all(self.db()).await?;
        Ok(rows
            .into_iter()
            .map(|row| NamedEntry {
                key: row.id,
                names: distinct(std::iter::once(row.name).chain(aliases.remove(&row.id).unwrap_or_default())),
                merged_into: None,
            })
            .collect())
    }

    /// Files as they are found on a day, by key: one statement for each kind of part, however many files.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn documents(&self, files: &[Uuid], day: NaiveDate) -> Result<Vec<Document>> {
        let files = data_file::Entity::find().filter(data_file::Column::Id.is_in(files.iter().copied())).all(self.db()).await?;
        let registrations: Vec<Uuid> = files.iter().map(|file| file.registration_id).collect();
        let file_ids: Vec<Uuid> = files.iter().map(|file| file.id).collect();
        let mut heads = self.heads(&registrations).await?.into_iter().map(|head| (head.id, head)).collect::<HashMap<_, _>>();
        let mut items = grouped(self.collected(&registrations).await?);
        let mut bases = grouped(self.cited(&registrations).await?);
        let coverage = self.coverage(&file_ids, day).await?;
        let mut provisions = self.provided(&files, &coverage).await?;
        let mut entrustees = self.entrusted(&files, &coverage).await?;
        let mut assessments: HashMap<Uuid, Vec<Uuid>> = grouped(
            impact_assessment_data_file::Entity::find()
                .filter(impact_assessment_data_file::Column::DataFileId.is_in(file_ids.iter().copied()))
                .order_by_asc(impact_assessment_data_file::Column::ImpactAssessmentId)
                .all(self.db())
                .await?
                .into_iter()
                .map(|row| (row.data_file_id, row.impact_assessment_id)),
        );
        let mut findings = self.rules_found(&file_ids, day).await?;
        let mut documents = Vec::with_capacity(files.len());
        for file in files {
            let Some(head) = heads.remove(&file.registration_id) else { continue };
            documents.push(Document {
                id: file.id,
                agency: file.agency_id,
                status: word(&file.status)?,
                name: file.name,
                name_folded: file.name_folded,
                purpose: head.purpose,
                data_subject_count: file.data_subject_count,
                registered_on: file.registered_on,
                valid_from: head.valid_from,
                recorded_at: head.recorded_at,
                items: items.remove(&file.registration_id).unwrap_or_default(),
                bases: bases.remove(&file.registration_id).unwrap_or_default(),
                retention_class: head.retention_class.as_deref().map(word).transpose()?,
                retention_months: head.retention_months,
                provisions: provisions.remove(&file.id).unwrap_or_default(),
                entrustees: entrustees.remove(&file.id).unwrap_or_default(),
                assessments: assessments.remove(&file.id).unwrap_or_default(),
                findings: findings.remove(&file.id).unwrap_or_default(),
                policies: coverage.get(&file.id).map(|covering| covering.policies.clone()).unwrap_or_default(),
            });
        }
        Ok(documents)
    }

    async fn heads(&self, registrations: &[Uuid]) -> Result<Vec<Head>> {
        use registration::Column;
        let columns = [Column::Id, Column::Purpose, Column::ValidFrom, Column::RecordedAt, Column::RetentionClass];
        let longest = "(SELECT MAX(COALESCE(retention_term.max_months, retention_term.max_days / 30)) FROM retention_term WHERE retention_term.registration_id = registration.id)";
        let select = registration::Entity::find()
            .select_only()
            .columns(columns)
            .column_as(Expr::cust(longest), "retention_months")
            .filter(Column::Id.is_in(registrations.iter().copied()));
        Ok(select.into_model().all(self.db()).await?)
    }

    async fn collected(&self, registrations: &[Uuid]) -> Result<Vec<(Uuid, Item)>> {
        let rows: Vec<ItemRow> = collected_item::Entity::find()
            .select_only()
            .columns([
                collected_item::Column::RegistrationId,
                collected_item::Column::Name,
                collected_item::Column::CategoryCode,
                collected_item::Column::UniqueIdentifier,
                collected_item::Column::SensitiveKind,
            ])
            .filter(collected_item::Column::RegistrationId.is_in(registrations.iter().copied()))
            .order_by_asc(collected_item::Column::RegistrationId)
            .order_by_asc(collected_item::Column::Position)
            .into_tuple()
            .all(self.db())
            .await?;
        rows.into_iter().map(|(owner, name, category, identifier, sensitive)| Ok((owner, item(name, category, identifier, sensitive)?))).collect()
    }

    async fn cited(&self, registrations: &[Uuid]) -> Result<Vec<(Uuid, Basis)>> {
        let rows: Vec<(Uuid, String, Option<Uuid>, Option<String>)> = legal_basis::Entity::find()
            .select_only()
            .columns([legal_basis::Column::RegistrationId, legal_basis::Column::Citation, legal_basis::Column::StatuteId, legal_basis::Column::Article])
            .filter(legal_basis::Column::RegistrationId.is_in(registrations.iter().copied()))
            .order_by_asc(legal_basis::Column::RegistrationId)
            .order_by_asc(legal_basis::Column::Position)
            .into_tuple()
            .all(self.db())
            .await?;
        Ok(rows.into_iter().map(|(owner, citation, statute, article)| (owner, Basis { citation, statute, article })).collect())
    }

    /// Which policies cover each of the files, and by which revisions in force on a day.
    async fn coverage(&self, files: &[Uuid], day: NaiveDate) -> Result<HashMap<Uuid, Coverage>> {
        let links = policy_revision_data_file::Entity::find()
            .filter(policy_revision_data_file::Column::DataFileId.is_in(files.iter().copied()))
            .order_by_asc(policy_revision_data_file::Column::PolicyRevisionId)
            .all(self.db())
            .await?;
        if links.is_empty() {
            return Ok(HashMap::new());
        }
        let linked: HashSet<Uuid> = links.iter().map(|link| link.policy_revision_id).collect();
        let policies = Query::select()
            .column(policy_revision::Column::PrivacyPolicyId)
            .from(policy_revision::Entity)
            .and_where(policy_revision::Column::Id.is_in(linked))
            .take();
        let revisions: Vec<(Uuid, Uuid, i32, Option<NaiveDate>)> = policy_revision::Entity::find()
            .select_only()
            .columns([
                policy_revision::Column::Id,
                policy_revision::Column::PrivacyPolicyId,
                policy_revision::Column::Number,
                policy_revision::Column::EffectiveFrom,
            ])
            .filter(policy_revision::Column::PrivacyPolicyId.in_subquery(policies))
            .into_tuple()
            .all(self.db())
            .await?;
        // The last one of each policy that has started.
        let mut in_force: HashMap<Uuid, ((NaiveDate, i32), Uuid)> = HashMap::new();
        for (revision, policy, number, from) in &revisions {
            let started = (from.unwrap_or(EARLIEST), *number);
            if started.0 <= day && in_force.get(policy).is_none_or(|(latest, _)| *latest < started) {
                in_force.insert(*policy, (started, *revision));
            }
        }
        let policy_of: HashMap<Uuid, Uuid> = revisions.iter().map(|(revision, policy, ..)| (*revision, *policy)).collect();
        let mut coverage: HashMap<Uuid, Coverage> = HashMap::new();
        for link in links {
            let Some(policy) = policy_of.get(&link.policy_revision_id) else { continue };
            let covering = coverage.entry(link.data_file_id).or_default();
            if !covering.policies.contains(policy) {
                covering.policies.push(*policy);
            }
            if in_force.get(policy).is_some_and(|(_, revision)| *revision == link.policy_revision_id) {
                covering.revisions.push(link.policy_revision_id);
            }
        }
        Ok(coverage)
    }

    /// Provisions of each file: its own in their order, then those of the policies.
    async fn provided(&self, files: &[data_file::Model], coverage: &HashMap<Uuid, Coverage>) -> Result<HashMap<Uuid, Vec<Provision>>> {
        let recipient = || standing_organization("provision.recipient_id");
        let own = provision::Entity::find().select_only().columns([provision::Column::RegistrationId, provision::Column::Id]).column_as(recipient(), "body");
        let own = own.filter(provision::Column::RegistrationId.is_in(registrations_of(files))).order_by_asc(provision::Column::Position);
        let of_policies = provision::Entity::find().select_only().columns([provision::Column::PolicyRevisionId, provision::Column::Id]);
        let of_policies = of_policies.column_as(recipient(), "body");
        let of_policies = of_policies.filter(provision::Column::PolicyRevisionId.is_in(revisions_of(coverage))).order_by_asc(provision::Column::Position);
        let stated = self.stated(files, coverage, own, of_policies).await?;
        let keys: HashSet<Uuid> = stated.values().flatten().map(|(key, _)| *key).collect();
        let mut items: HashMap<Uuid, Vec<Item>> = HashMap::new();
        if !keys.is_empty() {
            let rows = provided_item::Entity::find()
                .filter(provided_item::Column::ProvisionId.is_in(keys))
                .order_by_asc(provided_item::Column::ProvisionId)
                .order_by_asc(provided_item::Column::Position)
                .all(self.db())
                .await?;
            for row in rows {
                items.entry(row.provision_id).or_default().push(item(row.name, row.category_code, row.unique_identifier, row.sensitive_kind)?);
            }
        }
        let provision = |(key, recipient): (Uuid, Uuid)| Provision { recipient, items: items.get(&key).cloned().unwrap_or_default() };
        Ok(stated.into_iter().map(|(file, provisions)| (file, provisions.into_iter().map(provision).collect())).collect())
    }

    /// Entrustees of each file: its own in their order, then those of the policies.
    async fn entrusted(&self, files: &[data_file::Model], coverage: &HashMap<Uuid, Coverage>) -> Result<HashMap<Uuid, Vec<Uuid>>> {
        let entrustee = || standing_organization("entrustment.entrustee_id");
        let own = entrustment::Entity::find().select_only().columns([entrustment::Column::RegistrationId, entrustment::Column::Id]);
        let own = own.column_as(entrustee(), "body");
        let own = own.filter(entrustment::Column::RegistrationId.is_in(registrations_of(files))).order_by_asc(entrustment::Column::Position);
        let of_policies = entrustment::Entity::find().select_only().columns([entrustment::Column::PolicyRevisionId, entrustment::Column::Id]);
        let of_policies = of_policies.column_as(entrustee(), "body");
        let of_policies = of_policies.filter(entrustment::Column::PolicyRevisionId.is_in(revisions_of(coverage))).order_by_asc(entrustment::Column::Position);
        let stated = self.stated(files, coverage, own, of_policies).await?;
        Ok(stated.into_iter().map(|(file, entrustments)| (file, entrustments.into_iter().map(|(_, entrustee)| entrustee).collect())).collect())
    }

    /// What files state by their registrations, and what policies state of them: key and body, by file.
    async fn stated<E: EntityTrait>(
        &self,
        files: &[data_file::Model],
        coverage: &HashMap<Uuid, Coverage>,
        own: Select<E>,
        of_policies: Select<E>,
    ) -> Result<HashMap<Uuid, Vec<(Uuid, Uuid)>>> {
        let tuples = |rows: Vec<(Uuid, Uuid, Uuid)>| grouped(rows.into_iter().map(|(owner, key, body)| (owner, (key, body))));
        let own = tuples(own.into_tuple().all(self.db()).await?);
        let of_policies = if coverage.is_empty() { HashMap::new() } else { tuples(of_policies.into_tuple().all(self.db()).await?) };
        let mut stated: HashMap<Uuid, Vec<(Uuid, Uuid)>> = HashMap::new();
        for file in files {
            let revisions = coverage.get(&file.id).map(|covering| covering.revisions.as_slice()).unwrap_or_default();
            let all: Vec<(Uuid, Uuid)> = own
                .get(&file.registration_id)
                .into_iter()
                .chain(revisions.iter().filter_map(|revision| of_policies.get(revision)))
                .flatten()
                .copied()
                .collect();
            if !all.is_empty() {
                stated.insert(file.id, all);
            }
        }
        Ok(stated)
    }
}

/// Owner, name, category, unique identifier and sensitive kind of an item.
type ItemRow = (Uuid, String, Option<String>, Option<String>, Option<String>);

/// What a registration itself says.
#[derive(FromQueryResult)]
struct Head {
    id: Uuid,
    purpose: Option<String>,
    valid_from: NaiveDate,
    recorded_at: DateTime<Utc>,
    retention_class: Option<String>,
    retention_months: Option<i32>,
}

/// Policies that cover a file, by any of their revisions, and those of the revisions that are in force.
#[derive(Default)]
struct Coverage {
    policies: Vec<Uuid>,
    revisions: Vec<Uuid>,
}

fn registrations_of(files: &[data_file::Model]) -> impl Iterator<Item = Uuid> + '_ {
    files.iter().map(|file| file.registration_id)
}

fn revisions_of(coverage: &HashMap<Uuid, Coverage>) -> HashSet<Uuid> {
    coverage.values().flat_map(|covering| covering.revisions.iter().copied()).collect()
}

fn item(name: String, category: Option<String>, identifier: Option<String>, sensitive: Option<String>) -> Result<Item> {
    Ok(Item { name, category, identifier: identifier.as_deref().map(word).transpose()?, sensitive: sensitive.as_deref().map(word).transpose()? })
}

/// The rows whose key is one of these, or all of them.
fn within<E: EntityTrait>(select: Select<E>, column: impl ColumnTrait, keys: Option<&[Uuid]>) -> Select<E> {
    match keys {
        Some(keys) => select.filter(column.is_in(keys.iter().copied())),
        None => select,
    }
}

fn grouped<K: Eq + Hash, V>(pairs: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut distinct = Vec::new();
    names.for_each(|name| {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    });
    distinct
}
