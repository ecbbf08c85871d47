//! Indexes over what few rows state hold those rows alone: of six million items a hundredth are unique identifiers, and hardly a basis is one of a video device.

use sea_orm_migration::prelude::*;

use crate::tables;

/// Makes these indexes partial.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, true).await
    }

    /// On SQLite too: a migration that fails leaves the schema as it was.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, false).await
    }
}

/// The indexes: their tables, the column that few rows state, and what follows it.
const INDEXES: [(&str, &str, &str); 10] = [
    ("collected_item", "unique_identifier", "registration_id"),
    ("collected_item", "sensitive_kind", "registration_id"),
    ("provided_item", "unique_identifier", "provision_id"),
    ("provided_item", "sensitive_kind", "provision_id"),
    ("registration", "retention_change", ""),
    ("entrustment", "ends_on", ""),
    ("legal_basis", "provision_id", ""),
    ("legal_basis", "video_device_id", ""),
    ("retention_term", "provision_id", ""),
    ("retention_term", "video_device_id", ""),
];

async fn replace(manager: &SchemaManager<'_>, is_partial: bool) -> Result<(), DbErr> {
    let statements: Vec<String> = INDEXES
        .iter()
        .flat_map(|(table, column, next)| {
            let (suffix, columns) =
                if next.is_empty() { (String::new(), format!("\"{column}\"")) } else { (format!("_{next}"), format!("\"{column}\", \"{next}\"")) };
            let name = format!("{table}_{column}{suffix}");
            let condition = if is_partial { format!(" WHERE \"{column}\" IS NOT NULL") } else { String::new() };
            // Left out already where a load was cut off.
            [format!("DROP INDEX IF EXISTS \"{name}\""), format!("CREATE INDEX \"{name}\" ON \"{table}\" ({columns}){condition}")]
        })
        .collect();
    tables::create(manager, &statements.iter().map(String::as_str).collect::<Vec<_>>()).await
}
