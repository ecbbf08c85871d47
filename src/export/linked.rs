//! A file in the terms of DCAT and of the W3C Data Privacy Vocabulary.

use publishing::linked::{Body, DataSet, Named, Personal};
use publishing::list;
use publishing::table::Cell;

use super::store::tables::FileField;
use crate::collected_item::{ItemCategories, UniqueIdentifier};
use crate::legal_basis::LawfulGround;
use crate::registration::ProcessingMethod;
use crate::vocabulary::Vocabulary as _;

/// The file of a row, with addresses under `public_url`.
#[must_use]
pub fn data_set(row: &[Cell<'_>], public_url: &str) -> DataSet {
    let cell = |field: FileField| row.get(field as usize).unwrap_or(&Cell::Absent);
    let text = |field| cell(field).as_text().unwrap_or_default();
    let stated = |field| cell(field).as_text().map(str::to_owned);
    let body = |id, types, name: &str| Body { id, types, name: name.to_owned() };
    let records = |field| list::records(cell(field).as_text().unwrap_or_default());
    let mut subjects: Vec<&str> = Vec::new();
    let mut personal_data = Vec::new();
    for record in records(FileField::CollectedItems) {
        let [name, _, subject, _, category, identifier, sensitive] = list::first(record);
        personal_data.push(Personal { types: personal_types(category, identifier, sensitive), name: name.unwrap_or_default().to_owned() });
        subjects.extend(subject.filter(|subject| !subjects.contains(subject)));
    }
    let basis = |record| {
        let [citation, statute, _, _, _, _, is_consent, ground] = list::first(record);
        Named { types: legal_basis(is_consent == Some("1"), statute.is_some(), ground), name: citation.unwrap_or_default().to_owned() }
    };
    let name_of = |record| {
        let [name] = list::first(record);
        name.unwrap_or_default()
    };
    let processing = match ProcessingMethod::from_word(text(FileField::ProcessingMethod)) {
        None => Vec::new(),
        Some(method) => vec![Named { types: vec!["dpv:Processing"], name: method.word().ko.to_owned() }],
    };
    DataSet {
        id: format!("{public_url}/data-files/{}", text(FileField::RegistrationNumber)),
        types: &["dcat:Dataset", "dpv:Process"],
        identifier: text(FileField::RegistrationNumber).to_owned(),
        title: text(FileField::Name).to_owned(),
        purpose: stated(FileField::Purpose).map(|name| Named { types: vec!["dpv:Purpose"], name }),
        controller: body(
            Some(format!("{public_url}/agencies/{}", text(FileField::AgencyCode))),
            &["dpv:DataController", "dpv:GovernmentalOrganisation"],
            text(FileField::AgencyName),
        ),
        personal_data,
        subjects: subjects.into_iter().map(|name| Named { types: vec!["dpv:DataSubject"], name: name.to_owned() }).collect(),
        legal_bases: records(FileField::LegalBases).map(basis).collect(),
        processing,
        storage: stated(FileField::RetentionText).map(|name| Named { types: vec!["dpv:StorageDuration"], name }),
        recipients: records(FileField::Recipients).map(|record| body(None, &["dpv:Recipient"], name_of(record))).collect(),
        processors: records(FileField::Entrustments).map(|record| body(None, &["dpv:DataProcessor"], name_of(record))).collect(),
        valid_from: cell(FileField::ValidFrom).written().into_owned(),
        issued: cell(FileField::RegisteredOn).as_day().map(|day| day.to_string()),
    }
}

/// What an item is: the term of its category, or of the next one above that has one; whether it is sensitive or a unique identifier.
fn personal_types(category: Option<&str>, identifier: Option<&str>, sensitive: Option<&str>) -> Vec<String> {
    let mut types = vec!["dpv:PersonalData".to_owned()];
    let categories = ItemCategories::bundled();
    let term = category.and_then(|code| categories.with_wider(code).find_map(|code| categories.get(code).and_then(|category| category.dpv.clone())));
    types.extend(term);
    if sensitive.is_some() {
        types.push("dpv:SensitivePersonalData".to_owned());
    }
    if identifier.and_then(UniqueIdentifier::from_word).is_some() {
        types.push("dpv-pd:OfficialID".to_owned());
    }
    types.dedup();
    types
}

/// The term of a legal basis: by its ground of Act 제15조①, else by whether it is a consent or a statute.
fn legal_basis(is_consent: bool, has_statute: bool, ground: Option<&str>) -> Vec<&'static str> {
    let term = match ground.and_then(LawfulGround::from_word) {
        Some(LawfulGround::Consent) => "dpv:Consent",
        Some(LawfulGround::Law) => "dpv:LegalObligation",
        Some(LawfulGround::PublicTask) => "dpv:OfficialAuthorityOfController",
        Some(LawfulGround::Contract) => "dpv:Contract",
        Some(LawfulGround::VitalInterest) => "dpv:VitalInterest",
        Some(LawfulGround::LegitimateInterest) => "dpv:LegitimateInterest",
        Some(LawfulGround::PublicSafety) => "dpv:PublicInterest",
        None if is_consent => "dpv:Consent",
        None if has_statute => "dpv:LegalObligation",
        None => "dpv:LegalBasis",
    };
    vec![term]
}
