//! Entrustments in the tables.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{entrustment, organization, sub_entrustee};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _};
use uuid::Uuid;

use super::Entrustment;
use super::graphql::EntrustmentFilter;
use crate::agency::agency_keys;
use crate::data_flow::DataFlowKind;
use crate::error::{Error, Result};
use crate::graphql::word;
use crate::identity::{NodeType, part_key};
use crate::organization::graphql::OrganizationFilter;
use crate::organization::{Party, organization_keys};
use crate::stated::{StatedBy, StatedForFilter, Whose};
use crate::store::{Cut, Keepable, Listing, Order, Stated, Write, all_of, among, combined, date, plain_text, record_order, stated_for};
use crate::vocabulary::Vocabulary as _;

crate::identified!(entrustment);

crate::parts! {
    /// Sub-entrustees of an entrustment.
    SubEntrustees: sub_entrustee, EntrustmentId, entrustment_id;
}

impl Write {
    /// Stores the entrustments that a record states.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn entrustments(&mut self, by: StatedBy, agency_id: Uuid, entrustments: &[Entrustment]) -> Result<()> {
        let (mut rows, mut subs) = (Vec::new(), Vec::new());
        for (position, entrustment) in (0i32..).zip(entrustments) {
            let id = part_key(NodeType::Entrustment.as_str(), by.key(), position);
            rows.push(entrustment::Model {
                id,
                registration_id: by.registration(),
                policy_revision_id: by.policy_revision(),
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
        self.insert(rows);
        self.insert(subs);
        Ok(())
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

impl EntrustmentListing {
    /// Entrustments of one of these, on a day.
    #[must_use]
    pub fn of(whose: Whose, today: NaiveDate) -> Self {
        Self { whose, filter: None, today }
    }

    /// Entrustments in force that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type in the filter.
    pub fn filtered(filter: Option<Box<EntrustmentFilter>>, today: NaiveDate) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        Ok(Self { filter, ..Self::of(Whose::Register, today) })
    }
}

impl Listing for EntrustmentListing {
    type Row = entrustment::Model;
    const KEPT: Option<Keepable<Cut<Self::Row>>> = Some(Keepable::kept());
    const IS_PART: bool = true;

    fn source(&self, parents: &[Uuid]) -> SelectStatement {
        let stated =
            Stated { table: "entrustment", rows: entrustment::Entity::find().into_query(), organization: "entrustee_id", kind: DataFlowKind::Entrustment };
        let mut rows = stated.of(&self.whose, parents, self.today);
        // Checked when the list was made.
        if let Some(Ok(condition)) = self.filter.as_deref().map(EntrustmentFilter::condition) {
            rows.cond_where(condition);
        }
        rows
    }

    fn order(&self) -> Order<entrustment::Model> {
        record_order("entrustments")
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
            self.task.as_ref().map(|filter| plain_text(column(entrustment::Column::Task), filter)),
            self.starts_on.as_ref().map(|filter| date(column(entrustment::Column::StartsOn), filter)),
            self.ends_on.as_ref().map(|filter| date(column(entrustment::Column::EndsOn), filter)),
            self.stated_for.as_ref().and_then(StatedForFilter::words).map(|words| stated_for("entrustment", &words)),
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), Self::condition)
    }
}
