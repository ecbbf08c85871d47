//! The register as a subgraph of Apollo Federation 2: what a gateway asks beside the ordinary fields, and what the schema that it composes says beside the ordinary one (docs/federation.md).
//!
//! Every node is an entity by its `id`, some by a key of their own too. Only the schema that is printed has `@key`: once async-graphql knows of keys it answers `_entities` itself, and fails for all
//! representations where one is wrong (docs/adr/0031).

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Directive, Field};
use async_graphql::registry::{MetaDirectiveInvocation, MetaType, MetaTypeId, Registry};
use async_graphql::{
    Any, Context, ContextDirective, ContextSelectionSet, CustomDirective, CustomDirectiveFactory, Object, OutputType, Positioned, Result, ServerError,
    ServerResult, SimpleObject, Value,
};
use futures_util::future::join_all;

use super::node::{Node, node};
use super::subgraph_sdl;
use crate::agency::graphql::AgencyQuery;
use crate::collected_item::graphql::ItemCategory;
use crate::data_file::graphql::DataFileQuery;
use crate::error::Error;
use crate::identity::{GlobalId, NodeType, abbreviated};
use crate::legal_basis::graphql::StatuteQuery;
use crate::vocabulary::Vocabulary as _;

/// What the printed schema takes from Apollo's specification; 2.9 is the first to have `@cost` and `@listSize`.
pub const LINK: &str =
    "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@shareable\", \"@cost\", \"@listSize\"])\n\n";

/// The field beside `id` that tells entities of a type apart.
fn own_key(node_type: NodeType) -> Option<&'static str> {
    match node_type {
        NodeType::Agency | NodeType::ItemCategory => Some("code"),
        NodeType::DataFile => Some("registrationNumber"),
        NodeType::Statute => Some("name"),
        _ => None,
    }
}

/// What only gateways ask.
#[derive(Default)]
pub struct FederationQuery;

/// What only gateways ask.
#[Object]
impl FederationQuery {
    /// This server as a subgraph of Apollo Federation.
    #[graphql(name = "_service")]
    async fn service(&self) -> Service {
        Service { sdl: subgraph_sdl() }
    }

    /// Entities by their representations, in that order; null in the place of one that the register does not have. At most 1,000.
    #[graphql(name = "_entities")]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For each entity an object with its `__typename` and a key: `id`, or another one that the schema declares. At most 1,000.")]
        representations: Vec<Any>,
    ) -> Vec<Option<Result<Entity>>> {
        join_all(representations.iter().map(|representation| async { entity(ctx, &representation.0).await.transpose() })).await
    }
}

/// This server as a subgraph of Apollo Federation.
#[derive(SimpleObject)]
#[graphql(name = "_Service")]
struct Service {
    /// The schema as a gateway composes it.
    sdl: &'static str,
}

/// The entity that a representation stands for; `None` if the register has none.
///
/// # Errors
/// `BAD_USER_INPUT` for what is no representation of an entity; those of the database.
async fn entity(ctx: &Context<'_>, representation: &Value) -> Result<Option<Entity>> {
    let Value::Object(given) = representation else {
        return Err(Error::input("a representation is an object with `__typename` and a key of that type").into());
    };
    let Some(Value::String(type_name)) = given.get("__typename") else {
        return Err(Error::input("the representation lacks its `__typename`: a text that names the type of the entity").into());
    };
    let node_type = NodeType::from_word(type_name).ok_or_else(|| {
        let entities: Vec<&str> = NodeType::WORDS.iter().map(|word| word.value).collect();
        Error::input(format!("\"{}\" is no entity of this register, which has {}", abbreviated(type_name), entities.join(", ")))
    })?;
    let own_key = own_key(node_type);
    let key = ["id"].into_iter().chain(own_key).find_map(|key| Some((key, given.get(key).filter(|value| **value != Value::Null)?)));
    let (key, text) = match key {
        Some((key, Value::String(text))) if !text.contains('\0') => (key, text),
        Some((key, _)) => return Err(Error::input(format!("the key `{key}` of the representation must be a text, without the character U+0000")).into()),
        None => {
            let or = own_key.map(|key| format!(" or `{key}`")).unwrap_or_default();
            return Err(Error::input(format!("the representation of the {type_name} lacks a key: give `id`{or}")).into());
        }
    };
    let found = match node_type {
        _ if key == "id" => node(ctx, GlobalId::new(node_type, GlobalId::parse_as(text, node_type)?)).await?,
        NodeType::Agency => AgencyQuery.agency(ctx, text.clone()).await?.map(Node::Agency),
        NodeType::DataFile => DataFileQuery.data_file(ctx, text.clone()).await?.map(Node::DataFile),
        NodeType::Statute => StatuteQuery.statute(ctx, text.clone()).await?.map(Node::Statute),
        NodeType::ItemCategory => ItemCategory::by_code(text).map(Node::ItemCategory),
        // They have no key but their id.
        _ => None,
    };
    Ok(found.map(Entity))
}

/// Whatever a gateway can ask for by a representation: the nodes.
struct Entity(Node);

impl OutputType for Entity {
    fn type_name() -> Cow<'static, str> {
        "_Entity".into()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Union, |registry| {
            Node::create_type_info(registry);
            MetaType::Union {
                name: Self::type_name().into_owned(),
                description: Some("Whatever a gateway can ask for by a representation: every object with a global ID.".to_owned()),
                possible_types: NodeType::WORDS.iter().map(|word| word.value.to_owned()).collect(),
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                rust_typename: Some(std::any::type_name::<Self>()),
                directive_invocations: Vec::new(),
            }
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}

/// Declares the keys of entities, and what other subgraphs may have too.
pub struct DeclaredKeys;

impl CustomDirectiveFactory for DeclaredKeys {
    fn name(&self) -> Cow<'static, str> {
        "key".into()
    }

    fn register(&self, registry: &mut Registry) {
        let mut declare = |type_name: &str, directive: &str, args: IndexMap<String, Value>| {
            if let Some(MetaType::Object { directive_invocations, .. }) = registry.types.get_mut(type_name) {
                directive_invocations.push(MetaDirectiveInvocation { name: directive.to_owned(), args });
            }
        };
        for node_type in NodeType::WORDS.iter().map(|word| word.is) {
            for key in ["id"].into_iter().chain(own_key(node_type)) {
                declare(node_type.as_str(), "key", IndexMap::from_iter([("fields".to_owned(), Value::from(key))]));
            }
        }
        declare("PageInfo", "shareable", IndexMap::new());
    }

    fn create(&self, _: &ContextDirective<'_>, directive: &Directive) -> ServerResult<Box<dyn CustomDirective>> {
        let Positioned { pos, node: name } = &directive.name;
        Err(ServerError::new(format!("The directive `@{name}` stands in the schema only."), Some(*pos)))
    }
}
