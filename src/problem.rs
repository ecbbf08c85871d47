//! What is wrong with an input, collected rather than reported one at a time: path, stable code, message that tells how to mend it.

/// Stable codes of problems.
pub mod code {
    /// An indispensable value is missing.
    pub const REQUIRED: &str = "REQUIRED";
    /// The value cannot be what it should be.
    pub const INVALID: &str = "INVALID";
    /// The value names something that the register lacks.
    pub const NOT_FOUND: &str = "NOT_FOUND";
    /// A text is longer, or a list has more entries, than can be stored.
    pub const TOO_LONG: &str = "TOO_LONG";
    /// The value contradicts what is stored or another value.
    pub const CONFLICT: &str = "CONFLICT";
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path of the value, in the names of the schema: `collectedItems.3.name`.
    pub path: String,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// Collects problems under the path of the value that is looked at.
#[derive(Debug, Default)]
pub struct Problems {
    found: Vec<Problem>,
    path: Vec<String>,
}

impl Problems {
    /// Collects problems of the value at `path`.
    #[must_use]
    pub fn within_path(path: impl Into<String>) -> Self {
        Self { found: Vec::new(), path: vec![path.into()] }
    }

    /// Looks at the value `name` below the present path.
    pub fn within<T>(&mut self, name: impl Into<String>, look: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name.into());
        let result = look(self);
        self.path.pop();
        result
    }

    /// Adds a problem of the value at `name` below the present path; an empty `name` is the value itself.
    pub fn add(&mut self, name: &str, code: &'static str, message: impl Into<String>) {
        let mut path = self.path.join(".");
        if !name.is_empty() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        }
        self.found.push(Problem { path, code, message: message.into() });
    }

    /// A text as it is stored: in NFC on one line; `None` where nothing is left of it. Longer than `most` characters is a problem.
    pub fn text(&mut self, name: &str, text: Option<&str>, most: usize) -> Option<String> {
        let text = text.map(crate::hangul::normalised).filter(|text| !text.is_empty())?;
        let length = text.chars().count();
        if length > most {
            self.add(name, code::TOO_LONG, format!("has {length} characters; at most {most} can be stored"));
        }
        Some(text)
    }

    /// A text that must be there.
    pub fn required_text(&mut self, name: &str, text: &str, most: usize) -> String {
        self.text(name, Some(text), most).unwrap_or_else(|| {
            self.add(name, code::REQUIRED, "is empty; state it");
            String::new()
        })
    }

    /// Texts of a short list, blank ones left out.
    pub fn texts(&mut self, name: &str, texts: &[String], most_texts: usize, most: usize) -> Vec<String> {
        self.at_most(name, texts.len(), most_texts);
        let mut kept = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            kept.extend(self.text(&format!("{name}.{index}"), Some(text), most));
        }
        kept
    }

    /// A list of more than `most` entries is a problem.
    pub fn at_most(&mut self, name: &str, length: usize, most: usize) {
        if length > most {
            self.add(name, code::TOO_LONG, format!("has {length} entries; at most {most} can be stored"));
        }
    }

    /// Every entry of a list, each under its index.
    pub fn each<'e, T, U>(&mut self, name: &str, entries: &'e [T], most: usize, mut look: impl FnMut(&mut Self, &'e T) -> U) -> Vec<U> {
        self.at_most(name, entries.len(), most);
        entries.iter().enumerate().map(|(index, entry)| self.within(format!("{name}.{index}"), |problems| look(problems, entry))).collect()
    }

    /// Adds what was found of the value at the present path when it was looked at by itself.
    pub fn absorb(&mut self, alone: Self) {
        for Problem { path, code, message } in alone.found {
            self.add(&path, code, message);
        }
    }

    /// Whether nothing was found so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Everything found.
    #[must_use]
    pub fn found(self) -> Vec<Problem> {
        self.found
    }
}
