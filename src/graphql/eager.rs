//! Objects whose fields mostly need not wait.
//!
//! async-graphql makes a task of each field of an object and has a scheduler run them together. Most fields are there already: a name, a day, a code. [`Eager`] runs each field as far as it gets at once,
//! and leaves to the scheduler those that have to wait, for the database say; they run together, as otherwise, and what they ask for goes into the same batches.

use std::borrow::Cow;
use std::future::poll_fn;
use std::task::Poll;

use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::ContainerType;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use async_graphql_value::indexmap::IndexMap;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};

/// Meta-field of every object (GraphQL §4.1, Type Name Introspection).
const TYPE_NAME: &str = "__typename";

/// An object of the schema, whose fields are run at once as far as they get.
pub struct Eager<T>(pub T);

impl<T: ContainerType> OutputType for Eager<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let name = self.introspection_type_name();
        let mut selected = Vec::new();
        let mut object = IndexMap::new();
        if collect(ctx, &ctx.item.node, &name, &mut selected) {
            object.extend(selected.iter().map(|field| (field.node.response_key().node.clone(), Value::Null)));
        }
        // What is selected twice, under directives, or of another type is rare, and async-graphql's affair.
        if object.is_empty() || object.len() < selected.len() {
            return Box::pin(self.0.resolve(ctx, field)).await;
        }
        let mut note = |place: usize, value: ServerResult<Option<Value>>| match (value, object.get_index_mut(place)) {
            (Ok(value), Some((_, there))) => *there = value.unwrap_or_default(),
            (Ok(_), None) => {}
            (Err(error), _) => ctx.add_error(error),
        };
        let mut waiting = Vec::new();
        for (place, field) in selected.into_iter().enumerate() {
            if field.node.name.node == TYPE_NAME {
                note(place, Ok(Some(Value::from(name.as_ref()))));
                continue;
            }
            // Its type is hidden, since it may hold another object of the same type.
            let mut value: BoxFuture<'_, _> = Box::pin(async move { (place, self.0.resolve_field(&ctx.with_field(field)).await) });
            match poll_fn(|context| Poll::Ready(value.as_mut().poll(context))).await {
                Poll::Ready((place, value)) => note(place, value),
                Poll::Pending => waiting.push(value),
            }
        }
        if !waiting.is_empty() {
            let mut waiting: FuturesUnordered<_> = waiting.into_iter().collect();
            while let Some((place, value)) = waiting.next().await {
                note(place, value);
            }
        }
        Ok(Value::Object(object))
    }
}

/// Collects what is selected of an object of that type, in order; answers whether that is all that is selected.
fn collect<'a>(ctx: &ContextSelectionSet<'a>, selections: &'a SelectionSet, name: &str, selected: &mut Vec<&'a Positioned<Field>>) -> bool {
    selections.items.iter().all(|selection| match &selection.node {
        Selection::Field(field) => {
            selected.push(field);
            field.node.directives.is_empty()
        }
        Selection::InlineFragment(fragment) => {
            let fragment = &fragment.node;
            let is_of_type = fragment.type_condition.as_ref().is_none_or(|condition| condition.node.on.node == name);
            is_of_type && fragment.directives.is_empty() && collect(ctx, &fragment.selection_set.node, name, selected)
        }
        Selection::FragmentSpread(spread) => ctx.query_env.fragments.get(&spread.node.fragment_name.node).is_some_and(|fragment| {
            let fragment = &fragment.node;
            fragment.type_condition.node.on.node == name && spread.node.directives.is_empty() && collect(ctx, &fragment.selection_set.node, name, selected)
        }),
    })
}
