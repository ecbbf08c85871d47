//! Yeollam (열람).
pub mod agency;
pub mod error;
pub mod graphql;
pub mod http;
pub mod vocabulary;
