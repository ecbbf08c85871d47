//! Integration tests, one binary: what the register answers over HTTP, on both databases, and what its sources must look like.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod acts;
mod applications;
mod attacks;
mod backups;
mod bundled;
mod cached;
mod clients;
mod configuration;
mod contention;
mod deadlines;
mod deployment;
mod derived;
mod exports;
mod faults;
mod federation;
mod findings;
mod flows;
mod fuzzers;
mod generate;
mod harness;
mod history;
mod hostile;
mod house;
mod http;
mod imports;
mod indexing;
mod intake;
mod kills;
mod lines;
mod merges;
mod metrics;
mod mirrors;
mod oidc;
mod pages;
mod portal;
mod program;
mod queries;
mod readme;
mod redactions;
mod register;
mod reorganisations;
mod requests;
mod robustness;
mod roles;
mod schema;
mod search;
mod sequences;
mod sheets;
mod statements;
mod subscriptions;
mod tables;
#[cfg(feature = "otel")]
mod traces;
