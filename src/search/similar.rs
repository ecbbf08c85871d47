//! Files like a file: by what they record, what they are called and what they rest on.

use std::sync::Arc;

use tantivy::Term;
use uuid::Uuid;

use super::document::Document;
use super::index::Snapshot;
use super::layout::Layout;
use super::segment::place_of_word;
use super::text::letters;
use crate::data_file::DataFileStatus;
use crate::error::Result;

impl Snapshot {
    /// Files that lists show, most like the document first, without the document itself and those that have nothing in common with it. At most `most`.
    ///
    /// Likeness is the share of items that both record, of pairs of letters that both names have, and whether they rest on a common statute: whole numbers that follow from the two files alone, so that
    /// they are the same on every server.
    ///
    /// # Errors
    /// `Internal` for an index that cannot be read.
    pub fn similar(self: &Arc<Self>, document: &Document, most: usize) -> Result<Vec<(Uuid, u32)>> {
        let layout = &self.layout;
        let distinct = |mut terms: Vec<Term>| {
            terms.sort();
            terms.dedup();
            terms
        };
        let items = document.items.iter().map(|item| letters(&item.name)).filter(|item| !item.is_empty());
        let items = distinct(items.map(|item| Term::from_field_text(layout.item, &item)).collect());
        let name: Vec<char> = letters(&document.name).chars().collect();
        let pairs = distinct(name.windows(2).map(|pair| Term::from_field_text(layout.name, &pair.iter().collect::<String>())).collect());
        let statutes = distinct(document.bases.iter().filter_map(|basis| basis.statute).map(|key| Layout::key_term(layout.statute, key)).collect());
        let shown = [DataFileStatus::Registered, DataFileStatus::Disclosed].map(place_of_word);
        let mut alike = Vec::new();
        for segment in &self.segments {
            let mut common_items = vec![0_u16; segment.len()];
            for item in &items {
                segment.with_terms(layout.item, [item])?.ones().for_each(|file| common_items[file] += 1);
            }
            let mut common_pairs = vec![0_u16; segment.len()];
            for pair in &pairs {
                segment.with_terms(layout.name, [pair])?.ones().for_each(|file| common_pairs[file] += 1);
            }
            let on_statute = segment.with_terms(layout.statute, &statutes)?;
            for file in segment.alive.ones() {
                let (common_items, common_pairs) = (u32::from(common_items[file]), u32::from(common_pairs[file]));
                if common_items + common_pairs == 0
                    || segment.keys[file] == document.id.as_u128()
                    || !segment.status.of(file).iter().any(|status| shown.contains(status))
                {
                    continue;
                }
                let count = |terms: &[Term]| u32::try_from(terms.len()).unwrap_or(u32::MAX);
                let share = |common: u32, own: u32, other: u32| {
                    if common == 0 { 0 } else { common * 1000 / own.saturating_add(other).saturating_sub(common).max(common) }
                };
                let likeness = share(common_items, count(&items), segment.item_count[file]) * 3
                    + share(common_pairs, count(&pairs), segment.name_length[file].saturating_sub(1)) * 3
                    + if on_statute.contains(file) { 1000 } else { 0 };
                alike.push((likeness, segment.keys[file]));
            }
            // Only the most alike of each segment can be among the most alike of all.
            alike.sort_unstable_by(|a, b| b.cmp(a));
            alike.truncate(most);
        }
        Ok(alike.into_iter().map(|(likeness, key)| (Uuid::from_u128(key), likeness)).collect())
    }
}
