//! What the two kinds of workbooks share.

use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Sheet, SheetType, SheetVisible};

use super::error::SourceError;
use super::format::{FileFormat, fits};
use super::row::{Cells, Raw};
use super::table::{Step, Visit};
use super::value::Text;

/// The largest row and column of a sheet, from 0.
const LAST_ROW: u32 = 1_048_575;
const LAST_COLUMN: u32 = 16_383;
/// What the cells of a row may hold together, in bytes.
const ROW: usize = 64 << 20;

/// A sheet to read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Its place among the sheets.
    pub(super) place: usize,
    pub(super) name: String,
    /// Whether the mapping asked for it by its very name.
    pub(super) must: bool,
}

/// The sheets that a mapping wants. A hidden one must be asked for by its name.
///
/// # Errors
/// [`SourceError::NoSheet`].
pub(super) fn chosen(
    path: &str,
    sheets: &[Sheet],
    format: &FileFormat,
    visit: &mut dyn Visit,
) -> Result<Vec<Chosen>, SourceError> {
    if let Some(missing) = format
        .sheets
        .iter()
        .find(|wanted| !sheets.iter().any(|sheet| fits(wanted, &sheet.name)))
    {
        return Err(SourceError::NoSheet {
            path: path.to_owned(),
            sheet: missing.clone(),
            there: sheets.iter().map(|sheet| sheet.name.clone()).collect(),
        });
    }
    let mut chosen = vec![];
    for (place, sheet) in sheets.iter().enumerate() {
        let wanted = |pattern: &String| fits(pattern, &sheet.name);
        let must = format.sheets.contains(&sheet.name);
        if sheet.typ != SheetType::WorkSheet
            || !(format.sheets.is_empty() || format.sheets.iter().any(wanted))
        {
            continue;
        }
        if sheet.visible != SheetVisible::Visible {
            let reason = if must {
                "the sheet is hidden; read because the mapping names it"
            } else {
                "the sheet is hidden; left out (name it in `sheets` to read it)"
            };
            if visit.notice(&sheet.name, reason.to_owned()) == Step::Stop {
                return Ok(vec![]);
            }
            if !must {
                continue;
            }
        }
        chosen.push(Chosen {
            place,
            name: sheet.name.clone(),
            must,
        });
    }
    Ok(chosen)
}

/// Calls into the library that reads workbooks. What makes it panic makes the file unreadable, and no more.
pub(super) fn guarded<T>(path: &str, call: impl FnOnce() -> T) -> Result<T, SourceError> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| damaged(path, "its content makes no sense"))
}

pub(super) fn damaged(path: &str, reason: impl Into<String>) -> SourceError {
    SourceError::Damaged {
        path: path.to_owned(),
        reason: reason.into(),
    }
}

/// Puts the cells of a sheet together to rows.
pub(super) struct Rows<'a> {
    path: &'a str,
    sheet: &'a str,
    limit: usize,
    raw: Raw,
}

impl<'a> Rows<'a> {
    pub(super) fn new(path: &'a str, sheet: &'a str, format: &FileFormat) -> Self {
        Self {
            path,
            sheet,
            limit: format.cell_limit,
            raw: Raw::default(),
        }
    }

    /// Takes in a cell that is not empty; the row before it is handed on.
    ///
    /// # Errors
    /// [`SourceError::Damaged`] if it stands before an earlier one, or outside of any sheet.
    pub(super) fn cell(
        &mut self,
        (row, column): (u32, u32),
        text: &Text<'_>,
        computed: bool,
        visit: &mut dyn Visit,
    ) -> Result<Step, SourceError> {
        if matches!(text, Text::Empty) {
            return Ok(Step::On);
        }
        let number = u64::from(row) + 1;
        let place = usize::try_from(column).unwrap_or(usize::MAX);
        let mut step = Step::On;
        if number > self.raw.number {
            step = self.flush(visit)?;
            self.raw.number = number;
        }
        if row > LAST_ROW
            || column > LAST_COLUMN
            || number < self.raw.number
            || place < self.raw.cells.len()
        {
            let reason = format!(
                "sheet {}: the cell in row {number}, column {} stands where none can",
                self.sheet,
                u64::from(column) + 1
            );
            return Err(damaged(self.path, reason));
        }
        while self.raw.cells.len() < place {
            self.raw.cells.push("");
        }
        let text = match text {
            Text::Borrowed(text) => text,
            Text::Owned(text) => text.as_str(),
            Text::Empty => "",
            Text::Error(error) => {
                self.raw.errors.push((column, error.clone()));
                ""
            }
        };
        if text.len() > self.limit {
            return Err(SourceError::CellTooLong {
                path: self.path.to_owned(),
                sheet: self.sheet.to_owned(),
                row: number,
                limit: self.limit,
            });
        }
        if self.raw.cells.bytes() + text.len() > ROW {
            return Err(SourceError::RowTooLong {
                path: self.path.to_owned(),
                sheet: self.sheet.to_owned(),
                row: number,
                limit: ROW,
            });
        }
        self.raw.cells.push(text);
        if computed {
            self.raw.computed.push(column);
        }
        Ok(step)
    }

    /// Hands on the row that was begun.
    pub(super) fn flush(&mut self, visit: &mut dyn Visit) -> Result<Step, SourceError> {
        let (cells, bytes) = (self.raw.cells.len(), self.raw.cells.bytes());
        let next = Raw {
            number: self.raw.number,
            cells: Cells::with_capacity(cells, bytes + bytes / 4),
            ..Raw::default()
        };
        let raw = std::mem::replace(&mut self.raw, next);
        if raw.cells.is_blank() && raw.errors.is_empty() {
            Ok(Step::On)
        } else {
            visit.row(raw)
        }
    }
}
