//! Recipient or entrustee (제공받는 자·수탁자): Act 제17조, 제26조.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `organization`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    /// Derived from kind and normalised name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name as first written.
    pub name: String,
    /// Normalised name; unique with the kind.
    pub name_key: String,
    /// `OrganizationKind`.
    pub kind: String,
    /// The agency that it is, where it is one.
    pub agency_id: Option<Uuid>,
    /// The organization that it was unified with.
    pub merged_into_id: Option<Uuid>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
