//! CSV files.

use std::fs::File;
use std::io::{self, Read};

use super::error::SourceError;
use super::format::{Encoding, FileFormat};
use super::header::Fill;
use super::row::{Cells, Raw};
use super::table::{Step, Visit};
use super::text::{Decoded, Failure, failed};
use crate::export::restored;

/// A row may hold so much, or sixteen of the largest cells.
const ROW: usize = 16 << 20;
const BUFFER: usize = 256 << 10;
/// How much of a file decides on its delimiter.
const SAMPLE: u64 = 64 << 10;
/// Stands after the last row. A file that ends within a quoted cell swallows it, which is how that is known.
const END: &str = "\u{4}";
const TAIL: &[u8] = b"\n\x04";

/// A text with its sentinel.
type Source = csv::Reader<io::Chain<Decoded, &'static [u8]>>;

/// What was detected, and the digest of the bytes that were parsed, if all were.
pub(super) struct Parsed {
    pub(super) delimiter: char,
    pub(super) digest: Option<String>,
}

/// Hands on the rows of a CSV file. It is read in a stream: memory does not depend on its size.
///
/// # Errors
/// [`SourceError`].
pub(super) fn visit(
    path: &str,
    file: &File,
    encoding: Encoding,
    format: &FileFormat,
    visit: &mut dyn Visit,
) -> Result<Parsed, SourceError> {
    let again = || file.try_clone().map_err(|error| failed(path, &error));
    let mut sample = vec![];
    // A character cut at the sample's end, and bytes that became wrong, are found out below.
    let _ = Decoded::new(path, again()?, encoding)?
        .take(SAMPLE)
        .read_to_end(&mut sample);
    let delimiter = match format.delimiter {
        Some(delimiter) => delimiter,
        None => likely(&String::from_utf8_lossy(&sample)),
    };
    let byte = u8::try_from(delimiter)
        .ok()
        .filter(u8::is_ascii)
        .ok_or_else(|| SourceError::Format {
            path: path.to_owned(),
            reason: "the delimiter must be one ASCII character".to_owned(),
        })?;
    let source = Decoded::new(path, again()?, encoding)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(byte)
        .terminator(csv::Terminator::Any(b'\n'))
        .flexible(true)
        .has_headers(false)
        .buffer_capacity(BUFFER)
        .from_reader(source.chain(TAIL));
    visit.begin("", Fill::Right, true);
    let whole = rows(path, &mut reader, format, visit)?;
    let digest = whole.then(|| reader.into_inner().into_inner().0.digest());
    Ok(Parsed { delimiter, digest })
}

/// Hands on rows until the end; whether it was reached.
fn rows(
    path: &str,
    reader: &mut Source,
    format: &FileFormat,
    visit: &mut dyn Visit,
) -> Result<bool, SourceError> {
    let limit = ROW.max(format.cell_limit.saturating_mul(16));
    let mut record = csv::ByteRecord::new();
    let (mut within, mut number) = (0_u64, 0_u64);
    let mut step = Step::On;
    while step == Step::On {
        reader.get_mut().get_mut().0.allowance = limit.saturating_add(BUFFER);
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(refused(path, reader, number + 1, limit, &error)),
        }
        if record.len() == 1 && record.get(0) == Some(END.as_bytes()) {
            break;
        }
        // Rows are counted as spreadsheets count them: an empty line is a row, a line break within a cell is none.
        within += record
            .as_slice()
            .iter()
            .map(|byte| u64::from(*byte == b'\n'))
            .sum::<u64>();
        number = reader
            .position()
            .line()
            .saturating_sub(1 + within)
            .max(number + 1);
        if record
            .iter()
            .next_back()
            .is_some_and(|cell| cell.ends_with(TAIL))
        {
            return Err(SourceError::Truncated {
                path: path.to_owned(),
                reason: format!(
                    "row {number} ends within a quoted cell, or its closing quotation mark is missing"
                ),
            });
        }
        let cells = cells(path, &record, number, format.cell_limit)?;
        if !cells.is_blank() {
            step = visit.row(Raw {
                number,
                cells,
                ..Raw::default()
            })?;
        }
    }
    if step == Step::On {
        step = visit.end()?;
    } else if step == Step::NextSheet {
        visit.end()?;
    }
    Ok(step == Step::On)
}

fn cells(
    path: &str,
    record: &csv::ByteRecord,
    number: u64,
    limit: usize,
) -> Result<Cells, SourceError> {
    let mut cells = Cells::with_capacity(record.len(), record.as_slice().len());
    for cell in record {
        if cell.len() > limit {
            return Err(SourceError::CellTooLong {
                path: path.to_owned(),
                sheet: String::new(),
                row: number,
                limit,
            });
        }
        // The text was checked when its encoding was found; a file that says otherwise now is another one.
        let cell = std::str::from_utf8(cell).map_err(|_| SourceError::Changed {
            path: path.to_owned(),
        })?;
        cells.push(restored(cell));
    }
    Ok(cells)
}

fn refused(path: &str, reader: &Source, row: u64, limit: usize, error: &csv::Error) -> SourceError {
    let path = path.to_owned();
    match reader.get_ref().get_ref().0.failure {
        Some(Failure::Exhausted) => SourceError::RowTooLong {
            path,
            sheet: String::new(),
            row,
            limit,
        },
        Some(Failure::Wrong) => SourceError::Changed { path },
        None => SourceError::Open {
            path,
            reason: error.to_string(),
        },
    }
}

/// The delimiter that the first lines agree on: most lines with the same number of it outside quotation marks.
fn likely(sample: &str) -> char {
    const LINES: usize = 50;
    let mut best = ((0, 0), ',');
    for delimiter in [',', '\t', ';'] {
        let mut counts: Vec<usize> = vec![];
        let (mut quoted, mut count) = (false, 0);
        for c in sample.chars() {
            match c {
                '"' => quoted = !quoted,
                '\n' | '\r' if !quoted => {
                    counts.push(std::mem::take(&mut count));
                    if counts.len() == LINES {
                        break;
                    }
                }
                c if c == delimiter && !quoted => count += 1,
                _ => {}
            }
        }
        counts.push(count);
        counts.retain(|count| *count > 0);
        let score = counts
            .iter()
            .map(|count| {
                (
                    counts.iter().filter(|other| *other == count).count(),
                    *count,
                )
            })
            .max()
            .unwrap_or_default();
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::likely;

    #[test]
    fn the_delimiter_is_what_the_lines_agree_on() {
        for (sample, delimiter) in [
            ("a,b\n1,2\n", ','),
            ("a;b;c\n1,5;2;3\n\"x,y,z\";1;2\n", ';'),
            ("名称\t日期\n甲;乙\t2016\n", '\t'),
            ("a\n1\n", ','),
            ("", ','),
        ] {
            assert_eq!(likely(sample), delimiter, "{sample:?}");
        }
    }
}
