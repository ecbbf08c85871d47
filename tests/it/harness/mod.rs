//! What every test stands on: a server of its own with a database of its own, spoken to over HTTP.
pub mod database;
