//! Connections as the Relay Cursor Connections Specification has them, with `nodes` and a `totalCount` that is counted only where it is selected.

use std::sync::Arc;

use async_graphql::Context;
use async_graphql::SimpleObject;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::Reads as _;
use super::scalar::Count;
use crate::error::{Error, Result};
use crate::store::{Cursor, Listing, Order, Page, PageOf, Slice, TotalOf};

type Total = Box<dyn for<'c> Fn(&'c Context<'c>) -> BoxFuture<'c, Result<Option<i64>>> + Send + Sync>;

/// A page of a list, and how to count the list.
pub struct Paged<R> {
    /// Rows of the page.
    pub slice: Arc<Slice<R>>,
    total: Total,
}

impl<R: Clone + Send + Sync + 'static> Paged<R> {
    /// Loads a page of a list of the register (`parent` is `None`), or of the list under a parent.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a cursor of another list; those of the database.
    pub async fn load<L: Listing<Row = R>>(ctx: &Context<'_>, listing: L, parent: Option<Uuid>, page: Page) -> Result<Self> {
        let slice = ctx.load(PageOf { listing: listing.clone(), parent, page }).await?.ok_or_else(|| Error::internal("a page was not loaded"))?;
        let total: Total = Box::new(move |ctx| {
            let listing = listing.clone();
            Box::pin(async move { ctx.load(TotalOf { listing, parent }).await })
        });
        Ok(Self { slice, total })
    }

    /// A page of rows that stand in no table, in the order of the list that they would be in.
    #[must_use]
    pub fn of_rows(order: &Order<R>, rows: Vec<R>, page: &Page) -> Self {
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let rows: Vec<(Cursor, R)> = rows.into_iter().map(|row| (order.cursor(&row), row)).collect();
        let place = |cursor: Option<&Cursor>| cursor.and_then(|cursor| rows.iter().position(|(other, _)| other == cursor));
        let from = place(page.after()).map_or(0, |place| place + 1);
        let until = place(page.before()).unwrap_or(rows.len()).max(from);
        let (first, last) = if page.is_backward() { (until.saturating_sub(page.limit()).max(from), until) } else { (from, (from + page.limit()).min(until)) };
        let (has_previous, has_next) = (first > 0, last < rows.len());
        let rows = rows.into_iter().skip(first).take(last - first).collect();
        let total: Total = Box::new(move |_| Box::pin(async move { Ok(Some(count)) }));
        Self { slice: Arc::new(Slice { rows, has_previous, has_next }), total }
    }

    /// Number of rows in the whole list.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn total(&self, ctx: &Context<'_>) -> Result<Count> {
        Ok(Count((self.total)(ctx).await?.unwrap_or_default()))
    }

    /// Where the page lies in the list.
    #[must_use]
    pub fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.slice)
    }
}

/// Where a page lies in its list.
#[derive(Debug, SimpleObject)]
pub struct PageInfo {
    /// Indicates whether rows precede the page. Exact when paging backward with `last`; otherwise it tells whether `after` was given.
    pub has_previous_page: bool,
    /// Indicates whether rows follow the page. Exact when paging forward with `first`; otherwise it tells whether `before` was given.
    pub has_next_page: bool,
    /// Cursor of the first row of the page; null for an empty page.
    pub start_cursor: Option<String>,
    /// Cursor of the last row of the page, from which to go on with `after`; null for an empty page.
    pub end_cursor: Option<String>,
}

impl PageInfo {
    /// Where a slice lies.
    #[must_use]
    pub fn of<R>(slice: &Slice<R>) -> Self {
        Self {
            has_previous_page: slice.has_previous,
            has_next_page: slice.has_next,
            start_cursor: slice.rows.first().map(|(cursor, _)| cursor.to_string()),
            end_cursor: slice.rows.last().map(|(cursor, _)| cursor.to_string()),
        }
    }
}

/// Declares a connection and its edge: `ConnectionType, EdgeType: NodeType from row;`. The node is made from a row by `NodeType::from(row)`.
#[macro_export]
macro_rules! connections {
    ($($connection:ident, $edge:ident: $node:ident from $table:ident;)+) => {$(
        #[doc = concat!("List of `", stringify!($node), "`, a page of it.")]
        pub struct $connection(pub $crate::graphql::connection::Paged<entity::$table::Model>);

        /// Page of a list.
        #[async_graphql::Object]
        impl $connection {
            /// Rows of the page with their cursors.
            async fn edges(&self) -> Vec<$crate::graphql::eager::Eager<$edge>> {
                let edge = |(cursor, row): &($crate::store::Cursor, _)| $edge { cursor: cursor.to_string(), node: $crate::graphql::eager::Eager($node::from(Clone::clone(row))) };
                self.0.slice.rows.iter().map(edge).map($crate::graphql::eager::Eager).collect()
            }

            /// Rows of the page.
            async fn nodes(&self) -> Vec<$crate::graphql::eager::Eager<$node>> {
                self.0.slice.rows.iter().map(|(_, row)| $crate::graphql::eager::Eager($node::from(row.clone()))).collect()
            }

            /// Where the page lies in the list.
            async fn page_info(&self) -> $crate::graphql::connection::PageInfo {
                self.0.page_info()
            }

            /// Number of rows in the whole list, whatever the page. Counted only where it is selected.
            async fn total_count(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<$crate::graphql::scalar::Count> {
                Ok(self.0.total(ctx).await?)
            }
        }

        /// Row of a list with its position.
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            /// Position of the row in this list and order: an argument for `after` and `before`. Opaque.
            pub cursor: String,
            /// The row.
            pub node: $crate::graphql::eager::Eager<$node>,
        }
    )+};
}
