//! The documents that the program carries: ten real institutions, so that a new register shows something real.

use chrono::{DateTime, Utc};

use super::{Failure, Report, import};
use crate::store::{Salts, Store};

macro_rules! bundle {
    ($($name:literal),+ $(,)?) => {
        /// Bundled documents: name and text.
        pub const BUNDLED: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../data/institutions/", $name)))),+];
    };
}

bundle![
    "00-common.yaml",
    "fipa-naksinuri.yaml",
    "gimpo.yaml",
    "incheon-hrd.yaml",
    "keiti-relief.yaml",
    "kocca-academy.yaml",
    "krivet-careernet.yaml",
    "kyci-safetynet.yaml",
    "pyeongtaek-urban.yaml",
    "seoul-mongttang.yaml",
    "ssis.yaml",
];

/// Records the bundled documents.
///
/// # Errors
/// As [`import`].
pub async fn load_bundled(store: &Store, now: DateTime<Utc>, salts: Salts) -> Result<Report, Failure> {
    let documents: Vec<(String, String)> = BUNDLED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    import(store, &documents, now, salts).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_of_the_folder_is_bundled_and_readable() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/institutions");
        let mut names: Vec<String> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, BUNDLED.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        for (name, text) in BUNDLED {
            super::super::read(name, text).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}
