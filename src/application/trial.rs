//! The dry run: what would be recorded goes the way of what is recorded, is stored nowhere, and is shown as if it were.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::Context;
use entity::{data_file, organization, registration, statute};
use uuid::Uuid;

use super::store::Proposal;
use crate::collected_item::ItemsOfRegistration;
use crate::data_file::DataFileStatus;
use crate::data_file::graphql::DataFile;
use crate::difference::FieldDifference;
use crate::error::Result;
use crate::finding::graphql::Finding;
use crate::graphql::mutation::{UserErrorCode, UserProblem};
use crate::graphql::{Reads as _, Session};
use crate::legal_basis::{BasesOfProvision, BasesOfRegistration};
use crate::provision::ItemsOfProvision;
use crate::registration::Content;
use crate::registration::RestrictionsOfRegistration;
use crate::registration::graphql::{Registration, Tried, differences_of};
use crate::retention::{TermsOfProvision, TermsOfRegistration};
use crate::search::document::{Basis, Document, Item};
use crate::store::{ById, Children, Identified, Part, PartRow, Rows};

/// What a dry run came to.
pub struct Trial {
    /// The registration as it would be.
    pub registration: Option<Registration>,
    /// How it differs from the one in force.
    pub differences: Vec<FieldDifference>,
    /// What the law's rules would say of it.
    pub findings: Vec<Finding>,
    /// What it would be found by.
    pub document: Option<Document>,
    /// Why it would not be recorded.
    pub problems: Vec<UserProblem>,
}

/// Tries a proposal out.
///
/// # Errors
/// Those of the database.
pub async fn tried(ctx: &Context<'_>, proposal: &Proposal) -> Result<Trial> {
    let session = ctx.session()?;
    let (store, salts, now, proposed) = (session.store.clone(), Arc::clone(&session.salts), session.now, proposal.clone());
    let rehearsed = async move {
        let mut rehearsal = store.rehearse(now, salts).await?;
        let (recorded, problems) = rehearsal.proposed(&proposed).await?;
        Ok((recorded, problems, rehearsal.rehearsed()))
    };
    let (recorded, mut problems, rows) = Session::apart(rehearsed).await?;
    let Some(recorded) = recorded.and_then(|recorded| recorded.registration) else {
        if problems.is_empty() {
            problems.push(UserProblem::new("input", UserErrorCode::Conflict, "the same is registered already, from the same day: there is nothing to record"));
        }
        return Ok(Trial { registration: None, differences: Vec::new(), findings: Vec::new(), document: None, problems });
    };
    let differences = match &recorded.before {
        Some(before) => differences_of(before, &recorded.content)?,
        None => Vec::new(),
    };
    let document = document(&rows, proposal, recorded.data_file, &recorded.content);
    let row = rows.registration.iter().find(|row| row.id == recorded.id).cloned();
    let registration = row.map(|row| {
        let of = |registration_id: Option<Uuid>| registration_id == Some(recorded.id);
        Registration::tried(
            row,
            Tried {
                provisions: rows.provision.iter().filter(|row| of(row.registration_id)).cloned().collect(),
                entrustments: rows.entrustment.iter().filter(|row| of(row.registration_id)).cloned().collect(),
                differences: differences.clone(),
            },
        )
    });
    let findings = rows.finding.iter().filter(|row| row.registration_id == Some(recorded.id) && row.until.is_none()).cloned().map(Finding::from).collect();
    show(session, rows).await;
    Ok(Trial { registration, differences, findings, document: Some(document), problems })
}

/// Makes the request find the rows, as if they were stored.
async fn show(session: &Session, rows: Rows) {
    rows_of::<data_file::Entity>(session, rows.data_file).await;
    rows_of::<registration::Entity>(session, rows.registration).await;
    rows_of::<statute::Entity>(session, rows.statute).await;
    rows_of::<organization::Entity>(session, rows.organization).await;
    parts_of::<ItemsOfRegistration>(session, rows.collected_item).await;
    parts_of::<RestrictionsOfRegistration>(session, rows.access_restriction).await;
    parts_of::<BasesOfRegistration>(session, rows.legal_basis.clone()).await;
    parts_of::<BasesOfProvision>(session, rows.legal_basis).await;
    parts_of::<TermsOfRegistration>(session, rows.retention_term.clone()).await;
    parts_of::<TermsOfProvision>(session, rows.retention_term).await;
    parts_of::<ItemsOfProvision>(session, rows.provided_item).await;
}

async fn rows_of<E: Identified>(session: &Session, rows: Vec<E::Model>) {
    session.loader().feed_many(rows.into_iter().map(|row| (ById::<E>::new(E::id(&row)), Arc::new(row)))).await;
}

async fn parts_of<P: Part>(session: &Session, rows: Vec<PartRow<P>>) {
    let parts = grouped(rows.into_iter().filter_map(|row| P::owner(&row).map(|owner| (owner, row))));
    session.loader().feed_many(parts.into_iter().map(|(owner, rows)| (Children::<P>::new(owner), Arc::new(rows)))).await;
}

fn grouped<K: Eq + Hash, V>(pairs: impl Iterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}

/// What the registration would be found by, as far as likeness goes.
fn document(rows: &Rows, proposal: &Proposal, data_file: Uuid, content: &Content) -> Document {
    Document {
        id: data_file,
        agency: proposal.agency,
        status: DataFileStatus::Registered,
        name: content.name.clone(),
        name_folded: crate::hangul::folded(&content.name),
        purpose: content.purpose.clone(),
        data_subject_count: content.data_subject_count,
        registered_on: content.registered_on,
        valid_from: content.valid_from,
        recorded_at: rows.registration.first().map_or(chrono::DateTime::UNIX_EPOCH, |row| row.recorded_at),
        items: content.collected_items.iter().map(|item| Item { name: item.name.clone(), category: None, identifier: None, sensitive: None }).collect(),
        bases: rows
            .legal_basis
            .iter()
            .filter(|row| row.registration_id.is_some())
            .map(|row| Basis { citation: row.citation.clone(), statute: row.statute_id, article: row.article.clone() })
            .collect(),
        retention_class: None,
        retention_months: None,
        provisions: Vec::new(),
        entrustees: Vec::new(),
        assessments: Vec::new(),
        findings: Vec::new(),
        policies: Vec::new(),
    }
}

/// Files like what is applied for, the most alike first.
///
/// # Errors
/// `NotReady` while the search index is prepared.
pub async fn similar(ctx: &Context<'_>, document: &Document, most: usize) -> Result<Vec<DataFile>> {
    let document = document.clone();
    let alike = ctx.session()?.search.run(move |snapshot| snapshot.similar(&document, most)).await?;
    let rows = ctx.rows::<data_file::Entity>(alike.iter().map(|(file, _)| *file).collect()).await?;
    Ok(alike.iter().filter_map(|(file, _)| Some(DataFile::from((**rows.get(file)?).clone()))).collect())
}
