//! Admission of a request: everything that is checked before anything is executed, in the order of what it costs to check.

pub mod arguments;
pub mod coercion;
pub mod cost;
pub mod document;
pub mod limits;
pub mod measure;
pub mod omitted;
pub mod overlap;
pub mod prescan;
pub mod refusal;
pub mod scalar_check;
pub mod schema_types;

use std::sync::Arc;

use async_graphql::Variables;
use async_graphql::parser::types::{ExecutableDocument, OperationType};

use self::arguments::Arguments;
use self::coercion::{ArgumentCheck, Checker};
use self::limits::Limits;
use self::refusal::Refusal;
use self::schema_types::SchemaTypes;
use crate::error::code;
use crate::graphql::documents::{Document, Operation};
use crate::graphql::request::{GraphqlRequest, Transport};

/// A request that may be executed.
#[derive(Debug)]
pub struct Admitted {
    /// The document as it is executed, with these variables.
    pub document: ExecutableDocument,
    /// Whether the variables left it as it was written: what was found valid before is so again.
    pub is_as_written: bool,
    /// What is known of the operation.
    pub known: Arc<Operation>,
    /// Name of the operation, if it has one.
    pub operation_name: Option<String>,
    /// Kind of the operation.
    pub operation: OperationType,
    /// The variables that the operation defines, with their defaults.
    pub variables: Variables,
    /// What it may cost.
    pub cost: u64,
}

/// A request that is not executed.
#[derive(Debug, Default)]
pub struct Rejected {
    /// Why; never empty.
    pub refusals: Vec<Refusal>,
    /// Name of the operation, if that was found.
    pub operation_name: Option<String>,
    /// Kind of the operation, if that was found.
    pub operation: Option<OperationType>,
    /// What it would have cost, if that was found.
    pub cost: Option<u64>,
    /// Whether it was a mutation that came by GET.
    pub is_mutation_by_get: bool,
}

impl From<Refusal> for Rejected {
    fn from(refusal: Refusal) -> Self {
        Self { refusals: vec![refusal], ..Self::default() }
    }
}

/// What requests are checked against.
pub struct Rules<'a> {
    /// Types of the schema.
    pub types: &'a SchemaTypes,
    /// Limits.
    pub limits: &'a Limits,
    /// Check of the caller's own on ids and cursors.
    pub argument_check: Option<&'a ArgumentCheck>,
}

/// Checks a request whose document was read. Nothing is executed, and no database is touched.
///
/// # Errors
/// Why the request is not executed.
pub fn admit(document: &Document, request: &GraphqlRequest, transport: Transport, rules: &Rules<'_>) -> Result<Admitted, Rejected> {
    let Rules { types, limits, argument_check } = *rules;
    let Document { written, executable } = document;
    check_depth(request, limits)?;
    let (name, operation) = document::select(written, request.operation_name.as_deref())?;
    let operation_name = name.map(str::to_owned);
    let kind = operation.node.ty;
    let rejected = |refusals| Rejected { refusals, operation_name: operation_name.clone(), operation: Some(kind), ..Rejected::default() };

    if kind == OperationType::Mutation && transport.is_get() {
        let refusal = Refusal::new(code::METHOD_NOT_ALLOWED, "Mutations are accepted by POST only. Send this one by POST.").at(operation.pos);
        return Err(Rejected { is_mutation_by_get: true, ..rejected(vec![refusal]) });
    }
    document::check_kind(operation, transport).map_err(|refusal| rejected(vec![refusal]))?;
    if types.root(kind).is_none() {
        let refusal =
            Refusal::new(code::OPERATION_RESOLUTION_FAILURE, format!("This register answers no {kind}s; see its schema at /schema.graphql.")).at(operation.pos);
        return Err(rejected(vec![refusal]));
    }
    let executable = executable.as_ref().map_err(|refusal| rejected(vec![refusal.clone()]))?;
    if let Some(place) = executable.introspects.filter(|_| !limits.tells_schema) {
        let message = "Introspection is switched off on this server. Ask whoever runs it for the schema.";
        return Err(rejected(vec![Refusal::new(code::INTROSPECTION_DISABLED, message).at(place)]));
    }

    let list_items = if kind == OperationType::Mutation { limits.mutation_list_items } else { limits.list_items };
    let mut checker = Checker::new(types, limits, list_items, argument_check);
    let variables = checker.variables(&operation.node, &Variables::from_json(serde_json::Value::Object(request.variables.clone())));
    Arguments { document: written, types, limits, variables: &variables, argument_check, checker: &mut checker }.check(&operation.node);
    if !checker.refusals.is_empty() {
        return Err(rejected(checker.refusals));
    }

    let cost = cost::cost(written, &operation.node, types, limits, &variables);
    if cost > limits.cost {
        let limit = limits.cost;
        let message =
            format!("The operation could fetch too much: it costs up to {cost}; at most {limit} is accepted. Ask for smaller pages, or nest fewer lists.");
        let refusal = Refusal::new(code::COST_LIMIT_EXCEEDED, message).at(operation.pos).fact("cost", cost).fact("limit", limit);
        return Err(Rejected { cost: Some(cost), ..rejected(vec![refusal]) });
    }
    let definitions =
        operation.node.variable_definitions.iter().map(|definition| (definition.node.name.node.clone(), definition.node.var_type.node.clone())).collect();
    let (Some(root), Some(known)) = (types.root(kind), executable.operation(name)) else {
        return Err(rejected(vec![Refusal::new(code::OPERATION_RESOLUTION_FAILURE, "The document has no such operation.")]));
    };
    let mut document = executable.document.clone();
    let is_changed = omitted::take_out(&mut document, &definitions, root, name, types, &variables).map_err(rejected)?;
    Ok(Admitted { is_as_written: !is_changed, known: Arc::clone(known), operation_name, operation: kind, variables, cost, document })
}

/// Refuses variables that nest too deep. The JSON parser has stopped at 128 before.
fn check_depth(request: &GraphqlRequest, limits: &Limits) -> Result<(), Refusal> {
    let depth = request.variables.values().map(json_depth).max().unwrap_or_default();
    if depth <= limits.variables_depth {
        return Ok(());
    }
    let message = format!("`variables` nests {depth} deep; at most {} is accepted. Nest less.", limits.variables_depth);
    Err(Refusal::new(code::DEPTH_LIMIT_EXCEEDED, message).limit(limits.variables_depth as u64, depth as u64))
}

fn json_depth(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(items) => 1 + items.iter().map(json_depth).max().unwrap_or_default(),
        serde_json::Value::Object(fields) => 1 + fields.values().map(json_depth).max().unwrap_or_default(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
