//! Subscriptions: an operation whose field has many values, each answered as if it had been asked for alone.
//!
//! async-graphql resolves all values of a subscription with the data of the one request that subscribed: loaders that remember what they once read, and a clock that stands still. So the field of a
//! subscription is resolved once to learn its source, and then anew for each event, in a request of its own that has the event among its data.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet};
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream, Stream};

use crate::error::{Error, Result};

/// What the field of a subscription resolves to, known to that field alone.
pub type Event = Arc<dyn Any + Send + Sync>;

/// Events in their order. After an error there are no more.
pub type Events = BoxStream<'static, Result<Event>>;

/// One event, or none.
pub type Occurrence<T> = stream::Iter<std::option::IntoIter<T>>;

/// Why the field of a subscription is resolved.
pub enum Occasion {
    /// To say where its events come from.
    Opening(Mutex<Option<Events>>),
    /// For one of them.
    Event(Event),
}

impl Occasion {
    /// The first one.
    #[must_use]
    pub fn opening() -> Self {
        Self::Opening(Mutex::new(None))
    }

    /// The events that the field named as its source, once.
    #[must_use]
    pub fn events(&self) -> Option<Events> {
        match self {
            Self::Opening(place) => place.lock().unwrap_or_else(PoisonError::into_inner).take(),
            Self::Event(_) => None,
        }
    }
}

/// What the field of a subscription resolves to on this occasion: the event, or nothing when it opens its source.
///
/// # Errors
/// Those of `open`; `Internal` outside a subscription.
pub fn on_occasion<T, S>(ctx: &Context<'_>, open: impl FnOnce() -> Result<S>) -> Result<Occurrence<T>>
where
    T: Clone + Send + Sync + 'static,
    S: Stream<Item = Result<T>> + Send + 'static,
{
    let value = match ctx.data_opt::<Arc<Occasion>>().map(AsRef::as_ref) {
        Some(Occasion::Event(event)) => event.downcast_ref::<T>().cloned(),
        Some(Occasion::Opening(place)) => {
            let events = open()?.map(|event| event.map(|value| Arc::new(value) as Event)).boxed();
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(events);
            None
        }
        None => return Err(Error::internal("a subscription was resolved outside of any occasion")),
    };
    Ok(stream::iter(value))
}

/// Puts the field of a subscription where its root has a fragment: async-graphql looks for fields there and finds none in fragments. The document must have passed the checks of admission, so that the
/// fragments lead to one field.
pub fn spread_root(document: &mut ExecutableDocument, operation_name: Option<&str>) {
    let mut spread = Vec::new();
    loop {
        let root = match &mut document.operations {
            DocumentOperations::Single(operation) => &mut operation.node.selection_set.node,
            DocumentOperations::Multiple(operations) => {
                let named = operations.iter_mut().find(|(name, _)| operation_name.is_none_or(|wanted| name.as_str() == wanted));
                let Some((_, operation)) = named else { return };
                &mut operation.node.selection_set.node
            }
        };
        let inner = match root.items.first().map(|root| &root.node) {
            Some(Selection::InlineFragment(fragment)) => fragment.node.selection_set.node.clone(),
            Some(Selection::FragmentSpread(fragment)) => {
                let name = &fragment.node.fragment_name.node;
                let Some(found) = document.fragments.get(name) else { break };
                spread.push(name.clone());
                found.node.selection_set.node.clone()
            }
            _ => break,
        };
        *root = inner;
    }
    // A fragment that nothing spreads any more would not pass validation.
    for name in spread {
        let mut sets = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
        let mut others = document.fragments.iter().filter(|(other, _)| **other != name).map(|(_, fragment)| &fragment.node.selection_set.node);
        if !sets.any(|set| spreads(set, &name)) && !others.any(|set| spreads(set, &name)) {
            document.fragments.remove(&name);
        }
    }
}

/// Whether the fragment of that name is spread anywhere in a selection.
fn spreads(set: &SelectionSet, name: &str) -> bool {
    set.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => spreads(&field.node.selection_set.node, name),
        Selection::InlineFragment(fragment) => spreads(&fragment.node.selection_set.node, name),
        Selection::FragmentSpread(spread) => spread.node.fragment_name.node == name,
    })
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn the_root_is_a_field() {
        let spread = |text: &str, name: Option<&str>| {
            let mut document = parse_query(text).unwrap();
            spread_root(&mut document, name);
            let is_field = |(_, operation): (_, &async_graphql::Positioned<async_graphql::parser::types::OperationDefinition>)| {
                matches!(operation.node.selection_set.node.items[0].node, Selection::Field(_))
            };
            (document.operations.iter().all(is_field), document.fragments.len())
        };
        assert_eq!(spread("subscription { a { ...F } } fragment F on T { x }", None), (true, 1));
        assert_eq!(spread("subscription S { ... on Subscription { ...F } } fragment F on Subscription { a { b } }", Some("S")), (true, 0));
        assert_eq!(spread("subscription S { ...F } query Q { ...F } fragment F on Subscription { a { b } }", Some("S")), (false, 1));
    }
}
