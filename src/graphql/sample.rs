//! A small schema of the register's shape, for the tests of the way to it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use async_graphql::{Context, EmptySubscription, Enum, Error, ErrorExtensions, ID, InputObject, Interface, Object, OneofObject, Schema, SimpleObject, scalar};
use serde::{Deserialize, Serialize};

use super::admission::limits::Limits;
use super::eager::Eager;
use super::engine::Engine;
use super::request::RequestContext;

#[derive(Serialize, Deserialize)]
pub struct Date(pub String);
scalar!(Date);
#[derive(Serialize, Deserialize)]
pub struct Count(pub u64);
scalar!(Count);

#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum AgencyType {
    Central,
    LocalGovernment,
    School,
}

#[derive(InputObject)]
pub struct TextFilter {
    pub eq: Option<String>,
    pub r#in: Option<Vec<String>>,
}

#[derive(InputObject)]
pub struct AgencyFilter {
    pub and: Option<Vec<AgencyFilter>>,
    pub not: Option<Box<AgencyFilter>>,
    pub name: Option<TextFilter>,
    pub r#type: Option<AgencyType>,
    pub since: Option<Date>,
    pub id: Option<ID>,
}

#[derive(InputObject)]
pub struct Range {
    pub from: i32,
    #[graphql(default = 5)]
    pub until: i32,
}

#[derive(OneofObject)]
pub enum Key {
    Code(String),
    Number(i32),
}

#[derive(SimpleObject)]
pub struct PageInfo {
    pub has_next_page: bool,
}

#[derive(SimpleObject)]
pub struct AgencyConnection {
    pub edges: Vec<AgencyEdge>,
    pub nodes: Vec<Agency>,
    pub page_info: PageInfo,
    pub total_count: i32,
}

#[derive(SimpleObject)]
pub struct AgencyEdge {
    pub node: Agency,
}

#[derive(SimpleObject)]
pub struct Item {
    pub name: String,
}

#[derive(Clone)]
pub struct Agency(pub i32);

fn page(range: std::ops::Range<i32>) -> AgencyConnection {
    let edges = range.clone().map(|n| AgencyEdge { node: Agency(n) }).collect();
    AgencyConnection { edges, nodes: range.map(Agency).collect(), page_info: PageInfo { has_next_page: false }, total_count: 30 }
}

#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID"))]
pub enum Node {
    Agency(Agency),
    Statute(Statute),
}

pub struct Statute;

#[Object]
impl Statute {
    async fn id(&self) -> ID {
        "s".into()
    }
    async fn items(&self) -> Vec<Item> {
        Vec::new()
    }
}

#[Object]
impl Agency {
    async fn id(&self) -> ID {
        self.0.into()
    }
    async fn items(&self) -> Vec<Item> {
        Vec::new()
    }
    async fn area(&self) -> async_graphql::Result<i32> {
        if self.0 % 2 == 0 { Ok(self.0) } else { Err(Error::new(format!("Nobody measured {}.", self.0))) }
    }
    async fn parent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Agency>> {
        let parents = ctx.data::<DataLoader<Parents, HashMapCache>>()?;
        Ok(parents.load_one(self.0).await?.map(Agency))
    }
    async fn children(&self, first: Option<i32>, last: Option<i32>, after: Option<String>, filter: Option<AgencyFilter>) -> AgencyConnection {
        let _ = (first, last, after, filter);
        page(0..0)
    }
}

pub struct Query;

#[Object]
impl Query {
    async fn agencies(
        &self,
        first: Option<i32>,
        last: Option<i32>,
        after: Option<String>,
        before: Option<String>,
        filter: Option<AgencyFilter>,
    ) -> AgencyConnection {
        let _ = (last, after, before, filter);
        page(0..first.unwrap_or(20))
    }
    async fn top(&self, #[graphql(default = 3)] first: i32) -> Vec<Agency> {
        (0..first).map(Agency).collect()
    }
    async fn eager_top(&self, #[graphql(default = 3)] first: i32) -> Vec<Eager<Agency>> {
        (0..first).map(Agency).map(Eager).collect()
    }
    async fn node(&self, id: ID) -> Option<Node> {
        Some(if id == "s" { Statute.into() } else { Agency(1).into() })
    }
    async fn nodes(&self, ids: Vec<ID>) -> Vec<Option<Node>> {
        ids.iter().map(|_| None).collect()
    }
    async fn range(&self, range: Range) -> i32 {
        range.until - range.from
    }
    async fn key(&self, key: Key) -> String {
        match key {
            Key::Code(code) => code,
            Key::Number(number) => number.to_string(),
        }
    }
    async fn count(&self, of: Option<Count>, on: Option<Date>, share: Option<f64>, exact: Option<bool>) -> i32 {
        let _ = (of, on, share, exact);
        7
    }
    async fn fails(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(Error::new("secret: connection to 10.0.0.1 refused")))
    }
    async fn defect(&self) -> async_graphql::Result<i32> {
        Err(crate::error::Error::internal("secret: the table lacks the row 7"))?
    }
    async fn gone(&self) -> async_graphql::Result<i32> {
        Err(crate::error::Error::Unavailable(Arc::new(std::io::Error::other("secret: 10.0.0.1 refused"))))?
    }
    async fn refuses(&self) -> async_graphql::Result<i32> {
        Err(crate::error::Error::input("The id is none of this register."))?
    }
    async fn misses(&self) -> async_graphql::Result<i32> {
        Err(Error::new("There is none.").extend_with(|_, extensions| extensions.set("code", "NOT_THERE")))
    }
    async fn panics(&self) -> i32 {
        std::hint::black_box(None::<i32>).expect("secret")
    }
    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_secs(5)).await;
        1
    }
}

pub struct Mutation;

#[Object]
impl Mutation {
    async fn rename(&self, names: Vec<String>) -> usize {
        names.len()
    }
}

/// Counts how often it is asked.
pub struct Parents(pub Arc<AtomicUsize>);

impl Loader<i32> for Parents {
    type Value = i32;
    type Error = Arc<std::io::Error>;

    async fn load(&self, keys: &[i32]) -> Result<HashMap<i32, i32>, Self::Error> {
        self.0.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        Ok(keys.iter().map(|key| (*key, key + 1000)).collect())
    }
}

pub type SampleEngine = Engine<Query, Mutation, EmptySubscription>;

/// An engine, and how often its loader was asked.
pub fn engine() -> (SampleEngine, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let schema = Schema::new(Query, Mutation, EmptySubscription);
    let engine = Engine::new(schema, Limits::default())
        .unwrap()
        .install(move |request, context: &RequestContext, _| request.data(context.loaders.loader(Parents(Arc::clone(&counter)))))
        .argument_check(|ty, name, text| match (ty, name) {
            ("ID", _) if text.contains(' ') => Err("is no id of this register".to_owned()),
            (_, "after" | "before") if text.contains(' ') => Err("is no cursor of this list".to_owned()),
            _ => Ok(()),
        });
    (engine, calls)
}
