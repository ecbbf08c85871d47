//! What flows from an agency to a recipient or entrustee, all its records taken together. Derived: computed anew from the other tables at any time.

use sea_orm::entity::prelude::*;

/// Row of `data_flow`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_flow")]
pub struct Model {
    /// Derived from both ends, the kind and the first day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Agency that provides or entrusts.
    pub agency_id: Uuid,
    /// Recipient or entrustee that stands for itself.
    pub organization_id: Uuid,
    /// `DataFlowKind`.
    pub kind: String,
    /// Data files that flow, of those that lists show.
    pub data_file_count: i32,
    /// Sum of the declared numbers of data subjects of those files.
    pub declared_subject_count: i64,
    /// First day of this state; null where it is that of the day of the last write.
    pub since: Option<Date>,
    /// First day of another state; null as long as nothing changes.
    pub until: Option<Date>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
