//! The order of findings, with what lists are narrowed by: a page of those of some agencies is found in the index alone.

use sea_orm_migration::prelude::*;

use crate::tables;

/// Replaces the index of findings by day.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables::create(manager, UP).await
    }

    /// On SQLite too: a migration that fails leaves the schema as it was.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables::create(manager, DOWN).await
    }
}

const UP: &[&str] = &[
    // Left out already where a load was cut off.
    r#"DROP INDEX IF EXISTS "finding_since_id""#,
    r#"CREATE INDEX "finding_since_id_agency_id_until" ON "finding" ("since", "id", "agency_id", "until")"#,
];

const DOWN: &[&str] = &[r#"DROP INDEX IF EXISTS "finding_since_id_agency_id_until""#, r#"CREATE INDEX "finding_since_id" ON "finding" ("since", "id")"#];
