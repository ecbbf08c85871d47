//! The mutation that publishes a revision of a privacy policy: Act 제30조② has the agency make it public.

use async_graphql::{Context, ID, InputObject, Object, Result};
use serde::Serialize;

use super::facts::{AutoCollection, DisposalMethod, PrivacyLabel, PrivacyOfficer, RemedyBody, RightProcedure, Safeguard, VideoDeviceKind};
use super::graphql::PolicyRevision;
use super::section::PolicySection;
use super::store::Publishing;
use crate::access::Role;
use crate::access::graphql::viewer_as;
use crate::application::input::{AccessDeskInput, EntrustmentInput, LegalBasisInput, ProvisionInput, RetentionInput, without_nulls};
use crate::collected_item::ItemRequirement;
use crate::error::Error;
use crate::graphql::Reads as _;
use crate::graphql::mutation::carried_out;
use crate::graphql::scalar::Date;
use crate::identity::{GlobalId, NodeType};

/// Revision of a privacy policy (처리방침 개정) to be published. Only its first or last day is indispensable. What is left out is not stated, which never means that there is none.
#[derive(Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyRevisionInput {
    /// Title that names the policy among those of the agency. Left out: the agency's only one.
    #[serde(skip)]
    pub title: Option<String>,
    /// First day on which it applies (시행일); it may lie in the future.
    pub effective_from: Option<Date>,
    /// Last day on which it applies, inclusive.
    pub effective_until: Option<Date>,
    /// Period as written, where the days do not tell it all. At most 200 characters.
    pub period_text: Option<String>,
    /// Address at which it is published. At most 1,000 characters.
    pub published_url: Option<String>,
    /// Day on which it was announced (공고일).
    pub announced_on: Option<Date>,
    /// Sections that it has, each matter once. At most 23. Left out: only its period is known, and nothing is compared with it.
    pub sections: Option<Vec<PolicySection>>,
    /// Global IDs of the data files that it covers: of the agency, or of those below it. At most 1,000.
    #[serde(skip)]
    pub data_file_ids: Option<Vec<ID>>,
    /// Indicates whether it has an overview of labels (주요 개인정보 처리 표시); true if left out and labels are stated.
    pub has_labels: Option<bool>,
    /// Labels of its overview. At most 200.
    #[graphql(default)]
    pub labels: Vec<PrivacyLabel>,
    /// Items collected outside every data file. At most 1,000.
    #[graphql(default)]
    pub collected_items: Vec<PolicyItemInput>,
    /// Provisions that it states for everything that it covers. At most 200.
    #[graphql(default)]
    pub provisions: Vec<ProvisionInput>,
    /// Entrustments that it states for everything that it covers. At most 200.
    #[graphql(default)]
    pub entrustments: Vec<EntrustmentInput>,
    /// Persons and departments in charge. Only the privacy officer's name is kept. At most 200.
    #[graphql(default)]
    pub officers: Vec<PrivacyOfficer>,
    /// Desk for access requests.
    pub access_desk: Option<AccessDeskInput>,
    /// How rights are exercised. At most 200.
    #[graphql(default)]
    pub rights: Vec<RightProcedure>,
    /// Bodies that help against an infringement (권익침해 구제기관). At most 200.
    #[graphql(default)]
    pub remedies: Vec<RemedyBody>,
    /// Bodies that decide on an administrative appeal (행정심판). At most 200.
    #[graphql(default)]
    pub appeals: Vec<RemedyBody>,
    /// Safety measures. At most 200.
    #[graphql(default)]
    pub safeguards: Vec<Safeguard>,
    /// Disposal (파기).
    pub disposal: Option<DisposalInput>,
    /// Indicates whether it says that devices collect automatically; true if left out and devices are stated.
    pub has_auto_collection: Option<bool>,
    /// Devices that collect automatically. At most 200.
    #[graphql(default)]
    pub auto_collection: Vec<AutoCollection>,
    /// What it says of impact assessments beyond those that it lists. At most 500 characters.
    pub impact_assessment_text: Option<String>,
    /// Number of notices (안내판) that tell of video devices, at all places together.
    pub video_notice_count: Option<i32>,
    /// Video devices. At most 200.
    #[graphql(default)]
    pub video_devices: Vec<VideoDeviceInput>,
    /// Processing that the agency does on behalf of others (수탁 처리). At most 200.
    #[graphql(default)]
    pub entrusted_by: Vec<IncomingEntrustmentInput>,
}

/// Item that a policy states outside every data file.
#[derive(Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyItemInput {
    /// Name as written. At most 300 characters.
    pub name: String,
    /// Whether it is indispensable; UNSPECIFIED if left out.
    pub requirement: Option<ItemRequirement>,
    /// Whose item it is. At most 100 characters.
    pub subject: Option<String>,
    /// Activity for which it is collected. At most 200 characters.
    pub activity: Option<String>,
}

/// Disposal (파기): Act 제21조.
#[derive(Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DisposalInput {
    /// Procedure (파기절차). At most 500 characters.
    pub procedure: Option<String>,
    /// Methods (파기방법). At most 200.
    #[graphql(default)]
    pub methods: Vec<DisposalMethod>,
}

/// Video devices at a place (영상정보처리기기): Act 제25조, 제25조의2.
#[derive(Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoDeviceInput {
    /// Kind; UNSPECIFIED if left out.
    pub kind: Option<VideoDeviceKind>,
    /// Number of devices.
    pub count: Option<i32>,
    /// Place and range. At most 500 characters.
    pub location: Option<String>,
    /// Purpose. At most 200 characters.
    pub purpose: Option<String>,
    /// Bases of the installation (설치 근거). At most 200.
    #[graphql(default)]
    pub legal_bases: Vec<LegalBasisInput>,
    /// Hours of recording (촬영시간). At most 200 characters.
    pub hours: Option<String>,
    /// Retention of the recordings.
    pub retention: Option<RetentionInput>,
    /// Place where recordings are kept (보관장소). At most 200 characters.
    pub storage_place: Option<String>,
    /// Position or department in charge (관리책임자). No personal name. At most 200 characters.
    pub managed_by: Option<String>,
    /// Place where recordings are shown (열람장소). At most 200 characters.
    pub viewing_place: Option<String>,
    /// Note. At most 1,000 characters.
    pub note: Option<String>,
}

/// Processing that the agency does on behalf of another (수탁 처리).
#[derive(Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IncomingEntrustmentInput {
    /// Who entrusts, as written. At most 300 characters.
    pub entruster: String,
    /// Task. At most 500 characters.
    pub task: Option<String>,
}

crate::payload! {
    /// What became of `privacyPolicyPublish`.
    PrivacyPolicyPublishPayload {
        /// Revision that was published, or that said the same already; null if it was not.
        policy_revision: PolicyRevision,
    },
    /// Why a revision of a privacy policy was not published.
    PrivacyPolicyPublishUserError
}

/// Mutations on privacy policies.
#[derive(Default)]
pub struct PrivacyPolicyMutation;

/// Mutations on privacy policies.
#[Object]
impl PrivacyPolicyMutation {
    /// Publishes a revision of a privacy policy (처리방침 개정 공개), and the policy itself with its first one: Act 제30조. A revision is never changed: what is published for a period that has one is a
    /// further revision, which applies from then on. For AGENCY and ADMIN.
    async fn privacy_policy_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the agency whose policy it is: the viewer's own, or one below it.")] agency_id: ID,
        #[graphql(desc = "What the revision says.")] input: PolicyRevisionInput,
    ) -> Result<PrivacyPolicyPublishPayload> {
        let viewer = viewer_as(ctx, &[Role::Agency, Role::Admin])?;
        let stated = serde_json::to_value(&input).map_err(|error| Error::internal(error.to_string()))?;
        let files = input.data_file_ids.unwrap_or_default();
        let act = Publishing {
            agency: GlobalId::parse_as(&agency_id, NodeType::Agency)?,
            title: input.title,
            data_files: files.iter().map(|id| GlobalId::parse_as(id, NodeType::DataFile)).collect::<Result<_, Error>>()?,
            // The names of the document format are those of the schema.
            revision: serde_json::from_value(without_nulls(stated)).map_err(|error| Error::internal(format!("a revision cannot be read: {error}")))?,
        };
        Ok(carried_out(ctx.session()?, &viewer, &act).await?.into())
    }
}
