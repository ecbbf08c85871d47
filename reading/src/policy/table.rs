//! Tables read by their headers: across or down, headers of two rows, title rows above them.

use super::block::{Cell, Span, Table};
use super::section::{Part, SectionKind};
use crate::header::{Column, column, column_under, compact, repeats_above};

/// A table with what its columns (or, where it is read down, its rows) state.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    /// For each place of a record what it states; `None` for a header that is not known.
    pub(crate) columns: Vec<Option<Column>>,
    /// Headers as written, one for each place.
    pub(crate) headers: Vec<String>,
    pub(crate) rows: Vec<Row>,
    pub(crate) span: Span,
    /// The columns were told by their content: the table has no header.
    pub(crate) is_guessed: bool,
}

/// One record of a table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    pub(crate) span: Span,
}

impl Row {
    fn of(cells: Vec<Cell>) -> Option<Self> {
        let span = cells.iter().map(|cell| cell.span).reduce(Span::to)?;
        Some(Self { cells, span })
    }
}

impl Grid {
    pub(crate) fn has(&self, column: Column) -> bool {
        self.columns.contains(&Some(column))
    }

    pub(crate) fn has_any(&self, columns: &[Column]) -> bool {
        columns.iter().any(|column| self.has(*column))
    }

    /// How many of these columns there are.
    pub(crate) fn count(&self, columns: &[Column]) -> usize {
        columns.iter().filter(|column| self.has(**column)).count()
    }

    /// The first place that states this.
    pub(crate) fn place(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|other| *other == Some(column))
    }

    /// The cells of a row under every header that states this, each cell once.
    pub(crate) fn texts<'a>(&'a self, row: &'a Row, column: Column) -> impl Iterator<Item = (&'a str, &'a Cell, usize)> {
        let places = self.columns.iter().enumerate().filter(move |(_, other)| **other == Some(column));
        places.filter_map(move |(place, _)| {
            let cell = row.cells.get(place)?;
            let repeats = cell.from_left && place > 0 && self.columns.get(place - 1) == Some(&Some(column));
            Some((stated(&cell.text).filter(|_| !repeats)?, cell, place))
        })
    }
}

/// The text, unless it says that there is none.
pub(crate) fn stated(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && !is_none(text)).then_some(text)
}

/// "없음", "해당 없음", "-".
pub(crate) fn is_none(text: &str) -> bool {
    let words = compact(text);
    words.is_empty()
        || (words.chars().count() <= 12
            && matches!(
                words.as_str(),
                "없음"
                    | "해당없음"
                    | "해당사항없음"
                    | "없습니다"
                    | "해당사항없습니다"
                    | "미해당"
                    | "na"
                    | "none"
                    | "해당없습니다"
                    | "선택항목없음"
                    | "필수항목없음"
                    | "제공없음"
                    | "위탁없음"
            ))
}

/// Reads a table by its headers; `None` where no two of them are known.
pub(crate) fn read(table: &Table) -> Option<Grid> {
    let unfolded = unfolded(table).or_else(|| ungrouped(table));
    let table = unfolded.as_ref().unwrap_or(table);
    let across = header_row(table);
    let down = labels_down(table);
    match (across, down) {
        (Some((at, known)), Some(labels)) if labels > known && !is_header_over(table, at) => Some(read_down(table)),
        (Some((at, _)), _) => Some(read_across(table, at)),
        (None, Some(labels)) if labels >= 2 => Some(read_down(table)),
        _ => None,
    }
}

/// A form whose rows hold several labels with their values ("운영근거 | 동의 | 보유기간 | 2년"), with each of them in a row of its own; `None` for any other table.
fn unfolded(table: &Table) -> Option<Table> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut has_several = false;
    for row in &table.rows {
        let own: Vec<&Cell> = row.iter().filter(|cell| !cell.from_left).collect();
        let is_label = |cell: &Cell| column(&cell.text).is_some();
        let are_pairs = own.len().is_multiple_of(2) && own.chunks_exact(2).all(|pair| is_label(pair[0]) && !(is_label(pair[1]) && pair[1].is_heading));
        // A row of headers has labels only.
        let is_header = own.len() > 2 && own.iter().filter(|cell| is_label(cell)).count() * 4 > own.len() * 3;
        match own.len() {
            1 => rows.push(vec![own[0].clone()]),
            _ if are_pairs && !is_header => {
                has_several |= own.len() > 2;
                rows.extend(own.chunks_exact(2).map(|pair| pair.iter().map(|cell| (*cell).clone()).collect()));
            }
            _ => return None,
        }
    }
    has_several.then_some(Table { rows, span: table.span })
}

/// A table whose first column names what the labels beside it describe ("진료정보" beside "목적 | …" and "항목 | …"), with each name as the value of a label above them; `None` for any other table.
fn ungrouped(table: &Table) -> Option<Table> {
    use Column as C;
    let own = |row: &Vec<Cell>| row.iter().filter(|cell| !cell.from_left).cloned().collect::<Vec<_>>();
    let label_of = |row: &Vec<Cell>| own(row).get(1).and_then(|label| column(&label.text));
    let first = usize::from(table.rows.first().is_some_and(|row| label_of(row).is_none()));
    let rows = table.rows.get(first..)?;
    let labels: Vec<Column> = rows.iter().map(label_of).collect::<Option<_>>()?;
    let is_any = |wanted: &[Column]| labels.iter().any(|label| wanted.contains(label));
    let contents = [C::Basis, C::Purpose, C::BasisAndPurpose, C::Items, C::Retention, C::ProvisionPurpose, C::ProvisionItems, C::ProvisionRetention, C::Task];
    let name_label = match () {
        () if contents.iter().filter(|column| labels.contains(column)).count() < 2 => return None,
        () if is_any(&[C::ProvisionPurpose, C::ProvisionItems, C::ProvisionRetention]) => "제공받는 자",
        () if is_any(&[C::Task]) => "수탁자",
        () => "개인정보파일명",
    };
    let mut named: Vec<Vec<Cell>> = Vec::new();
    let mut names = 0;
    for row in rows {
        let [name, label, value] = <[Cell; 3]>::try_from(own(row)).ok()?;
        if column(&name.text).is_some() || name.text.is_empty() {
            return None;
        }
        if !name.from_above {
            names += 1;
            named.push(vec![Cell { text: name_label.into(), ..name.clone() }, name]);
        }
        named.push(vec![label, value]);
    }
    (rows.len() >= 2 * names).then_some(Table { rows: named, span: table.span })
}

/// The first rows of the table in which the most headers are known: the place of the row, and how many.
fn header_row(table: &Table) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    for (at, row) in table.rows.iter().take(5).enumerate() {
        let own: Vec<&Cell> = row.iter().filter(|cell| !cell.from_left && !cell.text.is_empty()).collect();
        let known = own.iter().filter(|cell| column(&cell.text).is_some()).count();
        let is_short = own.iter().all(|cell| cell.text.chars().count() <= 60);
        if known >= 2 && known * 2 >= own.len() && is_short && best.is_none_or(|(_, most)| known > most) {
            best = Some((at, known));
        }
    }
    best
}

/// The row heads the whole table: its cells are marked so, and those under it are not.
fn is_header_over(table: &Table, at: usize) -> bool {
    let is_marked = |row: &[Cell]| row.iter().all(|cell| cell.is_heading);
    table.rows.get(at).is_some_and(|row| row.len() > 2 && is_marked(row)) && table.rows[at + 1..].iter().any(|row| row.iter().any(|cell| !cell.is_heading))
}

/// How many rows begin with a label that is known, where at least half of them do.
fn labels_down(table: &Table) -> Option<usize> {
    // A label may span the columns over which others are divided.
    let values = || table.rows.iter().filter_map(|row| Some((row.first()?, row.iter().skip(1).find(|cell| !cell.from_left)?)));
    let labels = values().filter(|(label, value)| label.text != value.text && column(&label.text).is_some()).count();
    let rows = values().count();
    // Under a header of its own ("구분 | 내용"), or from the top.
    (labels >= 2 && labels * 2 >= rows).then_some(labels)
}

fn read_across(table: &Table, at: usize) -> Grid {
    // A second row of headers stands under those that span columns, beside those that reach down.
    let header = &table.rows[at];
    let below = table.rows.get(at + 1).filter(|below| {
        let reaches = below.iter().zip(header).any(|(below, above)| below.from_above && below.text == above.text);
        let splits = below.iter().zip(header).enumerate().any(|(place, (below, above))| {
            let spans = above.from_left || header.get(place + 1).is_some_and(|next| next.from_left);
            !below.from_above && spans && (column_under(&above.text, &below.text).is_some() && below.text.chars().count() <= 30)
        });
        let all_heading = below.iter().all(|cell| cell.is_heading);
        splits && (reaches || all_heading || below.iter().filter(|cell| column(&cell.text).is_some()).count() * 2 >= below.len())
    });
    let width = header.len();
    let mut columns = Vec::with_capacity(width);
    let mut headers = Vec::with_capacity(width);
    for (place, cell) in header.iter().enumerate() {
        match below.and_then(|below| below.get(place)).filter(|below| !below.from_above && !below.text.is_empty()) {
            Some(below) => {
                columns.push(column_under(&cell.text, &below.text));
                headers.push(format!("{} {}", cell.text, below.text));
            }
            None => {
                columns.push(column(&cell.text));
                headers.push(cell.text.to_string());
            }
        }
    }
    let first = at + 1 + usize::from(below.is_some());
    let is_repeated = |row: &[Cell]| row.iter().zip(header).filter(|(cell, header)| cell.text == header.text && !cell.text.is_empty()).count() >= 2;
    let mut rows: Vec<Row> = table.rows[first..]
        .iter()
        // The header again after a page break; a row that one cell spans is a remark or a title.
        .filter(|row| !is_repeated(row) && !is_total(row) && (row.len() <= 2 || row.iter().skip(1).any(|cell| !cell.from_left)))
        .filter_map(|row| Row::of(row.clone()))
        .collect();
    repeat_marked(&mut rows);
    Grid { columns, headers, rows, span: table.span, is_guessed: false }
}

/// Puts the text above in place of a mark that repeats it.
fn repeat_marked(rows: &mut [Row]) {
    for at in 1..rows.len() {
        let (above, row) = rows.split_at_mut(at);
        for (cell, above) in row[0].cells.iter_mut().zip(&above[at - 1].cells) {
            if repeats_above(&cell.text) {
                cell.text = std::rc::Rc::clone(&above.text);
            }
        }
    }
}

/// The row adds up those above it.
fn is_total(row: &[Cell]) -> bool {
    let first = row.iter().map(|cell| compact(&cell.text)).find(|text| !text.is_empty());
    first.is_some_and(|text| matches!(text.as_str(), "계" | "합계" | "총계" | "소계" | "누계"))
}

/// A table whose first column holds the labels: each further column is a record, and a label that comes again begins another.
fn read_down(table: &Table) -> Grid {
    let mut grid = Grid { columns: Vec::new(), headers: Vec::new(), rows: Vec::new(), span: table.span, is_guessed: false };
    let named = with_names(table);
    let mut group: Vec<&Vec<Cell>> = Vec::new();
    let mut groups: Vec<Vec<&Vec<Cell>>> = Vec::new();
    for row in named.as_ref().unwrap_or(&table.rows) {
        let label = column(&row[0].text);
        let first = group.first().and_then(|row| column(&row[0].text));
        let again = label.is_some()
            && !row[0].from_above
            && (label == first || label == Some(Column::FileName) && group.iter().any(|row| column(&row[0].text) == label));
        if again && !group.is_empty() {
            groups.push(std::mem::take(&mut group));
        }
        // Without a label, a row is a title of what follows, or a remark.
        if label.is_some() || !row.iter().skip(1).all(|cell| cell.from_left) {
            group.push(row);
        }
    }
    groups.push(group);
    for group in groups {
        let width = group.iter().map(|row| row.len()).max().unwrap_or_default();
        // A label of two cells: the left one spans rows ("개인정보항목 | 필수항목 | …").
        let is_two = group.iter().any(|row| row.len() > 2 && row[0].from_above && column(&row[1].text).is_some());
        let first = if is_two { 2 } else { 1 };
        for place in first..width {
            let mut cells: Vec<Option<Cell>> = vec![None; grid.columns.len()];
            for row in &group {
                let Some(cell) = row.get(place).or_else(|| row.last().filter(|_| row.len() > 1)) else { continue };
                let is_pair = is_two && row.len() > 2 && !row[1].from_left && !row[2].from_left && column(&row[1].text).is_some();
                let (label, name) = if is_pair {
                    (column_under(&row[0].text, &row[1].text), format!("{} {}", row[0].text, row[1].text))
                } else {
                    (column(&row[0].text), row[0].text.to_string())
                };
                let place = grid.headers.iter().position(|header| *header == name).unwrap_or_else(|| {
                    grid.columns.push(label);
                    grid.headers.push(name);
                    cells.push(None);
                    grid.columns.len() - 1
                });
                if cells.len() <= place {
                    cells.resize(place + 1, None);
                }
                match &mut cells[place] {
                    // A label that reaches over several rows: each adds its line.
                    Some(known) if row[0].from_above && !cell.from_above => known.text = format!("{}\n{}", known.text, cell.text).into(),
                    Some(_) => {}
                    none => *none = Some(Cell { from_left: false, from_above: false, ..cell.clone() }),
                }
            }
            let repeats = place > first && group.iter().all(|row| row.get(place).is_none_or(|cell| cell.from_left));
            let span = group.iter().flat_map(|row| row.iter().map(|cell| cell.span)).reduce(Span::to).unwrap_or(table.span);
            if !repeats && let Some(row) = Row::of(cells.into_iter().map(|cell| cell.unwrap_or_else(|| Cell::new("", span))).collect()) {
                grid.rows.push(row);
            }
        }
    }
    grid
}

/// The rows of a form that describes files and names each in a row of its own above its labels ("1. 농가 명부" over "운영 근거 | …"), with a label before the names.
fn with_names(table: &Table) -> Option<Vec<Vec<Cell>>> {
    use Column as C;
    let has = |wanted: C| table.rows.iter().any(|row| column(&row[0].text) == Some(wanted));
    let contents = [C::Basis, C::Purpose, C::BasisAndPurpose, C::Items, C::Retention].into_iter().filter(|column| has(*column)).count();
    if contents < 3 || [C::FileName, C::Recipient, C::Entrustee, C::Task].into_iter().any(has) {
        return None;
    }
    let is_title = |row: &[Cell]| column(&row[0].text).is_none() && row.iter().skip(1).all(|cell| cell.from_left) && row[0].text.chars().count() <= 60;
    let name = |row: &Vec<Cell>| vec![Cell { text: "개인정보파일명".into(), ..row[0].clone() }, Cell { from_left: false, ..row[0].clone() }];
    let rows = table.rows.iter().enumerate().map(|(at, row)| {
        let heads = is_title(row) && table.rows.get(at + 1).is_some_and(|next| !is_title(next));
        if heads { name(row) } else { row.clone() }
    });
    Some(rows.collect())
}

/// What the records of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Files,
    Provisions,
    Entrustments,
    Assessments,
    Officers,
    /// Bodies, cameras, changes, cookies and what else is never a file.
    Other,
}

/// What the records of a table are, by its headers; the section decides where they could be two things.
pub(crate) fn kind(grid: &Grid, part: &Part) -> Kind {
    use Column as C;
    if is_of_changes(grid) || is_of_devices(grid) {
        return Kind::Other;
    }
    if grid.has(C::AssessmentYear) {
        return Kind::Assessments;
    }
    if grid.has_any(&[C::Entrustee, C::SubEntrustee]) || grid.has(C::Task) {
        return Kind::Entrustments;
    }
    let contents = grid.count(&[C::Basis, C::Purpose, C::BasisAndPurpose, C::Items, C::RequiredItems, C::Retention]);
    let is_list = grid.has(C::FileName) && (grid.has_any(&[C::Basis, C::Purpose, C::BasisAndPurpose]) && contents >= 2) && !part.is(SectionKind::Provision);
    if grid.has_any(&[C::Recipient, C::Material]) && !is_list {
        return Kind::Provisions;
    }
    if grid.has(C::FileName) {
        // A list of entrusted files, of assessed files, is none of files of its own.
        return if contents > 0 || grid.has_any(&[C::OptionalItems, C::Department, C::System]) { Kind::Files } else { Kind::Other };
    }
    if grid.has_any(&[C::ProvisionItems, C::ProvisionPurpose, C::ProvisionRetention]) && part.is(SectionKind::Provision) {
        return Kind::Provisions;
    }
    if grid.has(C::PersonName) || (grid.has_any(&[C::Phone, C::Email]) && grid.has_any(&[C::Position, C::Grade, C::Division])) {
        return if grid.has(C::Url) || part.is(SectionKind::Remedy) { Kind::Other } else { Kind::Officers };
    }
    let is_about_files = [SectionKind::Purpose, SectionKind::Retention, SectionKind::Items, SectionKind::FileRegister].into_iter().any(|kind| part.is(kind))
        || part.kinds.is_empty();
    let is_elsewhere = [SectionKind::Provision, SectionKind::Entrustment, SectionKind::VideoDevices, SectionKind::AutoCollection, SectionKind::Disposal]
        .into_iter()
        .any(|kind| part.is(kind));
    if is_about_files
        && !is_elsewhere
        && contents >= 2
        && grid.has_any(&[C::Items, C::RequiredItems])
        && grid.has_any(&[C::Retention, C::Purpose, C::Basis, C::BasisAndPurpose])
    {
        return Kind::Files;
    }
    Kind::Other
}

/// A table of revisions and what they changed (신구 대조표).
fn is_of_changes(grid: &Grid) -> bool {
    grid.headers.iter().any(|header| {
        let header = compact(header);
        ["변경사항", "변경전", "변경후", "변경내역", "변경내용", "개정내용", "적용기간", "개정일", "변경사유"].iter().any(|word| header.contains(word))
    })
}

/// A table of cameras or of cookies.
fn is_of_devices(grid: &Grid) -> bool {
    grid.headers.iter().any(|header| {
        let header = compact(header);
        ["설치대수", "설치위치", "설치장소", "촬영범위", "촬영시간", "촬영장소", "보관장소", "카메라", "쿠키", "cctv"].iter().any(|word| header.contains(word))
    })
}

/// A list of files without a header: what each column holds is told by its cells.
pub(crate) fn guessed(table: &Table) -> Option<Grid> {
    let width = table.width();
    if !(4..=10).contains(&width) || table.rows.is_empty() {
        return None;
    }
    let share = |place: usize, is: &dyn Fn(&str) -> bool| {
        let cells: Vec<&str> = table.rows.iter().filter_map(|row| row.get(place)).map(|cell| &*cell.text).filter(|text| !text.is_empty()).collect();
        !cells.is_empty() && cells.iter().filter(|text| is(text)).count() * 3 >= cells.len() * 2
    };
    let mut columns: Vec<Option<Column>> = vec![None; width];
    let mut take = |column: Column, is: &dyn Fn(&str) -> bool| {
        if let Some(place) = (0..width).find(|place| columns[*place].is_none() && share(*place, is)) {
            columns[place] = Some(column);
        }
    };
    take(Column::Number, &|text| text.trim_end_matches('.').parse::<u32>().is_ok());
    take(Column::Retention, &looks_like_retention);
    take(Column::Items, &|text| text.split([',', '、', '\n']).count() >= 3 && !looks_like_basis(text));
    take(Column::Basis, &looks_like_basis);
    take(Column::FileName, &looks_like_file);
    take(Column::Department, &|text| text.chars().count() <= 20 && text.ends_with(['과', '실', '팀', '국', '처', '부', '소', '원', '센']));
    if !(columns.contains(&Some(Column::FileName))
        && columns.contains(&Some(Column::Retention))
        && (columns.contains(&Some(Column::Items)) || columns.contains(&Some(Column::Basis))))
    {
        return None;
    }
    // Of the rest, the first that holds words states the purpose.
    if let Some(place) = (0..width).find(|place| columns[*place].is_none() && share(*place, &|text| text.chars().count() >= 4)) {
        columns[place] = Some(Column::Purpose);
    }
    let rows = table.rows.iter().filter_map(|row| Row::of(row.clone())).collect();
    Some(Grid { headers: vec![String::new(); width], columns, rows, span: table.span, is_guessed: true })
}

/// "3년", "준영구", "회원 탈퇴 시까지".
pub(crate) fn looks_like_retention(text: &str) -> bool {
    let words = compact(text);
    if words.chars().count() > 60 {
        return false;
    }
    let is_length = words.char_indices().any(|(at, c)| {
        c.is_ascii_digit()
            && ["년", "개월", "일", "월", "주"].iter().any(|unit| words[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(unit))
    });
    is_length || ["영구", "까지", "즉시파기", "지체없이", "탈퇴시", "달성시", "종료시", "종료후", "보유하지않음"].iter().any(|word| words.contains(word))
}

/// Cites a statute, an ordinance, a contract or consent.
pub(crate) fn looks_like_basis(text: &str) -> bool {
    let words = compact(text);
    if words.is_empty() {
        return false;
    }
    let cites_article = words.match_indices('제').any(|(at, _)| {
        let rest = words[at + '제'.len_utf8()..].trim_start_matches(|c: char| c.is_ascii_digit());
        rest.starts_with(['조', '항', '호']) && words[at + '제'.len_utf8()..].starts_with(|c: char| c.is_ascii_digit())
    });
    cites_article
        || ["동의", "약관", "규정", "조례", "법률", "시행령", "시행규칙", "고시", "훈령", "지침", "법령", "규칙", "협약", "계획"]
            .iter()
            .any(|word| words.ends_with(word))
        || ["정보주체동의", "정보주체의동의", "법률", "시행령", "시행규칙", "조례", "개인정보보호법"].iter().any(|word| words.contains(word))
            && words.chars().count() <= 120
        || words.ends_with('법') && !words.ends_with("방법")
}

/// Ends as names of files do.
pub(crate) fn looks_like_file(text: &str) -> bool {
    const ENDS: &[&str] = &[
        "명단",
        "명부",
        "정보",
        "db",
        "대장",
        "파일",
        "현황",
        "자료",
        "회원",
        "내역",
        "기록",
        "관리",
        "부",
        "신청서",
        "목록",
        "카드",
        "민원",
        "데이터",
        "이력",
        "등록",
    ];
    let words = compact(text);
    (2..=50).contains(&words.chars().count()) && ENDS.iter().any(|end| words.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::super::block::Block;
    use super::super::{html, text};
    use super::*;

    fn grid(page: &str) -> Grid {
        let blocks = text::with_tables(html::read(page).blocks);
        let table = blocks.iter().find_map(|block| match block {
            Block::Table(table) => Some(table),
            Block::Line(_) => None,
        });
        read(table.unwrap()).unwrap()
    }

    fn text(grid: &Grid, row: usize, column: Column) -> Option<&str> {
        grid.texts(&grid.rows[row], column).next().map(|(text, _, _)| text)
    }

    #[test]
    fn headers_of_two_rows_and_merged_cells() {
        let grid = grid(
            "<table><tr><th rowspan=2>파일명</th><th rowspan=2>보유근거</th><th colspan=2>개인정보항목</th><th rowspan=2>보유기간</th></tr>\
             <tr><th>필수항목</th><th>선택항목</th></tr><tr><td>회원<td>동의<td>성명<td>주소<td rowspan=2>2년</tr><tr><td>강사<td>동의<td>이름<td>-</tr></table>",
        );
        assert_eq!(
            grid.columns,
            [Some(Column::FileName), Some(Column::Basis), Some(Column::RequiredItems), Some(Column::OptionalItems), Some(Column::Retention)]
        );
        assert_eq!(grid.rows.len(), 2);
        assert_eq!(text(&grid, 1, Column::Retention), Some("2년"));
        assert_eq!(text(&grid, 1, Column::OptionalItems), None);
    }

    #[test]
    fn read_down() {
        let grid = grid(
            "<table><tr><th colspan=3>주요개인정보파일</th></tr><tr><th>개인정보파일명</th><td colspan=2>진료기록부</td></tr><tr><th>보유목적</th><td colspan=2>진료</td></tr>\
             <tr><th>개인정보파일명</th><td colspan=2>검진자</td></tr><tr><th>보유목적</th><td colspan=2>검진</td></tr></table>",
        );
        let names: Vec<_> = (0..2).map(|row| text(&grid, row, Column::FileName)).collect();
        assert_eq!(names, [Some("진료기록부"), Some("검진자")]);
        assert_eq!(text(&grid, 1, Column::Purpose), Some("검진"));
    }

    #[test]
    fn without_header() {
        let table =
            |rows: &[&[&str]]| Table::of_texts(rows.iter().map(|row| row.iter().map(|text| ((*text).to_owned(), Span::line(1))).collect()).collect()).unwrap();
        let grid = guessed(&table(&[
            &["총무과", "직원 명부", "인사 관리", "지방공무원법 제6조", "성명, 주소, 연락처", "준영구"],
            &["민원실", "민원 접수대장", "민원 처리", "정보주체 동의", "성명, 주소, 전화", "3년"],
        ]))
        .unwrap();
        assert_eq!(
            grid.columns,
            [Some(Column::Department), Some(Column::FileName), Some(Column::Purpose), Some(Column::Basis), Some(Column::Items), Some(Column::Retention)]
        );
        assert!(guessed(&table(&[&["보호책임자", "총무과", "과장", "02-123-4567"]])).is_none());
    }
}
