//! Sources in the tables.

use std::collections::HashMap;

use entity::{source, source_document};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use uuid::Uuid;

use super::{SourceDocumentInput, SourceInput};
use crate::error::Result;
use crate::identity::derived_key;
use crate::store::Write;

crate::identified!(source_document);

crate::parts! {
    /// Sources of a node, the whole record's first.
    SourcesOfNode: source, NodeId, node_id;
}

/// Keys of the documents that an import refers to by name.
pub type DocumentKeys = HashMap<String, Uuid>;

impl Write {
    /// Stores the documents that are not stored yet. Answers their keys by the names that the import gives them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn source_documents(&mut self, documents: &[SourceDocumentInput]) -> Result<DocumentKeys> {
        let mut keys = DocumentKeys::new();
        for document in documents {
            let read_at = document.read_at.timestamp_micros().to_be_bytes();
            let parts = [document.publisher.as_bytes(), document.title.as_bytes(), document.sha256.as_deref().unwrap_or_default().as_bytes(), &read_at];
            let id = derived_key("SourceDocument", &parts);
            keys.insert(document.key.clone(), id);
            if source_document::Entity::find_by_id(id).one(self.txn().await?).await?.is_none() {
                let row = source_document::Model {
                    id,
                    title: document.title.clone(),
                    publisher: document.publisher.clone(),
                    url: document.url.clone(),
                    sha256: document.sha256.clone(),
                    read_at: document.read_at,
                };
                self.insert([row]);
            }
        }
        Ok(keys)
    }

    /// Stores where the values of a node came from, in place of what was stored for it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sources(&mut self, node_id: Uuid, sources: &[SourceInput], documents: &DocumentKeys) -> Result<()> {
        let rows = source_rows(node_id, sources, documents);
        let stored = source::Entity::find().filter(source::Column::NodeId.eq(node_id)).order_by_asc(source::Column::Position).all(self.txn().await?).await?;
        if stored != rows {
            source::Entity::delete_many().filter(source::Column::NodeId.eq(node_id)).exec(self.txn().await?).await?;
            self.insert(rows);
        }
        Ok(())
    }
}

/// Rows of where the values of a node came from.
#[must_use]
pub fn source_rows(node_id: Uuid, sources: &[SourceInput], documents: &DocumentKeys) -> Vec<source::Model> {
    sources
        .iter()
        .filter_map(|source| documents.get(&source.document).map(|document| (source, *document)))
        .zip(0..)
        .map(|((source, source_document_id), position)| source::Model {
            node_id,
            position,
            path: source.path.clone(),
            source_document_id,
            span: source.span.clone(),
            confidence: source.confidence,
            note: source.note.clone(),
        })
        .collect()
}
