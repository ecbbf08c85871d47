//! Imports: runs that brought documents in, with what they read and what they had to say of it.

use sea_orm_migration::prelude::*;

use crate::tables;

/// Creates the tables of imports.
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
const TABLES: &[&str] = &["import", "import_source", "import_message"];

const SCHEMA: &[&str] = &[
    r#"CREATE TABLE "import" (
  "id" @uuid NOT NULL,
  "token_id" @uuid REFERENCES "api_token" ("id"),
  "agency_id" @uuid REFERENCES "agency" ("id"),
  "status" @key NOT NULL,
  "policy" text NOT NULL,
  "is_dry_run" boolean NOT NULL,
  "new_count" bigint NOT NULL,
  "amended_count" bigint NOT NULL,
  "unchanged_count" bigint NOT NULL,
  "rejected_count" bigint NOT NULL,
  "started_at" @instant NOT NULL,
  "seen_at" @instant NOT NULL,
  "finished_at" @instant,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "import_source" (
  "import_id" @uuid NOT NULL REFERENCES "import" ("id"),
  "position" integer NOT NULL,
  "name" text NOT NULL,
  "sha256" text NOT NULL,
  "bytes" bigint NOT NULL,
  PRIMARY KEY ("import_id", "position")
)"#,
    r#"CREATE TABLE "import_message" (
  "id" @uuid NOT NULL,
  "import_id" @uuid NOT NULL REFERENCES "import" ("id"),
  "position" integer NOT NULL,
  "document" text,
  "place" text,
  "phase" text NOT NULL,
  "severity" text NOT NULL,
  "code" text NOT NULL,
  "text" text NOT NULL,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE INDEX "import_token_id" ON "import" ("token_id")"#,
    r#"CREATE INDEX "import_agency_id" ON "import" ("agency_id")"#,
    r#"CREATE INDEX "import_status_seen_at" ON "import" ("status", "seen_at")"#,
    r#"CREATE UNIQUE INDEX "import_message_import_id_position" ON "import_message" ("import_id", "position")"#,
];
