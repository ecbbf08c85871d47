//! Act, decree, rule, ordinance or notice that processing rests on.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `statute`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "statute")]
pub struct Model {
    /// Derived from the canonical name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Canonical name: spelling variants of one statute agree.
    pub name_folded: String,
    /// `StatuteKind`.
    pub kind: String,
    /// The act of a decree or rule.
    pub parent_id: Option<Uuid>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
