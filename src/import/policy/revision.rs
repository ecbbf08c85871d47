//! The revisions that a policy is and names: periods, sections, and the facts that hang on the policy rather than on a file.

use chrono::NaiveDate;
use reading::policy::{self as read, LabelKind, Policy, RightKind, Role, SafeguardKind, SectionKind};

use super::{DOCUMENT, bases, clipped, entrustments, lines, optional, provisions, read_items, retention, source_of, unsure, whole};
use crate::policy::{
    AutoCollection, DataSubjectRight, DisposalInput, DisposalMedium, DisposalMethod, IncomingEntrustmentInput, OfficerRole, PolicyItemInput,
    PolicyRevisionInput, PolicySection, PolicySectionKind, PrivacyLabel, PrivacyLabelKind, PrivacyOfficer, RemedyBody, RightProcedure, Safeguard, SectionState,
    VideoDeviceInput, VideoDeviceKind,
};
use crate::registration::AccessDesk;
use crate::source::SourceInput;

/// Most entries of a list of a revision.
const MOST: usize = 200;

/// The revisions, oldest first: those that are known by their period alone, and the document itself.
pub(super) fn revisions(policy: &Policy, valid_from: NaiveDate, covered: Vec<String>) -> Vec<PolicyRevisionInput> {
    let mut revisions: Vec<PolicyRevisionInput> = Vec::new();
    for revision in policy.revisions.iter().filter(|revision| !revision.is_current && revision.from != Some(valid_from)) {
        if (revision.from.is_none() && revision.until.is_none()) || revisions.len() >= 400 {
            continue;
        }
        revisions.push(PolicyRevisionInput {
            effective_from: revision.from,
            effective_until: revision.until,
            period_text: optional(Some(&revision.text), 200),
            sources: vec![whole(Some(revision.span), 1.0)],
            ..PolicyRevisionInput::default()
        });
    }
    revisions.push(current(policy, valid_from, covered));
    revisions.sort_by_key(|revision| revision.effective_from.or(revision.effective_until));
    revisions
}

/// The revision that the document is.
fn current(policy: &Policy, valid_from: NaiveDate, covered: Vec<String>) -> PolicyRevisionInput {
    let own = policy.revisions.iter().find(|revision| revision.is_current);
    let mut sources = vec![SourceInput {
        path: String::new(),
        document: DOCUMENT.to_owned(),
        span: Some(format!("전문, 줄 1–{}", policy.lines)),
        confidence: None,
        note: None,
    }];
    sources.push(match own {
        Some(own) => SourceInput { path: "effectiveFrom".to_owned(), ..whole(Some(own.span), 1.0) },
        None => SourceInput {
            path: "effectiveFrom".to_owned(),
            confidence: Some(0.1),
            note: Some("시행일이 적혀 있지 않아 읽은 날로 둠".to_owned()),
            ..whole(None, 1.0)
        },
    });
    let mut source = |path: String, span: Option<read::Span>, confidence: f64| {
        if sources.len() < 900 {
            sources.push(SourceInput { path, document: DOCUMENT.to_owned(), span: span.map(lines), confidence: unsure(confidence), note: None });
        }
    };
    let mut given = Vec::new();
    for provision in &policy.provisions {
        for input in provisions(provision) {
            source(format!("provisions.{}", given.len()), provision.span, provision.confidence);
            given.push(input);
        }
    }
    let mut entrusted = Vec::new();
    for entrustment in &policy.entrustments {
        for input in entrustments(entrustment) {
            source(format!("entrustments.{}", entrusted.len()), entrustment.span, entrustment.confidence);
            entrusted.push(input);
        }
    }
    given.truncate(MOST);
    entrusted.truncate(MOST);
    for (at, officer) in policy.officers.iter().enumerate() {
        source(format!("officers.{at}"), Some(officer.span), 1.0);
    }
    for (at, remedy) in policy.remedies.iter().enumerate() {
        source(format!("remedies.{at}"), Some(remedy.span), 1.0);
    }
    for (at, safeguard) in policy.safeguards.iter().enumerate() {
        source(format!("safeguards.{at}"), Some(safeguard.measure.span), safeguard.measure.confidence);
    }
    for (at, section) in policy.sections.iter().enumerate() {
        source(format!("sections.{at}"), Some(section.heading.span), 1.0);
    }
    source("accessDesk".to_owned(), policy.access_desk.as_ref().map(|desk| desk.span), 1.0);
    sources.extend(policy.disposal_procedure.as_ref().map(|stated| source_of("disposalProcedure", stated)));
    sources.retain(|source| source.path != "accessDesk" || source.span.is_some());
    PolicyRevisionInput {
        effective_from: Some(valid_from),
        effective_until: own.and_then(|own| own.until),
        period_text: own.and_then(|own| optional(Some(&own.text), 200)),
        published_url: None,
        announced_on: policy.announced_on,
        sections: (!policy.sections.is_empty()).then(|| policy.sections.iter().map(section).collect()),
        data_files: covered,
        has_labels: Some(policy.has_labels),
        labels: policy.labels.iter().take(MOST).map(|label| PrivacyLabel { kind: label_kind(label.kind), text: optional(label.text.as_ref(), 500) }).collect(),
        collected_items: automatic_items(policy),
        provisions: given,
        entrustments: entrusted,
        officers: policy.officers.iter().take(MOST).map(officer).collect(),
        access_desk: policy.access_desk.as_ref().map(|desk| AccessDesk {
            department: optional(desk.department.as_ref(), 200),
            phones: phones(&desk.phones),
            email: optional(desk.email.as_ref(), 200),
            fax: optional(desk.fax.as_ref(), 100),
            address: optional(desk.address.as_ref(), 300),
        }),
        rights: policy.rights.iter().map(right).collect(),
        remedies: policy.remedies.iter().take(MOST).map(remedy).collect(),
        appeals: policy.appeals.iter().take(MOST).map(remedy).collect(),
        safeguards: policy
            .safeguards
            .iter()
            .take(MOST)
            .map(|safeguard| Safeguard {
                kind: match safeguard.kind {
                    SafeguardKind::Administrative => crate::policy::SafeguardKind::Administrative,
                    SafeguardKind::Technical => crate::policy::SafeguardKind::Technical,
                    SafeguardKind::Physical => crate::policy::SafeguardKind::Physical,
                },
                measure: clipped(&safeguard.measure.text, 200),
            })
            .collect(),
        disposal: (policy.disposal_procedure.is_some() || !policy.disposal.is_empty()).then(|| DisposalInput {
            procedure: policy.disposal_procedure.as_ref().map(|stated| clipped(&stated.text, 500)),
            methods: policy
                .disposal
                .iter()
                .map(|disposal| DisposalMethod {
                    medium: if disposal.is_electronic { DisposalMedium::Electronic } else { DisposalMedium::Paper },
                    method: clipped(&disposal.method.text, 200),
                })
                .collect(),
        }),
        has_auto_collection: policy.has_auto_collection,
        auto_collection: policy
            .auto_collection
            .iter()
            .take(MOST)
            .map(|device| AutoCollection {
                name: clipped(&device.name, 100),
                purpose: optional(device.purpose.as_ref(), 200),
                refusal: optional(device.refusal.as_ref(), 500),
            })
            .collect(),
        impact_assessment_text: policy.assessment_text.as_ref().map(|stated| clipped(&stated.text, 500)),
        video_notice_count: None,
        video_devices: policy.video_devices.iter().take(MOST).map(video_device).collect(),
        entrusted_by: policy
            .entrusted_by
            .iter()
            .take(MOST)
            .map(|incoming| IncomingEntrustmentInput { entruster: clipped(&incoming.entruster.text, 300), task: optional(incoming.task.as_ref(), 500) })
            .collect(),
        sources,
    }
}

fn automatic_items(policy: &Policy) -> Vec<PolicyItemInput> {
    let mut items: Vec<PolicyItemInput> = Vec::new();
    for stated in &policy.automatic_items {
        for item in read_items(&stated.stated.text) {
            if items.len() < MOST && !items.iter().any(|known| known.name == item.name) {
                items.push(PolicyItemInput {
                    name: clipped(&item.name, 300),
                    requirement: Some(crate::collected_item::ItemRequirement::Automatic),
                    subject: item.subject.map(|subject| clipped(&subject, 100)),
                    activity: optional(stated.activity.as_ref(), 200),
                });
            }
        }
    }
    items
}

fn phones(numbers: &[String]) -> Vec<String> {
    numbers.iter().take(20).map(|number| clipped(number, 100)).collect()
}

fn officer(officer: &read::Officer) -> PrivacyOfficer {
    PrivacyOfficer {
        role: match officer.role {
            Role::PrivacyOfficer => OfficerRole::PrivacyOfficer,
            Role::FieldOfficer => OfficerRole::FieldOfficer,
            Role::PrivacyManager => OfficerRole::PrivacyManager,
            Role::AccessOfficer => OfficerRole::AccessOfficer,
            Role::AccessManager => OfficerRole::AccessManager,
            Role::Department => OfficerRole::Department,
            Role::Handler => OfficerRole::Handler,
            Role::Other => OfficerRole::Other,
        },
        role_text: optional(Some(&officer.role_text), 200),
        name: optional(officer.name.as_ref(), 100),
        is_name_withheld: officer.is_name_withheld,
        position: optional(officer.position.as_ref(), 100),
        grade: optional(officer.grade.as_ref(), 100),
        department: optional(officer.department.as_ref(), 200),
        phones: phones(&officer.phones),
        email: optional(officer.email.as_ref(), 200),
        fax: optional(officer.fax.as_ref(), 100),
    }
}

fn right(right: &read::Right) -> RightProcedure {
    RightProcedure {
        right: match right.kind {
            RightKind::Access => DataSubjectRight::Access,
            RightKind::Correction => DataSubjectRight::Correction,
            RightKind::Deletion => DataSubjectRight::Deletion,
            RightKind::Suspension => DataSubjectRight::Suspension,
            RightKind::ConsentWithdrawal => DataSubjectRight::ConsentWithdrawal,
            RightKind::Transmission => DataSubjectRight::Transmission,
        },
        methods: right.methods.clone(),
        by_agent: optional(right.by_agent.as_ref(), 300),
        form: optional(right.form.as_ref(), 200),
        limits: optional(right.limits.as_ref(), 300),
    }
}

fn remedy(remedy: &read::Remedy) -> RemedyBody {
    RemedyBody {
        name: clipped(&remedy.name, 200),
        operator: optional(remedy.operator.as_ref(), 200),
        task: optional(remedy.task.as_ref(), 200),
        url: optional(remedy.url.as_ref(), 500),
        phones: phones(&remedy.phones),
        address: optional(remedy.address.as_ref(), 300),
    }
}

fn video_device(device: &read::VideoDevice) -> VideoDeviceInput {
    VideoDeviceInput {
        kind: Some(if device.count.is_some() || device.location.is_some() { VideoDeviceKind::Fixed } else { VideoDeviceKind::Unspecified }),
        count: device.count,
        location: optional(device.location.as_ref(), 500),
        purpose: optional(device.purpose.as_ref(), 200),
        legal_bases: device.basis.as_deref().map(bases).unwrap_or_default(),
        hours: optional(device.hours.as_ref(), 200),
        retention: device.retention.as_deref().map(retention),
        storage_place: optional(device.storage_place.as_ref(), 200),
        managed_by: optional(device.managed_by.as_ref(), 200),
        viewing_place: None,
        note: optional(device.note.as_ref(), 1000),
    }
}

fn section(section: &read::Section) -> PolicySection {
    PolicySection {
        kind: section_kind(section.kind),
        heading: optional(Some(&section.heading.text), 200),
        state: match section.state {
            read::SectionState::Stated => SectionState::Stated,
            read::SectionState::Referred => SectionState::Referred,
            read::SectionState::Empty => SectionState::Empty,
        },
    }
}

const fn section_kind(kind: SectionKind) -> PolicySectionKind {
    match kind {
        SectionKind::Purpose => PolicySectionKind::Purpose,
        SectionKind::Retention => PolicySectionKind::Retention,
        SectionKind::Items => PolicySectionKind::Items,
        SectionKind::FileRegister => PolicySectionKind::FileRegister,
        SectionKind::ImpactAssessment => PolicySectionKind::ImpactAssessment,
        SectionKind::Provision => PolicySectionKind::Provision,
        SectionKind::Entrustment => PolicySectionKind::Entrustment,
        SectionKind::Disposal => PolicySectionKind::Disposal,
        SectionKind::Rights => PolicySectionKind::Rights,
        SectionKind::Safeguards => PolicySectionKind::Safeguards,
        SectionKind::AutoCollection => PolicySectionKind::AutoCollection,
        SectionKind::Officer => PolicySectionKind::Officer,
        SectionKind::AccessRequest => PolicySectionKind::AccessRequest,
        SectionKind::Remedy => PolicySectionKind::Remedy,
        SectionKind::VideoDevices => PolicySectionKind::VideoDevices,
        SectionKind::PolicyChange => PolicySectionKind::PolicyChange,
        SectionKind::Pseudonymisation => PolicySectionKind::Pseudonymisation,
        SectionKind::AdditionalUse => PolicySectionKind::AdditionalUse,
        SectionKind::LevelAssessment => PolicySectionKind::LevelAssessment,
        SectionKind::SensitiveDisclosure => PolicySectionKind::SensitiveDisclosure,
        SectionKind::OverseasTransfer => PolicySectionKind::OverseasTransfer,
        SectionKind::Children => PolicySectionKind::Children,
        SectionKind::AutomatedDecision => PolicySectionKind::AutomatedDecision,
    }
}

const fn label_kind(kind: LabelKind) -> PrivacyLabelKind {
    match kind {
        LabelKind::PersonalData => PrivacyLabelKind::PersonalData,
        LabelKind::SensitiveData => PrivacyLabelKind::SensitiveData,
        LabelKind::UniqueIdentifiers => PrivacyLabelKind::UniqueIdentifiers,
        LabelKind::Children => PrivacyLabelKind::Children,
        LabelKind::Purpose => PrivacyLabelKind::Purpose,
        LabelKind::Retention => PrivacyLabelKind::Retention,
        LabelKind::Provision => PrivacyLabelKind::Provision,
        LabelKind::Entrustment => PrivacyLabelKind::Entrustment,
        LabelKind::OverseasTransfer => PrivacyLabelKind::OverseasTransfer,
        LabelKind::Disposal => PrivacyLabelKind::Disposal,
        LabelKind::Safeguards => PrivacyLabelKind::Safeguards,
        LabelKind::AutoCollection => PrivacyLabelKind::AutoCollection,
        LabelKind::VideoDevices => PrivacyLabelKind::VideoDevices,
        LabelKind::Pseudonymisation => PrivacyLabelKind::Pseudonymisation,
        LabelKind::AutomatedDecision => PrivacyLabelKind::AutomatedDecision,
        LabelKind::AccessRequest => PrivacyLabelKind::AccessRequest,
        LabelKind::Remedy => PrivacyLabelKind::Remedy,
        LabelKind::Department => PrivacyLabelKind::Department,
    }
}
