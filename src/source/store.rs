//! Sources in the tables.

use std::collections::HashMap;

use entity::{source, source_document};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;
use uuid::Uuid;

use super::{SourceDocumentInput, SourceInput};
use crate::error::Result;
use crate::identity::{NodeType, derived_key};
use crate::journal::ChangeKind;
use crate::redaction::MARK;
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
            if !self.known.source_documents.insert(id) {
                continue;
            }
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

    /// Stores where the values of a node came from, in place of what was stored for it; of a new one nothing is. Answers whether that was something else.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sources(&mut self, node_id: Uuid, is_new: bool, sources: &[SourceInput], documents: &DocumentKeys) -> Result<bool> {
        let mut rows = source_rows(node_id, sources, documents);
        if is_new {
            let are_any = !rows.is_empty();
            self.insert(rows);
            return Ok(are_any);
        }
        let stored = source::Entity::find().filter(source::Column::NodeId.eq(node_id)).order_by_asc(source::Column::Position).all(self.txn().await?).await?;
        for (row, stored) in
            rows.iter_mut().zip(&stored).filter(|(row, stored)| (&row.path, row.source_document_id) == (&stored.path, stored.source_document_id))
        {
            // What was erased stays erased.
            for (text, stored) in [(&mut row.span, &stored.span), (&mut row.note, &stored.note)] {
                if stored.as_deref() == Some(MARK) && text.is_some() {
                    text.clone_from(stored);
                }
            }
        }
        let are_new = stored != rows;
        if are_new {
            source::Entity::delete_many().filter(source::Column::NodeId.eq(node_id)).exec(self.txn().await?).await?;
            self.insert(rows);
        }
        Ok(are_new)
    }

    /// Stores where values of a node came from that a further document adds to it, beside what is stored for it. Answers whether any of that is new.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn further_sources(&mut self, node_id: Uuid, sources: &[SourceInput], documents: &DocumentKeys) -> Result<bool> {
        let stored = source::Entity::find().filter(source::Column::NodeId.eq(node_id)).order_by_asc(source::Column::Position).all(self.txn().await?).await?;
        // What was erased stays erased.
        let is_same = |known: &Option<String>, text: &Option<String>| known == text || known.as_deref() == Some(MARK);
        let is_stored = |row: &source::Model| {
            stored.iter().any(|known| {
                (&known.path, known.source_document_id) == (&row.path, row.source_document_id)
                    && is_same(&known.span, &row.span)
                    && is_same(&known.note, &row.note)
            })
        };
        let next = stored.last().map_or(0, |last| last.position + 1);
        let new: Vec<source::Model> = source_rows(node_id, sources, documents).into_iter().filter(|row| !is_stored(row)).collect();
        let rows: Vec<source::Model> = (next..).zip(new).map(|(position, row)| source::Model { position, ..row }).collect();
        let are_new = !rows.is_empty();
        self.insert(rows);
        Ok(are_new)
    }

    /// Tells the journal where the values of a node come from now, for one that is recorded already: of a new one they come with its own entry.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sources_amended(&mut self, node_type: NodeType, node_id: Uuid) -> Result<()> {
        let rows = source::Entity::find().filter(source::Column::NodeId.eq(node_id)).order_by_asc(source::Column::Position).all(self.txn().await?).await?;
        self.journal(ChangeKind::SourcesAmended, node_type, node_id, None, &sources_content(&rows));
        Ok(())
    }
}

/// What the journal tells of the sources of a node that were amended.
pub fn sources_content(rows: &[source::Model]) -> serde_json::Value {
    let source =
        |row: &source::Model| json!({"path": row.path, "document": row.source_document_id, "span": row.span, "confidence": row.confidence, "note": row.note});
    json!({"sources": rows.iter().map(source).collect::<Vec<_>>()})
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
