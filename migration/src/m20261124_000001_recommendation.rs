//! Recommendations of the regulator about data files.

use sea_orm_migration::prelude::*;

use crate::tables;

/// Creates the table of recommendations.
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
        tables::drop(manager, TABLES).await
    }
}

/// Tables in the order in which they can be created.
const TABLES: &[&str] = &["recommendation"];

const SCHEMA: &[&str] = &[
    r#"CREATE TABLE "recommendation" (
  "id" @uuid NOT NULL,
  "data_file_id" @uuid NOT NULL REFERENCES "data_file" ("id"),
  "number" integer NOT NULL,
  "agency_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "ground" text NOT NULL,
  "issued_on" @date NOT NULL,
  "reply" text,
  "answered_on" @date,
  "outcome" text,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE UNIQUE INDEX "recommendation_data_file_id_number" ON "recommendation" ("data_file_id", "number")"#,
    r#"CREATE INDEX "recommendation_agency_id_issued_on_number_id" ON "recommendation" ("agency_id", "issued_on", "number", "id")"#,
];
