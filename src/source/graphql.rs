//! Sources in the schema.

use async_graphql::{Context, Result, SimpleObject};
use entity::source_document;
use uuid::Uuid;

use super::store::SourcesOfNode;
use crate::error::Error;
use crate::graphql::Reads as _;
use crate::graphql::scalar::DateTime;

/// Where a value came from (출처).
#[derive(SimpleObject)]
pub struct Source {
    /// Path of the value in the names of this schema, `legalBases.2.article` say; empty for the whole record.
    pub path: String,
    /// Title of the document or sheet.
    pub document: String,
    /// Who published the document.
    pub publisher: String,
    /// Address of the document; null if none is known.
    pub url: Option<String>,
    /// SHA-256 of the document as read, hexadecimal; null where the document itself was not at hand.
    pub sha256: Option<String>,
    /// Section, row or lines of the document; null if not known.
    pub span: Option<String>,
    /// Timestamp of when the document was read.
    pub read_at: DateTime,
    /// 0 to 1, where the reader was not sure; null where it was.
    pub confidence: Option<f64>,
    /// Ambiguity of the document, or what was left out; null if there is none.
    pub note: Option<String>,
}

/// Sources of a node. With `path`, those of the value there: its own, or the nearest ones around it.
///
/// # Errors
/// Those of the database.
pub async fn sources(ctx: &Context<'_>, node: Uuid, path: Option<&str>) -> Result<Vec<Source>> {
    let rows = ctx.parts::<SourcesOfNode>(node).await?;
    // A value without a source of its own was read with the list or record around it.
    let nearest = path.map(|path| {
        let mut around = path;
        loop {
            if rows.iter().any(|row| row.path == around || row.path.strip_prefix(around).is_some_and(|rest| !around.is_empty() && rest.starts_with('.')))
                || around.is_empty()
            {
                break around;
            }
            around = around.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    });
    let documents = ctx.rows::<source_document::Entity>(rows.iter().map(|row| row.source_document_id).collect()).await?;
    let mut sources = Vec::new();
    for row in rows.iter() {
        let wanted = nearest.is_none_or(|path| row.path == path || (!path.is_empty() && row.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))));
        if wanted {
            let document = documents.get(&row.source_document_id).ok_or_else(|| Error::internal("a source names a document that is missing"))?;
            sources.push(Source {
                path: row.path.clone(),
                document: document.title.clone(),
                publisher: document.publisher.clone(),
                url: document.url.clone(),
                sha256: document.sha256.clone(),
                span: row.span.clone(),
                read_at: DateTime(document.read_at),
                confidence: row.confidence,
                note: row.note.clone(),
            });
        }
    }
    Ok(sources)
}
