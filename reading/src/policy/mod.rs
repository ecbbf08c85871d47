//! Privacy policies as published: plain text, HTML, Markdown.
//!
//! A document becomes blocks (lines, tables), these are divided into sections by their headings, and each section is read for what it is about, tables by their headers, lists by
//! their labels. What is prose only, or refers elsewhere, states nothing.

mod activity;
mod assessment;
mod block;
mod builder;
mod contact;
mod data_file;
mod day;
mod disposal;
mod entrustment;
mod html;
mod label;
mod labelled;
mod markdown;
mod marker;
mod officer;
mod provision;
mod remedy;
mod revision;
mod right;
mod safeguard;
mod section;
mod state;
mod statement;
mod table;
mod text;
mod title;
mod video;

pub use assessment::Time;
pub use block::Span;
pub use day::{Period, period};
pub use section::SectionKind;
pub use statement::{
    Assessment, AutoCollection, AutomaticItems, Desk, Disposal, Entrustment, File, Format, IncomingEntrustment, Items, Label, LabelKind, Officer, Policy,
    Provision, Reason, Remedy, Requirement, Revision, Right, RightKind, Role, Safeguard, SafeguardKind, Section, SectionState, Stated, Unread, VideoDevice,
};

pub(crate) use block::Block;
use section::Part;
use table::Grid;

/// Longest document that is read, in bytes; what follows is left out and said to be.
pub const LONGEST: usize = 16 << 20;

/// Reads a policy. The name tells the format by its ending; where it does not, the content does. Nothing is refused: a document that states nothing gives no statements.
#[must_use]
pub fn read(name: &str, bytes: &[u8]) -> Policy {
    let (text, encoding) = crate::encoding::decoded(&bytes[..bytes.len().min(LONGEST)]);
    // One way to end a line, so that every reader counts the same lines.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let format = format_of(name, &text);
    let (blocks, page_title) = match format {
        Format::Html => {
            let page = html::read(&text);
            (page.blocks, page.title)
        }
        Format::Markdown => (markdown::read(&text), None),
        Format::Text => (text::read(&text), None),
    };
    let blocks = section::with_titles_apart(text::with_tables(blocks));
    let mut policy = Policy { format, encoding, lines: text.lines().count(), ..Policy::default() };
    if bytes.len() > LONGEST {
        policy.unread.push(Unread { span: Span::line(policy.lines), reason: Reason::TooLong, text: String::new() });
    }
    policy.title = title::title(&blocks, page_title.as_deref());
    policy.agency = title::agency(&blocks, policy.title.as_ref());
    let parts: Vec<Read> = section::divided(blocks).into_iter().map(Read::of).collect();
    label::read(&parts, &mut policy);
    data_file::read(&parts, &mut policy);
    activity::read(&parts, &mut policy);
    label::department_of_files(&mut policy);
    provision::read(&parts, &mut policy);
    entrustment::read(&parts, &mut policy);
    assessment::read(&parts, &mut policy);
    officer::read(&parts, &mut policy);
    right::read(&parts, &mut policy);
    remedy::read(&parts, &mut policy);
    safeguard::read(&parts, &mut policy);
    disposal::read(&parts, &mut policy);
    video::read(&parts, &mut policy);
    revision::read(&parts, &mut policy);
    state::read(&parts, &mut policy);
    policy
}

/// What a page shows, in blocks.
pub(crate) fn blocks_of_page(text: &str) -> Vec<Block> {
    html::read(text).blocks
}

/// Section with its tables read by their headers.
struct Read {
    part: Part,
    /// For each block the table that it is, where its headers are known.
    grids: Vec<Option<Grid>>,
}

impl Read {
    fn of(part: Part) -> Self {
        let grid = |block: &Block| match block {
            Block::Table(table) => table::read(table),
            Block::Line(_) => None,
        };
        Self { grids: part.blocks.iter().map(grid).collect(), part }
    }

    fn is(&self, kind: SectionKind) -> bool {
        self.part.is(kind)
    }

    fn is_any(&self, kinds: &[SectionKind]) -> bool {
        kinds.iter().any(|kind| self.is(*kind))
    }

    /// Its tables whose headers are known, with their places among its blocks.
    fn tables(&self) -> impl Iterator<Item = (usize, &Grid)> {
        self.grids.iter().enumerate().filter_map(|(at, grid)| Some((at, grid.as_ref()?)))
    }

    /// The lines directly above a block, nearest first, up to the table before it.
    fn lines_above(&self, at: usize) -> impl Iterator<Item = &block::Line> {
        self.part.blocks[..at].iter().rev().map_while(|block| match block {
            Block::Line(line) => Some(line),
            Block::Table(_) => None,
        })
    }
}

/// The format that the name or the content tells.
fn format_of(name: &str, text: &str) -> Format {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let head: String = text.chars().take(20_000).collect::<String>().to_ascii_lowercase();
    let has_markup = ["<html", "<!doctype", "<body", "<div", "<table", "<td", "<br"].iter().filter(|tag| head.contains(**tag)).count() >= 2;
    match ending.as_str() {
        "html" | "htm" | "xhtml" | "jsp" | "php" | "asp" | "aspx" | "vue" | "jsx" | "tsx" | "ejs" | "hbs" | "ftl" => Format::Html,
        "md" | "markdown" | "mdx" => Format::Markdown,
        _ if has_markup => Format::Html,
        _ => Format::Text,
    }
}
