//! Redactions: values that were erased from records, and why; and the index by which the entries of a registration are found.

use sea_orm_migration::prelude::*;

use crate::tables;

/// Creates the table of redactions.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables::create(manager, SCHEMA).await
    }

    /// On SQLite too: a migration that fails leaves the schema as it was.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX change_registration_id").await?;
        tables::drop(manager, TABLES).await
    }
}

/// Tables in the order in which they can be created.
const TABLES: &[&str] = &["redaction"];

const SCHEMA: &[&str] = &[
    r#"CREATE TABLE "redaction" (
  "sequence" bigint NOT NULL,
  "path" text NOT NULL,
  "reason" text NOT NULL,
  PRIMARY KEY ("sequence")
)"#,
    r#"CREATE INDEX "change_registration_id" ON "change" ("registration_id")"#,
];
