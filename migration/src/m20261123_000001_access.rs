//! Who may: API tokens, the private audit log, idempotency keys.

use sea_orm_migration::prelude::*;

use crate::tables;

/// Creates the tables of access.
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
const TABLES: &[&str] = &["api_token", "audit_entry", "idempotency_key"];

const SCHEMA: &[&str] = &[
    r#"CREATE TABLE "api_token" (
  "id" @uuid NOT NULL,
  "name" text NOT NULL,
  "role" text NOT NULL,
  "agency_id" @uuid REFERENCES "agency" ("id"),
  "salt" @blob NOT NULL,
  "hash" @blob NOT NULL,
  "created_at" @instant NOT NULL,
  "expires_at" @instant,
  "revoked_at" @instant,
  "last_used_at" @instant,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "audit_entry" (
  "sequence" bigint NOT NULL,
  "recorded_at" @instant NOT NULL,
  "token_id" @uuid REFERENCES "api_token" ("id"),
  "action" text NOT NULL,
  "subject_id" @uuid NOT NULL,
  "change_sequence" bigint,
  "detail" text,
  "salt" @blob,
  "digest" @blob NOT NULL,
  "hash" @blob NOT NULL,
  PRIMARY KEY ("sequence")
)"#,
    r#"CREATE TABLE "idempotency_key" (
  "token_id" @uuid NOT NULL REFERENCES "api_token" ("id"),
  "key" @key NOT NULL,
  "request_hash" @blob NOT NULL,
  "started_at" @instant NOT NULL,
  "answer" text,
  PRIMARY KEY ("token_id", "key")
)"#,
    r#"CREATE INDEX "api_token_agency_id" ON "api_token" ("agency_id")"#,
    r#"CREATE INDEX "audit_entry_token_id" ON "audit_entry" ("token_id")"#,
    r#"CREATE INDEX "audit_entry_subject_id" ON "audit_entry" ("subject_id")"#,
    r#"CREATE INDEX "idempotency_key_started_at" ON "idempotency_key" ("started_at")"#,
];
