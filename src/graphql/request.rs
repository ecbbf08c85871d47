//! A GraphQL request and its outcome, apart from any transport (GraphQL over HTTP, section "Request parameters").

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_graphql::Response;
use async_graphql::parser::types::OperationType;
use chrono::NaiveDate;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use serde_json::{Map, Value};

use super::admission::refusal::Refusal;
use super::budget::Balance;
use super::loaders::LoaderQueue;
use crate::access::Viewer;
use crate::cache::CacheFigures;

/// A request as it came, well-formed and not yet looked into.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GraphqlRequest {
    /// The document; empty where an id stands for it.
    pub query: String,
    /// Id of the document (GraphQL over HTTP, appendix "Persisted Documents").
    pub document_id: Option<String>,
    /// Which of its operations is meant.
    pub operation_name: Option<String>,
    /// Values of its variables.
    pub variables: Map<String, Value>,
    /// Wishes beyond the specification: `{"cost": true}` asks for the cost.
    pub extensions: Map<String, Value>,
}

impl GraphqlRequest {
    /// Whether the answer is to say what the operation costs.
    #[must_use]
    pub fn wants_cost(&self) -> bool {
        self.extensions.get("cost") == Some(&Value::Bool(true))
    }
}

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// By GET: queries only.
    Get,
    /// By POST.
    Post,
    /// Over a connection that carries any number of answers: subscriptions too.
    Stream,
    /// By GET, answered any number of times: queries and subscriptions.
    StreamByGet,
}

impl Transport {
    /// Whether it came by GET, which must change nothing.
    #[must_use]
    pub fn is_get(self) -> bool {
        matches!(self, Self::Get | Self::StreamByGet)
    }

    /// Whether there can be more than one answer.
    #[must_use]
    pub fn carries_events(self) -> bool {
        matches!(self, Self::Stream | Self::StreamByGet)
    }
}

/// What is known about a request besides its text.
#[derive(Clone, Default)]
pub struct RequestContext {
    /// Its id, as in the answer's header and in the log.
    pub request_id: String,
    /// Value of the header `Authorization`.
    pub authorization: Option<String>,
    /// Value of the header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// Whose token it brought; nobody's, where it brought none.
    pub viewer: Option<Arc<Viewer>>,
    /// From which address it came, if that is known.
    pub address: Option<IpAddr>,
    /// Entry of the journal that the answer must hold at least.
    pub at_least: Option<i64>,
    /// Time in which it must be answered: then it is given up.
    pub deadline: Duration,
    /// Where the request's loaders queue their batches.
    pub loaders: LoaderQueue,
    /// What was found out about it before its execution.
    pub admitted: Arc<OnceLock<AdmittedOperation>>,
}

/// An operation that is executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmittedOperation {
    /// Its name.
    pub name: Option<String>,
    /// Its cost.
    pub cost: u64,
}

/// What became of a request.
#[derive(Debug)]
pub struct Outcome {
    /// The answer. For anything but [`Ending::Executed`] only its errors and extensions count.
    pub response: Response,
    /// How it ended.
    pub ending: Ending,
    /// Name of the operation, if that was found.
    pub operation_name: Option<String>,
    /// Kind of the operation, if that was found.
    pub operation: Option<OperationType>,
    /// Cost of the operation, if that was found.
    pub cost: Option<u64>,
    /// What the client may still ask for, where that is counted.
    pub balance: Option<Balance>,
}

impl Outcome {
    /// A request that is not executed, whatever it asks.
    #[must_use]
    pub fn refused(refusal: Refusal, ending: Ending) -> Self {
        Self { response: Response::from_errors(vec![refusal.into()]), ending, operation_name: None, operation: None, cost: None, balance: None }
    }
}

/// What the answers to anybody depend on besides what is asked. As long as it is the same, so are they.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Number of the last journal entry that answers are of, or an older one.
    pub sequence: i64,
    /// Number of the last journal entry that this server knows of: the tables are of that or newer.
    pub head: i64,
    /// Which state of the search index it is, counted by this server.
    pub index: u64,
    /// The day in Korea.
    pub day: NaiveDate,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Executed; fields may have failed.
    Executed,
    /// Refused before execution: the answer has no `data`.
    RequestError,
    /// Refused for its token: the answer has no `data`.
    Unauthenticated,
    /// A mutation that came by GET: the answer has no `data`.
    MutationByGet,
    /// Execution broke down: the answer has no `data`.
    Broken,
    /// Refused, since the client has asked for as much as it may in a minute: the answer has no `data`.
    OverBudget,
    /// Not answered now, but perhaps soon, since the database is away or too many requests are being executed: the answer has no `data`.
    Unavailable,
}

/// What the answering of requests counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnswerFigures {
    /// Documents kept as they were read.
    pub documents: CacheFigures,
    /// Operations refused since their client had spent its budget.
    pub over_budget: u64,
}

/// Whatever answers GraphQL requests; the transports know no more of the schema than this.
pub trait Answer: Send + Sync {
    /// Answers one request.
    fn answer(&self, request: GraphqlRequest, transport: Transport, context: RequestContext) -> BoxFuture<'_, Outcome>;

    /// Answers one request as often as it asks: a query once, a subscription for each event. Each answer is a future of its own, so that the time it takes can be told from the time
    /// that passes between events. Whoever takes no more of them stops the request.
    fn answers(self: Arc<Self>, request: GraphqlRequest, transport: Transport, context: RequestContext) -> BoxStream<'static, BoxFuture<'static, Outcome>>;

    /// Whether the request would be executed. Nothing is, and no database is touched.
    fn admits(&self, request: &GraphqlRequest, transport: Transport) -> bool;

    /// Checks a document against the schema, with all its operations, as far as that can be told without variables: what is wrong with it.
    fn faults(&self, document: Arc<str>) -> BoxFuture<'_, Vec<String>>;

    /// What answers depend on at the moment; `None` where no journal is followed.
    fn version(&self) -> Option<Version> {
        None
    }

    /// Whether what an answer to the request would be made of could be reached when it was last asked.
    fn is_available(&self, _context: &RequestContext) -> bool {
        true
    }

    /// What it counts, for those who watch the server.
    fn figures(&self) -> AnswerFigures {
        AnswerFigures::default()
    }

    /// The schema in the schema definition language.
    fn sdl(&self) -> &str;
}
