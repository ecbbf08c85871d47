//! The content of revisions, put together from the tables: one statement for each table, however many revisions.

use std::collections::HashMap;

use entity::{
    auto_collection, data_file, disposal_method, organization, policy_item, policy_revision, policy_revision_data_file, policy_section, privacy_label,
    privacy_officer, remedy_body, right_procedure, safeguard,
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::{
    AutoCollectionOfRevision, BodiesOfRevision, DevicesOfRevision, DisposalOfRevision, IncomingOfRevision, ItemsOfRevision, LabelsOfRevision,
    OfficersOfRevision, RightsOfRevision, SafeguardsOfRevision, SectionsOfRevision,
};
use crate::entrustment::entrustments_by;
use crate::error::{Error, Result};
use crate::graphql::word;
use crate::legal_basis::bases_by;
use crate::organization::Party;
use crate::policy::{
    AutoCollection, Content, DisposalMethod, IncomingEntrustment, PolicyItem, PolicySection, PrivacyLabel, PrivacyOfficer, RemedyBody, RightProcedure,
    Safeguard, VideoDevice,
};
use crate::provision::provisions_by;
use crate::registration::AccessDesk;
use crate::retention::{Retention, terms_by};
use crate::store::{Part, PartRow, text_list};

/// Content of the revisions, as it was recorded.
///
/// # Errors
/// Those of the database.
pub async fn revision_contents(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Content>> {
    let revisions = policy_revision::Entity::find().filter(policy_revision::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    let mut files = files(db, ids).await?;
    let mut sections = parts::<SectionsOfRevision, PolicySection>(db, ids).await?;
    let mut labels = parts::<LabelsOfRevision, PrivacyLabel>(db, ids).await?;
    let mut items = parts::<ItemsOfRevision, PolicyItem>(db, ids).await?;
    let mut provisions = provisions_by(db, entity::provision::Column::PolicyRevisionId, ids).await?;
    let mut entrustments = entrustments_by(db, entity::entrustment::Column::PolicyRevisionId, ids).await?;
    let mut officers = parts::<OfficersOfRevision, PrivacyOfficer>(db, ids).await?;
    let mut rights = parts::<RightsOfRevision, RightProcedure>(db, ids).await?;
    let mut bodies = rows::<BodiesOfRevision>(db, ids).await?;
    let mut safeguards = parts::<SafeguardsOfRevision, Safeguard>(db, ids).await?;
    let mut disposal = parts::<DisposalOfRevision, DisposalMethod>(db, ids).await?;
    let mut auto_collection = parts::<AutoCollectionOfRevision, AutoCollection>(db, ids).await?;
    let mut devices = devices(db, ids).await?;
    let mut incoming = incoming(db, ids).await?;
    let mut contents = HashMap::new();
    for row in revisions {
        let id = row.id;
        let (appeals, remedies): (Vec<_>, Vec<_>) = bodies.remove(&id).unwrap_or_default().into_iter().partition(|body| body.is_appeal);
        let sections = sections.remove(&id).unwrap_or_default();
        let content = Content {
            access_desk: desk_of_revision(&row),
            effective_from: row.effective_from,
            effective_until: row.effective_until,
            period_text: row.period_text,
            published_url: row.published_url,
            announced_on: row.announced_on,
            sections: row.states_sections.then_some(sections),
            has_labels: row.has_labels,
            has_auto_collection: row.has_auto_collection,
            impact_assessment_text: row.impact_assessment_text,
            video_notice_count: row.video_notice_count,
            data_files: files.remove(&id).unwrap_or_default(),
            labels: labels.remove(&id).unwrap_or_default(),
            collected_items: items.remove(&id).unwrap_or_default(),
            provisions: provisions.remove(&id).unwrap_or_default(),
            entrustments: entrustments.remove(&id).unwrap_or_default(),
            officers: officers.remove(&id).unwrap_or_default(),
            rights: rights.remove(&id).unwrap_or_default(),
            remedies: recorded_parts(&remedies)?,
            appeals: recorded_parts(&appeals)?,
            safeguards: safeguards.remove(&id).unwrap_or_default(),
            disposal_procedure: row.disposal_procedure,
            disposal: disposal.remove(&id).unwrap_or_default(),
            auto_collection: auto_collection.remove(&id).unwrap_or_default(),
            video_devices: devices.remove(&id).unwrap_or_default(),
            entrusted_by: incoming.remove(&id).unwrap_or_default(),
        };
        contents.insert(id, content);
    }
    Ok(contents)
}

/// Rows of parts by owner, in order.
async fn rows<P: Part>(db: &impl ConnectionTrait, owners: &[Uuid]) -> Result<HashMap<Uuid, Vec<PartRow<P>>>> {
    let mut by_owner: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in P::Entity::find().filter(P::OWNER.is_in(owners.iter().copied())).order_by_asc(P::POSITION).all(db).await? {
        if let Some(owner) = P::owner(&row) {
            by_owner.entry(owner).or_default().push(row);
        }
    }
    Ok(by_owner)
}

/// Parts by owner, in order, as they were recorded.
async fn parts<P: Part, T: TryFrom<PartRow<P>, Error = Error>>(db: &impl ConnectionTrait, owners: &[Uuid]) -> Result<HashMap<Uuid, Vec<T>>> {
    rows::<P>(db, owners).await?.into_iter().map(|(owner, rows)| Ok((owner, recorded_parts(&rows)?))).collect()
}

/// Parts as they were recorded.
///
/// # Errors
/// `Internal` for a word that the code does not know.
pub fn recorded_parts<R: Clone, T: TryFrom<R, Error = Error>>(rows: &[R]) -> Result<Vec<T>> {
    rows.iter().cloned().map(T::try_from).collect()
}

/// Registration numbers of the files that the revisions cover, in order.
async fn files(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>> {
    let is_file =
        policy_revision_data_file::Entity::belongs_to(data_file::Entity).from(policy_revision_data_file::Column::DataFileId).to(data_file::Column::Id).into();
    let rows: Vec<(Uuid, String)> = policy_revision_data_file::Entity::find()
        .join(JoinType::InnerJoin, is_file)
        .select_only()
        .column(policy_revision_data_file::Column::PolicyRevisionId)
        .column(data_file::Column::RegistrationNumber)
        .filter(policy_revision_data_file::Column::PolicyRevisionId.is_in(ids.iter().copied()))
        .order_by_asc(policy_revision_data_file::Column::Position)
        .into_tuple()
        .all(db)
        .await?;
    let mut files: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (revision, number) in rows {
        files.entry(revision).or_default().push(number);
    }
    Ok(files)
}

async fn devices(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<VideoDevice>>> {
    let rows = rows::<DevicesOfRevision>(db, ids).await?;
    let keys: Vec<Uuid> = rows.values().flatten().map(|row| row.id).collect();
    let mut terms = terms_by(db, entity::retention_term::Column::VideoDeviceId, &keys).await?;
    let mut bases = bases_by(db, entity::legal_basis::Column::VideoDeviceId, &keys).await?;
    let mut devices: HashMap<Uuid, Vec<VideoDevice>> = HashMap::new();
    for row in rows.into_values().flatten() {
        let retention = match (row.retention_text, row.retention_class) {
            (Some(text), Some(class)) => Some(Retention { text, class: word(&class)?, terms: terms.remove(&row.id).unwrap_or_default() }),
            _ => None,
        };
        let device = VideoDevice {
            kind: word(&row.kind)?,
            count: row.count,
            location: row.location,
            purpose: row.purpose,
            legal_bases: bases.remove(&row.id).unwrap_or_default(),
            hours: row.hours,
            retention,
            storage_place: row.storage_place,
            managed_by: row.managed_by,
            viewing_place: row.viewing_place,
            note: row.note,
        };
        devices.entry(row.policy_revision_id).or_default().push(device);
    }
    Ok(devices)
}

async fn incoming(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<IncomingEntrustment>>> {
    let rows = rows::<IncomingOfRevision>(db, ids).await?;
    let entrusters = rows.values().flatten().map(|row| row.entruster_id);
    let entrusters = organization::Entity::find().filter(organization::Column::Id.is_in(entrusters)).all(db).await?;
    let kinds: HashMap<Uuid, String> = entrusters.into_iter().map(|row| (row.id, row.kind)).collect();
    let mut incoming: HashMap<Uuid, Vec<IncomingEntrustment>> = HashMap::new();
    for row in rows.into_values().flatten() {
        let kind = word(kinds.get(&row.entruster_id).map_or("", String::as_str))?;
        let entrustment = IncomingEntrustment { entruster: Party { name: row.entruster_name, kind }, task: row.task };
        incoming.entry(row.policy_revision_id).or_default().push(entrustment);
    }
    Ok(incoming)
}

/// Desk that a revision states.
#[must_use]
pub fn desk_of_revision(row: &policy_revision::Model) -> Option<AccessDesk> {
    row.has_access_desk.then(|| AccessDesk {
        department: row.access_desk_department.clone(),
        phones: text_list::read(&row.access_desk_phones),
        email: row.access_desk_email.clone(),
        fax: row.access_desk_fax.clone(),
        address: row.access_desk_address.clone(),
    })
}

/// Declares how the recorded value of a part follows from its row.
macro_rules! from_rows {
    ($($table:ident => $value:ident: |$row:ident| $made:expr;)+) => {$(
        impl TryFrom<$table::Model> for $value {
            type Error = Error;

            fn try_from($row: $table::Model) -> Result<Self> {
                Ok($made)
            }
        }
    )+};
}

from_rows! {
    policy_section => PolicySection: |row| Self { kind: word(&row.kind)?, heading: row.heading, state: word(&row.state)? };
    privacy_label => PrivacyLabel: |row| Self { kind: word(&row.kind)?, text: row.text };
    policy_item => PolicyItem: |row| Self { name: row.name, requirement: word(&row.requirement)?, subject: row.subject, activity: row.activity };
    privacy_officer => PrivacyOfficer: |row| Self {
        role: word(&row.role)?,
        role_text: row.role_text,
        name: row.name,
        is_name_withheld: row.is_name_withheld,
        position: row.job_title,
        grade: row.grade,
        department: row.department,
        phones: text_list::read(&row.phones),
        email: row.email,
        fax: row.fax,
    };
    right_procedure => RightProcedure: |row| Self {
        right: word(&row.right)?,
        methods: text_list::read(&row.methods),
        by_agent: row.by_agent,
        form: row.form,
        limits: row.limits,
    };
    remedy_body => RemedyBody: |row| Self {
        name: row.name,
        operator: row.operator,
        task: row.task,
        url: row.url,
        phones: text_list::read(&row.phones),
        address: row.address,
    };
    safeguard => Safeguard: |row| Self { kind: word(&row.kind)?, measure: row.measure };
    disposal_method => DisposalMethod: |row| Self { medium: word(&row.medium)?, method: row.method };
    auto_collection => AutoCollection: |row| Self { name: row.name, purpose: row.purpose, refusal: row.refusal };
}
