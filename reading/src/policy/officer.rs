//! Persons and departments in charge (개인정보 보호책임자, 담당부서) and the desk for requests for access: tables, lines of labels.
//!
//! Only the privacy officer's name is kept; that another is published is noted.

use super::Read;
use super::block::{Block, Cell, Line, Span, Table, tidy};
use super::contact::{contact, is_of_office};
use super::labelled::{self, Labelled};
use super::marker::{is_sentence, unmarked};
use super::section::SectionKind;
use super::statement::{Desk, Officer, Policy, Role};
use super::table::{Grid, Kind, is_none, kind};
use crate::header::{Column, column, compact};

/// Reads officers and the access desk.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    for part in parts.iter().filter(|part| part.is_any(&[SectionKind::Officer, SectionKind::AccessRequest])) {
        let mut found: Vec<Officer> = Vec::new();
        for (at, block) in part.part.blocks.iter().enumerate() {
            let Block::Table(table) = block else { continue };
            match &part.grids[at] {
                Some(grid) if roles_in_header(table).is_some() && !grid.has(Column::PersonName) => read_transposed(table, &mut found),
                Some(grid) if kind(grid, &part.part) == Kind::Officers || grid.has_any(&[Column::Department, Column::Phone, Column::Position]) => {
                    read_table(part, at, grid, &mut found);
                }
                _ if roles_in_header(table).is_some() => read_transposed(table, &mut found),
                _ => table.rows.iter().for_each(|row| found.extend(of_row(row))),
            }
        }
        read_lines(part, &mut found);
        for officer in found {
            let is_of_desk = matches!(officer.role, Role::AccessOfficer | Role::AccessManager)
                || (part.is(SectionKind::AccessRequest) && !part.is(SectionKind::Officer))
                || officer.is_desk();
            if is_of_desk {
                set_desk(policy, &officer);
            }
            // What a section on requests for access names is the desk; of the officers it tells nothing new, unless it gives them such a role.
            let is_desk_only = officer.is_desk()
                || (part.is(SectionKind::AccessRequest)
                    && !part.is(SectionKind::Officer)
                    && !matches!(officer.role, Role::AccessOfficer | Role::AccessManager));
            if !is_desk_only
                && !policy.officers.iter().any(|known| {
                    known.role_text == officer.role_text
                        && known.department == officer.department
                        && known.position == officer.position
                        && known.name == officer.name
                })
            {
                policy.officers.push(officer);
            }
        }
    }
}

impl Officer {
    fn is_desk(&self) -> bool {
        let words = compact(&self.role_text);
        words.contains("열람") && (words.contains("부서") || words.contains("접수"))
    }
}

fn set_desk(policy: &mut Policy, officer: &Officer) {
    let desk =
        policy.access_desk.get_or_insert_with(|| Desk { department: None, phones: Vec::new(), email: None, fax: None, address: None, span: officer.span });
    if desk.department.is_none() {
        desk.department.clone_from(&officer.department);
    }
    if desk.phones.is_empty() {
        desk.phones.clone_from(&officer.phones);
    }
    desk.email = desk.email.take().or_else(|| officer.email.clone().filter(|email| is_of_office(email)));
    desk.fax = desk.fax.take().or_else(|| officer.fax.clone());
    if desk.department.is_none() && desk.phones.is_empty() && desk.fax.is_none() && desk.email.is_none() {
        policy.access_desk = None;
    }
}

/// The role that words name.
fn role_of(text: &str) -> Option<Role> {
    let words = compact(text);
    let has = |word: &str| words.contains(word);
    if words.chars().count() > 40 {
        return None;
    }
    if has("열람") {
        return Some(if has("책임자") {
            Role::AccessOfficer
        } else if has("담당자") || has("부서") || has("접수") {
            Role::AccessManager
        } else {
            return None;
        });
    }
    Some(match () {
        () if has("분야별") || has("부서별책임") || has("부서책임") => Role::FieldOfficer,
        () if has("담당부서") || has("보호부서") || has("고충처리부서") || has("처리부서") => Role::Department,
        () if has("보호책임자") || has("관리책임자") || has("cpo") || words == "책임자" || has("총괄책임") || has("개인정보책임자") => {
            Role::PrivacyOfficer
        }
        () if has("보호담당")
            || has("관리담당")
            || has("보호관리자")
            || has("보호실무")
            || has("개인정보관리자")
            || words == "담당자"
            || has("개인정보담당")
            || has("실무담당") =>
        {
            Role::PrivacyManager
        }
        () if has("취급자") => Role::Handler,
        () if has("책임자") => Role::FieldOfficer,
        () if has("담당자") => Role::PrivacyManager,
        () => return None,
    })
}

/// What is said of one of them, before the name is kept or withheld.
#[derive(Default)]
struct Draft {
    role_text: String,
    name: Option<String>,
    position: Option<String>,
    grade: Option<String>,
    department: Option<String>,
    contact: String,
    fax: Option<String>,
}

impl Draft {
    fn take(&mut self, column: Column, text: &str) {
        let text = tidy(&text.replace('\n', " "));
        if is_none(&text) {
            return;
        }
        match column {
            Column::PersonName | Column::Handler => self.name = self.name.take().or(Some(text)),
            // "직책 : 개인정보 보호책임자 (교감)"
            Column::Position => match role_of(&text) {
                Some(_) => {
                    let inner = text.split_once('(').map(|(_, inner)| inner.trim_end_matches(')').trim().to_owned());
                    self.position = self.position.take().or(inner);
                    if self.role_text.is_empty() {
                        self.role_text = text;
                    }
                }
                // "정보전산원 팀장"
                None => match text.rsplit_once(' ').filter(|(before, last)| is_position(last) && is_department(before)) {
                    Some((department, position)) => {
                        self.department = self.department.take().or(Some(department.to_owned()));
                        self.position = self.position.take().or(Some(position.to_owned()));
                    }
                    None => self.position = self.position.take().or(Some(text)),
                },
            },
            Column::Grade => self.grade = self.grade.take().or(Some(text)),
            // "기획운영과 (☎ 02-590-1001, FAX 02-590-1009)"
            Column::Department => {
                let reached = text.find(['(', '☎']).filter(|at| *at > 0 && !contact(&text[*at..]).phones.is_empty());
                let (department, reached) = text.split_at(reached.unwrap_or(text.len()));
                self.contact = format!("{} {reached}", self.contact);
                self.department = self.department.take().or(Some(department.trim().to_owned()));
            }
            Column::Fax => self.fax = self.fax.take().or(Some(text)),
            Column::Phone | Column::Email => {
                self.contact.push(' ');
                self.contact.push_str(&text);
            }
            _ => {}
        }
    }

    fn finished(self, span: Span) -> Option<Officer> {
        let role = role_of(&self.role_text)?;
        let contact = contact(&self.contact);
        let keeps_name = role == Role::PrivacyOfficer;
        let name = self.name.filter(|name| name.chars().count() <= 30 && name.chars().any(char::is_alphabetic));
        let officer = Officer {
            role,
            role_text: tidy(unmarked(&self.role_text)).trim_matches(['<', '>', '[', ']', ':', ' ']).to_owned(),
            is_name_withheld: !keeps_name && name.is_some(),
            name: name.filter(|_| keeps_name),
            position: self.position,
            grade: self.grade,
            department: self.department,
            email: contact.email.filter(|email| keeps_name || is_of_office(email)),
            fax: self.fax.and_then(|fax| super::contact::contact(&fax).phones.into_iter().next()).or(contact.fax),
            phones: contact.phones,
            span,
        };
        let says_something = officer.name.is_some()
            || officer.is_name_withheld
            || officer.position.is_some()
            || officer.department.is_some()
            || officer.grade.is_some()
            || !officer.phones.is_empty()
            || officer.email.is_some();
        says_something.then_some(officer)
    }
}

fn read_table(part: &Read, at: usize, grid: &Grid, found: &mut Vec<Officer>) {
    // The column of roles: one that says so, or whose cells are roles.
    let is_role = |text: &str| role_of(text).is_some() || compact(text).contains("열람청구");
    let roles = |place: usize| grid.rows.iter().filter(|row| row.cells.get(place).is_some_and(|cell| is_role(&cell.text))).count();
    let place = (0..grid.columns.len())
        .filter(|place| !matches!(grid.columns[*place], Some(Column::PersonName | Column::Phone | Column::Email | Column::Position | Column::Grade)))
        .max_by_key(|place| (roles(*place), std::cmp::Reverse(*place)))
        .filter(|place| roles(*place) > 0);
    let above = part.lines_above(at).take(3).find_map(|line| role_of(unmarked(&line.text)).filter(|_| !is_sentence(&line.text)).map(|_| line.text.clone()));
    let heading = part.part.heading.as_ref().map(|heading| heading_role(&heading.text));
    // A column that names the department in its cells, with how to reach it ("개인정보 보호 담당부서 및 연락처").
    let department = (0..grid.headers.len()).find(|place| {
        let words = compact(&grid.headers[*place]);
        words.contains("부서") && words.contains("연락처")
    });
    let mut extra: Option<Officer> = None;
    for row in &grid.rows {
        let role = place.and_then(|place| row.cells.get(place)).map(|cell| cell.text.to_string()).filter(|text| !text.is_empty());
        let mut draft = Draft { role_text: role.or_else(|| above.clone()).or_else(|| heading.clone()).unwrap_or_default(), ..Draft::default() };
        // "분야별 보호책임자 | 강사 DB": what the field is stands beside; "개인정보 열람청구 | 책임자": the rest of the role.
        if let Some(place) = place
            && let (Some(cell), Some(next)) = (row.cells.get(place), row.cells.get(place + 1))
            && grid.columns.get(place + 1).is_some_and(|column| column.is_none() || *column == Some(Column::Division))
            && !next.from_left
            && next.text != cell.text
            && !next.text.is_empty()
            && next.text.chars().count() <= 30
        {
            let (first, second) = (draft.role_text.replace('\n', " "), next.text.replace('\n', " "));
            draft.role_text = if role_of(&next.text).is_some() { format!("{first} {second}") } else { format!("{first} ({second})") };
        }
        for (index, column) in grid.columns.iter().enumerate() {
            let Some(cell) = row.cells.get(index) else { continue };
            if Some(index) == place && *column != Some(Column::Department) || cell.from_left {
                continue;
            }
            if let Some(column) = column {
                draft.take(*column, &cell.text);
            }
        }
        if let Some(cell) = department.and_then(|place| row.cells.get(place)).filter(|cell| !cell.from_above && !cell.text.is_empty())
            && let Some(name) = unmarked(&cell.text).split([':', '\n']).next().map(|head| head.split(" - ").next().unwrap_or(head).trim().to_owned())
            && !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && column(&name).is_none()
        {
            draft.contact.push_str(&cell.text);
            let draft =
                Draft { role_text: "개인정보 보호 담당부서".to_owned(), department: Some(name), contact: cell.text.to_string(), ..Draft::default() };
            extra = extra.or_else(|| draft.finished(row.span));
        }
        found.extend(draft.finished(row.span));
    }
    found.extend(extra);
}

/// The role that a heading names, without its article.
fn heading_role(heading: &str) -> String {
    let words = super::marker::Marker::of(heading).map_or(heading, |marked| marked.rest);
    let words = words.trim_matches(['(', ')', '[', ']', ' ']);
    match role_of(words) {
        Some(Role::PrivacyOfficer) | None => "개인정보 보호책임자".to_owned(),
        Some(_) => words.to_owned(),
    }
}

/// Roles that head the columns of a table: "구분 | 개인정보 보호책임자 | 개인정보 보호담당자".
fn roles_in_header(table: &Table) -> Option<usize> {
    let header = table.rows.first()?;
    let roles = header.iter().skip(1).filter(|cell| !cell.from_left && role_of(&cell.text).is_some()).count();
    (roles >= 1
        && table.rows.len() > 1
        && table.rows.iter().skip(1).any(|row| row.first().is_some_and(|cell| !cell.from_above && column(&cell.text).is_some())))
    .then_some(roles)
}

fn read_transposed(table: &Table, found: &mut Vec<Officer>) {
    let Some(header) = table.rows.first() else { return };
    for (place, role) in header.iter().enumerate().filter(|(_, cell)| !cell.from_left) {
        // Labels stand at the left of the table, or each role has its own, beside its values.
        let is_label = |row: &Vec<Cell>| row.get(place).is_some_and(|cell| column(&cell.text).is_some());
        let has_own = header.get(place + 1).is_some_and(|next| next.from_left) && table.rows[1..].iter().any(is_label);
        let (label, value) = if has_own { (place, place + 1) } else { (0, place) };
        if label == value {
            continue;
        }
        let mut draft = Draft { role_text: role.text.replace('\n', " "), ..Draft::default() };
        for row in &table.rows[1..] {
            if let (Some(label), Some(cell)) = (row.get(label).and_then(|cell| column(&cell.text)), row.get(value)) {
                draft.take(label, &cell.text);
            }
        }
        found.extend(draft.finished(table.span));
    }
}

/// Lines of labels under the line that names the role: "▶ 개인정보 보호책임자", "성명 : …", "직위 : …".
fn read_lines(part: &Read, found: &mut Vec<Officer>) {
    let heading = part.part.heading.as_ref().map(|heading| heading_role(&heading.text)).unwrap_or_default();
    let mut role: Option<String> = None;
    let mut open: Option<(Draft, Span)> = None;
    let mut close = |open: &mut Option<(Draft, Span)>| found.extend(open.take().and_then(|(draft, span)| draft.finished(span)));
    for block in &part.part.blocks {
        let Block::Line(line) = block else {
            close(&mut open);
            continue;
        };
        let mut values = values_of(line);
        // "개인정보 보호 담당부서 : 부서명 : 의료정보팀": the first label names the role, the second what follows.
        if let Some(first) = values.first_mut()
            && role_of(&first.label).is_some()
            && let Some((inner, _, value)) = labelled::labelled(&first.value)
        {
            close(&mut open);
            role = Some(first.label.clone());
            (first.column, first.value) = (inner, value.to_owned());
        }
        if let Some((draft, named)) = in_one_line(&line.text) {
            close(&mut open);
            role = Some(named);
            open = Some((draft, line.span));
            continue;
        }
        if values.is_empty() {
            let words = unmarked(&line.text).trim_matches(['<', '>', '[', ']', '【', '】', ' ']);
            if !is_sentence(words) && words.chars().count() <= 40 && role_of(words).is_some() && !words.contains("→") {
                close(&mut open);
                role = Some(words.trim_end_matches([':', ' ']).to_owned());
            } else if is_sentence(words) {
                close(&mut open);
            } else if let Some((draft, span)) = &mut open
                && (!contact(&line.text).phones.is_empty() || super::contact::email(&line.text).is_some())
            {
                draft.take(Column::Phone, &line.text);
                *span = span.to(line.span);
            }
            continue;
        }
        // "개인정보 보호책임자 : 성명 …": the role stands before the first label.
        let before = line.text.split([':', '：']).next().unwrap_or_default();
        if role_of(unmarked(before)).is_some() && column(unmarked(before)).is_none() {
            close(&mut open);
            role = Some(unmarked(before).trim().to_owned());
        }
        for value in values {
            let again = open.as_ref().is_some_and(|(draft, _)| match value.column {
                Column::PersonName | Column::Handler => draft.name.is_some(),
                Column::Department => draft.department.is_some() && !draft.contact.is_empty(),
                _ => false,
            });
            if again {
                close(&mut open);
            }
            let (draft, span) =
                open.get_or_insert_with(|| (Draft { role_text: role.clone().unwrap_or_else(|| heading.clone()), ..Draft::default() }, line.span));
            draft.take(value.column, &value.value);
            *span = span.to(line.span);
        }
    }
    close(&mut open);
}

/// A row of a role and what is said of it, in a table without headers: "개인정보 보호책임자 | 경영본부장 ☎ 043-270-1000".
fn of_row(row: &[Cell]) -> Option<Officer> {
    let mut cells = row.iter().filter(|cell| !cell.from_left).map(|cell| cell.text.replace('\n', " "));
    let (role, said) = (cells.next()?, cells.collect::<Vec<_>>().join(" "));
    let (draft, _) = in_one_line(&format!("{role} : {said}"))?;
    draft.finished(row.first()?.span)
}

/// Ends of the names of positions.
const POSITIONS: &[&str] = &[
    "장",
    "교감",
    "담당관",
    "주무관",
    "대리",
    "주임",
    "사무관",
    "서기관",
    "팀원",
    "이사",
    "실무관",
    "행정관",
    "부군수",
    "군수",
    "감사",
    "관리관",
    "정책관",
    "책임자",
    "사서",
    "과장",
    "계장",
    "직원",
];

fn is_position(word: &str) -> bool {
    POSITIONS.iter().any(|position| word.ends_with(position)) && word.chars().count() >= 2
}

/// Ends of the names of departments.
const DEPARTMENTS: &[&str] = &["과", "팀", "실", "국", "처", "부", "센터", "본부", "담당", "원", "소", "단", "관"];

fn is_department(word: &str) -> bool {
    DEPARTMENTS.iter().any(|end| word.ends_with(end)) && word.chars().count() >= 2
}

/// "개인정보 보호책임자 : 관장 홍길동 (033-111-1000)": role, position or department, name and number in one line.
fn in_one_line(text: &str) -> Option<(Draft, String)> {
    let (label, value) = unmarked(text).split_once([':', '：']).or_else(|| spaced(unmarked(text)))?;
    let (label, value) = (label.trim(), value.trim());
    if role_of(label).is_none()
        || column(label).is_some_and(|column| column != Column::AccessDesk)
        || value.is_empty()
        || value.contains([':', '：'])
        || is_sentence(value)
    {
        return None;
    }
    let mut draft = Draft { role_text: label.to_owned(), contact: value.to_owned(), ..Draft::default() };
    let words = value.split(['(', '☎', '/', ',']).next().unwrap_or_default();
    let words: Vec<&str> = words.split_whitespace().take_while(|word| !word.contains(|c: char| c.is_ascii_digit())).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| column(word).is_none()).collect();
    let is_hangul = |word: &str| word.chars().all(|c| ('가'..='힣').contains(&c));
    for (index, word) in words.iter().enumerate() {
        let is_last = index + 1 == words.len();
        if is_position(word) {
            draft.take(Column::Position, word);
        } else if let Some(department) = draft.department.as_mut().filter(|_| word.ends_with('팀')) {
            // "정보통신과 보호팀", which is nobody's name.
            department.push(' ');
            department.push_str(word);
        } else if is_last && index > 0 && (2..=4).contains(&word.chars().count()) && is_hangul(word) {
            draft.take(Column::PersonName, word);
        } else if is_department(word) {
            draft.take(Column::Department, word);
        } else if is_last && (2..=4).contains(&word.chars().count()) && is_hangul(word) {
            draft.take(Column::PersonName, word);
        }
    }
    (draft.position.is_some() || draft.name.is_some() || draft.department.is_some()).then(|| (draft, label.to_owned()))
}

/// A role and what is said of it with nothing but a space between them: "개인정보 보호책임자 기획실장 02-111-1000". A number or an address tells it from prose.
fn spaced(text: &str) -> Option<(&str, &str)> {
    let is_role = |label: &str| ["책임자", "담당자", "관리자", "취급자", "부서"].iter().any(|end| label.ends_with(end)) && role_of(label).is_some();
    let ends: Vec<usize> = text.match_indices(' ').map(|(at, _)| at).take(4).collect();
    let end = ends.into_iter().rev().find(|end| is_role(&text[..*end]))?;
    let (label, value) = text.split_at(end);
    let reached = contact(value);
    (!is_sentence(text) && (!reached.phones.is_empty() || reached.email.is_some())).then_some((label, value))
}

/// Labels of persons and departments in a line.
fn values_of(line: &Line) -> Vec<Labelled> {
    let (_, values) = labelled::all(&line.text, line.span);
    let is_of_person = |column: Column| {
        matches!(
            column,
            Column::PersonName
                | Column::Handler
                | Column::Position
                | Column::Grade
                | Column::Department
                | Column::Phone
                | Column::Email
                | Column::Fax
                | Column::Address
        )
    };
    values.into_iter().filter(|value| is_of_person(value.column) && !value.value.is_empty()).collect()
}
