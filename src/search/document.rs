//! What of a file can be found: its content in force, with what the policies that cover it state.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::collected_item::{SensitiveKind, UniqueIdentifier};
use crate::data_file::DataFileStatus;
use crate::finding::FindingRuleCode;
use crate::retention::RetentionClass;

/// A file as it is found. A destroyed file is found by what its last registration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Key of the file.
    pub id: Uuid,
    /// Agency now.
    pub agency: Uuid,
    /// Status now.
    pub status: DataFileStatus,
    /// Name now.
    pub name: String,
    /// Folded name, by which files are sorted.
    pub name_folded: String,
    /// Purpose.
    pub purpose: Option<String>,
    /// Number of data subjects, where declared.
    pub data_subject_count: Option<i64>,
    /// Day of registration.
    pub registered_on: Option<NaiveDate>,
    /// First day of the registration in force.
    pub valid_from: NaiveDate,
    /// When the registration in force was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Items, in the order of the registration.
    pub items: Vec<Item>,
    /// Bases, in the order of the registration.
    pub bases: Vec<Basis>,
    /// Class of the longest term of retention.
    pub retention_class: Option<RetentionClass>,
    /// Months of the longest term that is a length.
    pub retention_months: Option<i32>,
    /// Provisions of the registration, and of the policies in force that cover the file.
    pub provisions: Vec<Provision>,
    /// Entrustees of the registration, and of the policies in force that cover the file.
    pub entrustees: Vec<Uuid>,
    /// Impact assessments that cover the file.
    pub assessments: Vec<Uuid>,
    /// Rules of the findings that concern the file.
    pub findings: Vec<FindingRuleCode>,
    /// Policies one of whose revisions, in force or not, covers the file.
    pub policies: Vec<Uuid>,
}

/// An item, collected or provided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Name as written.
    pub name: String,
    /// Code of its category.
    pub category: Option<String>,
    /// Unique identifier that it is.
    pub identifier: Option<UniqueIdentifier>,
    /// Kind of sensitive data that it is.
    pub sensitive: Option<SensitiveKind>,
}

/// A legal basis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Citation as written.
    pub citation: String,
    /// Statute cited.
    pub statute: Option<Uuid>,
    /// Article cited.
    pub article: Option<String>,
}

/// A provision, as far as it can be searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provision {
    /// Recipient.
    pub recipient: Uuid,
    /// Items provided.
    pub items: Vec<Item>,
}
