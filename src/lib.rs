//! Yeollam (열람): the public register of Korea's personal-data files as a GraphQL server.
//!
//! The domain first, then the ways in and out, then the machinery. ARCHITECTURE.md has the map and the invariants.

// The domain.
pub mod access;
pub mod agency;
pub mod application;
pub mod collected_item;
pub mod data_file;
pub mod data_flow;
pub mod difference;
pub mod entrustment;
pub mod finding;
pub mod impact_assessment;
pub mod journal;
pub mod legal_basis;
pub mod organization;
pub mod peer;
pub mod policy;
pub mod provision;
pub mod recommendation;
pub mod redaction;
pub mod region;
pub mod registration;
pub mod retention;
pub mod source;
pub mod stated;

// Ways in, ways out.
pub mod ask;
pub mod backup;
pub mod export;
pub mod generate;
pub mod import;

// The machinery.
pub mod cache;
pub mod config;
pub mod doctor;
pub mod error;
pub mod graphql;
pub mod hangul;
pub mod http;
pub mod identity;
pub mod period;
pub mod problem;
pub mod remote;
pub mod search;
pub mod server;
pub mod store;
#[cfg(feature = "otel")]
pub mod traces;
pub mod vocabulary;
