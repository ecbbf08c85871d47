//! Where each text of a record stands in the tables.

use crate::identity::NodeType;

/// Which row of a table it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The record's own.
    Own,
    /// The part of the record at the first index of the path.
    Part,
    /// The part at the second index, of the part at the first index, which has a key of its own: what kind of thing that is, and the column that holds its key.
    PartOf(&'static str, &'static str),
    /// The body at the first index among those of its sort: remedies, or appeals.
    Body {
        /// Whether it decides on appeals.
        is_appeal: bool,
    },
    /// The source at the first index.
    Source,
}

/// A column in which texts of records stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Paths of the texts, with # for an index.
    pub pattern: &'static str,
    /// Table.
    pub table: &'static str,
    /// Row.
    pub row: Row,
    /// Column; of a list in one column, the entry at the last index of the path.
    pub column: &'static str,
}

impl Place {
    /// Whether the column holds a list of texts.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.pattern.ends_with(".phones.#") || self.pattern.ends_with(".methods.#")
    }

    /// Whether the row holds the text folded as well, in `name_folded`.
    #[must_use]
    pub fn is_folded(&self) -> bool {
        matches!((self.table, self.column), ("registration" | "collected_item" | "provided_item", "name"))
    }
}

const PROVISION: Row = Row::PartOf("Provision", "provision_id");
const DEVICE: Row = Row::PartOf("VideoDevice", "video_device_id");

macro_rules! places {
    ($($table:literal $row:expr => { $($pattern:literal $column:literal),+ $(,)? })+) => {
        &[ $($( Place { pattern: $pattern, table: $table, row: $row, column: $column }, )+)+ ]
    };
}

/// What registrations and revisions of policies both state, and where every record was read.
const SHARED: &[Place] = places! {
    "source" Row::Source => { "sources.#.span" "span", "sources.#.note" "note" }
    "provision" Row::Part => {
        "provisions.#.material" "material", "provisions.#.purpose" "purpose", "provisions.#.itemsText" "items_text", "provisions.#.retention.text" "retention_text",
        "provisions.#.frequency" "frequency", "provisions.#.method" "method", "provisions.#.note" "note",
    }
    "provided_item" PROVISION => { "provisions.#.items.#.name" "name", "provisions.#.items.#.subject" "subject" }
    "legal_basis" PROVISION => {
        "provisions.#.legalBases.#.citation" "citation", "provisions.#.legalBases.#.article" "article", "provisions.#.legalBases.#.paragraph" "paragraph",
        "provisions.#.legalBases.#.subparagraph" "subparagraph",
    }
    "retention_term" PROVISION => {
        "provisions.#.retention.terms.#.text" "text", "provisions.#.retention.terms.#.event" "event", "provisions.#.retention.terms.#.condition" "condition",
    }
    "entrustment" Row::Part => {
        "entrustments.#.task" "task", "entrustments.#.itemsText" "items_text", "entrustments.#.periodText" "period_text",
    }
};

const REGISTRATION: &[Place] = places! {
    "registration" Row::Own => {
        "reason" "reason", "name" "name", "purpose" "purpose", "processingMethodText" "processing_method_text", "collectionMethod" "collection_method",
        "retention.text" "retention_text", "processingDepartment.name" "processing_department", "processingDepartment.phones.#" "processing_department_phones",
        "accessDesk.department" "access_desk_department", "accessDesk.phones.#" "access_desk_phones", "accessDesk.email" "access_desk_email",
        "accessDesk.fax" "access_desk_fax", "accessDesk.address" "access_desk_address", "informationSystem" "information_system",
    }
    "collected_item" Row::Part => { "collectedItems.#.name" "name", "collectedItems.#.subject" "subject", "collectedItems.#.marker" "marker" }
    "legal_basis" Row::Part => {
        "legalBases.#.citation" "citation", "legalBases.#.article" "article", "legalBases.#.paragraph" "paragraph", "legalBases.#.subparagraph" "subparagraph",
    }
    "retention_term" Row::Part => { "retention.terms.#.text" "text", "retention.terms.#.event" "event", "retention.terms.#.condition" "condition" }
    "access_restriction" Row::Part => { "accessRestrictions.#.scope" "scope", "accessRestrictions.#.text" "text" }
};

const POLICY_REVISION: &[Place] = places! {
    "policy_revision" Row::Own => {
        "periodText" "period_text", "publishedUrl" "published_url", "impactAssessmentText" "impact_assessment_text", "disposalProcedure" "disposal_procedure",
        "accessDesk.department" "access_desk_department", "accessDesk.phones.#" "access_desk_phones", "accessDesk.email" "access_desk_email",
        "accessDesk.fax" "access_desk_fax", "accessDesk.address" "access_desk_address",
    }
    "policy_section" Row::Part => { "sections.#.heading" "heading" }
    "privacy_label" Row::Part => { "labels.#.text" "text" }
    "policy_item" Row::Part => { "collectedItems.#.name" "name", "collectedItems.#.subject" "subject", "collectedItems.#.activity" "activity" }
    "privacy_officer" Row::Part => {
        "officers.#.roleText" "role_text", "officers.#.name" "name", "officers.#.position" "job_title", "officers.#.grade" "grade",
        "officers.#.department" "department", "officers.#.phones.#" "phones", "officers.#.email" "email", "officers.#.fax" "fax",
    }
    "right_procedure" Row::Part => {
        "rights.#.methods.#" "methods", "rights.#.byAgent" "by_agent", "rights.#.form" "form", "rights.#.limits" "limits",
    }
    "remedy_body" Row::Body { is_appeal: false } => {
        "remedies.#.name" "name", "remedies.#.operator" "operator", "remedies.#.task" "task", "remedies.#.url" "url", "remedies.#.phones.#" "phones",
        "remedies.#.address" "address",
    }
    "remedy_body" Row::Body { is_appeal: true } => {
        "appeals.#.name" "name", "appeals.#.operator" "operator", "appeals.#.task" "task", "appeals.#.url" "url", "appeals.#.phones.#" "phones",
        "appeals.#.address" "address",
    }
    "safeguard" Row::Part => { "safeguards.#.measure" "measure" }
    "disposal_method" Row::Part => { "disposal.#.method" "method" }
    "auto_collection" Row::Part => { "autoCollection.#.name" "name", "autoCollection.#.purpose" "purpose", "autoCollection.#.refusal" "refusal" }
    "video_device" Row::Part => {
        "videoDevices.#.location" "location", "videoDevices.#.purpose" "purpose", "videoDevices.#.hours" "hours", "videoDevices.#.retention.text" "retention_text",
        "videoDevices.#.storagePlace" "storage_place", "videoDevices.#.managedBy" "managed_by", "videoDevices.#.viewingPlace" "viewing_place",
        "videoDevices.#.note" "note",
    }
    "legal_basis" DEVICE => {
        "videoDevices.#.legalBases.#.citation" "citation", "videoDevices.#.legalBases.#.article" "article", "videoDevices.#.legalBases.#.paragraph" "paragraph",
        "videoDevices.#.legalBases.#.subparagraph" "subparagraph",
    }
    "retention_term" DEVICE => {
        "videoDevices.#.retention.terms.#.text" "text", "videoDevices.#.retention.terms.#.event" "event", "videoDevices.#.retention.terms.#.condition" "condition",
    }
    "incoming_entrustment" Row::Part => { "entrustedBy.#.task" "task" }
};

const IMPACT_ASSESSMENT: &[Place] = places! {
    "impact_assessment" Row::Own => { "outcome" "outcome", "summary" "summary", "summaryUrl" "summary_url" }
    "impact_assessment_item" Row::Part => { "assessedItems.#" "name" }
    "impact_assessment_data_file" Row::Part => { "dataFiles.#.nameAsWritten" "name_as_written" }
};

const RECOMMENDATION: &[Place] = places! {
    "recommendation" Row::Own => { "ground" "ground", "reply" "reply" }
};

/// A path with # in the place of each index, and the indices.
#[must_use]
pub fn pattern(path: &str) -> (String, Vec<i32>) {
    let mut indices = Vec::new();
    let parts: Vec<&str> = path
        .split('.')
        .map(|part| match part.parse::<u16>() {
            Ok(index) => {
                indices.push(index.into());
                "#"
            }
            Err(_) => part,
        })
        .collect();
    (parts.join("."), indices)
}

/// Where the text at a path of a record stands, and its indices; `None` where no text can be erased there.
#[must_use]
pub fn place_of(record: NodeType, path: &str) -> Option<(&'static Place, Vec<i32>)> {
    let (pattern, indices) = pattern(path);
    let own = match record {
        NodeType::Registration => REGISTRATION,
        NodeType::PolicyRevision => POLICY_REVISION,
        NodeType::ImpactAssessment => IMPACT_ASSESSMENT,
        NodeType::Recommendation => RECOMMENDATION,
        _ => return None,
    };
    let place = own.iter().chain(SHARED).find(|place| place.pattern == pattern)?;
    Some((place, indices))
}
