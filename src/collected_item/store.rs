//! Collected items in the tables.

use entity::collected_item;
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _};
use uuid::Uuid;

use super::graphql::CollectedItemFilter;
use super::{CollectedItem, ItemCategories};
use crate::error::{Error, Result};
use crate::hangul;
use crate::store::{all_of, combined, exact, folded_text, plain_text};
use crate::vocabulary::Vocabulary as _;

crate::parts! {
    /// Items of a registration.
    ItemsOfRegistration: collected_item, RegistrationId, registration_id, immutable;
}

/// Rows of the items of a registration, classified by the bundled rules.
#[must_use]
pub fn item_rows(registration_id: Uuid, items: &[CollectedItem]) -> Vec<collected_item::Model> {
    let categories = ItemCategories::bundled();
    (0..)
        .zip(items)
        .map(|(position, item)| {
            let class = categories.classify(&item.name);
            collected_item::Model {
                registration_id,
                position,
                name: item.name.clone(),
                name_folded: hangul::folded(&item.name),
                requirement: item.requirement.as_str().to_owned(),
                subject: item.subject.clone(),
                marker: item.marker.clone(),
                category_code: class.category.map(str::to_owned),
                unique_identifier: class.unique_identifier.map(|word| word.as_str().to_owned()),
                sensitive_kind: class.sensitive_kind.map(|word| word.as_str().to_owned()),
            }
        })
        .collect()
}

/// The category in `column` is that one, or a narrower one.
///
/// # Errors
/// `BAD_USER_INPUT` for a code that the tree lacks.
pub fn within_category(column: Expr, code: &str) -> Result<Condition> {
    let categories = ItemCategories::bundled();
    if categories.get(code).is_none() {
        return Err(Error::input(format!("\"{}\" is not the code of an item category; `itemCategories` lists them", crate::identity::abbreviated(code))));
    }
    Ok(Condition::all().add(column.is_in(categories.descendants(code))))
}

impl CollectedItemFilter {
    /// The filter over the columns of `collected_item`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a category that the tree lacks.
    pub fn condition(&self) -> Result<Condition> {
        let column = |column: collected_item::Column| Expr::col((collected_item::Entity, column));
        let own = all_of([
            self.name.as_ref().map(|filter| folded_text(column(collected_item::Column::NameFolded), filter)),
            self.requirement.as_ref().map(|filter| exact(column(collected_item::Column::Requirement), filter.words(), filter.is_null)),
            self.subject.as_ref().map(|filter| plain_text(column(collected_item::Column::Subject), filter)),
            self.category.as_deref().map(|code| within_category(column(collected_item::Column::CategoryCode), code)).transpose()?,
            self.unique_identifier.as_ref().map(|filter| exact(column(collected_item::Column::UniqueIdentifier), filter.words(), filter.is_null)),
            self.sensitive_kind.as_ref().map(|filter| exact(column(collected_item::Column::SensitiveKind), filter.words(), filter.is_null)),
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), Self::condition)
    }
}
