//! Indexes that only readers need, left out while a whole register is loaded: made at the end, in one pass over sorted keys, they cost a fraction of what keeping them row by row does.

use std::collections::BTreeMap;

use entity::setting;
use sea_orm::{ActiveModelTrait as _, ConnectionTrait, DatabaseBackend, EntityTrait as _, IntoActiveModel as _, Statement};

use super::Store;
use crate::error::{Error, Result};

/// Name of the setting that holds the statements by which the indexes that were left out are made again.
const SETTING: &str = "indexes.deferred";

/// Indexes of which no write asks anything. Those that it asks (what is known of a file, a body, an agency) stay.
pub const ONLY_READ: [&str; 36] = [
    "agency_agency_type",
    "agency_region_code",
    "change_node_id",
    "collected_item_category_code_registration_id",
    "collected_item_name_folded_registration_id",
    "collected_item_sensitive_kind_registration_id",
    "collected_item_unique_identifier_registration_id",
    "data_file_agency_id_name_folded_id",
    "data_file_data_subject_count_id",
    "data_file_name_folded_id",
    "data_file_registered_on_id",
    "data_flow_category_category_code_data_flow_id",
    "data_flow_data_file_count_id",
    "data_flow_declared_subject_count_id",
    "data_flow_organization_id_data_file_count_id",
    "entrustment_ends_on",
    "entrustment_entrustee_id",
    "finding_registration_id",
    "finding_rule_since_until",
    "finding_since_id_agency_id_until",
    "legal_basis_statute_id_article",
    "policy_item_category_code",
    "provided_item_category_code_provision_id",
    "provided_item_name_folded_provision_id",
    "provided_item_sensitive_kind_provision_id",
    "provided_item_unique_identifier_provision_id",
    "provision_recipient_id",
    "registration_agency_id",
    "registration_change_kind",
    "registration_data_file_id_valid_from_number",
    "registration_name_folded_id",
    "registration_recorded_at_id",
    "registration_retention_change",
    "registration_retention_class",
    "registration_valid_from_number_id",
    "retention_term_class",
];

impl Store {
    /// Leaves out the indexes that only readers need, until [`Store::restore_indexes`]. For a register that nobody reads yet.
    ///
    /// # Errors
    /// Those of the database; then they are all there.
    pub async fn defer_indexes(&self) -> Result<()> {
        let txn = self.begin().await?;
        let asked = match txn.get_database_backend() {
            DatabaseBackend::Postgres => "SELECT indexname AS name, indexdef AS made_by FROM pg_indexes WHERE schemaname = current_schema()",
            _ => "SELECT name, sql AS made_by FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        };
        let mut left_out = BTreeMap::new();
        for row in txn.query_all_raw(Statement::from_string(txn.get_database_backend(), asked)).await? {
            let (name, made_by): (String, String) = (row.try_get("", "name")?, row.try_get("", "made_by")?);
            if ONLY_READ.contains(&name.as_str()) {
                left_out.insert(name, made_by);
            }
        }
        // How to make them again is stored with their going: whoever opens the database next does it, should this end here.
        let value = serde_json::to_string(&left_out).map_err(|error| Error::internal(error.to_string()))?;
        if !left_out.is_empty() && setting::Entity::find_by_id(SETTING).one(&txn).await?.is_none() {
            for name in left_out.keys() {
                txn.execute_unprepared(&format!("DROP INDEX \"{name}\"")).await?;
            }
            setting::Model { name: SETTING.to_owned(), value }.into_active_model().reset_all().insert(&txn).await?;
        }
        Ok(txn.commit().await?)
    }

    /// Whether indexes are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lacks_indexes(&self) -> Result<bool> {
        Ok(setting::Entity::find_by_id(SETTING).one(self.db()).await?.is_some())
    }

    /// Makes the indexes again that were left out, if any were.
    ///
    /// # Errors
    /// Those of the database; then the next one who opens it makes those that are missing.
    pub async fn restore_indexes(&self) -> Result<()> {
        // Most often there is nothing to do, and no transaction to begin.
        if !self.lacks_indexes().await? {
            return Ok(());
        }
        let row = setting::Entity::find_by_id(SETTING).one(self.db()).await?;
        let left_out: BTreeMap<String, String> =
            row.map(|row| serde_json::from_str(&row.value)).transpose().map_err(|error| Error::internal(error.to_string()))?.unwrap_or_default();
        // One to a transaction: the log of all of them together would take as much of the disk again.
        for made_by in left_out.values() {
            let txn = self.begin().await?;
            let sqlite = txn.get_database_backend() == DatabaseBackend::Sqlite;
            if sqlite {
                // Sorted in memory, the entries of a large table would take all of it: to files beyond `cache_size`, which takes no longer.
                txn.execute_unprepared("PRAGMA temp_store = FILE").await?;
            }
            let made = txn.execute_unprepared(&unless_there(made_by)).await;
            if sqlite {
                txn.execute_unprepared("PRAGMA temp_store = MEMORY").await?;
            }
            made?;
            txn.commit().await?;
        }
        setting::Entity::delete_by_id(SETTING).exec(self.db()).await?;
        Ok(())
    }
}

/// The statement that makes an index, for one that may be there already: whoever was cut off had made some.
fn unless_there(made_by: &str) -> String {
    made_by.replacen("INDEX ", "INDEX IF NOT EXISTS ", 1)
}
