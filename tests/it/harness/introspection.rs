//! The schema as the server itself tells it, for tests that must hold for every type and field, those of tomorrow too.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Server;

const INTROSPECTION: &str = "
    query {
      __schema {
        queryType { name } mutationType { name } subscriptionType { name }
        types {
          kind name description specifiedByURL
          fields(includeDeprecated: true) { name description isDeprecated args(includeDeprecated: true) { ...Input } type { ...Type } }
          inputFields(includeDeprecated: true) { ...Input }
          enumValues(includeDeprecated: true) { name description }
          possibleTypes { name }
        }
        directives { name description args { ...Input } }
      }
    }
    fragment Input on __InputValue { name description defaultValue type { ...Type } }
    fragment Type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The schema.
pub struct Schema {
    /// Types by name, those of introspection left out.
    pub types: BTreeMap<String, Value>,
}

impl Schema {
    /// Asks the server.
    pub async fn of(server: &Server) -> Self {
        let root = server.query(INTROSPECTION, json!({})).await["__schema"].take();
        let types = root["types"].as_array().unwrap().iter().map(|shape| (text(&shape["name"]).to_owned(), shape.clone()));
        Self { types: types.filter(|(name, _)| !name.starts_with("__")).collect() }
    }

    /// Fields of a type, by name.
    pub fn fields(&self, type_name: &str) -> Vec<&Value> {
        self.types[type_name]["fields"].as_array().map(|fields| fields.iter().collect()).unwrap_or_default()
    }

    /// Values of an enumeration.
    pub fn values(&self, type_name: &str) -> Vec<&str> {
        self.types[type_name]["enumValues"].as_array().unwrap().iter().map(|value| text(&value["name"])).collect()
    }

    /// Names of the types that a node can have.
    pub fn node_types(&self) -> Vec<&str> {
        self.types["Node"]["possibleTypes"].as_array().unwrap().iter().map(|shape| text(&shape["name"])).collect()
    }

    /// Selection of a field with everything below it, `levels` objects deep; pages of two. `None` for a field that cannot be asked without arguments, or an object where none is wanted any more.
    pub fn selected(&self, field: &Value, levels: usize) -> Option<String> {
        if arguments(field).iter().any(|argument| argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null()) {
            return None;
        }
        let (name, of) = (text(&field["name"]), named(&field["type"]));
        match text(&self.types[of]["kind"]) {
            "SCALAR" | "ENUM" => Some(name.to_owned()),
            "INTERFACE" => Some(format!("{name} {{ __typename id }}")),
            _ if of.ends_with("Connection") => {
                let node = of.strip_suffix("Connection").unwrap();
                let below = self.below(node, levels.saturating_sub(1));
                Some(format!("{name}(first: 2) {{ totalCount pageInfo {{ hasNextPage endCursor }} edges {{ cursor }} nodes {{ __typename {below} }} }}"))
            }
            _ if levels == 0 => None,
            _ => Some(format!("{name} {{ __typename {} }}", self.below(of, levels - 1))),
        }
    }

    /// Selections of everything within an object.
    pub fn below(&self, type_name: &str, levels: usize) -> String {
        let is_connection = |field: &Value| named(&field["type"]).ends_with("Connection");
        let fields = self.fields(type_name).into_iter().filter(|field| levels > 0 || !is_connection(field));
        fields.filter_map(|field| self.selected(field, levels)).collect::<Vec<_>>().join(" ")
    }
}

/// A text of the answer.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

/// Name of a type without its lists and exclamation marks.
pub fn named(shape: &Value) -> &str {
    if shape["ofType"].is_null() { text(&shape["name"]) } else { named(&shape["ofType"]) }
}

/// Whether a type is a list.
pub fn is_list(shape: &Value) -> bool {
    shape["kind"] == "LIST" || (!shape["ofType"].is_null() && is_list(&shape["ofType"]))
}

/// Arguments of a field.
pub fn arguments(field: &Value) -> Vec<&Value> {
    field["args"].as_array().unwrap().iter().collect()
}
