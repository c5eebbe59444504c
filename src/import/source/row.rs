//! What is handed on: tables, rows and what to know of them.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Columns of one table of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The sheet; empty in a CSV file.
    pub sheet: String,
    /// The columns, white space in a name collapsed to one space; a column without a name is empty.
    pub columns: Vec<String>,
    /// The texts of the rows above the header, joined by spaces.
    pub title: String,
    exact: HashMap<String, usize>,
    squeezed: HashMap<String, usize>,
}

impl Header {
    /// A header.
    #[must_use]
    pub fn new(sheet: impl Into<String>, columns: Vec<String>, title: impl Into<String>) -> Self {
        let (mut exact, mut squeezed) = (HashMap::new(), HashMap::new());
        for (index, column) in columns.iter().enumerate() {
            if !column.is_empty() {
                exact.entry(column.clone()).or_insert(index);
                squeezed.entry(squeeze(column)).or_insert(index);
            }
        }
        Self {
            sheet: sheet.into(),
            columns,
            title: title.into(),
            exact,
            squeezed,
        }
    }

    /// Where a column stands. A name that differs in white space only is the same name, unless the very name is there too.
    #[must_use]
    pub fn index(&self, column: &str) -> Option<usize> {
        self.exact
            .get(column)
            .or_else(|| self.squeezed.get(squeeze(column).as_str()))
            .copied()
    }
}

/// A name without white space.
pub(super) fn squeeze(name: &str) -> String {
    name.split_whitespace().collect()
}

/// The cells of a row in one text, so that a row costs two allocations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    pub(super) fn with_capacity(cells: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            ends: Vec::with_capacity(cells),
        }
    }

    /// Adds a cell, trimmed.
    pub(super) fn push(&mut self, cell: &str) {
        self.text.push_str(trimmed(cell));
        self.ends.push(self.text.len());
    }

    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..end)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().filter_map(move |end| {
            let cell = self.text.get(start..*end);
            start = *end;
            cell
        })
    }

    pub(super) const fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    /// Those that are one of these are empty.
    pub(super) fn without(self, absent: &[String]) -> Self {
        let says_nothing = |cell: &str| absent.iter().any(|one| one == cell);
        if absent.is_empty() || !self.iter().any(says_nothing) {
            return self;
        }
        let mut rest = Self::with_capacity(self.len(), self.bytes());
        for cell in self.iter() {
            rest.push(if says_nothing(cell) { "" } else { cell });
        }
        rest
    }
}

/// A cell without the white space around it, and without the apostrophe by which exports mark a number as text.
fn trimmed(cell: &str) -> &str {
    let cell = cell.trim();
    match cell.strip_prefix('\'') {
        Some(rest)
            if rest.starts_with(|first: char| first.is_ascii_digit()) && !rest.contains('\'') =>
        {
            rest
        }
        _ => cell,
    }
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The table's columns.
    pub header: Arc<Header>,
    /// Its number as the program that shows the file counts rows, from 1.
    pub number: u64,
    cells: Cells,
    computed: Vec<u32>,
}

impl Row {
    /// A row. `cells` stand in the order of the columns, empty ones being absent; `computed` are the places (from 0) of
    /// the cells whose value is a formula's last result.
    #[must_use]
    pub fn new<C: AsRef<str>>(
        header: Arc<Header>,
        number: u64,
        cells: impl IntoIterator<Item = C>,
        computed: Vec<u32>,
    ) -> Self {
        let mut row = Cells::default();
        for cell in cells {
            row.push(cell.as_ref());
        }
        Self::from_cells(header, number, row, computed)
    }

    /// A row of cells that were a row's before.
    #[must_use]
    pub const fn from_cells(
        header: Arc<Header>,
        number: u64,
        cells: Cells,
        computed: Vec<u32>,
    ) -> Self {
        Self {
            header,
            number,
            cells,
            computed,
        }
    }

    /// What it is made of: header, number, cells, and the places of computed ones.
    #[must_use]
    pub fn into_parts(self) -> (Arc<Header>, u64, Cells, Vec<u32>) {
        (self.header, self.number, self.cells, self.computed)
    }

    /// The cell of a column, trimmed; `None` if it is empty or there is no such column.
    #[must_use]
    pub fn cell(&self, column: &str) -> Option<&str> {
        self.cells
            .get(self.header.index(column)?)
            .filter(|cell| !cell.is_empty())
    }

    /// The cells that are not empty, with their columns; those of columns without a name are left out.
    pub fn cells(&self) -> impl Iterator<Item = (&str, &str)> {
        self.header
            .columns
            .iter()
            .zip(self.cells.iter())
            .filter(|(column, cell)| !column.is_empty() && !cell.is_empty())
            .map(|(column, cell)| (column.as_str(), cell))
    }

    /// Whether the value of a column is a formula's last result.
    #[must_use]
    pub fn is_computed(&self, column: &str) -> bool {
        !self.computed.is_empty()
            && self
                .header
                .index(column)
                .and_then(|index| u32::try_from(index).ok())
                .is_some_and(|index| self.computed.contains(&index))
    }

    /// The columns whose value is a formula's last result.
    pub fn computed(&self) -> impl Iterator<Item = &str> {
        self.computed.iter().filter_map(|index| {
            let column = self.header.columns.get(usize::try_from(*index).ok()?)?;
            Some(column.as_str())
        })
    }
}

/// Something about a row that a person should know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowIssue {
    /// The sheet; empty in a CSV file.
    pub sheet: String,
    /// The row, from 1; 0 if the sheet or the file as a whole is meant.
    pub row: u64,
    /// The column; empty if the row as a whole is meant.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What is the matter, and the mend where there is one.
    pub reason: String,
}

/// What reading a file yields, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A table begins; the rows after it have this header.
    Table(Arc<Header>),
    /// A row of it.
    Row(Row),
    /// Something was left out or mended.
    Notice(RowIssue),
    /// A row that cannot be used.
    Error(RowIssue),
}

/// A row as it stands in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Raw {
    pub(super) number: u64,
    pub(super) cells: Cells,
    pub(super) computed: Vec<u32>,
    /// Places and names of error cells (`#N/A`), which are empty in `cells`.
    pub(super) errors: Vec<(u32, String)>,
}

/// A merged region: rows and columns from 0, both ends in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// First row and column.
    pub start: (u32, u32),
    /// Last row and column.
    pub end: (u32, u32),
}

impl Merged {
    pub(super) fn has_row(&self, number: u64) -> bool {
        u64::from(self.start.0) < number && number <= u64::from(self.end.0) + 1
    }

    pub(super) fn has_column(&self, column: usize) -> bool {
        let (first, last) = (self.start.1, self.end.1);
        u32::try_from(column).is_ok_and(|column| first <= column && column <= last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_found_by_its_column_whatever_white_space_the_name_has() {
        let header = Arc::new(Header::new(
            "",
            vec!["企业 名称".into(), String::new(), "日期".into()],
            "",
        ));
        let row = Row::new(header, 2, [" 甲 ", "x", ""], vec![0]);
        assert_eq!(row.cell("企业名称"), Some("甲"));
        assert_eq!((row.cell("日期"), row.cell("没有")), (None, None));
        assert_eq!(row.cells().collect::<Vec<_>>(), [("企业 名称", "甲")]);
        assert!(row.is_computed("企业 名称") && !row.is_computed("日期"));
        assert_eq!(row.computed().collect::<Vec<_>>(), ["企业 名称"]);
    }

    #[test]
    fn an_apostrophe_that_marks_a_number_as_text_is_no_part_of_it() {
        let header = Arc::new(Header::new("", vec!["a".into(), "b".into()], ""));
        let row = Row::new(header, 2, ["'0915", "'n Sync"], vec![]);
        assert_eq!(
            (row.cell("a"), row.cell("b")),
            (Some("0915"), Some("'n Sync"))
        );
    }
}
