//! Personal-data file (개인정보파일): the stable identity, Act 제2조제4호, 제32조.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `data_file`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "data_file")]
pub struct Model {
    /// Derived from the registration number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Agency code, dash, running number; never changes.
    pub registration_number: String,
    /// Running number within the agency that registered it first.
    pub running_number: i32,
    /// Agency that operates the file now.
    pub agency_id: Uuid,
    /// `DataFileStatus`.
    pub status: String,
    /// Registration in force, or the last one of a destroyed file.
    pub registration_id: Uuid,
    /// Name now.
    pub name: String,
    /// Name folded.
    pub name_folded: String,
    /// Number of data subjects now, if declared.
    pub data_subject_count: Option<i64>,
    /// Day of the first registration at the official portal, if known.
    pub registered_on: Option<Date>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
