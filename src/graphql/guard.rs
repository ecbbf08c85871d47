//! What stands between admission and execution: who asks is found out, and what was answered before is answered again.

use async_graphql::Response;
use async_graphql::parser::types::OperationType;
use futures_util::future::BoxFuture;

use super::admission::refusal::Refusal;
use super::request::{Ending, GraphqlRequest, RequestContext};

/// What becomes of a request that was admitted.
#[derive(Debug)]
pub enum Entrance {
    /// It is executed.
    Admitted,
    /// It was executed before; this was the answer.
    Answered(Response),
    /// It is not executed.
    Refused(Ending, Refusal),
}

/// Whoever stands there.
pub trait Guard: Send + Sync {
    /// Lets a request in, or not. What is found out about it is put into its context.
    fn enter<'a>(&'a self, request: &'a GraphqlRequest, operation: OperationType, context: &'a mut RequestContext) -> BoxFuture<'a, Entrance>;

    /// Takes note that a request that was let in is given up: there will be no answer.
    fn give_up(&self, operation: OperationType, context: &RequestContext);

    /// Takes note of an answer.
    fn leave<'a>(&'a self, operation: OperationType, context: &'a RequestContext, response: &'a Response) -> BoxFuture<'a, ()>;
}
