//! `nianlun export`

mod again;
mod files;
mod filters;
mod points;
mod rosters;
mod texts;

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use nianlun::export::restored;
use nianlun_aggregates::Day;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::database::Harness;
use crate::support::program::{Program, project};

/// By this day the bundled park has 325 companies.
const CENSUS: &str = "2017-02-28";

/// Days of a workbook count from 25,569 days before 1970.
const WORKBOOK_EPOCH: i32 = 25_569;

/// Rows of an export: the header, then the cells as texts.
type Table = Vec<Vec<String>>;

/// The bundled park, imported.
fn park(harness: &Harness) -> Program {
    let program = Program::over(harness);
    let rows = project("examples/synthetic/park.csv");
    program.import(&rows, "examples/synthetic/park.toml");
    program
}

/// A folder to export to.
fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

/// Exports as JSON lines to standard output; the objects.
fn lines(program: &Program, args: &[&str]) -> Vec<Value> {
    let out = program.done(&[&["export"], args, &["--format", "jsonl"]].concat());
    let objects = out.lines().map(serde_json::from_str);
    objects.collect::<Result<_, _>>().expect("JSON lines")
}

/// Exports to a file of this name; its bytes.
fn exported(program: &Program, folder: &Path, name: &str, args: &[&str]) -> Vec<u8> {
    let path = folder.join(name);
    let out = path.display().to_string();
    program.done(&[&["export"], args, &["--out", &out]].concat());
    std::fs::read(path).expect("the export")
}

/// A CSV file, apostrophes taken off again.
fn csv_table(bytes: &[u8]) -> Table {
    let text = bytes
        .strip_prefix("\u{feff}".as_bytes())
        .expect("the mark by which Excel knows UTF-8");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text);
    let records = reader.records().map(|record| {
        let record = record.expect("a record");
        record
            .iter()
            .map(|cell| restored(cell).to_owned())
            .collect()
    });
    records.collect()
}

/// The sheets of a workbook by name.
fn workbook_tables(bytes: Vec<u8>) -> BTreeMap<String, Table> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let cell = |cell: &Data| match cell {
        Data::DateTime(serial) => {
            #[expect(clippy::cast_possible_truncation, reason = "a count of whole days")]
            let days = serial.as_f64() as i32;
            let day = Day::from_number(days - WORKBOOK_EPOCH);
            day.expect("a day").to_string()
        }
        other => other.to_string(),
    };
    let sheets = workbook.worksheets().into_iter().map(|(name, range)| {
        let rows = range.rows().map(|row| row.iter().map(cell).collect());
        (name, rows.collect())
    });
    sheets.collect()
}

/// JSON lines in the order of columns.
fn line_table(bytes: &[u8], columns: &[String]) -> Table {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let values: Vec<_> = values.iter().filter_map(Value::as_str).collect();
            values.join("; ")
        }
        other => other.to_string(),
    };
    let lines = std::str::from_utf8(bytes).expect("UTF-8").lines();
    let rows = lines.map(|line| {
        let object: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(object.as_object().expect("an object").len(), columns.len());
        columns.iter().map(|name| text(&object[name])).collect()
    });
    std::iter::once(columns.to_vec()).chain(rows).collect()
}
