//! Workbooks of Excel since 2007.

use std::fs::File;
use std::io::BufReader;

use calamine::{Reader, Xlsx, XlsxError};

use super::archive::Archive;
use super::error::SourceError;
use super::format::FileFormat;
use super::header::Fill;
use super::row::Merged;
use super::table::{Step, Visit};
use super::text::failed;
use super::value::of_ref;
use super::workbook::{Chosen, Rows, chosen, damaged, guarded};

/// Hands on the rows of a workbook. Its cells are read in a stream that tells formulas from values, so that a formula costs
/// the reading of its text and nothing else; only the shared strings are held.
///
/// # Errors
/// [`SourceError`].
pub(super) fn visit(
    path: &str,
    file: &File,
    format: &FileFormat,
    visit: &mut dyn Visit,
) -> Result<(), SourceError> {
    // The two readers share the file's position; neither reads while the other is within a part.
    let again = || file.try_clone().map_err(|error| failed(path, &error));
    let mut archive = Archive::open(path, again()?)?;
    archive.check_strings(format.cell_limit)?;
    let buffered = BufReader::with_capacity(64 << 10, again()?);
    let mut workbook: Xlsx<_> =
        guarded(path, || Xlsx::new(buffered))?.map_err(|error| refused(path, &error))?;
    let sheets = workbook.sheets_metadata().to_vec();
    for Chosen { place, name, must } in chosen(path, &sheets, format, visit)? {
        let merged = match archive.check_sheet(place, format.cell_limit)? {
            Some(merged) => merged,
            None => guarded(path, || workbook.merge_cells_by_sheet_name(&name))?
                .map_err(|error| refused(path, &error))?
                .into_iter()
                .map(|region| Merged {
                    start: region.start,
                    end: region.end,
                })
                .collect(),
        };
        let mut cells = guarded(path, || workbook.worksheet_cells_reader(&name))?
            .map_err(|error| refused(path, &error))?;
        visit.begin(&name, Fill::Merged(merged), must);
        let mut rows = Rows::new(path, &name, format);
        let mut step = Step::On;
        while step == Step::On {
            let cell = guarded(path, || cells.next_cell_with_formula_metadata())?
                .map_err(|error| refused(path, &error))?;
            let Some(cell) = cell else { break };
            step = rows.cell(
                cell.pos,
                &of_ref(&cell.value),
                cell.formula.is_some(),
                visit,
            )?;
        }
        if step == Step::On {
            step = rows.flush(visit)?;
        }
        if step != Step::Stop && visit.end()? == Step::Stop || step == Step::Stop {
            return Ok(());
        }
    }
    Ok(())
}

fn refused(path: &str, error: &XlsxError) -> SourceError {
    match error {
        XlsxError::Password => SourceError::Encrypted {
            path: path.to_owned(),
        },
        XlsxError::FileNotFound(part) => SourceError::NoWorkbook {
            path: path.to_owned(),
            reason: format!("its part {part} is missing"),
        },
        error => damaged(path, error.to_string()),
    }
}
