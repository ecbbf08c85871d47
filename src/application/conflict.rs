//! What whoever comes second is told: which steps others took meanwhile, and what they changed.

use serde_json::{Map, Value as Json};

use super::ApplicationAction;

/// A step that somebody took.
#[derive(Clone, Debug)]
pub struct Step {
    /// Version that it led to.
    pub version: i32,
    /// Step.
    pub action: ApplicationAction,
    /// Who took it.
    pub by: String,
    /// What was applied for then.
    pub input: Map<String, Json>,
}

/// What is said to whoever expected an older version. `steps` begin with the one that led to that version, if there was such.
#[must_use]
pub fn told(expected: i32, current: i32, steps: &[Step]) -> String {
    let mut told = format!("`expectedVersion` is {expected}, and the application is at version {current}");
    let mut separator = ": ";
    for pair in steps.windows(2) {
        let [before, step] = pair else { continue };
        told.push_str(&format!("{separator}{} {} it as version {}", step.by, verb(step.action), step.version));
        let changed = changed(&before.input, &step.input);
        if !changed.is_empty() {
            told.push_str(&format!(", changing {}", changed.join(", ")));
        }
        separator = "; ";
    }
    told.push_str(". Look at it as it is now, then state its version");
    told
}

fn verb(action: ApplicationAction) -> &'static str {
    match action {
        ApplicationAction::Create => "drew up",
        ApplicationAction::Update => "edited",
        ApplicationAction::Submit => "submitted",
        ApplicationAction::Return => "returned",
        ApplicationAction::Accept => "accepted",
        ApplicationAction::Cancel => "cancelled",
    }
}

/// Matters that differ, in the order of their names.
fn changed<'m>(before: &'m Map<String, Json>, after: &'m Map<String, Json>) -> Vec<&'m str> {
    let mut names: Vec<&str> = before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name)).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_step_is_told_with_what_it_changed() {
        let step = |version, action, by: &str, input: Json| Step { version, action, by: by.to_owned(), input: input.as_object().unwrap().clone() };
        let steps = [
            step(1, ApplicationAction::Create, "가", json!({"name": "명부", "purpose": "시험"})),
            step(2, ApplicationAction::Update, "나", json!({"name": "회원 명부", "retention": null})),
            step(3, ApplicationAction::Submit, "나", json!({"name": "회원 명부", "retention": null})),
        ];
        let message = told(1, 3, &steps);
        assert!(
            message.contains(
                "is 1, and the application is at version 3: 나 edited it as version 2, changing name, purpose, retention; 나 submitted it as version 3."
            ),
            "{message}"
        );
        assert!(told(7, 3, &[]).contains("is 7, and the application is at version 3. Look"));
    }
}
