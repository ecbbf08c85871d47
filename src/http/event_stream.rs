//! GraphQL over Server-Sent Events: the "distinct connections mode" of the protocol of graphql-sse. Each request has a connection of its own, whose events are `next` and, at the end, `complete`.
//!
//! A connection that ends without `complete` was cut off: the server stopped, or the network broke.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use futures_util::{FutureExt as _, StreamExt as _};

use super::App;
use super::access_log::Operation;
use super::answer::{self, Unanswered};
use super::stop::Stop;
use crate::graphql::request::{Ending, GraphqlRequest, Outcome, RequestContext, Transport};

/// Answers a request as often as it asks for. A request that is refused has one `next` too, since clients in browsers read nothing of an answer that is not 200.
pub fn answer(app: &App, mut stop: Stop, context: RequestContext, request: GraphqlRequest, transport: Transport) -> Response {
    let deadline = app.settings.deadline;
    let log = Operation::begun(app, &request, &context, "event stream");
    let answers = match app.settle(request, transport) {
        Ok(request) => app.engine.clone().answers(request, transport, context),
        Err(refusal) => stream::iter([std::future::ready(Outcome::refused(refusal, Ending::RequestError)).boxed()]).boxed(),
    };
    let gate = Arc::clone(&app.gate);
    // After an answer without `data` there is none, and none is waited for.
    let answers = stream::unfold(Some((answers, log)), move |underway| {
        let gate = Arc::clone(&gate);
        async move {
            let (mut answers, mut log) = underway?;
            let answer = answers.next().await?;
            Some(match answer::next(answer, &gate, deadline, &mut log).await {
                Ok(response) => (response, Some((answers, log))),
                Err(Unanswered { response, .. }) => (response, None),
            })
        }
    });
    // With data, though empty: browsers drop an event that has none.
    let end = stream::once(async { "event: complete\ndata: \n\n".to_owned() });
    let events = answers.map(|response| format!("event: next\ndata: {response}\n\n")).chain(end);
    let events = events.take_until(Box::pin(async move { stop.told().await })).boxed();
    let keep_alive = app.settings.keep_alive;
    let lines = stream::unfold(events, move |mut events| async move {
        // A comment shows that the connection is alive.
        let line = tokio::time::timeout(keep_alive, events.next()).await.unwrap_or_else(|_| Some(":\n\n".to_owned()))?;
        Some((Ok::<_, Infallible>(line), events))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // Proxies that gather answers before they pass them on would hold events back.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(lines)).into_response()
}
