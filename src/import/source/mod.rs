//! Reading files: CSV, `.xlsx` and `.xls`, row by row (docs/files.md).

mod archive;
mod delimited;
mod error;
mod format;
mod header;
mod notes;
mod row;
mod table;
mod text;
mod value;
mod workbook;
mod xls;
mod xlsx;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{Read, Seek};
use std::ops::ControlFlow;
use std::path::Path;

pub use error::{NoHeader, SourceError};
pub use format::{Encoding, FileFormat, HeaderRows, Kind};
pub use row::{Cells, Header, Item, Merged, Row, RowIssue};
pub use table::Preview;

use table::{Previews, Tables, Visit};

/// A file as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRead {
    /// SHA-256 of its bytes, in hexadecimal.
    pub digest: String,
    /// Its size.
    pub bytes: u64,
    /// Rows handed on.
    pub rows: u64,
    /// What it is.
    pub kind: Kind,
    /// Of a CSV file: its encoding, given or detected.
    pub encoding: Option<Encoding>,
    /// Of a CSV file: its delimiter, given or detected.
    pub delimiter: Option<char>,
}

/// Reads a file and hands on its tables and rows, until the sink breaks off.
///
/// `named` are the columns that the mapping names. If the format does not say where the header is, it is the first row
/// within the first 50, or two or three rows joined, that has all of them; the first row of all if none is named. Sheets
/// without it are left out with a notice.
///
/// A file is read twice, first for its digest and its encoding; the rows come with the second reading. A CSV file takes the
/// same memory whatever its size, an `.xlsx` that of its shared strings, an `.xls` that of all its cells.
///
/// # Errors
/// [`SourceError`]. Rows may have been handed on before: what they say must not be recorded until this returned.
pub fn read(
    path: &Path,
    format: &FileFormat,
    named: &[String],
    sink: &mut dyn FnMut(Item) -> ControlFlow<()>,
) -> Result<FileRead, SourceError> {
    let name = path.display().to_string();
    let mut opened = Opened::new(&name, path)?;
    let mut stopped = false;
    let mut sink = |item| {
        let flow = sink(item);
        stopped |= flow.is_break();
        flow
    };
    let mut tables = Tables::new(&name, format, named, &mut sink);
    let mut read = opened.visit(format, &mut tables)?;
    let rows = tables.rows;
    let finished = tables.finish();
    if stopped {
        read.rows = rows;
        return Ok(read);
    }
    read.rows = finished?;
    Ok(read)
}

/// The first rows of every sheet that the format does not leave out, as they stand there.
///
/// # Errors
/// [`SourceError`].
pub fn preview(path: &Path, format: &FileFormat, rows: usize) -> Result<Vec<Preview>, SourceError> {
    let name = path.display().to_string();
    let mut previews = Previews::new(rows);
    Opened::new(&name, path)?.visit(format, &mut previews)?;
    Ok(previews.sheets)
}

/// SHA-256 of a file's bytes, in hexadecimal.
///
/// # Errors
/// [`SourceError::Open`], [`SourceError::NoFile`].
pub fn digest(path: &Path) -> Result<String, SourceError> {
    let name = path.display().to_string();
    let mut opened = Opened::new(&name, path)?;
    Ok(text::hash(&name, &mut opened.file)?.0)
}

/// A file that is open.
struct Opened<'a> {
    name: &'a str,
    file: File,
    start: Vec<u8>,
}

impl<'a> Opened<'a> {
    /// So much of a file tells what it is.
    const START: u64 = 512;

    fn new(name: &'a str, path: &Path) -> Result<Self, SourceError> {
        let failed = |error: std::io::Error| text::failed(name, &error);
        let about = std::fs::metadata(path).map_err(failed)?;
        if !about.is_file() {
            return Err(SourceError::NoFile {
                path: name.to_owned(),
            });
        }
        let mut file = File::open(path).map_err(failed)?;
        let mut start = vec![];
        (&mut file)
            .take(Self::START)
            .read_to_end(&mut start)
            .map_err(failed)?;
        file.rewind().map_err(failed)?;
        Ok(Self { name, file, start })
    }

    fn visit(
        &mut self,
        format: &FileFormat,
        visit: &mut dyn Visit,
    ) -> Result<FileRead, SourceError> {
        match self.kind()? {
            Kind::Csv => self.csv(format, visit),
            kind => self.workbook(kind, format, visit),
        }
    }

    /// What the file is, by its first bytes; its name counts only where they say nothing.
    fn kind(&self) -> Result<Kind, SourceError> {
        const OLE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
        let no_workbook = |reason: &str| {
            Err(SourceError::NoWorkbook {
                path: self.name.to_owned(),
                reason: reason.to_owned(),
            })
        };
        let text = String::from_utf8_lossy(&self.start).to_ascii_lowercase();
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let called = Path::new(self.name)
            .extension()
            .map(|end| end.to_string_lossy().to_ascii_lowercase());
        let called = called.is_some_and(|end| ["xlsx", "xlsm", "xls"].contains(&end.as_str()));
        if self.start.starts_with(b"PK\x03\x04") || self.start.starts_with(b"PK\x05\x06") {
            Ok(Kind::Xlsx)
        } else if self.start.starts_with(&OLE) {
            Ok(Kind::Xls)
        } else if ["<html", "<!doctype", "<table", "<?xml"]
            .iter()
            .any(|tag| text.starts_with(tag))
        {
            no_workbook("it is a web page or XML")
        } else if called && self.start.is_empty() {
            no_workbook("it is empty")
        } else if called && self.start.contains(&0) && !self.start.starts_with(&[0xFF, 0xFE]) {
            no_workbook("its bytes are neither a workbook nor a text")
        } else {
            Ok(Kind::Csv)
        }
    }

    fn csv(&mut self, format: &FileFormat, visit: &mut dyn Visit) -> Result<FileRead, SourceError> {
        let examined = text::examine(self.name, &mut self.file, format)?;
        if let Some(doubt) = examined.doubt {
            visit.notice("", doubt);
        }
        let parsed = delimited::visit(self.name, &self.file, examined.encoding, format, visit)?;
        if parsed
            .digest
            .is_some_and(|digest| digest != examined.digest)
        {
            return Err(self.changed());
        }
        Ok(FileRead {
            digest: examined.digest,
            bytes: examined.bytes,
            rows: 0,
            kind: Kind::Csv,
            encoding: Some(examined.encoding),
            delimiter: Some(parsed.delimiter),
        })
    }

    fn workbook(
        &mut self,
        kind: Kind,
        format: &FileFormat,
        visit: &mut dyn Visit,
    ) -> Result<FileRead, SourceError> {
        let (digest, bytes) = text::hash(self.name, &mut self.file)?;
        let read = if kind == Kind::Xls {
            xls::visit(self.name, &self.file, format, visit)
        } else {
            xlsx::visit(self.name, &self.file, format, visit)
        };
        // A file that changed is also one that seems to be damaged: say which.
        if text::hash(self.name, &mut self.file)?.0 != digest {
            return Err(self.changed());
        }
        read?;
        Ok(FileRead {
            digest,
            bytes,
            rows: 0,
            kind,
            encoding: None,
            delimiter: None,
        })
    }

    fn changed(&self) -> SourceError {
        SourceError::Changed {
            path: self.name.to_owned(),
        }
    }
}
