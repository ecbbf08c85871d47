//! Keeping the index in step with the register: which files an entry of the journal, or the turn of a day, makes others than the index has them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use tantivy::{DocSet as _, Term};
use uuid::Uuid;

use super::super::document::Document;
use super::super::layout::Layout;
use super::super::store::Entry;
use super::{ENTRIES_TOGETHER, FILES_TOGETHER, Note, OpenIndex, blocking, commit, guard, hex, purge};
use crate::error::Result;
use crate::finding::{AGENCY_RULES, FindingRuleCode};
use crate::identity::NodeType;
use crate::journal::ChangeKind;
use crate::store::Store;
use crate::vocabulary::Vocabulary as _;

impl OpenIndex {
    /// Brings the index up to date with the journal and the day. Answers whether anything changed.
    ///
    /// # Errors
    /// Those of the database and the disk. Then the index is as at its last commit, and the next call goes on from there.
    pub async fn catch_up(&mut self, store: &Store, day: NaiveDate) -> Result<bool> {
        let mut is_changed = false;
        loop {
            let entries = store.entries_after(self.note.sequence, ENTRIES_TOGETHER).await?;
            let is_all = (entries.len() as u64) < ENTRIES_TOGETHER;
            if entries.is_empty() && self.note.day >= day {
                return Ok(is_changed);
            }
            self.follow(store, &entries, day).await?;
            is_changed = true;
            if is_all {
                return Ok(is_changed);
            }
        }
    }

    async fn follow(&mut self, store: &Store, entries: &[Entry], day: NaiveDate) -> Result<()> {
        let of = |node_type: NodeType| {
            let keys: HashSet<Uuid> = entries.iter().filter(|entry| entry.node_type == node_type).map(|entry| entry.node).collect();
            keys.into_iter().collect::<Vec<_>>()
        };
        let mut policies = of(NodeType::PrivacyPolicy);
        policies.extend(store.policies_of_revisions(&of(NodeType::PolicyRevision)).await?);
        if self.note.day < day {
            policies.extend(store.policies_that_turned(self.note.day, day).await?);
        }
        let assessments = of(NodeType::ImpactAssessment);
        let mut files: HashSet<Uuid> = of(NodeType::DataFile).into_iter().collect();
        files.extend(store.files_covered(&policies, &assessments).await?);
        // Those that were covered, and no longer are.
        files.extend(self.files_with(policies.iter().map(|key| Layout::key_term(self.layout.policy, *key)))?);
        files.extend(self.files_with(assessments.iter().map(|key| Layout::key_term(self.layout.assessment, *key)))?);
        let is_merge = |entry: &&Entry| matches!(entry.kind, ChangeKind::OrganizationMerged | ChangeKind::OrganizationSeparated);
        let merged: HashSet<Uuid> = entries.iter().filter(is_merge).map(|entry| entry.node).collect();
        files.extend(store.files_naming(&merged.iter().copied().collect::<Vec<_>>()).await?);
        if self.note.day < day {
            files.extend(store.files_whose_findings_turned(self.note.day, day).await?);
        }
        let mut agencies = store.agencies_of(&files.iter().copied().collect::<Vec<_>>(), &policies).await?;
        agencies.extend(of(NodeType::Agency));
        files.extend(self.files_found_otherwise(store, &agencies.into_iter().collect::<Vec<_>>(), day).await?);
        self.update_linked(store, of(NodeType::Agency), of(NodeType::Organization), of(NodeType::Statute)).await?;
        if !merged.is_empty() {
            // Which one a separated organization was merged into, the tables no longer tell.
            let all = store.organization_entries(None).await?;
            Arc::make_mut(&mut self.linked).organizations.update(all);
        }
        let mut files: Vec<Uuid> = files.into_iter().collect();
        files.sort_unstable();
        for files in files.chunks(usize::try_from(FILES_TOGETHER).unwrap_or(usize::MAX)) {
            let documents = store.documents(files, day).await?;
            self.replace(files, &documents)?;
        }
        let mut note = Note { day: day.max(self.note.day), ..self.note.clone() };
        if let Some(last) = entries.last() {
            note.sequence = last.sequence;
            note.hash = hex(&last.hash);
        }
        let writer = Arc::clone(&self.writer);
        let is_erased = entries.iter().any(|entry| entry.kind == ChangeKind::ValueRedacted);
        self.note = blocking(move || {
            let mut writer = guard(&writer);
            commit(&mut writer, &note)?;
            if is_erased && let Err(error) = purge(&mut writer, &note) {
                // A merge under way took a segment away: what was deleted goes with the next merge, and is found no more.
                tracing::warn!(error = error.chain(), "what was erased is not yet gone from the files of the search index");
            }
            Ok(note)
        })
        .await?;
        Ok(())
    }

    /// Whether the findings in it are those that the register holds, as far as those are all computed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has_the_findings(&self, store: &Store) -> Result<bool> {
        self.note.has_the_findings(store).await
    }

    /// Files of the agencies of which other findings hold than the index has, among those that follow from other files and policies of the agency: the journal tells of what caused them, not of them.
    async fn files_found_otherwise(&self, store: &Store, agencies: &[Uuid], day: NaiveDate) -> Result<Vec<Uuid>> {
        if agencies.is_empty() {
            return Ok(Vec::new());
        }
        let held = store.rules_found_in(agencies, &AGENCY_RULES, day).await?;
        // What was written since the index was last searched counts.
        self.reader.reload()?;
        let indexed = self.rules_indexed(agencies)?;
        let files: HashSet<&Uuid> = held.keys().chain(indexed.keys()).collect();
        let rules = |found: Option<&Vec<FindingRuleCode>>| found.map(|rules| rules.iter().copied().collect::<BTreeSet<_>>()).unwrap_or_default();
        Ok(files.into_iter().filter(|file| rules(held.get(file)) != rules(indexed.get(file))).copied().collect())
    }

    /// Rules about agencies that the index has of the agencies' files.
    fn rules_indexed(&self, agencies: &[Uuid]) -> Result<HashMap<Uuid, Vec<FindingRuleCode>>> {
        let mut indexed = HashMap::new();
        for reader in self.reader.searcher().segment_readers() {
            let Some(column) = reader.fast_fields().str(self.layout.schema.get_field_name(self.layout.finding))? else { continue };
            let mut rules = Vec::new();
            for place in 0..column.num_terms() as u64 {
                let mut word = String::new();
                column.ord_to_str(place, &mut word)?;
                rules.push(AGENCY_RULES.into_iter().find(|rule| rule.as_str() == word));
            }
            let halves = (reader.fast_fields().u64("key_high")?, reader.fast_fields().u64("key_low")?);
            for agency in agencies {
                let term = Layout::key_term(self.layout.agency, *agency);
                let Some(mut postings) = reader.inverted_index(term.field())?.read_postings(&term, tantivy::schema::IndexRecordOption::Basic)? else {
                    continue;
                };
                while postings.doc() != tantivy::TERMINATED {
                    let file = postings.doc();
                    if let (false, Some(high), Some(low)) = (reader.is_deleted(file), halves.0.first(file), halves.1.first(file)) {
                        let of_file = column.term_ords(file).filter_map(|place| rules.get(usize::try_from(place).ok()?).copied().flatten());
                        indexed.insert(Uuid::from_u64_pair(high, low), of_file.collect());
                    }
                    postings.advance();
                }
            }
        }
        Ok(indexed)
    }

    /// Puts files as they are now in the place of what the index has of them.
    pub(super) fn replace(&self, files: &[Uuid], documents: &[Document]) -> Result<()> {
        let writer = guard(&self.writer);
        for file in files {
            writer.delete_term(Layout::key_term(self.layout.key, *file));
        }
        for document in documents {
            writer.add_document(self.layout.entry(document))?;
        }
        Ok(())
    }

    async fn update_linked(&mut self, store: &Store, agencies: Vec<Uuid>, organizations: Vec<Uuid>, statutes: Vec<Uuid>) -> Result<()> {
        if agencies.is_empty() && organizations.is_empty() && statutes.is_empty() {
            return Ok(());
        }
        let agencies = store.agency_entries(Some(&agencies)).await?;
        let organizations = store.organization_entries(Some(&organizations)).await?;
        let statutes = store.statute_entries(Some(&statutes)).await?;
        let linked = Arc::make_mut(&mut self.linked);
        if !agencies.is_empty() {
            linked.agencies.update(agencies);
        }
        if !organizations.is_empty() {
            linked.organizations.update(organizations);
        }
        if !statutes.is_empty() {
            linked.statutes.update(statutes);
        }
        Ok(())
    }

    /// Files in the index with one of the terms.
    fn files_with(&self, terms: impl Iterator<Item = Term>) -> Result<Vec<Uuid>> {
        let searcher = self.reader.searcher();
        let mut files = Vec::new();
        for term in terms {
            for reader in searcher.segment_readers() {
                let postings = reader.inverted_index(term.field())?.read_postings(&term, tantivy::schema::IndexRecordOption::Basic)?;
                let Some(mut postings) = postings else { continue };
                let halves = (reader.fast_fields().u64("key_high")?, reader.fast_fields().u64("key_low")?);
                while postings.doc() != tantivy::TERMINATED {
                    if let (Some(high), Some(low)) = (halves.0.first(postings.doc()), halves.1.first(postings.doc())) {
                        files.push(Uuid::from_u64_pair(high, low));
                    }
                    postings.advance();
                }
            }
        }
        Ok(files)
    }
}
