//! Entrustments in the tables.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{entrustment, organization, sub_entrustee};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _};
use uuid::Uuid;

use super::Entrustment;
use super::graphql::EntrustmentFilter;
use crate::agency::agency_keys;
use crate::error::{Error, Result};
use crate::graphql::word;
use crate::identity::{NodeType, part_key};
use crate::organization::graphql::OrganizationFilter;
use crate::organization::{Party, organization_keys};
use crate::provision::{StatedFor, StatedForFilter};
use crate::store::{Key, Kind, Listing, Order, OrderKey, Stated, Write, all_of, among, combined, date, folded_text};
use crate::vocabulary::Vocabulary as _;

crate::identified!(entrustment);

crate::parts! {
    /// Sub-entrustees of an entrustment.
    SubEntrustees: sub_entrustee, EntrustmentId, entrustment_id;
}

/// Where an entrustment is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntrustmentOwner {
    /// By the registration of a file.
    Registration(Uuid),
    /// By a revision of a policy.
    PolicyRevision(Uuid),
}

impl Write {
    /// Stores the entrustments that a record states.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn entrustments(&mut self, owner: EntrustmentOwner, agency_id: Uuid, entrustments: &[Entrustment]) -> Result<()> {
        let (EntrustmentOwner::Registration(owner_id) | EntrustmentOwner::PolicyRevision(owner_id)) = owner;
        let (mut rows, mut subs) = (Vec::new(), Vec::new());
        for (position, entrustment) in (0i32..).zip(entrustments) {
            let id = part_key(NodeType::Entrustment.as_str(), owner_id, position);
            rows.push(entrustment::Model {
                id,
                registration_id: matches!(owner, EntrustmentOwner::Registration(_)).then_some(owner_id),
                policy_revision_id: matches!(owner, EntrustmentOwner::PolicyRevision(_)).then_some(owner_id),
                position,
                agency_id,
                entrustee_id: self.organization(&entrustment.entrustee).await?,
                entrustee_name: entrustment.entrustee.name.clone(),
                task: entrustment.task.clone(),
                items_text: entrustment.items_text.clone(),
                starts_on: entrustment.starts_on,
                ends_on: entrustment.ends_on,
                period_text: entrustment.period_text.clone(),
            });
            for (position, party) in (0i32..).zip(&entrustment.sub_entrustees) {
                let organization_id = self.organization(party).await?;
                subs.push(sub_entrustee::Model { entrustment_id: id, position, organization_id, name: party.name.clone() });
            }
        }
        self.insert::<entrustment::Entity>(rows).await?;
        self.insert::<sub_entrustee::Entity>(subs).await
    }
}

/// Entrustments by owner, in order, of the owners whose keys stand in `column`: as they were recorded.
///
/// # Errors
/// Those of the database.
pub async fn entrustments_by(db: &impl ConnectionTrait, column: entrustment::Column, owners: &[Uuid]) -> Result<HashMap<Uuid, Vec<Entrustment>>> {
    let rows = entrustment::Entity::find().filter(column.is_in(owners.iter().copied())).order_by_asc(entrustment::Column::Position).all(db).await?;
    let subs = sub_entrustee::Entity::find()
        .filter(sub_entrustee::Column::EntrustmentId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(sub_entrustee::Column::Position)
        .all(db)
        .await?;
    let bodies = rows.iter().map(|row| row.entrustee_id).chain(subs.iter().map(|row| row.organization_id));
    let kinds = organization::Entity::find().filter(organization::Column::Id.is_in(bodies)).all(db).await?;
    let kinds: HashMap<Uuid, String> = kinds.into_iter().map(|row| (row.id, row.kind)).collect();
    let party = |name: String, id: Uuid| Ok::<_, Error>(Party { name, kind: word(kinds.get(&id).map_or("", String::as_str))? });
    let mut sub_entrustees: HashMap<Uuid, Vec<Party>> = HashMap::new();
    for row in subs {
        sub_entrustees.entry(row.entrustment_id).or_default().push(party(row.name, row.organization_id)?);
    }
    let mut entrustments: HashMap<Uuid, Vec<Entrustment>> = HashMap::new();
    for row in rows {
        let Some(owner) = row.registration_id.or(row.policy_revision_id) else { continue };
        entrustments.entry(owner).or_default().push(Entrustment {
            entrustee: party(row.entrustee_name, row.entrustee_id)?,
            task: row.task,
            items_text: row.items_text,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            period_text: row.period_text,
            sub_entrustees: sub_entrustees.remove(&row.id).unwrap_or_default(),
        });
    }
    Ok(entrustments)
}

/// List of entrustments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EntrustmentListing {
    whose: Whose,
    filter: Option<Box<EntrustmentFilter>>,
    today: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Register,
    Agency { includes_subordinate: bool },
    Entrustee,
    Registration { stated_for: Option<Vec<StatedFor>> },
    PolicyRevision,
}

impl EntrustmentListing {
    fn of(whose: Whose, today: NaiveDate) -> Self {
        Self { whose, filter: None, today }
    }

    /// Entrustments in force that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type in the filter.
    pub fn of_register(filter: Option<Box<EntrustmentFilter>>, today: NaiveDate) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        Ok(Self { filter, ..Self::of(Whose::Register, today) })
    }

    /// Entrustments in force by an agency.
    #[must_use]
    pub fn of_agency(includes_subordinate: bool, today: NaiveDate) -> Self {
        Self::of(Whose::Agency { includes_subordinate }, today)
    }

    /// Entrustments in force to an organization.
    #[must_use]
    pub fn of_entrustee(today: NaiveDate) -> Self {
        Self::of(Whose::Entrustee, today)
    }

    /// Entrustments that count for a registration.
    #[must_use]
    pub fn of_registration(stated_for: Option<Vec<StatedFor>>, today: NaiveDate) -> Self {
        Self::of(Whose::Registration { stated_for }, today)
    }

    /// Entrustments that a revision of a policy states.
    #[must_use]
    pub fn of_policy_revision(today: NaiveDate) -> Self {
        Self::of(Whose::PolicyRevision, today)
    }
}

impl Listing for EntrustmentListing {
    type Row = entrustment::Model;

    fn source(&self, parents: &[Uuid]) -> SelectStatement {
        let stated = Stated { table: "entrustment", rows: entrustment::Entity::find().into_query() };
        let mut rows = match &self.whose {
            Whose::Register => stated.in_force(self.today),
            Whose::Agency { includes_subordinate } => stated.for_agencies(parents, *includes_subordinate, self.today),
            Whose::Entrustee => stated.for_organizations("entrustee_id", parents, self.today),
            Whose::Registration { stated_for } => stated.for_registrations(parents, stated_for.as_deref(), self.today),
            Whose::PolicyRevision => {
                let mut rows = stated.rows;
                let revision = Expr::col((entrustment::Entity, entrustment::Column::PolicyRevisionId));
                rows.expr_as(revision.clone(), "parent_id").and_where(revision.is_in(parents.iter().copied()));
                rows
            }
        };
        if let Some(Ok(condition)) = self.filter.as_deref().map(EntrustmentFilter::condition) {
            rows.cond_where(condition);
        }
        rows
    }

    fn order(&self) -> Order<entrustment::Model> {
        // As with provisions: rows of one record stay together, in its order.
        let of_policy = Expr::cust("CASE WHEN registration_id IS NULL THEN 1 ELSE 0 END");
        let owner = Expr::cust("COALESCE(registration_id, policy_revision_id)");
        Order {
            name: "entrustments",
            is_descending: false,
            keys: vec![
                OrderKey::expression(Kind::Number, of_policy, |row| Key::Number(row.registration_id.is_none().into())),
                OrderKey::expression(Kind::Id, owner, |row| Key::Id(row.registration_id.or(row.policy_revision_id).unwrap_or_default())),
                OrderKey::column(Kind::Number, "position", |row| Key::Number(row.position.into())),
            ],
            id: |row| row.id,
        }
    }
}

impl EntrustmentFilter {
    /// The filter over the columns of `entrustment`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type.
    pub fn condition(&self) -> Result<Condition> {
        let column = |column: entrustment::Column| Expr::col((entrustment::Entity, column));
        let sub_entrustee = |filter: &OrganizationFilter| {
            let keys = Query::select()
                .column((sub_entrustee::Entity, sub_entrustee::Column::EntrustmentId))
                .from(sub_entrustee::Entity)
                .and_where(Expr::col((sub_entrustee::Entity, sub_entrustee::Column::OrganizationId)).in_subquery(organization_keys(filter)?))
                .take();
            Ok::<_, Error>(among(column(entrustment::Column::Id), keys))
        };
        let own = all_of([
            self.agency.as_ref().map(|filter| Ok::<_, Error>(among(column(entrustment::Column::AgencyId), agency_keys(filter)?))).transpose()?,
            self.entrustee.as_ref().map(|filter| Ok::<_, Error>(among(column(entrustment::Column::EntrusteeId), organization_keys(filter)?))).transpose()?,
            self.sub_entrustee.as_deref().map(sub_entrustee).transpose()?,
            self.task.as_ref().map(|filter| folded_text(Func::lower(column(entrustment::Column::Task)).into(), filter)),
            self.starts_on.as_ref().map(|filter| date(column(entrustment::Column::StartsOn), filter)),
            self.ends_on.as_ref().map(|filter| date(column(entrustment::Column::EndsOn), filter)),
            self.stated_for.as_ref().and_then(StatedForFilter::words).map(|words| {
                let file = (StatedFor::DataFile, column(entrustment::Column::RegistrationId).is_not_null());
                let policy = (StatedFor::Policy, column(entrustment::Column::PolicyRevisionId).is_not_null());
                crate::store::any_of([file, policy].into_iter().filter(|(which, _)| words.contains(&which.as_str())).map(|(_, is)| Condition::all().add(is)))
            }),
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), Self::condition)
    }
}
