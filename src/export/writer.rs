//! Rows to a file, in three forms.

use std::io::{BufWriter, Seek, Write};

use serde_json::{Map, Value};

use super::cell::Cell;
use super::column::{Column, Headings};
use super::destination::{Destination, Target};
use super::error::ExportError;
use super::workbook::{Book, BookError, CHARACTERS, ROWS};

/// Bytes kept before they are written.
const BUFFER: usize = 1 << 16;

/// So that Excel reads a CSV file as UTF-8.
const MARK: &str = "\u{feff}";

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileForm {
    /// RFC 4180, UTF-8, formulas defused.
    Csv {
        /// Whether the file begins with the mark by which Excel knows UTF-8.
        mark: bool,
        /// The headings.
        headings: Headings,
    },
    /// A workbook.
    Xlsx {
        /// The headings.
        headings: Headings,
    },
    /// An object a line, keys as the columns' codes.
    JsonLines,
}

/// Writes rows under columns to a target, which is there whole once [`Writer::finish`] has returned, or not at all.
pub struct Writer {
    form: FileForm,
    kind: Kind,
    destination: Destination,
    columns: Vec<Column>,
    rows: u64,
}

type Out = BufWriter<Box<dyn Write + Send>>;

enum Kind {
    Csv(Box<csv::Writer<Out>>),
    Lines(Out),
    Book(Box<Book>),
}

impl Writer {
    /// Opens a target.
    ///
    /// # Errors
    /// [`ExportError::Exists`], [`ExportError::NotAFile`], [`ExportError::File`].
    pub fn open(form: FileForm, target: Target) -> Result<Self, ExportError> {
        let destination = Destination::open(target)?;
        let out = || Ok::<_, ExportError>(BufWriter::with_capacity(BUFFER, destination.writer()?));
        let kind = match form {
            FileForm::Csv { .. } => Kind::Csv(Box::new(csv::Writer::from_writer(out()?))),
            FileForm::JsonLines => Kind::Lines(out()?),
            FileForm::Xlsx { headings } => {
                let book = Book::new(&destination.folder(), headings, ROWS);
                let book = book.map_err(|error| book_failed(&destination, &[], error))?;
                Kind::Book(Box::new(book))
            }
        };
        Ok(Self {
            form,
            kind,
            destination,
            columns: vec![],
            rows: 0,
        })
    }

    /// Begins the rows: the header of a CSV file, a sheet of a workbook. A workbook can begin several.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn begin(&mut self, title: &str, columns: &[Column]) -> Result<(), ExportError> {
        self.columns = columns.to_vec();
        match &mut self.kind {
            Kind::Csv(writer) => {
                let FileForm::Csv { mark, headings } = self.form else {
                    return Ok(());
                };
                let written = columns.iter().enumerate().map(|(place, column)| {
                    // The mark is the first character of the first heading, so that it waits for the first row to be known.
                    let mark = if mark && place == 0 { MARK } else { "" };
                    format!("{mark}{}", headings.of(column))
                });
                let written = writer.write_record(written);
                written.map_err(|error| self.destination.failed(io(error)))
            }
            Kind::Lines(_) => Ok(()),
            Kind::Book(book) => book
                .sheet(title, columns)
                .map_err(|error| book_failed(&self.destination, &self.columns, error)),
        }
    }

    /// Writes a row: a cell for each column.
    ///
    /// # Errors
    /// If it cannot be written, and [`ExportError::TooLong`].
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), ExportError> {
        self.rows += 1;
        match &mut self.kind {
            Kind::Csv(writer) => {
                let cells: Vec<_> = cells.iter().map(Cell::csv).collect();
                writer
                    .write_record(cells.iter().map(|cell| cell.as_bytes()))
                    .map_err(|error| self.destination.failed(io(error)))
            }
            Kind::Lines(out) => {
                let entries = self
                    .columns
                    .iter()
                    .zip(cells)
                    .map(|(column, cell)| (column.name.clone().into_owned(), cell.json()));
                let object = Value::Object(entries.collect::<Map<_, _>>());
                writeln!(out, "{object}").map_err(|error| self.destination.failed(error))
            }
            Kind::Book(book) => book
                .row(cells)
                .map_err(|error| book_failed(&self.destination, &self.columns, error)),
        }
    }

    /// Ends the export: how many rows it has.
    ///
    /// # Errors
    /// If it cannot be written; the target is as it was then.
    pub fn finish(self) -> Result<u64, ExportError> {
        let Self {
            kind,
            destination,
            columns,
            rows,
            ..
        } = self;
        match kind {
            Kind::Csv(mut writer) => writer.flush(),
            Kind::Lines(mut out) => out.flush(),
            Kind::Book(book) => {
                let mut file = destination.file()?;
                book.save(BufWriter::with_capacity(BUFFER, &file))
                    .map_err(|error| book_failed(&destination, &columns, error))?;
                match &destination {
                    Destination::File { .. } => Ok(()),
                    Destination::Stdout => file
                        .rewind()
                        .and_then(|()| std::io::copy(&mut file, &mut std::io::stdout()))
                        .map(|_| ()),
                }
            }
        }
        .map_err(|error| destination.failed(error))?;
        destination.commit()?;
        Ok(rows)
    }
}

/// What the CSV library wraps; the kind of the error must stay, so that a reader that has gone is known as one.
fn io(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    }
}

fn book_failed(destination: &Destination, columns: &[Column], error: BookError) -> ExportError {
    match error {
        BookError::TooLong {
            row,
            column,
            characters,
        } => ExportError::TooLong {
            row,
            column: columns
                .get(column)
                .map(|column| column.name.clone().into_owned())
                .unwrap_or_default(),
            characters,
            limit: CHARACTERS,
        },
        BookError::Failed(reason) => destination.failed(std::io::Error::other(reason)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::export::{column, restored};

    const CSV: FileForm = FileForm::Csv {
        mark: true,
        headings: Headings::Codes,
    };

    fn files(folder: &std::path::Path) -> usize {
        std::fs::read_dir(folder).expect("the folder").count()
    }

    fn writer(folder: &std::path::Path, form: FileForm) -> Writer {
        let target = Target::File {
            path: folder.join("export"),
            force: false,
        };
        let mut writer = Writer::open(form, target).expect("a writer");
        let columns = [column("a", "甲", "a"), column("b", "乙", "b")];
        writer.begin("rows", &columns).expect("begun");
        writer
    }

    #[test]
    fn an_export_that_is_not_finished_leaves_nothing() {
        let headings = Headings::Codes;
        for form in [CSV, FileForm::JsonLines, FileForm::Xlsx { headings }] {
            let folder = tempfile::tempdir().expect("a folder");
            let mut writer = writer(folder.path(), form);
            let row = [Cell::text("x"), Cell::count(1)];
            writer.row(&row).expect("a row");
            assert_eq!(files(folder.path()), 1, "the file being written");
            drop(writer);
            assert_eq!(files(folder.path()), 0, "{form:?}");
        }
    }

    #[test]
    fn a_file_that_came_meanwhile_is_not_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = writer(folder.path(), CSV);
        std::fs::write(folder.path().join("export"), "mine").expect("written");
        assert!(matches!(writer.finish(), Err(ExportError::Exists { .. })));
        let kept = std::fs::read(folder.path().join("export")).expect("read");
        assert_eq!((kept.as_slice(), files(folder.path())), (&b"mine"[..], 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_as_csv_is_read_back(texts in proptest::collection::vec("[=+@＝'\",; \t\r\n0-9a年-]{0,8}|\\PC{0,12}", 1..20)) {
            let folder = tempfile::tempdir().expect("a folder");
            let mut writer = writer(folder.path(), CSV);
            for text in &texts {
                writer.row(&[Cell::count(1), Cell::text(text.as_str())]).expect("a row");
            }
            prop_assert_eq!(writer.finish().expect("finished"), texts.len() as u64);
            let mut reader = csv::Reader::from_path(folder.path().join("export")).expect("a file");
            let read: Vec<_> = reader.records().map(|record| restored(&record.expect("a record")[1]).to_owned()).collect();
            prop_assert_eq!(read, texts);
        }
    }
}
