//! GraphQL over WebSockets: the protocol `graphql-transport-ws` (that of the library graphql-ws).
//!
//! One task for each connection reads messages and writes answers in turn. An event is asked for when the one before has been written, so that a client that reads slowly is waited for, and nothing piles up.

mod message;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts as _, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;
use futures_util::StreamExt as _;
use futures_util::stream::{self, AbortHandle, BoxStream, SelectAll};
use tokio::time::{Instant, timeout};

use self::message::Message;
use super::access_log::Operation;
use super::answer::{self, Unanswered};
use super::media_type::MediaType;
use super::stop::Stop;
use super::{App, Settings};
use crate::error::code;
use crate::graphql::admission::document::short;
use crate::graphql::admission::refusal::Refusal;
use crate::graphql::loaders::LoaderQueue;
use crate::graphql::request::{GraphqlRequest, RequestContext, Transport};

/// Name of the protocol in `Sec-WebSocket-Protocol`.
const PROTOCOL: &str = "graphql-transport-ws";

/// Time that a client has to agree to the end of the connection.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why the server ends a connection: the codes of the protocol, and of RFC 6455 below 4000.
#[derive(Debug)]
enum Close {
    /// 1001.
    Stopping,
    /// 1009.
    TooLarge,
    /// 4400, and what is wrong.
    Invalid(String),
    /// 4401.
    Unauthorized,
    /// 4408.
    InitTimeout,
    /// 4409, and the id.
    DuplicateId(String),
    /// 4429.
    SecondInit,
    /// Nobody is there any more to be told.
    Gone,
}

impl Close {
    fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Stopping => (1001, "The server stops; connect again".to_owned()),
            Self::TooLarge => (1009, "Message too large".to_owned()),
            Self::Invalid(what) => (4400, what),
            Self::Unauthorized => (4401, "Unauthorized".to_owned()),
            Self::InitTimeout => (4408, "Connection initialisation timeout".to_owned()),
            Self::DuplicateId(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::SecondInit => (4429, "Too many initialisation requests".to_owned()),
            Self::Gone => return None,
        };
        // A close frame has room for 123 bytes of reason.
        let reason: String = reason
            .chars()
            .scan(0, |length, letter| {
                *length += letter.len_utf8();
                (*length <= 123).then_some(letter)
            })
            .collect();
        Some(CloseFrame { code, reason: reason.into() })
    }
}

/// Makes a connection a WebSocket.
pub async fn upgrade(app: App, stop: Stop, context: RequestContext, request: Request) -> Response {
    let refused = |status, message: String| answer::failure(status, MediaType::Json, Refusal::new(code::BAD_REQUEST, message));
    let (mut parts, _) = request.into_parts();
    let mut offered = parts.headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    if !offered.any(|protocol| protocol.trim() == PROTOCOL) {
        return refused(StatusCode::BAD_REQUEST, format!("A WebSocket of this server speaks `{PROTOCOL}`: offer it in the header Sec-WebSocket-Protocol."));
    }
    match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => {
            let limit = app.settings.body_bytes;
            upgrade
                .protocols([PROTOCOL])
                .max_message_size(limit)
                .max_frame_size(limit)
                .on_upgrade(move |socket| Connection::new(app, context, socket).run(stop))
        }
        Err(rejection) => refused(rejection.status(), format!("{}.", rejection.body_text().trim_end_matches('.'))),
    }
}

/// What an operation has to say.
enum Step {
    /// An answer.
    Next(String),
    /// It failed, and is over.
    Failed(String),
    /// It is over.
    Complete,
}

struct Connection {
    app: App,
    context: RequestContext,
    socket: WebSocket,
    is_acknowledged: bool,
    running: HashMap<String, AbortHandle>,
    steps: SelectAll<BoxStream<'static, (String, Step)>>,
    /// Operations so far, to tell them apart in the log.
    started: u64,
}

impl Connection {
    fn new(app: App, context: RequestContext, socket: WebSocket) -> Self {
        Self { app, context, socket, is_acknowledged: false, running: HashMap::new(), steps: SelectAll::new(), started: 0 }
    }

    async fn run(mut self, mut stop: Stop) {
        let _open = self.app.metrics.websocket();
        let close = match self.converse(&mut stop).await {
            Ok(never) => match never {},
            Err(close) => close,
        };
        // What runs ends before the farewell.
        self.steps = SelectAll::new();
        tracing::debug!(request_id = self.context.request_id, ?close, operations = self.started, "a WebSocket ends");
        let Some(frame) = close.frame() else { return };
        let farewell = async {
            if self.socket.send(Frame::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        let _ = timeout(FAREWELL, farewell).await;
    }

    /// Reads and writes until one side has had enough.
    async fn converse(&mut self, stop: &mut Stop) -> Result<std::convert::Infallible, Close> {
        let Settings { init, keep_alive, .. } = self.app.settings;
        let opened = Instant::now();
        let mut heard = opened;
        let mut pulse = tokio::time::interval_at(opened + keep_alive, keep_alive);
        loop {
            tokio::select! {
                () = stop.told() => return Err(Close::Stopping),
                () = tokio::time::sleep_until(opened + init), if !self.is_acknowledged => return Err(Close::InitTimeout),
                _ = pulse.tick() => {
                    // Whoever is there answers a ping, if only with a pong.
                    if heard.elapsed() > keep_alive * 3 {
                        return Err(Close::Gone);
                    }
                    self.send(Frame::Ping(Vec::new().into())).await?;
                }
                frame = self.socket.recv() => {
                    heard = Instant::now();
                    self.hear(frame).await?;
                }
                Some((id, step)) = self.steps.next() => self.tell(id, step).await?,
            }
        }
    }

    async fn hear(&mut self, frame: Option<Result<Frame, axum::Error>>) -> Result<(), Close> {
        let text = match frame {
            Some(Ok(Frame::Text(text))) => text,
            Some(Ok(Frame::Binary(_))) => return Err(Close::Invalid("Messages are text, not binary".to_owned())),
            Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => return Ok(()),
            Some(Err(error)) if error.to_string().contains("too long") => return Err(Close::TooLarge),
            Some(Ok(Frame::Close(_)) | Err(_)) | None => return Err(Close::Gone),
        };
        match Message::parse(&text).map_err(Close::Invalid)? {
            Message::ConnectionInit { .. } if self.is_acknowledged => Err(Close::SecondInit),
            Message::ConnectionInit { authorization } => {
                self.is_acknowledged = true;
                // Whoever says both is asked for the one that was said last.
                self.context.authorization = authorization.or_else(|| self.context.authorization.take());
                self.say(message::CONNECTION_ACK.to_owned()).await
            }
            Message::Ping(payload) => self.say(message::pong(payload)).await,
            Message::Pong => Ok(()),
            Message::Subscribe { .. } if !self.is_acknowledged => Err(Close::Unauthorized),
            Message::Subscribe { id, request } => self.subscribe(id, request).await,
            Message::Complete { id } => {
                if let Some(operation) = self.running.remove(&id) {
                    operation.abort();
                }
                Ok(())
            }
        }
    }

    async fn subscribe(&mut self, id: String, request: GraphqlRequest) -> Result<(), Close> {
        if self.running.contains_key(&id) {
            return Err(Close::DuplicateId(short(&id)));
        }
        let most = self.app.settings.operations;
        if self.running.len() >= most {
            let message = format!("{most} operations run on this connection already, which is the most. Complete one, or open another connection.");
            let errors = [async_graphql::ServerError::from(Refusal::new(code::OPERATION_LIMIT_EXCEEDED, message))];
            return self.say(message::error(&id, &serde_json::to_string(&errors).unwrap_or_default())).await;
        }
        let request = match self.app.settle(request, Transport::Stream) {
            Ok(request) => request,
            Err(refusal) => {
                let errors = [async_graphql::ServerError::from(refusal)];
                return self.say(message::error(&id, &serde_json::to_string(&errors).unwrap_or_default())).await;
            }
        };
        self.started += 1;
        let context = RequestContext {
            request_id: format!("{}.{}", self.context.request_id, self.started),
            loaders: LoaderQueue::default(),
            admitted: Arc::default(),
            ..self.context.clone()
        };
        let deadline = self.app.settings.deadline;
        let log = Operation::begun(&self.app, &request, &context, "websocket");
        let answers = self.app.engine.clone().answers(request, Transport::Stream, context);
        let gate = Arc::clone(&self.app.gate);
        let steps = stream::unfold((answers, log), move |(mut answers, mut log)| {
            let gate = Arc::clone(&gate);
            async move {
                let answer = answers.next().await?;
                let step = match answer::next(answer, &gate, deadline, &mut log).await {
                    Ok(response) => Step::Next(response),
                    Err(Unanswered { errors, .. }) => Step::Failed(errors),
                };
                Some((step, (answers, log)))
            }
        });
        let named = id.clone();
        let steps = steps.chain(stream::once(async { Step::Complete })).map(move |step| (named.clone(), step));
        let (steps, operation) = stream::abortable(steps);
        self.running.insert(id, operation);
        self.steps.push(steps.boxed());
        Ok(())
    }

    async fn tell(&mut self, id: String, step: Step) -> Result<(), Close> {
        let (message, is_over) = match step {
            Step::Next(response) => (message::next(&id, &response), false),
            Step::Failed(errors) => (message::error(&id, &errors), true),
            Step::Complete => (message::complete(&id), true),
        };
        if is_over && let Some(operation) = self.running.remove(&id) {
            operation.abort();
        }
        self.say(message).await
    }

    async fn say(&mut self, message: String) -> Result<(), Close> {
        self.send(Frame::Text(message.into())).await
    }

    async fn send(&mut self, frame: Frame) -> Result<(), Close> {
        match timeout(self.app.settings.stall, self.socket.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Close::Gone),
        }
    }
}
