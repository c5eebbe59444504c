//! From the rows of a file to the rows of its tables.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::error::{NoHeader, SourceError};
use super::format::{FileFormat, HeaderRows};
use super::header::{self, Fill, LOOK_AHEAD};
use super::notes::no_data;
use super::row::{Cells, Header, Item, Merged, Raw, Row, RowIssue};

/// How much is held while the header is looked for, in bytes.
const HELD: usize = 64 << 20;

/// What to do after a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    On,
    NextSheet,
    Stop,
}

/// What wants the rows of a file, sheet by sheet.
pub(super) trait Visit {
    /// A sheet begins. `sheet` is empty in a CSV file. `must`: it was asked for by its name.
    fn begin(&mut self, sheet: &str, fill: Fill, must: bool);
    /// A row of it that is not blank.
    fn row(&mut self, raw: Raw) -> Result<Step, SourceError>;
    /// It ends.
    fn end(&mut self) -> Result<Step, SourceError>;
    /// Something to know of a sheet or of the file.
    fn notice(&mut self, sheet: &str, reason: String) -> Step;
}

enum State {
    Searching {
        rows: Vec<Raw>,
        bytes: usize,
    },
    Reading {
        header: Arc<Header>,
        repeated: Vec<Cells>,
    },
    Missed,
}

/// Reads tables and hands their rows on.
pub(super) struct Tables<'a> {
    path: &'a str,
    format: &'a FileFormat,
    named: &'a [String],
    sink: &'a mut dyn FnMut(Item) -> ControlFlow<()>,
    sheet: String,
    fill: Fill,
    must: bool,
    state: State,
    found: bool,
    closest: Option<NoHeader>,
    /// Rows handed on.
    pub(super) rows: u64,
}

impl<'a> Tables<'a> {
    pub(super) fn new(
        path: &'a str,
        format: &'a FileFormat,
        named: &'a [String],
        sink: &'a mut dyn FnMut(Item) -> ControlFlow<()>,
    ) -> Self {
        Self {
            path,
            format,
            named,
            sink,
            sheet: String::new(),
            fill: Fill::Right,
            must: false,
            state: State::Missed,
            found: false,
            closest: None,
            rows: 0,
        }
    }

    /// After the last sheet.
    ///
    /// # Errors
    /// [`SourceError::NoHeader`] if no sheet had one.
    pub(super) fn finish(self) -> Result<u64, SourceError> {
        if self.found {
            return Ok(self.rows);
        }
        let path = self.path.to_owned();
        let miss = self.closest.unwrap_or_default();
        Err(SourceError::NoHeader(Box::new(NoHeader { path, ..miss })))
    }

    fn send(&mut self, item: Item) -> Step {
        match (self.sink)(item) {
            ControlFlow::Continue(()) => Step::On,
            ControlFlow::Break(()) => Step::Stop,
        }
    }

    fn issue(&self, row: u64, column: &str, value: &str, reason: impl Into<String>) -> RowIssue {
        RowIssue {
            sheet: self.sheet.clone(),
            row,
            column: column.to_owned(),
            value: value.to_owned(),
            reason: reason.into(),
        }
    }

    /// Finds the header among the rows held, and hands on those below it.
    fn decide(&mut self) -> Result<Step, SourceError> {
        let State::Searching { rows, .. } = std::mem::replace(&mut self.state, State::Missed)
        else {
            return Ok(Step::On);
        };
        let given = match &self.format.header {
            None => None,
            Some(rows) => Some(bounds(self.path, rows)?),
        };
        let found = match header::find(&rows, &self.fill, given, self.named) {
            Ok(found) => found,
            Err(miss) => return self.missed(miss),
        };
        if let Some(column) = header::twice(&found.columns, self.named) {
            return Err(SourceError::DuplicateColumn {
                path: self.path.to_owned(),
                sheet: self.sheet.clone(),
                row: found.last,
                column: column.to_owned(),
            });
        }
        let above: Vec<_> = rows
            .iter()
            .filter(|row| row.number < found.first)
            .flat_map(|row| row.cells.iter())
            .filter(|cell| !cell.is_empty())
            .collect();
        let header = Arc::new(Header::new(&self.sheet, found.columns, above.join(" ")));
        let (top, data): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.number <= found.last);
        self.found = true;
        self.state = State::Reading {
            header: Arc::clone(&header),
            repeated: top.into_iter().map(|row| row.cells).collect(),
        };
        let mut step = self.send(Item::Table(header));
        for raw in data {
            if step == Step::On {
                step = self.row(raw)?;
            }
        }
        Ok(step)
    }

    fn missed(&mut self, miss: NoHeader) -> Result<Step, SourceError> {
        let miss = NoHeader {
            path: self.path.to_owned(),
            sheet: self.sheet.clone(),
            ..miss
        };
        if self.must {
            return Err(SourceError::NoHeader(Box::new(miss)));
        }
        let better = match &self.closest {
            None => true,
            // The more of the named columns a row has, the closer it is; a sheet without rows comes last.
            Some(best) => miss.row > 0 && (best.row == 0 || miss.lacks.len() < best.lacks.len()),
        };
        let lacks = miss.lacks.join(", ");
        if better {
            self.closest = Some(miss);
        }
        if self.sheet.is_empty() {
            return Ok(Step::NextSheet);
        }
        let reason = if lacks.is_empty() {
            "the sheet has no rows; left out".to_owned()
        } else {
            format!(
                "the sheet has no header with the columns that the mapping names ({lacks} missing); left out"
            )
        };
        let sheet = self.sheet.clone();
        Ok(match self.notice(&sheet, reason) {
            Step::Stop => Step::Stop,
            _ => Step::NextSheet,
        })
    }

    fn data(&mut self, header: &Arc<Header>, raw: Raw) -> Step {
        for (column, value) in raw.errors {
            let name = usize::try_from(column)
                .ok()
                .and_then(|column| header.columns.get(column))
                .filter(|name| !name.is_empty());
            if let Some(name) = name {
                let reason = "the cell holds an error of its formula; taken as empty";
                let issue = self.issue(raw.number, name, &value, reason);
                if self.send(Item::Notice(issue)) == Step::Stop {
                    return Step::Stop;
                }
            }
        }
        let cells = raw.cells.without(&self.format.absent);
        if cells.is_blank() {
            return Step::On;
        }
        self.rows += 1;
        self.send(Item::Row(Row::from_cells(
            Arc::clone(header),
            raw.number,
            cells,
            raw.computed,
        )))
    }
}

impl Visit for Tables<'_> {
    fn begin(&mut self, sheet: &str, fill: Fill, must: bool) {
        sheet.clone_into(&mut self.sheet);
        self.fill = fill;
        self.must = must;
        self.state = State::Searching {
            rows: vec![],
            bytes: 0,
        };
    }

    fn row(&mut self, raw: Raw) -> Result<Step, SourceError> {
        match &mut self.state {
            State::Missed => Ok(Step::NextSheet),
            State::Searching { rows, bytes } => {
                let last = match (&self.format.header, self.named) {
                    (Some(rows), _) => bounds(self.path, rows)?.1,
                    (None, []) => 5,
                    (None, _) => LOOK_AHEAD,
                };
                if raw.number > last || *bytes > HELD {
                    let step = self.decide()?;
                    return if step == Step::On {
                        self.row(raw)
                    } else {
                        Ok(step)
                    };
                }
                *bytes += raw.cells.bytes();
                // Rows above a given header are only its title.
                rows.push(raw);
                Ok(Step::On)
            }
            State::Reading { header, repeated } => {
                let header = Arc::clone(header);
                let reason = if repeated.contains(&raw.cells) {
                    Some("the header again; left out")
                } else {
                    no_data(&raw.cells, &self.format.skip)
                };
                if let Some(reason) = reason {
                    let first = raw.cells.iter().find(|cell| !cell.is_empty());
                    let issue = self.issue(raw.number, "", first.unwrap_or_default(), reason);
                    return Ok(self.send(Item::Notice(issue)));
                }
                // Cells that no sheet counts are errors only where a delimiter can be missing.
                if matches!(self.fill, Fill::Right) && raw.cells.len() != header.columns.len() {
                    let reason = format!(
                        "the row has {} cells, the header has {}; check for a missing or unquoted delimiter",
                        raw.cells.len(),
                        header.columns.len()
                    );
                    let issue = self.issue(raw.number, "", "", reason);
                    return Ok(self.send(Item::Error(issue)));
                }
                Ok(self.data(&header, raw))
            }
        }
    }

    fn end(&mut self) -> Result<Step, SourceError> {
        self.decide()
    }

    fn notice(&mut self, sheet: &str, reason: String) -> Step {
        let issue = RowIssue {
            sheet: sheet.to_owned(),
            reason,
            ..RowIssue::default()
        };
        self.send(Item::Notice(issue))
    }
}

fn bounds(path: &str, rows: &HeaderRows) -> Result<(u64, u64), SourceError> {
    rows.bounds().ok_or_else(|| SourceError::Format {
        path: path.to_owned(),
        reason: "`header` in [file] names no row; rows are counted from 1".to_owned(),
    })
}

/// The first rows of a sheet, as they stand there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// The sheet; empty for a CSV file.
    pub sheet: String,
    /// Rows that are not empty, with their numbers; every cell of a merged region has the region's text.
    pub rows: Vec<(u64, Vec<String>)>,
    /// The merged regions that begin within these rows.
    pub merged: Vec<Merged>,
}

/// Collects previews.
pub(super) struct Previews {
    rows: usize,
    pub(super) sheets: Vec<Preview>,
}

impl Previews {
    pub(super) const fn new(rows: usize) -> Self {
        Self {
            rows,
            sheets: vec![],
        }
    }
}

impl Visit for Previews {
    fn begin(&mut self, sheet: &str, fill: Fill, _must: bool) {
        self.sheets.push(Preview {
            sheet: sheet.to_owned(),
            rows: vec![],
            merged: match fill {
                Fill::Right => vec![],
                Fill::Merged(regions) => regions,
            },
        });
    }

    fn row(&mut self, raw: Raw) -> Result<Step, SourceError> {
        let Some(preview) = self.sheets.last_mut() else {
            return Ok(Step::NextSheet);
        };
        if preview.rows.len() >= self.rows {
            return Ok(Step::NextSheet);
        }
        let cells = raw.cells.iter().map(str::to_owned).collect();
        preview.rows.push((raw.number, cells));
        Ok(Step::On)
    }

    fn end(&mut self) -> Result<Step, SourceError> {
        let Some(preview) = self.sheets.last_mut() else {
            return Ok(Step::On);
        };
        let last = preview.rows.last().map_or(0, |row| row.0);
        preview
            .merged
            .retain(|region| u64::from(region.start.0) < last);
        for region in &preview.merged {
            let (top, first) = (u64::from(region.start.0) + 1, region.start.1 as usize);
            let text = preview
                .rows
                .iter()
                .find(|row| row.0 == top)
                .and_then(|row| row.1.get(first))
                .cloned()
                .unwrap_or_default();
            for (_, cells) in preview.rows.iter_mut().filter(|row| region.has_row(row.0)) {
                let places = cells.iter_mut().enumerate();
                for (_, cell) in
                    places.filter(|(place, cell)| region.has_column(*place) && cell.is_empty())
                {
                    text.clone_into(cell);
                }
            }
        }
        Ok(Step::On)
    }

    fn notice(&mut self, _sheet: &str, _reason: String) -> Step {
        Step::On
    }
}
