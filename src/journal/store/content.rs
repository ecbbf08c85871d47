//! What entries told, read back from the tables.
//!
//! Registrations and revisions of policies never change: what their entries told is there as long as they are. Of what is amended in place (agencies, organizations, statutes, assessments, statuses, sources) the
//! tables hold the latest, which the latest entry told.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use entity::{agency, agency_alias, change, data_file, organization, organization_name, privacy_policy, redaction, source, statute, statute_alias, succession};
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::agency::store::{agency_content, succession_content};
use crate::error::{Error, Result};
use crate::graphql::word;
use crate::identity::NodeType;
use crate::impact_assessment::store::assessment_contents;
use crate::journal::ChangeKind;
use crate::legal_basis::store::statute_content;
use crate::organization::store::organization_content;
use crate::policy::store::{policy_content, revision_contents};
use crate::recommendation::recommendation_contents;
use crate::redaction::store::{record_of, redaction_content};
use crate::registration::store::contents;
use crate::source::store::sources_content;

/// What an entry told, as far as the tables say.
#[derive(Debug)]
pub struct Told {
    /// One of these.
    pub one_of: Vec<Json>,
    /// Whether a later entry told it anew: then the tables need hold it no longer.
    pub is_superseded: bool,
}

/// What the entries told, by their sequence. Of all of them in as many statements as of one.
///
/// # Errors
/// Those of the database; `Internal` for words that the code does not know.
pub async fn told(db: &impl ConnectionTrait, entries: &[change::Model]) -> Result<HashMap<i64, Told>> {
    let kinds = entries.iter().map(|entry| word::<ChangeKind>(&entry.kind)).collect::<Result<Vec<_>>>()?;
    let of = |wanted: &[ChangeKind]| -> Vec<&change::Model> {
        entries.iter().zip(&kinds).filter(|(_, kind)| wanted.contains(kind)).map(|(entry, _)| entry).collect()
    };
    let mut told = HashMap::new();
    let mut tell = |entry: &change::Model, contents: Vec<Json>| drop(told.insert(entry.sequence, Told { one_of: contents, is_superseded: false }));

    let registrations = of(&[ChangeKind::RegistrationRecorded, ChangeKind::DataFileDestroyed]);
    let ids: Vec<Uuid> = registrations.iter().filter_map(|entry| entry.registration_id).collect();
    let stored = contents(db, &ids).await?;
    for entry in registrations {
        tell(entry, entry.registration_id.and_then(|id| stored.get(&id)).map(serialised).transpose()?.into_iter().collect());
    }
    let revisions = of(&[ChangeKind::PolicyRevisionPublished]);
    let stored = revision_contents(db, &nodes(&revisions)).await?;
    for entry in revisions {
        tell(entry, stored.get(&entry.node_id).map(serialised).transpose()?.into_iter().collect());
    }
    let assessments = of(&[ChangeKind::ImpactAssessmentRecorded, ChangeKind::ImpactAssessmentAmended]);
    let stored = assessment_contents(db, &nodes(&assessments)).await?;
    for entry in assessments {
        tell(entry, stored.get(&entry.node_id).map(serialised).transpose()?.into_iter().collect());
    }
    let recommendations = of(&[ChangeKind::RecommendationIssued, ChangeKind::RecommendationAnswered]);
    let stored = recommendation_contents(db, &nodes(&recommendations)).await?;
    for entry in recommendations {
        tell(entry, stored.get(&entry.node_id).map(serialised).transpose()?.into_iter().collect());
    }
    let policies = of(&[ChangeKind::PrivacyPolicyAdded]);
    let stored = by(all::<privacy_policy::Entity>(db, privacy_policy::Column::Id, &nodes(&policies)).await?, |row| row.id);
    let codes = codes(db, stored.values().flatten().map(|row| row.agency_id)).await?;
    for entry in policies {
        tell(entry, rows(&stored, entry.node_id).iter().map(|row| policy_content(row, codes.get(&row.agency_id).map_or("", String::as_str))).collect());
    }
    for (entry, contents) in agencies(db, &of(&[ChangeKind::AgencyRegistered, ChangeKind::AgencyAmended])).await? {
        tell(entry, contents);
    }
    for (entry, contents) in successions(db, &of(&[ChangeKind::AgencySucceeded])).await? {
        tell(entry, contents);
    }
    let organizations =
        of(&[ChangeKind::OrganizationAdded, ChangeKind::OrganizationAmended, ChangeKind::OrganizationMerged, ChangeKind::OrganizationSeparated]);
    let ids = nodes(&organizations);
    let stored = by(all::<organization::Entity>(db, organization::Column::Id, &ids).await?, |row| row.id);
    let names = by(all::<organization_name::Entity>(db, organization_name::Column::OrganizationId, &ids).await?, |row| row.organization_id);
    for entry in organizations {
        let names: Vec<&String> = rows(&names, entry.node_id).iter().map(|row| &row.name).collect();
        tell(entry, rows(&stored, entry.node_id).iter().map(|row| organization_content(row, names.iter().copied())).collect());
    }
    let statutes = of(&[ChangeKind::StatuteAdded, ChangeKind::StatuteAmended]);
    let ids = nodes(&statutes);
    let stored = by(all::<statute::Entity>(db, statute::Column::Id, &ids).await?, |row| row.id);
    let aliases = by(all::<statute_alias::Entity>(db, statute_alias::Column::StatuteId, &ids).await?, |row| row.statute_id);
    for entry in statutes {
        let aliases: BTreeSet<&String> = rows(&aliases, entry.node_id).iter().map(|row| &row.name).collect();
        tell(entry, rows(&stored, entry.node_id).iter().map(|row| statute_content(row, &aliases)).collect());
    }
    // Few: one after the other.
    for entry in of(&[ChangeKind::ValueRedacted]) {
        let row = redaction::Entity::find_by_id(entry.sequence).one(db).await?;
        let record_type = if entry.registration_id.is_some() { NodeType::Registration } else { word(&entry.node_type)? };
        let record = record_of(db, record_type, entry.registration_id.unwrap_or(entry.node_id)).await?;
        tell(entry, row.zip(record).map(|(row, record)| redaction_content(&row, &record)).into_iter().collect());
    }
    let statuses = of(&[ChangeKind::DataFileAmended]);
    let stored = by(all::<data_file::Entity>(db, data_file::Column::Id, &nodes(&statuses)).await?, |row| row.id);
    for entry in statuses {
        tell(entry, rows(&stored, entry.node_id).iter().map(|row| json!({"status": row.status})).collect());
    }
    let sources = of(&[ChangeKind::SourcesAmended]);
    let mut stored = by(all::<source::Entity>(db, source::Column::NodeId, &nodes(&sources)).await?, |row| row.node_id);
    stored.values_mut().for_each(|rows| rows.sort_by_key(|row| row.position));
    for entry in sources {
        tell(entry, vec![sources_content(rows(&stored, entry.node_id))]);
    }
    supersede(db, entries, &kinds, &mut told).await?;
    Ok(told)
}

/// Entries of which kinds tell anew what one of this kind told. None for what never changes.
fn retold_by(kind: ChangeKind) -> &'static [ChangeKind] {
    use ChangeKind as K;
    match kind {
        K::RegistrationRecorded | K::DataFileDestroyed | K::PolicyRevisionPublished | K::PrivacyPolicyAdded => &[],
        K::AgencyRegistered | K::AgencyAmended => &[K::AgencyAmended],
        K::AgencySucceeded => &[K::AgencySucceeded],
        K::OrganizationAdded | K::OrganizationAmended | K::OrganizationMerged | K::OrganizationSeparated => {
            &[K::OrganizationAmended, K::OrganizationMerged, K::OrganizationSeparated]
        }
        K::StatuteAdded | K::StatuteAmended => &[K::StatuteAmended],
        K::DataFileAmended => &[K::DataFileAmended, K::RegistrationRecorded, K::DataFileDestroyed],
        K::ImpactAssessmentRecorded | K::ImpactAssessmentAmended => &[K::ImpactAssessmentAmended],
        K::RecommendationIssued | K::RecommendationAnswered => &[K::RecommendationAnswered],
        K::ValueRedacted => &[K::ValueRedacted, K::ImpactAssessmentAmended, K::RecommendationAnswered, K::SourcesAmended],
        K::SourcesAmended => &[K::SourcesAmended, K::AgencyAmended, K::ImpactAssessmentAmended],
    }
}

/// Marks what later entries told anew.
async fn supersede(db: &impl ConnectionTrait, entries: &[change::Model], kinds: &[ChangeKind], told: &mut HashMap<i64, Told>) -> Result<()> {
    use crate::vocabulary::Vocabulary as _;
    let amendable: Vec<(&change::Model, ChangeKind)> = entries.iter().zip(kinds.iter().copied()).filter(|(_, kind)| !retold_by(*kind).is_empty()).collect();
    let latest: Vec<(Uuid, String, i64)> = change::Entity::find()
        .select_only()
        .column(change::Column::NodeId)
        .column(change::Column::Kind)
        .column_as(change::Column::Sequence.max(), "latest")
        .filter(change::Column::NodeId.is_in(amendable.iter().map(|(entry, _)| entry.node_id).collect::<BTreeSet<_>>()))
        .group_by(change::Column::NodeId)
        .group_by(change::Column::Kind)
        .into_tuple()
        .all(db)
        .await?;
    let latest: HashMap<(Uuid, String), i64> = latest.into_iter().map(|(node, kind, sequence)| ((node, kind), sequence)).collect();
    for (entry, kind) in amendable {
        let is_retold =
            retold_by(kind).iter().any(|later| latest.get(&(entry.node_id, later.as_str().to_owned())).is_some_and(|sequence| *sequence > entry.sequence));
        if let Some(told) = told.get_mut(&entry.sequence) {
            told.is_superseded = is_retold;
        }
    }
    Ok(())
}

async fn agencies<'e>(db: &impl ConnectionTrait, entries: &[&'e change::Model]) -> Result<Vec<(&'e change::Model, Vec<Json>)>> {
    let ids = nodes(entries);
    let stored = by(all::<agency::Entity>(db, agency::Column::Id, &ids).await?, |row| row.id);
    let mut aliases = by(all::<agency_alias::Entity>(db, agency_alias::Column::AgencyId, &ids).await?, |row| row.agency_id);
    aliases.values_mut().for_each(|rows| rows.sort_by(|a, b| a.name_folded.cmp(&b.name_folded)));
    let codes = codes(db, stored.values().flatten().filter_map(|row| row.parent_id)).await?;
    let content = |row: &agency::Model| {
        let parent = row.parent_id.and_then(|id| codes.get(&id)).map(String::as_str);
        agency_content(row, parent, rows(&aliases, row.id).iter())
    };
    Ok(entries.iter().map(|entry| (*entry, rows(&stored, entry.node_id).iter().map(content).collect())).collect())
}

async fn successions<'e>(db: &impl ConnectionTrait, entries: &[&'e change::Model]) -> Result<Vec<(&'e change::Model, Vec<Json>)>> {
    let stored = by(all::<succession::Entity>(db, succession::Column::PredecessorId, &nodes(entries)).await?, |row| row.predecessor_id);
    let codes = codes(db, stored.values().flatten().flat_map(|row| [row.predecessor_id, row.successor_id])).await?;
    let code = |id: Uuid| codes.get(&id).map_or("", String::as_str);
    let content = |row: &succession::Model| succession_content(row, code(row.predecessor_id), code(row.successor_id));
    Ok(entries.iter().map(|entry| (*entry, rows(&stored, entry.node_id).iter().map(content).collect())).collect())
}

fn nodes(entries: &[&change::Model]) -> Vec<Uuid> {
    entries.iter().map(|entry| entry.node_id).collect()
}

fn serialised(content: &impl serde::Serialize) -> Result<Json> {
    serde_json::to_value(content).map_err(|error| Error::internal(error.to_string()))
}

/// Every row in whose column one of the ids stands.
async fn all<E: EntityTrait>(db: &impl ConnectionTrait, column: E::Column, ids: &[Uuid]) -> Result<Vec<E::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(E::find().filter(column.is_in(ids.iter().copied())).all(db).await?)
}

fn by<K: Eq + Hash, R>(rows: Vec<R>, key: impl Fn(&R) -> K) -> HashMap<K, Vec<R>> {
    let mut map: HashMap<K, Vec<R>> = HashMap::new();
    for row in rows {
        map.entry(key(&row)).or_default().push(row);
    }
    map
}

fn rows<R>(map: &HashMap<Uuid, Vec<R>>, id: Uuid) -> &[R] {
    map.get(&id).map_or(&[], Vec::as_slice)
}

/// Codes of agencies by their keys.
async fn codes(db: &impl ConnectionTrait, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = ids.collect::<BTreeSet<_>>().into_iter().collect();
    Ok(all::<agency::Entity>(db, agency::Column::Id, &ids).await?.into_iter().map(|row| (row.id, row.code)).collect())
}

/// Entries after that sequence, up to another one: at most so many, in order.
///
/// # Errors
/// Those of the database.
pub async fn entries_after(db: &impl ConnectionTrait, after: i64, through: i64, limit: u64) -> Result<Vec<change::Model>> {
    let range = change::Column::Sequence.gt(after).and(change::Column::Sequence.lte(through));
    Ok(change::Entity::find().filter(range).order_by_asc(change::Column::Sequence).limit(limit).all(db).await?)
}
