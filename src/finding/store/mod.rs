//! Findings in the tables: listed, counted; computed in the transaction of the write that causes them.

mod examine;
mod recompute;

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::ID;
use async_graphql::dataloader::Loader;
use chrono::NaiveDate;
use entity::{data_file, finding};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _};
use uuid::Uuid;

use super::graphql::{FindingFilter, FindingOrder, FindingOrderField};
use crate::agency::agency_keys;
use crate::data_file::graphql::DataFileFilter;
use crate::error::{Error, Result};
use crate::graphql::filter::IdFilter;
use crate::identity::{GlobalId, NodeType};
use crate::store::{Key, Kind, Listing, Order, OrderKey, Store, all_of, among, combined, date, exact, of_agencies};
use crate::vocabulary::Vocabulary as _;

pub(crate) use examine::Unexamined;
pub use recompute::begin;

crate::identified!(finding);

/// List of findings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindingListing {
    whose: Whose,
    filter: Option<Box<FindingFilter>>,
    /// The day on which they hold; `None` for those of every day.
    day: Option<NaiveDate>,
    order: FindingOrder,
    today: NaiveDate,
    order_leads: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Register,
    Agency { includes_subordinate: bool },
    DataFile,
}

impl FindingListing {
    /// Findings that the filter admits, of a day or of every day.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a filter that names something impossible.
    pub fn of_register(filter: Option<Box<FindingFilter>>, day: Option<NaiveDate>, order: FindingOrder, today: NaiveDate, store: &Store) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition(today, false)?;
        }
        Ok(Self { whose: Whose::Register, filter, day, order, today, order_leads: store.is_embedded() })
    }

    /// Findings of a data file on a day.
    #[must_use]
    pub fn of_data_file(day: NaiveDate, today: NaiveDate) -> Self {
        Self { whose: Whose::DataFile, filter: None, day: Some(day), order: FindingOrder::default(), today, order_leads: false }
    }

    /// Findings of an agency, its files and policies on a day.
    #[must_use]
    pub fn of_agency(includes_subordinate: bool, day: NaiveDate, today: NaiveDate) -> Self {
        Self { whose: Whose::Agency { includes_subordinate }, filter: None, day: Some(day), order: FindingOrder::default(), today, order_leads: false }
    }
}

/// Findings that hold on a day.
#[must_use]
pub fn holding(day: NaiveDate) -> Condition {
    let column = |column: finding::Column| Expr::col((finding::Entity, column));
    let until = column(finding::Column::Until);
    Condition::all().add(column(finding::Column::Since).lte(day)).add(until.clone().is_null().or(until.gt(day)))
}

impl Listing for FindingListing {
    type Row = finding::Model;

    fn source(&self, parents: &[Uuid]) -> SelectStatement {
        let mut select = finding::Entity::find().into_query();
        if let Some(day) = self.day {
            select.cond_where(holding(day));
        }
        // Checked when the list was made.
        if let Some(Ok(condition)) = self.filter.as_deref().map(|filter| filter.condition(self.today, self.order_leads)) {
            select.cond_where(condition);
        }
        match self.whose {
            Whose::Register => {}
            Whose::Agency { includes_subordinate } => of_agencies(&mut select, ("finding", "agency_id"), parents, includes_subordinate),
            Whose::DataFile => {
                let file = Expr::col((finding::Entity, finding::Column::DataFileId));
                select.expr_as(file.clone(), "parent_id").and_where(file.is_in(parents.iter().copied()));
            }
        }
        select
    }

    fn order(&self) -> Order<finding::Model> {
        let since = || OrderKey::column(Kind::Day, "since", |row: &finding::Model| Key::Day(row.since));
        let (name, keys): (_, Vec<OrderKey<finding::Model>>) = match self.order.field {
            FindingOrderField::Since => ("findings.since", vec![since()]),
            FindingOrderField::Rule => ("findings.rule", vec![OrderKey::column(Kind::Text, "rule", |row| Key::Text(row.rule.clone())), since()]),
        };
        Order { name, is_descending: self.order.direction.is_descending(), keys, id: |row| row.id }
    }
}

impl FindingFilter {
    /// The filter over the columns of `finding`. With `order_leads` SQLite goes through the findings in the order of the list until a page is full, rather than gather and sort those of all
    /// agencies that are meant, which may be half of them; PostgreSQL tells by itself which is less.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type, or a category that the tree lacks.
    pub fn condition(&self, today: NaiveDate, order_leads: bool) -> Result<Condition> {
        let agency = || if order_leads { Expr::cust("+\"finding\".\"agency_id\"") } else { Expr::col((finding::Entity, finding::Column::AgencyId)) };
        let column = |column: finding::Column| Expr::col((finding::Entity, column));
        let files = |filter: &DataFileFilter| {
            Ok::<_, Error>(
                Query::select().column((data_file::Entity, data_file::Column::Id)).from(data_file::Entity).cond_where(filter.condition(today)?).take(),
            )
        };
        let own = all_of([
            self.rule.as_ref().map(|filter| exact(column(finding::Column::Rule), filter.words(), filter.is_null)),
            self.certainty.as_ref().map(|filter| exact(column(finding::Column::Certainty), filter.words(), filter.is_null)),
            self.agency.as_ref().map(|filter| Ok::<_, Error>(among(agency(), agency_keys(filter)?))).transpose()?,
            self.data_file.as_ref().map(|filter| Ok::<_, Error>(among(column(finding::Column::DataFileId), files(filter)?))).transpose()?,
            self.subject_id.as_ref().map(about).transpose()?,
            self.since.as_ref().map(|filter| date(column(finding::Column::Since), filter)),
            self.until.as_ref().map(|filter| date(column(finding::Column::Until), filter)),
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), |filter| filter.condition(today, order_leads))
    }
}

/// Findings about one of the subjects, of whichever types.
fn about(filter: &IdFilter) -> Result<Condition> {
    let one_of = |ids: &[ID]| {
        ids.iter().try_fold(Condition::any(), |condition, id| {
            let id = GlobalId::parse(id)?;
            let is = |column: finding::Column| Expr::col((finding::Entity, column)).eq(id.key);
            Ok(condition.add(match id.node_type {
                NodeType::Registration => is(finding::Column::RegistrationId),
                NodeType::PolicyRevision => is(finding::Column::PolicyRevisionId),
                NodeType::DataFile => is(finding::Column::DataFileId),
                NodeType::Agency => is(finding::Column::AgencyId),
                other => {
                    let message =
                        format!("findings are about registrations, policy revisions, data files and agencies; an id of a {} is none of these", other.as_str());
                    return Err(Error::input(message));
                }
            }))
        })
    };
    // An empty list matches nothing: a disjunction of nothing would admit everything.
    let among = |ids: &[ID]| if ids.is_empty() { Ok(Condition::all().add(Expr::val(1).eq(0))) } else { one_of(ids) };
    Ok(all_of([filter.eq.as_ref().map(|id| one_of(std::slice::from_ref(id))).transpose()?, filter.r#in.as_ref().map(|ids| among(ids)).transpose()?]))
}

/// Loader key: how many findings of each rule hold on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FindingsOfRules(pub NaiveDate);

impl Loader<FindingsOfRules> for Store {
    type Value = Arc<HashMap<String, i64>>;
    type Error = Error;

    async fn load(&self, keys: &[FindingsOfRules]) -> Result<HashMap<FindingsOfRules, Self::Value>> {
        let mut counts = HashMap::new();
        for key in keys {
            let rows: Vec<(String, i64)> = finding::Entity::find()
                .select_only()
                .column(finding::Column::Rule)
                // Rows, not ids: the index by rule alone answers it.
                .column_as(Expr::cust("COUNT(*)"), "count")
                .filter(holding(key.0))
                .group_by(finding::Column::Rule)
                .into_tuple()
                .all(self.db())
                .await?;
            counts.insert(*key, Arc::new(rows.into_iter().collect()));
        }
        Ok(counts)
    }
}

/// Loader key: what is found of a registration itself on a day, by rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FindingsOfRegistration(pub Uuid, pub NaiveDate);

impl Loader<FindingsOfRegistration> for Store {
    type Value = Arc<Vec<finding::Model>>;
    type Error = Error;

    async fn load(&self, keys: &[FindingsOfRegistration]) -> Result<HashMap<FindingsOfRegistration, Self::Value>> {
        let ids = keys.iter().map(|key| key.0);
        let rows = finding::Entity::find()
            .filter(finding::Column::RegistrationId.is_in(ids))
            .order_by_asc(finding::Column::Rule)
            .order_by_asc(finding::Column::Id)
            .all(self.db())
            .await?;
        let of = |key: &FindingsOfRegistration| {
            let holds = |row: &&finding::Model| row.registration_id == Some(key.0) && row.since <= key.1 && row.until.is_none_or(|until| until > key.1);
            Arc::new(rows.iter().filter(holds).cloned().collect())
        };
        Ok(keys.iter().map(|key| (*key, of(key))).collect())
    }
}
