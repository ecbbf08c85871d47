//! Documents as they come in: a name, a file, what they are.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The native format: YAML or JSON.
    Native,
    /// The native format in lines, as exports write it.
    Lines,
    /// A sheet: CSV, TSV, XLSX, XLS.
    Sheet,
    /// A privacy policy: plain text, HTML, Markdown.
    Policy,
}

/// Endings of names that documents have which can be imported.
pub const ENDINGS: &[(&str, Kind)] = &[
    ("yaml", Kind::Native),
    ("yml", Kind::Native),
    ("json", Kind::Native),
    ("ndjson", Kind::Lines),
    ("jsonl", Kind::Lines),
    ("csv", Kind::Sheet),
    ("tsv", Kind::Sheet),
    ("tab", Kind::Sheet),
    ("xlsx", Kind::Sheet),
    ("xlsm", Kind::Sheet),
    ("xls", Kind::Sheet),
    ("txt", Kind::Policy),
    ("html", Kind::Policy),
    ("htm", Kind::Policy),
    ("md", Kind::Policy),
];

/// What the ending of a name says.
#[must_use]
pub fn kind_of_name(name: &str) -> Option<Kind> {
    let (_, ending) = name.rsplit_once('.')?;
    ENDINGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending)).map(|(_, kind)| *kind)
}

/// A document.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Name, as messages are to have it.
    pub name: String,
    /// Where it is kept.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
    /// SHA-256: 64 hexadecimal digits.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
}

impl Incoming {
    /// A document in a file.
    ///
    /// # Errors
    /// Those of the file.
    pub fn open(name: &str, path: &Path) -> io::Result<Self> {
        let mut file = BufReader::with_capacity(64 * 1024, File::open(path)?);
        let start: Vec<u8> = file.fill_buf()?.iter().copied().take(4096).collect();
        let (mut hasher, mut bytes) = (Sha256::new(), 0);
        loop {
            let chunk = file.fill_buf()?;
            if chunk.is_empty() {
                break;
            }
            hasher.update(chunk);
            let length = chunk.len();
            bytes += length as u64;
            file.consume(length);
        }
        let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { name: name.to_owned(), path: path.to_owned(), kind: kind_of(name, &start), sha256, bytes })
    }

    /// Its bytes, all at once, if there are no more than `most`.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read(&self, most: u64) -> io::Result<Option<Vec<u8>>> {
        if self.bytes > most {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        File::open(&self.path)?.take(most).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }
}

/// What a document is: workbooks by their first bytes, others by the ending of the name, and without one by how they begin.
fn kind_of(name: &str, start: &[u8]) -> Kind {
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"\xD0\xCF\x11\xE0") {
        return Kind::Sheet;
    }
    let text: String = String::from_utf8_lossy(start).trim_start_matches('\u{feff}').trim_start().to_lowercase();
    let is_page = ["<!doctype", "<html", "<table", "<div", "<meta", "<head"].iter().any(|tag| text.starts_with(tag));
    match kind_of_name(name) {
        Some(kind) => kind,
        None if is_page => Kind::Policy,
        None if text.starts_with("format: yeollam") || text.starts_with('{') => Kind::Native,
        None => Kind::Sheet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_told_by_content_and_name() {
        for (name, start, kind) in [
            ("a.yaml", "format: yeollam/1", Kind::Native),
            ("a", "format: yeollam/1", Kind::Native),
            ("a.JSON", "{", Kind::Native),
            ("a.ndjson", "{", Kind::Lines),
            ("a.csv", "파일명,근거", Kind::Sheet),
            ("a", "파일명,근거", Kind::Sheet),
            ("a.txt", "PK\x03\x04", Kind::Sheet),
            ("a.xls", "<html><table>", Kind::Sheet),
            ("처리방침.txt", "제1조", Kind::Policy),
        ] {
            assert_eq!(kind_of(name, start.as_bytes()), kind, "{name}");
        }
    }

    #[test]
    fn a_document_is_known_by_its_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        let document = Incoming::open("abc.csv", &path).unwrap();
        assert_eq!(document.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((document.bytes, document.read(3).unwrap(), document.read(2).unwrap()), (3, Some(b"abc".to_vec()), None));
    }
}
