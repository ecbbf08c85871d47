//! Several files as one: the pieces of an export as those of a ZIP archive, with the manifest at its end.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use publishing::archive::{Archive, ZipError};

use super::{Piece, Request, Tally};
use crate::error::{Error, Result};

/// Bytes that a writer of a format has made, until they are taken.
#[derive(Clone, Default)]
pub struct Made(Arc<Mutex<Vec<u8>>>);

impl Made {
    /// Takes what was made since.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Made {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An archive that pieces are put into.
pub struct Archived {
    archive: Archive<Made>,
    made: Made,
    tally: Tally,
}

impl Default for Archived {
    fn default() -> Self {
        let made = Made::default();
        Self { archive: Archive::new(made.clone()), made, tally: Tally::default() }
    }
}

fn unwritten(error: ZipError) -> Error {
    Error::Internal(Arc::new(error))
}

impl Archived {
    /// Puts a piece into the archive; answers what there is of it since.
    ///
    /// # Errors
    /// `Internal` where two files have one name.
    pub fn put(&mut self, piece: &Piece) -> Result<Vec<u8>> {
        self.tally.take(piece);
        match piece {
            Piece::File(name) => self.archive.begin(name, name.ends_with(".parquet")).map_err(unwritten)?,
            Piece::Bytes(bytes) => self.archive.write(bytes).map_err(unwritten)?,
            Piece::Rows(_) => {}
        }
        Ok(self.made.take())
    }

    /// Ends the archive with its manifest.
    ///
    /// # Errors
    /// As [`Archived::put`].
    pub fn finish(mut self, request: &Request, sequence: i64) -> Result<Vec<u8>> {
        let manifest = self.tally.manifest(request, sequence).text()?;
        self.archive.begin("manifest.json", false).map_err(unwritten)?;
        self.archive.write(manifest.as_bytes()).map_err(unwritten)?;
        self.archive.finish().map_err(unwritten)?;
        Ok(self.made.take())
    }
}
