//! Messages of the protocol `graphql-transport-ws`, as text frames hold them.

use serde_json::{Map, Value};

use crate::graphql::request::GraphqlRequest;
use crate::http::parameters;

/// What a client says.
#[derive(Debug, PartialEq)]
pub enum Message {
    /// It introduces itself.
    ConnectionInit {
        /// What stands in the header `Authorization` elsewhere, which pages in browsers cannot send with a WebSocket.
        authorization: Option<String>,
    },
    /// It wants a sign of life. What it sent along goes back.
    Ping(Option<Map<String, Value>>),
    /// It gives one.
    Pong,
    /// It starts an operation under an id of its own.
    Subscribe {
        /// The id.
        id: String,
        /// The operation.
        request: GraphqlRequest,
    },
    /// It wants no more of an operation.
    Complete {
        /// Its id.
        id: String,
    },
}

impl Message {
    /// Reads a text frame.
    ///
    /// # Errors
    /// What is wrong with it, in a few words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Ok(Value::Object(mut fields)) = serde_json::from_str(text) else { return Err("A message is a JSON object".to_owned()) };
        let Some(Value::String(kind)) = fields.remove("type") else { return Err("A message has a `type`".to_owned()) };
        let payload = match fields.remove("payload") {
            Some(Value::Object(payload)) => Some(payload),
            None | Some(Value::Null) => None,
            Some(_) => return Err("`payload` is an object".to_owned()),
        };
        let mut id = || match fields.remove("id") {
            Some(Value::String(id)) if !id.is_empty() => Ok(id),
            _ => Err(format!("`{kind}` has an `id`, a text that is not empty")),
        };
        match kind.as_str() {
            "connection_init" => {
                let named = payload.into_iter().flatten().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
                match named {
                    Some((_, Value::String(authorization))) => Ok(Self::ConnectionInit { authorization: Some(authorization) }),
                    None | Some((_, Value::Null)) => Ok(Self::ConnectionInit { authorization: None }),
                    Some(_) => Err("`authorization` is a text".to_owned()),
                }
            }
            "ping" => Ok(Self::Ping(payload)),
            "pong" => Ok(Self::Pong),
            "complete" => Ok(Self::Complete { id: id()? }),
            "subscribe" => {
                let id = id()?;
                let payload = payload.ok_or("`subscribe` has a `payload` with the operation")?;
                Ok(Self::Subscribe { id, request: parameters::from_json(payload)? })
            }
            _ => Err("Unknown `type` of message".to_owned()),
        }
    }
}

/// The answer to `connection_init`.
pub const CONNECTION_ACK: &str = r#"{"type":"connection_ack"}"#;

/// The answer to a ping.
pub fn pong(payload: Option<Map<String, Value>>) -> String {
    payload.map_or_else(|| r#"{"type":"pong"}"#.to_owned(), |payload| format!(r#"{{"type":"pong","payload":{}}}"#, Value::Object(payload)))
}

/// An answer of an operation.
pub fn next(id: &str, response: &str) -> String {
    format!(r#"{{"id":{},"type":"next","payload":{response}}}"#, Value::from(id))
}

/// The end of an operation that could not be answered.
pub fn error(id: &str, errors: &str) -> String {
    format!(r#"{{"id":{},"type":"error","payload":{errors}}}"#, Value::from(id))
}

/// The end of an operation.
pub fn complete(id: &str) -> String {
    format!(r#"{{"id":{},"type":"complete"}}"#, Value::from(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read() {
        let request = GraphqlRequest { query: "{ a }".to_owned(), ..GraphqlRequest::default() };
        let init = |authorization: Option<&str>| Some(Message::ConnectionInit { authorization: authorization.map(str::to_owned) });
        for (text, expected) in [
            (r#"{"type": "connection_init"}"#, init(None)),
            (r#"{"type": "connection_init", "payload": {"a": 1, "authorization": null}}"#, init(None)),
            (r#"{"type": "connection_init", "payload": {"Authorization": "Bearer x"}}"#, init(Some("Bearer x"))),
            (r#"{"type": "connection_init", "payload": {"authorization": 3}}"#, None),
            (r#"{"type": "connection_init", "payload": 3}"#, None),
            (r#"{"type": "ping", "payload": null}"#, Some(Message::Ping(None))),
            (r#"{"type": "pong"}"#, Some(Message::Pong)),
            (r#"{"type": "complete", "id": "1"}"#, Some(Message::Complete { id: "1".to_owned() })),
            (r#"{"type": "complete"}"#, None),
            (r#"{"type": "subscribe", "id": "1", "payload": {"query": "{ a }"}}"#, Some(Message::Subscribe { id: "1".to_owned(), request })),
            (r#"{"type": "subscribe", "id": "", "payload": {"query": "{ a }"}}"#, None),
            (r#"{"type": "subscribe", "id": 1, "payload": {"query": "{ a }"}}"#, None),
            (r#"{"type": "subscribe", "id": "1"}"#, None),
            (r#"{"type": "subscribe", "id": "1", "payload": {}}"#, None),
            (r#"{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": 1}}"#, None),
            (r#"{"type": "next", "id": "1"}"#, None),
            (r#"{"id": "1"}"#, None),
            ("[]", None),
            ("connection_init", None),
        ] {
            assert_eq!(Message::parse(text).ok(), expected, "{text}");
        }
    }
}
