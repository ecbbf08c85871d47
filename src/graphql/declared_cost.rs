//! The cost as the schema declares it, with the directives `@cost` and `@listSize` of IBM's GraphQL Cost Directives Specification, on the fields where [`super::admission::cost`] counts otherwise
//! than by default: an object one, a plain value nearly nothing.
//!
//! They are written into the registry of the schema when it is built, so that the SDL has them and introspection tells of them.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Directive, Type};
use async_graphql::registry::{__DirectiveLocation, MetaDirective, MetaDirectiveInvocation, MetaField, MetaInputValue, MetaType, Registry};
use async_graphql::{ContextDirective, CustomDirective, CustomDirectiveFactory, InputType, Positioned, ServerError, ServerResult, Value};

use super::admission::cost::{ASSUMED_LIST, USUAL_PAGE, extra_weight};
use super::admission::schema_types::{is_counted, is_list, named};

/// Fields whose length is that of what they stand in.
const SIZED: [&str; 4] = ["edges", "nodes", "rows", "values"];

/// Declares what fields cost.
pub enum DeclaredCost {
    /// By directives that the schema defines: a weight is a text, as IBM's specification has it.
    Defined,
    /// By directives that the schema imports from Apollo Federation: a weight is a whole number.
    Imported,
}

impl DeclaredCost {
    /// What is declared of a field; `below` are the fields of what it gives.
    fn declared(&self, field: &MetaField, below: &[String]) -> Vec<MetaDirectiveInvocation> {
        let Some(ty) = Type::new(&field.ty) else { return Vec::new() };
        let mut declared = Vec::new();
        if let Some(weight) = extra_weight(&field.name, !below.is_empty()) {
            let weight = match self {
                Self::Defined => Value::from(weight.to_string()),
                Self::Imported => Value::from(weight),
            };
            declared.push(MetaDirectiveInvocation { name: "cost".to_owned(), args: IndexMap::from_iter([("weight".to_owned(), weight)]) });
        }
        let slicing: Vec<Value> = ["first", "last"].into_iter().filter(|name| field.args.contains_key(*name)).map(Value::from).collect();
        let is_paged = is_counted(&ty) || named(&ty).ends_with("Connection");
        if below.is_empty() || !(is_list(&ty) || is_paged && !slicing.is_empty()) {
            return declared;
        }
        let default = field.args.get("first").and_then(|first| first.default_value.as_ref()?.parse().ok());
        let assumed = if slicing.is_empty() || is_list(&ty) && is_counted(&ty) { ASSUMED_LIST } else { default.unwrap_or(USUAL_PAGE) };
        let mut args = IndexMap::from_iter([("assumedSize".to_owned(), Value::from(assumed))]);
        if !slicing.is_empty() {
            args.insert("slicingArguments".to_owned(), Value::List(slicing));
            let sized: Vec<Value> = SIZED.into_iter().filter(|name| below.iter().any(|field| field == name)).map(Value::from).collect();
            if is_paged && !sized.is_empty() {
                args.insert("sizedFields".to_owned(), Value::List(sized));
            }
            args.insert("requireOneSlicingArgument".to_owned(), Value::from(false));
        }
        declared.push(MetaDirectiveInvocation { name: "listSize".to_owned(), args });
        declared
    }
}

impl CustomDirectiveFactory for DeclaredCost {
    fn name(&self) -> Cow<'static, str> {
        "cost".into()
    }

    fn register(&self, registry: &mut Registry) {
        if let Self::Defined = self {
            define(registry);
        }
        let fields_of: Vec<(String, Vec<String>)> = registry.types.values().map(|ty| (ty.name().to_owned(), field_names(ty))).collect();
        for ty in registry.types.values_mut().filter(|ty| !ty.name().starts_with("__")) {
            // Lists whose length is that of the page or of the counted rows above them.
            let is_sized = ty.name().ends_with("Connection") || matches!(ty.name(), "Facet" | "Statistics");
            let (MetaType::Object { fields, .. } | MetaType::Interface { fields, .. }) = ty else { continue };
            for field in fields.values_mut().filter(|field| !(is_sized && SIZED.contains(&field.name.as_str()))) {
                let below = Type::new(&field.ty).and_then(|ty| fields_of.iter().find(|(name, _)| name == named(&ty))).map(|(_, fields)| fields.as_slice());
                let declared = self.declared(field, below.unwrap_or_default());
                field.directive_invocations.extend(declared);
            }
        }
    }

    fn create(&self, _: &ContextDirective<'_>, directive: &Directive) -> ServerResult<Box<dyn CustomDirective>> {
        let Positioned { pos, node: name } = &directive.name;
        Err(ServerError::new(format!("The directive `@{name}` stands in the schema only."), Some(*pos)))
    }
}

/// Defines the directives, as IBM's specification has them.
fn define(registry: &mut Registry) {
    // What an argument means is told with its directive: the SDL has no place for it that async-graphql prints, and introspection tells no more than the SDL.
    let of = |name: &str, ty: String, default: Option<&str>| {
        let input = MetaInputValue {
            name: name.to_owned(),
            description: None,
            ty,
            deprecation: Default::default(),
            default_value: default.map(str::to_owned),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            is_secret: false,
            directive_invocations: Vec::new(),
        };
        (name.to_owned(), input)
    };
    let (text, texts) = (<String as InputType>::create_type_info(registry), <Option<Vec<String>> as InputType>::create_type_info(registry));
    let (number, truth) = (<Option<i32> as InputType>::create_type_info(registry), <Option<bool> as InputType>::create_type_info(registry));
    let declare = |registry: &mut Registry, name: &str, description: &str, args| {
        registry.add_directive(MetaDirective {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            locations: vec![__DirectiveLocation::FIELD_DEFINITION],
            args,
            is_repeatable: false,
            visible: None,
            composable: None,
        });
    };
    declare(
        registry,
        "cost",
        "What a field costs by itself, where that is not one for an object and nearly nothing for a plain value: `weight`, a decimal number.",
        IndexMap::from_iter([of("weight", text, None)]),
    );
    let arguments = [
        of("assumedSize", number, None),
        of("slicingArguments", texts.clone(), None),
        of("sizedFields", texts, None),
        of("requireOneSlicingArgument", truth, Some("true")),
    ];
    declare(
        registry,
        "listSize",
        "How long a list counts: as the arguments named by `slicingArguments` say (one of them must be given, where `requireOneSlicingArgument`), else as `assumedSize`; so do the lists of `sizedFields` \
         in the object below.",
        IndexMap::from_iter(arguments),
    );
}

fn field_names(ty: &MetaType) -> Vec<String> {
    match ty {
        MetaType::Object { fields, .. } | MetaType::Interface { fields, .. } => fields.keys().cloned().collect(),
        _ => Vec::new(),
    }
}
