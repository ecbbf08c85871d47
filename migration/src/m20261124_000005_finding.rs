//! Findings of the law's rules. Derived from the other tables.

use sea_orm_migration::prelude::*;

use crate::tables;

/// Creates the table of findings.
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
const TABLES: &[&str] = &["finding"];

const SCHEMA: &[&str] = &[
    r#"CREATE TABLE "finding" (
  "id" @uuid NOT NULL,
  "rule" @key NOT NULL,
  "agency_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "data_file_id" @uuid REFERENCES "data_file" ("id"),
  "registration_id" @uuid REFERENCES "registration" ("id"),
  "policy_revision_id" @uuid REFERENCES "policy_revision" ("id"),
  "certainty" text NOT NULL,
  "since" @date NOT NULL,
  "until" @date,
  "evidence" text NOT NULL,
  PRIMARY KEY ("id")
)"#,
    // A page in order of days, a rule's findings and how many there are, an agency's, a file's.
    r#"CREATE INDEX "finding_since_id" ON "finding" ("since", "id")"#,
    r#"CREATE INDEX "finding_rule_since_until" ON "finding" ("rule", "since", "until")"#,
    r#"CREATE INDEX "finding_agency_id_rule" ON "finding" ("agency_id", "rule")"#,
    r#"CREATE INDEX "finding_data_file_id" ON "finding" ("data_file_id")"#,
    r#"CREATE INDEX "finding_registration_id" ON "finding" ("registration_id")"#,
    r#"CREATE INDEX "finding_policy_revision_id" ON "finding" ("policy_revision_id")"#,
];
