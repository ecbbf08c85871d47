//! Registrations in the schema.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{access_restriction, agency, data_file, entrustment, provision, registration};
use uuid::Uuid;

use super::store::{ContentConditions, ContentOf, RegistrationListing, RestrictionsOfRegistration, Stretch, TimelineOfFile};
use super::{
    AccessRestrictionGround, Content, ProcessingMethod, ProcessingMethodFilter, RecordCompleteness, RecordCompletenessFilter, RegistrationChangeKind,
    RegistrationChangeKindFilter,
};
use crate::agency::graphql::{Agency, AgencyFilter};
use crate::collected_item::ItemsOfRegistration;
use crate::collected_item::graphql::{CollectedItem, CollectedItemsFilter};
use crate::data_file::DataFileStatusFilter;
use crate::data_file::graphql::DataFile;
use crate::difference::{FieldDifference, compare};
use crate::entrustment::EntrustmentListing;
use crate::entrustment::graphql::EntrustmentConnection;
use crate::error::Error;
use crate::graphql::connection::Paged;
use crate::graphql::eager::Eager;
use crate::graphql::filter::{CountFilter, DateFilter, DateTimeFilter, IdFilter, IntFilter, StringFilter};
use crate::graphql::scalar::{Count, Date, DateTime};
use crate::graphql::{Reads as _, word};
use crate::identity::{GlobalId, NodeType};
use crate::legal_basis::BasesOfRegistration;
use crate::legal_basis::graphql::{LegalBasesFilter, LegalBasis};
use crate::provision::ProvisionListing;
use crate::provision::graphql::ProvisionConnection;
use crate::retention::graphql::{Retention, retention};
use crate::retention::{RetentionChangeFilter, RetentionClassFilter, TermsOfRegistration};
use crate::source::graphql::{Source, sources};
use crate::stated::{StatedFor, Whose};
use crate::store::{Listing as _, Page, text_list};

/// Registration (등록 이력): one immutable record of a data file's content. Act 제32조①, Decree 제33조①, 제34조.
#[derive(Clone)]
pub struct Registration(registration::Model, Option<Arc<Tried>>);

/// What a registration that is only tried out states, where lists of the tables would not find it.
pub struct Tried {
    /// Provisions.
    pub provisions: Vec<provision::Model>,
    /// Entrustments.
    pub entrustments: Vec<entrustment::Model>,
    /// How it differs from what is in force.
    pub differences: Vec<FieldDifference>,
}

impl From<registration::Model> for Registration {
    fn from(row: registration::Model) -> Self {
        Self(row, None)
    }
}

/// Registration (등록 이력): one immutable record of a data file's content. Act 제32조①, Decree 제33조①, 제34조.
#[Object]
impl Registration {
    /// Global ID of the registration.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::Registration, self.0.id).into()
    }

    /// Data file that the registration belongs to.
    async fn data_file(&self, ctx: &Context<'_>) -> Result<DataFile> {
        Ok(DataFile((*ctx.row::<data_file::Entity>(self.0.data_file_id).await?).clone()))
    }

    /// Number of the registration within its data file: 1, 2, … in the order of recording.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// Why the registration was recorded.
    async fn change_kind(&self) -> Result<RegistrationChangeKind> {
        Ok(word(&self.0.change_kind)?)
    }

    /// Reason of the change (변경사유); null if not stated.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// First day on which the registration is in force.
    async fn valid_from(&self) -> Date {
        Date(self.0.valid_from)
    }

    /// First day on which the registration is no longer in force (exclusive): the day from which the next one is; null for the last one.
    async fn valid_until(&self, ctx: &Context<'_>) -> Result<Option<Date>> {
        Ok(self.stretch(ctx).await?.0.and_then(|stretch| stretch.until).map(Date))
    }

    /// Timestamp of when the registration was recorded here.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.0.recorded_at)
    }

    /// Day of this registration at the official portal; null if not known.
    async fn registered_on(&self) -> Option<Date> {
        self.0.registered_on.map(Date)
    }

    /// What the source of the record can show at all: a matter that is absent from an excerpt was not stated, which tells nothing of it.
    async fn completeness(&self) -> Result<RecordCompleteness> {
        Ok(word(&self.0.completeness)?)
    }

    /// Agency that operated the data file (운용 공공기관).
    async fn agency(&self, ctx: &Context<'_>) -> Result<Eager<Agency>> {
        Ok(Eager(Agency((*ctx.row::<agency::Entity>(self.0.agency_id).await?).clone())))
    }

    /// Name of the data file (개인정보파일의 명칭).
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Purpose of operation (운영 목적); null if not stated.
    async fn purpose(&self) -> Option<&str> {
        self.0.purpose.as_deref()
    }

    /// Bases of operation (운영 근거), in the order of the record. At most 200; empty if not stated.
    async fn legal_bases(&self, ctx: &Context<'_>) -> Result<Vec<Eager<LegalBasis>>> {
        Ok(ctx.parts::<BasesOfRegistration>(self.0.id).await?.iter().cloned().map(LegalBasis).map(Eager).collect())
    }

    /// Items recorded (기록되는 개인정보의 항목), in the order of the record. At most 1,000; empty if not stated.
    async fn collected_items(&self, ctx: &Context<'_>) -> Result<Vec<Eager<CollectedItem>>> {
        Ok(ctx.parts::<ItemsOfRegistration>(self.0.id).await?.iter().cloned().map(CollectedItem).map(Eager).collect())
    }

    /// Method of processing (처리방법); null if not stated.
    async fn processing_method(&self) -> Result<Option<ProcessingMethod>> {
        Ok(self.0.processing_method.as_deref().map(word).transpose()?)
    }

    /// Method of processing as written; null if not stated.
    async fn processing_method_text(&self) -> Option<&str> {
        self.0.processing_method_text.as_deref()
    }

    /// Way in which the data are collected (수집방법) as written, `온라인 수집 (홈페이지 회원신청)` say; null if not stated.
    async fn collection_method(&self) -> Option<&str> {
        self.0.collection_method.as_deref()
    }

    /// Retention period (보유기간); null if not stated.
    async fn retention(&self, ctx: &Context<'_>) -> Result<Option<Retention>> {
        if self.0.retention_text.is_none() {
            return Ok(None);
        }
        let terms = ctx.parts::<TermsOfRegistration>(self.0.id).await?;
        Ok(retention(self.0.retention_text.as_ref(), self.0.retention_class.as_ref(), &terms)?)
    }

    /// Provisions that count for the data file (제3자 제공): those stated for it, then those of the policies that covered it while the registration was in force (the last revision of each that began
    /// before the registration ended). At most 100 in a page, 20 if not said.
    async fn provisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those stated for these; all if left out. At most 100.")] stated_for: Option<Vec<StatedFor>>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<ProvisionConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = ProvisionListing::of(Whose::Registration { stated_for: stated_for.clone() }, ctx.session()?.today());
        if let Some(tried) = &self.1 {
            let rows = if counts_for_files(stated_for.as_deref()) { tried.provisions.clone() } else { Vec::new() };
            return Ok(ProvisionConnection(Paged::of_rows(&listing.order(), rows, &page)));
        }
        Ok(ProvisionConnection(Paged::load(ctx, listing, Some(self.0.id), page).await?))
    }

    /// Entrustments that count for the data file (위탁): those stated for it, then those of the policies that covered it while the registration was in force. At most 100 in a page, 20 if not said.
    async fn entrustments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those stated for these; all if left out. At most 100.")] stated_for: Option<Vec<StatedFor>>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<EntrustmentConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = EntrustmentListing::of(Whose::Registration { stated_for: stated_for.clone() }, ctx.session()?.today());
        if let Some(tried) = &self.1 {
            let rows = if counts_for_files(stated_for.as_deref()) { tried.entrustments.clone() } else { Vec::new() };
            return Ok(EntrustmentConnection(Paged::of_rows(&listing.order(), rows, &page)));
        }
        Ok(EntrustmentConnection(Paged::load(ctx, listing, Some(self.0.id), page).await?))
    }

    /// Declared number of data subjects (정보주체 수); null if not stated.
    async fn data_subject_count(&self) -> Option<Count> {
        self.0.data_subject_count.map(Count)
    }

    /// Day of that count; null if not stated.
    async fn counted_on(&self) -> Option<Date> {
        self.0.counted_on.map(Date)
    }

    /// Department in charge of the processing (처리 업무 담당 부서); null if not stated.
    async fn processing_department(&self) -> Option<Department> {
        self.0.processing_department.clone().map(|name| Department { name, phones: text_list::read(&self.0.processing_department_phones) })
    }

    /// Desk that receives and handles requests for access (열람 요구 접수·처리 부서); null if not stated. A policy may state one for everything that it covers.
    async fn access_desk(&self) -> Option<AccessDesk> {
        self.0.has_access_desk.then(|| AccessDesk {
            department: self.0.access_desk_department.clone(),
            phones: text_list::read(&self.0.access_desk_phones),
            email: self.0.access_desk_email.clone(),
            fax: self.0.access_desk_fax.clone(),
            address: self.0.access_desk_address.clone(),
        })
    }

    /// Limits to access (열람 제한·거절 범위와 사유, 제35조④). At most 50; empty if none is stated.
    async fn access_restrictions(&self, ctx: &Context<'_>) -> Result<Vec<AccessRestriction>> {
        ctx.parts::<RestrictionsOfRegistration>(self.0.id).await?.iter().cloned().map(AccessRestriction::try_from).collect()
    }

    /// Information system that the data file runs on (개인정보처리시스템); null if not stated.
    async fn information_system(&self) -> Option<&str> {
        self.0.information_system.as_deref()
    }

    /// Indicates whether the data file holds data of children under 14; null if not stated.
    async fn includes_children_under14(&self) -> Option<bool> {
        self.0.includes_children_under14
    }

    /// Day on which operation started (운영 개시일); null if not stated.
    async fn operation_started_on(&self) -> Option<Date> {
        self.0.operation_started_on.map(Date)
    }

    /// What differs from the registration that was in force before, in the order of the matters of Decree 제33조①; empty for the first one.
    pub async fn differences(&self, ctx: &Context<'_>) -> Result<Vec<FieldDifference>> {
        if let Some(tried) = &self.1 {
            return Ok(tried.differences.clone());
        }
        let Some(before) = self.stretch(ctx).await?.1 else { return Ok(Vec::new()) };
        let (before, after) = futures_util::future::try_join(ctx.load(ContentOf(before.id)), ctx.load(ContentOf(self.0.id))).await?;
        match (before, after) {
            (Some(before), Some(after)) => Ok(differences_of(&before, &after)?),
            _ => Err(Error::internal("a registration has no content").into()),
        }
    }

    /// Where the values were read. With `path`, the sources of the value there: its own, or the nearest ones around it. At most 2,000.
    async fn sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Path of a value in the names of this schema, `legalBases.2.article` say; all if left out.")] path: Option<String>,
    ) -> Result<Vec<Source>> {
        sources(ctx, self.0.id, path.as_deref()).await
    }
}

/// Matters in the order in which Decree 제33조① lists them, each with what belongs to it; others follow.
const MATTERS: [&str; 15] = [
    "name",
    "legalBases",
    "purpose",
    "collectedItems",
    "processingMethod",
    "processingMethodText",
    "retention",
    "provisions",
    "agency",
    "dataSubjectCount",
    "countedOn",
    "processingDepartment",
    "accessDesk",
    "accessRestrictions",
    "entrustments",
];

/// Differences between two contents, in the order of the matters.
///
/// # Errors
/// `Internal` for a content that cannot be written as JSON, which a test rules out.
pub fn differences_of(before: &Content, after: &Content) -> Result<Vec<FieldDifference>, Error> {
    let json = |content| serde_json::to_value(content).map_err(|error| Error::internal(error.to_string()));
    let mut differences = compare(&json(before)?, &json(after)?);
    differences.sort_by_key(|difference| {
        let matter = difference.path.split('.').next().unwrap_or_default();
        MATTERS.iter().position(|known| *known == matter).unwrap_or(MATTERS.len())
    });
    Ok(differences)
}

/// Whether what is stated for one file is asked for.
fn counts_for_files(stated_for: Option<&[StatedFor]>) -> bool {
    stated_for.is_none_or(|stated_for| stated_for.contains(&StatedFor::DataFile))
}

impl Registration {
    /// A registration that is only tried out.
    #[must_use]
    pub fn tried(row: registration::Model, tried: Tried) -> Self {
        Self(row, Some(Arc::new(tried)))
    }

    /// Where the registration lies in the history of its file, and what was in force before it.
    async fn stretch(&self, ctx: &Context<'_>) -> Result<(Option<Stretch>, Option<Stretch>)> {
        let timeline = ctx.load(TimelineOfFile(self.0.data_file_id)).await?.unwrap_or_default();
        let place = timeline.iter().position(|stretch| stretch.id == self.0.id);
        let before = place.and_then(|place| place.checked_sub(1)).and_then(|before| timeline.get(before)).cloned();
        Ok((place.and_then(|place| timeline.get(place)).cloned(), before))
    }

    /// Key of the registration.
    #[must_use]
    pub fn key(&self) -> Uuid {
        self.0.id
    }
}

/// Department in charge (담당 부서).
#[derive(SimpleObject)]
pub struct Department {
    /// Name of the department.
    pub name: String,
    /// Telephone numbers of the department. At most 20.
    pub phones: Vec<String>,
}

/// Desk that receives and handles requests for access (열람 요구 접수·처리 부서). Act 제35조.
#[derive(SimpleObject)]
pub struct AccessDesk {
    /// Name of the department; null if only an address or number is stated.
    pub department: Option<String>,
    /// Telephone numbers of the desk. At most 20.
    pub phones: Vec<String>,
    /// E-mail address of the desk; null if not stated.
    pub email: Option<String>,
    /// Fax number of the desk; null if not stated.
    pub fax: Option<String>,
    /// Postal address of the desk; null if not stated.
    pub address: Option<String>,
}

impl From<super::AccessDesk> for AccessDesk {
    fn from(desk: super::AccessDesk) -> Self {
        let super::AccessDesk { department, phones, email, fax, address } = desk;
        Self { department, phones, email, fax, address }
    }
}

/// Limit to access (열람 제한·거절): what is withheld, and on what ground. Act 제35조④.
#[derive(SimpleObject)]
pub struct AccessRestriction {
    /// What is withheld.
    pub scope: String,
    /// Ground of Act 제35조④; null if none is stated.
    pub ground: Option<AccessRestrictionGround>,
    /// Reason as written; null if not stated.
    pub text: Option<String>,
}

impl TryFrom<access_restriction::Model> for AccessRestriction {
    type Error = async_graphql::Error;

    fn try_from(row: access_restriction::Model) -> Result<Self> {
        Ok(Self { ground: row.ground.as_deref().map(word).transpose()?, scope: row.scope, text: row.text })
    }
}

crate::connections! {
    RegistrationConnection, RegistrationEdge: Registration from registration;
}

/// Conditions on registrations. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct RegistrationFilter {
    /// Data file that the registration belongs to.
    pub data_file: Option<IdFilter>,
    /// Status of that data file now. Registrations of exempt files are found only where this asks for them.
    pub status: Option<DataFileStatusFilter>,
    /// Agency that operated the data file.
    pub agency: Option<Box<AgencyFilter>>,
    /// Name of the data file.
    pub name: Option<StringFilter>,
    /// Purpose of operation.
    pub purpose: Option<StringFilter>,
    /// Why the registration was recorded.
    pub change_kind: Option<RegistrationChangeKindFilter>,
    /// Reason of the change.
    pub reason: Option<StringFilter>,
    /// First day on which the registration is in force.
    pub valid_from: Option<DateFilter>,
    /// When the registration was recorded here.
    pub recorded_at: Option<DateTimeFilter>,
    /// What the source of the record can show.
    pub completeness: Option<RecordCompletenessFilter>,
    /// Method of processing.
    pub processing_method: Option<ProcessingMethodFilter>,
    /// Direction in which the retention period changed, against the registration that held before it when it was recorded.
    pub retention_change: Option<RetentionChangeFilter>,
    /// Declared number of data subjects.
    pub data_subject_count: Option<CountFilter>,
    /// Whether the data file holds data of children under 14.
    pub includes_children_under14: Option<bool>,
    /// Whether the registration states a desk for access requests.
    pub has_access_desk: Option<bool>,
    /// Items recorded.
    pub collected_items: Option<CollectedItemsFilter>,
    /// Bases of operation.
    pub legal_bases: Option<LegalBasesFilter>,
    /// Retention period.
    pub retention: Option<RetentionFilter>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<RegistrationFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<RegistrationFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<RegistrationFilter>>,
}

impl RegistrationFilter {
    /// The parts that speak of what the registration owns.
    pub(super) fn content(&self) -> ContentConditions<'_> {
        ContentConditions { collected_items: self.collected_items.as_ref(), legal_bases: self.legal_bases.as_ref(), retention: self.retention.as_ref() }
    }
}

/// Conditions on a retention period. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct RetentionFilter {
    /// Class of the longest term.
    pub class: Option<RetentionClassFilter>,
    /// Shortest length of a term, in months.
    pub min_months: Option<IntFilter>,
    /// Longest length of a term, in months.
    pub max_months: Option<IntFilter>,
    /// Event of a term.
    pub event: Option<StringFilter>,
}

crate::order! {
    RegistrationOrder by RegistrationOrderField, ValidFrom Asc {
        ValidFrom = "VALID_FROM", "시행일", "First day in force", "Of one day, by number.";
        RecordedAt = "RECORDED_AT", "기록일시", "When recorded";
        Name = "NAME", "개인정보파일명", "Name", "In dictionary order.";
    }
}

/// Queries on registrations.
#[derive(Default)]
pub struct RegistrationQuery;

/// Queries on registrations.
#[Object]
impl RegistrationQuery {
    /// Registrations (등록 이력): in force on a day (`asOf`), as known before an instant (`recordedBefore`), both, or the whole history, filtered. By first day in force if not said otherwise. At most
    /// 100 in a page, 20 if not said.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn registrations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which registrations.")] filter: Option<Box<RegistrationFilter>>,
        #[graphql(desc = "Only those in force on that day: the register as it stood.")] as_of: Option<Date>,
        #[graphql(desc = "Only those recorded before that instant: the register as it was known.")] recorded_before: Option<DateTime>,
        #[graphql(desc = "In which order; by first day in force if left out.")] order_by: Option<RegistrationOrder>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<RegistrationConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = RegistrationListing::of_register(filter, as_of.map(|day| day.0), recorded_before.map(|moment| moment.0), order_by.unwrap_or_default())?;
        Ok(RegistrationConnection(Paged::load(ctx, listing, None, page).await?))
    }
}
