//! The way of a request: admission, execution with its loaders, and errors that tell the client what it may know.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{ErrorExtensionValues, ObjectType, PathSegment, Request, Response, Schema, ServerError, SubscriptionType, Value, Variables, value};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use tracing::Instrument as _;

use super::Register;
use super::admission::coercion::ArgumentCheck;
use super::admission::limits::Limits;
use super::admission::refusal::Refusal;
use super::admission::schema_types::SchemaTypes;
use super::admission::{self, Admitted, Rejected, Rules};
use super::budget::{Balance, Budgets, Client};
use super::documents::{Document, DocumentCache, Operation};
use super::guard::{Entrance, Guard};
use super::loaders::LoaderQueue;
use super::request::{AdmittedOperation, Answer, AnswerFigures, Ending, GraphqlRequest, Outcome, RequestContext, Transport, Version};
use super::subscription::{self, Occasion};
use crate::error::{Error, code, unavailable};
use crate::store::Reach;

/// Pause before an event is told again when the database was away.
const PAUSE: Duration = Duration::from_secs(1);

/// Puts the data of a request (loaders, caller, clock) where resolvers find it: over the register that is given, or the usual one.
pub type Install = dyn Fn(Request, &RequestContext, Option<Register>) -> Request + Send + Sync;

/// The register over a replica that has an entry of the journal, if there is one now.
pub type FindReplica = dyn Fn(i64) -> Option<Register> + Send + Sync;

/// A schema and the rules by which requests reach it.
pub struct Engine<Q, M, S> {
    schema: Schema<Q, M, S>,
    /// The same schema, which executes what the other one found valid without validating it again.
    trusting: Option<Schema<Q, M, S>>,
    documents: DocumentCache,
    types: SchemaTypes,
    sdl: String,
    limits: Limits,
    install: Box<Install>,
    argument_check: Option<Box<ArgumentCheck>>,
    guard: Option<Box<dyn Guard>>,
    budgets: Option<Budgets>,
    version: Option<Box<dyn Fn() -> Version + Send + Sync>>,
    reach: Option<Reach>,
    replica: Option<Box<FindReplica>>,
}

impl<Q, M, S> Engine<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// An engine for the schema.
    ///
    /// # Errors
    /// What is wrong with the schema's own SDL: a mistake in the schema, a description that it cannot hold say.
    pub fn new(schema: Schema<Q, M, S>, limits: Limits) -> Result<Self, async_graphql::parser::Error> {
        let sdl = schema.sdl();
        Ok(Self {
            types: SchemaTypes::parse(&sdl)?,
            sdl,
            schema,
            trusting: None,
            documents: DocumentCache::new(limits.document_cache),
            budgets: Some(limits.budget).filter(|budget| *budget > 0).map(Budgets::new),
            limits,
            install: Box::new(|request, _, _| request),
            argument_check: None,
            guard: None,
            version: None,
            reach: None,
            replica: None,
        })
    }

    /// The same, with a schema that validates nothing (`ValidationMode::Fast`) for documents that were found valid before.
    #[must_use]
    pub fn trusting(mut self, schema: Schema<Q, M, S>) -> Self {
        self.trusting = Some(schema);
        self
    }

    /// The same, installing data into each request.
    #[must_use]
    pub fn install(mut self, install: impl Fn(Request, &RequestContext, Option<Register>) -> Request + Send + Sync + 'static) -> Self {
        self.install = Box::new(install);
        self
    }

    /// The same, with a check on texts of type `ID` and of arguments named `after` and `before`: type, name of the argument or input field, text. The error continues a sentence
    /// that begins with the name of the argument.
    #[must_use]
    pub fn argument_check(mut self, check: impl Fn(&str, &str, &str) -> Result<(), String> + Send + Sync + 'static) -> Self {
        self.argument_check = Some(Box::new(check));
        self
    }

    /// The same, with a guard between admission and execution.
    #[must_use]
    pub fn guard(mut self, guard: impl Guard + 'static) -> Self {
        self.guard = Some(Box::new(guard));
        self
    }

    /// The same, stating in `extensions.sequence` of each answer the number of the journal entry that the answer is of, or newer. It is asked for before anything is read.
    #[must_use]
    pub fn version(mut self, version: impl Fn() -> Version + Send + Sync + 'static) -> Self {
        self.version = Some(Box::new(version));
        self
    }

    /// The same, over a database that may be out of reach.
    #[must_use]
    pub fn over(mut self, reach: Reach) -> Self {
        self.reach = Some(reach);
        self
    }

    /// The same, with a replica for the queries that anybody may ask.
    #[must_use]
    pub fn replica(mut self, replica: impl Fn(i64) -> Option<Register> + Send + Sync + 'static) -> Self {
        self.replica = Some(Box::new(replica));
        self
    }

    /// The same, publishing this text as the schema instead of the one that async-graphql prints by default.
    #[must_use]
    pub fn published_sdl(mut self, sdl: String) -> Self {
        self.sdl = sdl;
        self
    }

    /// Answers one request.
    pub async fn execute(&self, request: GraphqlRequest, transport: Transport, mut context: RequestContext) -> Outcome {
        let wants_cost = request.wants_cost();
        match self.admit(&request, transport) {
            Err(rejected) => self.with_cost(refused(rejected), wants_cost),
            Ok(admitted) => {
                let prepared = Prepared::new(admitted, &context);
                self.with_cost(self.enter(&request, prepared, &mut context, None).await, wants_cost)
            }
        }
    }

    /// Checks a request without executing it.
    ///
    /// # Errors
    /// Why the request is not executed.
    pub fn admit(&self, request: &GraphqlRequest, transport: Transport) -> Result<Admitted, Rejected> {
        let _span = tracing::trace_span!(target: "otel", "admit").entered();
        let document = self.document(&request.query)?;
        let rules = Rules { types: &self.types, limits: &self.limits, argument_check: self.argument_check.as_deref() };
        admission::admit(&document, request, transport, &rules)
    }

    /// The document of that text, read now or before.
    fn document(&self, text: &str) -> Result<Arc<Document>, Refusal> {
        let hash = *blake3::hash(text.as_bytes()).as_bytes();
        if let Some(document) = self.documents.get(&hash) {
            return Ok(document);
        }
        let document = Arc::new(Document::read(text, &self.limits, &self.types)?);
        if document.executable.is_ok() {
            self.documents.put(hash, Arc::clone(&document), Document::weight(text));
        }
        Ok(document)
    }

    fn with_cost(&self, mut outcome: Outcome, wants_cost: bool) -> Outcome {
        if let (true, Some(cost)) = (wants_cost, outcome.cost) {
            outcome.response.extensions.insert("cost".to_owned(), value!({"requested": cost, "limit": self.limits.cost}));
        }
        outcome
    }

    /// Executes what was admitted, past the guard, where there is one: once, or for one occasion of a subscription.
    async fn enter(&self, request: &GraphqlRequest, prepared: Prepared, context: &mut RequestContext, occasion: Option<Arc<Occasion>>) -> Outcome {
        let Some(guard) = &self.guard else { return self.run_within_budget(prepared, context, occasion).await };
        let operation = prepared.operation;
        match guard.enter(request, operation, context).await {
            Entrance::Admitted => {
                // Whoever waits for the answer may stop to, at its deadline say; then this goes no further.
                let inside = scopeguard::guard(&*context, |context| guard.give_up(operation, context));
                let outcome = self.run_within_budget(prepared, &inside, occasion).await;
                guard.leave(operation, scopeguard::ScopeGuard::into_inner(inside), &outcome.response).await;
                outcome
            }
            Entrance::Answered(response) => prepared.ended(response, Ending::Executed),
            Entrance::Refused(ending, refusal) => prepared.ended(response_of(refusal), ending),
        }
    }

    /// Executes it if its client may still ask for so much: whoever's token it is, or whoever asks from the address.
    async fn run_within_budget(&self, prepared: Prepared, context: &RequestContext, occasion: Option<Arc<Occasion>>) -> Outcome {
        let client = context.viewer.as_ref().map(|viewer| Client::Token(viewer.token)).or_else(|| context.address.map(Client::at));
        let (Some(budgets), Some(client)) = (&self.budgets, client) else { return self.run(prepared, context, occasion).await };
        let balance = budgets.take(client, prepared.cost, Instant::now());
        let outcome = if balance.wait == 0 {
            self.run(prepared, context, occasion).await
        } else {
            let Balance { limit, left, wait, .. } = balance;
            let message = format!(
                "This client may ask for a cost of {limit} in a minute; the operation costs {}, and {left} is left. Ask for less, or again in {wait} seconds.",
                prepared.cost
            );
            let refusal =
                Refusal::new(code::RATE_LIMITED, message).fact("cost", prepared.cost).fact("limit", limit).fact("remaining", left).fact("retryAfter", wait);
            prepared.ended(response_of(refusal), Ending::OverBudget)
        };
        Outcome { balance: Some(balance), ..outcome }
    }

    /// Executes it: by the replica, if anybody may ask it, and then by the primary too if the replica failed.
    async fn run(&self, prepared: Prepared, context: &RequestContext, occasion: Option<Arc<Occasion>>) -> Outcome {
        // Noted before anything is read, and before it is decided where.
        let sequence = self.version.as_ref().map(|version| version().sequence);
        let is_anybodys = prepared.operation == OperationType::Query && occasion.is_none() && context.authorization.is_none();
        let replica = if is_anybodys { self.replica_for(context) } else { None };
        let again = (replica.is_some() && self.is_reached()).then(|| prepared.clone());
        let span = || tracing::trace_span!(target: "otel", "execute");
        let mut outcome = self.run_over(replica, prepared, context, occasion).instrument(span()).await;
        if let Some(prepared) = again
            && outcome.response.errors.iter().any(|error| code_of(error).as_deref() == Some(code::UNAVAILABLE))
        {
            let context = RequestContext { loaders: LoaderQueue::default(), ..context.clone() };
            outcome = self.run_over(None, prepared, &context, None).instrument(span()).await;
        }
        if let (Some(sequence), Ending::Executed) = (sequence, outcome.ending) {
            outcome.response.extensions.insert("sequence".to_owned(), sequence.into());
        }
        outcome
    }

    /// Whether the primary could be reached when it was last asked.
    fn is_reached(&self) -> bool {
        self.reach.as_ref().is_none_or(Reach::is_there)
    }

    /// The register over the replica, if it lacks nothing.
    fn replica_for(&self, context: &RequestContext) -> Option<Register> {
        self.replica.as_ref().and_then(|replica| replica(context.at_least.unwrap_or(0)))
    }

    async fn run_over(&self, replica: Option<Register>, prepared: Prepared, context: &RequestContext, occasion: Option<Arc<Occasion>>) -> Outcome {
        let Prepared { document, is_as_written, known, operation_name, operation, variables, cost } = prepared;
        // The text itself is not needed any more.
        let mut inner = Request::new(String::new()).variables(variables);
        inner.set_parsed_query(document);
        inner.operation_name.clone_from(&operation_name);
        let mut inner = (self.install)(inner, context, replica);
        let validated = self.trusting.as_ref().filter(|_| is_as_written && known.is_valid());
        let is_event = matches!(occasion.as_deref(), Some(Occasion::Event(_)));
        let is_validated_now = validated.is_none() && is_as_written && occasion.is_none();
        let execution = match occasion {
            None => validated.unwrap_or(&self.schema).execute(inner).boxed(),
            Some(occasion) => {
                inner = inner.data(occasion);
                let mut answers = self.schema.execute_stream(inner);
                async move { answers.next().await.unwrap_or_default() }.boxed()
            }
        };
        // A panic leaves nothing behind: what the request held is dropped, and the schema is not changed by requests.
        let run = AssertUnwindSafe(context.loaders.drive(execution)).catch_unwind();
        let (response, ending) = match run.await {
            Ok(mut response) => {
                if let Some(root) = self.types.root(operation) {
                    known.shape.settle(&mut response.data, &response.errors, &self.types, root);
                }
                known.shape.order(&mut response.data);
                let (response, ending) = finish(response, &context.request_id, is_event);
                if is_validated_now && ending == Ending::Executed {
                    known.passed();
                }
                (response, ending)
            }
            Err(panic) => {
                let what = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
                tracing::error!(request_id = context.request_id, panic = what.unwrap_or("not a text"), "a resolver panicked");
                (Response::from_errors(vec![internal(ServerError::new("", None), &context.request_id)]), Ending::Broken)
            }
        };
        Outcome { response, ending, operation_name, operation: Some(operation), cost: Some(cost), balance: None }
    }

    /// The answers of a subscription: the refusal of its field, or one answer for each event.
    async fn subscribe(
        self: Arc<Self>,
        request: GraphqlRequest,
        prepared: Prepared,
        mut context: RequestContext,
    ) -> BoxStream<'static, BoxFuture<'static, Outcome>> {
        let wants_cost = request.wants_cost();
        let request = Arc::new(request);
        let opening = Arc::new(Occasion::opening());
        let mut opened = self.enter(&request, prepared.clone(), &mut context, Some(Arc::clone(&opening))).await;
        let Some(events) = opening.events().filter(|_| opened.response.is_ok()) else {
            // Without a source there is no event, and so no `data`: what the field answers is a request error (GraphQL, section 6.2.3.1).
            if opened.ending == Ending::Executed {
                opened.ending = Ending::RequestError;
            }
            let opened = self.with_cost(opened, wants_cost);
            return once(std::future::ready(opened));
        };
        events
            .map(move |event| {
                let (engine, request, prepared) = (Arc::clone(&self), Arc::clone(&request), prepared.clone());
                let context = context.clone();
                async move {
                    match event {
                        Ok(event) => engine.with_cost(engine.tell(&request, prepared, &context, Arc::new(Occasion::Event(event))).await, wants_cost),
                        Err(error) => prepared.failed(error, &context.request_id),
                    }
                }
                .boxed()
            })
            .boxed()
    }

    /// The answer to an event of a subscription. While the database is away it is waited for: whoever waits for the answer says how long.
    async fn tell(&self, request: &GraphqlRequest, prepared: Prepared, context: &RequestContext, occasion: Arc<Occasion>) -> Outcome {
        loop {
            // Each time loaders of its own, since those of the time before remember what was read; and the guard is passed anew: a token may have been revoked since.
            let mut context = RequestContext { loaders: LoaderQueue::default(), ..context.clone() };
            let outcome = self.enter(request, prepared.clone(), &mut context, Some(Arc::clone(&occasion))).await;
            if outcome.ending != Ending::Unavailable {
                return outcome;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// An operation that was admitted, as execution wants it.
#[derive(Clone)]
struct Prepared {
    document: ExecutableDocument,
    is_as_written: bool,
    known: Arc<Operation>,
    operation_name: Option<String>,
    operation: OperationType,
    variables: Variables,
    cost: u64,
}

impl Prepared {
    fn new(admitted: Admitted, context: &RequestContext) -> Self {
        let Admitted { mut document, is_as_written, known, operation_name, operation, variables, cost } = admitted;
        context.admitted.get_or_init(|| AdmittedOperation { name: operation_name.clone(), cost });
        if operation == OperationType::Subscription {
            subscription::spread_root(&mut document, operation_name.as_deref());
        }
        Self { document, is_as_written, known, operation_name, operation, variables, cost }
    }

    /// The end of a subscription whose source broke.
    fn failed(self, error: Error, request_id: &str) -> Outcome {
        let error = async_graphql::Error::from(error).into_server_error(async_graphql::Pos::default());
        self.ended(Response::from_errors(vec![of_the_register(error, request_id)]), Ending::Broken)
    }

    /// The outcome without execution.
    fn ended(self, response: Response, ending: Ending) -> Outcome {
        Outcome { response, ending, operation_name: self.operation_name, operation: Some(self.operation), cost: Some(self.cost), balance: None }
    }
}

impl<Q, M, S> Answer for Engine<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    fn answer(&self, request: GraphqlRequest, transport: Transport, context: RequestContext) -> BoxFuture<'_, Outcome> {
        self.execute(request, transport, context).boxed()
    }

    fn answers(self: Arc<Self>, request: GraphqlRequest, transport: Transport, mut context: RequestContext) -> BoxStream<'static, BoxFuture<'static, Outcome>> {
        let wants_cost = request.wants_cost();
        match self.admit(&request, transport) {
            Err(rejected) => {
                let outcome = self.with_cost(refused(rejected), wants_cost);
                once(std::future::ready(outcome))
            }
            Ok(admitted) => {
                let prepared = Prepared::new(admitted, &context);
                if prepared.operation == OperationType::Subscription {
                    return stream::once(self.subscribe(request, prepared, context)).flatten().boxed();
                }
                once(async move { self.with_cost(self.enter(&request, prepared, &mut context, None).await, wants_cost) })
            }
        }
    }

    fn admits(&self, request: &GraphqlRequest, transport: Transport) -> bool {
        self.admit(request, transport).is_ok()
    }

    fn faults(&self, document: Arc<str>) -> BoxFuture<'_, Vec<String>> {
        async move {
            let executable = match Document::read(&document, &self.limits, &self.types).map(|document| document.executable) {
                Ok(Ok(executable)) => executable,
                Ok(Err(refusal)) | Err(refusal) => return vec![refusal.message],
            };
            let mut faults = Vec::new();
            for name in executable.names() {
                // Validated as ever, and then no field of the register is resolved; that a subscription is not followed here is no fault of the document, and points nowhere in it.
                let mut request = Request::new(String::new()).only_introspection();
                request.set_parsed_query(executable.document.clone());
                request.operation_name = name.map(str::to_owned);
                let errors = self.schema.execute(request).await.errors.into_iter();
                faults.extend(errors.filter(|error| error.path.is_empty() && !error.locations.is_empty()).map(|error| error.message));
            }
            faults.dedup();
            faults
        }
        .boxed()
    }

    fn version(&self) -> Option<Version> {
        self.version.as_ref().map(|version| version())
    }

    fn is_available(&self, context: &RequestContext) -> bool {
        self.is_reached() || context.authorization.is_none() && self.replica_for(context).is_some()
    }

    fn figures(&self) -> AnswerFigures {
        AnswerFigures { documents: self.documents.figures(), over_budget: self.budgets.as_ref().map_or(0, Budgets::refused) }
    }

    fn sdl(&self) -> &str {
        &self.sdl
    }
}

fn response_of(refusal: Refusal) -> Response {
    Response::from_errors(vec![ServerError::from(refusal)])
}

/// The only answer of a request.
fn once(answer: impl Future<Output = Outcome> + Send + 'static) -> BoxStream<'static, BoxFuture<'static, Outcome>> {
    stream::iter([answer.boxed()]).boxed()
}

fn refused(rejected: Rejected) -> Outcome {
    let Rejected { refusals, operation_name, operation, cost, is_mutation_by_get } = rejected;
    let response = Response::from_errors(refusals.into_iter().map(ServerError::from).collect());
    let ending = if is_mutation_by_get { Ending::MutationByGet } else { Ending::RequestError };
    Outcome { response, ending, operation_name, operation, cost, balance: None }
}

/// Gives every error a code, and blanks those that are the server's own.
fn finish(mut response: Response, request_id: &str, is_event: bool) -> (Response, Ending) {
    // async-graphql answers a document that does not pass validation like a failed execution, but without a path.
    let is_request_error = !response.errors.is_empty() && response.data == Value::Null && response.errors.iter().all(|error| error.path.is_empty());
    response.errors = response
        .errors
        .into_iter()
        .map(|error| match code_of(&error) {
            Some(code) if code == code::INTERNAL_SERVER_ERROR => logged(error, request_id),
            Some(_) => error,
            None if error.source::<Error>().is_some() => of_the_register(error, request_id),
            None if is_request_error => with_code(error, code::GRAPHQL_VALIDATION_FAILED),
            // A value that the checks before execution let through and its type did not take.
            None if error.message.starts_with("Failed to parse \"") => with_code(error, code::BAD_USER_INPUT),
            None => logged(error, request_id),
        })
        .collect();
    let ending = if is_request_error {
        Ending::RequestError
    } else if lacks_the_database(&response, is_event) {
        Ending::Unavailable
    } else {
        Ending::Executed
    };
    (response, ending)
}

/// Whether there is nothing to answer for want of the database. Of an event nothing may be wanting, since it does not come again.
fn lacks_the_database(response: &Response, is_event: bool) -> bool {
    let has_data = matches!(&response.data, Value::Object(fields) if fields.values().any(|field| *field != Value::Null));
    (is_event || !has_data) && response.errors.iter().any(|error| code_of(error).as_deref() == Some(code::UNAVAILABLE))
}

/// An error of the register's own, as a resolver gave it.
fn of_the_register(error: ServerError, request_id: &str) -> ServerError {
    match error.source::<Error>() {
        Some(Error::Internal(_)) | None => logged(error, request_id),
        Some(known @ (Error::Unavailable(_) | Error::Contended(_))) => {
            let code = known.code();
            tracing::error!(request_id, error = known.chain(), "the database is not available");
            with_code(ServerError { message: unavailable(request_id), source: None, ..error }, code)
        }
        Some(known) => {
            let code = known.code();
            with_code(ServerError { source: None, ..error }, code)
        }
    }
}

fn code_of(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.clone()),
        Value::Enum(code) => Some(code.to_string()),
        _ => None,
    }
}

fn with_code(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", code);
    error
}

fn logged(error: ServerError, request_id: &str) -> ServerError {
    let path: Vec<String> = error
        .path
        .iter()
        .map(|segment| match segment {
            PathSegment::Field(name) => name.clone(),
            PathSegment::Index(index) => index.to_string(),
        })
        .collect();
    let cause = error.source::<Error>().map_or_else(|| error.message.clone(), Error::chain);
    tracing::error!(request_id, path = path.join("."), error = cause, "a resolver failed");
    internal(error, request_id)
}

/// What a client may know of an error of the server's own.
fn internal(mut error: ServerError, request_id: &str) -> ServerError {
    error.message = format!("Internal error. The request id is {request_id}; please name it when you report this.");
    error.source = None;
    error.extensions = None;
    with_code(error, code::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests;
