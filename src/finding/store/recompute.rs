//! Computing the findings and data flows of the whole register anew, when the rules changed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{agency, data_file, privacy_policy, setting};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, JoinType, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::collected_item::ItemCategories;
use crate::data_flow::FLOWS_VERSION;
use crate::error::Result;
use crate::finding::RULES_VERSION;
use crate::store::{Salts, Store, relation};

/// Name of the setting that tells by which version of the rules the findings were computed.
const VERSION_SETTING: &str = "findings.rules";

/// Agencies of which the findings are recomputed in one transaction, at most.
const AGENCIES_TO_RECOMPUTE: u64 = 500;

/// Files of which the findings are recomputed in one transaction, but for those of a single agency.
const FILES_TO_RECOMPUTE: i64 = 2_000;

/// Versions that findings and data flows follow from: of the rules, of the categories by which identifiers and sensitive items are told, of the way in which flows are derived.
fn version() -> String {
    format!("{RULES_VERSION}.{}.{FLOWS_VERSION}", ItemCategories::bundled().version())
}

/// Notes by which version of the rules findings were computed.
async fn note_version(db: &impl ConnectionTrait, version: String) -> Result<()> {
    let row = setting::Model { name: VERSION_SETTING.to_owned(), value: version }.into_active_model().reset_all();
    let conflict = OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned();
    setting::Entity::insert(row).on_conflict(conflict).exec_without_returning(db).await?;
    Ok(())
}

/// Notes that the findings of a register without a file are those of this program's rules.
///
/// # Errors
/// Those of the database.
pub async fn begin(db: &impl ConnectionTrait) -> Result<()> {
    if data_file::Entity::find().one(db).await?.is_none() {
        note_version(db, version()).await?;
    }
    Ok(())
}

impl Store {
    /// Version of the rules by which the findings of the whole register were computed; `None` while they are computed anew.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn findings_version(&self) -> Result<Option<String>> {
        let stored = setting::Entity::find_by_id(VERSION_SETTING).one(self.db()).await?;
        Ok(stored.map(|row| row.value).filter(|value| !value.contains('/')))
    }

    /// Whether the findings were computed by the rules of this program.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn findings_are_current(&self) -> Result<bool> {
        Ok(self.findings_version().await?.is_some_and(|stored| stored == version()))
    }

    /// Computes the findings and data flows of the whole register anew, agency by agency, each batch in a transaction of its own. Where it was interrupted it goes on. `progress` is told how many of how many agencies are done.
    ///
    /// # Errors
    /// Those of the database. What earlier batches computed stays.
    pub async fn recompute_findings(&self, now: DateTime<Utc>, salts: Salts, progress: impl Fn(u64, u64)) -> Result<()> {
        let mark = format!("{}/", version());
        let stored = setting::Entity::find_by_id(VERSION_SETTING).one(self.db()).await?;
        let mut after = stored.and_then(|row| row.value.strip_prefix(&mark).and_then(|id| id.parse::<Uuid>().ok())).unwrap_or_default();
        let total = agency::Entity::find().count(self.db()).await?;
        let mut done = agency::Entity::find().filter(agency::Column::Id.lte(after)).count(self.db()).await?;
        loop {
            progress(done, total);
            let mut write = self.write(now, Arc::clone(&salts)).await?;
            let counted: Vec<(Uuid, i64)> = agency::Entity::find()
                .select_only()
                .column(agency::Column::Id)
                .column_as(data_file::Column::Id.count(), "files")
                .join(JoinType::LeftJoin, relation(agency::Entity::belongs_to(data_file::Entity).from(agency::Column::Id).to(data_file::Column::AgencyId)))
                .filter(agency::Column::Id.gt(after))
                .group_by(agency::Column::Id)
                .order_by_asc(agency::Column::Id)
                .limit(AGENCIES_TO_RECOMPUTE)
                .into_tuple()
                .all(write.txn().await?)
                .await?;
            // As many agencies as have some thousand files, one at least.
            let (mut batch, mut files) = (Vec::new(), 0);
            for (agency, count) in counted {
                if !batch.is_empty() && files + count > FILES_TO_RECOMPUTE {
                    break;
                }
                batch.push(agency);
                files += count;
            }
            let Some(last) = batch.last().copied() else {
                note_version(write.txn().await?, version()).await?;
                write.commit().await?;
                return Ok(());
            };
            let files: Vec<Uuid> = data_file::Entity::find()
                .select_only()
                .column(data_file::Column::Id)
                .filter(data_file::Column::AgencyId.is_in(batch.iter().copied()))
                .into_tuple()
                .all(write.txn().await?)
                .await?;
            let policies: Vec<Uuid> = privacy_policy::Entity::find()
                .select_only()
                .column(privacy_policy::Column::Id)
                .filter(privacy_policy::Column::AgencyId.is_in(batch.iter().copied()))
                .into_tuple()
                .all(write.txn().await?)
                .await?;
            done += batch.len() as u64;
            write.unexamined.files.extend(files);
            write.unexamined.policies.extend(policies);
            write.unexamined.agencies.extend(batch);
            note_version(write.txn().await?, format!("{mark}{last}")).await?;
            write.commit().await?;
            after = last;
        }
    }
}
