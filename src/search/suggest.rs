//! Suggestions while a name is typed: by its beginning or from inside, by initial consonants (ㄱㅍㅅ) or mixed (김ㅍ).

use std::cmp::Reverse;
use std::collections::HashMap;

use uuid::Uuid;

use super::index::Snapshot;
use super::linked::Numbered;
use super::names::{Fit, Names};
use super::text::letters;
use super::{Dimension, SuggestionKind};
use crate::collected_item::ItemCategories;
use crate::error::Result;
use crate::identity::GlobalId;

/// A suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggested {
    /// What it is.
    pub kind: SuggestionKind,
    /// Its name; of data files the folded one.
    pub text: String,
    /// The object, where it is one.
    pub node: Option<GlobalId>,
    /// A file that bears the name, for the name as written.
    pub example: Option<Uuid>,
    /// Files that are linked to it, or bear the name.
    pub files: usize,
    fit: Fit,
}

impl Snapshot {
    /// What the name that is typed may become: names that begin so come first, then those with more files, then shorter ones.
    ///
    /// # Errors
    /// `Internal` for an index that cannot be read.
    pub fn suggest(&self, typed: &str, kinds: &[SuggestionKind], most: usize) -> Result<Vec<Suggested>> {
        let typed = letters(&crate::hangul::normalised(typed));
        let mut suggested = Vec::new();
        for kind in kinds {
            match kind {
                SuggestionKind::Agency => {
                    self.numbered(*kind, self.linked.agencies.numbered(), Dimension::Agency, &typed, &self.uses_of_agencies(), most, &mut suggested);
                }
                SuggestionKind::Organization => {
                    let uses = self.uses(|segment| &segment.uses.organizations);
                    self.numbered(*kind, &self.linked.organizations, Dimension::Recipient, &typed, &uses, most, &mut suggested);
                }
                SuggestionKind::Statute => {
                    let uses = self.uses(|segment| &segment.uses.statutes);
                    self.numbered(*kind, &self.linked.statutes, Dimension::Statute, &typed, &uses, most, &mut suggested);
                }
                SuggestionKind::ItemCategory => self.categories(&typed, &mut suggested),
                SuggestionKind::DataFile => self.file_names(&typed, most, &mut suggested)?,
            }
        }
        suggested.sort_by(|a, b| a.rank().cmp(&b.rank()));
        suggested.truncate(most);
        Ok(suggested)
    }

    #[expect(clippy::too_many_arguments, reason = "what is suggested, of what, how often it is used, how many")]
    fn numbered(&self, kind: SuggestionKind, all: &Numbered, dimension: Dimension, typed: &str, uses: &[usize], most: usize, suggested: &mut Vec<Suggested>) {
        let ranked = fitting(all.names(), all.len(), typed).map(|(number, fit)| {
            let text = all.names_of(number).first().map_or("", String::as_str);
            (fit, Reverse(uses.get(number as usize).copied().unwrap_or(0)), text.len(), text, number)
        });
        // Thousands fit one letter: only those that may be shown are put in order and copied.
        for (fit, Reverse(files), _, text, number) in foremost(ranked.collect(), most) {
            suggested.push(Suggested { kind, text: text.to_owned(), node: dimension.node(&self.linked, number), example: None, files, fit });
        }
    }

    fn categories(&self, typed: &str, suggested: &mut Vec<Suggested>) {
        let uses = self.uses(|segment| &segment.uses.categories);
        let mut names = Names::default();
        for (place, category) in (0..).zip(ItemCategories::bundled().all()) {
            names.push(&category.ko, place);
            names.push(&category.en, place);
        }
        for (place, fit) in fitting(&names, ItemCategories::bundled().all().len(), typed) {
            let Some(category) = ItemCategories::bundled().all().get(place as usize) else { continue };
            let node = Dimension::ItemCategory.node(&self.linked, place);
            let files = uses.get(place as usize).copied().unwrap_or(0);
            suggested.push(Suggested { kind: SuggestionKind::ItemCategory, text: category.ko.clone(), node, example: None, files, fit });
        }
    }

    /// Names of files. The same name may stand in several segments: those that are frequent in one are counted in all.
    fn file_names(&self, typed: &str, most: usize, suggested: &mut Vec<Suggested>) -> Result<()> {
        let mut chosen: HashMap<String, Fit> = HashMap::new();
        for segment in &self.segments {
            let mut fitting: Vec<(Fit, Reverse<u32>, u32)> = Vec::new();
            segment.file_names.names.going_on_from(typed, |place, _, fit| {
                let count = segment.file_names.counts[place as usize];
                if count > 0 {
                    fitting.push((fit, Reverse(count), place));
                }
            });
            for (fit, _, place) in foremost(fitting, most * 4) {
                chosen.insert(segment.name_at(place)?, fit);
            }
        }
        for (text, fit) in chosen {
            let (mut files, mut example) = (0, None);
            for segment in &self.segments {
                let (place, is_there) = segment.place_of(&text)?;
                let names = &segment.file_names;
                if is_there && names.counts[place as usize] > 0 {
                    files += names.counts[place as usize] as usize;
                    example = Some(Uuid::from_u128(segment.keys[names.examples[place as usize] as usize])).max(example);
                }
            }
            let node = example.filter(|_| files == 1).map(|file| GlobalId::new(crate::identity::NodeType::DataFile, file));
            suggested.push(Suggested { kind: SuggestionKind::DataFile, text, node, example, files, fit });
        }
        Ok(())
    }

    /// Files by number, added up over the segments.
    fn uses(&self, of: impl Fn(&super::segment::Segment) -> &Vec<u32>) -> Vec<usize> {
        let mut uses: Vec<usize> = Vec::new();
        for segment in &self.segments {
            let counts = of(segment);
            uses.resize(uses.len().max(counts.len()), 0);
            uses.iter_mut().zip(counts).for_each(|(sum, count)| *sum += *count as usize);
        }
        uses
    }

    /// Files of each agency and of those below it.
    fn uses_of_agencies(&self) -> Vec<usize> {
        let own = self.uses(|segment| &segment.uses.agencies);
        let agencies = &self.linked.agencies;
        let mut uses = vec![0; agencies.numbered().len()];
        for (agency, files) in (0..).zip(own).filter(|(_, files)| *files > 0) {
            agencies.with_superiors(agency).for_each(|superior| uses[superior as usize] += files);
        }
        uses
    }
}

impl Suggested {
    fn rank(&self) -> (Fit, Reverse<usize>, usize, &str, &'static str) {
        use crate::vocabulary::Vocabulary as _;
        (self.fit, Reverse(self.files), self.text.len(), &self.text, self.kind.as_str())
    }
}

/// Bearers, of so many, of the names that go on from what is typed, each with its best fit.
fn fitting(names: &Names, bearers: usize, typed: &str) -> impl Iterator<Item = (u32, Fit)> {
    let mut best: Vec<Option<Fit>> = vec![None; bearers];
    names.going_on_from(typed, |bearer, _, fit| {
        if let Some(best) = best.get_mut(bearer as usize) {
            *best = Some(best.map_or(fit, |known| fit.min(known)));
        }
    });
    (0..).zip(best).filter_map(|(bearer, fit)| Some((bearer, fit?)))
}

/// The first so many of the order, in no order.
fn foremost<T: Ord>(mut all: Vec<T>, most: usize) -> Vec<T> {
    if most < all.len() {
        all.select_nth_unstable(most);
        all.truncate(most);
    }
    all
}
