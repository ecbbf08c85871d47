//! Reading a request's body, up to a limit.

use std::error::Error;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, header};

/// Why a body could not be read.
#[derive(Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It is longer than allowed.
    TooLarge,
    /// The connection broke.
    Broken,
}

/// The whole body; nothing is read if its length is announced and too large.
pub async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(BodyError::TooLarge);
    }
    to_bytes(body, limit).await.map_err(|error| {
        let is_length = error.source().is_some_and(|source| source.to_string() == "length limit exceeded");
        if is_length { BodyError::TooLarge } else { BodyError::Broken }
    })
}
