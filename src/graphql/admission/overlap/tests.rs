use async_graphql::parser::types::OperationType;
use proptest::prelude::*;

use super::*;
use crate::graphql::admission::document::parse;

const SCHEMA: &str = "
type Query { cat: Cat dog: Dog pet: Pet pets: [Pet!] node(id: ID): Node }
interface Node { id: ID! }
union Pet = Cat | Dog
type Cat implements Node { id: ID! name: String lives: Int! owner: Person toys: [Cat] }
type Dog implements Node { id: ID! name: String! barks(loud: Boolean): Boolean owner: Person toys: [Dog!] }
type Person { name: String age: Int cat: Cat pet(first: Int): Pet }";

fn types() -> SchemaTypes {
    SchemaTypes::parse(SCHEMA).unwrap()
}

#[test]
fn fields_of_one_name_are_one_field() {
    let types = types();
    for (document, reason) in [
        ("{ cat { name } cat { name lives } }", None),
        ("{ pet { ... on Cat { name } ... on Dog { barks } } }", None),
        ("{ pet { ... on Cat { owner { x: name } } ... on Dog { owner { x: name } } } }", None),
        // Of objects of different types nothing meets but the shape.
        ("{ pet { ... on Cat { owner { pet(first: 1) { __typename } } } ... on Dog { owner { pet(first: 2) { __typename } } } } }", None),
        ("{ pet { ... on Cat { x: lives } ... on Dog { x: barks } } }", Some("they return conflicting types \"Int!\" and \"Boolean\"")),
        ("{ pet { ... on Cat { name } ... on Dog { name } } }", Some("they return conflicting types \"String\" and \"String!\"")),
        ("{ pet { ... on Cat { toys { name } } ... on Dog { toys { id } } } }", Some("they return conflicting types \"[Cat]\" and \"[Dog!]\"")),
        ("{ pet { ... on Cat { owner { x: name } } ... on Dog { owner { x: age } } } }", Some("they return conflicting types \"String\" and \"Int\"")),
        ("{ cat { x: name } cat { x: id } }", Some("they return conflicting types \"String\" and \"ID!\"")),
        ("{ cat { owner { x: name } } cat { owner { x: name } ...F } } fragment F on Cat { owner { x: age } }", Some("conflicting types")),
        ("{ x: node(id: 1) { id } x: node(id: 2) { id } }", Some("they have differing arguments")),
        ("{ x: node(id: 1) { id } ... on Query { x: node { id } } }", Some("they have differing arguments")),
        ("{ dog { x: name } dog { x: __typename } }", Some("\"name\" and \"__typename\" are different fields")),
        ("{ node { x: __typename ... on Dog { x: name } } }", Some("\"__typename\" and \"name\" are different fields")),
        ("{ cat { x: unknown } cat { x: id } }", None),
        ("query A { cat { name } } query B { x: dog { id } x: cat { id } }", Some("\"dog\" and \"cat\" are different fields")),
    ] {
        let refusal = check(&parse(document).unwrap(), &types).err();
        assert_eq!(refusal.is_some(), reason.is_some(), "{document}: {refusal:?}");
        if let (Some(refusal), Some(reason)) = (refusal, reason) {
            assert!(refusal.message.contains(reason) && refusal.locations.len() == 2, "{document}: {refusal:?}");
        }
    }
}

#[test]
fn what_is_spread_again_and_again_is_visited_once() {
    let levels: String = (0..18).map(|level| format!("fragment F{level} on Cat {{ toys {{ ...F{0} ...F{0} }} }} ", level + 1)).collect();
    let document = format!("{{ cat {{ ...F0 ...F0 }} }} {levels} fragment F18 on Cat {{ lives }}");
    assert_eq!(check(&parse(&document).unwrap(), &types()), Ok(()));
}

/// The rule as the specification words it: every pair, again at each level.
struct Pairs<'a>(Merging<'a>);

impl<'a> Pairs<'a> {
    fn of(&self, sets: &[(&'a str, &'a SelectionSet)]) -> Vec<(Asked<'a>, Asked<'a>)> {
        let (mut fields, mut spread) = (ByName::new(), HashSet::new());
        for (owner, (parent, set)) in sets.iter().enumerate() {
            self.0.gather(Selected { owner, parent, set }, &mut spread, &mut fields);
        }
        fields.values().flat_map(|fields| fields.iter().enumerate().flat_map(|(place, one)| fields[place..].iter().map(|other| (*one, *other)))).collect()
    }

    fn below(one: &Asked<'a>, other: &Asked<'a>) -> [(&'a str, &'a SelectionSet); 2] {
        [one, other].map(|asked| (named(asked.ty), &asked.field.node.selection_set.node))
    }

    fn can_merge(&self, sets: &[(&'a str, &'a SelectionSet)]) -> bool {
        self.of(sets).iter().all(|(one, other)| {
            let may_be_one = one.parent == other.parent || self.0.types.is_abstract(one.parent) || self.0.types.is_abstract(other.parent);
            self.have_one_shape(one, other) && (!may_be_one || (must_be_one("", one, other).is_ok() && self.can_merge(&Self::below(one, other))))
        })
    }

    fn have_one_shape(&self, one: &Asked<'a>, other: &Asked<'a>) -> bool {
        self.0.have_one_shape(one.ty, other.ty) && self.of(&Self::below(one, other)).iter().all(|(one, other)| self.have_one_shape(one, other))
    }
}

/// What is selected on some type, most of it fields of that type.
fn selections() -> impl Strategy<Value = String> {
    let leaf =
        proptest::sample::select(vec!["id", "name", "lives", "x: name", "x: lives", "x: id", "barks", "barks(loud: true)", "__typename", "...F", "...G"]);
    leaf.prop_map(str::to_owned).prop_recursive(3, 12, 3, |inner| {
        let within = proptest::sample::select(vec![
            "owner",
            "x: owner",
            "toys",
            "pet",
            "pet(first: 1)",
            "x: cat",
            "cat",
            "... on Cat",
            "... on Dog",
            "... on Node",
            "...",
        ]);
        (within, proptest::collection::vec(inner, 1..4)).prop_map(|(within, inner)| format!("{within} {{ {} }}", inner.join(" ")))
    })
}

proptest! {
    #[test]
    fn it_is_the_rule_of_the_specification(
        root in proptest::sample::select(vec!["cat", "dog", "pet", "pets", "node"]),
        sets in proptest::collection::vec(proptest::collection::vec(selections(), 1..4), 4),
    ) {
        let [one, other, f, g] = [0, 1, 2, 3].map(|place| sets[place].join(" "));
        let fragments = format!("fragment F on Cat {{ {} }} fragment G on Dog {{ {} }}", f.replace("...F", "id").replace("...G", "id"), g.replace("...F", "id").replace("...G", "id"));
        let document = parse(&format!("{{ {root} {{ {one} }} {root} {{ {other} }} }} {fragments}")).unwrap();
        let types = types();
        let typename = Type { base: BaseType::Named(Name::new("String")), nullable: false };
        let pairs = Pairs(Merging { document: &document, types: &types, typename: &typename, owners: 0 });
        let (_, operation) = document.operations.iter().next().unwrap();
        let expected = pairs.can_merge(&[(types.root(OperationType::Query).unwrap(), &operation.node.selection_set.node)]);
        prop_assert_eq!(check(&document, &types).is_ok(), expected, "{:?}", document);
    }
}
