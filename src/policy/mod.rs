//! Privacy policy (개인정보 처리방침) and its revisions: Act 제30조, Decree 제31조.
//!
//! A policy belongs to an agency; it is known by the title under which it was first recorded. A revision is an immutable record of what the policy said in a period. A document
//! that was edited without a new period is recorded as a further revision: of two that start on one day the higher number applies. Which revision applies on a day follows from the
//! days on which revisions start and is never stored.

mod facts;
pub mod graphql;
mod input;
pub mod mutation;
mod parts;
mod register;
mod section;
pub(crate) mod store;

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use crate::collected_item::ItemRequirement;
use crate::entrustment::Entrustment;
use crate::hangul;
use crate::identity::{NodeType, agency_key, beside, node_key};
use crate::legal_basis::{LegalBasis, StatuteName};
use crate::organization::Party;
use crate::provision::Provision;
use crate::registration::AccessDesk;
use crate::retention::Retention;
use crate::source::SourceInput;

pub use facts::{
    AutoCollection, DataSubjectRight, DisposalMedium, DisposalMethod, OfficerRole, PrivacyLabel, PrivacyLabelKind, PrivacyOfficer, RemedyBody, RightProcedure,
    Safeguard, SafeguardKind, VideoDeviceKind,
};
pub use input::{DisposalInput, IncomingEntrustmentInput, PolicyInput, PolicyItemInput, PolicyRevisionInput, VideoDeviceInput};
pub use section::{PolicySection, PolicySectionKind, SectionState};
pub use store::{PolicyRevisionListing, PrivacyPolicyListing, revision_contents};

/// Policy as it is recorded, with the revisions that a document states, oldest first.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Code of the agency.
    pub agency: String,
    /// Title by which the policy is known among those of the agency.
    pub title: String,
    /// Revisions, each with where its values were read.
    pub revisions: Vec<(Content, Vec<SourceInput>)>,
}

impl Policy {
    /// Key of the policy.
    fn id(&self) -> Uuid {
        beside(agency_key(&self.agency), node_key(NodeType::PrivacyPolicy, &[&self.agency, &hangul::folded(&self.title)]))
    }
}

/// Content of a revision as it is recorded: normalised, its texts parsed. Two revisions with equal content say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// First day on which the revision applied.
    pub effective_from: Option<NaiveDate>,
    /// Last day on which it applied, as written.
    pub effective_until: Option<NaiveDate>,
    /// Period as written.
    pub period_text: Option<String>,
    /// Where it was published.
    pub published_url: Option<String>,
    /// Day on which it was announced.
    pub announced_on: Option<NaiveDate>,
    /// Sections that the document states; `None` where only the period is known.
    pub sections: Option<Vec<PolicySection>>,
    /// Whether it has an overview of labels.
    pub has_labels: Option<bool>,
    /// Registration numbers of the files that it covers.
    pub data_files: Vec<String>,
    /// Labels of its overview.
    pub labels: Vec<PrivacyLabel>,
    /// Items collected outside every file.
    pub collected_items: Vec<PolicyItem>,
    /// Provisions stated for everything that it covers.
    pub provisions: Vec<Provision>,
    /// Entrustments stated for everything that it covers.
    pub entrustments: Vec<Entrustment>,
    /// Persons and departments in charge.
    pub officers: Vec<PrivacyOfficer>,
    /// Desk for access requests.
    pub access_desk: Option<AccessDesk>,
    /// How rights are exercised.
    pub rights: Vec<RightProcedure>,
    /// Bodies that help against an infringement.
    pub remedies: Vec<RemedyBody>,
    /// Bodies that decide on an administrative appeal.
    pub appeals: Vec<RemedyBody>,
    /// Safety measures.
    pub safeguards: Vec<Safeguard>,
    /// Procedure of disposal.
    pub disposal_procedure: Option<String>,
    /// Methods of disposal.
    pub disposal: Vec<DisposalMethod>,
    /// Whether it says that devices collect automatically.
    pub has_auto_collection: Option<bool>,
    /// Devices that collect automatically.
    pub auto_collection: Vec<AutoCollection>,
    /// What it says of impact assessments beyond those that it lists.
    pub impact_assessment_text: Option<String>,
    /// Number of notices that tell of video devices.
    pub video_notice_count: Option<i32>,
    /// Video devices.
    pub video_devices: Vec<VideoDevice>,
    /// Processing that the agency does on behalf of others.
    pub entrusted_by: Vec<IncomingEntrustment>,
}

impl Content {
    /// Every body that it names: recipients, entrustees, those entrusted in turn, those that entrust.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        let recipients = self.provisions.iter().map(|provision| &provision.recipient);
        let entrustees = self.entrustments.iter().flat_map(|entrustment| std::iter::once(&entrustment.entrustee).chain(&entrustment.sub_entrustees));
        recipients.chain(entrustees).chain(self.entrusted_by.iter().map(|entrustment| &entrustment.entruster))
    }

    /// Every statute that it cites.
    pub fn statutes(&self) -> impl Iterator<Item = &StatuteName> {
        let of_provisions = self.provisions.iter().flat_map(|provision| &provision.legal_bases);
        of_provisions.chain(self.video_devices.iter().flat_map(|device| &device.legal_bases)).filter_map(|basis| basis.statute.as_ref())
    }
}

/// Item that a policy states outside every file. What it is by law (category, unique identifier, sensitive kind) is derived from its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyItem {
    /// Name as written.
    pub name: String,
    /// Whether it is indispensable.
    pub requirement: ItemRequirement,
    /// Whose item it is.
    pub subject: Option<String>,
    /// Activity for which it is collected.
    pub activity: Option<String>,
}

/// Video devices at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoDevice {
    /// Kind.
    pub kind: VideoDeviceKind,
    /// Number of devices.
    pub count: Option<i32>,
    /// Place and range.
    pub location: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// Bases of the installation.
    pub legal_bases: Vec<LegalBasis>,
    /// Hours of recording.
    pub hours: Option<String>,
    /// Retention of the recordings.
    pub retention: Option<Retention>,
    /// Place where recordings are kept.
    pub storage_place: Option<String>,
    /// Position or department in charge.
    pub managed_by: Option<String>,
    /// Place where recordings are shown.
    pub viewing_place: Option<String>,
    /// Note.
    pub note: Option<String>,
}

/// Processing that the agency does on behalf of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IncomingEntrustment {
    /// Who entrusts.
    pub entruster: Party,
    /// Task.
    pub task: Option<String>,
}
