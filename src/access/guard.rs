//! The guard before execution: whose token a request brings, and whether a mutation was answered before.

use std::sync::Arc;

use async_graphql::Response;
use async_graphql::parser::types::OperationType;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{IdempotentAnswer, Oidc, Refused, Viewer, bearer, presented};
use crate::error::{Error, code, unavailable};
use crate::graphql::admission::refusal::Refusal;
use crate::graphql::guard::{Entrance, Guard};
use crate::graphql::request::{Ending, GraphqlRequest, RequestContext};
use crate::server::Clock;
use crate::store::{Salts, Store};

/// Longest idempotency key.
const LONGEST_KEY: usize = 255;

/// Takes tokens and idempotency keys by the tables of the register, and an identity provider's tokens by its keys.
#[derive(Clone)]
pub struct AccessGuard {
    store: Store,
    clock: Clock,
    salts: Salts,
    oidc: Option<Oidc>,
}

impl AccessGuard {
    /// A guard over a store.
    #[must_use]
    pub fn new(store: Store, clock: Clock, salts: Salts, oidc: Option<Oidc>) -> Self {
        Self { store, clock, salts, oidc }
    }

    async fn viewer(&self, header: &str, operation: OperationType, request_id: &str) -> Result<Result<Viewer, Refused>, Error> {
        let now = (self.clock)();
        if let Some(secret) = bearer(header) {
            return self.store.viewer(&secret, now).await;
        }
        let (Some(oidc), Some(token)) = (&self.oidc, presented(header)) else { return Ok(Err(Refused::Unknown)) };
        match oidc.identity(token, now).await {
            // Whoever may write is noted before, so that what they do can refer to them.
            Ok(identity) if operation == OperationType::Mutation => self.store.oidc_writer(&identity, now, &self.salts).await,
            Ok(identity) => self.store.oidc_viewer(&identity).await,
            Err(reason) => {
                tracing::info!(request_id, reason, "an access token was not taken");
                Ok(Err(Refused::Unknown))
            }
        }
    }

    async fn admitted(&self, request: &GraphqlRequest, operation: OperationType, context: &mut RequestContext) -> Result<Entrance, Error> {
        let Some(header) = &context.authorization else { return Ok(Entrance::Admitted) };
        let viewer = match self.viewer(header, operation, &context.request_id).await? {
            Ok(viewer) => context.viewer.insert(Arc::new(viewer)),
            Err(refused) => return Ok(Entrance::Refused(Ending::Unauthenticated, Refusal::new(code::UNAUTHENTICATED, refused.message()))),
        };
        let Some(key) = context.idempotency_key.as_deref().filter(|_| operation == OperationType::Mutation) else { return Ok(Entrance::Admitted) };
        if key.is_empty() || key.len() > LONGEST_KEY {
            let message = format!("`Idempotency-Key` has {} bytes; a key has 1 to {LONGEST_KEY}.", key.len());
            return Ok(refused(Refusal::new(code::BAD_REQUEST, message)));
        }
        Ok(match self.store.begin_idempotent(viewer.token, key, hash(request), context.deadline, (self.clock)()).await? {
            IdempotentAnswer::New => Entrance::Admitted,
            IdempotentAnswer::Answered(answer) => {
                Entrance::Answered(serde_json::from_str(&answer).map_err(|error| Error::internal(format!("a kept answer cannot be read: {error}")))?)
            }
            IdempotentAnswer::Underway => refused(Refusal::new(
                code::IDEMPOTENCY_KEY_IN_USE,
                "The mutation with this `Idempotency-Key` is being carried out. Send it again in a moment, and its answer comes.",
            )),
            IdempotentAnswer::OfAnother => refused(Refusal::new(
                code::IDEMPOTENCY_KEY_REUSED,
                "This `Idempotency-Key` was used within a day for another document, or for other variables. A key is for one mutation: choose another one.",
            )),
        })
    }
}

fn refused(refusal: Refusal) -> Entrance {
    Entrance::Refused(Ending::RequestError, refusal)
}

/// Whose mutation it is, and under which key.
fn under_key(operation: OperationType, context: &RequestContext) -> Option<(Uuid, &str)> {
    let token = context.viewer.as_ref()?.token;
    context.idempotency_key.as_deref().filter(|_| operation == OperationType::Mutation).map(|key| (token, key))
}

/// Hash of what a key stands for.
fn hash(request: &GraphqlRequest) -> [u8; 32] {
    let variables = serde_json::Value::Object(request.variables.clone()).to_string();
    let mut hasher = blake3::Hasher::new_derive_key("yeollam 2026-11-23 mutation under an idempotency key");
    for part in [request.query.as_str(), request.operation_name.as_deref().unwrap_or_default(), &variables] {
        hasher.update(&(part.len() as u64).to_be_bytes()).update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

impl Guard for AccessGuard {
    fn enter<'a>(&'a self, request: &'a GraphqlRequest, operation: OperationType, context: &'a mut RequestContext) -> BoxFuture<'a, Entrance> {
        async move {
            self.admitted(request, operation, context).await.unwrap_or_else(|error| {
                tracing::error!(request_id = context.request_id, error = error.chain(), "a request could not be let in");
                let ending = if error.code() == code::UNAVAILABLE { Ending::Unavailable } else { Ending::Broken };
                Entrance::Refused(ending, Refusal::new(error.code(), unavailable(&context.request_id)))
            })
        }
        .boxed()
    }

    fn give_up(&self, operation: OperationType, context: &RequestContext) {
        let Some((token, key)) = under_key(operation, context) else { return };
        let (store, key, request_id) = (self.store.clone(), key.to_owned(), context.request_id.clone());
        // What was not committed leaves nothing; what was, is met by the mutation that comes again.
        tokio::spawn(async move {
            if let Err(error) = store.end_idempotent(token, &key, None).await {
                tracing::error!(request_id, error = error.chain(), "the key of a mutation that was given up was not freed");
            }
        });
    }

    fn leave<'a>(&'a self, operation: OperationType, context: &'a RequestContext, response: &'a Response) -> BoxFuture<'a, ()> {
        async move {
            let Some((token, key)) = under_key(operation, context) else { return };
            // What failed by the server's fault, or came too early, may be tried again.
            let is_final = response.errors.iter().all(|error| {
                let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
                ![code::INTERNAL_SERVER_ERROR, code::UNAVAILABLE, code::RATE_LIMITED].iter().any(|fault| code == Some(&(*fault).into()))
            });
            let answer = if is_final { serde_json::to_string(response).ok() } else { None };
            if let Err(error) = self.store.end_idempotent(token, key, answer).await {
                tracing::error!(request_id = context.request_id, error = error.chain(), "the answer of a mutation was not kept");
            }
        }
        .boxed()
    }
}
