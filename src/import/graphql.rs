//! Imports in the schema, for whoever brought the documents, the regulator and administrators.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entity::{import, import_message};

use super::message::{ImportPhase, ImportPolicy, ImportSeverity, ImportStatus};
use super::store::{ImportMessageListing, SourcesOfImport};
use crate::error::Error;
use crate::graphql::connection::Paged;
use crate::graphql::scalar::{Count, DateTime};
use crate::graphql::{Reads as _, Session, word};
use crate::identity::{GlobalId, NodeType};
use crate::store::Page;

/// Import (가져오기): a run that brought documents into the register. Never public: the agency whose token sent them and those above it see it, the regulator and administrators see all.
#[derive(Clone)]
pub struct Import(pub import::Model);

/// Import (가져오기): a run that brought documents into the register. Never public: the agency whose token sent them and those above it see it, the regulator and administrators see all.
#[Object]
impl Import {
    /// Global ID of the import.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::Import, self.0.id).into()
    }

    /// How far the import is.
    async fn status(&self) -> Result<ImportStatus> {
        Ok(word(&self.0.status)?)
    }

    /// What becomes of the import if some rows cannot be recorded.
    async fn policy(&self) -> Result<ImportPolicy> {
        Ok(word(&self.0.policy)?)
    }

    /// Indicates whether nothing was to be recorded, and the messages tell what would be.
    async fn is_dry_run(&self) -> bool {
        self.0.is_dry_run
    }

    /// Timestamp of when the import began.
    async fn started_at(&self) -> DateTime {
        DateTime(self.0.started_at)
    }

    /// Timestamp of when the import ended; null while it runs.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }

    /// Number of data files, and of revisions of policies, recorded for the first time so far.
    async fn new_count(&self) -> Count {
        Count(self.0.new_count)
    }

    /// Number of those recorded with other content so far.
    async fn amended_count(&self) -> Count {
        Count(self.0.amended_count)
    }

    /// Number of those that were recorded already, so far.
    async fn unchanged_count(&self) -> Count {
        Count(self.0.unchanged_count)
    }

    /// Number of those that cannot be recorded, so far. Under `REJECT_ALL` nothing is recorded if there is one.
    async fn rejected_count(&self) -> Count {
        Count(self.0.rejected_count)
    }

    /// Documents that were read: at most 1,000.
    async fn sources(&self, ctx: &Context<'_>) -> Result<Vec<ImportSource>> {
        let rows = ctx.parts::<SourcesOfImport>(self.0.id).await?;
        Ok(rows.iter().map(|row| ImportSource { name: row.name.clone(), sha256: row.sha256.clone(), bytes: Count(row.bytes) }).collect())
    }

    /// What the import has to say of the documents, once it has ended: at most 10,000 are kept, and how many more there were is told. At most 100 in a page, 20 if not said.
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<ImportMessageConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(ImportMessageConnection(Paged::load(ctx, ImportMessageListing, Some(self.0.id), page).await?))
    }
}

/// Document that an import read.
#[derive(SimpleObject)]
pub struct ImportSource {
    /// Name of the document.
    name: String,
    /// SHA-256 of the document: 64 hexadecimal digits.
    sha256: String,
    /// Length of the document in bytes.
    bytes: Count,
}

/// What an import has to say of a document, or of a place in it.
pub struct ImportMessage(import_message::Model);

impl From<import_message::Model> for ImportMessage {
    fn from(row: import_message::Model) -> Self {
        Self(row)
    }
}

/// What an import has to say of a document, or of a place in it.
#[Object]
impl ImportMessage {
    /// Name of the document; null for the import as a whole.
    async fn document(&self) -> Option<&str> {
        self.0.document.as_deref()
    }

    /// Sheet, row or line, as the document counts them; of a document of the native format the path of the value. Null for the document as a whole.
    async fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }

    /// What the import was doing.
    async fn phase(&self) -> Result<ImportPhase> {
        Ok(word(&self.0.phase)?)
    }

    /// How serious it is.
    async fn severity(&self) -> Result<ImportSeverity> {
        Ok(word(&self.0.severity)?)
    }

    /// Stable code. docs/importing.md lists them.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// What it is, and how to mend it.
    async fn text(&self) -> &str {
        &self.0.text
    }
}

crate::connections! {
    ImportMessageConnection, ImportMessageEdge: ImportMessage from import_message;
}

/// Queries on imports.
#[derive(Default)]
pub struct ImportQuery;

/// Queries on imports.
#[Object]
impl ImportQuery {
    /// Import with that global ID; null without a token, if there is none, or if the viewer may not see it.
    async fn import(&self, ctx: &Context<'_>, #[graphql(desc = "Global ID of the import.")] id: ID) -> Result<Option<Import>> {
        Ok(import(ctx, GlobalId::parse_as(&id, NodeType::Import)?).await?)
    }
}

/// The import with that key, if the viewer may see it.
///
/// # Errors
/// Those of the database.
pub async fn import(ctx: &Context<'_>, key: uuid::Uuid) -> Result<Option<Import>, Error> {
    let session = ctx.session()?;
    let Some(viewer) = session.viewer.clone() else { return Ok(None) };
    let store = session.store.clone();
    Ok(Session::apart(async move { store.import_for(&viewer, key).await }).await?.map(Import))
}
