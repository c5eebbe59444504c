//! Workbooks: rows go to disk as they come, so that memory does not grow with them.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Once;

use rust_xlsxwriter::{ExcelDateTime, Format, IgnoreError, Workbook, Worksheet, XlsxError};

use super::cell::{Cell, WorkbookCell};
use super::column::{Column, Headings};

/// The rows that a sheet has room for, the header included.
pub(super) const ROWS: u32 = 1_048_576;

/// The characters that a cell has room for, in UTF-16.
pub(super) const CHARACTERS: usize = 32_767;

/// The narrowest and the widest column, in characters.
const WIDTHS: (usize, usize) = (8, 60);

/// Why a workbook was not written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BookError {
    /// A text is too long for a cell.
    TooLong {
        row: u64,
        column: usize,
        characters: usize,
    },
    /// Anything else, mostly a full disk.
    Failed(String),
}

/// A workbook being written.
pub(super) struct Book {
    workbook: Workbook,
    headings: Headings,
    rows_per_sheet: u32,
    bold: Format,
    day: Format,
    sheet: Option<Sheet>,
}

/// The sheet being written.
struct Sheet {
    title: String,
    /// From 1; sheets after the first go on where the one before was full.
    part: u32,
    columns: Vec<Column>,
    widths: Vec<usize>,
    /// The next row, from 0.
    row: u32,
}

impl Book {
    /// A workbook whose rows are kept in a folder until it is saved.
    pub(super) fn new(
        folder: &Path,
        headings: Headings,
        rows_per_sheet: u32,
    ) -> Result<Self, BookError> {
        let mut workbook = Workbook::new();
        guarded(|| workbook.set_tempdir(folder).map(|_| ()))?;
        Ok(Self {
            workbook,
            headings,
            rows_per_sheet,
            bold: Format::new().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            sheet: None,
        })
    }

    /// Begins a sheet.
    pub(super) fn sheet(&mut self, title: &str, columns: &[Column]) -> Result<(), BookError> {
        self.begin(title.to_owned(), 1, columns.to_vec())
    }

    fn begin(&mut self, title: String, part: u32, columns: Vec<Column>) -> Result<(), BookError> {
        self.end()?;
        let name = if part == 1 {
            title.clone()
        } else {
            format!("{title} {part}")
        };
        let headings: Vec<_> = columns
            .iter()
            .map(|column| self.headings.of(column))
            .collect();
        let (workbook, bold) = (&mut self.workbook, &self.bold);
        guarded(|| {
            let worksheet = workbook.add_worksheet_with_constant_memory()?;
            worksheet.set_name(&name)?.set_freeze_panes(1, 0)?;
            for (column, heading) in (0..).zip(&headings) {
                worksheet.write_string_with_format(0, column, *heading, bold)?;
            }
            Ok(())
        })?;
        self.sheet = Some(Sheet {
            widths: headings.iter().map(|heading| width(heading)).collect(),
            title,
            part,
            columns,
            row: 1,
        });
        Ok(())
    }

    /// Writes a row, on a further sheet if this one is full.
    pub(super) fn row(&mut self, cells: &[Cell]) -> Result<(), BookError> {
        if let Some(full) = self.sheet.take_if(|sheet| sheet.row >= self.rows_per_sheet) {
            self.finish(&full)?;
            self.begin(full.title, full.part + 1, full.columns)?;
        }
        let Some(sheet) = &mut self.sheet else {
            return Err(BookError::Failed("no sheet was begun".to_owned()));
        };
        let (workbook, day, row) = (&mut self.workbook, &self.day, sheet.row);
        for (place, cell) in cells.iter().enumerate() {
            let cell = cell.workbook();
            if let WorkbookCell::Text(text) = &cell
                && text.len() > CHARACTERS
            {
                let characters = text.encode_utf16().count();
                if characters > CHARACTERS {
                    return Err(BookError::TooLong {
                        row: u64::from(row) + 1,
                        column: place,
                        characters,
                    });
                }
            }
            let taken = match &cell {
                WorkbookCell::Nothing => continue,
                WorkbookCell::Text(text) => width(text),
                WorkbookCell::Day(_) | WorkbookCell::Number(_) => 10,
            };
            if let Some(widest) = sheet.widths.get_mut(place) {
                *widest = taken.max(*widest);
            }
            guarded(|| write(last(workbook)?, row, place, &cell, day))?;
        }
        sheet.row += 1;
        Ok(())
    }

    /// Writes the workbook.
    pub(super) fn save(mut self, out: impl Write + Send) -> Result<(), BookError> {
        self.end()?;
        guarded(|| self.workbook.save_to_writer(out))
    }

    fn end(&mut self) -> Result<(), BookError> {
        match self.sheet.take() {
            Some(sheet) => self.finish(&sheet),
            None => Ok(()),
        }
    }

    /// Gives a full sheet its widths; codes that look like numbers are meant as they are.
    fn finish(&mut self, sheet: &Sheet) -> Result<(), BookError> {
        let workbook = &mut self.workbook;
        guarded(|| {
            let worksheet = last(workbook)?;
            for (column, width) in (0..).zip(&sheet.widths) {
                // Two more for the margins.
                let width = u32::try_from((*width).clamp(WIDTHS.0, WIDTHS.1) + 2).unwrap_or(0);
                worksheet.set_column_width(column, width)?;
            }
            let last_column = u16::try_from(sheet.columns.len().saturating_sub(1)).unwrap_or(0);
            worksheet.ignore_error_range(
                0,
                0,
                sheet.row - 1,
                last_column,
                IgnoreError::NumberStoredAsText,
            )?;
            Ok(())
        })
    }
}

fn last(workbook: &mut Workbook) -> Result<&mut Worksheet, XlsxError> {
    let count = workbook.worksheets().len();
    workbook.worksheet_from_index(count.saturating_sub(1))
}

fn write(
    worksheet: &mut Worksheet,
    row: u32,
    column: usize,
    cell: &WorkbookCell<'_>,
    day_format: &Format,
) -> Result<(), XlsxError> {
    let column = u16::try_from(column).map_err(|_| XlsxError::RowColumnLimitError)?;
    match cell {
        WorkbookCell::Nothing => {}
        WorkbookCell::Text(text) => {
            worksheet.write_string(row, column, text.as_ref())?;
        }
        WorkbookCell::Number(number) => {
            worksheet.write_number(row, column, *number)?;
        }
        WorkbookCell::Day(day) => {
            let date = day.date();
            let part = |number: i8| u8::try_from(number).unwrap_or(0);
            let year = u16::try_from(date.year()).unwrap_or(0);
            let day = ExcelDateTime::from_ymd(year, part(date.month()), part(date.day()))?;
            worksheet.write_datetime_with_format(row, column, day, day_format)?;
        }
    }
    Ok(())
}

/// The columns that a text takes, as far as anyone will look; what is not ASCII is mostly Chinese and takes two.
fn width(text: &str) -> usize {
    text.chars()
        .take(WIDTHS.1)
        .map(|c| if c.is_ascii() { 1 } else { 2 })
        .sum()
}

/// The library panics where its file on disk cannot be written. That is a failure like any other, so it is caught, and its
/// report on standard error is left out.
fn guarded<T>(work: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, BookError> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let of_the_library = info
                .location()
                .is_some_and(|place| place.file().contains("rust_xlsxwriter"));
            if !of_the_library {
                usual(info);
            }
        }));
    });
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(BookError::Failed(error.to_string())),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied());
            Err(BookError::Failed(
                text.unwrap_or("the workbook could not be written")
                    .to_owned(),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, DataType, Reader, Xlsx};
    use proptest::prelude::*;

    use super::*;
    use crate::export::column;

    fn columns() -> Vec<Column> {
        vec![column("a", "甲", "a"), column("b", "乙", "b")]
    }

    fn book(rows: &[Vec<Cell>], rows_per_sheet: u32) -> Vec<(String, Vec<Vec<Data>>)> {
        let mut book =
            Book::new(&std::env::temp_dir(), Headings::Codes, rows_per_sheet).expect("a workbook");
        book.sheet("rows", &columns()).expect("a sheet");
        for row in rows {
            book.row(row).expect("a row");
        }
        let mut bytes = vec![];
        book.save(&mut bytes).expect("saved");
        let mut read: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
        let sheets = read.worksheets().into_iter();
        let rows =
            |range: calamine::Range<Data>| range.rows().map(<[Data]>::to_vec).collect::<Vec<_>>();
        sheets.map(|(name, range)| (name, rows(range))).collect()
    }

    #[test]
    fn what_does_not_fit_on_a_sheet_goes_on_on_the_next() {
        let rows: Vec<_> = (0..5)
            .map(|n| vec![Cell::count(n), Cell::Nothing])
            .collect();
        let sheets = book(&rows, 3);
        let names: Vec<_> = sheets.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["rows", "rows 2", "rows 3"]);
        let numbers: Vec<_> = sheets
            .iter()
            .flat_map(|(_, rows)| {
                assert_eq!(rows[0][0], Data::String("a".to_owned()));
                rows[1..].iter().filter_map(|row| row[0].as_i64())
            })
            .collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn days_are_days_numbers_numbers_and_formulas_texts() {
        let rows = [
            vec![Cell::date("2016-03-01"), Cell::Number("135.5".to_owned())],
            vec![Cell::date("2016-03"), Cell::text("=1+1")],
            vec![Cell::text("600000"), Cell::text("911101")],
        ];
        let sheets = book(&rows, ROWS);
        let read = &sheets[0].1;
        let Data::DateTime(day) = &read[1][0] else {
            panic!("{:?} is no day", read[1][0]);
        };
        assert!(
            (day.as_f64() - 42_430.0).abs() < f64::EPSILON,
            "days since 1900"
        );
        assert_eq!(read[1][1], Data::Float(135.5));
        assert_eq!(read[2][0], Data::String("2016-03".to_owned()));
        assert_eq!(read[2][1], Data::String("=1+1".to_owned()));
        assert_eq!(read[3][0], Data::String("600000".to_owned()));
    }

    #[test]
    fn a_text_too_long_for_a_cell_is_told_by_row_and_column() {
        let mut book = Book::new(&std::env::temp_dir(), Headings::Codes, ROWS).expect("new");
        book.sheet("rows", &columns()).expect("a sheet");
        let fits = Cell::text("年".repeat(CHARACTERS));
        assert_eq!(book.row(&[Cell::Nothing, fits]), Ok(()));
        let long = Cell::text("x".repeat(CHARACTERS + 1));
        let refused = Err(BookError::TooLong {
            row: 3,
            column: 1,
            characters: CHARACTERS + 1,
        });
        assert_eq!(book.row(&[Cell::Nothing, long]), refused);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_text_comes_back_as_it_was(texts in proptest::collection::vec("[=+@＝'<&_x0-9A\\r\\t\\n \u{1}年]{1,12}|\\PC{1,20}", 1..20)) {
            let rows: Vec<_> = texts.iter().map(|text| vec![Cell::text(text.as_str()), Cell::count(1)]).collect();
            let sheets = book(&rows, ROWS);
            let read: Vec<_> = sheets[0].1[1..].iter().map(|row| row[0].to_string()).collect();
            prop_assert_eq!(read, texts);
        }
    }
}
