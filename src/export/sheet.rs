//! One row a file: the columns of the official portal's list, and what else a sheet has room for.

use std::borrow::Cow;

use publishing::list;
use publishing::table::Cell;
use publishing::xlsx::Written;
use reading::header::Column;

use super::store::tables::FileField;
use crate::agency::AgencyType;
use crate::collected_item::{SensitiveKind, UniqueIdentifier};
use crate::data_file::DataFileStatus;
use crate::registration::RegistrationChangeKind;
use crate::registration::cells::{Facts, label};
use crate::retention::RetentionClass;

/// In which language headers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Headers {
    /// Korean, as the official portal has them.
    #[default]
    Korean,
    /// English.
    English,
}

/// A column of the sheet.
#[derive(Clone, Copy, Debug)]
pub struct SheetColumn {
    says: Says,
    korean: &'static str,
    english: &'static str,
}

/// What a column says.
#[derive(Clone, Copy, Debug)]
enum Says {
    /// What a sheet that is imported says by it too.
    Matter(Column),
    /// The person in charge, whose name is never kept: the official list has a column of it.
    Nobody,
    /// A field, by the label of its word in a vocabulary or as it is.
    Field(FileField, fn(&str) -> &str),
    /// What is derived of the items: the words of a field of theirs, each once.
    OfItems(usize, fn(&str) -> &'static str),
}

fn as_it_is(text: &str) -> &str {
    text
}

const fn matter(column: Column, korean: &'static str, english: &'static str) -> SheetColumn {
    SheetColumn { says: Says::Matter(column), korean, english }
}

const fn field(field: FileField, shown: fn(&str) -> &str, korean: &'static str, english: &'static str) -> SheetColumn {
    SheetColumn { says: Says::Field(field, shown), korean, english }
}

/// Columns of the official portal's list, in its order.
const OFFICIAL: [SheetColumn; 12] = [
    field(FileField::AgencyName, as_it_is, "기관명", "Agency"),
    matter(Column::Department, "부서명", "Processing department"),
    SheetColumn { says: Says::Nobody, korean: "담당자", english: "" },
    matter(Column::FileName, "개인정보파일의 명칭", "Data file"),
    matter(Column::Basis, "개인정보파일의 운영 근거", "Legal bases"),
    matter(Column::Purpose, "개인정보파일의 운영 목적", "Purpose"),
    matter(Column::Items, "개인정보파일에 기록되는 개인정보의 항목", "Collected items"),
    matter(Column::ProcessingMethod, "개인정보의 처리방법", "Processing method"),
    matter(Column::Retention, "개인정보의 보유기간", "Retention period"),
    matter(Column::SubjectCount, "보유수량 (정보주체 수)", "Data subject count"),
    matter(Column::Recipient, "개인정보를 통상적 또는 반복적으로 제공하는 경우 그 제공받는 자", "Recipients"),
    matter(Column::AccessDesk, "열람요구 접수·처리 부서", "Access desk"),
];

/// Columns behind those: what tells a file and its agency from all others, then what the official list has no room for.
const FURTHER: [SheetColumn; 20] = [
    field(FileField::RegistrationNumber, as_it_is, "등록번호", "Registration number"),
    field(FileField::AgencyCode, as_it_is, "기관코드", "Agency code"),
    field(FileField::Status, label::<DataFileStatus>, "상태", "Status"),
    matter(Column::Completeness, "기재범위", "Completeness"),
    matter(Column::CollectionMethod, "수집방법", "Collection method"),
    matter(Column::Restriction, "열람 제한 항목 및 사유", "Access restrictions"),
    matter(Column::System, "개인정보처리시스템명", "Information system"),
    matter(Column::Children, "만 14세 미만 아동 포함 여부", "Includes children under 14"),
    matter(Column::OperationStart, "운영 시작일", "Operation started on"),
    matter(Column::RegisteredOn, "등록일", "Registered on"),
    matter(Column::Entrustee, "수탁자", "Entrustees"),
    matter(Column::Task, "위탁업무", "Entrusted tasks"),
    field(FileField::ValidFrom, as_it_is, "시행일", "Valid from"),
    field(FileField::ChangeKind, label::<RegistrationChangeKind>, "변경구분", "Change kind"),
    field(FileField::AgencyType, label::<AgencyType>, "기관유형", "Agency type"),
    field(FileField::ParentName, as_it_is, "상위기관", "Superior agency"),
    field(FileField::RegionCode, as_it_is, "지역코드", "Region code"),
    SheetColumn { says: Says::OfItems(5, label::<UniqueIdentifier>), korean: "고유식별정보", english: "Unique identifiers" },
    SheetColumn { says: Says::OfItems(6, label::<SensitiveKind>), korean: "민감정보", english: "Sensitive data" },
    field(FileField::RetentionClass, label::<RetentionClass>, "보유기간 구분", "Retention class"),
];

/// The columns of a sheet in the official layout, the person in charge with its empty column.
pub fn official() -> impl Iterator<Item = &'static SheetColumn> {
    OFFICIAL.iter().chain(&FURTHER)
}

/// The columns of a text: no column that is always empty.
pub fn columns() -> impl Iterator<Item = &'static SheetColumn> {
    official().filter(|column| !matches!(column.says, Says::Nobody))
}

impl SheetColumn {
    /// What it is called.
    #[must_use]
    pub fn header(&self, headers: Headers) -> &'static str {
        match headers {
            Headers::Korean => self.korean,
            Headers::English => self.english,
        }
    }

    /// Its cell in the row of a file; `facts` are those of the row.
    #[must_use]
    pub fn cell<'r>(&self, row: &'r [Cell<'_>], facts: &Facts<'r>) -> Cow<'r, str> {
        match self.says {
            Says::Matter(column) => facts.cell(column).flatten().unwrap_or_default(),
            Says::Nobody => Cow::Borrowed(""),
            Says::Field(field, shown) => match row.get(field as usize) {
                Some(Cell::Text(text)) => Cow::Borrowed(shown(text)),
                Some(cell) => cell.written(),
                None => Cow::Borrowed(""),
            },
            Says::OfItems(field, shown) => {
                let mut words: Vec<&str> = Vec::new();
                let items = row.get(FileField::CollectedItems as usize).and_then(Cell::as_text).unwrap_or_default();
                for word in list::records(items).filter_map(|record| list::fields(record).nth(field).flatten()) {
                    if !words.contains(&word) {
                        words.push(word);
                    }
                }
                Cow::Owned(words.into_iter().map(shown).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Its cell in a workbook: a count is a number there.
    #[must_use]
    pub fn written<'t>(&self, cell: &'t str) -> Option<Written<'t>> {
        match (self.says, cell.parse()) {
            (_, _) if cell.is_empty() => None,
            (Says::Matter(Column::SubjectCount), Ok(count)) => Some(Written::Number(count)),
            _ => Some(Written::Text(cell)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn importers_know_every_header() {
        for column in columns() {
            let (korean, english) = (reading::header::column(column.korean), reading::header::column(column.english));
            assert!(korean.is_some() && korean == english, "{} {korean:?}, {} {english:?}", column.korean, column.english);
            if let Says::Matter(states) = column.says {
                assert_eq!(korean, Some(states), "{}", column.korean);
            }
        }
    }
}
