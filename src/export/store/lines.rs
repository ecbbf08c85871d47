//! The register as lines: what others refer to first, then files with their histories, then policies, assessments and recommendations, each in the order of keys.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use entity::{
    agency, agency_alias, data_file, entrustment, impact_assessment, legal_basis, organization, policy_revision, privacy_policy, provision, recommendation,
    registration, source, source_document, statute, statute_alias, sub_entrustee, succession,
};
use sea_orm::{ColumnTrait as _, DatabaseTransaction, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Scope, Snapshot};
use crate::error::Result;
use crate::export::lines::{as_stated, line};
use crate::impact_assessment::assessment_contents;
use crate::policy::revision_contents;
use crate::recommendation::recommendation_contents;
use crate::registration::contents_of_files;
use crate::store::rows_with;

/// Things that are read together.
const TOGETHER: usize = 500;

/// A page of lines, and how many of them are data files.
pub type Lines = (String, u64);

impl Snapshot {
    /// The lines of the register but for the first, or those of some files with what they refer to.
    #[must_use]
    pub fn lines(self: &Arc<Self>, scope: &Scope) -> mpsc::Receiver<Result<Lines>> {
        let (sender, receiver) = mpsc::channel(2);
        let (snapshot, scope) = (Arc::clone(self), scope.clone());
        tokio::spawn(async move {
            if let Err(error) = snapshot.write_lines(&scope, &sender).await {
                let _ = sender.send(Err(error)).await;
            }
        });
        receiver
    }

    async fn write_lines(&self, scope: &Scope, pages: &mpsc::Sender<Result<Lines>>) -> Result<()> {
        let db = self.connection()?;
        let named = match &scope.files {
            Some(files) => Some(named_by(db, files).await?),
            None => None,
        };
        // Whoever goes on behind a file has the lines before it.
        if scope.after.is_none() {
            let context = [documents(db, named.as_ref()).await?, agencies(db, named.as_ref()).await?];
            for lines in context.into_iter().flatten() {
                if pages.send(Ok((lines, 0))).await.is_err() {
                    return Ok(());
                }
            }
            for lines in [organizations(db, named.as_ref()).await?, statutes(db, named.as_ref()).await?] {
                if pages.send(Ok((lines, 0))).await.is_err() {
                    return Ok(());
                }
            }
        }
        let mut after = scope.after;
        let first = after;
        let mut left = scope.files.as_deref().map(|files| files.iter().copied().filter(|key| Some(*key) > first));
        loop {
            let mut select = data_file::Entity::find().order_by_asc(data_file::Column::Id);
            match &mut left {
                Some(left) => {
                    let keys: Vec<Uuid> = left.take(TOGETHER).collect();
                    if keys.is_empty() {
                        break;
                    }
                    select = select.filter(data_file::Column::Id.is_in(keys));
                }
                None => {
                    select = select.limit(TOGETHER as u64);
                    if let Some(after) = after {
                        select = select.filter(data_file::Column::Id.gt(after));
                    }
                }
            }
            let rows = select.all(db).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            let count = rows.len() as u64;
            if pages.send(Ok((files(db, rows).await?, count))).await.is_err() {
                return Ok(());
            }
        }
        if named.is_none() {
            let mut policies_after = None;
            while let Some((lines, last)) = policies(db, policies_after).await? {
                policies_after = Some(last);
                if pages.send(Ok((lines, 0))).await.is_err() {
                    return Ok(());
                }
            }
            let mut assessments_after = None;
            while let Some((lines, last)) = assessments(db, assessments_after).await? {
                assessments_after = Some(last);
                if pages.send(Ok((lines, 0))).await.is_err() {
                    return Ok(());
                }
            }
            let lines = recommendations(db).await?;
            if !lines.is_empty() {
                let _ = pages.send(Ok((lines, 0))).await;
            }
        }
        Ok(())
    }
}

/// What some files refer to.
#[derive(Default)]
struct Named {
    documents: HashSet<Uuid>,
    agencies: HashSet<Uuid>,
    organizations: HashSet<Uuid>,
    statutes: HashSet<Uuid>,
}

async fn named_by(db: &DatabaseTransaction, files: &[Uuid]) -> Result<Named> {
    let mut named = Named::default();
    for files in files.chunks(TOGETHER) {
        let registrations = rows_with::<registration::Entity>(db, registration::Column::DataFileId, files.to_vec()).await?;
        let ids: Vec<Uuid> = registrations.iter().map(|row| row.id).collect();
        named.agencies.extend(registrations.iter().map(|row| row.agency_id));
        named.agencies.extend(rows_with::<data_file::Entity>(db, data_file::Column::Id, files.to_vec()).await?.iter().map(|row| row.agency_id));
        named.documents.extend(rows_with::<source::Entity>(db, source::Column::NodeId, ids.clone()).await?.iter().map(|row| row.source_document_id));
        let provisions = rows_with::<provision::Entity>(db, provision::Column::RegistrationId, ids.clone()).await?;
        named.organizations.extend(provisions.iter().map(|row| row.recipient_id));
        let entrustments = rows_with::<entrustment::Entity>(db, entrustment::Column::RegistrationId, ids.clone()).await?;
        named.organizations.extend(entrustments.iter().map(|row| row.entrustee_id));
        let entrustments = entrustments.iter().map(|row| row.id).collect();
        let subs = rows_with::<sub_entrustee::Entity>(db, sub_entrustee::Column::EntrustmentId, entrustments).await?;
        named.organizations.extend(subs.iter().map(|row| row.organization_id));
        let mut bases = rows_with::<legal_basis::Entity>(db, legal_basis::Column::RegistrationId, ids).await?;
        let provisions = provisions.iter().map(|row| row.id).collect();
        bases.extend(rows_with::<legal_basis::Entity>(db, legal_basis::Column::ProvisionId, provisions).await?);
        named.statutes.extend(bases.iter().filter_map(|row| row.statute_id));
    }
    // The register takes an agency only with those above it, and an organization as the agency that it is, or with the one that it was merged into.
    let mut bodies = rows_with::<organization::Entity>(db, organization::Column::Id, named.organizations.iter().copied().collect()).await?;
    let standing: Vec<Uuid> = bodies.iter().filter_map(|row| row.merged_into_id).filter(|id| named.organizations.insert(*id)).collect();
    bodies.extend(rows_with::<organization::Entity>(db, organization::Column::Id, standing).await?);
    named.agencies.extend(bodies.iter().filter_map(|row| row.agency_id));
    // Registration numbers name the agency that issued them, which need not be the one that operates the file now.
    let numbers = rows_with::<data_file::Entity>(db, data_file::Column::Id, files.to_vec()).await?;
    let issuers: HashSet<String> = numbers.iter().filter_map(|row| row.registration_number.split('-').next().map(str::to_owned)).collect();
    named.agencies.extend(rows_with::<agency::Entity>(db, agency::Column::Code, issuers.into_iter().collect()).await?.iter().map(|row| row.id));
    loop {
        let rows = rows_with::<agency::Entity>(db, agency::Column::Id, named.agencies.iter().copied().collect()).await?;
        let before = named.agencies.len();
        named.agencies.extend(rows.iter().filter_map(|row| row.parent_id));
        if named.agencies.len() == before {
            let agencies = named.agencies.iter().copied().collect();
            named.documents.extend(rows_with::<source::Entity>(db, source::Column::NodeId, agencies).await?.iter().map(|row| row.source_document_id));
            return Ok(named);
        }
    }
}

fn is_named(named: Option<&HashSet<Uuid>>, key: Uuid) -> bool {
    named.is_none_or(|named| named.contains(&key))
}

/// Documents that values were read from: those that a value refers to.
async fn documents(db: &DatabaseTransaction, named: Option<&Named>) -> Result<Option<String>> {
    let used: HashSet<Uuid> =
        source::Entity::find().select_only().column(source::Column::SourceDocumentId).distinct().into_tuple::<Uuid>().all(db).await?.into_iter().collect();
    let mut lines = String::new();
    for row in source_document::Entity::find().order_by_asc(source_document::Column::Id).all(db).await? {
        if used.contains(&row.id) && is_named(named.map(|named| &named.documents), row.id) {
            let document = json!({"key": row.id, "title": row.title, "publisher": row.publisher, "url": row.url, "sha256": row.sha256, "readAt": row.read_at});
            lines.push_str(&line("source", Json::Object(as_stated(&document)?)));
        }
    }
    Ok((!lines.is_empty()).then_some(lines))
}

/// Agencies, superiors first.
async fn agencies(db: &DatabaseTransaction, named: Option<&Named>) -> Result<Option<String>> {
    let mut rows = agency::Entity::find().all(db).await?;
    let parents: HashMap<Uuid, (Option<Uuid>, String)> = rows.iter().map(|row| (row.id, (row.parent_id, row.code.clone()))).collect();
    rows.retain(|row| is_named(named.map(|named| &named.agencies), row.id));
    let depth = |row: &agency::Model| {
        let above = std::iter::successors(row.parent_id, |id| parents.get(id).and_then(|(parent, _)| *parent));
        above.take(parents.len()).count()
    };
    rows.sort_by_cached_key(|row| (depth(row), row.code.clone()));
    let mut aliases: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in agency_alias::Entity::find().order_by_asc(agency_alias::Column::NameFolded).all(db).await? {
        aliases.entry(row.agency_id).or_default().push(row.name);
    }
    let mut predecessors: HashMap<Uuid, Vec<Json>> = HashMap::new();
    for row in succession::Entity::find().all(db).await? {
        let is_there = is_named(named.map(|named| &named.agencies), row.predecessor_id);
        if let Some((_, code)) = parents.get(&row.predecessor_id).filter(|_| is_there) {
            predecessors.entry(row.successor_id).or_default().push(json!({"code": code, "on": row.succeeded_on, "kind": row.kind}));
        }
    }
    let mut sources = sources(db, rows.iter().map(|row| row.id).collect()).await?;
    let mut lines = String::new();
    for row in rows {
        let mut predecessors = predecessors.remove(&row.id).unwrap_or_default();
        predecessors.sort_by_key(ToString::to_string);
        let agency = json!({
            "code": row.code, "name": row.name, "shortName": row.short_name, "type": row.agency_type, "status": row.status,
            "parent": row.parent_id.and_then(|id| parents.get(&id)).map(|(_, code)| code), "region": row.region_code, "homepage": row.homepage,
            "aliases": aliases.remove(&row.id).unwrap_or_default(), "predecessors": predecessors, "sources": sources.remove(&row.id).unwrap_or_default(),
        });
        lines.push_str(&line("agency", Json::Object(as_stated(&agency)?)));
    }
    Ok((!lines.is_empty()).then_some(lines))
}

/// Recipients and entrustees; those that were merged behind those that they were merged into.
async fn organizations(db: &DatabaseTransaction, named: Option<&Named>) -> Result<String> {
    let codes: HashMap<Uuid, String> = agency::Entity::find().all(db).await?.into_iter().map(|row| (row.id, row.code)).collect();
    let rows = organization::Entity::find().order_by_asc(organization::Column::Id).all(db).await?;
    let standing: HashMap<Uuid, Json> =
        rows.iter().filter(|row| row.merged_into_id.is_none()).map(|row| (row.id, json!({"name": row.name, "kind": row.kind}))).collect();
    let (merged, own): (Vec<&organization::Model>, Vec<&organization::Model>) = rows.iter().partition(|row| row.merged_into_id.is_some());
    let mut lines = String::new();
    for row in own.into_iter().chain(merged) {
        if is_named(named.map(|named| &named.organizations), row.id) {
            let agency = row.agency_id.and_then(|id| codes.get(&id));
            let merged_into = row.merged_into_id.and_then(|id| standing.get(&id));
            let organization = json!({"name": row.name, "kind": row.kind, "agency": agency, "mergedInto": merged_into});
            lines.push_str(&line("organization", Json::Object(as_stated(&organization)?)));
        }
    }
    Ok(lines)
}

async fn statutes(db: &DatabaseTransaction, named: Option<&Named>) -> Result<String> {
    let mut aliases: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in statute_alias::Entity::find().order_by_asc(statute_alias::Column::Name).all(db).await? {
        aliases.entry(row.statute_id).or_default().push(row.name);
    }
    let mut lines = String::new();
    for row in statute::Entity::find().order_by_asc(statute::Column::Id).all(db).await? {
        if is_named(named.map(|named| &named.statutes), row.id) {
            let statute = json!({"name": row.name, "kind": row.kind, "aliases": aliases.remove(&row.id).unwrap_or_default()});
            lines.push_str(&line("statute", Json::Object(as_stated(&statute)?)));
        }
    }
    Ok(lines)
}

/// Where the values of nodes were read, by node.
async fn sources(db: &DatabaseTransaction, nodes: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<Json>>> {
    let mut rows = rows_with::<source::Entity>(db, source::Column::NodeId, nodes).await?;
    rows.sort_by_key(|row| (row.node_id, row.position));
    let mut sources: HashMap<Uuid, Vec<Json>> = HashMap::new();
    for row in rows {
        let source = json!({"path": row.path, "document": row.source_document_id, "span": row.span, "confidence": row.confidence, "note": row.note});
        sources.entry(row.node_id).or_default().push(source);
    }
    Ok(sources)
}

async fn files(db: &DatabaseTransaction, rows: Vec<data_file::Model>) -> Result<String> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut histories = contents_of_files(db, &ids).await?;
    let registrations = histories.values().flatten().map(|registration| registration.id).collect();
    let mut sources = sources(db, registrations).await?;
    let codes = rows_with::<agency::Entity>(db, agency::Column::Id, rows.iter().map(|row| row.agency_id).collect::<HashSet<_>>().into_iter().collect()).await?;
    let codes: HashMap<Uuid, String> = codes.into_iter().map(|row| (row.id, row.code)).collect();
    let mut lines = String::new();
    for row in rows {
        let mut history = histories.remove(&row.id).unwrap_or_default();
        // In the order in which they were recorded, which gives them their numbers.
        history.sort_by_key(|registration| registration.number);
        let mut registrations = Vec::with_capacity(history.len());
        for registration in history {
            let mut stated = as_stated(&*registration.content)?;
            if let Some(sources) = sources.remove(&registration.id) {
                stated.insert("sources".to_owned(), as_stated(&json!({"of": sources}))?.remove("of").unwrap_or_default());
            }
            registrations.push(Json::Object(stated));
        }
        let file =
            json!({"registrationNumber": row.registration_number, "agency": codes.get(&row.agency_id), "status": row.status, "registrations": registrations});
        lines.push_str(&line("dataFile", file));
    }
    Ok(lines)
}

/// The policies behind a key, and the key of the last of them.
async fn policies(db: &DatabaseTransaction, after: Option<Uuid>) -> Result<Option<(String, Uuid)>> {
    let mut select = privacy_policy::Entity::find().order_by_asc(privacy_policy::Column::Id).limit(TOGETHER as u64 / 10);
    if let Some(after) = after {
        select = select.filter(privacy_policy::Column::Id.gt(after));
    }
    let rows = select.all(db).await?;
    let Some(last) = rows.last().map(|row| row.id) else { return Ok(None) };
    let agencies = rows_with::<agency::Entity>(db, agency::Column::Id, rows.iter().map(|row| row.agency_id).collect()).await?;
    let codes: HashMap<Uuid, String> = agencies.into_iter().map(|row| (row.id, row.code)).collect();
    let revisions = rows_with::<policy_revision::Entity>(db, policy_revision::Column::PrivacyPolicyId, rows.iter().map(|row| row.id).collect()).await?;
    let ids: Vec<Uuid> = revisions.iter().map(|row| row.id).collect();
    let mut contents = revision_contents(db, &ids).await?;
    let mut sources = sources(db, ids).await?;
    let mut stated: HashMap<Uuid, BTreeMap<i32, Json>> = HashMap::new();
    for row in revisions {
        let Some(content) = contents.remove(&row.id) else { continue };
        let mut revision = as_stated(&content)?;
        let disposal = json!({"procedure": revision.remove("disposalProcedure"), "methods": revision.remove("disposal")});
        let disposal = as_stated(&disposal)?;
        if !disposal.is_empty() {
            revision.insert("disposal".to_owned(), Json::Object(disposal));
        }
        if let Some(sources) = sources.remove(&row.id) {
            revision.insert("sources".to_owned(), as_stated(&json!({"of": sources}))?.remove("of").unwrap_or_default());
        }
        stated.entry(row.privacy_policy_id).or_default().insert(row.number, Json::Object(revision));
    }
    let mut lines = String::new();
    for row in rows {
        let revisions: Vec<Json> = stated.remove(&row.id).unwrap_or_default().into_values().collect();
        lines.push_str(&line("policy", json!({"agency": codes.get(&row.agency_id), "title": row.title, "revisions": revisions})));
    }
    Ok(Some((lines, last)))
}

/// The assessments behind a key, and the key of the last of them.
async fn assessments(db: &DatabaseTransaction, after: Option<Uuid>) -> Result<Option<(String, Uuid)>> {
    let mut select = impact_assessment::Entity::find().order_by_asc(impact_assessment::Column::Id).limit(TOGETHER as u64);
    if let Some(after) = after {
        select = select.filter(impact_assessment::Column::Id.gt(after));
    }
    let ids: Vec<Uuid> = select.all(db).await?.into_iter().map(|row| row.id).collect();
    let Some(last) = ids.last().copied() else { return Ok(None) };
    let mut contents = assessment_contents(db, &ids).await?;
    let mut sources = sources(db, ids.clone()).await?;
    let mut lines = String::new();
    for id in ids {
        let Some(content) = contents.remove(&id) else { continue };
        let mut assessment = as_stated(&content)?;
        if let Some(sources) = sources.remove(&id) {
            assessment.insert("sources".to_owned(), as_stated(&json!({"of": sources}))?.remove("of").unwrap_or_default());
        }
        lines.push_str(&line("impactAssessment", Json::Object(assessment)));
    }
    Ok(Some((lines, last)))
}

/// The recommendations, by file and number.
async fn recommendations(db: &DatabaseTransaction) -> Result<String> {
    let by_number = recommendation::Entity::find().order_by_asc(recommendation::Column::DataFileId).order_by_asc(recommendation::Column::Number);
    let ids: Vec<Uuid> = by_number.all(db).await?.into_iter().map(|row| row.id).collect();
    let mut contents = HashMap::new();
    for ids in ids.chunks(TOGETHER) {
        contents.extend(recommendation_contents(db, ids).await?);
    }
    let mut lines = String::new();
    for content in ids.iter().filter_map(|id| contents.get(id)) {
        lines.push_str(&line("recommendation", Json::Object(as_stated(content)?)));
    }
    Ok(lines)
}
