//! Policies and their revisions in the tables: lists, the timeline of a policy, the parts of a revision.

mod against_register;
mod content;
mod publish;
mod record;

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use chrono::NaiveDate;
use entity::{policy_revision, policy_revision_data_file, privacy_policy};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, SelectStatement};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _};
use uuid::Uuid;

use super::Content;
use super::graphql::PrivacyPolicyFilter;
use crate::agency::agency_keys;
use crate::error::{Error, Result};
use crate::identity::NodeType;
use crate::store::{EARLIEST, EARLIEST_SQL, Key, Kind, Listing, Order, OrderKey, Store, all_of, among, combined, folded_text, key};

pub use against_register::AgainstRegister;
pub use content::{desk_of_revision, recorded_parts, revision_contents};
pub use publish::Publishing;
pub use record::policy_content;

crate::identified!(privacy_policy, policy_revision);

crate::parts! {
    /// Sections that a revision states.
    SectionsOfRevision: policy_section, PolicyRevisionId, policy_revision_id;
    /// Labels of a revision.
    LabelsOfRevision: privacy_label, PolicyRevisionId, policy_revision_id;
    /// Items that a revision states outside every file.
    ItemsOfRevision: policy_item, PolicyRevisionId, policy_revision_id;
    /// Persons and departments in charge, by a revision.
    OfficersOfRevision: privacy_officer, PolicyRevisionId, policy_revision_id;
    /// How rights are exercised, by a revision.
    RightsOfRevision: right_procedure, PolicyRevisionId, policy_revision_id;
    /// Bodies that a revision names for remedies and for appeals.
    BodiesOfRevision: remedy_body, PolicyRevisionId, policy_revision_id;
    /// Safety measures of a revision.
    SafeguardsOfRevision: safeguard, PolicyRevisionId, policy_revision_id;
    /// Methods of disposal of a revision.
    DisposalOfRevision: disposal_method, PolicyRevisionId, policy_revision_id;
    /// Devices that collect automatically, by a revision.
    AutoCollectionOfRevision: auto_collection, PolicyRevisionId, policy_revision_id;
    /// Video devices of a revision.
    DevicesOfRevision: video_device, PolicyRevisionId, policy_revision_id;
    /// Processing on behalf of others, by a revision.
    IncomingOfRevision: incoming_entrustment, PolicyRevisionId, policy_revision_id;
}

/// Place of a revision among those of its policy: of two that start on one day the one recorded later applies.
fn place(row: &policy_revision::Model) -> (NaiveDate, i32) {
    (row.effective_from.unwrap_or(EARLIEST), row.number)
}

/// The revisions of a policy in the order in which they apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyTimeline(Vec<policy_revision::Model>);

impl PolicyTimeline {
    /// The timeline of the revisions of one policy, in whatever order.
    fn new(mut rows: Vec<policy_revision::Model>) -> Self {
        rows.sort_by_key(place);
        Self(rows)
    }

    /// The revision that applies on that day: the last one that has begun. `None` where none has.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<&policy_revision::Model> {
        self.0.iter().rev().find(|row| row.effective_from.is_none_or(|from| from <= day))
    }

    /// The revision before that one; `None` before the first.
    #[must_use]
    pub fn before(&self, revision: &policy_revision::Model) -> Option<&policy_revision::Model> {
        self.0.iter().rev().find(|row| place(row) < place(revision))
    }
}

/// Loader key: the timeline of a policy. A policy has a few dozen revisions, without their content: they are read whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TimelineOfPolicy(pub Uuid);

impl Loader<TimelineOfPolicy> for Store {
    type Value = Arc<PolicyTimeline>;
    type Error = Error;

    async fn load(&self, keys: &[TimelineOfPolicy]) -> Result<HashMap<TimelineOfPolicy, Self::Value>> {
        let policies = keys.iter().map(|key| key.0);
        let rows = policy_revision::Entity::find()
            .filter(policy_revision::Column::PrivacyPolicyId.is_in(policies))
            .order_by_asc(policy_revision::Column::Number)
            .all(self.db())
            .await?;
        let mut revisions: HashMap<Uuid, Vec<policy_revision::Model>> = HashMap::new();
        for row in rows {
            revisions.entry(row.privacy_policy_id).or_default().push(row);
        }
        Ok(keys.iter().map(|key| (key.clone(), Arc::new(PolicyTimeline::new(revisions.remove(&key.0).unwrap_or_default())))).collect())
    }
}

/// Loader key: the content of a revision, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContentOfRevision(pub Uuid);

impl Loader<ContentOfRevision> for Store {
    type Value = Arc<Content>;
    type Error = Error;

    async fn load(&self, keys: &[ContentOfRevision]) -> Result<HashMap<ContentOfRevision, Self::Value>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        Ok(revision_contents(self.db(), &ids).await?.into_iter().map(|(id, content)| (ContentOfRevision(id), Arc::new(content))).collect())
    }
}

/// List of policies, by title: those that a filter admits, or those of an agency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PrivacyPolicyListing {
    filter: Option<Box<PrivacyPolicyFilter>>,
}

impl PrivacyPolicyListing {
    /// Policies that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type in the filter.
    pub fn new(filter: Option<Box<PrivacyPolicyFilter>>) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        Ok(Self { filter })
    }
}

impl Listing for PrivacyPolicyListing {
    type Row = privacy_policy::Model;

    fn source(&self, agencies: &[Uuid]) -> SelectStatement {
        let mut select = privacy_policy::Entity::find().into_query();
        // Checked when the list was made.
        if let Some(Ok(condition)) = self.filter.as_deref().map(PrivacyPolicyFilter::condition) {
            select.cond_where(condition);
        }
        if !agencies.is_empty() {
            let agency = Expr::col((privacy_policy::Entity, privacy_policy::Column::AgencyId));
            select.expr_as(agency.clone(), "parent_id").and_where(agency.is_in(agencies.iter().copied()));
        }
        select
    }

    fn order(&self) -> Order<privacy_policy::Model> {
        let keys = vec![OrderKey::column(Kind::Text, "name_folded", |row: &privacy_policy::Model| Key::Text(row.name_folded.clone()))];
        Order { name: "privacyPolicies", is_descending: false, keys, id: |row| row.id }
    }
}

impl PrivacyPolicyFilter {
    /// The filter over the columns of `privacy_policy`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type.
    pub fn condition(&self) -> Result<Condition> {
        let column = |column: privacy_policy::Column| Expr::col((privacy_policy::Entity, column));
        let own = all_of([
            self.id.as_ref().map(|filter| key(column(privacy_policy::Column::Id), filter, NodeType::PrivacyPolicy)).transpose()?,
            self.title.as_ref().map(|filter| folded_text(column(privacy_policy::Column::NameFolded), filter)),
            self.agency.as_ref().map(|filter| Ok::<_, Error>(among(column(privacy_policy::Column::AgencyId), agency_keys(filter)?))).transpose()?,
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), Self::condition)
    }
}

/// List of revisions, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PolicyRevisionListing {
    whose: Whose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Policy,
    DataFile,
}

impl PolicyRevisionListing {
    /// Revisions of a policy.
    #[must_use]
    pub fn of_policy() -> Self {
        Self { whose: Whose::Policy }
    }

    /// Revisions, of whatever policy, that cover a data file.
    #[must_use]
    pub fn of_data_file() -> Self {
        Self { whose: Whose::DataFile }
    }
}

impl Listing for PolicyRevisionListing {
    type Row = policy_revision::Model;

    fn source(&self, parents: &[Uuid]) -> SelectStatement {
        let mut select = policy_revision::Entity::find().into_query();
        let parent = match self.whose {
            Whose::Policy => Expr::col((policy_revision::Entity, policy_revision::Column::PrivacyPolicyId)),
            Whose::DataFile => {
                let covering = (policy_revision_data_file::Entity, policy_revision_data_file::Column::PolicyRevisionId);
                select.inner_join(policy_revision_data_file::Entity, Expr::col((policy_revision::Entity, policy_revision::Column::Id)).equals(covering));
                Expr::col((policy_revision_data_file::Entity, policy_revision_data_file::Column::DataFileId))
            }
        };
        select.expr_as(parent.clone(), "parent_id").and_where(parent.is_in(parents.iter().copied()));
        select
    }

    fn order(&self) -> Order<policy_revision::Model> {
        Order {
            name: "policyRevisions",
            is_descending: false,
            keys: vec![
                OrderKey::column_or(Kind::Day, "effective_from", EARLIEST_SQL, |row: &policy_revision::Model| Key::Day(place(row).0)),
                OrderKey::column(Kind::Number, "number", |row| Key::Number(row.number.into())),
            ],
            id: |row| row.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn revision(number: i32, from: Option<&str>) -> policy_revision::Model {
        policy_revision::Model {
            id: Uuid::from_u128(number.unsigned_abs().into()),
            privacy_policy_id: Uuid::nil(),
            number,
            recorded_at: DateTime::UNIX_EPOCH,
            effective_from: from.map(|day| day.parse().unwrap()),
            effective_until: None,
            period_text: None,
            announced_on: None,
            published_url: None,
            states_sections: false,
            has_labels: None,
            has_auto_collection: None,
            impact_assessment_text: None,
            video_notice_count: None,
            has_access_desk: false,
            access_desk_department: None,
            access_desk_phones: "[]".to_owned(),
            access_desk_email: None,
            access_desk_fax: None,
            access_desk_address: None,
            disposal_procedure: None,
        }
    }

    #[test]
    fn the_last_revision_that_has_begun_applies() {
        let timeline = PolicyTimeline::new(vec![
            revision(1, Some("2024-01-01")),
            revision(2, None),
            revision(3, Some("2024-01-25")),
            revision(4, Some("2024-01-01")),
            revision(5, Some("2025-01-01")),
        ]);
        for (day, applies) in [("1900-01-01", 2), ("2023-12-31", 2), ("2024-01-01", 4), ("2024-01-24", 4), ("2024-01-25", 3), ("2026-11-22", 5)] {
            assert_eq!(timeline.on(day.parse().unwrap()).map(|row| row.number), Some(applies), "{day}");
        }
        assert_eq!(PolicyTimeline::new(vec![revision(1, Some("2024-01-01"))]).on("2023-12-31".parse().unwrap()), None);
        let before = |number: i32, from: Option<&str>| timeline.before(&revision(number, from)).map(|row| row.number);
        assert_eq!((before(2, None), before(1, Some("2024-01-01")), before(4, Some("2024-01-01"))), (None, Some(2), Some(1)));
    }
}
