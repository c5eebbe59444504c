//! What reading files promises.

mod csv;
mod hostile;
mod properties;
mod xls;
mod xlsx;

use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use super::*;

/// A file that is there as long as the test.
struct Made {
    path: PathBuf,
    _folder: TempDir,
}

fn file(name: &str, bytes: &[u8]) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    Made {
        path,
        _folder: folder,
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// All that was handed on.
#[derive(Debug, Default)]
struct All {
    tables: Vec<Arc<Header>>,
    rows: Vec<Row>,
    notices: Vec<RowIssue>,
    errors: Vec<RowIssue>,
}

impl All {
    /// Rows as text: number, then the cells by column.
    fn lines(&self) -> Vec<String> {
        let line = |row: &Row| {
            let cells = row.cells().map(|(column, cell)| format!("{column}={cell}"));
            format!("{} {}", row.number, cells.collect::<Vec<_>>().join(" "))
        };
        self.rows.iter().map(line).collect()
    }

    fn noticed(&self) -> Vec<(u64, &str)> {
        self.notices
            .iter()
            .map(|issue| (issue.row, issue.value.as_str()))
            .collect()
    }
}

fn all_of(
    path: &Path,
    format: &FileFormat,
    named: &[String],
) -> Result<(FileRead, All), SourceError> {
    let mut all = All::default();
    let done = read(path, format, named, &mut |item| {
        match item {
            Item::Table(header) => all.tables.push(header),
            Item::Row(row) => all.rows.push(row),
            Item::Notice(issue) => all.notices.push(issue),
            Item::Error(issue) => all.errors.push(issue),
        }
        ControlFlow::Continue(())
    })?;
    Ok((done, all))
}

fn read_as(name: &str, bytes: &[u8], named: &[&str]) -> Result<(FileRead, All), SourceError> {
    let made = file(name, bytes);
    all_of(&made.path, &FileFormat::default(), &names(named))
}

fn refusal(name: &str, bytes: &[u8], named: &[&str]) -> SourceError {
    read_as(name, bytes, named).map(|(_, all)| all).unwrap_err()
}

/// What a message says after the path.
fn says(error: &SourceError) -> String {
    let text = error.to_string();
    text.split_once(": ").unwrap().1.to_owned()
}

/// A workbook whose parts were changed.
fn rezipped(bytes: &[u8], change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(vec![]));
    for index in 0..from.len() {
        let mut part = from.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut content = vec![];
        part.read_to_end(&mut content).unwrap();
        to.start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .unwrap();
        to.write_all(&change(&name, content)).unwrap();
    }
    to.finish().unwrap().into_inner()
}
