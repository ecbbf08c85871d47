//! Lines that printing has wrapped.

use super::super::block::{Block, Line};
use super::super::labelled::is_labelled;
use super::super::marker::Marker;
use super::width;

/// Widest line of a text that printing has wrapped.
const WIDEST: usize = 130;
/// Narrowest page, so that lists of short lines are none.
const NARROWEST: usize = 60;

/// Puts wrapped lines together again: where no line is wide, one that fills its place goes on in the next, unless that begins with a marker or a label of its own.
pub(super) fn put_together(blocks: Vec<Block>) -> Vec<Block> {
    let widths = || {
        blocks.iter().filter_map(|block| match block {
            Block::Line(line) => Some(width(&line.text)),
            Block::Table(_) => None,
        })
    };
    let (widest, lines) = (widths().max().unwrap_or_default(), widths().count());
    let is_full = |width: usize| width * 5 >= widest * 4;
    let full = widths().filter(|width| is_full(*width)).count();
    if !(NARROWEST..=WIDEST).contains(&widest) || full < 4 || full * 10 < lines {
        return blocks;
    }
    let mut whole: Vec<Block> = Vec::with_capacity(blocks.len());
    // The line before may go on.
    let mut is_open = false;
    for block in blocks {
        let Block::Line(line) = block else {
            is_open = false;
            whole.push(block);
            continue;
        };
        let has_cells = line.text.contains(['\t', '|', '│']);
        let goes_on = is_open && !has_cells && !line.starts_block && Marker::of(&line.text).is_none() && !is_labelled(&line.text);
        is_open = !has_cells && (is_full(width(&line.text)) && !line.text.ends_with('.') || line.text.ends_with(','));
        match whole.last_mut() {
            Some(Block::Line(before)) if goes_on => *before = joined(before, &line),
            _ => whole.push(Block::Line(line)),
        }
    }
    whole
}

fn joined(before: &Line, line: &Line) -> Line {
    Line { text: format!("{} {}", before.text, line.text), span: before.span.to(line.span), ..before.clone() }
}
