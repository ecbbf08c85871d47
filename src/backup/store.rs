//! What a backup asks of the database itself.

use std::path::Path;

use sea_orm::{ConnectionTrait as _, DatabaseBackend, DatabaseTransaction, DbErr, EntityTrait as _, QueryOrder as _, Statement};

use crate::error::{Error, Result};
use crate::journal::store::hex;
use crate::store::Store;

impl Store {
    /// Whether the database is a file of this program's own (SQLite).
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.db().get_database_backend() == DatabaseBackend::Sqlite
    }

    /// Whether the database holds no table.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn is_empty(&self) -> Result<bool> {
        let asked = match self.db().get_database_backend() {
            DatabaseBackend::Postgres => "SELECT count(*) AS tables FROM pg_tables WHERE schemaname = current_schema()",
            _ => "SELECT count(*) AS tables FROM sqlite_master",
        };
        Ok(self.one::<i64>(asked, "tables").await?.unwrap_or_default() == 0)
    }

    /// Copies an embedded database as it stands now into a new file, however long it takes and whatever is written meanwhile.
    ///
    /// # Errors
    /// Those of the database: the file cannot be written, the disk is full.
    pub async fn copy_into(&self, file: &Path) -> Result<()> {
        let path = file.to_str().ok_or_else(|| Error::input(format!("the name {} is no text", file.display())))?;
        let copy = Statement::from_sql_and_values(DatabaseBackend::Sqlite, "VACUUM INTO ?", [path.into()]);
        let copied = self.db().execute_raw(copy).await;
        copied.map_err(|error: DbErr| Error::input(format!("{path} was not written: {error}")))?;
        Ok(())
    }

    /// A snapshot of PostgreSQL that its programs can read too, until it is ended.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn exported_snapshot(&self) -> Result<ExportedSnapshot> {
        let transaction = self.snapshot().await?;
        let exported = Statement::from_string(DatabaseBackend::Postgres, "SELECT pg_export_snapshot() AS name");
        let row = transaction.query_one_raw(exported).await?.ok_or_else(|| Error::internal("no snapshot was exported"))?;
        let name = row.try_get("", "name")?;
        let last = entity::change::Entity::find().order_by_desc(entity::change::Column::Sequence).one(&transaction).await?;
        let head = last.map_or_else(Default::default, |change| (change.sequence, hex(&change.hash)));
        Ok(ExportedSnapshot { transaction, name, head })
    }

    /// What is damaged in an embedded database: pages, indexes, references to rows that are not there. PostgreSQL sees to itself (checksums of its pages are its operator's).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn damage(&self) -> Result<Vec<String>> {
        if !self.is_embedded() {
            return Ok(Vec::new());
        }
        let mut damage = Vec::new();
        for row in self.db().query_all_raw(Statement::from_string(DatabaseBackend::Sqlite, "PRAGMA integrity_check(20)")).await? {
            let told: String = row.try_get_by_index(0)?;
            if told != "ok" {
                damage.push(told);
            }
        }
        for row in self.db().query_all_raw(Statement::from_string(DatabaseBackend::Sqlite, "PRAGMA foreign_key_check")).await?.iter().take(20) {
            let (table, parent): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(2)?);
            damage.push(format!("a row of {table} refers to one that {parent} lacks"));
        }
        Ok(damage)
    }

    /// Version of the database system.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn system_version(&self) -> Result<String> {
        let asked = if self.is_embedded() { "SELECT sqlite_version() AS version" } else { "SELECT current_setting('server_version') AS version" };
        Ok(self.one(asked, "version").await?.unwrap_or_default())
    }

    async fn one<T: sea_orm::TryGetable>(&self, asked: &str, column: &str) -> Result<Option<T>> {
        let row = self.db().query_one_raw(Statement::from_string(self.db().get_database_backend(), asked)).await?;
        Ok(row.map(|row| row.try_get("", column)).transpose()?)
    }
}

/// A state of the database that other programs read by its name, as long as this is held.
pub struct ExportedSnapshot {
    transaction: DatabaseTransaction,
    name: String,
    head: (i64, String),
}

impl ExportedSnapshot {
    /// By what it is named.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Lets go of it: number and hash of its last journal entry.
    ///
    /// # Errors
    /// Those of the database: it was lost before.
    pub async fn end(self) -> Result<(i64, String)> {
        self.transaction.commit().await?;
        Ok(self.head)
    }
}
