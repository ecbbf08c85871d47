//! The words from which the register is composed: lists of `data/generator/`, embedded.

use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::agency::AgencyType;
use crate::registration::AccessRestriction;

/// Words of agencies.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgencyWords {
    /// Ministries and other central agencies.
    pub central: Vec<String>,
    /// Constitutional institutions.
    pub constitutional: Vec<String>,
    /// Independent institutions.
    pub independent: Vec<String>,
    /// Affiliates of central agencies.
    pub central_affiliates: Vec<Affiliate>,
    /// Affiliates of local governments.
    pub local_affiliates: Vec<String>,
    /// Kinds of schools.
    pub schools: Vec<String>,
    /// Kinds of universities.
    pub universities: Vec<String>,
    /// Local public enterprises.
    pub local_enterprises: Vec<String>,
    /// Institutions funded by local governments.
    pub local_funded: Vec<String>,
    /// Quasi-governmental institutions.
    pub quasi_governmental: Vec<String>,
    /// Other public institutions.
    pub other_public: Vec<String>,
    /// Corporations under special acts.
    pub special_corporations: Vec<String>,
    /// Public corporations.
    pub public_corporations: Vec<String>,
    /// Services with names of their own.
    pub operating_units: Vec<String>,
    /// Fields that institutions work in.
    pub fields: Vec<String>,
    /// Places that schools and centres are named after.
    pub places: Vec<String>,
}

/// Affiliate of a central agency.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Affiliate {
    /// What follows the name of the place.
    pub suffix: String,
    /// Name of the agency above.
    pub parent: String,
}

/// Words of recipients, entrustees and assessments.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartyWords {
    /// Recipients, the frequent ones first.
    pub recipients: Vec<Recipient>,
    /// How often something is provided.
    pub frequencies: Vec<String>,
    /// How it is provided.
    pub methods: Vec<String>,
    /// What is provided.
    pub materials: Vec<String>,
    /// First parts of companies' names.
    pub company_words: Vec<String>,
    /// Second parts of companies' names.
    pub company_trades: Vec<String>,
    /// Legal forms, `{}` in place of the name.
    pub company_forms: Vec<String>,
    /// Companies abroad.
    pub foreign_companies: Vec<String>,
    /// Tasks entrusted.
    pub tasks: Vec<String>,
    /// Bodies that assess.
    pub assessors: Vec<String>,
    /// Outcomes of assessments.
    pub outcomes: Vec<String>,
}

/// Recipient with what it asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// Name as written.
    pub name: String,
    /// Its purposes.
    pub purposes: Vec<String>,
    /// Bases of providing to it.
    pub articles: Vec<String>,
}

/// Words of registrations.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistrationWords {
    /// Items that any file may hold, the frequent ones first, each in its spellings.
    pub general: Vec<Vec<String>>,
    /// Unique identifiers.
    pub identifiers: Vec<String>,
    /// Sensitive items.
    pub sensitive: Vec<String>,
    /// Classifications that documents give.
    pub markers: Vec<String>,
    /// Data subjects.
    pub subjects: Vec<String>,
    /// Phrases of retention.
    pub retention: Vec<String>,
    /// Phrases of retention at recipients.
    pub retention_at_recipients: Vec<String>,
    /// Ways of collection.
    pub collection_methods: Vec<String>,
    /// Methods of processing as written.
    pub processing_texts: Vec<String>,
    /// Citations of consent.
    pub consents: Vec<String>,
    /// Citations of tasks by law.
    pub tasks_by_law: Vec<String>,
    /// Citations of administrative rules.
    pub notices: Vec<String>,
    /// Citations of ordinances.
    pub ordinances: Vec<String>,
    /// Rare citations.
    pub others: Vec<String>,
    /// Departments.
    pub departments: Vec<String>,
    /// Limits to access.
    pub restrictions: Vec<AccessRestriction>,
    /// Information systems.
    pub systems: Vec<String>,
    /// Reasons of changes.
    pub reasons: Reasons,
    /// Programmes that files belong to.
    pub programs: Vec<String>,
    /// Facilities that files belong to.
    pub facilities: Vec<String>,
    /// What files are called.
    pub documents: Vec<String>,
}

/// Reasons of changes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reasons {
    /// Of amendments.
    pub amendment: Vec<String>,
    /// Of destructions.
    pub destruction: Vec<String>,
    /// Of corrections.
    pub correction: Vec<String>,
    /// Of successions.
    pub succession: Vec<String>,
}

/// What a file is about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Word for it.
    pub title: String,
    /// Kinds of agencies that keep such files; all if empty.
    #[serde(default)]
    pub at: Vec<AgencyType>,
    /// How often it comes among the themes of an agency.
    pub weight: u64,
    /// Names that many agencies give such files.
    pub names: Vec<String>,
    /// Citations.
    pub acts: Vec<String>,
    /// Provision that lets resident registration numbers be processed.
    pub identifies: Option<String>,
    /// Usual number of data subjects.
    pub people: u64,
    /// Whether children are among them.
    #[serde(default)]
    pub children: bool,
    /// Whether such files may be exempt from registration (제32조②).
    #[serde(default)]
    pub exempt: bool,
    /// Items beyond the general ones.
    pub holds: Vec<String>,
    /// Purposes.
    pub purposes: Vec<String>,
    /// Phrases of retention that suit it.
    #[serde(default)]
    pub retention: Vec<String>,
}

/// A broken list is a broken build: a test reads each before any user can.
fn read<T: DeserializeOwned + Default>(text: &str) -> T {
    serde_saphyr::from_str(text).unwrap_or_default()
}

/// Words of agencies.
pub static AGENCIES: LazyLock<AgencyWords> = LazyLock::new(|| read(include_str!("../../data/generator/agencies.yaml")));

/// Words of recipients, entrustees and assessments.
pub static PARTIES: LazyLock<PartyWords> = LazyLock::new(|| read(include_str!("../../data/generator/parties.yaml")));

/// Words of registrations.
pub static REGISTRATIONS: LazyLock<RegistrationWords> = LazyLock::new(|| read(include_str!("../../data/generator/registrations.yaml")));

/// What files are about.
pub static THEMES: LazyLock<Vec<Theme>> = LazyLock::new(|| read(include_str!("../../data/generator/themes.yaml")));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_readable() {
        let texts = [
            serde_saphyr::from_str::<AgencyWords>(include_str!("../../data/generator/agencies.yaml")).map(|_| ()),
            serde_saphyr::from_str::<PartyWords>(include_str!("../../data/generator/parties.yaml")).map(|_| ()),
            serde_saphyr::from_str::<RegistrationWords>(include_str!("../../data/generator/registrations.yaml")).map(|_| ()),
            serde_saphyr::from_str::<Vec<Theme>>(include_str!("../../data/generator/themes.yaml")).map(|_| ()),
        ];
        for read in texts {
            read.unwrap();
        }
        assert!(THEMES.len() > 20 && AGENCIES.central.len() > 40 && PARTIES.recipients.len() > 20 && REGISTRATIONS.general.len() > 30);
        for affiliate in &AGENCIES.central_affiliates {
            assert!(AGENCIES.central.contains(&affiliate.parent), "{affiliate:?}");
        }
    }
}
