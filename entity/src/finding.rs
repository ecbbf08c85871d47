//! What the law's rules say of a registration, a revision of a policy or an agency, and from when until when. Derived: computed anew from the other tables at any time.

use sea_orm::entity::prelude::*;

/// Row of `finding`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "finding")]
pub struct Model {
    /// Derived from rule, subject, file and the place of the first evidence.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `FindingRuleCode`.
    pub rule: String,
    /// Agency concerned.
    pub agency_id: Uuid,
    /// File concerned.
    pub data_file_id: Option<Uuid>,
    /// Registration that it is about.
    pub registration_id: Option<Uuid>,
    /// Revision of a policy that it is about; of this and the registration one at most is set, and where neither is, it is about the agency.
    pub policy_revision_id: Option<Uuid>,
    /// `Certainty`.
    pub certainty: String,
    /// First day on which it holds.
    pub since: Date,
    /// First day on which it no longer holds; null as long as nothing changes.
    pub until: Option<Date>,
    /// The values that show it, as a JSON array of path and value.
    pub evidence: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
