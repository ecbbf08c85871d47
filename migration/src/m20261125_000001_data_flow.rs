//! What flows from agencies to recipients and entrustees. Derived from the other tables.

use sea_orm_migration::prelude::*;

use crate::tables;

/// Creates the tables of data flows.
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
const TABLES: &[&str] = &["data_flow", "data_flow_category"];

const SCHEMA: &[&str] = &[
    r#"CREATE TABLE "data_flow" (
  "id" @uuid NOT NULL,
  "agency_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "organization_id" @uuid NOT NULL REFERENCES "organization" ("id"),
  "kind" @key NOT NULL,
  "data_file_count" integer NOT NULL,
  "declared_subject_count" bigint NOT NULL,
  "since" @date,
  "until" @date,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "data_flow_category" (
  "data_flow_id" @uuid NOT NULL REFERENCES "data_flow" ("id"),
  "position" integer NOT NULL,
  "category_code" @key NOT NULL REFERENCES "item_category" ("code"),
  PRIMARY KEY ("data_flow_id", "position")
)"#,
    // The largest of the register, of an agency, to an organization; those of a category.
    r#"CREATE INDEX "data_flow_data_file_count_id" ON "data_flow" ("data_file_count", "id")"#,
    r#"CREATE INDEX "data_flow_declared_subject_count_id" ON "data_flow" ("declared_subject_count", "id")"#,
    r#"CREATE INDEX "data_flow_agency_id_data_file_count_id" ON "data_flow" ("agency_id", "data_file_count", "id")"#,
    r#"CREATE INDEX "data_flow_organization_id_data_file_count_id" ON "data_flow" ("organization_id", "data_file_count", "id")"#,
    r#"CREATE INDEX "data_flow_category_category_code_data_flow_id" ON "data_flow_category" ("category_code", "data_flow_id")"#,
];
