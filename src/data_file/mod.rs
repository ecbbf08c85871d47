//! Personal-data file (개인정보파일): Act 제2조제4호, 제32조. The stable identity; what is known of it stands in its registrations.

pub mod graphql;
mod store;

use serde::Deserialize;

use crate::registration::RegistrationInput;
use crate::vocabulary;

pub use store::{DataFileCount, DataFileListing, Drafts, RecordedFile, RecordedRegistration};

vocabulary! {
    /// Status of a data file (개인정보파일 상태).
    pub enum DataFileStatus, filter DataFileStatusFilter {
        Registered = "REGISTERED", "등록", "Registered", "The institution registered it, or names it as registered under 제32조.";
        Disclosed = "DISCLOSED", "공개", "Disclosed", "A policy describes the processing; no registration was seen.";
        Destroyed = "DESTROYED", "파기", "Destroyed", "A tombstone: its history stays.";
        Exempt = "EXEMPT", "등록 면제", "Exempt from registration", "제32조②.";
    }
}

/// Data file with its history as a document states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DataFileInput {
    /// Agency code, dash, running number. Left out: the agency's file of that name, or a new number.
    pub registration_number: Option<String>,
    /// Code of the agency.
    pub agency: String,
    /// Status now. A file whose last registration is its DESTRUCTION is DESTROYED whatever stands here.
    pub status: DataFileStatus,
    /// Registrations, oldest first.
    pub registrations: Vec<RegistrationInput>,
    /// Whether it is applied for: then without a number it is a new file, and takes no number of one that was destroyed.
    #[serde(skip)]
    pub is_application: bool,
}

/// Running number of a registration number of that agency: `6110000-12` is 12 of 6110000.
#[must_use]
pub fn running_number(registration_number: &str) -> Option<(&str, i32)> {
    let (code, number) = registration_number.rsplit_once('-')?;
    let is_plain = !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_plain && crate::agency::is_code(code)).then(|| number.parse().ok().map(|number| (code, number)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registration_numbers() {
        assert_eq!(running_number("6110000-12"), Some(("6110000", 12)));
        for wrong in ["6110000", "6110000-", "6110000-0", "6110000-01", "6110000-1a", "61100-1", "6110000-99999999999", "-1"] {
            assert_eq!(running_number(wrong), None, "{wrong}");
        }
    }
}
