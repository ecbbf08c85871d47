//! Changes of the database schema, one dated file each. `up` and `down` run on SQLite and PostgreSQL alike.

pub use sea_orm_migration::prelude::*;

mod m20261122_000001_register;
mod m20261123_000001_access;
mod m20261123_000002_application;
mod m20261124_000001_recommendation;
mod m20261124_000003_import;
mod m20261124_000004_redaction;
mod m20261124_000005_finding;
mod m20261125_000001_data_flow;
mod m20261126_000001_finding_order;
mod m20261127_000001_stated_only;
mod tables;

/// Every migration, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_register::Migration),
            Box::new(m20261123_000001_access::Migration),
            Box::new(m20261123_000002_application::Migration),
            Box::new(m20261124_000001_recommendation::Migration),
            Box::new(m20261124_000003_import::Migration),
            Box::new(m20261124_000004_redaction::Migration),
            Box::new(m20261124_000005_finding::Migration),
            Box::new(m20261125_000001_data_flow::Migration),
            Box::new(m20261126_000001_finding_order::Migration),
            Box::new(m20261127_000001_stated_only::Migration),
        ]
    }
}
