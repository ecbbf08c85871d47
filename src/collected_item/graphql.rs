//! Collected items and their categories in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::collected_item;

use super::{
    ItemCategories, ItemCategory as Category, ItemRequirement, ItemRequirementFilter, SensitiveKind, SensitiveKindFilter, UniqueIdentifier,
    UniqueIdentifierFilter,
};
use crate::data_file::DataFileListing;
use crate::data_file::graphql::DataFileConnection;
use crate::graphql::connection::Paged;
use crate::graphql::eager::Eager;
use crate::graphql::filter::StringFilter;
use crate::graphql::{Language, Reads as _, word};
use crate::identity::{GlobalId, NodeType};
use crate::store::Page;

/// Item of personal data that a file records (기록되는 개인정보의 항목). Act 제32조①.
pub struct CollectedItem(pub collected_item::Model);

/// Item of personal data that a file records (기록되는 개인정보의 항목). Act 제32조①.
#[Object]
impl CollectedItem {
    /// Name of the item as written.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether the data subject must give the item (필수·선택).
    async fn requirement(&self) -> Result<ItemRequirement> {
        Ok(word(&self.0.requirement)?)
    }

    /// Whose item it is (회원, 관리자, 신청자, 대상아동, …); null if not stated.
    async fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// Classification that the document itself gives the item (항목 구분 표시: 일반정보, 고유식별정보, 민감정보) as written; null if it gives none. `uniqueIdentifier` and
    /// `sensitiveKind` follow from the name instead.
    async fn marker(&self) -> Option<&str> {
        self.0.marker.as_deref()
    }

    /// Category of the item, by the rules over the category tree; null for words that the rules do not know.
    async fn category(&self) -> Option<Eager<ItemCategory>> {
        self.0.category_code.as_deref().and_then(ItemCategory::by_code).map(Eager)
    }

    /// Unique identifier (고유식별정보, 제24조) that the item is; null if it is none.
    async fn unique_identifier(&self) -> Result<Option<UniqueIdentifier>> {
        Ok(self.0.unique_identifier.as_deref().map(word).transpose()?)
    }

    /// Kind of sensitive data (민감정보, 제23조) that the item is; null if it is none.
    async fn sensitive_kind(&self) -> Result<Option<SensitiveKind>> {
        Ok(self.0.sensitive_kind.as_deref().map(word).transpose()?)
    }
}

/// Category of items (항목 분류), a node of a tree. Derived by rules that have a version, not registered.
pub struct ItemCategory(&'static Category);

impl ItemCategory {
    /// The category with that code.
    #[must_use]
    pub fn by_code(code: &str) -> Option<Self> {
        ItemCategories::bundled().get(code).map(Self)
    }

    /// The category with that key.
    #[must_use]
    pub fn by_key(key: uuid::Uuid) -> Option<Self> {
        ItemCategories::bundled().by_key(key).map(Self)
    }
}

/// Category of items (항목 분류), a node of a tree. Derived by rules that have a version, not registered.
#[Object]
impl ItemCategory {
    /// Global ID of the category.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::ItemCategory, self.0.key()).into()
    }

    /// Code of the category.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Label of the category.
    async fn label(&self, #[graphql(desc = "Language of the label.", default_with = "Language::Ko")] language: Language) -> &str {
        match language {
            Language::Ko => &self.0.ko,
            Language::En => &self.0.en,
        }
    }

    /// Broader category; null for a root of the tree.
    async fn parent(&self) -> Option<ItemCategory> {
        self.0.parent.as_deref().and_then(ItemCategory::by_code)
    }

    /// Narrower categories. At most 50.
    async fn children(&self) -> Vec<ItemCategory> {
        ItemCategories::bundled().children(&self.0.code).into_iter().map(ItemCategory).collect()
    }

    /// Term of the W3C Data Privacy Vocabulary (DPV) for the category; null where none fits.
    async fn dpv_term(&self) -> Option<&str> {
        self.0.dpv.as_deref()
    }

    /// Data files in force that record an item of the category or of a narrower one, by name. At most 100 in a page, 20 if not said.
    async fn data_files(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<DataFileConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = DataFileListing::of_category(ctx.session()?.today());
        Ok(DataFileConnection(Paged::load(ctx, listing, Some(self.0.key()), page).await?))
    }
}

/// Conditions on collected items. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct CollectedItemFilter {
    /// Name of the item.
    pub name: Option<StringFilter>,
    /// Whether the data subject must give the item.
    pub requirement: Option<ItemRequirementFilter>,
    /// Whose item it is.
    pub subject: Option<StringFilter>,
    /// Code of the category of the item, or of a broader one.
    pub category: Option<String>,
    /// Unique identifier that the item is; `{isNull: false}` for any.
    pub unique_identifier: Option<UniqueIdentifierFilter>,
    /// Kind of sensitive data that the item is; `{isNull: false}` for any.
    pub sensitive_kind: Option<SensitiveKindFilter>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<CollectedItemFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<CollectedItemFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<CollectedItemFilter>>,
}

crate::linked_filter! {
    /// Conditions on the items that a file records.
    CollectedItemsFilter(CollectedItemFilter)
}

/// Queries on item categories.
#[derive(Default)]
pub struct ItemCategoryQuery;

/// Queries on item categories.
#[Object]
impl ItemCategoryQuery {
    /// Item category with that code; null if the tree has none.
    async fn item_category(&self, #[graphql(desc = "Code of the category.")] code: String) -> Option<ItemCategory> {
        ItemCategory::by_code(&code)
    }

    /// Roots of the tree of item categories. At most 50.
    async fn item_categories(&self) -> Vec<ItemCategory> {
        ItemCategories::bundled().roots().into_iter().map(ItemCategory).collect()
    }
}
