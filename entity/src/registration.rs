//! Immutable record of a file's content (등록 이력): Act 제32조①, Decree 제33조①, 제34조.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `registration`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "registration")]
pub struct Model {
    /// Derived from file and number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// File.
    pub data_file_id: Uuid,
    /// 1, 2, … within the file.
    pub number: i32,
    /// `RegistrationChangeKind`.
    pub change_kind: String,
    /// Reason of the change (변경사유).
    pub reason: Option<String>,
    /// First day on which it was in force.
    pub valid_from: Date,
    /// When it was recorded here.
    pub recorded_at: DateTimeUtc,
    /// Day of this registration at the official portal.
    pub registered_on: Option<Date>,
    /// `RecordCompleteness`.
    pub completeness: String,
    /// Agency that operated the file.
    pub agency_id: Uuid,
    /// Name of the file (개인정보파일의 명칭).
    pub name: String,
    /// Name folded.
    pub name_folded: String,
    /// Purpose of operation (운영 목적).
    pub purpose: Option<String>,
    /// `ProcessingMethod`.
    pub processing_method: Option<String>,
    /// Method of processing as written.
    pub processing_method_text: Option<String>,
    /// Way of collection as written (수집방법).
    pub collection_method: Option<String>,
    /// Retention period as written (보유기간).
    pub retention_text: Option<String>,
    /// `RetentionClass` of the longest term.
    pub retention_class: Option<String>,
    /// `RetentionChange` against the record before.
    pub retention_change: Option<String>,
    /// Number of data subjects (정보주체 수).
    pub data_subject_count: Option<i64>,
    /// Day of the count.
    pub counted_on: Option<Date>,
    /// Department in charge of the processing.
    pub processing_department: Option<String>,
    /// Its telephone numbers, as a JSON array.
    pub processing_department_phones: String,
    /// Whether a desk is stated.
    pub has_access_desk: bool,
    /// Department that receives access requests (열람 요구 접수·처리 부서).
    pub access_desk_department: Option<String>,
    /// Its telephone numbers, as a JSON array.
    pub access_desk_phones: String,
    /// Its e-mail address.
    pub access_desk_email: Option<String>,
    /// Its fax number.
    pub access_desk_fax: Option<String>,
    /// Its address.
    pub access_desk_address: Option<String>,
    /// Information system that the file runs on.
    pub information_system: Option<String>,
    /// Whether it holds data of children under 14.
    pub includes_children_under14: Option<bool>,
    /// Day on which operation started.
    pub operation_started_on: Option<Date>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
