//! Applications for registration, with every version of each.

use sea_orm_migration::prelude::*;

use crate::tables;

/// Creates the tables of applications.
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
const TABLES: &[&str] = &["application", "application_version"];

const SCHEMA: &[&str] = &[
    r#"CREATE TABLE "application" (
  "id" @uuid NOT NULL,
  "version" integer NOT NULL,
  "kind" text NOT NULL,
  "status" text NOT NULL,
  "agency_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "data_file_id" @uuid REFERENCES "data_file" ("id"),
  "registration_id" @uuid REFERENCES "registration" ("id"),
  "input" text NOT NULL,
  "return_reason" text,
  "created_at" @instant NOT NULL,
  "submitted_at" @instant,
  "decided_at" @instant,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "application_version" (
  "application_id" @uuid NOT NULL REFERENCES "application" ("id"),
  "version" integer NOT NULL,
  "action" text NOT NULL,
  "token_id" @uuid NOT NULL REFERENCES "api_token" ("id"),
  "recorded_at" @instant NOT NULL,
  "input" text NOT NULL,
  PRIMARY KEY ("application_id", "version")
)"#,
    r#"CREATE INDEX "application_agency_id_created_at_id" ON "application" ("agency_id", "created_at", "id")"#,
    r#"CREATE INDEX "application_data_file_id" ON "application" ("data_file_id")"#,
    r#"CREATE INDEX "application_registration_id" ON "application" ("registration_id")"#,
    r#"CREATE INDEX "application_created_at_id" ON "application" ("created_at", "id")"#,
    r#"CREATE INDEX "application_version_token_id" ON "application_version" ("token_id")"#,
];
