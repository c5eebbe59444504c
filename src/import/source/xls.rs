//! Workbooks of Excel before 2007.

use std::fs::File;
use std::io::{BufReader, Read};

use calamine::{Reader, Xls, XlsError, XlsOptions};

use super::error::SourceError;
use super::format::FileFormat;
use super::header::Fill;
use super::row::Merged;
use super::table::{Step, Visit};
use super::text::failed;
use super::value::of_data;
use super::workbook::{Chosen, Rows, chosen, damaged, guarded};

/// The streams that hold a workbook, and what an encrypted newer one is kept in.
const BOOKS: [&str; 2] = ["/Workbook", "/Book"];
const ENCRYPTED: &str = "/EncryptedPackage";
/// How large the stream may be: sheets are held as a whole.
const BOOK: u64 = 256 << 20;
/// How many cells all sheets may span: two of the largest there are.
const CELLS: u64 = 2 * 65_536 * 256;

/// Hands on the rows of a workbook. It is held as a whole; the format allows 65,536 rows a sheet.
///
/// # Errors
/// [`SourceError`].
pub(super) fn visit(
    path: &str,
    file: &File,
    format: &FileFormat,
    visit: &mut dyn Visit,
) -> Result<(), SourceError> {
    let again = || file.try_clone().map_err(|error| failed(path, &error));
    check(path, &book(path, again()?)?)?;
    let mut buffered = BufReader::new(again()?);
    std::io::Seek::rewind(&mut buffered).map_err(|error| failed(path, &error))?;
    let workbook = guarded(path, || {
        Xls::new_with_options(buffered, XlsOptions::default())
    })?;
    let mut workbook = workbook.map_err(|error| refused(path, &error))?;
    let sheets = workbook.sheets_metadata().to_vec();
    for Chosen { name, must, .. } in chosen(path, &sheets, format, visit)? {
        let range = guarded(path, || workbook.worksheet_range(&name))?
            .map_err(|error| refused(path, &error))?;
        let formulas = guarded(path, || workbook.worksheet_formula(&name))?
            .map_err(|error| refused(path, &error))?;
        let merged = workbook
            .merge_cells_by_sheet_name(&name)
            .map_err(|error| refused(path, &error))?
            .into_iter()
            .map(|region| Merged {
                start: region.start,
                end: region.end,
            })
            .collect();
        visit.begin(&name, Fill::Merged(merged), must);
        let mut rows = Rows::new(path, &name, format);
        let (top, left) = range.start().unwrap_or_default();
        let mut step = Step::On;
        'sheet: for (row, cells) in (top..).zip(range.rows()) {
            for (column, value) in (left..).zip(cells) {
                let computed = formulas
                    .get_value((row, column))
                    .is_some_and(|formula| !formula.is_empty());
                step = rows.cell((row, column), &of_data(value), computed, visit)?;
                if step != Step::On {
                    break 'sheet;
                }
            }
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

/// The stream of a workbook.
fn book(path: &str, file: File) -> Result<Vec<u8>, SourceError> {
    let cut = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => SourceError::Truncated {
            path: path.to_owned(),
            reason: "it ends within its container".to_owned(),
        },
        _ => damaged(path, error.to_string()),
    };
    let mut container = guarded(path, || cfb::CompoundFile::open(file))?.map_err(cut)?;
    if container.exists(ENCRYPTED) {
        return Err(SourceError::Encrypted {
            path: path.to_owned(),
        });
    }
    let Some(name) = BOOKS.into_iter().find(|name| container.is_stream(name)) else {
        return Err(SourceError::NoWorkbook {
            path: path.to_owned(),
            reason: "it is an office document without a workbook in it".to_owned(),
        });
    };
    let stream = container.open_stream(name).map_err(cut)?;
    if stream.len() > BOOK {
        return Err(SourceError::Bomb {
            path: path.to_owned(),
            reason: format!("{} bytes of sheets, {BOOK} are allowed", stream.len()),
        });
    }
    let mut bytes = vec![];
    guarded(path, || stream.take(BOOK).read_to_end(&mut bytes))?.map_err(cut)?;
    Ok(bytes)
}

/// Looks at the records of a workbook for what a reader would make too much room for: cells and dimensions that no sheet
/// has. Also finds the record that encrypts the others.
fn check(path: &str, book: &[u8]) -> Result<(), SourceError> {
    const FILE_PASS: u16 = 0x002F;
    const DIMENSIONS: u16 = 0x0200;
    const BEGIN: u16 = 0x0809;
    const LAST_COLUMN: u16 = 255;
    let cut = || SourceError::Truncated {
        path: path.to_owned(),
        reason: "it ends within a record".to_owned(),
    };
    let word = |data: &[u8], at: usize| {
        let bytes = data.get(at..at + 2)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    };
    let (mut rest, mut cells, mut last_row) = (book, 0_u64, 0_u64);
    while let Some(head) = rest.get(..4) {
        let (kind, length) = (word(head, 0).unwrap_or(0), word(head, 2).unwrap_or(0));
        // The stream may be filled up with zeros after its last record.
        if kind == 0 && length == 0 && rest.iter().all(|byte| *byte == 0) {
            break;
        }
        let data = rest.get(4..4 + usize::from(length)).ok_or_else(cut)?;
        let no_place = || {
            damaged(
                path,
                format!("record {kind:#06x} names a cell that no sheet has"),
            )
        };
        match kind {
            FILE_PASS if word(data, 0).unwrap_or(0) != 0 => {
                return Err(SourceError::Encrypted {
                    path: path.to_owned(),
                });
            }
            BEGIN => {
                cells += last_row * 256;
                last_row = 0;
            }
            DIMENSIONS => {
                let rows = data
                    .get(4..8)
                    .and_then(|bytes| bytes.try_into().ok())
                    .map_or(0, u32::from_le_bytes);
                let columns = word(data, 10).unwrap_or(0);
                // Older ones have rows of two bytes; their columns stand where the last row stands in newer ones.
                if data.len() >= 14 && (rows > 65_536 || columns > LAST_COLUMN + 1) {
                    return Err(no_place());
                }
            }
            // Formula, MulRk, RString, LabelSst, Number, Label, BoolErr, Rk
            0x0006 | 0x00BD | 0x00D6 | 0x00FD | 0x0203 | 0x0204 | 0x0205 | 0x027E => {
                if word(data, 2).ok_or_else(cut)? > LAST_COLUMN {
                    return Err(no_place());
                }
                last_row = last_row.max(u64::from(word(data, 0).unwrap_or(0)) + 1);
            }
            _ => {}
        }
        rest = rest.get(4 + usize::from(length)..).unwrap_or_default();
    }
    cells += last_row * 256;
    if cells > CELLS {
        return Err(SourceError::Bomb {
            path: path.to_owned(),
            reason: format!("its sheets span {cells} cells, {CELLS} are allowed"),
        });
    }
    Ok(())
}

fn refused(path: &str, error: &XlsError) -> SourceError {
    match error {
        XlsError::Password => SourceError::Encrypted {
            path: path.to_owned(),
        },
        error => damaged(path, error.to_string()),
    }
}
