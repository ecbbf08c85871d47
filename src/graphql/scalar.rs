//! Scalars with one meaning: calendar days, instants, counts beyond 32 bits.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime as Moment, NaiveDate, SecondsFormat, Utc};

/// Calendar day of Asia/Seoul, `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Date(pub NaiveDate);

/// Calendar day of Asia/Seoul as `YYYY-MM-DD`, for example `2024-01-25`. Names of such fields end in `On`, the ends of a period in `From` and `Until`.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) if text.len() == 10 => {
                text.parse().map(Self).map_err(|_| InputValueError::custom(format!("\"{text}\" is not a day of the calendar")))
            }
            Value::String(text) => Err(InputValueError::custom(format!("\"{text}\" is not a day as YYYY-MM-DD"))),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Instant in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DateTime(pub Moment<Utc>);

/// Instant as RFC 3339 in UTC, for example `2026-11-22T00:00:00Z`, with microseconds where it has them. Names of such fields end in `At`.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Moment::parse_from_rfc3339(text)
                .map(|moment| Self(moment.to_utc()))
                .map_err(|_| InputValueError::custom(format!("\"{text}\" is not an instant as RFC 3339 has it, 2026-11-22T00:00:00Z say"))),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// Whole number of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Count(pub i64);

impl Count {
    /// Greatest count: 2^53 - 1, which every JSON reader holds exactly.
    pub const MAXIMUM: i64 = (1 << 53) - 1;
}

/// Whole number from 0 to 2^53 - 1, where 32 bits could overflow.
#[Scalar]
impl ScalarType for Count {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number
                .as_i64()
                .filter(|count| (0..=Self::MAXIMUM).contains(count))
                .map(Self)
                .ok_or_else(|| InputValueError::custom(format!("{number} is not a whole number from 0 to {}", Self::MAXIMUM))),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}
