//! The log of requests that took long: a warning each, by which an operator finds the document and tries it. Values of variables never stand in it, since they may name persons.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::graphql::admission::document::short;
use crate::graphql::request::{GraphqlRequest, RequestContext};
use crate::store::RequestScope;

/// What the log would tell of a request.
#[derive(Clone)]
pub struct SlowQuery {
    threshold: Duration,
    hash: String,
    context: RequestContext,
}

impl SlowQuery {
    /// Of a request that is slow from that time on; `None` where none is, by 0. The context is the one that the request is answered with.
    #[must_use]
    pub fn of(threshold: Duration, request: &GraphqlRequest, context: &RequestContext) -> Option<Self> {
        (!threshold.is_zero()).then(|| Self { threshold, hash: document_hash(&request.query), context: context.clone() })
    }

    /// One answer to it, from now until that is dropped: then it is logged if it took long, whether it was answered or given up.
    #[must_use]
    pub fn timed(self) -> Timed {
        Timed { query: self, started: Instant::now(), scope: RequestScope::current() }
    }
}

/// By which a client or a manifest names a document: SHA-256, in hexadecimal digits.
pub fn document_hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An answer that is being made.
pub struct Timed {
    query: SlowQuery,
    started: Instant,
    scope: Option<Arc<RequestScope>>,
}

impl Drop for Timed {
    fn drop(&mut self) {
        let Self { query: SlowQuery { threshold, hash, context }, started, scope } = self;
        let took = started.elapsed();
        if took < *threshold {
            return;
        }
        let admitted = context.admitted.get();
        let operation = admitted.and_then(|admitted| admitted.name.as_deref()).map(short);
        let (cost, statements) = (admitted.map(|admitted| admitted.cost), scope.as_ref().map(|scope| scope.statements()));
        tracing::warn!(target: "slow_query", request_id = context.request_id, operation, sha256 = hash, cost, statements, micros = took.as_micros(), "slow");
    }
}
