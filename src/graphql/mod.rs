//! The GraphQL contract: how requests are admitted and executed.

pub mod admission;
pub mod arguments;
pub mod coercion;
pub mod cost;
pub mod document;
pub mod engine;
pub mod limits;
pub mod loaders;
pub mod measure;
pub mod prescan;
pub mod refusal;
pub mod request;
#[cfg(test)]
pub(crate) mod sample;
pub mod scalar_check;
pub mod schema_types;
