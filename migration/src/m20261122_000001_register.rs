//! The register: agencies, files and their registrations, policies, assessments, organizations, statutes, sources and the journal.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

/// Creates every table of the register.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in statements(manager.get_database_backend()) {
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    /// On SQLite too: a migration that fails leaves the schema as it was.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.iter().rev() {
            manager.get_connection().execute_unprepared(&format!("DROP TABLE {table}")).await?;
        }
        Ok(())
    }
}

/// Tables in the order in which they can be created.
const TABLES: &[&str] = &[
    "region",
    "item_category",
    "setting",
    "agency",
    "agency_alias",
    "agency_ancestor",
    "succession",
    "statute",
    "statute_alias",
    "organization",
    "organization_name",
    "data_file",
    "registration",
    "collected_item",
    "privacy_policy",
    "policy_revision",
    "provision",
    "video_device",
    "legal_basis",
    "retention_term",
    "provided_item",
    "entrustment",
    "sub_entrustee",
    "access_restriction",
    "impact_assessment",
    "impact_assessment_data_file",
    "impact_assessment_item",
    "policy_revision_data_file",
    "policy_section",
    "privacy_label",
    "policy_item",
    "privacy_officer",
    "right_procedure",
    "remedy_body",
    "safeguard",
    "disposal_method",
    "auto_collection",
    "incoming_entrustment",
    "source_document",
    "source",
    "change",
];

/// The statements in the dialect of the database. `@key` is text in binary order: Hangul syllables in code-point order are in dictionary order, on both databases.
fn statements(backend: DatabaseBackend) -> Vec<String> {
    let types: [(&str, &str); 6] = match backend {
        DatabaseBackend::Postgres => [
            ("@key", "text COLLATE \"C\""),
            ("@uuid", "uuid"),
            ("@date", "date"),
            ("@instant", "timestamp with time zone"),
            ("@double", "double precision"),
            ("@blob", "bytea"),
        ],
        _ => [("@key", "text"), ("@uuid", "blob"), ("@date", "text"), ("@instant", "text"), ("@double", "double"), ("@blob", "blob")],
    };
    SCHEMA.iter().map(|statement| types.iter().fold((*statement).to_owned(), |text, (mark, name)| text.replace(mark, name))).collect()
}

const SCHEMA: &[&str] = &[
    r#"CREATE TABLE "region" (
  "code" @key NOT NULL,
  "name" text NOT NULL,
  "parent_code" @key REFERENCES "region" ("code"),
  PRIMARY KEY ("code")
)"#,
    r#"CREATE TABLE "item_category" (
  "code" @key NOT NULL,
  "parent_code" @key REFERENCES "item_category" ("code"),
  "label_ko" text NOT NULL,
  "label_en" text NOT NULL,
  "dpv_term" text,
  "position" integer NOT NULL,
  PRIMARY KEY ("code")
)"#,
    r#"CREATE TABLE "setting" (
  "name" @key NOT NULL,
  "value" text NOT NULL,
  PRIMARY KEY ("name")
)"#,
    r#"CREATE TABLE "agency" (
  "id" @uuid NOT NULL,
  "code" @key NOT NULL UNIQUE,
  "name" text NOT NULL,
  "name_folded" @key NOT NULL,
  "short_name" text,
  "agency_type" @key NOT NULL,
  "status" text NOT NULL,
  "parent_id" @uuid REFERENCES "agency" ("id"),
  "region_code" @key REFERENCES "region" ("code"),
  "homepage" text,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "agency_alias" (
  "agency_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "name_folded" @key NOT NULL,
  "name" text NOT NULL,
  PRIMARY KEY ("agency_id", "name_folded")
)"#,
    r#"CREATE TABLE "agency_ancestor" (
  "agency_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "ancestor_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "depth" integer NOT NULL,
  PRIMARY KEY ("agency_id", "ancestor_id")
)"#,
    r#"CREATE TABLE "succession" (
  "predecessor_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "successor_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "succeeded_on" @date NOT NULL,
  "kind" text NOT NULL,
  PRIMARY KEY ("predecessor_id", "successor_id", "succeeded_on")
)"#,
    r#"CREATE TABLE "statute" (
  "id" @uuid NOT NULL,
  "name" text NOT NULL,
  "name_folded" @key NOT NULL UNIQUE,
  "kind" @key NOT NULL,
  "parent_id" @uuid REFERENCES "statute" ("id"),
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "statute_alias" (
  "statute_id" @uuid NOT NULL REFERENCES "statute" ("id"),
  "name" @key NOT NULL,
  PRIMARY KEY ("statute_id", "name")
)"#,
    r#"CREATE TABLE "organization" (
  "id" @uuid NOT NULL,
  "name" text NOT NULL,
  "name_key" @key NOT NULL,
  "kind" @key NOT NULL,
  "agency_id" @uuid REFERENCES "agency" ("id"),
  "merged_into_id" @uuid REFERENCES "organization" ("id"),
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "organization_name" (
  "organization_id" @uuid NOT NULL REFERENCES "organization" ("id"),
  "name" @key NOT NULL,
  PRIMARY KEY ("organization_id", "name")
)"#,
    r#"CREATE TABLE "data_file" (
  "id" @uuid NOT NULL,
  "registration_number" @key NOT NULL UNIQUE,
  "running_number" integer NOT NULL,
  "agency_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "status" @key NOT NULL,
  "registration_id" @uuid NOT NULL,
  "name" text NOT NULL,
  "name_folded" @key NOT NULL,
  "data_subject_count" bigint,
  "registered_on" @date,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "registration" (
  "id" @uuid NOT NULL,
  "data_file_id" @uuid NOT NULL REFERENCES "data_file" ("id"),
  "number" integer NOT NULL,
  "change_kind" @key NOT NULL,
  "reason" text,
  "valid_from" @date NOT NULL,
  "recorded_at" @instant NOT NULL,
  "registered_on" @date,
  "completeness" text NOT NULL,
  "agency_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "name" text NOT NULL,
  "name_folded" @key NOT NULL,
  "purpose" text,
  "processing_method" text,
  "processing_method_text" text,
  "collection_method" text,
  "retention_text" text,
  "retention_class" @key,
  "retention_change" @key,
  "data_subject_count" bigint,
  "counted_on" @date,
  "processing_department" text,
  "processing_department_phones" text NOT NULL,
  "has_access_desk" boolean NOT NULL,
  "access_desk_department" text,
  "access_desk_phones" text NOT NULL,
  "access_desk_email" text,
  "access_desk_fax" text,
  "access_desk_address" text,
  "information_system" text,
  "includes_children_under14" boolean,
  "operation_started_on" @date,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "collected_item" (
  "registration_id" @uuid NOT NULL REFERENCES "registration" ("id"),
  "position" integer NOT NULL,
  "name" text NOT NULL,
  "name_folded" @key NOT NULL,
  "requirement" text NOT NULL,
  "subject" text,
  "marker" text,
  "category_code" @key REFERENCES "item_category" ("code"),
  "unique_identifier" @key,
  "sensitive_kind" @key,
  PRIMARY KEY ("registration_id", "position")
)"#,
    r#"CREATE TABLE "privacy_policy" (
  "id" @uuid NOT NULL,
  "agency_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "title" text NOT NULL,
  "name_folded" @key NOT NULL,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "policy_revision" (
  "id" @uuid NOT NULL,
  "privacy_policy_id" @uuid NOT NULL REFERENCES "privacy_policy" ("id"),
  "number" integer NOT NULL,
  "recorded_at" @instant NOT NULL,
  "effective_from" @date,
  "effective_until" @date,
  "period_text" text,
  "announced_on" @date,
  "published_url" text,
  "states_sections" boolean NOT NULL,
  "has_labels" boolean,
  "has_auto_collection" boolean,
  "impact_assessment_text" text,
  "video_notice_count" integer,
  "has_access_desk" boolean NOT NULL,
  "access_desk_department" text,
  "access_desk_phones" text NOT NULL,
  "access_desk_email" text,
  "access_desk_fax" text,
  "access_desk_address" text,
  "disposal_procedure" text,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "provision" (
  "id" @uuid NOT NULL,
  "registration_id" @uuid REFERENCES "registration" ("id"),
  "policy_revision_id" @uuid REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "agency_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "recipient_id" @uuid NOT NULL REFERENCES "organization" ("id"),
  "recipient_name" text NOT NULL,
  "material" text,
  "purpose" text,
  "items_text" text,
  "retention_text" text,
  "retention_class" text,
  "is_outside_purpose" boolean,
  "frequency" text,
  "method" text,
  "note" text,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "video_device" (
  "id" @uuid NOT NULL,
  "policy_revision_id" @uuid NOT NULL REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "kind" text NOT NULL,
  "count" integer,
  "location" text,
  "purpose" text,
  "hours" text,
  "retention_text" text,
  "retention_class" text,
  "storage_place" text,
  "managed_by" text,
  "viewing_place" text,
  "note" text,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "legal_basis" (
  "id" @uuid NOT NULL,
  "registration_id" @uuid REFERENCES "registration" ("id"),
  "provision_id" @uuid REFERENCES "provision" ("id"),
  "video_device_id" @uuid REFERENCES "video_device" ("id"),
  "position" integer NOT NULL,
  "citation" text NOT NULL,
  "statute_id" @uuid REFERENCES "statute" ("id"),
  "article" @key,
  "paragraph" text,
  "subparagraph" text,
  "is_consent" boolean NOT NULL,
  "lawful_ground" text,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "retention_term" (
  "id" @uuid NOT NULL,
  "registration_id" @uuid REFERENCES "registration" ("id"),
  "provision_id" @uuid REFERENCES "provision" ("id"),
  "video_device_id" @uuid REFERENCES "video_device" ("id"),
  "position" integer NOT NULL,
  "text" text NOT NULL,
  "class" @key NOT NULL,
  "min_months" integer,
  "max_months" integer,
  "min_days" integer,
  "max_days" integer,
  "event" text,
  "condition" text,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "provided_item" (
  "provision_id" @uuid NOT NULL REFERENCES "provision" ("id"),
  "position" integer NOT NULL,
  "name" text NOT NULL,
  "name_folded" @key NOT NULL,
  "subject" text,
  "category_code" @key REFERENCES "item_category" ("code"),
  "unique_identifier" @key,
  "sensitive_kind" @key,
  PRIMARY KEY ("provision_id", "position")
)"#,
    r#"CREATE TABLE "entrustment" (
  "id" @uuid NOT NULL,
  "registration_id" @uuid REFERENCES "registration" ("id"),
  "policy_revision_id" @uuid REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "agency_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "entrustee_id" @uuid NOT NULL REFERENCES "organization" ("id"),
  "entrustee_name" text NOT NULL,
  "task" text NOT NULL,
  "items_text" text,
  "starts_on" @date,
  "ends_on" @date,
  "period_text" text,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "sub_entrustee" (
  "entrustment_id" @uuid NOT NULL REFERENCES "entrustment" ("id"),
  "position" integer NOT NULL,
  "organization_id" @uuid NOT NULL REFERENCES "organization" ("id"),
  "name" text NOT NULL,
  PRIMARY KEY ("entrustment_id", "position")
)"#,
    r#"CREATE TABLE "access_restriction" (
  "registration_id" @uuid NOT NULL REFERENCES "registration" ("id"),
  "position" integer NOT NULL,
  "scope" text NOT NULL,
  "ground" text,
  "text" text,
  PRIMARY KEY ("registration_id", "position")
)"#,
    r#"CREATE TABLE "impact_assessment" (
  "id" @uuid NOT NULL,
  "agency_id" @uuid NOT NULL REFERENCES "agency" ("id"),
  "year" integer,
  "assessed_from" @date,
  "assessed_until" @date,
  "trigger" text,
  "assessor_id" @uuid REFERENCES "organization" ("id"),
  "assessor_name" text,
  "outcome" text,
  "summary" text,
  "summary_url" text,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "impact_assessment_data_file" (
  "impact_assessment_id" @uuid NOT NULL REFERENCES "impact_assessment" ("id"),
  "data_file_id" @uuid NOT NULL REFERENCES "data_file" ("id"),
  "position" integer NOT NULL,
  "name_as_written" text,
  PRIMARY KEY ("impact_assessment_id", "data_file_id")
)"#,
    r#"CREATE TABLE "impact_assessment_item" (
  "impact_assessment_id" @uuid NOT NULL REFERENCES "impact_assessment" ("id"),
  "position" integer NOT NULL,
  "name" text NOT NULL,
  PRIMARY KEY ("impact_assessment_id", "position")
)"#,
    r#"CREATE TABLE "policy_revision_data_file" (
  "policy_revision_id" @uuid NOT NULL REFERENCES "policy_revision" ("id"),
  "data_file_id" @uuid NOT NULL REFERENCES "data_file" ("id"),
  "position" integer NOT NULL,
  PRIMARY KEY ("policy_revision_id", "data_file_id")
)"#,
    r#"CREATE TABLE "policy_section" (
  "policy_revision_id" @uuid NOT NULL REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "kind" text NOT NULL,
  "heading" text,
  "state" text NOT NULL,
  PRIMARY KEY ("policy_revision_id", "position")
)"#,
    r#"CREATE TABLE "privacy_label" (
  "policy_revision_id" @uuid NOT NULL REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "kind" text NOT NULL,
  "text" text,
  PRIMARY KEY ("policy_revision_id", "position")
)"#,
    r#"CREATE TABLE "policy_item" (
  "policy_revision_id" @uuid NOT NULL REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "name" text NOT NULL,
  "requirement" text NOT NULL,
  "subject" text,
  "activity" text,
  "category_code" @key REFERENCES "item_category" ("code"),
  "unique_identifier" text,
  "sensitive_kind" text,
  PRIMARY KEY ("policy_revision_id", "position")
)"#,
    r#"CREATE TABLE "privacy_officer" (
  "policy_revision_id" @uuid NOT NULL REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "role" text NOT NULL,
  "role_text" text,
  "name" text,
  "is_name_withheld" boolean NOT NULL,
  "job_title" text,
  "grade" text,
  "department" text,
  "phones" text NOT NULL,
  "email" text,
  "fax" text,
  PRIMARY KEY ("policy_revision_id", "position")
)"#,
    r#"CREATE TABLE "right_procedure" (
  "policy_revision_id" @uuid NOT NULL REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "right" text NOT NULL,
  "methods" text NOT NULL,
  "by_agent" text,
  "form" text,
  "limits" text,
  PRIMARY KEY ("policy_revision_id", "position")
)"#,
    r#"CREATE TABLE "remedy_body" (
  "policy_revision_id" @uuid NOT NULL REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "is_appeal" boolean NOT NULL,
  "name" text NOT NULL,
  "operator" text,
  "task" text,
  "url" text,
  "phones" text NOT NULL,
  "address" text,
  PRIMARY KEY ("policy_revision_id", "position")
)"#,
    r#"CREATE TABLE "safeguard" (
  "policy_revision_id" @uuid NOT NULL REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "kind" text NOT NULL,
  "measure" text NOT NULL,
  PRIMARY KEY ("policy_revision_id", "position")
)"#,
    r#"CREATE TABLE "disposal_method" (
  "policy_revision_id" @uuid NOT NULL REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "medium" text NOT NULL,
  "method" text NOT NULL,
  PRIMARY KEY ("policy_revision_id", "position")
)"#,
    r#"CREATE TABLE "auto_collection" (
  "policy_revision_id" @uuid NOT NULL REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "name" text NOT NULL,
  "purpose" text,
  "refusal" text,
  PRIMARY KEY ("policy_revision_id", "position")
)"#,
    r#"CREATE TABLE "incoming_entrustment" (
  "policy_revision_id" @uuid NOT NULL REFERENCES "policy_revision" ("id"),
  "position" integer NOT NULL,
  "entruster_id" @uuid NOT NULL REFERENCES "organization" ("id"),
  "entruster_name" text NOT NULL,
  "task" text,
  PRIMARY KEY ("policy_revision_id", "position")
)"#,
    r#"CREATE TABLE "source_document" (
  "id" @uuid NOT NULL,
  "title" text NOT NULL,
  "publisher" text NOT NULL,
  "url" text,
  "sha256" text,
  "read_at" @instant NOT NULL,
  PRIMARY KEY ("id")
)"#,
    r#"CREATE TABLE "source" (
  "node_id" @uuid NOT NULL,
  "position" integer NOT NULL,
  "path" text NOT NULL,
  "source_document_id" @uuid NOT NULL REFERENCES "source_document" ("id"),
  "span" text,
  "confidence" @double,
  "note" text,
  PRIMARY KEY ("node_id", "position")
)"#,
    r#"CREATE TABLE "change" (
  "sequence" bigint NOT NULL,
  "recorded_at" @instant NOT NULL,
  "kind" text NOT NULL,
  "node_type" text NOT NULL,
  "node_id" @uuid NOT NULL,
  "registration_id" @uuid,
  "salt" @blob,
  "digest" @blob NOT NULL,
  "hash" @blob NOT NULL,
  PRIMARY KEY ("sequence")
)"#,
    r#"CREATE INDEX "region_parent_code" ON "region" ("parent_code")"#,
    r#"CREATE INDEX "item_category_parent_code" ON "item_category" ("parent_code")"#,
    r#"CREATE INDEX "agency_name_folded_id" ON "agency" ("name_folded", "id")"#,
    r#"CREATE INDEX "agency_agency_type" ON "agency" ("agency_type")"#,
    r#"CREATE INDEX "agency_parent_id" ON "agency" ("parent_id")"#,
    r#"CREATE INDEX "agency_region_code" ON "agency" ("region_code")"#,
    r#"CREATE INDEX "agency_alias_name_folded" ON "agency_alias" ("name_folded")"#,
    r#"CREATE INDEX "agency_ancestor_ancestor_id_agency_id" ON "agency_ancestor" ("ancestor_id", "agency_id")"#,
    r#"CREATE INDEX "succession_successor_id" ON "succession" ("successor_id")"#,
    r#"CREATE INDEX "statute_kind" ON "statute" ("kind")"#,
    r#"CREATE INDEX "statute_parent_id" ON "statute" ("parent_id")"#,
    r#"CREATE INDEX "organization_name_key_id" ON "organization" ("name_key", "id")"#,
    r#"CREATE INDEX "organization_agency_id" ON "organization" ("agency_id")"#,
    r#"CREATE INDEX "organization_merged_into_id" ON "organization" ("merged_into_id")"#,
    r#"CREATE UNIQUE INDEX "organization_kind_name_key" ON "organization" ("kind", "name_key")"#,
    r#"CREATE INDEX "data_file_registration_id" ON "data_file" ("registration_id")"#,
    r#"CREATE INDEX "data_file_name_folded_id" ON "data_file" ("name_folded", "id")"#,
    r#"CREATE INDEX "data_file_data_subject_count_id" ON "data_file" (COALESCE("data_subject_count", -1), "id")"#,
    r#"CREATE INDEX "data_file_registered_on_id" ON "data_file" (COALESCE("registered_on", '0001-01-01'), "id")"#,
    r#"CREATE INDEX "data_file_agency_id_running_number" ON "data_file" ("agency_id", "running_number")"#,
    r#"CREATE INDEX "data_file_agency_id_name_folded_id" ON "data_file" ("agency_id", "name_folded", "id")"#,
    r#"CREATE INDEX "registration_change_kind" ON "registration" ("change_kind")"#,
    r#"CREATE INDEX "registration_valid_from_number_id" ON "registration" ("valid_from", "number", "id")"#,
    r#"CREATE INDEX "registration_recorded_at_id" ON "registration" ("recorded_at", "id")"#,
    r#"CREATE INDEX "registration_agency_id" ON "registration" ("agency_id")"#,
    r#"CREATE INDEX "registration_name_folded_id" ON "registration" ("name_folded", "id")"#,
    r#"CREATE INDEX "registration_retention_class" ON "registration" ("retention_class")"#,
    r#"CREATE INDEX "registration_retention_change" ON "registration" ("retention_change")"#,
    r#"CREATE UNIQUE INDEX "registration_data_file_id_number" ON "registration" ("data_file_id", "number")"#,
    r#"CREATE INDEX "registration_data_file_id_valid_from_number" ON "registration" ("data_file_id", "valid_from", "number")"#,
    r#"CREATE INDEX "collected_item_name_folded_registration_id" ON "collected_item" ("name_folded", "registration_id")"#,
    r#"CREATE INDEX "collected_item_category_code_registration_id" ON "collected_item" ("category_code", "registration_id")"#,
    r#"CREATE INDEX "collected_item_unique_identifier_registration_id" ON "collected_item" ("unique_identifier", "registration_id")"#,
    r#"CREATE INDEX "collected_item_sensitive_kind_registration_id" ON "collected_item" ("sensitive_kind", "registration_id")"#,
    r#"CREATE INDEX "privacy_policy_agency_id" ON "privacy_policy" ("agency_id")"#,
    r#"CREATE INDEX "privacy_policy_name_folded" ON "privacy_policy" ("name_folded")"#,
    r#"CREATE UNIQUE INDEX "policy_revision_privacy_policy_id_number" ON "policy_revision" ("privacy_policy_id", "number")"#,
    r#"CREATE INDEX "provision_registration_id_recipient_id" ON "provision" ("registration_id", "recipient_id")"#,
    r#"CREATE INDEX "provision_policy_revision_id_recipient_id" ON "provision" ("policy_revision_id", "recipient_id")"#,
    r#"CREATE INDEX "provision_agency_id" ON "provision" ("agency_id")"#,
    r#"CREATE INDEX "provision_recipient_id" ON "provision" ("recipient_id")"#,
    r#"CREATE INDEX "legal_basis_registration_id_statute_id" ON "legal_basis" ("registration_id", "statute_id")"#,
    r#"CREATE INDEX "legal_basis_provision_id" ON "legal_basis" ("provision_id")"#,
    r#"CREATE INDEX "legal_basis_video_device_id" ON "legal_basis" ("video_device_id")"#,
    r#"CREATE INDEX "legal_basis_statute_id_article" ON "legal_basis" ("statute_id", "article")"#,
    r#"CREATE INDEX "video_device_policy_revision_id" ON "video_device" ("policy_revision_id")"#,
    r#"CREATE INDEX "retention_term_registration_id" ON "retention_term" ("registration_id")"#,
    r#"CREATE INDEX "retention_term_provision_id" ON "retention_term" ("provision_id")"#,
    r#"CREATE INDEX "retention_term_video_device_id" ON "retention_term" ("video_device_id")"#,
    r#"CREATE INDEX "retention_term_class" ON "retention_term" ("class")"#,
    r#"CREATE INDEX "retention_term_max_months" ON "retention_term" ("max_months")"#,
    r#"CREATE INDEX "provided_item_name_folded_provision_id" ON "provided_item" ("name_folded", "provision_id")"#,
    r#"CREATE INDEX "provided_item_category_code_provision_id" ON "provided_item" ("category_code", "provision_id")"#,
    r#"CREATE INDEX "provided_item_unique_identifier_provision_id" ON "provided_item" ("unique_identifier", "provision_id")"#,
    r#"CREATE INDEX "provided_item_sensitive_kind_provision_id" ON "provided_item" ("sensitive_kind", "provision_id")"#,
    r#"CREATE INDEX "entrustment_registration_id_entrustee_id" ON "entrustment" ("registration_id", "entrustee_id")"#,
    r#"CREATE INDEX "entrustment_policy_revision_id_entrustee_id" ON "entrustment" ("policy_revision_id", "entrustee_id")"#,
    r#"CREATE INDEX "entrustment_agency_id" ON "entrustment" ("agency_id")"#,
    r#"CREATE INDEX "entrustment_entrustee_id" ON "entrustment" ("entrustee_id")"#,
    r#"CREATE INDEX "entrustment_ends_on" ON "entrustment" ("ends_on")"#,
    r#"CREATE INDEX "sub_entrustee_organization_id" ON "sub_entrustee" ("organization_id")"#,
    r#"CREATE INDEX "impact_assessment_agency_id" ON "impact_assessment" ("agency_id")"#,
    r#"CREATE INDEX "impact_assessment_year" ON "impact_assessment" ("year")"#,
    r#"CREATE INDEX "impact_assessment_assessor_id" ON "impact_assessment" ("assessor_id")"#,
    r#"CREATE INDEX "impact_assessment_data_file_data_file_id" ON "impact_assessment_data_file" ("data_file_id")"#,
    r#"CREATE INDEX "policy_revision_data_file_data_file_id" ON "policy_revision_data_file" ("data_file_id")"#,
    r#"CREATE INDEX "policy_item_category_code" ON "policy_item" ("category_code")"#,
    r#"CREATE INDEX "incoming_entrustment_entruster_id" ON "incoming_entrustment" ("entruster_id")"#,
    r#"CREATE INDEX "source_source_document_id" ON "source" ("source_document_id")"#,
    r#"CREATE INDEX "change_node_id" ON "change" ("node_id")"#,
];
