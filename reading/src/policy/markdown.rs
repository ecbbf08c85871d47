//! Markdown: the events of pulldown-cmark; HTML in it is read as in a page.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::block::Block;
use super::builder::Builder;
use super::html;

/// Reads a Markdown document.
pub(crate) fn read(text: &str) -> Vec<Block> {
    let lines = LineStarts::of(text);
    let mut builder = Builder::new();
    let mut lists: Vec<Option<u64>> = Vec::new();
    // Only the marker of an item is written: a list that begins there is no list ("- 2024. 1. 25.부터").
    let mut is_fresh = false;
    let mut in_header = false;
    // HTML comes line by line; a comment may reach over several.
    let mut markup_block: Option<(usize, String)> = None;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).into_offset_iter() {
        let line = lines.line_of(range.start);
        builder.at_line(line);
        let was_fresh = std::mem::take(&mut is_fresh);
        match event {
            Event::Start(Tag::Heading { .. }) => builder.heading(true),
            Event::End(TagEnd::Heading(_)) => builder.heading(false),
            Event::Start(Tag::Table(_)) => builder.begin_table(),
            Event::End(TagEnd::Table) => builder.end_table(),
            Event::Start(Tag::TableHead) => {
                in_header = true;
                builder.begin_row();
            }
            Event::End(TagEnd::TableHead) => {
                in_header = false;
                builder.end_cell();
            }
            Event::Start(Tag::TableRow) => builder.begin_row(),
            Event::End(TagEnd::TableRow) => builder.end_cell(),
            Event::Start(Tag::TableCell) => builder.begin_cell(in_header, 1, 1),
            Event::End(TagEnd::TableCell) => builder.end_cell(),
            Event::Start(Tag::List(first)) => {
                is_fresh = was_fresh;
                if !was_fresh {
                    builder.edge();
                }
                lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                builder.edge();
                lists.pop();
            }
            Event::Start(Tag::Item) => {
                is_fresh = true;
                if !was_fresh {
                    builder.edge();
                }
                match lists.last_mut() {
                    Some(Some(number)) => {
                        builder.text(&format!("{number}. "));
                        *number = number.saturating_add(1);
                    }
                    _ => builder.text("- "),
                }
            }
            Event::Start(Tag::Paragraph) if builder.is_at_start_of_line() || lists.is_empty() => builder.edge(),
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::BlockQuote(_) | TagEnd::CodeBlock) | Event::Rule => builder.edge(),
            Event::SoftBreak | Event::HardBreak => builder.end_line(),
            Event::Start(Tag::HtmlBlock) => markup_block = Some((line, String::new())),
            Event::End(TagEnd::HtmlBlock) => {
                if let Some((first, markup)) = markup_block.take() {
                    builder = html::feed(builder, &markup, first);
                }
            }
            Event::Html(markup) => match &mut markup_block {
                Some((_, block)) => block.push_str(&markup),
                None => builder = html::feed(builder, &markup, line),
            },
            Event::InlineHtml(markup) => builder = html::feed(builder, &markup, line),
            Event::Text(words) | Event::Code(words) => {
                // A block of code keeps its line breaks.
                for (index, part) in words.split('\n').enumerate() {
                    if index > 0 {
                        builder.end_line();
                    }
                    builder.at_line(line + index);
                    builder.text(part);
                }
            }
            _ => {}
        }
    }
    builder.finish()
}

/// Where each line begins, in bytes.
struct LineStarts(Vec<usize>);

impl LineStarts {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    fn line_of(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at)
    }
}
