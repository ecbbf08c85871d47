//! Import: a run that brought documents in. Never public.

use sea_orm::entity::prelude::*;

/// Row of `import`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Token of whoever sent the documents; absent for the command line.
    pub token_id: Option<Uuid>,
    /// Agency for which that token acts.
    pub agency_id: Option<Uuid>,
    /// `ImportStatus`.
    pub status: String,
    /// `ImportPolicy`.
    pub policy: String,
    /// Whether nothing was to be recorded.
    pub is_dry_run: bool,
    /// Things recorded for the first time.
    pub new_count: i64,
    /// Things recorded with other content.
    pub amended_count: i64,
    /// Things that were recorded already.
    pub unchanged_count: i64,
    /// Things that could not be recorded.
    pub rejected_count: i64,
    /// When it began.
    pub started_at: DateTimeUtc,
    /// When it was last seen at work.
    pub seen_at: DateTimeUtc,
    /// When it ended.
    pub finished_at: Option<DateTimeUtc>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
