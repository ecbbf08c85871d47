//! A client of the protocol `graphql-transport-ws` that does only what a test says.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Longest wait for anything that must come.
pub const WAIT: Duration = Duration::from_secs(30);

/// A connection.
pub struct Socket(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects, offering these protocols. The error is the status with which the server refuses.
    pub async fn connect(address: &str, protocols: &str) -> Result<Self, u16> {
        Self::connect_as("", address, protocols).await
    }

    /// The same as the bearer of a token, if there is one.
    pub async fn connect_as(token: &str, address: &str, protocols: &str) -> Result<Self, u16> {
        let mut request = format!("{}/graphql", address.replace("http://", "ws://")).into_client_request().unwrap();
        if !protocols.is_empty() {
            request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
        }
        if !token.is_empty() {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, response)) => {
                assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
                Ok(Self(socket))
            }
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Connects and introduces itself.
    pub async fn open(address: &str) -> Self {
        let mut socket = Self::connect(address, "graphql-transport-ws").await.unwrap();
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        self.say_text(message.to_string()).await;
    }

    /// Sends a text, whatever it is.
    pub async fn say_text(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.unwrap();
    }

    /// Starts an operation.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        self.say(json!({"type": "subscribe", "id": id, "payload": {"query": query, "variables": variables}})).await;
    }

    /// The next message; of an answer, without the sequence that every answer states.
    pub async fn hear(&mut self) -> Value {
        loop {
            match timeout(WAIT, self.0.next()).await.expect("a message comes in time") {
                Some(Ok(Message::Text(text))) => {
                    let mut message: Value = serde_json::from_str(&text).unwrap();
                    if message["type"] == "next" && message["payload"]["data"].is_object() {
                        take_sequence(&mut message["payload"]);
                    }
                    return message;
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no message, but {other:?}"),
            }
        }
    }

    /// Whether nothing comes for a moment.
    pub async fn is_silent(&mut self) -> bool {
        timeout(Duration::from_millis(300), self.hear()).await.is_err()
    }

    /// The code with which the server closes.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match timeout(WAIT, self.0.next()).await.expect("the server closes in time") {
                Some(Ok(Message::Close(Some(frame)))) => {
                    assert!(!frame.reason.is_empty(), "a close says why");
                    return frame.code.into();
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => panic!("the connection ended without a code"),
                Some(Ok(_)) => {}
            }
        }
    }

    /// The `sequence` of the next `changes`.
    pub async fn sequence(&mut self) -> i64 {
        let message = self.hear().await;
        message["payload"]["data"]["changes"]["sequence"].as_i64().unwrap_or_else(|| panic!("no change: {message}"))
    }
}

/// Takes the sequence that every answer states out of one.
pub fn take_sequence(answer: &mut Value) -> i64 {
    let fields = answer.as_object_mut().unwrap();
    let mut extensions = fields.remove("extensions").unwrap_or_else(|| panic!("an answer that states no sequence: {fields:?}"));
    let sequence = extensions["sequence"].take().as_i64().expect("the sequence is a number");
    let others: serde_json::Map<String, Value> =
        extensions.as_object().unwrap().iter().filter(|(name, _)| *name != "sequence").map(|(name, value)| (name.clone(), value.clone())).collect();
    if !others.is_empty() {
        fields.insert("extensions".to_owned(), Value::Object(others));
    }
    sequence
}
