//! What README.md shows is what a server answers: each query of its own, and the answer printed behind it.

use serde_json::{Value, json};

use crate::harness::{Data, Server, on_both};

/// Stands for the rest of a list in a printed answer.
const REST: &str = "…";

/// The blocks of a Markdown document, each with its language, in order.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    text.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect()
}

/// A printed answer, in which `…` stands for the rest of its list. None of its texts holds an escaped quotation mark.
fn printed(text: &str) -> Value {
    let parts = text.split('"').enumerate();
    let is_text = |place: usize| place % 2 == 1;
    let parts: Vec<String> = parts.map(|(place, part)| if is_text(place) { part.to_owned() } else { part.replace(REST, "\"…\"") }).collect();
    serde_json::from_str(&parts.join("\"")).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Where an answer is not what was printed.
fn difference(printed: &Value, answer: &Value, path: &str) -> Option<String> {
    match (printed, answer) {
        (Value::Object(printed), Value::Object(answer)) if printed.keys().eq(answer.keys()) => {
            printed.iter().find_map(|(key, value)| difference(value, &answer[key], &format!("{path}.{key}")))
        }
        (Value::Array(printed), Value::Array(answer)) => {
            let shown = printed.iter().take_while(|value| *value != REST).count();
            let is_whole = if shown < printed.len() { shown < answer.len() } else { shown == answer.len() };
            if !is_whole {
                return Some(format!("{path}: {shown} are shown of {}", answer.len()));
            }
            printed.iter().zip(answer).take(shown).enumerate().find_map(|(index, (value, answer))| difference(value, answer, &format!("{path}.{index}")))
        }
        // Hashes cover random salts.
        (Value::String(_), Value::String(_)) if path.ends_with(".hash") => None,
        _ => (printed != answer).then(|| format!("{path}: {printed} is shown, and {answer} answered")),
    }
}

async fn what_is_shown_is_answered(server: Server) {
    let blocks = blocks(include_str!("../../README.md"));
    let queries = blocks.windows(2).filter(|pair| pair[0].0 == "graphql" && pair[1].0 == "json");
    let mut asked = 0;
    for pair in queries {
        let (document, shown) = (pair[0].1, printed(pair[1].1));
        let answer = server.query(document, json!({})).await;
        assert_eq!(difference(shown.get("data").unwrap_or(&shown), &answer, "data"), None, "{document}");
        asked += 1;
    }
    assert!(asked >= 8, "{asked} queries with their answers");
}

on_both!(Data::Bundled => what_is_shown_is_answered);
