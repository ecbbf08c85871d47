//! What the rows of a sheet tell of an impact assessment, as the input of one: pure.

use std::collections::HashSet;

use chrono::Datelike as _;
use reading::header::compact;
use reading::policy::Time;
use reading::sheet::AssessmentRecord;

use super::policy::{PolicyAgency, assessed_items};
use super::sheet::DOCUMENT;
use crate::data_file::running_number;
use crate::hangul;
use crate::identity::abbreviated;
use crate::impact_assessment::{AssessedFile, AssessmentTrigger, ImpactAssessmentInput};
use crate::source::SourceInput;

/// An assessment as a sheet states it.
#[derive(Clone, Debug)]
pub struct StatedAssessment {
    /// The assessment. Files that it alone names, and the register lacks, are left out of it.
    pub input: ImpactAssessmentInput,
    /// Files that the register lacks, by the names that the sheet gives them.
    pub missing: Vec<String>,
    /// Values that were left out since they could not be understood: what each is.
    pub left_out: Vec<String>,
}

impl StatedAssessment {
    /// What a message calls it: `회원 명부 and 2 more, assessed in 2023`.
    pub fn name(&self) -> String {
        let files = self.input.data_files.iter().filter_map(|file| file.name_as_written.as_ref()).chain(&self.missing);
        let first = files.clone().next().map_or("", String::as_str);
        let more = files.count().saturating_sub(1);
        let of = if more > 0 { format!("{} and {more} more", abbreviated(first)) } else { abbreviated(first) };
        match self.input.year.or(self.input.assessed_from.map(|day| day.year())) {
            Some(year) => format!("{of}, assessed in {year}"),
            None => format!("{of}, assessed"),
        }
    }

    /// Why it cannot be recorded: what is missing of it, and how to mend that.
    pub fn refusal(&self, agency: &PolicyAgency) -> Option<(&'static str, String)> {
        let missing: Vec<String> = self.missing.iter().take(10).map(|name| format!("\"{}\"", abbreviated(name))).collect();
        (!missing.is_empty()).then(|| {
            let text = format!(
                "{} ({}) has no file {}: import the list of its files first or with this sheet, write the names as they stand there, or give registration numbers (등록번호)",
                agency.name,
                agency.code,
                missing.join(", ")
            );
            (crate::problem::code::NOT_FOUND, text)
        })
    }
}

/// The assessment that a record states, of the files that the register holds of its agency.
#[must_use]
pub fn stated(record: &AssessmentRecord, agency: &PolicyAgency) -> StatedAssessment {
    let (mut data_files, mut missing, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for cell in &record.files {
        match files_of(cell, agency) {
            Ok(found) => data_files.extend(found),
            Err(unknown) => missing.extend(unknown),
        }
    }
    if let (true, Some(system)) = (record.files.is_empty(), &record.system) {
        // A table that names systems alone means their files, or files that are called as they are.
        match agency.systems.get(&hangul::compact(system)) {
            Some(numbers) => data_files.extend(numbers.iter().map(|number| assessed(number, system))),
            None => match files_of(system, agency) {
                Ok(found) => data_files.extend(found),
                Err(unknown) => missing.extend(unknown),
            },
        }
    }
    let mut seen = HashSet::new();
    data_files.retain(|file| seen.insert(file.registration_number.clone()));
    let Time { year, from, until } = record.time();
    if let Some(text) = record.time_text.as_ref().filter(|_| year.is_none() && from.is_none()) {
        left_out.push(format!("\"{}\" is neither the year nor the days of an assessment: write 2024, or 2024-05-01 ~ 2024-06-30", abbreviated(text)));
    }
    let is_reversed = until.is_some_and(|until| from.is_some_and(|from| until < from));
    if is_reversed {
        left_out.push("the end of the assessment lies before its beginning; only the beginning was taken".to_owned());
    }
    let trigger = record.trigger.as_deref().and_then(|text| {
        let trigger = trigger_of(text);
        if trigger.is_none() {
            left_out.push(format!("\"{}\" is none of the grounds of Decree 제35조: 5만명, 50만명 연계, 100만명, 운용체계 변경, 자율", abbreviated(text)));
        }
        trigger
    });
    let summary_url = record.summary_url.as_ref().filter(|url| {
        let is_address = url.starts_with("http://") || url.starts_with("https://");
        if !is_address {
            left_out.push(format!("\"{}\" is no address of a summary: it begins with https://", abbreviated(url)));
        }
        is_address
    });
    let input = ImpactAssessmentInput {
        agency: agency.code.clone(),
        data_files,
        year,
        assessed_from: from,
        assessed_until: until.filter(|_| !is_reversed),
        trigger,
        assessor: record.assessor.clone(),
        assessed_items: assessed_items(&record.items),
        outcome: record.outcome.clone(),
        summary: None,
        summary_url: summary_url.cloned(),
        sources: vec![SourceInput { path: String::new(), document: DOCUMENT.to_owned(), span: Some(record.place.to_string()), confidence: None, note: None }],
        is_partial: true,
    };
    StatedAssessment { input, missing, left_out }
}

/// The files that a cell names: one, or several on lines of their own or between commas.
fn files_of(cell: &str, agency: &PolicyAgency) -> Result<Vec<AssessedFile>, Vec<String>> {
    let found = |name: &str| {
        let number = match agency.files.get(&hangul::compact(name)) {
            Some((number, _)) => number.as_str(),
            None => running_number(name).map(|_| name)?,
        };
        Some(assessed(number, name))
    };
    if let Some(file) = found(cell) {
        return Ok(vec![file]);
    }
    let names: Vec<&str> = cell.split(['\n', ',']).map(str::trim).filter(|name| !name.is_empty()).collect();
    let missing: Vec<String> = names.iter().filter(|name| found(name).is_none()).map(|name| (*name).to_owned()).collect();
    match missing.len() {
        0 => Ok(names.into_iter().filter_map(found).collect()),
        // Of a name that is known nowhere its parts are none.
        all if all == names.len() => Err(vec![cell.replace('\n', " ")]),
        _ => Err(missing),
    }
}

fn assessed(number: &str, name: &str) -> AssessedFile {
    AssessedFile { registration_number: number.to_owned(), name_as_written: Some(name.replace('\n', " ").chars().take(300).collect()) }
}

fn trigger_of(text: &str) -> Option<AssessmentTrigger> {
    let words = compact(text);
    let any = |listed: &[&str]| listed.iter().any(|word| words.contains(word));
    if any(&["100만"]) {
        Some(AssessmentTrigger::Subjects1m)
    } else if any(&["50만", "연계"]) {
        Some(AssessmentTrigger::Linked500k)
    } else if any(&["5만", "민감정보", "고유식별"]) {
        Some(AssessmentTrigger::Sensitive50k)
    } else if any(&["변경", "고도화"]) {
        Some(AssessmentTrigger::SystemChange)
    } else if any(&["자율", "자체", "임의"]) {
        Some(AssessmentTrigger::Voluntary)
    } else {
        None
    }
}
