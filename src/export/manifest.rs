//! The manifest of an export: of which state of the register it is, and by what each of its files can be told to be whole.

use serde::Serialize;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::{Piece, Request};
use crate::error::{Error, Result};

/// A file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    /// Name.
    pub name: String,
    /// Rows: data files, of sheets, lines and linked data.
    pub rows: u64,
    /// Length.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// What an export holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The program that made it.
    pub program: String,
    /// The format.
    pub format: &'static str,
    /// The last entry of the journal that is in it: what came later is had by `since`.
    pub sequence: i64,
    /// Which files were asked for.
    pub selection: Json,
    /// Its files, each as it is before it is put into an archive or compressed.
    pub files: Vec<Written>,
}

impl Manifest {
    /// The manifest as JSON.
    ///
    /// # Errors
    /// `Internal` where it cannot be written so, which none is.
    pub fn text(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self).map_err(|error| Error::internal(error.to_string()))? + "\n")
    }
}

/// Counts and digests files as their pieces go by.
#[derive(Default)]
pub struct Tally {
    files: Vec<Written>,
    digest: Sha256,
}

impl Tally {
    /// Takes a piece.
    pub fn take(&mut self, piece: &Piece) {
        match piece {
            Piece::File(name) => {
                self.end_file();
                self.files.push(Written { name: name.clone(), rows: 0, bytes: 0, sha256: String::new() });
            }
            Piece::Bytes(bytes) => {
                self.digest.update(bytes);
                self.files.iter_mut().next_back().into_iter().for_each(|file| file.bytes += bytes.len() as u64);
            }
            Piece::Rows(rows) => self.files.iter_mut().next_back().into_iter().for_each(|file| file.rows += rows),
        }
    }

    fn end_file(&mut self) {
        let digest = std::mem::take(&mut self.digest).finalize();
        if let Some(file) = self.files.last_mut() {
            file.sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        }
    }

    /// Rows that the last file has so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.files.last().map_or(0, |file| file.rows)
    }

    /// The manifest of what went by.
    #[must_use]
    pub fn manifest(mut self, request: &Request, sequence: i64) -> Manifest {
        self.end_file();
        Manifest {
            program: concat!("yeollam ", env!("CARGO_PKG_VERSION")).to_owned(),
            format: request.format.name(),
            sequence,
            selection: request.selection.as_json(),
            files: self.files,
        }
    }
}
