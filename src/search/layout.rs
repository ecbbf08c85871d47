//! How a file lies in the index: the fields, and the terms by which it is found.
//!
//! The index holds keys, numbers and the terms of the file's own texts. Names of linked objects (agencies, bodies, statutes) are not in it: they are held by key, so that a renaming touches no file.

use chrono::{Datelike as _, NaiveDate};
use tantivy::schema::{BytesOptions, FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};
use tantivy::{TantivyDocument, Term};
use uuid::Uuid;

use super::document::Document;
use super::text::letters;
use crate::collected_item::ItemCategories;
use crate::vocabulary::Vocabulary as _;

/// Version of the layout. One more with each change of what a file's fields mean: an index of another version is built anew.
const VERSION: u32 = 3;

/// Fields of the index.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The fields as Tantivy has them.
    pub schema: Schema,
    /// Key of the file, to delete it by.
    pub key: Field,
    /// First half of the key.
    pub key_high: Field,
    /// Second half of the key.
    pub key_low: Field,
    /// Name of the file: pairs of letters with their places.
    pub name: Field,
    /// Name of the file: single letters.
    pub name_letter: Field,
    /// Number of letters of the name.
    pub name_length: Field,
    /// Folded name, by which files are sorted.
    pub name_folded: Field,
    /// Purpose: pairs of letters with their places.
    pub purpose: Field,
    /// Purpose: single letters.
    pub purpose_letter: Field,
    /// Letters of the names of items.
    pub item: Field,
    /// Number of different items.
    pub item_count: Field,
    /// Letters of citations.
    pub citation: Field,
    /// Key of the agency.
    pub agency: Field,
    /// Status.
    pub status: Field,
    /// Codes of the categories of items, wider ones among them.
    pub category: Field,
    /// Unique identifiers.
    pub identifier: Field,
    /// Kinds of sensitive data.
    pub sensitive: Field,
    /// Keys of statutes.
    pub statute: Field,
    /// Statutes with articles.
    pub article: Field,
    /// Class of retention.
    pub retention_class: Field,
    /// Months of the longest term of retention that is a length.
    pub retention_months: Field,
    /// Keys of recipients.
    pub recipient: Field,
    /// What recipients get: a recipient, or any, with a category, an identifier or a sensitive kind.
    pub received: Field,
    /// Keys of entrustees.
    pub entrustee: Field,
    /// Number of data subjects.
    pub subjects: Field,
    /// Day of registration, counted from the day before 0001-01-01.
    pub registered_on: Field,
    /// First day of the registration in force.
    pub valid_from: Field,
    /// When the registration in force was recorded, in microseconds since 1970.
    pub recorded_at: Field,
    /// Keys of impact assessments.
    pub assessment: Field,
    /// Rules of the findings that concern the file.
    pub finding: Field,
    /// Keys of policies one of whose revisions covers the file.
    pub policy: Field,
}

impl Layout {
    /// The layout of this version.
    #[must_use]
    pub fn new() -> Self {
        let mut schema = Schema::builder();
        let text = |tokenizer: &str, option: IndexRecordOption| {
            let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option).set_fieldnorms(false);
            TextOptions::default().set_indexing_options(indexing)
        };
        let pairs = text(PAIRS, IndexRecordOption::WithFreqsAndPositions);
        let singles = text(SINGLES, IndexRecordOption::Basic);
        let term = text("raw", IndexRecordOption::Basic);
        let word = term.clone().set_fast("raw");
        let key = BytesOptions::default().set_indexed().set_fast();
        Self {
            key: schema.add_bytes_field("key", INDEXED),
            key_high: schema.add_u64_field("key_high", FAST),
            key_low: schema.add_u64_field("key_low", FAST),
            name: schema.add_text_field("name", pairs.clone()),
            name_letter: schema.add_text_field("name_letter", singles.clone()),
            name_length: schema.add_u64_field("name_length", FAST),
            name_folded: schema.add_text_field("name_folded", TextOptions::default().set_fast("raw")),
            purpose: schema.add_text_field("purpose", pairs),
            purpose_letter: schema.add_text_field("purpose_letter", singles),
            item: schema.add_text_field("item", term.clone()),
            item_count: schema.add_u64_field("item_count", FAST),
            citation: schema.add_text_field("citation", term.clone()),
            agency: schema.add_bytes_field("agency", key.clone()),
            status: schema.add_text_field("status", word.clone()),
            category: schema.add_text_field("category", word.clone()),
            identifier: schema.add_text_field("identifier", word.clone()),
            sensitive: schema.add_text_field("sensitive", word.clone()),
            statute: schema.add_bytes_field("statute", key.clone()),
            article: schema.add_bytes_field("article", INDEXED),
            retention_class: schema.add_text_field("retention_class", word.clone()),
            finding: schema.add_text_field("finding", word),
            retention_months: schema.add_i64_field("retention_months", FAST),
            recipient: schema.add_bytes_field("recipient", key.clone()),
            received: schema.add_bytes_field("received", INDEXED),
            entrustee: schema.add_bytes_field("entrustee", key),
            subjects: schema.add_i64_field("subjects", FAST),
            registered_on: schema.add_i64_field("registered_on", FAST),
            valid_from: schema.add_i64_field("valid_from", FAST),
            recorded_at: schema.add_i64_field("recorded_at", FAST),
            assessment: schema.add_bytes_field("assessment", BytesOptions::default().set_indexed().set_fast()),
            policy: schema.add_bytes_field("policy", INDEXED),
            schema: schema.build(),
        }
    }

    /// What tells this layout from every other one: its version, its fields, the form in which Tantivy keeps them, and the tree of categories, whose wider ones are written into each file.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&VERSION.to_be_bytes());
        hasher.update(&ItemCategories::bundled().version().to_be_bytes());
        hasher.update(tantivy::version_string().as_bytes());
        hasher.update(serde_json::to_string(&self.schema).unwrap_or_default().as_bytes());
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// The file as Tantivy takes it.
    #[must_use]
    pub fn entry(&self, file: &Document) -> TantivyDocument {
        let mut entry = TantivyDocument::new();
        let (high, low) = file.id.as_u64_pair();
        entry.add_bytes(self.key, file.id.as_bytes());
        entry.add_u64(self.key_high, high);
        entry.add_u64(self.key_low, low);
        let name = letters(&file.name);
        entry.add_u64(self.name_length, name.chars().count() as u64);
        entry.add_text(self.name, &name);
        entry.add_text(self.name_letter, &name);
        entry.add_text(self.name_folded, &file.name_folded);
        if let Some(purpose) = &file.purpose {
            let purpose = letters(purpose);
            entry.add_text(self.purpose, &purpose);
            entry.add_text(self.purpose_letter, &purpose);
        }
        let items = distinct(file.items.iter().map(|item| letters(&item.name)).filter(|item| !item.is_empty()));
        entry.add_u64(self.item_count, items.len() as u64);
        items.iter().for_each(|item| entry.add_text(self.item, item));
        distinct(file.bases.iter().map(|basis| letters(&basis.citation))).iter().for_each(|citation| entry.add_text(self.citation, citation));
        entry.add_bytes(self.agency, file.agency.as_bytes());
        entry.add_text(self.status, file.status.as_str());
        let categories = ItemCategories::bundled();
        let categories = distinct(file.items.iter().filter_map(|item| item.category.as_deref()).flat_map(|code| categories.with_wider(code)));
        categories.iter().for_each(|code| entry.add_text(self.category, code));
        distinct(file.items.iter().filter_map(|item| item.identifier)).iter().for_each(|word| entry.add_text(self.identifier, word.as_str()));
        distinct(file.items.iter().filter_map(|item| item.sensitive)).iter().for_each(|word| entry.add_text(self.sensitive, word.as_str()));
        let statutes = file.bases.iter().filter_map(|basis| basis.statute);
        distinct(statutes).iter().for_each(|statute| entry.add_bytes(self.statute, statute.as_bytes()));
        let articles = file.bases.iter().filter_map(|basis| Some(article_term(basis.statute?, basis.article.as_deref()?)));
        distinct(articles).iter().for_each(|article| entry.add_bytes(self.article, article));
        if let Some(class) = file.retention_class {
            entry.add_text(self.retention_class, class.as_str());
        }
        if let Some(months) = file.retention_months {
            entry.add_i64(self.retention_months, months.into());
        }
        distinct(file.provisions.iter().map(|provision| provision.recipient)).iter().for_each(|key| entry.add_bytes(self.recipient, key.as_bytes()));
        distinct(file.provisions.iter().flat_map(received_terms)).iter().for_each(|received| entry.add_bytes(self.received, received));
        distinct(file.entrustees.iter().copied()).iter().for_each(|key| entry.add_bytes(self.entrustee, key.as_bytes()));
        if let Some(subjects) = file.data_subject_count {
            entry.add_i64(self.subjects, subjects);
        }
        if let Some(day) = file.registered_on {
            entry.add_i64(self.registered_on, day_number(day));
        }
        entry.add_i64(self.valid_from, day_number(file.valid_from));
        entry.add_i64(self.recorded_at, file.recorded_at.timestamp_micros());
        file.findings.iter().for_each(|rule| entry.add_text(self.finding, rule.as_str()));
        file.assessments.iter().for_each(|key| entry.add_bytes(self.assessment, key.as_bytes()));
        file.policies.iter().for_each(|key| entry.add_bytes(self.policy, key.as_bytes()));
        entry
    }

    /// The term that stands for a key in a field of keys.
    #[must_use]
    pub fn key_term(field: Field, key: Uuid) -> Term {
        Term::from_field_bytes(field, key.as_bytes())
    }
}

/// Days are numbered as the calendar of `chrono` does: 0001-01-01 is 1.
#[must_use]
pub fn day_number(day: NaiveDate) -> i64 {
    day.num_days_from_ce().into()
}

/// Term for an article of a statute.
#[must_use]
pub fn article_term(statute: Uuid, article: &str) -> Vec<u8> {
    [statute.as_bytes().as_slice(), article.as_bytes()].concat()
}

/// What is received, as far as a filter can ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Received<'a> {
    /// An item of a category, or of a narrower one.
    Category(&'a str),
    /// A unique identifier.
    Identifier(&'a str),
    /// A kind of sensitive data.
    Sensitive(&'a str),
}

/// Term for what a recipient gets; of any recipient if none is said.
#[must_use]
pub fn received_term(recipient: Option<Uuid>, received: Received<'_>) -> Vec<u8> {
    let (mark, word) = match received {
        Received::Category(code) => (b'c', code),
        Received::Identifier(word) => (b'i', word),
        Received::Sensitive(word) => (b's', word),
    };
    let recipient = recipient.unwrap_or_default();
    [recipient.as_bytes().as_slice(), &[mark], word.as_bytes()].concat()
}

fn received_terms(provision: &super::document::Provision) -> Vec<Vec<u8>> {
    let categories = ItemCategories::bundled();
    let mut terms = Vec::new();
    for item in &provision.items {
        for recipient in [None, Some(provision.recipient)] {
            let wider = item.category.as_deref().into_iter().flat_map(|code| categories.with_wider(code));
            terms.extend(wider.map(|code| received_term(recipient, Received::Category(code))));
            terms.extend(item.identifier.map(|word| received_term(recipient, Received::Identifier(word.as_str()))));
            terms.extend(item.sensitive.map(|word| received_term(recipient, Received::Sensitive(word.as_str()))));
        }
    }
    terms
}

/// Values without repetition, in the order in which they first occur.
fn distinct<T: Clone + Eq + std::hash::Hash>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    values.filter(|value| seen.insert(value.clone())).collect()
}

const PAIRS: &str = "pairs";
const SINGLES: &str = "singles";

/// The tokenizers that the layout names.
#[must_use]
pub fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(PAIRS, TextAnalyzer::from(Letters { together: 2, token: Token::default() }));
    tokenizers.register(SINGLES, TextAnalyzer::from(Letters { together: 1, token: Token::default() }));
    tokenizers
}

/// Splits letters into overlapping groups: 회원명 in pairs is 회원, 원명.
#[derive(Clone)]
struct Letters {
    together: usize,
    token: Token,
}

struct LetterStream<'a> {
    text: &'a str,
    /// Where the next group starts and ends; the end is behind the text when there is no further group.
    start: usize,
    end: Option<usize>,
    token: &'a mut Token,
}

impl Tokenizer for Letters {
    type TokenStream<'a> = LetterStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> LetterStream<'a> {
        self.token.reset();
        let end = text.char_indices().nth(self.together - 1).map(|(at, letter)| at + letter.len_utf8());
        LetterStream { text, start: 0, end, token: &mut self.token }
    }
}

impl TokenStream for LetterStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(end) = self.end else { return false };
        let width = |at: usize| self.text[at..].chars().next().map(char::len_utf8);
        self.token.text.clear();
        self.token.text.push_str(&self.text[self.start..end]);
        self.token.position = self.token.position.wrapping_add(1);
        (self.token.offset_from, self.token.offset_to) = (self.start, end);
        let next = width(end).map(|width| end + width);
        self.start += width(self.start).unwrap_or(0);
        self.end = next;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(tokenizer: &str, text: &str) -> Vec<(usize, String)> {
        let mut analyzer = tokenizers().get(tokenizer).unwrap();
        let mut stream = analyzer.token_stream(text);
        let mut groups = Vec::new();
        while let Some(token) = stream.next() {
            groups.push((token.position, token.text.clone()));
        }
        groups
    }

    #[test]
    fn letters_are_grouped() {
        assert_eq!(groups(PAIRS, "회원a명"), [(0, "회원".to_owned()), (1, "원a".to_owned()), (2, "a명".to_owned())]);
        assert_eq!(groups(PAIRS, "회"), []);
        assert_eq!(groups(PAIRS, ""), []);
        assert_eq!(groups(SINGLES, "회a"), [(0, "회".to_owned()), (1, "a".to_owned())]);
    }
}
