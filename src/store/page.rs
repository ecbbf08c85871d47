//! Pages of a list by keyset: a cursor names the last row seen by its order keys and its id, so that a page costs the same however deep it lies.
//!
//! The Relay Cursor Connections Specification gives the arguments; every list ends its order with the id, so that the order is total and the same on both databases.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Alias, Asterisk, Expr, ExprTrait as _, Func, Order as Direction, Query, SelectStatement, WindowStatement};
use sea_orm::{ConnectionTrait as _, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use super::Store;
use super::kept::{Keepable, KeptKey, place_alone};
use crate::error::{Error, Result};
use crate::identity::abbreviated;

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    limit: u64,
    is_backward: bool,
    after: Option<Cursor>,
    before: Option<Cursor>,
}

impl Page {
    /// Rows in a page where the client does not say.
    pub const DEFAULT: i32 = 20;
    /// Most rows in a page.
    pub const MAXIMUM: i32 = 100;

    /// Page from the arguments of a connection.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a page size out of range, both sizes at once, or a cursor that is none.
    pub fn new(first: Option<i32>, after: Option<&str>, last: Option<i32>, before: Option<&str>) -> Result<Self> {
        let (size, is_backward) = match (first, last) {
            (Some(_), Some(_)) => return Err(Error::input("`first` and `last` exclude each other: leave one of them out")),
            (Some(first), None) => (first, false),
            (None, Some(last)) => (last, true),
            (None, None) => (Self::DEFAULT, false),
        };
        if !(0..=Self::MAXIMUM).contains(&size) {
            let name = if is_backward { "last" } else { "first" };
            return Err(Error::input(format!("`{name}` is {size}; it can be 0 to {}", Self::MAXIMUM)));
        }
        Ok(Self {
            limit: size.unsigned_abs().into(),
            is_backward,
            after: after.map(Cursor::parse).transpose()?,
            before: before.map(Cursor::parse).transpose()?,
        })
    }
}

impl Page {
    /// Rows wanted.
    #[must_use]
    pub fn limit(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// Whether the last rows are wanted instead of the first.
    #[must_use]
    pub fn is_backward(&self) -> bool {
        self.is_backward
    }

    /// Position behind which the page lies.
    #[must_use]
    pub fn after(&self) -> Option<&Cursor> {
        self.after.as_ref()
    }

    /// Position before which the page lies.
    #[must_use]
    pub fn before(&self) -> Option<&Cursor> {
        self.before.as_ref()
    }
}

/// Position in a list: the order that it belongs to, the row's order keys, the row's id. Opaque to clients.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    order: String,
    keys: Vec<Key>,
    id: Uuid,
}

/// Value of an order key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Text in binary order.
    Text(String),
    /// Whole number.
    Number(i64),
    /// Calendar day.
    Day(NaiveDate),
    /// Instant.
    Moment(DateTime<Utc>),
    /// Key of an object.
    Id(Uuid),
}

/// What an order key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// [`Key::Text`].
    Text,
    /// [`Key::Number`].
    Number,
    /// [`Key::Day`].
    Day,
    /// [`Key::Moment`].
    Moment,
    /// [`Key::Id`].
    Id,
}

impl Key {
    fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Number(_) => Kind::Number,
            Self::Day(_) => Kind::Day,
            Self::Moment(_) => Kind::Moment,
            Self::Id(_) => Kind::Id,
        }
    }
}

impl Cursor {
    /// Position in an order.
    #[must_use]
    pub fn new(order: &str, keys: Vec<Key>, id: Uuid) -> Self {
        Self { order: order.to_owned(), keys, id }
    }

    /// Keys and id of a position in that order; `None` for one of another order.
    #[must_use]
    pub fn keys(&self, order: &str) -> Option<(&[Key], Uuid)> {
        (self.order == order).then_some((&self.keys, self.id))
    }

    /// Reads a cursor that a client sent.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for text that no `cursor` field ever answered.
    pub fn parse(text: &str) -> Result<Self> {
        Self::decoded(text).ok_or_else(|| {
            Error::input(format!("\"{}\" is not a cursor of this register; take cursors from `pageInfo` or `edges` as they are", abbreviated(text)))
        })
    }

    fn decoded(text: &str) -> Option<Self> {
        let parts: Vec<Json> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (order, rest) = parts.split_first()?;
        let (id, keys) = rest.split_last()?;
        let keys = keys
            .iter()
            .map(|key| match key {
                // No text of the register holds it, and PostgreSQL cannot be asked for it.
                Json::String(text) => (!text.contains('\0')).then(|| Key::Text(text.clone())),
                Json::Number(number) => number.as_i64().map(Key::Number),
                Json::Array(day) => day.first()?.as_str()?.parse().ok().map(Key::Day),
                Json::Object(key) => match (key.get("id"), key.get("at")) {
                    (Some(id), None) => Uuid::try_parse(id.as_str()?).ok().map(Key::Id),
                    (None, Some(at)) => DateTime::from_timestamp_micros(at.as_i64()?).map(Key::Moment),
                    _ => None,
                },
                _ => None,
            })
            .collect::<Option<_>>()?;
        Some(Self { order: order.as_str()?.to_owned(), keys, id: Uuid::try_parse(id.as_str()?).ok()? })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys = self.keys.iter().map(|key| match key {
            Key::Text(text) => Json::from(text.as_str()),
            Key::Number(number) => Json::from(*number),
            Key::Day(day) => Json::from(vec![day.to_string()]),
            Key::Id(id) => serde_json::json!({"id": id.simple().to_string()}),
            Key::Moment(at) => serde_json::json!({"at": at.timestamp_micros()}),
        });
        let parts: Vec<Json> =
            std::iter::once(Json::from(self.order.as_str())).chain(keys).chain(std::iter::once(Json::from(self.id.simple().to_string()))).collect();
        f.write_str(&URL_SAFE_NO_PAD.encode(Json::from(parts).to_string()))
    }
}

/// One key of an order: an expression over the rows of the list, and the same value taken from a row.
pub struct OrderKey<R> {
    kind: Kind,
    expression: Expr,
    value: fn(&R) -> Key,
}

impl<R> OrderKey<R> {
    /// Order by a column that is never null.
    pub fn column(kind: Kind, name: &'static str, value: fn(&R) -> Key) -> Self {
        Self { kind, expression: Expr::col(Alias::new(name)), value }
    }

    /// Order by an expression over the columns of the list, never null.
    pub fn expression(kind: Kind, expression: Expr, value: fn(&R) -> Key) -> Self {
        Self { kind, expression, value }
    }

    /// Order by a column in which absence counts as `least`, an SQL literal below every value: written out, not a parameter, so that an index on the expression serves the order.
    pub fn column_or(kind: Kind, name: &'static str, least: &'static str, value: fn(&R) -> Key) -> Self {
        Self { kind, expression: Expr::cust(format!("COALESCE(\"{name}\", {least})")), value }
    }
}

/// What an absent day counts as in orders and timelines: before every day that a document states, and a day that both databases can hold.
pub const EARLIEST: NaiveDate = match NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// [`EARLIEST`] as an SQL literal.
pub const EARLIEST_SQL: &str = "'0001-01-01'";

/// Order of a list. The id follows as the last key.
pub struct Order<R> {
    /// Names the order in cursors: a cursor of another order is refused.
    pub name: &'static str,
    /// Whether the greatest comes first.
    pub is_descending: bool,
    /// Keys before the id.
    pub keys: Vec<OrderKey<R>>,
    /// Id of a row.
    pub id: fn(&R) -> Uuid,
}

impl<R> Order<R> {
    /// Cursor of the row.
    pub fn cursor(&self, row: &R) -> Cursor {
        Cursor { order: self.tag(), keys: self.keys.iter().map(|key| (key.value)(row)).collect(), id: (self.id)(row) }
    }

    fn tag(&self) -> String {
        format!("{}{}", self.name, if self.is_descending { "-" } else { "" })
    }

    fn expressions(&self) -> Vec<Expr> {
        self.keys.iter().map(|key| key.expression.clone()).chain(std::iter::once(Expr::col(Alias::new("id")))).collect()
    }

    /// The order keys of the row that a cursor names.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a cursor of another list or order.
    pub fn keys_of<'c>(&self, cursor: &'c Cursor) -> Result<&'c [Key]> {
        // The kinds too: a cursor may be forged, and PostgreSQL compares no text with a number.
        if cursor.order != self.tag() || !cursor.keys.iter().map(Key::kind).eq(self.keys.iter().map(|key| key.kind)) {
            return Err(Error::input("the cursor belongs to another list or order; take it from the same field with the same `orderBy`"));
        }
        Ok(&cursor.keys)
    }

    /// Row-value comparison with the cursor, which both databases answer from an index on the keys.
    fn beyond(&self, cursor: &Cursor, is_after: bool) -> Result<Expr> {
        let values = self.keys_of(cursor)?.iter().map(|key| match key {
            Key::Text(text) => Expr::val(text.clone()),
            Key::Number(number) => Expr::val(*number),
            Key::Day(day) => Expr::val(*day),
            Key::Id(id) => Expr::val(*id),
            Key::Moment(at) => Expr::val(*at),
        });
        let row = Expr::tuple(self.expressions());
        let seen = Expr::tuple(values.chain(std::iter::once(Expr::val(cursor.id))));
        Ok(if is_after == self.is_descending { row.lt(seen) } else { row.gt(seen) })
    }
}

/// A list that can be paged. The value holds everything that selects and orders the rows (filter, order, day), so that equal values mean the same list.
pub trait Listing: Clone + Eq + Hash + Send + Sync + 'static {
    /// Row of the list.
    type Row: FromQueryResult + Clone + Send + Sync + 'static;

    /// Every row of the list, unordered, with the columns of the order under their own names. Under `parents` each row carries its parent's key as `parent_id`.
    fn source(&self, parents: &[Uuid]) -> SelectStatement;

    /// Order of the rows.
    fn order(&self) -> Order<Self::Row>;

    /// How a page under a parent is kept in memory; not at all where nothing is said. Only of rows that the journal tells of.
    const KEPT: Option<Keepable<Cut<Self::Row>>> = None;

    /// Whether a page is mostly asked together with what else is known of its parent, and so is kept beside that.
    const IS_PART: bool = false;
}

/// A page's rows with what lies around them, as they were read.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Cut<R> {
    rows: Vec<R>,
    has_previous: bool,
    has_next: bool,
}

/// A page's rows with what lies around them.
#[derive(Clone, Debug)]
pub struct Slice<R> {
    /// Rows with their cursors, in the order of the list.
    pub rows: Vec<(Cursor, R)>,
    /// Whether rows precede.
    pub has_previous: bool,
    /// Whether rows follow.
    pub has_next: bool,
}

/// Loader key: one page of a list under a parent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageOf<L> {
    /// The list.
    pub listing: L,
    /// Key of the parent; `None` for a list of the register itself.
    pub parent: Option<Uuid>,
    /// The page.
    pub page: Page,
}

impl<L: Listing> KeptKey for PageOf<L> {
    fn place(&self) -> Uuid {
        self.parent.filter(|_| L::IS_PART).unwrap_or_else(|| place_alone(self))
    }
}

/// Loader key: the number of rows of a list under a parent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TotalOf<L> {
    /// The list.
    pub listing: L,
    /// Key of the parent; `None` for a list of the register itself.
    pub parent: Option<Uuid>,
}

const SOURCE: &str = "listed";
const PARENT: &str = "parent_id";
const ROW_NUMBER: &str = "row_number";

impl Store {
    /// The page of one parent or of the register itself: the database need not read beyond it where an index has the order.
    async fn page_of<L: Listing>(&self, listing: &L, page: &Page, parent: Option<Uuid>) -> Result<Cut<L::Row>> {
        let order = listing.order();
        let mut select = Query::select();
        select.column((Alias::new(SOURCE), Asterisk)).from_subquery(listing.source(parent.as_slice()), Alias::new(SOURCE)).limit(page.limit + 1);
        narrow(&mut select, &order, page)?;
        for expression in order.expressions() {
            select.order_by_expr(expression, direction(&order, page));
        }
        let rows = self.db.query_all(&select).await?;
        let rows = rows.iter().map(|row| L::Row::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
        Ok(cut(page, rows))
    }

    /// One statement for the page of every parent: rows are numbered within their parent and cut there.
    async fn pages_of_parents<L: Listing>(&self, listing: &L, page: &Page, parents: &[Uuid]) -> Result<HashMap<Uuid, Cut<L::Row>>> {
        if let [parent] = *parents {
            return Ok(HashMap::from([(parent, self.page_of(listing, page, Some(parent)).await?)]));
        }
        let order = listing.order();
        let mut window = WindowStatement::partition_by(Alias::new(PARENT));
        for expression in order.expressions() {
            window.order_by_expr(expression, direction(&order, page));
        }
        let mut numbered = Query::select();
        numbered
            .column((Alias::new(SOURCE), Asterisk))
            .expr_window_as(Func::cust(Alias::new("ROW_NUMBER")), window, Alias::new(ROW_NUMBER))
            .from_subquery(listing.source(parents), Alias::new(SOURCE));
        narrow(&mut numbered, &order, page)?;
        let mut select = Query::select();
        select
            .column(Asterisk)
            .from_subquery(numbered, Alias::new("numbered"))
            .and_where(Expr::col(Alias::new(ROW_NUMBER)).lte(page.limit + 1))
            .order_by(Alias::new(PARENT), Direction::Asc)
            .order_by(Alias::new(ROW_NUMBER), Direction::Asc);
        let mut rows: HashMap<Uuid, Vec<L::Row>> = HashMap::new();
        for row in self.db.query_all(&select).await? {
            rows.entry(row.try_get("", PARENT)?).or_default().push(L::Row::from_query_result(&row, "")?);
        }
        Ok(parents.iter().map(|parent| (*parent, cut(page, rows.remove(parent).unwrap_or_default()))).collect())
    }

    async fn total_of_register<L: Listing>(&self, listing: &L) -> Result<i64> {
        let mut select = Query::select();
        select.expr_as(Func::count(Expr::col(Asterisk)), Alias::new("total")).from_subquery(listing.source(&[]), Alias::new(SOURCE));
        let row = self.db.query_one(&select).await?.ok_or_else(|| Error::internal("a count answered no row"))?;
        Ok(row.try_get("", "total")?)
    }

    async fn totals_of_parents<L: Listing>(&self, listing: &L, parents: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
        let mut select = Query::select();
        select
            .column(Alias::new(PARENT))
            .expr_as(Func::count(Expr::col(Asterisk)), Alias::new("total"))
            .from_subquery(listing.source(parents), Alias::new(SOURCE))
            .group_by_col(Alias::new(PARENT));
        let mut totals: HashMap<Uuid, i64> = parents.iter().map(|parent| (*parent, 0)).collect();
        for row in self.db.query_all(&select).await? {
            totals.insert(row.try_get("", PARENT)?, row.try_get("", "total")?);
        }
        Ok(totals)
    }
}

fn direction<R>(order: &Order<R>, page: &Page) -> Direction {
    if order.is_descending == page.is_backward { Direction::Asc } else { Direction::Desc }
}

fn narrow<R>(select: &mut SelectStatement, order: &Order<R>, page: &Page) -> Result<()> {
    for (cursor, is_after) in [(&page.after, true), (&page.before, false)] {
        if let Some(cursor) = cursor {
            select.and_where(order.beyond(cursor, is_after)?);
        }
    }
    Ok(())
}

/// Cuts the row fetched beyond the page, which only tells that there is more.
fn cut<R>(page: &Page, mut rows: Vec<R>) -> Cut<R> {
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    if page.is_backward {
        rows.reverse();
    }
    let (has_previous, has_next) = if page.is_backward { (has_more, page.before.is_some()) } else { (page.after.is_some(), has_more) };
    Cut { rows, has_previous, has_next }
}

impl<R> Cut<R> {
    /// With the cursor of each row.
    fn in_order(self, order: &Order<R>) -> Slice<R> {
        let Self { rows, has_previous, has_next } = self;
        Slice { rows: rows.into_iter().map(|row| (order.cursor(&row), row)).collect(), has_previous, has_next }
    }
}

impl<L: Listing> async_graphql::dataloader::Loader<PageOf<L>> for Store {
    type Value = Arc<Slice<L::Row>>;
    type Error = Error;

    async fn load(&self, keys: &[PageOf<L>]) -> Result<HashMap<PageOf<L>, Self::Value>> {
        let (under_parents, of_register): (Vec<_>, Vec<_>) = keys.iter().cloned().partition(|key| key.parent.is_some());
        let mut cuts = self
            .kept_or(L::KEPT, under_parents, async |missing: Vec<PageOf<L>>| {
                let mut groups: HashMap<(&L, &Page), Vec<Uuid>> = HashMap::new();
                for key in &missing {
                    groups.entry((&key.listing, &key.page)).or_default().extend(key.parent);
                }
                let mut cuts = HashMap::new();
                for ((listing, page), parents) in groups {
                    for (parent, cut) in self.pages_of_parents(listing, page, &parents).await? {
                        cuts.insert(PageOf { listing: listing.clone(), parent: Some(parent), page: page.clone() }, cut);
                    }
                }
                Ok(cuts)
            })
            .await?;
        for key in of_register {
            let cut = self.page_of(&key.listing, &key.page, None).await?;
            cuts.insert(key, cut);
        }
        let in_order = |(key, cut): (PageOf<L>, Cut<L::Row>)| {
            let slice = cut.in_order(&key.listing.order());
            (key, Arc::new(slice))
        };
        Ok(cuts.into_iter().map(in_order).collect())
    }
}

impl<L: Listing> async_graphql::dataloader::Loader<TotalOf<L>> for Store {
    type Value = i64;
    type Error = Error;

    async fn load(&self, keys: &[TotalOf<L>]) -> Result<HashMap<TotalOf<L>, i64>> {
        let mut groups: HashMap<&L, Vec<Uuid>> = HashMap::new();
        let mut loaded = HashMap::new();
        for key in keys {
            match key.parent {
                Some(parent) => groups.entry(&key.listing).or_default().push(parent),
                None => {
                    loaded.insert(key.clone(), self.total_of_register(&key.listing).await?);
                }
            }
        }
        for (listing, parents) in groups {
            for (parent, total) in self.totals_of_parents(listing, &parents).await? {
                loaded.insert(TotalOf { listing: listing.clone(), parent: Some(parent) }, total);
            }
        }
        Ok(loaded)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> impl Strategy<Value = Key> {
        prop_oneof![
            any::<String>().prop_map(Key::Text),
            any::<i64>().prop_map(Key::Number),
            (1..3_000_000i32).prop_map(|days| Key::Day(NaiveDate::from_num_days_from_ce_opt(days).unwrap_or_default())),
            any::<u128>().prop_map(|id| Key::Id(Uuid::from_u128(id))),
            (0..4_000_000_000_000_000i64).prop_map(|at| Key::Moment(DateTime::from_timestamp_micros(at).unwrap_or_default())),
        ]
    }

    proptest! {
        #[test]
        fn cursors_round_trip(order in "[a-z]{1,20}", keys in prop::collection::vec(key(), 0..4), id in any::<u128>()) {
            let cursor = Cursor { order, keys, id: Uuid::from_u128(id) };
            prop_assert_eq!(Cursor::parse(&cursor.to_string()).unwrap(), cursor);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = Cursor::parse(&text);
        }
    }

    #[test]
    fn sizes_out_of_range_are_named() {
        for (first, last) in [(Some(-1), None), (Some(101), None), (None, Some(101)), (Some(1), Some(1))] {
            let message = Page::new(first, None, last, None).unwrap_err().to_string();
            assert!(message.contains("first") || message.contains("last"), "{message}");
        }
    }
}
