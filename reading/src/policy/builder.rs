//! Builds blocks from the events of a markup parser: text, line breaks, blocks, tables and what stands in their cells.

use super::block::{Block, Line, Span, Table, WrittenCell, tidy_lines, tidy_with_tabs};
use super::marker::{Marker, unmarked};
use crate::header;

/// Tables in tables deeper than this are taken as text of the cell around them.
const DEEPEST_TABLE: usize = 12;
/// Longest text of one cell, in bytes; what follows is left out.
const LONGEST_CELL: usize = 50_000;

/// Takes the events of a document in their order.
#[derive(Default)]
pub(crate) struct Builder {
    /// Where blocks go: the document itself, and then each open cell.
    flows: Vec<Flow>,
    tables: Vec<OpenTable>,
    /// Tables opened beyond the deepest level.
    too_deep: usize,
    line: usize,
}

#[derive(Default)]
struct Flow {
    blocks: Vec<Block>,
    text: String,
    first: usize,
    last: usize,
    is_heading: bool,
    starts_block: bool,
    /// The markup set a label apart: what follows it in the line is its value.
    awaits_value: bool,
}

#[derive(Default)]
struct OpenTable {
    rows: Vec<Vec<(WrittenCell, Vec<Block>)>>,
    /// Attributes of the open cell: heading, columns, rows, line where it begins.
    cell: Option<(bool, usize, usize, usize)>,
    caption: Vec<Block>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self { flows: vec![Flow { starts_block: true, ..Flow::default() }], ..Self::default() }
    }

    /// The line of the source at which events now stand.
    pub(crate) const fn at_line(&mut self, line: usize) {
        self.line = line;
    }

    pub(crate) fn text(&mut self, text: &str) {
        let line = self.line;
        let Some(flow) = self.flows.last_mut() else { return };
        if flow.text.len() > LONGEST_CELL {
            return;
        }
        if !text.trim().is_empty() {
            if std::mem::take(&mut flow.awaits_value) && !text.trim_start().starts_with([':', '：']) {
                flow.text.push_str(" : ");
            }
            if flow.text.trim().is_empty() {
                flow.first = line;
            }
            flow.last = flow.last.max(line);
        }
        flow.text.push_str(text);
    }

    /// The line that is being written.
    pub(crate) fn line(&self) -> &str {
        self.flows.last().map_or("", |flow| &flow.text)
    }

    /// Whether the line that is being written is a label that is known, and nothing else; a heading with a number is none.
    pub(crate) fn is_label(&self) -> bool {
        Marker::of(self.line()).is_none() && header::column(self.line()).is_some()
    }

    /// The markup that sets the beginning of a line apart ends: where that is a label, what follows in the line is its value.
    pub(crate) fn end_label(&mut self) {
        self.flows.last_mut().into_iter().for_each(|flow| flow.awaits_value = header::is_listed(unmarked(&flow.text)));
    }

    /// Whether text stands in the line that is being written.
    pub(crate) fn is_at_start_of_line(&self) -> bool {
        self.flows.last().is_none_or(|flow| flow.text.trim().is_empty())
    }

    /// The line ends; the block goes on.
    pub(crate) fn end_line(&mut self) {
        let Some(flow) = self.flows.last_mut() else { return };
        let text = tidy_with_tabs(&std::mem::take(&mut flow.text));
        if !text.trim().is_empty() {
            let span = Span { first: flow.first, last: flow.last.max(flow.first) };
            flow.blocks.push(Block::Line(Line { text, span, is_heading: flow.is_heading, starts_block: flow.starts_block }));
            flow.starts_block = false;
        }
        (flow.last, flow.awaits_value) = (0, false);
    }

    /// A block (paragraph, item, division) begins or ends.
    pub(crate) fn edge(&mut self) {
        self.end_line();
        if let Some(flow) = self.flows.last_mut() {
            flow.starts_block = true;
        }
    }

    pub(crate) fn heading(&mut self, begins: bool) {
        self.edge();
        if let Some(flow) = self.flows.last_mut() {
            flow.is_heading = begins;
        }
    }

    pub(crate) fn begin_table(&mut self) {
        if self.tables.len() >= DEEPEST_TABLE {
            self.too_deep += 1;
            return;
        }
        self.edge();
        // Text between a table and its rows belongs to no cell, but is read.
        self.tables.push(OpenTable::default());
        self.flows.push(Flow { starts_block: true, ..Flow::default() });
    }

    pub(crate) fn begin_row(&mut self) {
        if self.too_deep > 0 {
            self.edge();
            return;
        }
        self.end_cell();
        if let Some(table) = self.tables.last_mut() {
            table.rows.push(Vec::new());
        }
    }

    pub(crate) fn begin_cell(&mut self, is_heading: bool, columns: usize, rows: usize) {
        if self.too_deep > 0 {
            return self.edge();
        }
        self.end_cell();
        let line = self.line;
        let Some(table) = self.tables.last_mut() else { return self.edge() };
        if table.rows.is_empty() {
            table.rows.push(Vec::new());
        }
        table.cell = Some((is_heading, columns, rows, line));
        self.flows.push(Flow { starts_block: true, ..Flow::default() });
    }

    pub(crate) fn end_cell(&mut self) {
        if self.too_deep > 0 {
            return self.edge();
        }
        self.end_line();
        let Some(table) = self.tables.last_mut() else { return };
        let Some((is_heading, columns, rows, line)) = table.cell.take() else { return };
        let Some(flow) = self.flows.pop() else { return };
        let text: Vec<String> = flow
            .blocks
            .iter()
            .map(|block| match block {
                Block::Line(line) => line.text.replace('\t', " "),
                Block::Table(table) => table.as_text(),
            })
            .collect();
        let span = flow.blocks.iter().map(Block::span).reduce(Span::to).unwrap_or(Span::line(line));
        let mut text = tidy_lines(&text.join("\n"));
        text.truncate(text.floor_char_boundary(LONGEST_CELL));
        let cell = WrittenCell { text: text.into(), span, is_heading, columns, rows };
        if let Some(row) = table.rows.last_mut() {
            row.push((cell, flow.blocks));
        }
    }

    pub(crate) fn end_table(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return self.edge();
        }
        if self.tables.is_empty() {
            return self.edge();
        }
        self.end_cell();
        self.edge();
        let (Some(mut table), Some(stray)) = (self.tables.pop(), self.flows.pop()) else { return };
        table.caption = stray.blocks;
        let blocks = closed(table);
        if let Some(flow) = self.flows.last_mut() {
            flow.blocks.extend(blocks);
            flow.starts_block = true;
        }
    }

    pub(crate) fn finish(mut self) -> Vec<Block> {
        self.too_deep = 0;
        while !self.tables.is_empty() {
            self.end_table();
        }
        self.edge();
        self.flows.pop().map(|flow| flow.blocks).unwrap_or_default()
    }
}

/// What a table gives: itself, or what stands in its cells where it only lays out a page.
fn closed(table: OpenTable) -> Vec<Block> {
    let rows: Vec<Vec<(WrittenCell, Vec<Block>)>> = table.rows.into_iter().filter(|row| !row.is_empty()).collect();
    let mut blocks = table.caption;
    let holds = |is: fn(&Block) -> bool| rows.iter().flatten().any(|(_, blocks)| blocks.iter().any(is));
    let holds_table = holds(|block| matches!(block, Block::Table(_)));
    let holds_heading = holds(|block| matches!(block, Block::Line(line) if line.is_heading));
    // A table of one row, or of one column, divides nothing that belongs together.
    let is_plain = rows.iter().all(|row| row.len() <= 1) || (rows.len() == 1 && rows[0].len() <= 1);
    let has_headers = rows.iter().take(3).any(|row| row.iter().filter(|(cell, _)| header::column(&cell.text).is_some()).count() >= 2);
    if is_plain || ((holds_table || holds_heading) && !has_headers) {
        blocks.extend(rows.into_iter().flatten().flat_map(|(_, blocks)| blocks));
    } else {
        blocks.extend(Table::laid_out(rows.into_iter().map(|row| row.into_iter().map(|(cell, _)| cell).collect()).collect()).map(Block::Table));
    }
    blocks
}
