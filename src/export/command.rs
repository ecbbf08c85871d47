//! An export into files, or onto standard output.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Archived, Export, Exporter, Manifest, Piece, Request, Tally};
use crate::error::{Error, Result};

/// Where an export goes.
#[derive(Clone, Debug)]
pub struct Target {
    /// File, or folder of tables; standard output where left out.
    pub out: Option<PathBuf>,
    /// Whether the file is compressed.
    pub gzip: bool,
}

/// Writes an export, and a manifest beside its file or in its folder. A file has its name only when it is whole.
///
/// # Errors
/// `BAD_USER_INPUT` for a target that does not go with the format, or cannot be written; those of the export.
pub async fn write(exporter: &Exporter, request: &Request, target: &Target, progress: &(dyn Fn(u64) + Sync)) -> Result<Manifest> {
    let tables = request.format.has_tables();
    let is_archive = target.out.as_ref().is_some_and(|out| out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip")));
    match &target.out {
        None if tables => {
            return Err(Error::input(format!("{} comes as several files: say with --out into which folder or ZIP archive", request.format.name())));
        }
        _ if target.gzip && tables => return Err(Error::input("tables are compressed already, or in an archive: leave --gzip out")),
        _ => {}
    }
    let Export { sequence, mut pieces } = exporter.begin(request, None).await?;
    let mut files = match &target.out {
        Some(folder) if tables && !is_archive => Files::Folder(folder.clone(), Vec::new(), None),
        Some(file) => Files::One(Sink::file(file, target.gzip)?),
        None => Files::One(Sink::standard_output(target.gzip)),
    };
    let (mut tally, mut rows, mut archive) = (Tally::default(), 0, is_archive.then(Archived::default));
    while let Some(piece) = pieces.recv().await {
        let piece = piece?;
        tally.take(&piece);
        if let Piece::Rows(more) = &piece {
            rows += more;
            progress(rows);
        }
        match &mut archive {
            Some(archive) => files.put(&Piece::Bytes(archive.put(&piece)?))?,
            None => files.put(&piece)?,
        }
    }
    if let Some(archive) = archive {
        files.put(&Piece::Bytes(archive.finish(request, sequence)?))?;
    }
    let manifest = tally.manifest(request, sequence);
    files.finish()?;
    let beside = match &target.out {
        Some(folder) if tables && !is_archive => Some(folder.join("manifest.json")),
        Some(file) => Some(with_ending(file, "manifest.json")),
        None => None,
    };
    if let Some(path) = beside {
        std::fs::write(&path, manifest.text()?).map_err(|error| unwritten(&path, &error))?;
    }
    Ok(manifest)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn unwritten(path: &Path, error: &std::io::Error) -> Error {
    Error::input(format!("cannot write {}: {error}", path.display()))
}

/// Where the pieces go.
enum Files {
    /// Into one file.
    One(Sink),
    /// Into a file each in a folder: those that are written, and the one that is being written.
    Folder(PathBuf, Vec<Sink>, Option<Sink>),
}

/// A file that is being written, under another name.
struct Sink {
    path: Option<PathBuf>,
    out: Out,
}

enum Out {
    Plain(Box<dyn Write + Send>),
    Gzip(Box<GzEncoder<Box<dyn Write + Send>>>),
    /// Written to its end.
    Over,
}

impl Sink {
    fn file(path: &Path, gzip: bool) -> Result<Self> {
        let part = with_ending(path, "part");
        let file = File::create(&part).map_err(|error| unwritten(&part, &error))?;
        Ok(Self { path: Some(path.to_owned()), out: Out::new(Box::new(BufWriter::with_capacity(256 * 1024, file)), gzip) })
    }

    fn standard_output(gzip: bool) -> Self {
        Self { path: None, out: Out::new(Box::new(std::io::stdout()), gzip) }
    }

    fn failed(&self, error: std::io::Error) -> Error {
        match &self.path {
            Some(path) => unwritten(path, &error),
            // Whoever reads has perhaps seen enough, which is for the caller to tell.
            None => Error::Internal(Arc::new(error)),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match &mut self.out {
            Out::Plain(out) => out.write_all(bytes),
            Out::Gzip(out) => out.write_all(bytes),
            Out::Over => Ok(()),
        };
        written.map_err(|error| self.failed(error))
    }

    /// Writes what waits.
    fn end(&mut self) -> Result<()> {
        let ended = match std::mem::replace(&mut self.out, Out::Over) {
            Out::Plain(mut out) => out.flush(),
            Out::Gzip(out) => out.finish().and_then(|mut out| out.flush()),
            Out::Over => Ok(()),
        };
        ended.map_err(|error| self.failed(error))
    }

    /// Gives the file its name.
    fn name(self) -> Result<()> {
        match &self.path {
            Some(path) => std::fs::rename(with_ending(path, "part"), path).map_err(|error| unwritten(path, &error)),
            None => Ok(()),
        }
    }
}

impl Out {
    fn new(out: Box<dyn Write + Send>, gzip: bool) -> Self {
        if gzip { Self::Gzip(Box::new(GzEncoder::new(out, Compression::default()))) } else { Self::Plain(out) }
    }
}

impl Files {
    fn put(&mut self, piece: &Piece) -> Result<()> {
        match (self, piece) {
            (Self::One(sink), Piece::Bytes(bytes)) => sink.write(bytes),
            (Self::Folder(folder, written, writing), Piece::File(name)) => {
                std::fs::create_dir_all(&*folder).map_err(|error| unwritten(folder, &error))?;
                if let Some(mut before) = writing.take() {
                    before.end()?;
                    written.push(before);
                }
                *writing = Some(Sink::file(&folder.join(name), false)?);
                Ok(())
            }
            (Self::Folder(_, _, Some(sink)), Piece::Bytes(bytes)) => sink.write(bytes),
            _ => Ok(()),
        }
    }

    fn finish(self) -> Result<()> {
        let sinks = match self {
            Self::One(sink) => vec![sink],
            Self::Folder(_, mut written, writing) => {
                written.extend(writing);
                written
            }
        };
        sinks.into_iter().try_for_each(|mut sink| {
            sink.end()?;
            sink.name()
        })
    }
}
