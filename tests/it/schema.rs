//! The schema as its readers see it: printed in `schema.graphql`, described throughout, named by one set of rules.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::introspection::{Schema, arguments, is_list, named, text};
use crate::harness::{Data, Server, on_both};

/// The public contract: its difference is what a reviewer reads.
#[test]
fn schema_graphql_is_the_schema_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let printed = format!("{}\n", yeollam::graphql::sdl());
    if committed != printed {
        let line = committed.lines().zip(printed.lines()).take_while(|(old, new)| old == new).count() + 1;
        panic!(
            "\n\nschema.graphql is not what the code says from line {line} on:\n  there {:?}\n  code  {:?}\n\nWrite it anew, and read the difference as a client would:\n  cargo run -q -- schema > \
             schema.graphql\n",
            committed.lines().nth(line - 1),
            printed.lines().nth(line - 1)
        );
    }
}

/// Everything that has a description, with where it stands, and whether it is a boolean or a list.
fn described(schema: &Schema) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (name, shape) in &schema.types {
        if !["Int", "Float", "String", "Boolean", "ID"].contains(&name.as_str()) {
            found.push((name.clone(), shape));
        }
        for field in shape["fields"].as_array().into_iter().flatten() {
            found.push((format!("{name}.{}", text(&field["name"])), field));
            for argument in arguments(field) {
                found.push((format!("{name}.{}({})", text(&field["name"]), text(&argument["name"])), argument));
            }
        }
        for part in ["inputFields", "enumValues"] {
            found.extend(shape[part].as_array().into_iter().flatten().map(|value| (format!("{name}.{}", text(&value["name"])), value)));
        }
    }
    found
}

fn must_be_none(findings: &[String], mend: &str) {
    assert!(findings.is_empty(), "\n\n{}\n\n{mend}\n", findings.join("\n"));
}

async fn everything_is_described(server: Server) {
    let schema = Schema::of(&server).await;
    let all = described(&schema);
    assert!(all.len() > 500, "{} things", all.len());
    let mut findings = Vec::new();
    for (place, shape) in all {
        let description = shape["description"].as_str().unwrap_or_default().trim();
        if description.is_empty() {
            findings.push(format!("{place}: nothing"));
        } else if !description.ends_with(['.', '…']) {
            findings.push(format!("{place}: no full stop: {description}"));
        } else if description.starts_with("A ") || description.starts_with("An ") {
            findings.push(format!("{place}: begins with an article: {description}"));
        }
    }
    must_be_none(&findings, "Describe it where it is declared, in whole sentences that begin with the thing.");
}

async fn names_follow_the_rules(server: Server) {
    let schema = Schema::of(&server).await;
    let mut findings = Vec::new();
    let mut refuse = |place: &str, why: &str| findings.push(format!("{place}: {why}"));
    for (name, shape) in &schema.types {
        if !name.starts_with(char::is_uppercase) || name.contains('_') {
            refuse(name, "a type is PascalCase");
        }
        if name.ends_with("Enum") || name.ends_with("Type") && shape["kind"] == "OBJECT" || (name.ends_with("Input") && shape["kind"] != "INPUT_OBJECT") {
            refuse(name, "a name does not tell what kind of type it is");
        }
        for value in shape["enumValues"].as_array().into_iter().flatten().map(|value| text(&value["name"])) {
            if !value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_') {
                refuse(&format!("{name}.{value}"), "a value of an enumeration is UPPER_CASE");
            }
        }
        let fields = shape["fields"].as_array().into_iter().flatten().map(|field| (field, true));
        let inputs = shape["inputFields"].as_array().into_iter().flatten().map(|field| (field, false));
        for (field, is_output) in fields.chain(inputs) {
            let place = format!("{name}.{}", text(&field["name"]));
            let (field_name, of) = (text(&field["name"]), named(&field["type"]));
            if !field_name.starts_with(char::is_lowercase) || field_name.contains('_') {
                refuse(&place, "a field is camelCase");
            }
            if ["get", "fetch", "list"].iter().any(|verb| field_name.strip_prefix(verb).is_some_and(|rest| rest.starts_with(char::is_uppercase))) {
                refuse(&place, "a field is no verb");
            }
            let is_truth = of == "Boolean";
            if is_truth && !["is", "has", "includes"].iter().any(|verb| field_name.strip_prefix(verb).is_some_and(|rest| rest.starts_with(char::is_uppercase)))
            {
                refuse(&place, "a boolean begins with is, has or includes");
            }
            if of == "Date"
                && !is_list(&field["type"])
                && !["On", "From", "Until"].iter().any(|end| field_name.ends_with(end))
                && is_output
                && field_name != "on"
                // The contract's names of the days of a finding.
                && !["Finding.since", "Finding.until"].contains(&place.as_str())
            {
                refuse(&place, "a day ends in On, From or Until");
            }
            if of == "DateTime" && is_output && !field_name.ends_with("At") {
                refuse(&place, "an instant ends in At");
            }
            if of == "ID" && is_output && !["id", "nodeId"].contains(&field_name) {
                refuse(&place, "a field refers to objects, not to their ids");
            }
            let is_path_of_error = name.ends_with("UserError") && field_name == "field";
            if is_output && !is_path_of_error && is_list(&field["type"]) && !text(&field["type"]["kind"]).eq("NON_NULL") {
                refuse(&place, "a list is never null");
            }
        }
    }
    must_be_none(&findings, "Name it by the rules; clients keep names for years.");
}

/// Plain lists that nothing bounds by a number, and why they stay small. This list may only shrink.
const SMALL: &[(&str, &str)] = &[
    ("Agency.ancestors", "as deep as the state is"),
    ("Agency.predecessors", "reorganisations of one agency"),
    ("Agency.successors", "reorganisations of one agency"),
    ("Organization.namesAsWritten", "spellings of one name"),
    ("PolicyRevision.sections", "one for each value of PolicySectionKind"),
    ("PolicyRevision.differences", "follows from two contents, whose lists are bounded"),
    ("PrivacyPolicy.compare", "follows from two contents, whose lists are bounded"),
    ("Query.enumLabels", "values of one enumeration of the code"),
    ("Statute.aliases", "spellings of one name"),
    ("Statute.articles", "articles of one statute"),
];

async fn no_list_is_without_a_limit(server: Server) {
    let schema = Schema::of(&server).await;
    let mut findings = Vec::new();
    for (name, shape) in &schema.types {
        for field in shape["fields"].as_array().into_iter().flatten() {
            let place = format!("{name}.{}", text(&field["name"]));
            let of = named(&field["type"]);
            let description = text(&field["description"]);
            let has_number = description.contains(|c: char| c.is_ascii_digit());
            if of.ends_with("Connection") {
                let names: Vec<&str> = arguments(field).iter().map(|argument| text(&argument["name"])).collect();
                if !["first", "after"].iter().all(|argument| names.contains(argument)) {
                    findings.push(format!("{place}: cannot be paged"));
                }
                if !description.replace('\n', " ").contains("At most 100 in a page, 20 if not said") {
                    findings.push(format!("{place}: does not say how many are in a page: {description}"));
                }
            } else if is_list(&field["type"]) && !name.ends_with("Connection") && has_number == SMALL.iter().any(|(small, _)| *small == place) {
                let why = if has_number { "says how many there can be: strike it off the list of this test" } else { "does not say how many there can be" };
                findings.push(format!("{place}: {why}: {description}"));
            }
            for argument in arguments(field) {
                if is_list(&argument["type"]) && !text(&argument["description"]).contains("At most") {
                    findings.push(format!("{place}({}): does not say how many can be given", text(&argument["name"])));
                }
            }
        }
        for field in shape["inputFields"].as_array().into_iter().flatten() {
            if is_list(&field["type"]) && !text(&field["description"]).contains("At most") {
                findings.push(format!("{name}.{}: does not say how many can be given", text(&field["name"])));
            }
        }
    }
    must_be_none(&findings, "Make it a connection if it can grow; if it is small by law, say in its description that there are at most so many.");
}

/// How each field with an argument that has a default is asked for: what stands around the field, with `@` in its place, and what is selected of it. Arguments that it needs beside stand before the `@`.
const WITH_DEFAULTS: &[(&str, &str, &str)] = &[
    ("Agency.dataFileCount", "{ agency(code: \"6110000\") { @ } }", ""),
    ("Agency.dataFiles", "{ agency(code: \"6110000\") { @ } }", "{ totalCount }"),
    ("Agency.declaredSubjects", "{ agency(code: \"6110000\") { @ } }", "{ dataFileCount }"),
    ("Agency.entrustments", "{ agency(code: \"6110000\") { @ } }", "{ totalCount }"),
    ("Agency.findings", "{ agency(code: \"6110000\") { @ } }", "{ totalCount }"),
    ("Agency.recommendations", "{ agency(code: \"6110000\") { @ } }", "{ totalCount }"),
    ("Agency.provisions", "{ agency(code: \"6110000\") { @ } }", "{ totalCount }"),
    ("Agency.registrations", "{ agency(code: \"6110000\") { @ } }", "{ totalCount }"),
    ("DataFile.similar", "{ dataFile(registrationNumber: \"Y000001-1\") { @ } }", "{ name }"),
    ("FacetValue.label", "{ search { facets(by: [STATUS]) { values { @ } } } }", ""),
    ("ItemCategory.label", "{ itemCategories { @ } }", ""),
    ("PeerGroup.farBelow", "{ peerGroups { @ } }", "{ rank }"),
    ("Query.dataFlowPaths", "{ @ }", "{ hops { dataFileCount } }"),
    ("Query.enumLabels", "{ @ }", "{ value label }"),
    ("Query.statistics", "{ @ }", "{ rows { dataFileCount } }"),
    ("Query.suggest", "{ @ }", "{ text }"),
    ("SearchConnection.facets", "{ search { @ } }", "{ values { key } }"),
    ("StatisticsKey.label", "{ statistics(by: [STATUS]) { rows { keys { @ } } } }", ""),
];

/// Arguments that the fields above need, by name.
const NEEDED: &[(&str, &str)] = &[
    ("days", "[\"2024-06-01\"]"),
    ("type", "\"AgencyType\""),
    ("by", "[STATUS]"),
    ("prefix", "\"정\""),
    ("fromAgencyId", "\"Agency_0PoTO-3eVi78RotRd8ITDw\""),
];

/// An argument whose variable was not sent has its default, like one that was left out; null is refused where it cannot be.
async fn what_was_not_sent_has_its_default(server: Server) {
    let schema = Schema::of(&server).await;
    let mut tried = 0;
    for name in schema.types.keys() {
        for field in schema.fields(name) {
            let place = format!("{name}.{}", text(&field["name"]));
            for argument in arguments(field).iter().filter(|argument| !argument["defaultValue"].is_null()) {
                let Some((_, around, selected)) = WITH_DEFAULTS.iter().find(|(known, ..)| *known == place) else {
                    panic!("{place} has an argument with a default: say in WITH_DEFAULTS how it is asked for");
                };
                tried += 1;
                let needed: Vec<String> = arguments(field)
                    .iter()
                    .filter(|other| other["type"]["kind"] == "NON_NULL" && other["defaultValue"].is_null())
                    .map(|other| {
                        let value = NEEDED.iter().find(|(name, _)| *name == text(&other["name"])).unwrap_or_else(|| panic!("{place} needs {other}")).1;
                        format!("{}: {value}", text(&other["name"]))
                    })
                    .collect();
                let asked = |extra: &[String]| {
                    let given = [&needed[..], extra].concat().join(", ");
                    let given = if given.is_empty() { given } else { format!("({given})") };
                    around.replace('@', &format!("{}{given} {selected}", text(&field["name"])))
                };
                let left_out = server.query(&asked(&[]), serde_json::json!({})).await;
                let (argument_name, ty) = (text(&argument["name"]), named(&argument["type"]));
                let with_variable = format!("query($x: {ty}) {}", asked(&[format!("{argument_name}: $x")]));
                assert_eq!(server.query(&with_variable, serde_json::json!({})).await, left_out, "{with_variable}");
                let with_null = server.answer(&with_variable, serde_json::json!({"x": null})).await;
                if argument["type"]["kind"] == "NON_NULL" {
                    let error = &with_null.body["errors"][0];
                    assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{with_variable} {with_null}");
                    assert!(text(&error["message"]).contains(&format!("{argument_name}` must not be null")), "{with_null}");
                } else {
                    assert!(with_null.body.get("errors").is_none(), "{with_variable} {with_null}");
                }
            }
        }
    }
    assert!(tried >= WITH_DEFAULTS.len(), "{tried} arguments with a default");
}

on_both!(Data::Empty => everything_is_described, names_follow_the_rules, no_list_is_without_a_limit);
on_both!(Data::Bundled => what_was_not_sent_has_its_default);
