//! Short lists of texts in one column, as a JSON array: telephone numbers, ways to exercise a right.

/// The list as it is stored.
#[must_use]
pub fn stored(texts: &[String]) -> String {
    serde_json::Value::from(texts).to_string()
}

/// The list that was stored; empty where the column holds none.
#[must_use]
pub fn read(column: &str) -> Vec<String> {
    serde_json::from_str(column).unwrap_or_default()
}
