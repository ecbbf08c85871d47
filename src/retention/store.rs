//! Terms of retention periods in the tables, whoever owns them.

use std::collections::HashMap;

use entity::retention_term;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use uuid::Uuid;

use super::{Retention, RetentionTerm};
use crate::error::Result;
use crate::graphql::word;
use crate::identity::part_key;
use crate::vocabulary::Vocabulary as _;

crate::parts! {
    /// Terms of a registration's retention period.
    TermsOfRegistration: retention_term, RegistrationId, registration_id, immutable;
    /// Terms of the retention period at a recipient.
    TermsOfProvision: retention_term, ProvisionId, provision_id;
    /// Terms of a video device's retention period.
    TermsOfVideoDevice: retention_term, VideoDeviceId, video_device_id;
}

/// What a retention period belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionOwner {
    /// Registration of a file.
    Registration(Uuid),
    /// Provision to a third party.
    Provision(Uuid),
    /// Video device of a policy revision.
    VideoDevice(Uuid),
}

/// Rows of the terms of a period.
#[must_use]
pub fn term_rows(owner: RetentionOwner, retention: &Retention) -> Vec<retention_term::Model> {
    let (RetentionOwner::Registration(id) | RetentionOwner::Provision(id) | RetentionOwner::VideoDevice(id)) = owner;
    let when = |is: bool| is.then_some(id);
    (0..)
        .zip(&retention.terms)
        .map(|(position, term): (i32, _)| retention_term::Model {
            id: part_key("RetentionTerm", id, position),
            registration_id: when(matches!(owner, RetentionOwner::Registration(_))),
            provision_id: when(matches!(owner, RetentionOwner::Provision(_))),
            video_device_id: when(matches!(owner, RetentionOwner::VideoDevice(_))),
            position,
            text: term.text.clone(),
            class: term.class.as_str().to_owned(),
            min_months: term.min_months,
            max_months: term.max_months,
            min_days: term.min_days,
            max_days: term.max_days,
            event: term.event.clone(),
            condition: term.condition.clone(),
        })
        .collect()
}

/// The term of a row.
///
/// # Errors
/// `Internal` for a word that the code does not know.
pub fn term(row: retention_term::Model) -> Result<RetentionTerm> {
    Ok(RetentionTerm {
        class: word(&row.class)?,
        text: row.text,
        min_months: row.min_months,
        max_months: row.max_months,
        min_days: row.min_days,
        max_days: row.max_days,
        event: row.event,
        condition: row.condition,
    })
}

/// Terms by owner, in order, of the owners whose keys stand in `column`.
///
/// # Errors
/// Those of the database.
pub async fn terms_by(db: &impl ConnectionTrait, column: retention_term::Column, owners: &[Uuid]) -> Result<HashMap<Uuid, Vec<RetentionTerm>>> {
    let rows = retention_term::Entity::find().filter(column.is_in(owners.iter().copied())).order_by_asc(retention_term::Column::Position).all(db).await?;
    let mut terms: HashMap<Uuid, Vec<RetentionTerm>> = HashMap::new();
    for row in rows {
        if let Some(owner) = row.registration_id.or(row.provision_id).or(row.video_device_id) {
            terms.entry(owner).or_default().push(term(row)?);
        }
    }
    Ok(terms)
}
