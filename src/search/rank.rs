//! Pages of what was found, in an order: by keyset, so that a page costs the same however deep it lies, and is the same from every server.

use std::collections::BinaryHeap;

use uuid::Uuid;

use super::graphql::{SearchOrder, SearchOrderField};
use super::query::{Found, Section};
use super::segment::NONE;
use crate::error::{Error, Result};
use crate::store::{Cursor, Key, Page, Slice};

/// A file found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Key of the file.
    pub file: Uuid,
    /// How relevant it is to the words.
    pub relevance: i64,
}

/// Where a file stands in an order: its number or the place of its name, then its key.
type Position = (i64, u128);

impl Found {
    /// A page of the files.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a cursor of another order or of another layout of the index.
    pub fn page(&self, order: &SearchOrder, page: &Page) -> Result<Slice<Hit>> {
        let tag = self.tag(order);
        let (after, before) =
            (page.after().map(|cursor| position(cursor, &tag, order)).transpose()?, page.before().map(|cursor| position(cursor, &tag, order)).transpose()?);
        let wanted = page.limit() + 1;
        let mut chosen: Vec<(Key, Uuid, i64)> = Vec::new();
        for section in &self.sections {
            let bound = |bound: &Option<(Key, Uuid)>| bound.as_ref().map(|(key, id)| section.bound(key, *id)).transpose();
            let (after, before) = (bound(&after)?, bound(&before)?);
            let towards = |position: Position| if order.direction.is_descending() { (!position.0, !position.1) } else { position };
            // The best are the least; the worst of them is on top of the heap, to be replaced.
            let mut best: BinaryHeap<(Position, usize)> = BinaryHeap::with_capacity(wanted + 1);
            for file in section.matched.ones() {
                let place = towards(section.position(order.field, file));
                if after.is_some_and(|after| place <= towards(after)) || before.is_some_and(|before| place >= towards(before)) {
                    continue;
                }
                let rank = if page.is_backward() { (!place.0, !place.1) } else { place };
                if best.len() < wanted {
                    best.push((rank, file));
                } else if best.peek().is_some_and(|(worst, _)| rank < *worst) {
                    best.pop();
                    best.push((rank, file));
                }
            }
            for (_, file) in best {
                chosen.push((section.key(order.field, file)?, Uuid::from_u128(section.segment.keys[file]), section.relevance(file)));
            }
        }
        let is_reversed = order.direction.is_descending() != page.is_backward();
        chosen.sort_by(|a, b| {
            let ordering = compare(&a.0, &b.0).then(a.1.cmp(&b.1));
            if is_reversed { ordering.reverse() } else { ordering }
        });
        let has_more = chosen.len() > page.limit();
        chosen.truncate(page.limit());
        if page.is_backward() {
            chosen.reverse();
        }
        let rows = chosen.into_iter().map(|(key, file, relevance)| (Cursor::new(&tag, vec![key], file), Hit { file, relevance })).collect();
        Ok(Slice {
            rows,
            has_previous: if page.is_backward() { has_more } else { page.after().is_some() },
            has_next: if page.is_backward() { page.before().is_some() } else { has_more },
        })
    }

    /// Names an order in cursors, with the layout that its positions belong to.
    fn tag(&self, order: &SearchOrder) -> String {
        let name = match order.field {
            SearchOrderField::Relevance => "relevance",
            SearchOrderField::Name => "name",
            SearchOrderField::DataSubjectCount => "subjects",
            SearchOrderField::RegisteredOn => "registered",
            SearchOrderField::RecordedAt => "recorded",
        };
        format!("search.{name}.{}{}", self.snapshot.fingerprint, if order.direction.is_descending() { "-" } else { "" })
    }
}

impl Section {
    fn position(&self, field: SearchOrderField, file: usize) -> Position {
        let segment = &self.segment;
        let number = match field {
            SearchOrderField::Relevance => self.relevance(file),
            // Room between two names, for a cursor whose name this segment does not have.
            SearchOrderField::Name => i64::from(segment.name_order[file]) * 2,
            SearchOrderField::DataSubjectCount => segment.subjects[file],
            SearchOrderField::RegisteredOn => segment.registered_on[file],
            SearchOrderField::RecordedAt => segment.recorded_at[file],
        };
        (number, segment.keys[file])
    }

    fn key(&self, field: SearchOrderField, file: usize) -> Result<Key> {
        Ok(match field {
            SearchOrderField::Name => Key::Text(self.segment.name_at(self.segment.name_order[file])?),
            _ => Key::Number(self.position(field, file).0),
        })
    }

    /// Position of a cursor among the files of this segment.
    fn bound(&self, key: &Key, id: Uuid) -> Result<Position> {
        let number = match key {
            Key::Text(name) => {
                let (place, is_there) = self.segment.place_of(name)?;
                i64::from(place) * 2 - i64::from(!is_there)
            }
            Key::Number(number) => *number,
            _ => NONE,
        };
        Ok((number, id.as_u128()))
    }
}

fn compare(a: &Key, b: &Key) -> std::cmp::Ordering {
    match (a, b) {
        (Key::Text(a), Key::Text(b)) => a.cmp(b),
        (Key::Number(a), Key::Number(b)) => a.cmp(b),
        // All keys of an order are of one kind.
        _ => std::cmp::Ordering::Equal,
    }
}

/// What a cursor says, if it is one of this order.
fn position(cursor: &Cursor, tag: &str, order: &SearchOrder) -> Result<(Key, Uuid)> {
    let is_of_kind = |key: &Key| match order.field {
        SearchOrderField::Name => matches!(key, Key::Text(_)),
        _ => matches!(key, Key::Number(_)),
    };
    match cursor.keys(tag) {
        Some(([key], id)) if is_of_kind(key) => Ok((key.clone(), id)),
        _ => Err(Error::input(
            "the cursor belongs to another list or order, or to an earlier layout of the search index; take it from the same search with the same `orderBy`, or begin without it",
        )),
    }
}
