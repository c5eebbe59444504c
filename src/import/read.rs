//! Reading a CSV file into rows.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::cells::Row;
use super::mapping::FileFormat;
use super::report::Issue;
use super::run::ImportError;

/// A file as read.
pub struct Table {
    /// SHA-256 of its bytes, in hexadecimal.
    pub digest: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Its rows that have as many cells as there are columns.
    pub rows: Vec<Row>,
    /// The rows that have not.
    pub issues: Vec<Issue>,
}

/// Reads a file's bytes.
///
/// # Errors
/// [`ImportError::File`].
pub fn bytes(path: &Path) -> Result<Vec<u8>, ImportError> {
    std::fs::read(path).map_err(|error| ImportError::File {
        path: path.display().to_string(),
        reason: error.to_string(),
    })
}

/// Reads a table. `name` is what to call the file in errors.
///
/// # Errors
/// [`ImportError::File`] if it is no UTF-8, has no header or two columns of one name.
pub fn table(name: &str, bytes: &[u8], format: &FileFormat) -> Result<Table, ImportError> {
    let failed = |reason: String| ImportError::File {
        path: name.to_owned(),
        reason,
    };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()]
            .split(|byte| *byte == b'\n')
            .count();
        failed(format!(
            "line {line} is not UTF-8; save the file as CSV UTF-8"
        ))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let delimiter = u8::try_from(format.delimiter)
        .map_err(|_| failed("the delimiter must be one ASCII character".to_owned()))?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut columns: Vec<String> = vec![];
    let (mut rows, mut issues) = (vec![], vec![]);
    for (record, number) in reader.records().zip(1..) {
        let record = record.map_err(|error| failed(error.to_string()))?;
        if number < format.header {
            continue;
        }
        if number == format.header {
            columns = record.iter().map(|cell| cell.trim().to_owned()).collect();
            continue;
        }
        let cells = columns
            .iter()
            .cloned()
            .zip(record.iter().map(|cell| cell.trim().to_owned()))
            .filter(|(_, cell)| !cell.is_empty());
        let row = Row {
            number,
            cells: cells.collect(),
        };
        if record.len() == columns.len() {
            rows.push(row);
        } else {
            let reason = format!(
                "the row has {} cells, the header has {}; check for a missing or unquoted delimiter",
                record.len(),
                columns.len()
            );
            issues.push(row.error("", "", reason));
        }
    }
    if columns.is_empty() {
        return Err(failed(format!(
            "there is no row {}, where the header should be",
            format.header
        )));
    }
    if let Some(twice) = columns
        .iter()
        .enumerate()
        .find(|(index, column)| !column.is_empty() && columns[..*index].contains(column))
    {
        return Err(failed(format!(
            "column {:?} is there twice; rename one",
            twice.1
        )));
    }
    let digest = Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    Ok(Table {
        digest,
        columns,
        rows,
        issues,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Table, ImportError> {
        table("t.csv", bytes, &FileFormat::default())
    }

    #[test]
    fn rows_are_numbered_as_a_person_counts_them() {
        let table = read("\u{feff}名称,日期\n\"甲,乙\", 2016\n丙,\n".as_bytes()).unwrap();
        assert_eq!(table.columns, ["名称", "日期"]);
        assert_eq!(
            table
                .rows
                .iter()
                .map(|row| (row.number, row.cells.len()))
                .collect::<Vec<_>>(),
            [(2, 2), (3, 1)]
        );
        assert_eq!(table.rows[0].cells["名称"], "甲,乙");
    }

    #[test]
    fn a_row_with_a_cell_too_many_is_named_and_left_out() {
        let table = read(b"a,b\n1,2,3\n4,5\n").unwrap();
        assert_eq!(
            (table.rows.len(), table.issues.len(), table.issues[0].row),
            (1, 1, 2)
        );
    }

    #[test]
    fn a_file_that_is_no_utf_8_is_refused_with_its_line() {
        let error = read(b"a,b\n\xd6\xd8\xc7\xec,1\n")
            .err()
            .map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some("t.csv: line 2 is not UTF-8; save the file as CSV UTF-8")
        );
    }

    #[test]
    fn a_column_that_is_there_twice_is_refused() {
        assert!(read(b"a,a\n1,2\n").is_err());
        assert!(read(b"").is_err());
    }
}
