//! Sheets: rows under headings, as a table, JSON or CSV.

use std::io::Write;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::{Map, Value};

use super::args::{Format, Lang};
pub use crate::export::{Column, column};

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A text.
    Text(String),
    /// A count.
    Count(u64),
    /// Several values.
    List(Vec<String>),
    /// Nothing.
    Nothing,
}

/// Rows under headings, with notes below.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// What it shows; only in tables.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Notes; below a table, on standard error otherwise.
    pub notes: Vec<String>,
}

/// Writes lines to standard output.
///
/// # Errors
/// If that fails, for one because the reader has gone.
pub fn say(lines: impl std::fmt::Display) -> std::io::Result<()> {
    writeln!(std::io::stdout().lock(), "{lines}")
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() {
            Self::Nothing
        } else {
            Self::Text(text)
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<Option<u64>> for Cell {
    fn from(count: Option<u64>) -> Self {
        count.map_or(Self::Nothing, Self::Count)
    }
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::List(values) => values.join(", "),
            Self::Nothing => String::new(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Count(count) => Value::from(*count),
            Self::List(values) => Value::from(values.clone()),
            Self::Nothing => Value::Null,
        }
    }
}

impl Sheet {
    /// Writes the sheet to standard output.
    ///
    /// # Errors
    /// If that fails, for one because the reader has gone.
    pub fn print(&self, format: Format, lang: Lang) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        match format {
            Format::Table => {
                if !self.title.is_empty() {
                    writeln!(out, "{}", self.title)?;
                }
                writeln!(out, "{}", self.table(lang))?;
            }
            Format::Json => {
                serde_json::to_writer_pretty(&mut out, &self.json())?;
                writeln!(out)?;
            }
            Format::Csv => self.csv(&mut out)?,
        }
        for note in &self.notes {
            match format {
                Format::Table => writeln!(out, "{note}")?,
                Format::Json | Format::Csv => eprintln!("{note}"),
            }
        }
        Ok(())
    }

    fn table(&self, lang: Lang) -> Table {
        let mut table = Table::new();
        // ASCII rules: the width of box-drawing characters is not the same on every Chinese terminal.
        table
            .load_style(presets::ASCII_MARKDOWN)
            .set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(self.columns.iter().map(|column| match lang {
            Lang::Zh => column.zh.as_ref(),
            Lang::En => column.en.as_ref(),
        }));
        for row in &self.rows {
            table.add_row(row.iter().map(Cell::text));
        }
        for (index, column) in table.column_iter_mut().enumerate() {
            let numeric = self
                .rows
                .iter()
                .any(|row| matches!(row.get(index), Some(Cell::Count(_))));
            if numeric {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
    }

    fn json(&self) -> Value {
        let object = |row: &Vec<Cell>| -> Value {
            let entries = self
                .columns
                .iter()
                .zip(row)
                .map(|(column, cell)| (column.name.clone().into_owned(), cell.json()));
            Value::Object(entries.collect::<Map<_, _>>())
        };
        Value::Array(self.rows.iter().map(object).collect())
    }

    fn csv(&self, out: &mut impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.columns.iter().map(|column| column.name.as_ref()))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::text))?;
        }
        writer.flush()
    }
}
