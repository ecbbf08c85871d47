//! Several files as one stream: a ZIP archive that is written from its beginning to its end, without going back.

use std::io::Write;

pub use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// An archive that is being written.
pub struct Archive<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
}

impl<W: Write> Archive<W> {
    /// Begins an archive.
    pub fn new(out: W) -> Self {
        Self { zip: ZipWriter::new_stream(out) }
    }

    /// Begins a file; what is written goes there. One that is compressed already is kept as it is. The same files give the same archive: no time is noted.
    ///
    /// # Errors
    /// Those of `out`; two files of one name.
    pub fn begin(&mut self, name: &str, is_compressed: bool) -> Result<(), ZipError> {
        let method = if is_compressed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        self.zip.start_file(name, SimpleFileOptions::default().compression_method(method).large_file(true))
    }

    /// Adds to the file that was begun.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ZipError> {
        Ok(self.zip.write_all(bytes)?)
    }

    /// Writes what ends an archive.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(self) -> Result<(), ZipError> {
        self.zip.finish().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let mut bytes = Vec::new();
        let mut archive = Archive::new(&mut bytes);
        for (name, is_compressed) in [("파일.csv", false), ("b.parquet", true)] {
            archive.begin(name, is_compressed).unwrap();
            archive.write(name.as_bytes()).unwrap();
            archive.write(b"\n").unwrap();
        }
        archive.finish().unwrap();
        let mut read = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        for name in ["파일.csv", "b.parquet"] {
            let mut text = String::new();
            read.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, format!("{name}\n"));
        }
    }
}
