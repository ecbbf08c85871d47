//! Categories of items (`data/item_categories.yaml`), and the rules that put a name into one.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;
use uuid::Uuid;

use super::found::Found;
use super::{SensitiveKind, UniqueIdentifier};
use crate::hangul::{compact, folded};
use crate::identity::{NodeType, node_key};

/// Names longer than this, in characters, are sentences and stay without a category.
const LONGEST_NAME: usize = 200;

/// A category of the tree.
#[derive(Debug)]
pub struct ItemCategory {
    /// Code, `UPPER_CASE`; it never changes meaning.
    pub code: String,
    /// Korean label.
    pub ko: String,
    /// English label.
    pub en: String,
    /// Term of the W3C Data Privacy Vocabulary, `dpv-pd:…`.
    pub dpv: Option<String>,
    /// Code of the category above; `None` for a root.
    pub parent: Option<String>,
    /// Items of it are this identifier of 제24조.
    pub unique_identifier: Option<UniqueIdentifier>,
    /// Items of it are sensitive data of this kind (제23조).
    pub sensitive_kind: Option<SensitiveKind>,
}

impl ItemCategory {
    /// Key of the category.
    #[must_use]
    pub fn key(&self) -> Uuid {
        node_key(NodeType::ItemCategory, &[&self.code])
    }
}

/// What the name of an item tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classification {
    /// Code of the category; `None` if no rule meets the name.
    pub category: Option<&'static str>,
    /// Identifier of 제24조 that it is.
    pub unique_identifier: Option<UniqueIdentifier>,
    /// Kind of sensitive data that it is.
    pub sensitive_kind: Option<SensitiveKind>,
}

/// The tree of categories and its rules.
#[derive(Debug, Default)]
pub struct ItemCategories {
    version: u32,
    /// Depth first, as in the file: a category comes right before those below it.
    categories: Vec<ItemCategory>,
    by_code: HashMap<String, usize>,
    exact: HashMap<String, usize>,
    /// Words at the end of, or within, a name.
    words: Vec<Rule>,
    /// Words that rule a category out, by category.
    excludes: HashMap<usize, Vec<String>>,
    found: Found,
}

#[derive(Debug)]
struct Rule {
    word: String,
    length: usize,
    is_suffix: bool,
    category: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    categories: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    code: String,
    ko: String,
    en: String,
    #[serde(default)]
    dpv: Option<String>,
    #[serde(default)]
    unique_identifier: Option<UniqueIdentifier>,
    #[serde(default)]
    sensitive_kind: Option<SensitiveKind>,
    #[serde(default)]
    exact: Vec<String>,
    #[serde(default)]
    suffixes: Vec<String>,
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    excludes: Vec<String>,
    #[serde(default)]
    children: Vec<Self>,
}

const BUNDLED: &str = include_str!("../../data/item_categories.yaml");

// A file that does not parse is caught by a test; at run time it would be an empty tree.
static CATEGORIES: LazyLock<ItemCategories> = LazyLock::new(|| {
    let mut categories = ItemCategories::default();
    if let Ok(document) = serde_saphyr::from_str::<Document>(BUNDLED) {
        categories.version = document.version;
        for entry in document.categories {
            categories.add(entry, None);
        }
    }
    categories
});

impl ItemCategories {
    /// The tree that comes with the program.
    #[must_use]
    pub fn bundled() -> &'static Self {
        &CATEGORIES
    }

    fn add(&mut self, entry: Entry, parent: Option<usize>) {
        let above = parent.and_then(|at| self.categories.get(at));
        let category = ItemCategory {
            parent: above.map(|above| above.code.clone()),
            unique_identifier: entry.unique_identifier.or_else(|| above.and_then(|above| above.unique_identifier)),
            sensitive_kind: entry.sensitive_kind.or_else(|| above.and_then(|above| above.sensitive_kind)),
            code: entry.code,
            ko: entry.ko,
            en: entry.en,
            dpv: entry.dpv,
        };
        let at = self.categories.len();
        self.by_code.insert(category.code.clone(), at);
        self.categories.push(category);
        for word in entry.exact {
            self.exact.entry(compact(&word)).or_insert(at);
        }
        for (words, is_suffix) in [(entry.suffixes, true), (entry.contains, false)] {
            self.words.extend(words.iter().map(|word| compact(word)).map(|word| Rule { length: word.chars().count(), word, is_suffix, category: at }));
        }
        if !entry.excludes.is_empty() {
            self.excludes.insert(at, entry.excludes.iter().map(|word| compact(word)).collect());
        }
        for child in entry.children {
            self.add(child, Some(at));
        }
    }

    /// Version of the rules; it rises whenever a name may be classified otherwise.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// All categories, each before those below it.
    #[must_use]
    pub fn all(&self) -> &[ItemCategory] {
        &self.categories
    }

    /// Categories that have none above them, in the order of the file.
    #[must_use]
    pub fn roots(&self) -> Vec<&ItemCategory> {
        self.categories.iter().filter(|category| category.parent.is_none()).collect()
    }

    /// The category of that code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&ItemCategory> {
        self.place(code).and_then(|at| self.categories.get(at))
    }

    /// Place of the category of that code in [`Self::all`].
    #[must_use]
    pub fn place(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }

    /// The category with that key.
    #[must_use]
    pub fn by_key(&self, key: Uuid) -> Option<&ItemCategory> {
        self.categories.iter().find(|category| category.key() == key)
    }

    /// Categories right below one, in the order of the file; empty for an unknown code.
    #[must_use]
    pub fn children(&self, code: &str) -> Vec<&ItemCategory> {
        self.categories.iter().filter(|category| category.parent.as_deref() == Some(code)).collect()
    }

    /// Codes of a category and of all below it; empty for an unknown code.
    #[must_use]
    pub fn descendants(&self, code: &str) -> Vec<&str> {
        let Some(start) = self.by_code.get(code) else { return Vec::new() };
        let mut inside: HashSet<&str> = HashSet::new();
        let mut codes = Vec::new();
        for category in self.categories.iter().skip(*start) {
            if category.code == code || category.parent.as_deref().is_some_and(|parent| inside.contains(parent)) {
                inside.insert(&category.code);
                codes.push(category.code.as_str());
            } else {
                break;
            }
        }
        codes
    }

    /// Codes of a category and of those above it, the narrowest first; empty for an unknown code.
    pub fn with_wider<'a>(&'a self, code: &str) -> impl Iterator<Item = &'a str> {
        std::iter::successors(self.get(code), |category| category.parent.as_deref().and_then(|parent| self.get(parent))).map(|category| category.code.as_str())
    }

    /// Category, identifier and sensitive kind of an item, by its name alone. A name that holds several ("주민등록번호 또는 여권번호") is what its longest word says.
    #[must_use]
    pub fn classify(&'static self, name: &str) -> Classification {
        let Some(category) = self.found.get(name, |name| self.category_of(name)).and_then(|at| self.categories.get(at)) else {
            return Classification::default();
        };
        Classification { category: Some(&category.code), unique_identifier: category.unique_identifier, sensitive_kind: category.sensitive_kind }
    }

    /// The text is, as a whole, a word that a category lists: no guess by endings.
    pub(super) fn is_word(&self, name: &str) -> bool {
        self.exact.contains_key(&compact(name))
    }

    fn category_of(&self, name: &str) -> Option<usize> {
        if name.chars().nth(LONGEST_NAME).is_some() {
            return None;
        }
        let whole = compact(name);
        let bare = compact(&without_qualifiers(name));
        for key in [&whole, &bare].into_iter().flat_map(|key| shortened(key)) {
            if let Some(at) = self.exact.get(key) {
                return Some(*at);
            }
        }
        // What stands in parentheses says more only where the name itself says nothing ("기타(전화번호)").
        let said_first = name.split(['(', '（']).nth(1).map(|qualifier| compact(qualifier.split([':', '：', ')', '）', ',']).next().unwrap_or(qualifier)));
        [Some(bare), said_first, Some(whole)].into_iter().flatten().filter(|key| !key.is_empty()).find_map(|key| self.by_words(&key))
    }

    fn by_words(&self, key: &str) -> Option<usize> {
        let stem = shortened(key).last().unwrap_or(key);
        let mut best: Option<&Rule> = None;
        for rule in &self.words {
            let is_met = if rule.is_suffix { key.ends_with(&rule.word) || stem.ends_with(&rule.word) } else { key.contains(&rule.word) };
            let is_excluded = || self.excludes.get(&rule.category).is_some_and(|words| words.iter().any(|word| key.contains(word)));
            if is_met && best.is_none_or(|best| rule.length > best.length) && !is_excluded() {
                best = Some(rule);
            }
        }
        best.map(|rule| rule.category)
    }
}

/// The key, and the key without the words that add nothing at its end, one after the other: 과세내역등, 과세내역, 과세.
fn shortened(key: &str) -> impl Iterator<Item = &str> {
    const ENDINGS: &[&str] = &["등", "정보", "사항", "내역", "여부", "유무", "현황", "일체", "보유"];
    std::iter::successors(Some(key), |key| ENDINGS.iter().find_map(|ending| key.strip_suffix(ending)).filter(|rest| !rest.is_empty()))
}

/// The name without what stands in parentheses.
fn without_qualifiers(name: &str) -> String {
    let mut depth = 0_usize;
    let mut bare = String::new();
    for c in folded(name).chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    bare
}

#[cfg(test)]
mod tests;
