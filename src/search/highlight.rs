//! Highlights: where in a file the words of a search stand.

use super::document::Document;
use super::linked::Linked;
use super::text::places;

/// A text of a file in which a word stands, cut into what matches and what does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlighted {
    /// Field of the file, as the schema names it.
    pub field: &'static str,
    /// Pieces of the text in their order; together they are the text.
    pub fragments: Vec<(String, bool)>,
}

/// Most texts of one field that are highlighted.
const MOST_OF_A_FIELD: usize = 10;

/// Texts of the file in which one of the words stands.
#[must_use]
pub fn highlights(document: &Document, linked: &Linked, words: &[String]) -> Vec<Highlighted> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    let mut look = |field: &'static str, texts: &mut dyn Iterator<Item = &str>| {
        let mut seen: Vec<&str> = Vec::new();
        for text in texts {
            if seen.len() == MOST_OF_A_FIELD {
                break;
            }
            let places = if seen.contains(&text) { Vec::new() } else { places(text, &words) };
            if !places.is_empty() {
                seen.push(text);
                found.push(Highlighted { field, fragments: cut(text, &places) });
            }
        }
    };
    look("name", &mut std::iter::once(document.name.as_str()));
    let agencies = linked.agencies.numbered();
    let path = agencies.number(document.agency).into_iter().flat_map(|agency| linked.agencies.with_superiors(agency));
    look("agency", &mut path.flat_map(|agency| agencies.names_of(agency)).map(String::as_str));
    look("purpose", &mut document.purpose.iter().map(String::as_str));
    look("collectedItems", &mut document.items.iter().map(|item| item.name.as_str()));
    let statutes = document.bases.iter().filter_map(|basis| linked.statutes.number(basis.statute?)).flat_map(|statute| linked.statutes.names_of(statute));
    look("legalBases", &mut document.bases.iter().map(|basis| basis.citation.as_str()).chain(statutes.map(String::as_str)));
    let bodies = |key: uuid::Uuid| linked.organizations.number(key).map_or(&[][..], |body| linked.organizations.names_of(body));
    look("provisions", &mut document.provisions.iter().flat_map(|provision| bodies(provision.recipient)).map(String::as_str));
    look("entrustments", &mut document.entrustees.iter().flat_map(|key| bodies(*key)).map(String::as_str));
    found
}

fn cut(text: &str, places: &[std::ops::Range<usize>]) -> Vec<(String, bool)> {
    let mut fragments = Vec::new();
    let mut from = 0;
    for place in places {
        if from < place.start {
            fragments.push((text[from..place.start].to_owned(), false));
        }
        fragments.push((text[place.clone()].to_owned(), true));
        from = place.end;
    }
    if from < text.len() {
        fragments.push((text[from..].to_owned(), false));
    }
    fragments
}
