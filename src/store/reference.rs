//! Reference data that the program carries: regions and item categories. The tables follow the newest version that a program brought, at every `migrate` (docs/adr/0005).
//!
//! Categories and identifiers of items are derived by rules that have a version: where the bundled version is newer than the one that the tables were derived with, they are derived again. That changes no
//! registration and is no journal entry.

use entity::{collected_item, item_category, policy_item, provided_item, region, setting};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait, IntoActiveModel as _, QueryFilter as _, QuerySelect as _};

use super::Store;
use crate::collected_item::{Classification, ItemCategories};
use crate::error::Result;
use crate::region::Regions;
use crate::vocabulary::Vocabulary as _;

/// Brings the tables up to the bundled versions.
///
/// # Errors
/// Those of the database.
pub async fn synchronise(store: &Store) -> Result<()> {
    let txn = store.begin().await?;
    let (regions, categories) = (Regions::bundled(), ItemCategories::bundled());
    if is_newer(&txn, "regions", regions.version).await? {
        let rows = regions.all.iter().map(|entry| region::Model { code: entry.code.clone(), name: entry.name.clone(), parent_code: entry.parent.clone() });
        let conflict = OnConflict::column(region::Column::Code).update_columns([region::Column::Name, region::Column::ParentCode]).to_owned();
        region::Entity::insert_many(rows.map(|row| row.into_active_model().reset_all())).on_conflict(conflict).exec_without_returning(&txn).await?;
    }
    if is_newer(&txn, "item_categories", categories.version()).await? {
        let rows = (0..).zip(categories.all()).map(|(position, category)| item_category::Model {
            code: category.code.clone(),
            parent_code: category.parent.clone(),
            label_ko: category.ko.clone(),
            label_en: category.en.clone(),
            dpv_term: category.dpv.clone(),
            position,
        });
        let updated = [
            item_category::Column::ParentCode,
            item_category::Column::LabelKo,
            item_category::Column::LabelEn,
            item_category::Column::DpvTerm,
            item_category::Column::Position,
        ];
        let conflict = OnConflict::column(item_category::Column::Code).update_columns(updated).to_owned();
        item_category::Entity::insert_many(rows.map(|row| row.into_active_model().reset_all())).on_conflict(conflict).exec_without_returning(&txn).await?;
        classify_again(&txn, categories).await?;
    }
    crate::finding::store::begin(&txn).await?;
    Ok(txn.commit().await?)
}

/// Whether the bundled version is newer than that of the tables; then it is noted. An older program leaves the tables alone.
async fn is_newer(db: &impl ConnectionTrait, what: &str, version: u32) -> Result<bool> {
    let name = format!("version of {what}");
    let stored = setting::Entity::find_by_id(name.clone()).one(db).await?;
    if stored.and_then(|row| row.value.parse::<u32>().ok()).is_some_and(|stored| stored >= version) {
        return Ok(false);
    }
    let row = setting::Model { name, value: version.to_string() }.into_active_model().reset_all();
    let conflict = OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned();
    setting::Entity::insert(row).on_conflict(conflict).exec_without_returning(db).await?;
    Ok(true)
}

/// Derives the categories of every stored item again: once for each distinct name, of which there are few.
async fn classify_again(db: &impl ConnectionTrait, categories: &'static ItemCategories) -> Result<()> {
    macro_rules! table {
        ($table:ident) => {
            let names: Vec<String> = $table::Entity::find().select_only().column($table::Column::Name).distinct().into_tuple().all(db).await?;
            for name in names {
                let Classification { category, unique_identifier, sensitive_kind } = categories.classify(&name);
                $table::Entity::update_many()
                    .col_expr($table::Column::CategoryCode, category.map(str::to_owned).into())
                    .col_expr($table::Column::UniqueIdentifier, unique_identifier.map(|word| word.as_str()).into())
                    .col_expr($table::Column::SensitiveKind, sensitive_kind.map(|word| word.as_str()).into())
                    .filter($table::Column::Name.eq(name))
                    .exec(db)
                    .await?;
            }
        };
    }
    table!(collected_item);
    table!(provided_item);
    table!(policy_item);
    Ok(())
}
