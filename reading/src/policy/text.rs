//! Plain text: its lines, and the tables that stand in them as pipes, as tabs, or as one cell a line.
//!
//! The lines of a page or of Markdown pass through here too: institutions paste such tables into them.

use super::block::{Block, Line, Span, Table, tidy, tidy_with_tabs};
use super::marker::{Marked, Marker, is_sentence, unmarked};
use super::section::kinds_of;
use crate::header::{Column, column, compact, is_listed};

mod columns;
mod wrapped;

/// Longest line that is read, in bytes; no row of a table is longer.
const LONGEST_LINE: usize = 50_000;

/// The lines of a plain text, with the tables whose columns stand under each other.
pub(crate) fn read(text: &str) -> Vec<Block> {
    let lines: Vec<String> = text.lines().map(|line| without_tags(&line[..line.floor_char_boundary(LONGEST_LINE)])).collect();
    let mut blocks = Vec::new();
    let mut starts_block = true;
    let mut at = 0;
    while at < lines.len() {
        if let Some((taken, table)) = columns::read(&lines[at..], at + 1) {
            blocks.push(Block::Table(table));
            at += taken;
            continue;
        }
        let text = tidy_with_tabs(&lines[at]);
        at += 1;
        if text.trim().is_empty() {
            starts_block = true;
        } else if !is_page_number(&text) {
            // A tab in front indents, unless the first cell of a row is empty: what that is, the row above tells.
            blocks.push(Block::Line(Line { text, span: Span::line(at), is_heading: false, starts_block }));
            starts_block = false;
        }
    }
    wrapped::put_together(blocks)
}

/// "- 3 -", "3 / 12": what printing adds at the foot of a page.
fn is_page_number(text: &str) -> bool {
    let is_number = |part: &str| (1..=3).contains(&part.trim().len()) && part.trim().bytes().all(|byte| byte.is_ascii_digit());
    let between_dashes = text.trim().strip_prefix('-').and_then(|rest| rest.strip_suffix('-')).is_some_and(is_number);
    between_dashes || text.split_once('/').is_some_and(|(page, pages)| is_number(page) && is_number(pages))
}

/// Places that a text takes in a line: a Hangul syllable takes two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// Remnants of markup in plain text (`<p>`, `<br/>`), which tell nothing. "<예외 사유>" stays.
fn without_tags(line: &str) -> String {
    const TAGS: &[&str] = &["p", "br", "b", "strong", "span", "div", "u", "em", "li", "ul", "ol", "font", "i", "a", "img"];
    if !line.contains('<') {
        return line.to_owned();
    }
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('<') {
        let inner = &rest[at + 1..];
        let name: String = inner.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let end = inner.find('>').filter(|_| TAGS.contains(&name.as_str()));
        shown.push_str(&rest[..at]);
        match end {
            Some(end) => rest = &inner[end + 1..],
            None => {
                shown.push('<');
                rest = inner;
            }
        }
    }
    shown.push_str(rest);
    shown
}

/// The blocks with the tables that stand in their lines laid out, and tables that a page break has cut put together again.
pub(crate) fn with_tables(blocks: Vec<Block>) -> Vec<Block> {
    let mut read: Vec<Block> = Vec::with_capacity(blocks.len());
    let mut run: Vec<Line> = Vec::new();
    for block in blocks {
        match block {
            Block::Line(line) => run.push(line),
            Block::Table(table) => {
                read_run(std::mem::take(&mut run), &mut read);
                push_table(table, &mut read);
            }
        }
    }
    read_run(run, &mut read);
    read
}

fn read_run(lines: Vec<Line>, read: &mut Vec<Block>) {
    let lines = with_values_beside_labels(lines);
    let mut at = 0;
    while at < lines.len() {
        let rest = &lines[at..];
        let (taken, table) = [piped, tabbed, one_cell_a_line].into_iter().find_map(|reader| reader(rest)).unwrap_or((0, None));
        if taken == 0 {
            let mut line = lines[at].clone();
            line.text = tidy(&line.text);
            push_line(line, read);
            at += 1;
        } else {
            at += taken;
            table.into_iter().for_each(|table| push_table(table, read));
        }
    }
}

/// Most lines that one value takes under its label.
const LONGEST_VALUE: usize = 4;

/// Labels that stand alone in their lines, with the lines of their values under them, as lines of label and value: "운영근거", "도시철도법 제33조", "보유기간", "1년". Two such pairs at least
/// must follow each other; labels that follow each other head a table.
fn with_values_beside_labels(lines: Vec<Line>) -> Vec<Line> {
    let is_label: Vec<bool> = lines.iter().map(is_label_alone).collect();
    // The lines of the value under the label there, of a record that begins with another.
    let value_under = |label: usize, first: usize| -> usize {
        let under = lines[label + 1..].iter().take(LONGEST_VALUE + 1).take_while(|line| !line.is_heading && !line.text.contains('\t'));
        let until_label = under.zip(&is_label[label + 1..]).take_while(|(_, is_label)| !**is_label).count();
        let next = label + 1 + until_label;
        let is_closed = is_label.get(next) == Some(&true) && until_label <= LONGEST_VALUE;
        match until_label {
            0 => 0,
            // Before the first label comes again stands the title of the next record.
            2.. if is_closed && compact(&lines[next].text) == compact(&lines[first].text) && lines[next - 1].starts_block => until_label - 1,
            _ if is_closed => until_label,
            // Nothing tells where the last value ends but the block that begins.
            _ => 1 + lines[label + 2..].iter().take(until_label - 1).take_while(|line| !line.starts_block && Marker::of(&line.text).is_none()).count(),
        }
    };
    let mut joined = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        let mut end = at;
        while end < lines.len() && is_label[end] && !(pairs.is_empty() && at > 0 && is_label[at - 1]) {
            let length = value_under(end, at);
            if length == 0 || is_sentence(&lines[end + 1].text) {
                break;
            }
            pairs.push((end, length));
            end += 1 + length;
        }
        if pairs.len() < 2 {
            joined.push(lines[at].clone());
            at += 1;
            continue;
        }
        for (label, length) in pairs {
            let value: Vec<&str> = lines[label + 1..=label + length].iter().map(|line| line.text.trim()).collect();
            let text = format!("{} : {}", lines[label].text.trim(), value.join(" ").trim_start_matches([':', '：', ' ']));
            joined.push(Line { text, span: lines[label].span.to(lines[label + length].span), ..lines[label].clone() });
        }
        at = end;
    }
    joined
}

/// The line is nothing but a label of the list, without a number of its own.
fn is_label_alone(line: &Line) -> bool {
    let marker = Marker::of(&line.text).map(|marked| marked.marker);
    !line.is_heading
        && matches!(marker, None | Some(Marker::Bullet('-' | '·' | '•' | 'ㆍ' | '○' | 'ㅇ' | 'o' | '▪' | '◦')))
        && is_listed(unmarked(line.text.trim()))
        && !matches!(column(unmarked(line.text.trim())), Some(Column::Number | Column::Division | Column::Note))
}

/// Adds a line; one that begins with a colon is the value of the line before it.
fn push_line(line: Line, read: &mut Vec<Block>) {
    if line.text.starts_with([':', '：'])
        && let Some(Block::Line(before)) = read.last_mut()
        && before.text.chars().count() <= 60
        && !is_sentence(&before.text)
    {
        before.text = format!("{} {}", before.text, line.text);
        before.span = before.span.to(line.span);
        return;
    }
    read.push(Block::Line(line));
}

/// Adds a table; one that has no header of its own and follows another of its width goes on with it.
fn push_table(table: Table, read: &mut Vec<Block>) {
    if let Some(Block::Table(before)) = read.last_mut()
        && before.width() == table.width()
        && table.span.first.saturating_sub(before.span.last) <= 3
        && !table.rows.iter().take(2).any(|row| row.iter().filter(|cell| column(&cell.text).is_some()).count() >= 2 || row.iter().any(|cell| cell.is_heading))
        && before.rows.first().is_some_and(|row| row.iter().any(|cell| column(&cell.text).is_some()))
        // Not a table of labels and values.
        && before.rows.iter().filter(|row| row.first().is_some_and(|cell| column(&cell.text).is_some())).count() < 2
    {
        before.span = before.span.to(table.span);
        before.rows.extend(table.rows);
        return;
    }
    read.push(Block::Table(table));
}

type Taken = Option<(usize, Option<Table>)>;

/// Rows of cells between pipes; the row of dashes goes.
fn piped(lines: &[Line]) -> Taken {
    let is_row = |line: &Line| {
        let text = line.text.trim();
        let pipes = text.matches(['|', '│', '┃']).count();
        pipes >= 2
    };
    let taken = lines.iter().take_while(|line| is_row(line)).count();
    if taken == 0 || (taken == 1 && !lines[0].text.trim().starts_with('|')) {
        return None;
    }
    let rows = lines[..taken].iter().filter_map(|line| {
        let text = line.text.trim();
        let text = text.strip_prefix(['|', '│', '┃']).unwrap_or(text);
        let text = text.strip_suffix(['|', '│', '┃']).unwrap_or(text);
        let cells: Vec<(String, Span)> = text.split(['|', '│', '┃']).map(|cell| (broken(cell), line.span)).collect();
        let is_rule = cells.iter().all(|(cell, _)| cell.chars().all(|c| matches!(c, '-' | ':' | '=' | ' ' | '─' | '━' | '+'))) && text.contains('-');
        (!is_rule).then_some(cells)
    });
    Some((taken, Table::of_texts(rows.collect())))
}

/// A cell in which `<br>` breaks lines.
fn broken(cell: &str) -> String {
    let cell = cell.replace("<br>", "\n").replace("<br/>", "\n").replace("<br />", "\n").replace("<BR>", "\n");
    super::block::tidy_lines(&cell)
}

fn cells_of(text: &str) -> Vec<&str> {
    text.split('\t').map(str::trim).collect()
}

/// Rows of cells between tabs. A row with fewer cells than the widest goes on in the next line, whose first cell continues its last.
fn tabbed(lines: &[Line]) -> Taken {
    let first = cells_of(&lines[0].text);
    let width = first.iter().skip_while(|cell| cell.is_empty()).count();
    let indent = first.len() - width;
    let is_divided = |text: &str| cells_of(text).iter().filter(|cell| !cell.is_empty()).count() >= 2;
    // A title above its table, with the tabs of its empty cells.
    let is_title = width >= 2 && first.iter().filter(|cell| !cell.is_empty()).count() == 1 && lines.get(1).is_some_and(|line| is_divided(&line.text));
    if !is_divided(&lines[0].text) && !is_title {
        return None;
    }
    let mut rows: Vec<Vec<(String, Span)>> = Vec::new();
    let mut row: Vec<(String, Span)> = Vec::new();
    let mut taken = 0;
    for (index, line) in lines.iter().enumerate() {
        if index > 0 && line.starts_block && !(is_divided(&line.text) && cells_of(&line.text).len() >= width) {
            break;
        }
        let mut cells = cells_of(&line.text);
        if indent > 0 && cells.len() >= indent + width {
            cells.drain(..indent);
        }
        if cells.len() < width {
            // Indented, not an empty first cell.
            while cells.len() > 1 && cells[0].is_empty() {
                cells.remove(0);
            }
        }
        let is_whole = cells.len() >= width;
        if cells.len() == 1 && row.len() >= width && ends_table(cells[0]) {
            break;
        }
        if !row.is_empty() && !is_whole && row.len() + cells.len() <= width.max(row.len()) + 1 {
            // The last cell of the row goes on, and others may follow it.
            if let Some((text, span)) = row.last_mut() {
                text.push('\n');
                text.push_str(cells[0]);
                *span = span.to(line.span);
            }
            row.extend(cells[1..].iter().map(|cell| ((*cell).to_owned(), line.span)));
        } else {
            if !row.is_empty() {
                rows.push(std::mem::take(&mut row));
            }
            row.extend(cells.iter().map(|cell| ((*cell).to_owned(), line.span)));
        }
        taken = index + 1;
    }
    rows.push(row);
    Some((taken, Table::of_texts(rows)))
}

/// Not a further line of a cell: an article, a paragraph with its number, a note, a sentence.
fn ends_table(text: &str) -> bool {
    // "4. 개인정보 보호책임자"
    let heads = |marked: Marked<'_>| !matches!(marked.marker, Marker::Bullet(_)) && marked.rest.chars().count() <= 45 && !kinds_of(marked.rest).is_empty();
    if Marker::of(text).is_some_and(heads) {
        return true;
    }
    let marker = Marker::of(text).map(|marked| marked.marker);
    text.starts_with('※')
        || is_sentence(text)
        || matches!(marker, Some(Marker::Article(_) | Marker::Circled(_) | Marker::Roman))
        || matches!(marker, Some(Marker::Bullet('■' | '□' | '▶' | '◆' | '◎')))
}

/// Headers one a line, and then the cells one a line: where the first column numbers the rows, each number begins one; otherwise every so many lines are a row.
fn one_cell_a_line(lines: &[Line]) -> Taken {
    let mut headers: Vec<Column> = Vec::new();
    for line in lines.iter().take(12) {
        match column(line.text.trim()).filter(|_| Marker::of(&line.text).is_none() && !line.text.contains('\t')) {
            Some(column) if !headers.contains(&column) => headers.push(column),
            _ => break,
        }
    }
    let is_key = |column: &Column| matches!(column, Column::FileName | Column::Recipient | Column::Entrustee | Column::Task | Column::AssessmentYear);
    let width = headers.len();
    if width < 3 && !(width == 2 && headers.iter().any(is_key)) || !headers.iter().any(is_key) {
        return None;
    }
    let is_numbered = headers.first() == Some(&Column::Number);
    let end = lines[width..]
        .iter()
        .position(|line| line.is_heading || line.text.contains('\t') || ends_table(line.text.trim()) || column(line.text.trim()).is_some())
        .map_or(lines.len(), |end| width + end);
    let cells = &lines[width..end];
    let cell = |line: &Line| (line.text.trim().to_owned(), line.span);
    let mut rows: Vec<Vec<(String, Span)>> = vec![lines[..width].iter().map(cell).collect()];
    if is_numbered {
        let mut number = 1_usize;
        for line in cells {
            let text = line.text.trim().trim_end_matches('.');
            if text.parse() == Ok(number) {
                rows.push(vec![cell(line)]);
                number += 1;
            } else if rows.len() > 1
                && let Some(row) = rows.last_mut()
            {
                push_cell(row, width, cell(line));
            } else {
                return None;
            }
        }
    } else {
        for line in cells {
            match rows.last_mut() {
                Some(row) if rows_goes_on(row, width, line) => push_cell(row, width, cell(line)),
                _ => rows.push(vec![cell(line)]),
            }
        }
    }
    (rows.len() > 1 && rows.iter().skip(1).any(|row| row.len() == width)).then(|| (end, Table::of_texts(rows)))
}

/// The row has cells to come, or the line can only belong to its last one.
fn rows_goes_on(row: &[(String, Span)], width: usize, line: &Line) -> bool {
    row.len() < width || (!line.starts_block && continues(line.text.trim()))
}

/// Adds a cell to a row, or a further line to its last cell.
fn push_cell(row: &mut Vec<(String, Span)>, width: usize, (text, span): (String, Span)) {
    if row.len() >= width || (row.len() > 1 && continues(&text)) {
        if let Some((before, lines)) = row.last_mut() {
            before.push('\n');
            before.push_str(&text);
            *lines = lines.to(span);
        }
    } else {
        row.push((text, span));
    }
}

/// Can only be a further line of a cell: what is optional after what is required, a note, a parenthesis.
fn continues(text: &str) -> bool {
    ["[선택", "(선택", "선택", "※", "- 선택", "<선택", "· 선택", "[자동", "-"].iter().any(|begin| text.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(text: &str) -> Vec<Vec<Vec<String>>> {
        let table = |block: Block| match block {
            Block::Table(table) => Some(table.rows.iter().map(|row| row.iter().map(|cell| cell.text.to_string()).collect()).collect()),
            Block::Line(_) => None,
        };
        with_tables(read(text)).into_iter().filter_map(table).collect()
    }

    #[test]
    fn rows_between_tabs() {
        let read = tables("순번\t파일명\t운영근거\n1\t회원정보\t동의\n2\t민원\t가법 제1조\n나법 제2조\n3\t강사\t\n제2조(보유)\n");
        assert_eq!(read, [[["순번", "파일명", "운영근거"], ["1", "회원정보", "동의"], ["2", "민원", "가법 제1조\n나법 제2조"], ["3", "강사", ""]]]);
    }

    #[test]
    fn rows_between_pipes_over_a_page_break() {
        let read = tables("| 제공자료 | 내용 |\n|---|---|\n| | 가 |\n\n| | |\n|---|---|\n| 주민 | 나 |\n");
        assert_eq!(read, [[["제공자료", "내용"], ["", "가"], ["주민", "나"]]]);
    }

    #[test]
    fn one_cell_a_line_with_and_without_numbers() {
        let numbered = tables("순번\n개인정보파일의 명칭\n운영근거\n보유기간\n\n1\n회원정보\n동의\n2년\n2\n강사정보\n동의\n5년\n제2조(보유)");
        assert_eq!(numbered[0][2], ["2", "강사정보", "동의", "5년"]);
        let plain = tables("수탁업체명\n위탁 업무\n위탁기간\n(주)가\n유지관리\n2024.1.1.~2024.12.31.\n(주)나\n발송\n1년\n\n② 가는 나를 합니다.");
        assert_eq!(plain[0].len(), 3);
        assert_eq!(plain[0][2], ["(주)나", "발송", "1년"]);
    }
}
