//! Row errors and notices as files: for programs (JSON lines, CSV) and for those who mend the workbook (XLSX).

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Color, Format, Note, Workbook, XlsxError};

use super::gather::name;
use super::report::{Issue, Severity};
use super::source::{self, FileFormat, Header, Item, Row, SourceError};

/// The files that issues are about, and how they are read.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The files.
    pub files: &'a [PathBuf],
    /// How they are read.
    pub format: &'a FileFormat,
    /// The columns that the mapping names.
    pub columns: &'a [String],
}

/// Why issues could not be written.
#[derive(Debug, thiserror::Error)]
pub enum IssuesError {
    /// The file's name has another ending.
    #[error("its ending is none of .jsonl, .csv and .xlsx")]
    Ending,
    /// The file cannot be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A line cannot be written.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// The workbook cannot be written.
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
    /// The rows cannot be read again.
    #[error(transparent)]
    Source(#[from] SourceError),
}

const COLUMNS: [&str; 7] = [
    "file", "sheet", "row", "severity", "column", "value", "reason",
];

/// Writes issues to a file; its ending says in which form. A workbook holds the rows themselves, each bad cell coloured and with the
/// reason as its comment.
///
/// # Errors
/// [`IssuesError`].
pub fn write_issues(path: &Path, about: &About<'_>, issues: &[Issue]) -> Result<(), IssuesError> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("jsonl") => {
            let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
            for issue in issues {
                serde_json::to_writer(&mut out, issue).map_err(std::io::Error::from)?;
                out.write_all(b"\n")?;
            }
            Ok(out.flush()?)
        }
        Some("csv") => {
            let mut out = csv::Writer::from_path(path)?;
            out.write_record(COLUMNS)?;
            for issue in issues {
                out.write_record(cells(issue))?;
            }
            Ok(out.flush()?)
        }
        Some("xlsx") => workbook(path, about, issues),
        _ => Err(IssuesError::Ending),
    }
}

fn cells(issue: &Issue) -> [String; 7] {
    let severity = match issue.severity {
        Severity::Error => "error",
        Severity::Notice => "notice",
    };
    [
        issue.file.to_string(),
        issue.sheet.to_string(),
        issue.row.to_string(),
        severity.to_owned(),
        issue.column.clone(),
        issue.value.clone(),
        issue.reason.clone(),
    ]
}

/// The rows that something is wrong with, as they stand in the files: each bad cell coloured, with the reasons as its comment; the
/// row's number where the row as a whole is meant.
fn workbook(path: &Path, about: &About<'_>, issues: &[Issue]) -> Result<(), IssuesError> {
    let mut by_row: BTreeMap<(String, String, u64), Vec<&Issue>> = BTreeMap::new();
    for issue in issues {
        let place = (issue.file.to_string(), issue.sheet.to_string(), issue.row);
        by_row.entry(place).or_default().push(issue);
    }
    let mut marked = Marked::new();
    for file in about.files {
        let name = name(file);
        let mut failed = None;
        let mut sink = |item: Item| {
            let done = match item {
                Item::Table(header) => marked.table(&header),
                Item::Row(row) => {
                    let place = (name.clone(), row.header.sheet.clone(), row.number);
                    match by_row.remove(&place) {
                        Some(issues) => marked.row(&row, &issues),
                        None => Ok(()),
                    }
                }
                Item::Notice(_) | Item::Error(_) => Ok(()),
            };
            match done {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        };
        source::read(file, about.format, about.columns, &mut sink)?;
        if let Some(error) = failed {
            return Err(error.into());
        }
    }
    // What is about no row that can be read: one with cells too many, a sheet left out.
    let others: Vec<_> = by_row.into_values().flatten().collect();
    marked.others(&others)?;
    Ok(marked.workbook.save(path)?)
}

/// A workbook of marked rows.
struct Marked {
    workbook: Workbook,
    next: u32,
    error: Format,
    notice: Format,
}

/// A cell of a workbook holds no more characters, and a note no more either.
const LONGEST: usize = 32_000;

/// A sheet holds no more rows.
const ROWS: u32 = 1_048_576;

impl Marked {
    fn new() -> Self {
        let colour = |rgb| Format::new().set_background_color(Color::RGB(rgb));
        Self {
            workbook: Workbook::new(),
            next: 0,
            error: colour(0x00FF_C7CE),
            notice: colour(0x00FF_EB9C),
        }
    }

    /// A sheet for the rows of a table.
    fn table(&mut self, header: &Header) -> Result<(), XlsxError> {
        let columns = ["row"]
            .into_iter()
            .chain(header.columns.iter().map(String::as_str));
        self.sheet(columns)
    }

    fn sheet<'a>(&mut self, columns: impl Iterator<Item = &'a str>) -> Result<(), XlsxError> {
        let bold = Format::new().set_bold();
        let sheet = self.workbook.add_worksheet();
        sheet.set_freeze_panes(1, 1)?;
        for (column, name) in (0..).zip(columns) {
            sheet.write_string_with_format(0, column, shortened(name), &bold)?;
        }
        self.next = 1;
        Ok(())
    }

    fn row(&mut self, row: &Row, issues: &[&Issue]) -> Result<(), XlsxError> {
        let (at, colours) = (self.next, (&self.error, &self.notice));
        if at >= ROWS {
            return Ok(());
        }
        self.next += 1;
        let Some(sheet) = self.workbook.worksheets_mut().last_mut() else {
            return Ok(());
        };
        let number = u32::try_from(row.number).unwrap_or(u32::MAX);
        sheet.write_number(at, 0, number)?;
        let mut by_cell: BTreeMap<u16, Vec<&Issue>> = BTreeMap::new();
        for (column, name) in (1..).zip(&row.header.columns) {
            let cell = row.cell(name).unwrap_or_default();
            sheet.write_string(at, column, shortened(cell))?;
        }
        for issue in issues {
            let place = row.header.index(&issue.column);
            let column = place.and_then(|place| u16::try_from(place + 1).ok());
            by_cell.entry(column.unwrap_or(0)).or_default().push(issue);
        }
        for (column, issues) in by_cell {
            let worst = issues.iter().map(|issue| issue.severity).min();
            let colour = match worst {
                Some(Severity::Notice) => colours.1,
                _ => colours.0,
            };
            sheet.set_cell_format(at, column, colour)?;
            let reasons: Vec<_> = issues.iter().map(|issue| issue.reason.as_str()).collect();
            sheet.insert_note(at, column, &Note::new(shortened(&reasons.join("\n"))))?;
        }
        Ok(())
    }

    fn others(&mut self, issues: &[&Issue]) -> Result<(), XlsxError> {
        if issues.is_empty() && !self.workbook.worksheets().is_empty() {
            return Ok(());
        }
        self.sheet(COLUMNS.into_iter())?;
        let Some(sheet) = self.workbook.worksheets_mut().last_mut() else {
            return Ok(());
        };
        for (row, issue) in (1..ROWS).zip(issues) {
            for (column, text) in (0..).zip(cells(issue)) {
                sheet.write_string(row, column, shortened(&text))?;
            }
        }
        Ok(())
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
