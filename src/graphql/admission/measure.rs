//! Size of a document with its fragments spread, counted without spreading them: each fragment is measured once, after those that it spreads.
//!
//! Eighteen fragments that each spread the next twice select 2¹⁸ fields in 600 bytes; async-graphql's own checks would walk all of them.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{Name, Pos, Positioned};

use super::limits::Limits;
use super::refusal::Refusal;
use crate::error::code;

/// What a selection set holds, fragments spread. Counts stop at the largest number instead of overflowing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Fields above one another.
    pub depth: usize,
    /// Selection sets above one another.
    pub selection_sets: usize,
    /// Fields.
    pub fields: u64,
    /// Aliases.
    pub aliases: u64,
    /// Directives.
    pub directives: u64,
    /// Fields directly here, not below others.
    pub own_fields: u64,
}

/// Measures each operation and refuses the document if one is beyond the limits, or if fragments spread themselves.
///
/// All operations count, not only the one that will run: validation walks all.
///
/// # Errors
/// The refusal.
pub fn check(document: &ExecutableDocument, limits: &Limits) -> Result<(), Refusal> {
    if document.fragments.len() > limits.fragments {
        let (limit, actual) = (limits.fragments as u64, document.fragments.len() as u64);
        let message = format!("The document defines {actual} fragments; at most {limit} are accepted.");
        return Err(Refusal::new(code::FRAGMENT_LIMIT_EXCEEDED, message).limit(limit, actual));
    }
    let fragments = measure_fragments(document)?;
    let mut fields = 0_u64;
    for (_, operation) in document.operations.iter() {
        let mut size = measure(&operation.node.selection_set.node, &fragments);
        size.directives = size.directives.saturating_add(operation.node.directives.len() as u64);
        fields = fields.saturating_add(size.fields);
        let over = |code, what: &str, mend: &str, limit: u64, actual: u64| {
            if actual <= limit {
                return Ok(());
            }
            let message = format!("The operation {what} {}; at most {limit} are accepted. {mend}", count_in_words(actual));
            Err(Refusal::new(code, message).at(operation.pos).limit(limit, actual))
        };
        over(code::DEPTH_LIMIT_EXCEEDED, "nests fields to a depth of", "Nest less, or ask in several requests.", limits.depth as u64, size.depth as u64)?;
        over(code::DEPTH_LIMIT_EXCEEDED, "nests selections to a depth of", "Nest fragments less.", limits.selection_sets as u64, size.selection_sets as u64)?;
        over(code::FIELD_LIMIT_EXCEEDED, "selects, with fragments spread, fields in the number of", "Ask in several requests.", limits.fields, fields)?;
        over(code::ALIAS_LIMIT_EXCEEDED, "has aliases in the number of", "Ask in several requests.", limits.aliases, size.aliases)?;
        let roots = if operation.node.ty == OperationType::Subscription { 1 } else { limits.root_fields };
        over(code::ROOT_FIELD_LIMIT_EXCEEDED, "has root fields in the number of", "Ask in several requests.", roots, size.own_fields)?;
        over(code::DIRECTIVE_LIMIT_EXCEEDED, "has directives in the number of", "Leave some out.", limits.directives, size.directives)?;
    }
    Ok(())
}

fn count_in_words(count: u64) -> String {
    if count > 1_000_000_000 { "more than a thousand million".to_owned() } else { count.to_string() }
}

/// Sizes of all fragments, in an order in which each comes after those that it spreads. Iterative: chains of fragments must not use up the stack.
fn measure_fragments(document: &ExecutableDocument) -> Result<HashMap<&Name, Size>, Refusal> {
    let mut sizes: HashMap<&Name, Size> = HashMap::with_capacity(document.fragments.len());
    let mut underway: HashMap<&Name, Pos> = HashMap::new();
    for first in document.fragments.keys() {
        let mut stack = vec![(first, false)];
        while let Some((name, spread_measured)) = stack.pop() {
            let Some(fragment) = document.fragments.get(name) else { continue };
            if spread_measured {
                underway.remove(name);
                let mut size = measure(&fragment.node.selection_set.node, &sizes);
                size.directives = size.directives.saturating_add(fragment.node.directives.len() as u64);
                sizes.insert(name, size);
                continue;
            }
            if sizes.contains_key(name) || underway.contains_key(name) {
                continue;
            }
            underway.insert(name, fragment.pos);
            stack.push((name, true));
            let mut spreads = Vec::new();
            collect_spreads(&fragment.node.selection_set.node, &mut spreads);
            for (spread, place) in spreads {
                if underway.contains_key(spread) {
                    let message = format!("The fragment `{spread}` spreads itself, directly or through others. Break the circle.");
                    return Err(Refusal::new(code::GRAPHQL_VALIDATION_FAILED, message).at(place));
                }
                stack.push((spread, false));
            }
        }
    }
    Ok(sizes)
}

/// Names of the fragments that are spread directly. Depth is bounded by [`Limits::brackets`].
fn collect_spreads<'a>(set: &'a SelectionSet, spreads: &mut Vec<(&'a Name, Pos)>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => collect_spreads(&field.node.selection_set.node, spreads),
            Selection::InlineFragment(fragment) => collect_spreads(&fragment.node.selection_set.node, spreads),
            Selection::FragmentSpread(spread) => spreads.push((&spread.node.fragment_name.node, spread.pos)),
        }
    }
}

/// Size of one selection set, those of its fragments being known. Depth is bounded by [`Limits::brackets`].
fn measure(set: &SelectionSet, fragments: &HashMap<&Name, Size>) -> Size {
    let mut size = Size::default();
    for Positioned { node: selection, .. } in &set.items {
        size.directives = size.directives.saturating_add(selection.directives().len() as u64);
        let (below, is_field) = match selection {
            Selection::Field(field) => {
                size.fields = size.fields.saturating_add(1);
                size.own_fields = size.own_fields.saturating_add(1);
                size.aliases = size.aliases.saturating_add(u64::from(field.node.alias.is_some()));
                (measure(&field.node.selection_set.node, fragments), true)
            }
            Selection::InlineFragment(fragment) => (measure(&fragment.node.selection_set.node, fragments), false),
            // A fragment that is not defined is left to validation.
            Selection::FragmentSpread(spread) => (fragments.get(&spread.node.fragment_name.node).copied().unwrap_or_default(), false),
        };
        size.depth = size.depth.max(below.depth + usize::from(is_field));
        size.selection_sets = size.selection_sets.max(below.selection_sets + 1);
        size.fields = size.fields.saturating_add(below.fields);
        size.aliases = size.aliases.saturating_add(below.aliases);
        size.directives = size.directives.saturating_add(below.directives);
        if !is_field {
            size.own_fields = size.own_fields.saturating_add(below.own_fields);
        }
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::admission::document::parse;

    fn fan_out(levels: usize, width: usize) -> String {
        let mut source = "{ ...f0 }".to_owned();
        for level in 0..levels {
            let spreads = format!("...f{} ", level + 1).repeat(width);
            source += &format!(" fragment f{level} on Query {{ {spreads} }}");
        }
        source + &format!(" fragment f{levels} on Query {{ a }}")
    }

    #[test]
    fn documents_beyond_a_limit_are_refused() {
        let aliases = (0..101).map(|n| format!("a{n}: b ")).collect::<String>();
        let chain = (0..99).map(|n| format!("fragment f{n} on Q {{ {}...f{}{} }} ", "a {".repeat(60), n + 1, "}".repeat(60))).collect::<String>();
        for (source, expected) in [
            ("{ a { b { c } } }".to_owned(), None),
            ("{ ...F a } fragment F on Q { a ...G ...G } fragment G on Q { b }".to_owned(), None),
            (fan_out(18, 2), Some(code::FIELD_LIMIT_EXCEEDED)),
            (fan_out(8, 10), Some(code::FIELD_LIMIT_EXCEEDED)),
            (fan_out(90, 2), Some(code::DEPTH_LIMIT_EXCEEDED)),
            ("{ ...F } fragment F on Q { a ...G } fragment G on Q { b { ...F } }".to_owned(), Some(code::GRAPHQL_VALIDATION_FAILED)),
            ("{ a } fragment F on Q { ...F }".to_owned(), Some(code::GRAPHQL_VALIDATION_FAILED)),
            (format!("{}a{}", "{a".repeat(21), "}".repeat(21)), Some(code::DEPTH_LIMIT_EXCEEDED)),
            (format!("{}{{a}}{}", "{...".repeat(33), "}".repeat(33)), Some(code::DEPTH_LIMIT_EXCEEDED)),
            (format!("{{ {aliases} }}"), Some(code::ALIAS_LIMIT_EXCEEDED)),
            (format!("{{ {} }}", "a ".repeat(51)), Some(code::ROOT_FIELD_LIMIT_EXCEEDED)),
            (format!("{{ a {} }}", "@skip(if: false) ".repeat(101)), Some(code::DIRECTIVE_LIMIT_EXCEEDED)),
            (format!("{{ ...f0 }} {chain} fragment f99 on Q {{ a }}"), Some(code::DEPTH_LIMIT_EXCEEDED)),
            (format!("{{ a }} {}", (0..101).map(|n| format!("fragment f{n} on Q {{ a }} ")).collect::<String>()), Some(code::FRAGMENT_LIMIT_EXCEEDED)),
        ] {
            let document = parse(&source).unwrap();
            let code = check(&document, &Limits::default()).err().map(|refusal| refusal.code);
            assert_eq!(code, expected, "{}", &source[..source.len().min(60)]);
        }
    }

    #[test]
    fn fragments_count_as_often_as_they_are_spread() {
        let document = parse(&fan_out(18, 2)).unwrap();
        let sizes = measure_fragments(&document).unwrap();
        assert_eq!(sizes[&Name::new("f0")].fields, 1 << 18);
        assert_eq!(sizes.len(), 19, "each is measured once");
        let document = parse(&fan_out(90, 3)).unwrap();
        assert_eq!(measure_fragments(&document).unwrap()[&Name::new("f0")].fields, u64::MAX, "counting stops at the largest number");
    }
}
