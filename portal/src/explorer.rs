//! The explorer: GraphiQL, where it was built, and a plain console below it, for whoever has no script, a narrow screen, or rather reads a table. The console is a document and its variables in a form,
//! the answer as JSON and as a table. The query behind every page opens in both, and the questions that people ask.

use askama::Template;
use serde_json::{Map, Value};

use crate::address::Address;
use crate::questions::{QUESTIONS, Question};
use crate::view::{Language, OF_GRAPHIQL, View};
use crate::{Ask, Page, Unshown};

/// Rows of the table at most, and letters of the JSON.
const ROWS: usize = 200;
const LETTERS: usize = 100_000;
/// Columns of the table at most.
const COLUMNS: usize = 12;

/// The explorer at an address.
pub(crate) struct Explorer {
    query: String,
    variables: String,
    parsed: Result<Map<String, Value>, String>,
    is_asked: bool,
    /// Whether the plain console is asked for, though there is GraphiQL.
    is_plain: bool,
}

impl Explorer {
    pub(crate) fn at(here: &Address, today: &str) -> Self {
        let (query, variables) = Self::stated(here, today);
        let parsed = if variables.trim().is_empty() { Ok(Map::new()) } else { serde_json::from_str(&variables).map_err(|error| error.to_string()) };
        Self { is_asked: !query.is_empty(), query, variables, parsed, is_plain: here.get("plain").is_some() }
    }

    /// The document and the variables of the form, of an example, or of the page whose address is given.
    fn stated(here: &Address, today: &str) -> (String, String) {
        if let Some(query) = here.get("query") {
            return (query.to_owned(), here.get("variables").unwrap_or_default().to_owned());
        }
        if let Some(question) = here.get("example").and_then(|number| QUESTIONS.iter().find(|question| question.number == number)) {
            return (question.query.to_owned(), question.variables.to_owned());
        }
        let behind = here.get("of").map(Address::of).filter(|of| of.path() != "/explorer");
        match behind.and_then(|of| crate::page(&of, today)) {
            Some(page) => {
                let ask = page.ask();
                (ask.document.into_owned(), serde_json::to_string_pretty(&ask.variables).unwrap_or_default())
            }
            None => (String::new(), String::new()),
        }
    }
}

/// The first list of an answer as a table.
#[derive(Debug, Default, PartialEq)]
struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn of(data: &Value) -> Option<Self> {
        let rows = list(data)?;
        let mut heads: Vec<String> = Vec::new();
        let flat: Vec<Vec<(String, String)>> = rows
            .iter()
            .take(ROWS)
            .map(|row| {
                let mut cells = Vec::new();
                flatten("", row, 0, &mut cells);
                cells
            })
            .collect();
        for (name, _) in flat.iter().flatten() {
            if heads.len() < COLUMNS && !heads.contains(name) {
                heads.push(name.clone());
            }
        }
        let rows = flat
            .iter()
            .map(|cells| heads.iter().map(|head| cells.iter().find(|(name, _)| name == head).map_or(String::new(), |(_, text)| text.clone())).collect())
            .collect();
        Some(Self { heads, rows })
    }
}

/// The first list of objects, from the outside in.
fn list(value: &Value) -> Option<&Vec<Value>> {
    match value {
        Value::Array(values) if values.iter().any(Value::is_object) => Some(values),
        Value::Object(fields) => fields.values().find_map(list),
        _ => None,
    }
}

/// Scalars of an object by their paths.
fn flatten(path: &str, value: &Value, depth: usize, cells: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) if depth < 3 => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&path, value, depth + 1, cells);
            }
        }
        Value::Array(values) if values.iter().all(Value::is_string) => {
            let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            cells.push((path.to_owned(), texts.join(", ")));
        }
        Value::Object(_) | Value::Array(_) => {}
        Value::Null => cells.push((path.to_owned(), String::new())),
        Value::String(text) => cells.push((path.to_owned(), text.clone())),
        scalar => cells.push((path.to_owned(), scalar.to_string())),
    }
}

#[derive(Template)]
#[template(path = "explorer.html")]
struct ExplorerHtml<'a> {
    view: &'a View<'a>,
    query: &'a str,
    variables: &'a str,
    wrong: Vec<String>,
    json: String,
    table: Option<Table>,
    examples: Vec<Example>,
    is_plain: bool,
    /// Paths of GraphiQL's style sheet and script, where it is to come up.
    graphiql: Option<[String; 2]>,
    /// The same question in the plain console, or in GraphiQL.
    other: Option<String>,
}

/// A question that is ready to be asked.
struct Example {
    link: String,
    number: &'static str,
    name: &'static str,
    query: &'static str,
    variables: &'static str,
}

impl Page for Explorer {
    fn shows_errors(&self) -> bool {
        true
    }

    fn ask(&self) -> Ask {
        match &self.parsed {
            Ok(variables) if self.is_asked => Ask { document: self.query.clone().into(), variables: variables.clone() },
            _ => Ask::new("{ __typename }", Value::Null),
        }
    }

    fn show(&self, view: &View<'_>, answer: Value) -> Result<String, Unshown> {
        let mut wrong: Vec<String> = self.parsed.as_ref().err().map(|error| format!("variables: {error}")).into_iter().collect();
        for error in answer["errors"].as_array().into_iter().flatten() {
            wrong.push(error["message"].as_str().unwrap_or_default().to_owned());
        }
        let is_answered = self.is_asked && self.parsed.is_ok();
        let mut json = if is_answered { serde_json::to_string_pretty(&answer["data"])? } else { String::new() };
        if json.len() > LETTERS {
            let end = (0..=LETTERS).rev().find(|end| json.is_char_boundary(*end)).unwrap_or_default();
            json.truncate(end);
            json.push('…');
        }
        let explorer = Address::of("/explorer").with("plain", if self.is_plain { "1" } else { "" });
        let is_korean = view.language == Language::Ko;
        let example = |question: &'static Question| Example {
            link: view.at(&explorer.with("example", question.number)),
            number: question.number.trim_start_matches('0'),
            name: if is_korean { question.ko } else { question.en },
            query: question.query,
            variables: question.variables,
        };
        let graphiql = OF_GRAPHIQL.as_ref().map(|assets| [assets.style.path(), assets.script.path()]);
        let page = ExplorerHtml {
            view,
            query: &self.query,
            variables: &self.variables,
            wrong,
            json,
            table: if is_answered { Table::of(&answer["data"]) } else { None },
            examples: QUESTIONS.iter().map(example).collect(),
            is_plain: self.is_plain,
            other: graphiql.is_some().then(|| view.with("plain", if self.is_plain { "" } else { "1" })),
            graphiql: graphiql.filter(|_| !self.is_plain),
        };
        Ok(page.render()?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_list_of_an_answer_becomes_a_table() {
        let data = json!({"a": {"totalCount": 2, "nodes": [{"name": "가", "agency": {"name": "나"}, "items": [{"x": 1}]}, {"name": null, "tags": ["x", "y"], "count": 3}]}});
        let table = Table::of(&data).unwrap();
        assert_eq!(table.heads, ["agency.name", "name", "count", "tags"]);
        assert_eq!(table.rows, [["나", "가", "", ""], ["", "", "3", "x, y"]]);
        assert_eq!(Table::of(&json!({"a": 1, "b": [1, 2]})), None);
    }
}
