//! Legal bases and statutes in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{legal_basis, statute};

use super::store::{AliasesOfStatute, ArticlesOfStatute, StatuteByKey, StatuteListing};
use super::{LawfulGround, LawfulGroundFilter, StatuteKind, StatuteKindFilter, canonical_statute_name};
use crate::data_file::DataFileListing;
use crate::data_file::graphql::DataFileConnection;
use crate::graphql::connection::Paged;
use crate::graphql::eager::Eager;
use crate::graphql::filter::{IdFilter, StringFilter};
use crate::graphql::{Reads as _, word};
use crate::identity::{GlobalId, NodeType};
use crate::store::Page;

/// Legal basis (운영 근거) of a registration, of a provision or of video devices. Act 제32조①.
#[derive(Clone)]
pub struct LegalBasis(pub legal_basis::Model);

/// Legal basis (운영 근거) of a registration, of a provision or of video devices. Act 제32조①.
#[Object]
impl LegalBasis {
    /// Citation as written. Where it only refers back (동법), `statute` tells what is meant.
    async fn citation(&self) -> &str {
        &self.0.citation
    }

    /// Statute cited; null for consent, and for text that cites none.
    async fn statute(&self, ctx: &Context<'_>) -> Result<Option<Eager<Statute>>> {
        match self.0.statute_id {
            Some(id) => Ok(Some(Eager(Statute((*ctx.row::<statute::Entity>(id).await?).clone())))),
            None => Ok(None),
        }
    }

    /// Article (조) cited, `제12조의2` say; null if none is.
    async fn article(&self) -> Option<&str> {
        self.0.article.as_deref()
    }

    /// Paragraph (항) cited, `제1항` say; null if none is.
    async fn paragraph(&self) -> Option<&str> {
        self.0.paragraph.as_deref()
    }

    /// Subparagraph (호) cited, `제4호` say; null if none is.
    async fn subparagraph(&self) -> Option<&str> {
        self.0.subparagraph.as_deref()
    }

    /// Indicates whether the basis is the consent of the data subject (정보주체 동의).
    async fn is_consent(&self) -> bool {
        self.0.is_consent
    }

    /// Lawful ground of Act 제15조①; null where the source does not state it.
    async fn lawful_ground(&self) -> Result<Option<LawfulGround>> {
        Ok(self.0.lawful_ground.as_deref().map(word).transpose()?)
    }
}

/// Statute (법령) on which processing rests.
#[derive(Clone)]
pub struct Statute(pub statute::Model);

impl From<statute::Model> for Statute {
    fn from(row: statute::Model) -> Self {
        Self(row)
    }
}

/// Statute (법령) on which processing rests.
#[Object]
impl Statute {
    /// Global ID of the statute.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::Statute, self.0.id).into()
    }

    /// Permanent address of the statute.
    async fn url(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(ctx.session()?.url("statutes", &self.0.name))
    }

    /// Name of the statute (법령명).
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Other spellings of the name in documents.
    async fn aliases(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(ctx.load(AliasesOfStatute(self.0.id)).await?.unwrap_or_default().to_vec())
    }

    /// Kind of the statute.
    async fn kind(&self) -> Result<StatuteKind> {
        Ok(word(&self.0.kind)?)
    }

    /// Act that a decree or rule belongs to; null for others.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Statute>> {
        match self.0.parent_id {
            Some(id) => Ok(Some(Statute((*ctx.row::<statute::Entity>(id).await?).clone()))),
            None => Ok(None),
        }
    }

    /// Articles that data files in force rest on, in the order of the statute.
    async fn articles(&self, ctx: &Context<'_>) -> Result<Vec<StatuteArticle>> {
        let articles = ctx.load(ArticlesOfStatute(self.0.id)).await?.unwrap_or_default();
        Ok(articles
            .iter()
            .map(|(article, files)| StatuteArticle { article: article.clone(), data_file_count: i32::try_from(*files).unwrap_or(i32::MAX) })
            .collect())
    }

    /// Data files in force that rest on the statute, by name. At most 100 in a page, 20 if not said.
    async fn data_files(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that rest on this article, `제24조의2` say.")] article: Option<String>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<DataFileConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(DataFileConnection(Paged::load(ctx, DataFileListing::of_statute(article, ctx.session()?.today()), Some(self.0.id), page).await?))
    }
}

/// Article of a statute with the data files that rest on it.
#[derive(SimpleObject)]
pub struct StatuteArticle {
    /// Article (조), `제24조의2` say.
    pub article: String,
    /// Number of data files in force that rest on it.
    pub data_file_count: i32,
}

crate::connections! {
    StatuteConnection, StatuteEdge: Statute from statute;
}

/// Conditions on statutes. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct StatuteFilter {
    /// Is one of these statutes.
    pub id: Option<IdFilter>,
    /// Name of the statute; spelling variants of one name agree.
    pub name: Option<StringFilter>,
    /// Kind of the statute.
    pub kind: Option<StatuteKindFilter>,
    /// Act that the statute belongs to.
    pub parent: Option<IdFilter>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<StatuteFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<StatuteFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<StatuteFilter>>,
}

/// Conditions on legal bases. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct LegalBasisFilter {
    /// Statute cited.
    pub statute: Option<Box<StatuteFilter>>,
    /// Article (조) cited, `제24조의2` say.
    pub article: Option<StringFilter>,
    /// Paragraph (항) cited, `제1항` say.
    pub paragraph: Option<StringFilter>,
    /// Citation as written.
    pub citation: Option<StringFilter>,
    /// Whether the basis is the consent of the data subject.
    pub is_consent: Option<bool>,
    /// Lawful ground of Act 제15조①.
    pub lawful_ground: Option<LawfulGroundFilter>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<LegalBasisFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<LegalBasisFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<LegalBasisFilter>>,
}

crate::linked_filter! {
    /// Conditions on the legal bases of a record.
    LegalBasesFilter(LegalBasisFilter)
}

crate::order! {
    StatuteOrder by StatuteOrderField, Name Asc {
        Name = "NAME", "법령명", "Name", "In dictionary order.";
    }
}

/// Queries on statutes.
#[derive(Default)]
pub struct StatuteQuery;

/// Queries on statutes.
#[Object]
impl StatuteQuery {
    /// Statute of that name; spelling variants of one name agree. Null if no record rests on it.
    pub async fn statute(&self, ctx: &Context<'_>, #[graphql(desc = "Name of the statute.")] name: String) -> Result<Option<Statute>> {
        Ok(ctx.load(StatuteByKey(canonical_statute_name(&name))).await?.map(|row| Statute((*row).clone())))
    }

    /// Statutes (법령) that the register knows, by name if not said otherwise. At most 100 in a page, 20 if not said.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn statutes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which statutes.")] filter: Option<Box<StatuteFilter>>,
        #[graphql(desc = "In which order; by name if left out.")] order_by: Option<StatuteOrder>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<StatuteConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(StatuteConnection(Paged::load(ctx, StatuteListing::new(filter, order_by.unwrap_or_default())?, None, page).await?))
    }
}
