//! Categories of names that were asked for: a few thousand names make up most of a register.

use std::collections::HashMap;
use std::sync::RwLock;

/// Names of which the category is kept; of others it is found anew each time.
const MOST: usize = 10_000;

/// Names with their category, if they have one.
#[derive(Debug, Default)]
pub struct Found(RwLock<HashMap<String, Option<usize>>>);

impl Found {
    /// The category of a name: kept from before, or as `find` has it.
    pub fn get(&self, name: &str, find: impl FnOnce(&str) -> Option<usize>) -> Option<usize> {
        if let Some(at) = self.0.read().ok().and_then(|found| found.get(name).copied()) {
            return at;
        }
        let at = find(name);
        if let Ok(mut found) = self.0.write()
            && found.len() < MOST
        {
            found.insert(name.to_owned(), at);
        }
        at
    }
}
