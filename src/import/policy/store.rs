//! What the register holds of the files of an agency whose policy is read.

use chrono::{DateTime, Utc};
use entity::{agency, data_file, source_document};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::PolicyAgency;
use crate::data_file::{DataFileStatus, running_number};
use crate::error::Result;
use crate::hangul;
use crate::store::Store;
use crate::vocabulary::Vocabulary as _;

impl Store {
    /// The agency with that code, and its files by name; `None` where the register lacks it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn policy_agency(&self, code: &str) -> Result<Option<PolicyAgency>> {
        let Some(row) = agency::Entity::find().filter(agency::Column::Code.eq(code)).one(self.db()).await? else { return Ok(None) };
        let mut found = PolicyAgency { code: row.code, name: row.name, ..PolicyAgency::default() };
        for file in data_file::Entity::find().filter(data_file::Column::AgencyId.eq(row.id)).all(self.db()).await? {
            if let Some(status) = DataFileStatus::from_word(&file.status).filter(|status| *status != DataFileStatus::Destroyed) {
                found.files.insert(hangul::compact(&file.name), (file.registration_number, status));
            }
        }
        // Numbers that it issued may be those of files that another agency operates now.
        let issued = data_file::Entity::find()
            .filter(data_file::Column::RegistrationNumber.gte(format!("{code}-")))
            .filter(data_file::Column::RegistrationNumber.lt(format!("{code}.")))
            .all(self.db())
            .await?;
        found.last_number = issued.iter().filter_map(|file| running_number(&file.registration_number)).map(|(_, number)| number).max().unwrap_or_default();
        Ok(Some(found))
    }

    /// When a document of that publisher was first read, known by its digest. The same again is no other source.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn first_read(&self, sha256: &str, publisher: &str) -> Result<Option<DateTime<Utc>>> {
        let read = source_document::Entity::find()
            .filter(source_document::Column::Sha256.eq(sha256))
            .filter(source_document::Column::Publisher.eq(publisher))
            .order_by_asc(source_document::Column::ReadAt)
            .one(self.db())
            .await?;
        Ok(read.map(|document| document.read_at))
    }
}
