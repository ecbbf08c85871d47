//! What the rows of a table say of one impact assessment (영향평가, Act 제33조).

use crate::header::{Column as States, compact};
use crate::policy::Time;

use super::Place;
use super::layout::Layout;
use super::record::says_none;
use super::rows::Row;

/// An impact assessment as one row states it, or several rows below each other: those of its files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssessmentRecord {
    /// Where it stands.
    pub place: Place,
    /// Agency as written; that of the rows above where the cell is empty.
    pub agency: Option<String>,
    /// Registration numbers or names of the files, a cell each.
    pub files: Vec<String>,
    /// Information system whose files were assessed.
    pub system: Option<String>,
    /// When, as written.
    pub time_text: Option<String>,
    /// Assessor.
    pub assessor: Option<String>,
    /// Outcome: what each of its columns holds, with commas between them.
    pub outcome: Option<String>,
    /// What made it necessary.
    pub trigger: Option<String>,
    /// Address of its summary.
    pub summary_url: Option<String>,
    /// Cells with the items that were assessed.
    pub items: Vec<String>,
    /// Number of the row in its table.
    number: String,
    /// Whether the cell of the time is empty, as merged cells are in a text, and does not say that there was none.
    is_undated: bool,
}

impl AssessmentRecord {
    /// Whether a column that states that is a matter of assessments.
    pub(super) fn has(states: States) -> bool {
        matches!(
            states,
            States::Number
                | States::Agency
                | States::AgencyCode
                | States::FileName
                | States::RegistrationNumber
                | States::System
                | States::Items
                | States::AssessmentYear
                | States::Assessor
                | States::Outcome
                | States::AssessmentTrigger
                | States::Url
        )
    }

    /// What a row tells of an assessment; `None` where it names nothing that was assessed.
    pub(super) fn of(layout: &Layout, row: &Row, agency: Option<&str>) -> Option<Self> {
        let all = |states| {
            let cells: Vec<&str> = layout.cells(row, states).filter(|cell| !says_none(cell)).collect();
            cells
        };
        let joined = |states, between: &str| Some(all(states).join(between)).filter(|text| !text.is_empty());
        let one_of = |states: [States; 2]| states.into_iter().map(all).find(|cells| !cells.is_empty()).unwrap_or_default();
        let read = Self {
            place: Place::row(row.sheet.as_deref(), row.number),
            agency: agency.map(str::to_owned),
            files: one_of([States::RegistrationNumber, States::FileName]).into_iter().take(1).map(str::to_owned).collect(),
            system: joined(States::System, " "),
            time_text: joined(States::AssessmentYear, " ~ "),
            assessor: joined(States::Assessor, ", "),
            outcome: joined(States::Outcome, ", "),
            trigger: joined(States::AssessmentTrigger, ", "),
            summary_url: joined(States::Url, " "),
            items: all(States::Items).into_iter().map(str::to_owned).collect(),
            number: layout.cell(row, States::Number).to_owned(),
            is_undated: layout.cell(row, States::AssessmentYear).is_empty(),
        };
        (!read.files.is_empty() || read.system.is_some()).then_some(read)
    }

    /// Whether it says when, by whom or with what outcome: what names a file alone is no assessment.
    pub(super) fn tells_something(&self) -> bool {
        self.time_text.is_some() || self.assessor.is_some() || self.outcome.is_some()
    }

    /// When it was carried out.
    #[must_use]
    pub fn time(&self) -> Time {
        self.time_text.as_deref().map(Time::read).unwrap_or_default()
    }

    /// Whether the next row names another file of the same assessment: its time stands in the row above, or both are of one system or number and say the same.
    pub(super) fn goes_on_with(&self, next: &Self) -> bool {
        let same = |own: &str, next: &str| !next.is_empty() && compact(own) == compact(next);
        let is_of_one_system = same(self.system.as_deref().unwrap_or_default(), next.system.as_deref().unwrap_or_default());
        let is_same = is_of_one_system || same(&self.number, &next.number);
        let says_the_same = (&self.time_text, &self.assessor, &self.outcome) == (&next.time_text, &next.assessor, &next.outcome);
        let is_merged = next.is_undated && !next.tells_something() && (is_of_one_system || next.system.is_none());
        self.agency == next.agency && (is_merged || is_same && says_the_same)
    }

    /// Adds the file of a further row.
    pub(super) fn join(&mut self, next: Self) {
        self.place.last_row = next.place.row;
        let is_known = |file: &String| self.files.contains(file);
        let further: Vec<String> = next.files.into_iter().filter(|file| !is_known(file)).collect();
        self.files.extend(further);
        self.items.extend(next.items);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::sheet::{Limits, Mapping, survey};

    /// `files @ system | time | assessor | outcome | trigger`, with the rows where they stand; the number of files; codes of what is told.
    fn told(text: &str) -> (Vec<String>, u64, Vec<&'static str>) {
        let survey =
            survey(&mut Cursor::new(text.as_bytes()), "평가.csv", &Mapping::default(), &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let line = |record: &AssessmentRecord| {
            let rest = [&record.system, &record.time_text, &record.assessor, &record.outcome, &record.trigger].map(|cell| cell.as_deref().unwrap_or("-"));
            format!("{}-{} {} @ {}", record.place.row, record.place.last_row, record.files.join("+"), rest.join(" | "))
        };
        (survey.assessments.iter().map(line).collect(), survey.files, survey.notes.iter().map(|note| note.code).collect())
    }

    #[test]
    fn tables_of_assessments() {
        for (text, assessments, files, notes) in [
            (
                "개인정보파일 명칭,개인정보파일에 기록되는 개인정보의 항목,영향평가 수행연도\n회원 명부,\"성명, 연락처\",2023\n민원 명부,성명,\n상담 명부,성명,2024년\n",
                vec!["2-3 회원 명부+민원 명부 @ - | 2023 | - | - | -", "4-4 상담 명부 @ - | 2024년 | - | - | -"],
                0,
                vec![],
            ),
            (
                "개인정보 영향평가 현황\n\n연번,기관명,개인정보처리시스템명,개인정보파일명,평가기관,평가기간,점수,평가결과,담당자\n1,시험청,통합시스템,회원 명부,(주)평가,2023.5.1. ~ 2023.6.30.,92.5점,적합,홍길동\n1,시험청,통합시스템,민원 명부,(주)평가,2023.5.1. ~ 2023.6.30.,92.5점,적합,홍길동\n2,,신고시스템,신고 명부,(주)평가,해당없음,-,-,\n합계,,,2건,,,,,\n",
                vec![
                    "4-5 회원 명부+민원 명부 @ 통합시스템 | 2023.5.1. ~ 2023.6.30. | (주)평가 | 92.5점, 적합 | -",
                    "6-6 신고 명부 @ 신고시스템 | - | (주)평가 | - | -",
                ],
                0,
                vec!["COLUMN_LEFT_OUT", "ROW_LEFT_OUT"],
            ),
            (
                "시스템명;영향평가 수행일자;영향평가 수행기관;영향평가 수행 사유;부서명\n상담시스템;2024-03-02;진단(주);5만명 이상 민감정보;총무과\n",
                vec!["2-2  @ 상담시스템 | 2024-03-02 | 진단(주) | - | 5만명 이상 민감정보"],
                0,
                vec!["COLUMN_LEFT_OUT"],
            ),
            // A list of files that tells of assessments beside the rest.
            (
                "개인정보파일의 명칭,운영근거,보유기간,영향평가 수행연도,영향평가 대상 여부\n회원 명부,정보주체 동의,2년,2022,O\n민원 명부,정보주체 동의,2년,,X\n상담 명부,정보주체 동의,3년,해당없음,X\n",
                vec!["2-2 회원 명부 @ - | 2022 | - | - | -"],
                3,
                vec!["UNKNOWN_COLUMN"],
            ),
        ] {
            assert_eq!(told(text), (assessments.into_iter().map(str::to_owned).collect(), files, notes), "{text}");
        }
    }

    #[test]
    fn tables_that_name_assessors_of_something_else() {
        for text in ["개인정보파일의 명칭,운영근거,수행기관\n회원 명부,정보주체 동의,시험원\n", "개인정보파일의 명칭,보유기간,결과\n회원 명부,2년,적합\n"]
        {
            let (assessments, files, _) = told(text);
            assert_eq!((assessments.len(), files), (0, 1), "{text}");
        }
    }
}
