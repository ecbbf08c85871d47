//! Pages: the tokens of html5ever, taken one by one. No tree is built, so that nesting costs neither stack nor time, and every token has its line.
//!
//! Comments, scripts, navigation and what a page hides are left out; so is the code that a server would have run (`<% … %>`).

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::block::Block;
use super::builder::Builder;
use super::marker::is_sentence;
use crate::header::compact;

/// What a page shows, and its `<title>`.
pub(crate) struct Page {
    pub(crate) blocks: Vec<Block>,
    pub(crate) title: Option<String>,
}

/// Reads a page. Where what it shows is next to nothing, as in a page of pop-ups alone, what it hides is read too.
pub(crate) fn read(text: &str) -> Page {
    let text = without_server_code(text);
    let shown = read_as(&text, false);
    let words = |page: &Page| page.blocks.iter().filter(|block| mentions_personal_data(block)).count();
    if words(&shown) >= 3 {
        return shown;
    }
    let all = read_as(&text, true);
    if words(&all) > words(&shown) { all } else { shown }
}

fn mentions_personal_data(block: &Block) -> bool {
    match block {
        Block::Line(line) => line.text.contains("개인정보"),
        Block::Table(table) => table.rows.iter().flatten().any(|cell| cell.text.contains("개인정보")),
    }
}

/// Feeds tokens of markup into a builder that is already at work: for HTML that stands in Markdown.
pub(crate) fn feed(builder: Builder, text: &str, first_line: usize) -> Builder {
    let sink = tokenized(Sink::new(builder, false, first_line.saturating_sub(1)), text);
    sink.into_inner().builder
}

fn read_as(text: &str, shows_all: bool) -> Page {
    let state = tokenized(Sink::new(Builder::new(), shows_all, 0), text).into_inner();
    let title = super::block::tidy(&state.title);
    Page { blocks: state.builder.finish(), title: Some(title).filter(|title| !title.is_empty()) }
}

fn tokenized(sink: Sink, text: &str) -> RefCell<State> {
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(text));
    // A script ends a run of the tokenizer; there is none to be executed.
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.state
}

/// The text with what a server would have run taken out, its line breaks kept.
fn without_server_code(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<%") {
        shown.push_str(&rest[..at]);
        let code = &rest[at..];
        let end = if code.starts_with("<%--") { code.find("--%>").map(|end| end + 4) } else { code.find("%>").map(|end| end + 2) };
        let end = end.unwrap_or(code.len());
        shown.extend(code[..end].chars().filter(|c| *c == '\n'));
        rest = &code[end..];
    }
    shown.push_str(rest);
    if shown.contains("{/*") { without_between(&shown, "{/*", "*/}") } else { shown }
}

/// The text without what stands between two marks, comments of a page template say, its line breaks kept.
fn without_between(text: &str, open: &str, close: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(open) {
        shown.push_str(&rest[..at]);
        let end = rest[at..].find(close).map_or(rest.len(), |end| at + end + close.len());
        shown.extend(rest[at..end].chars().filter(|c| *c == '\n'));
        rest = &rest[end..];
    }
    shown.push_str(rest);
    shown
}

struct Sink {
    state: RefCell<State>,
}

struct State {
    builder: Builder,
    shows_all: bool,
    lines_before: usize,
    title: String,
    in_title: bool,
    /// Names of the open elements whose content is left out.
    hidden: Vec<String>,
    /// Open lists: the number of the next item where they are numbered.
    lists: Vec<Option<usize>>,
    /// What is to stand before the text of the item that has begun.
    marker: Option<String>,
    /// The last term of a list of terms (`<dt>`) is a label.
    term_is_label: bool,
    /// Line breaks stand for themselves (`<pre>`, `<textarea>`).
    preformatted: usize,
}

/// Stands before the value of the label in the line above.
const VALUE: &str = ": ";

/// Lists deeper than this are not told apart.
const DEEPEST_LIST: usize = 100;

impl Sink {
    fn new(builder: Builder, shows_all: bool, lines_before: usize) -> Self {
        let (title, hidden, lists) = (String::new(), Vec::new(), Vec::new());
        Self {
            state: RefCell::new(State {
                builder,
                shows_all,
                lines_before,
                title,
                in_title: false,
                hidden,
                lists,
                marker: None,
                term_is_label: false,
                preformatted: 0,
            }),
        }
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut state = self.state.borrow_mut();
        let line = usize::try_from(line).unwrap_or(usize::MAX).saturating_add(state.lines_before);
        match token {
            Token::TagToken(tag) => state.tag(&tag, line),
            Token::CharacterTokens(text) => {
                state.characters(&text, line);
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

impl State {
    /// A run of characters ends at the line that the tokenizer has reached.
    fn characters(&mut self, text: &str, last_line: usize) {
        if self.in_title {
            if self.title.len() < 1000 {
                self.title.push_str(text);
            }
            return;
        }
        if !self.hidden.is_empty() {
            return;
        }
        let mut line = last_line.saturating_sub(text.matches('\n').count());
        for (index, part) in text.split('\n').enumerate() {
            if index > 0 {
                line += 1;
                if self.preformatted > 0 {
                    self.builder.end_line();
                } else {
                    self.builder.text(" ");
                }
            }
            self.builder.at_line(line);
            // Before and after a line break of the source, tabs only indent.
            let part = if self.preformatted > 0 { part } else { part.trim_matches(['\t', '\r']) };
            if part.trim().is_empty() {
                self.builder.text(if part.is_empty() { "" } else { " " });
                continue;
            }
            if let Some(marker) = self.marker.take()
                && self.builder.is_at_start_of_line()
                && !begins_with_marker(part)
                && !(marker == VALUE && is_sentence(part))
            {
                self.builder.text(&marker);
            }
            self.builder.text(part);
        }
    }

    fn tag(&mut self, tag: &Tag, line: usize) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let begins = tag.kind == TagKind::StartTag;
        self.builder.at_line(line);
        if let Some(open) = self.hidden.last() {
            // Only the element itself is counted, so that a wrong end tag inside does not end it.
            if open == name {
                if begins && !tag.self_closing && self.hidden.len() < 10_000 {
                    self.hidden.push(name.to_owned());
                } else if !begins {
                    self.hidden.pop();
                }
            }
            return raw(name, begins);
        }
        if begins && !is_void(name) && !tag.self_closing && (is_no_content(name) || (!self.shows_all && is_hidden(tag))) {
            self.hidden.push(name.to_owned());
            return raw(name, begins);
        }
        match (name, begins) {
            ("title", begins) => self.in_title = begins,
            ("br", _) => self.builder.end_line(),
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", begins) => self.builder.heading(begins),
            ("table", true) => self.builder.begin_table(),
            ("table", false) => self.builder.end_table(),
            ("tr", true) => self.builder.begin_row(),
            ("tr", false) => self.builder.end_cell(),
            ("td" | "th", true) => self.builder.begin_cell(name == "th", span_of(tag, "colspan"), span_of(tag, "rowspan")),
            ("td" | "th", false) => self.builder.end_cell(),
            ("ol", true) if self.lists.len() < DEEPEST_LIST => {
                self.builder.edge();
                self.lists.push(Some(attribute(tag, "start").and_then(|start| start.parse().ok()).unwrap_or(1)));
            }
            ("ul", true) if self.lists.len() < DEEPEST_LIST => {
                self.builder.edge();
                self.lists.push(None);
            }
            ("ol" | "ul", false) => {
                self.builder.edge();
                self.lists.pop();
            }
            ("li", true) => {
                self.builder.edge();
                self.marker = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number = number.saturating_add(1);
                        format!("{}. ", number.saturating_sub(1))
                    }
                    _ => "- ".to_owned(),
                });
            }
            ("pre" | "textarea", begins) => {
                self.builder.edge();
                self.preformatted = if begins { self.preformatted + 1 } else { self.preformatted.saturating_sub(1) };
            }
            ("strong" | "b" | "em", false) => self.builder.end_label(),
            ("dt", false) => {
                self.term_is_label = self.builder.is_label();
                self.builder.edge();
            }
            // What unfolds under "이전 처리방침" is another version.
            ("summary", false) => {
                let words = compact(self.builder.line());
                if !self.shows_all && words.contains("이전") && words.contains("방침") {
                    self.hidden.push("details".to_owned());
                }
                self.builder.edge();
            }
            // Components of page templates ("S.Row") are blocks of their own.
            _ if is_block(name) || name.contains('.') => {
                self.builder.edge();
                if name == "dd" && begins {
                    // What is said of a term that is a label is its value.
                    self.marker = std::mem::take(&mut self.term_is_label).then(|| VALUE.to_owned());
                }
            }
            _ => {}
        }
        raw(name, begins)
    }
}

/// How the tokenizer is to go on: the content of some elements is no markup.
fn raw(name: &str, begins: bool) -> TokenSinkResult<()> {
    match name {
        "script" if begins => TokenSinkResult::RawData(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" if begins => TokenSinkResult::RawData(RawKind::Rawtext),
        "title" | "textarea" if begins => TokenSinkResult::RawData(RawKind::Rcdata),
        "script" => TokenSinkResult::Script(()),
        _ => TokenSinkResult::Continue,
    }
}

/// Elements that hold nothing of the document itself.
fn is_no_content(name: &str) -> bool {
    matches!(
        name,
        "script" | "style" | "template" | "nav" | "noscript" | "svg" | "iframe" | "object" | "button" | "colgroup" | "caption" | "map" | "video" | "audio"
    )
}

/// What a page does not show until it is asked to: hidden elements and pop-ups.
fn is_hidden(tag: &Tag) -> bool {
    const POP_UPS: &[&str] =
        &["popup", "pop_up", "pop-up", "layerpop", "layer_pop", "layer-pop", "modal", "poplayer", "pop_layer", "blind", "sr-only", "a11y-hidden"];
    let has = |name: &str| tag.attrs.iter().any(|attribute| &*attribute.name.local == name);
    let style = attribute(tag, "style").unwrap_or_default().replace(' ', "").to_ascii_lowercase();
    let is_named = |value: Option<String>| value.is_some_and(|value| POP_UPS.iter().any(|word| value.to_ascii_lowercase().contains(word)));
    let is_container = matches!(&*tag.name, "div" | "section" | "aside" | "article" | "dialog" | "ul" | "form");
    has("hidden")
        || style.contains("display:none")
        || style.contains("visibility:hidden")
        || (&*tag.name == "dialog" && !has("open"))
        || (is_container && (is_named(attribute(tag, "class")) || is_named(attribute(tag, "classname")) || is_named(attribute(tag, "id"))))
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "aside"
            | "dl"
            | "dt"
            | "dd"
            | "form"
            | "fieldset"
            | "legend"
            | "blockquote"
            | "hr"
            | "center"
            | "body"
            | "head"
            | "html"
            | "address"
            | "option"
            | "select"
            | "figure"
            | "figcaption"
            | "details"
            | "summary"
            | "thead"
            | "tbody"
            | "tfoot"
            | "li"
    )
}

fn is_void(name: &str) -> bool {
    matches!(name, "br" | "img" | "hr" | "input" | "meta" | "link" | "col" | "area" | "base" | "embed" | "source" | "track" | "wbr" | "param")
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string())
}

/// A number of columns or rows: 1 where it is none, at most what HTML allows.
fn span_of(tag: &Tag, name: &str) -> usize {
    // Templates of pages write `colSpan={2}`.
    let value = attribute(tag, name).unwrap_or_default();
    let digits: String = value.chars().filter(char::is_ascii_digit).take(9).collect();
    digits.parse().unwrap_or(1).clamp(1, if name == "colspan" { 60 } else { 65_534 })
}

/// The text of an item brings its own number or bullet.
fn begins_with_marker(text: &str) -> bool {
    super::marker::Marker::of(text).is_some()
}
