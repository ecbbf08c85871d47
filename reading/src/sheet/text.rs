//! Comma- and tab-separated texts, in the encodings in which Korean programs write them.

use std::cell::Cell;
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::rc::Rc;

use encoding_rs::{Decoder, DecoderResult, EUC_KR, Encoding, UTF_8};

use super::rows::{Row, Rows};
use super::{Limits, Place, Unreadable};
use crate::formula::restored;

/// Bytes that are decoded at a time.
const CHUNK: usize = 16 * 1024;

/// Hands over the rows of a text.
pub fn rows(document: &mut (impl BufRead + Seek), name: &str, limits: &Limits, take: &mut Rows<'_>) -> Result<(), Unreadable> {
    let encoding = encoding_of(document)?;
    let delimiter = match name.rsplit_once('.') {
        Some((_, ending)) if ending.eq_ignore_ascii_case("tsv") || ending.eq_ignore_ascii_case("tab") => b'\t',
        _ => {
            document.seek(SeekFrom::Start(0))?;
            let mut start = String::new();
            // Decoded before without a fault; only a character that the cut divides is missing.
            let _ = Decoded::new(document.by_ref().take(CHUNK as u64 * 4), encoding).read_to_string(&mut start);
            delimiter_of(&start)
        }
    };
    document.seek(SeekFrom::Start(0))?;
    let since = Rc::new(Cell::new(0));
    let bounded = Bounded { inner: Decoded::new(document, encoding), since: Rc::clone(&since), most: limits.row };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).buffer_capacity(CHUNK).from_reader(bounded);
    let mut record = csv::StringRecord::new();
    let mut line = 1;
    loop {
        since.set(0);
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) => {
                let place = Place::row(None, line);
                return Err(match error.into_kind() {
                    csv::ErrorKind::Io(error) if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<TooLong>) => {
                        Unreadable::too_large(format!("the row that begins here has more than {} MiB: is a quotation mark (\") left open?", limits.row >> 20))
                            .at(place)
                    }
                    csv::ErrorKind::Io(error) => Unreadable::from(error).at(place),
                    _ => Unreadable::new("cannot be read as rows of a text").at(place),
                });
            }
        }
        line = record.position().map_or(line, csv::Position::line);
        let row = Row { sheet: None, number: line, cells: record.iter().map(|cell| restored(cell).to_owned()).collect() };
        if !take(row)? {
            return Ok(());
        }
        line = reader.position().line();
    }
}

/// The encoding in which the whole text can be read: what a byte-order mark says, else UTF-8, else CP949.
fn encoding_of(document: &mut (impl BufRead + Seek)) -> Result<&'static Encoding, Unreadable> {
    document.seek(SeekFrom::Start(0))?;
    let mut start = Vec::new();
    document.by_ref().take(4).read_to_end(&mut start)?;
    document.seek(SeekFrom::Start(0))?;
    let mut candidates: Vec<Candidate> = match Encoding::for_bom(&start) {
        Some((marked, _)) => vec![Candidate::new(marked)],
        None => vec![Candidate::new(UTF_8), Candidate::new(EUC_KR)],
    };
    let mut is_last = false;
    while !is_last {
        let chunk = document.fill_buf()?;
        is_last = chunk.is_empty();
        if memchr::memchr(0, chunk).is_some() && candidates.len() > 1 {
            return Err(Unreadable::new(super::HOLDS_NUL));
        }
        candidates.iter_mut().for_each(|candidate| candidate.feed(chunk, is_last));
        let length = chunk.len();
        document.consume(length);
        if candidates.iter().all(|candidate| candidate.fault.is_some()) {
            break;
        }
    }
    if let Some(sound) = candidates.iter().find(|candidate| candidate.fault.is_none()) {
        return Ok(sound.encoding);
    }
    // The one that went furthest is what the text was meant to be in.
    let fault = candidates.iter().filter_map(|candidate| candidate.fault.map(|line| (line, candidate.encoding.name()))).max_by_key(|(line, _)| *line);
    let (line, name) = fault.unwrap_or((1, "UTF-8"));
    let name = if name == "EUC-KR" { "CP949" } else { name };
    Err(Unreadable::new(format!(
        "is no {name} text from this line on: encodings are mixed, or characters broken; open it, look at the line, and save it as UTF-8"
    ))
    .at(Place::row(None, line)))
}

struct Candidate {
    encoding: &'static Encoding,
    decoder: Decoder,
    scratch: String,
    line: u64,
    fault: Option<u64>,
}

impl Candidate {
    fn new(encoding: &'static Encoding) -> Self {
        Self { encoding, decoder: encoding.new_decoder_with_bom_removal(), scratch: String::with_capacity(CHUNK), line: 1, fault: None }
    }

    fn feed(&mut self, mut chunk: &[u8], is_last: bool) {
        while self.fault.is_none() {
            self.scratch.clear();
            let (result, read) = self.decoder.decode_to_string_without_replacement(chunk, &mut self.scratch, is_last);
            self.line += memchr::memchr_iter(b'\n', self.scratch.as_bytes()).count() as u64;
            chunk = &chunk[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.fault = Some(self.line),
            }
        }
    }
}

/// The separator of a text: the one that most of its first lines have, outside quotation marks.
fn delimiter_of(start: &str) -> u8 {
    let candidates = [b',', b'\t', b';', b'|'];
    let mut counts = [0_usize; 4];
    let mut is_quoted = false;
    for byte in start.bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            _ => candidates.iter().zip(&mut counts).filter(|(candidate, _)| **candidate == byte).for_each(|(_, count)| *count += 1),
        }
    }
    // Tabs and semicolons stand in prose less often than commas: where there are as many, they separate.
    let best = [1, 2, 0, 3].into_iter().max_by_key(|index| (counts[*index], usize::from(*index == 1)));
    best.map_or(b',', |index| candidates[index])
}

/// A text in UTF-8, whatever it is in.
struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    /// Bytes of `input` that are decoded.
    used: usize,
    output: String,
    /// Bytes of `output` that were handed on.
    given: usize,
    is_at_end: bool,
    /// A carriage return at the end of what was decoded: a line feed may follow.
    is_returned: bool,
}

impl<R: Read> Decoded<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { inner, decoder, input: Vec::new(), used: 0, output: String::with_capacity(CHUNK * 3), given: 0, is_at_end: false, is_returned: false }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() {
            if self.is_at_end && self.used == self.input.len() {
                if !std::mem::take(&mut self.is_returned) {
                    return Ok(0);
                }
                self.output.replace_range(.., "\r");
                self.given = 0;
                break;
            }
            if self.used == self.input.len() {
                self.input.clear();
                self.used = 0;
                self.is_at_end = self.inner.by_ref().take(CHUNK as u64).read_to_end(&mut self.input)? == 0;
            }
            self.output.clear();
            self.given = 0;
            let (result, read) = self.decoder.decode_to_string_without_replacement(&self.input[self.used..], &mut self.output, self.is_at_end);
            self.used += read;
            if let DecoderResult::Malformed(..) = result {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the text changed while it was read"));
            }
            // Lines end in one way, so that they are counted rightly: the reader of rows takes both characters of an end of line for the end of different rows.
            if std::mem::take(&mut self.is_returned) {
                self.output.insert(0, '\r');
            }
            if self.output.ends_with('\r') {
                self.output.pop();
                self.is_returned = true;
            }
            if memchr::memmem::find(self.output.as_bytes(), b"\r\n").is_some() {
                // With room for as much again: the decoder fills what room there is.
                let text = std::mem::replace(&mut self.output, String::with_capacity(CHUNK * 3));
                text.split("\r\n").enumerate().for_each(|(place, part)| self.output.extend([if place > 0 { "\n" } else { "" }, part]));
            }
        }
        let length = buffer.len().min(self.output.len() - self.given);
        buffer[..length].copy_from_slice(&self.output.as_bytes()[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

/// A text whose rows are of bounded length.
struct Bounded<R> {
    inner: R,
    /// Bytes handed on since the present row was begun, or a little before.
    since: Rc<Cell<usize>>,
    most: usize,
}

#[derive(Debug)]
struct TooLong;

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a row is too long")
    }
}

impl std::error::Error for TooLong {}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > self.most {
            return Err(io::Error::other(TooLong));
        }
        let length = self.inner.read(buffer)?;
        self.since.set(self.since.get() + length);
        Ok(length)
    }
}
