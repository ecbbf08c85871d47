//! The schema's types as the checks before execution need them, read once from the schema's own SDL.
//!
//! async-graphql keeps its registry to itself; the SDL is the public form of the same facts, and its parser is public too.

use std::collections::HashMap;

use async_graphql::Value;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, FieldDefinition, InputValueDefinition, OperationType, Type, TypeKind, TypeSystemDefinition};
use async_graphql::{Name, Positioned};

/// Types by name, and the roots.
#[derive(Debug)]
pub struct SchemaTypes {
    types: HashMap<String, TypeShape>,
    query: String,
    mutation: Option<String>,
    subscription: Option<String>,
}

/// One type.
#[derive(Debug)]
pub enum TypeShape {
    /// A scalar.
    Scalar,
    /// An enum with its words.
    Enum(Vec<String>),
    /// An input object.
    Input {
        /// Its fields in the order of the schema.
        fields: Vec<InputShape>,
        /// Whether exactly one field must be given (`@oneOf`).
        one_of: bool,
    },
    /// An object, an interface or a union (which has no fields).
    Output {
        /// Fields by name.
        fields: HashMap<String, FieldShape>,
        /// Whether a selection on it may meet several object types.
        is_abstract: bool,
    },
}

/// A field of an object or interface.
#[derive(Debug)]
pub struct FieldShape {
    /// Its type.
    pub ty: Type,
    /// Its arguments.
    pub arguments: Vec<InputShape>,
}

/// An argument, or a field of an input object.
#[derive(Debug)]
pub struct InputShape {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Its default, if any.
    pub default: Option<Value>,
}

impl InputShape {
    /// Whether it must be given.
    #[must_use]
    pub fn is_required(&self) -> bool {
        !self.ty.nullable && self.default.is_none()
    }
}

impl SchemaTypes {
    /// Reads the types from an SDL.
    ///
    /// # Errors
    /// What is wrong with the SDL.
    pub fn parse(sdl: &str) -> Result<Self, async_graphql::parser::Error> {
        let mut types: HashMap<String, TypeShape> = ["Int", "Float", "String", "Boolean", "ID"].map(|name| (name.to_owned(), TypeShape::Scalar)).into();
        let (mut query, mut mutation, mut subscription) = (None, None, None);
        for definition in parse_schema(sdl)?.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let name = |root: Option<Positioned<Name>>| root.map(|name| name.node.to_string());
                    query = name(schema.node.query);
                    mutation = name(schema.node.mutation);
                    subscription = name(schema.node.subscription);
                }
                TypeSystemDefinition::Type(definition) => {
                    let one_of = definition.node.directives.iter().any(|directive| directive.node.name.node == "oneOf");
                    types.insert(definition.node.name.node.to_string(), shape(definition.node.kind, one_of));
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        let root = |named: Option<String>, usual: &str| named.or_else(|| types.contains_key(usual).then(|| usual.to_owned()));
        let (query, mutation, subscription) = (root(query, "Query"), root(mutation, "Mutation"), root(subscription, "Subscription"));
        Ok(Self { query: query.unwrap_or_else(|| "Query".to_owned()), mutation, subscription, types })
    }

    /// The type of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&TypeShape> {
        self.types.get(name)
    }

    /// Number of types.
    #[must_use]
    pub fn count(&self) -> usize {
        self.types.len()
    }

    /// The field of that type.
    #[must_use]
    pub fn field(&self, of: &str, name: &str) -> Option<&FieldShape> {
        match self.types.get(of)? {
            TypeShape::Output { fields, .. } => fields.get(name),
            _ => None,
        }
    }

    /// Whether a selection on that type may meet several object types.
    #[must_use]
    pub fn is_abstract(&self, name: &str) -> bool {
        matches!(self.types.get(name), Some(TypeShape::Output { is_abstract: true, .. }))
    }

    /// Whether values of that type have fields to select.
    #[must_use]
    pub fn has_fields(&self, name: &str) -> bool {
        matches!(self.types.get(name), Some(TypeShape::Output { .. }))
    }

    /// Name of the root type for an operation, if the schema has one.
    #[must_use]
    pub fn root(&self, operation: OperationType) -> Option<&str> {
        match operation {
            OperationType::Query => Some(&self.query),
            OperationType::Mutation => self.mutation.as_deref(),
            OperationType::Subscription => self.subscription.as_deref(),
        }
    }
}

/// Whether fields of the type count, so that their `first` is a number of rows and no page.
pub fn is_counted(ty: &Type) -> bool {
    matches!(named(ty), "Facet" | "Statistics")
}

/// Name of the type within all lists.
#[must_use]
pub fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => named(item),
    }
}

/// Whether the type is a list.
#[must_use]
pub fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

fn shape(kind: TypeKind, one_of: bool) -> TypeShape {
    match kind {
        TypeKind::Scalar => TypeShape::Scalar,
        TypeKind::Enum(words) => TypeShape::Enum(words.values.into_iter().map(|word| word.node.value.node.to_string()).collect()),
        TypeKind::InputObject(input) => TypeShape::Input { fields: input.fields.into_iter().map(input_shape).collect(), one_of },
        TypeKind::Object(object) => TypeShape::Output { fields: field_shapes(object.fields), is_abstract: false },
        TypeKind::Interface(interface) => TypeShape::Output { fields: field_shapes(interface.fields), is_abstract: true },
        TypeKind::Union(_) => TypeShape::Output { fields: HashMap::new(), is_abstract: true },
    }
}

fn field_shapes(fields: Vec<Positioned<FieldDefinition>>) -> HashMap<String, FieldShape> {
    fields
        .into_iter()
        .map(|field| {
            let FieldDefinition { name, arguments, ty, .. } = field.node;
            (name.node.to_string(), FieldShape { ty: ty.node, arguments: arguments.into_iter().map(input_shape).collect() })
        })
        .collect()
}

fn input_shape(input: Positioned<InputValueDefinition>) -> InputShape {
    let InputValueDefinition { name, ty, default_value, .. } = input.node;
    InputShape { name: name.node.to_string(), ty: ty.node, default: default_value.map(|value| value.node) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdl_of_a_schema_is_read() {
        let types = SchemaTypes::parse(crate::graphql::request::Answer::sdl(&crate::graphql::sample::engine().0)).unwrap();
        assert_eq!(
            [OperationType::Query, OperationType::Mutation, OperationType::Subscription].map(|kind| types.root(kind)),
            [Some("Query"), Some("Mutation"), None]
        );
        assert!(types.is_abstract("Node") && !types.is_abstract("Agency") && !types.has_fields("AgencyType"));
        let top = types.field("Query", "top").unwrap();
        assert_eq!((named(&top.ty), is_list(&top.ty), &top.arguments[0].default), ("Agency", true, &Some(Value::from(3))));
        let Some(TypeShape::Input { fields, one_of: false }) = types.get("Range") else { panic!("{:?}", types.get("Range")) };
        assert_eq!(fields.iter().map(InputShape::is_required).collect::<Vec<_>>(), [true, false]);
        assert!(matches!(types.get("Key"), Some(TypeShape::Input { one_of: true, .. })));
        assert!(matches!(types.get("AgencyType"), Some(TypeShape::Enum(words)) if words.len() == 3));
        assert!(matches!(types.get("Date"), Some(TypeShape::Scalar)));
    }
}
