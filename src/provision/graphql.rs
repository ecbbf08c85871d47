//! Provisions in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::{agency, policy_revision, provided_item, provision, registration};

use super::store::{ItemsOfProvision, ProvisionListing};
use crate::agency::graphql::{Agency, AgencyFilter};
use crate::collected_item::graphql::ItemCategory;
use crate::collected_item::{SensitiveKind, SensitiveKindFilter, UniqueIdentifier, UniqueIdentifierFilter};
use crate::graphql::connection::Paged;
use crate::graphql::eager::Eager;
use crate::graphql::filter::StringFilter;
use crate::graphql::{Reads as _, word};
use crate::identity::{GlobalId, NodeType};
use crate::legal_basis::BasesOfProvision;
use crate::legal_basis::graphql::LegalBasis;
use crate::organization::graphql::{Organization, OrganizationFilter, standing};
use crate::policy::graphql::PolicyRevision;
use crate::registration::graphql::Registration;
use crate::retention::graphql::{Retention, retention};
use crate::retention::{RetentionClassFilter, TermsOfProvision};
use crate::stated::{StatedFor, StatedForFilter};
use crate::store::Page;

/// Provision to a third party (제3자 제공). Act 제17조, 제18조, Decree 제33조①.
#[derive(Clone)]
pub struct Provision(pub provision::Model);

impl From<provision::Model> for Provision {
    fn from(row: provision::Model) -> Self {
        Self(row)
    }
}

/// Provision to a third party (제3자 제공). Act 제17조, 제18조, Decree 제33조①.
#[Object]
impl Provision {
    /// Global ID of the provision.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::Provision, self.0.id).into()
    }

    /// Whether the provision is stated for one data file, or for a policy and so for each file that the policy covers.
    async fn stated_for(&self) -> StatedFor {
        if self.0.registration_id.is_some() { StatedFor::DataFile } else { StatedFor::Policy }
    }

    /// Agency that discloses.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        Ok(Agency((*ctx.row::<agency::Entity>(self.0.agency_id).await?).clone()))
    }

    /// Registration that states the provision; null if a policy does.
    async fn registration(&self, ctx: &Context<'_>) -> Result<Option<Registration>> {
        match self.0.registration_id {
            Some(id) => Ok(Some(Registration::from((*ctx.row::<registration::Entity>(id).await?).clone()))),
            None => Ok(None),
        }
    }

    /// Policy revision that states the provision; null if a registration does.
    async fn policy_revision(&self, ctx: &Context<'_>) -> Result<Option<PolicyRevision>> {
        match self.0.policy_revision_id {
            Some(id) => Ok(Some(PolicyRevision::from((*ctx.row::<policy_revision::Entity>(id).await?).clone()))),
            None => Ok(None),
        }
    }

    /// Recipient (제공받는 자).
    async fn recipient(&self, ctx: &Context<'_>) -> Result<Eager<Organization>> {
        Ok(Eager(standing(ctx, self.0.recipient_id).await?))
    }

    /// Recipient as written.
    async fn recipient_name(&self) -> &str {
        &self.0.recipient_name
    }

    /// Material provided (제공자료), `주민등록정보` say; null if not stated.
    async fn material(&self) -> Option<&str> {
        self.0.material.as_deref()
    }

    /// Purpose for which the recipient uses the data; null if not stated.
    async fn purpose(&self) -> Option<&str> {
        self.0.purpose.as_deref()
    }

    /// Items provided (제공 항목). At most 1,000; empty if not stated.
    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<ProvidedItem>> {
        Ok(ctx.parts::<ItemsOfProvision>(self.0.id).await?.iter().cloned().map(ProvidedItem).collect())
    }

    /// Items provided, as written; null if not stated.
    async fn items_text(&self) -> Option<&str> {
        self.0.items_text.as_deref()
    }

    /// Retention period at the recipient; null if not stated.
    async fn retention(&self, ctx: &Context<'_>) -> Result<Option<Retention>> {
        let terms = ctx.parts::<TermsOfProvision>(self.0.id).await?;
        Ok(retention(self.0.retention_text.as_ref(), self.0.retention_class.as_ref(), &terms)?)
    }

    /// Legal bases of the provision. At most 200; empty if not stated.
    async fn legal_bases(&self, ctx: &Context<'_>) -> Result<Vec<LegalBasis>> {
        Ok(ctx.parts::<BasesOfProvision>(self.0.id).await?.iter().cloned().map(LegalBasis).collect())
    }

    /// Indicates whether the data are used outside the purpose of their collection (제18조); null if not stated.
    async fn is_outside_purpose(&self) -> Option<bool> {
        self.0.is_outside_purpose
    }

    /// Frequency of the provision (제공주기), as written; null if not stated.
    async fn frequency(&self) -> Option<&str> {
        self.0.frequency.as_deref()
    }

    /// Method of the provision, as written; null if not stated.
    async fn method(&self) -> Option<&str> {
        self.0.method.as_deref()
    }

    /// Note on the provision; null if there is none.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
}

/// Item that a provision hands over (제공 항목).
pub struct ProvidedItem(provided_item::Model);

/// Item that a provision hands over (제공 항목).
#[Object]
impl ProvidedItem {
    /// Name of the item as written.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whose item it is (신청자, 대상아동, …); null if not stated.
    async fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// Category of the item, by the rules over the category tree; null for words that the rules do not know.
    async fn category(&self) -> Option<ItemCategory> {
        self.0.category_code.as_deref().and_then(ItemCategory::by_code)
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

crate::connections! {
    ProvisionConnection, ProvisionEdge: Provision from provision;
}

/// Conditions on provisions. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ProvisionFilter {
    /// Agency that discloses.
    pub agency: Option<Box<AgencyFilter>>,
    /// Recipient.
    pub recipient: Option<Box<OrganizationFilter>>,
    /// Material provided.
    pub material: Option<StringFilter>,
    /// Purpose of the recipient.
    pub purpose: Option<StringFilter>,
    /// Items provided.
    pub items: Option<ProvidedItemsFilter>,
    /// Class of the retention period at the recipient.
    pub retention_class: Option<RetentionClassFilter>,
    /// Whether the data are used outside the purpose of their collection.
    pub is_outside_purpose: Option<bool>,
    /// Whether it is stated for a data file or for a policy.
    pub stated_for: Option<StatedForFilter>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<ProvisionFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<ProvisionFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<ProvisionFilter>>,
}

/// Conditions on items provided. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ProvidedItemFilter {
    /// Name of the item.
    pub name: Option<StringFilter>,
    /// Code of the category of the item, or of a broader one.
    pub category: Option<String>,
    /// Unique identifier that the item is.
    pub unique_identifier: Option<UniqueIdentifierFilter>,
    /// Kind of sensitive data that the item is.
    pub sensitive_kind: Option<SensitiveKindFilter>,
}

crate::linked_filter! {
    /// Conditions on the items of a provision.
    ProvidedItemsFilter(ProvidedItemFilter)
}

crate::linked_filter! {
    /// Conditions on the provisions that count for a data file.
    ProvisionsFilter(ProvisionFilter)
}

/// Queries on provisions.
#[derive(Default)]
pub struct ProvisionQuery;

/// Queries on provisions.
#[Object]
impl ProvisionQuery {
    /// Provisions to third parties (제3자 제공) in force: of registrations in force, and of the policy revisions in force. Those of one record follow each other in its order. At most 100 in a page, 20 if
    /// not said.
    async fn provisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which provisions.")] filter: Option<Box<ProvisionFilter>>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<ProvisionConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(ProvisionConnection(Paged::load(ctx, ProvisionListing::filtered(filter, ctx.session()?.today())?, None, page).await?))
    }
}
