//! Parts of a policy revision that lead on to other objects in the schema: items to their category, recordings to their retention, entrusting bodies.

use async_graphql::{Context, Object, Result};
use entity::{incoming_entrustment, policy_item, video_device};

use super::VideoDeviceKind;
use crate::collected_item::graphql::ItemCategory;
use crate::collected_item::{ItemRequirement, SensitiveKind, UniqueIdentifier};
use crate::graphql::{Reads as _, word};
use crate::legal_basis::BasesOfVideoDevice;
use crate::legal_basis::graphql::LegalBasis;
use crate::organization::graphql::{Organization, standing};
use crate::retention::TermsOfVideoDevice;
use crate::retention::graphql::{Retention, retention};

/// Item that a policy states outside every data file, one collected automatically say.
pub struct PolicyItem(pub policy_item::Model);

/// Item that a policy states outside every data file, one collected automatically say.
#[Object]
impl PolicyItem {
    /// Name of the item as written.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether the item is indispensable.
    async fn requirement(&self) -> Result<ItemRequirement> {
        Ok(word(&self.0.requirement)?)
    }

    /// Whose item it is (회원, 신청자, …); null if not stated.
    async fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// Activity for which the item is collected; null if not stated.
    async fn activity(&self) -> Option<&str> {
        self.0.activity.as_deref()
    }

    /// Category of the item, by the rules over the category tree; null for words that the rules do not know.
    async fn category(&self) -> Option<ItemCategory> {
        self.0.category_code.as_deref().and_then(ItemCategory::by_code)
    }

    /// Unique identifier (고유식별정보, 제24조) that the item is; null if it is none.
    async fn unique_identifier(&self) -> Result<Option<UniqueIdentifier>> {
        Ok(self.0.unique_identifier.as_deref().map(word).transpose()?)
    }

    /// Kind of sensitive data (민감정보, 제23조) that the item is; null if it is none.
    async fn sensitive_kind(&self) -> Result<Option<SensitiveKind>> {
        Ok(self.0.sensitive_kind.as_deref().map(word).transpose()?)
    }
}

/// Video devices (고정형·이동형 영상정보처리기기) at a place. Act 제25조, 제25조의2.
pub struct VideoDevice(pub video_device::Model);

/// Video devices (고정형·이동형 영상정보처리기기) at a place. Act 제25조, 제25조의2.
#[Object]
impl VideoDevice {
    /// Kind of the devices.
    async fn kind(&self) -> Result<VideoDeviceKind> {
        Ok(word(&self.0.kind)?)
    }

    /// Number of devices; null if not stated.
    async fn count(&self) -> Option<i32> {
        self.0.count
    }

    /// Place and range of the devices (설치 위치 및 촬영 범위); null if not stated.
    async fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }

    /// Purpose of the devices; null if not stated.
    async fn purpose(&self) -> Option<&str> {
        self.0.purpose.as_deref()
    }

    /// Bases of the installation (설치 근거). At most 200.
    async fn legal_bases(&self, ctx: &Context<'_>) -> Result<Vec<LegalBasis>> {
        Ok(ctx.parts::<BasesOfVideoDevice>(self.0.id).await?.iter().cloned().map(LegalBasis).collect())
    }

    /// Hours of recording (촬영시간) as written; null if not stated.
    async fn hours(&self) -> Option<&str> {
        self.0.hours.as_deref()
    }

    /// Retention period of the recordings; null if not stated.
    async fn retention(&self, ctx: &Context<'_>) -> Result<Option<Retention>> {
        let terms = ctx.parts::<TermsOfVideoDevice>(self.0.id).await?;
        Ok(retention(self.0.retention_text.as_ref(), self.0.retention_class.as_ref(), &terms)?)
    }

    /// Place where the recordings are kept (보관장소); null if not stated.
    async fn storage_place(&self) -> Option<&str> {
        self.0.storage_place.as_deref()
    }

    /// Position or department in charge of the devices (관리책임자); null if not stated.
    async fn managed_by(&self) -> Option<&str> {
        self.0.managed_by.as_deref()
    }

    /// Place where people see recordings of themselves (열람장소); null if not stated.
    async fn viewing_place(&self) -> Option<&str> {
        self.0.viewing_place.as_deref()
    }

    /// Note on the devices: how to ask for recordings, say; null if there is none.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
}

/// Processing that an agency does on behalf of another (수탁 처리). Act 제26조.
pub struct IncomingEntrustment(pub incoming_entrustment::Model);

/// Processing that an agency does on behalf of another (수탁 처리). Act 제26조.
#[Object]
impl IncomingEntrustment {
    /// Body that entrusts (위탁자).
    async fn entruster(&self, ctx: &Context<'_>) -> Result<Organization> {
        Ok(standing(ctx, self.0.entruster_id).await?)
    }

    /// Name of the body that entrusts, as written.
    async fn name(&self) -> &str {
        &self.0.entruster_name
    }

    /// Task entrusted; null if not stated.
    async fn task(&self) -> Option<&str> {
        self.0.task.as_deref()
    }
}
