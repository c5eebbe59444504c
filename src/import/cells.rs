//! Values of a row.

use std::collections::BTreeMap;
use std::sync::Arc;

use nianlun_aggregates::Span;

use super::dates::{date_with, find_date, says_nothing, season};
use super::mapping::{Around, Cells, Condition, DateKind, Value, placeholders};
use super::report::{Issue, Severity};
use super::source::{Header, Row};
use crate::intake::{quantity, unit_of_heading};

/// A table of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// The name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the file, in hexadecimal.
    pub digest: String,
    /// Its sheet, columns and title.
    pub header: Arc<Header>,
}

/// A row with the table that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The table.
    pub table: Arc<Table>,
    /// The row.
    pub row: Row,
}

/// Value tables of a mapping.
pub type Tables = BTreeMap<String, BTreeMap<String, String>>;

impl Line {
    /// An error of this row.
    pub fn error(&self, column: &str, value: &str, reason: impl Into<String>) -> Issue {
        self.issue(Severity::Error, column, value, reason.into())
    }

    /// A notice of this row.
    pub fn notice(&self, column: &str, value: &str, reason: impl Into<String>) -> Issue {
        self.issue(Severity::Notice, column, value, reason.into())
    }

    fn issue(&self, severity: Severity, column: &str, value: &str, reason: String) -> Issue {
        Issue {
            file: self.table.file.as_str().into(),
            sheet: self.table.header.sheet.as_str().into(),
            row: self.row.number,
            severity,
            column: column.to_owned(),
            value: value.to_owned(),
            reason,
        }
    }

    fn cell(&self, column: &str) -> Option<&str> {
        self.row.cell(column)
    }

    /// Whether another row of the same table has the same words in these columns.
    pub fn same_words(&self, other: &Self, columns: &[String]) -> bool {
        Arc::ptr_eq(&self.table, &other.table)
            && columns
                .iter()
                .all(|column| self.cell(column) == other.cell(column))
    }

    /// Whether the cells are as an output wants them.
    pub fn meets(&self, conditions: &BTreeMap<String, Condition>) -> bool {
        let fits_one = |cell: Option<&str>, wanted: &str| match wanted {
            "" => cell.is_none(),
            wanted => cell.is_some_and(|cell| cell == wanted || fits(wanted, cell)),
        };
        let is = |cell: Option<&str>, wanted: &str| match wanted.strip_prefix('!') {
            Some(unwanted) => !fits_one(cell, unwanted),
            None => fits_one(cell, wanted),
        };
        conditions
            .iter()
            .all(|(column, condition)| match condition {
                Condition::One(wanted) => is(self.cell(column), wanted),
                Condition::Any(wanted) => wanted.iter().any(|wanted| is(self.cell(column), wanted)),
            })
    }

    /// All values of a mapped value; none if absent.
    ///
    /// # Errors
    /// An [`Issue`] if a cell is not in the table.
    pub fn values(&self, value: &Value, tables: &Tables) -> Result<Vec<String>, Issue> {
        let cells = match value {
            Value::Constant(constant) => return Ok(vec![constant.clone()]),
            Value::Cells(cells) => cells,
        };
        let Some(raw) = self.raw(cells).map(|raw| cut(&raw, cells.until.as_deref())) else {
            return Ok(cells.default.iter().cloned().collect());
        };
        let parts: Vec<_> = match &cells.split {
            Some(split) => raw
                .split(split.as_str())
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
            None => vec![raw],
        };
        let Some(name) = &cells.table else {
            return Ok(parts);
        };
        let table = tables.get(name);
        let looked_up = parts.into_iter().map(|part| {
            table
                .and_then(|table| look_up(table, &part))
                .map(str::to_owned)
                .ok_or_else(|| {
                    self.error(
                        &column_of(cells),
                        &part,
                        format!("not in table {name} of the mapping; add it there"),
                    )
                })
        });
        looked_up.collect()
    }

    /// The only value of a mapped value; `None` if absent.
    ///
    /// # Errors
    /// An [`Issue`] if a cell is not in the table.
    pub fn value(&self, value: &Value, tables: &Tables) -> Result<Option<String>, Issue> {
        Ok(self.values(value, tables)?.into_iter().next())
    }

    /// A mapped value as a date; `None` if absent.
    ///
    /// # Errors
    /// An [`Issue`] if it cannot be read.
    pub fn date(&self, value: &Value, tables: &Tables) -> Result<Option<Span>, Issue> {
        let Some(text) = self.value(value, tables)? else {
            return Ok(None);
        };
        let cells = match value {
            Value::Constant(_) => &Cells::default(),
            Value::Cells(cells) => cells.as_ref(),
        };
        let column = column_of(cells);
        let read = if cells.within {
            find_date(&text).ok_or_else(|| {
                self.error(
                    &column,
                    &text,
                    "no date stands in it; write one such as 2016年3月, or give `observed_on` another source",
                )
            })?
        } else {
            match date_with(&text, &cells.formats) {
                Ok(Some(read)) => read,
                Ok(None) => return Ok(None),
                Err(error) => return Err(self.error(&column, &text, error.to_string())),
            }
        };
        let bound = |span: Span| {
            span.latest()
                .ok_or_else(|| self.error(&column, &text, "not known to any day"))
        };
        Ok(Some(match cells.kind {
            None => read,
            Some(DateKind::By) => Span::By(bound(read)?),
            Some(DateKind::Season) => {
                let months = cells.months.unwrap_or(1);
                season(read, months).ok_or_else(|| {
                    self.error(
                        &column,
                        &text,
                        "cannot begin a season; write a month or a day",
                    )
                })?
            }
            Some(DateKind::Between) => {
                let seen = bound(read)?;
                let after = cells
                    .after
                    .as_ref()
                    .and_then(|after| Some((after, self.cell(after)?)));
                let before = match after {
                    Some((name, before)) => date_with(before, &cells.formats)
                        .map_err(|error| self.error(name, before, error.to_string()))?
                        .map(|read| (name, before, read)),
                    None => None,
                };
                match before {
                    None => Span::By(seen),
                    Some((name, before, read)) => {
                        let not_yet = read
                            .latest()
                            .ok_or_else(|| self.error(name, before, "not known to any day"))?;
                        Span::between(not_yet, seen)
                            .map_err(|error| self.error(name, before, error.to_string()))?
                    }
                }
            }
        }))
    }

    /// What a cell says of a field: an area, amount or figure with the unit of its column, a date in the grammar of dates;
    /// `None` if it holds a mark for nothing. Other fields are taken as they are.
    ///
    /// # Errors
    /// An [`Issue`] if it cannot be read.
    pub fn stated(
        &self,
        field: &str,
        value: &Value,
        text: String,
    ) -> Result<Option<String>, Issue> {
        let Value::Cells(cells) = value else {
            return Ok(Some(text));
        };
        let wrong = |reason: String| self.error(&column_of(cells), &text, reason);
        match field {
            "area" | "amount" | "quantity" => {
                if says_nothing(&text) {
                    return Ok(None);
                }
                let Some(unit) = cells.column.as_deref().and_then(unit_of_heading) else {
                    return Ok(Some(text));
                };
                let read = quantity(&text, Some(unit)).map_err(|error| wrong(error.to_string()))?;
                Ok(Some(read.to_string()))
            }
            "planned_end" | "valid_until" | "period" => {
                let read = date_with(&text, &cells.formats);
                let read = read.map_err(|error| wrong(error.to_string()))?;
                Ok(read.map(|read| read.to_string()))
            }
            _ => Ok(Some(text)),
        }
    }

    fn raw(&self, cells: &Cells) -> Option<String> {
        if let Some(column) = &cells.column {
            return self.cell(column).map(str::to_owned);
        }
        if let Some(around) = cells.of {
            let text = match around {
                Around::Sheet => &self.table.header.sheet,
                Around::File => &self.table.file,
                Around::Title => &self.table.header.title,
            };
            return (!text.is_empty()).then(|| text.clone());
        }
        let template = cells.template.as_ref()?;
        let names = placeholders(template);
        names.iter().any(|name| self.cell(name).is_some()).then(|| {
            let filled = names.iter().fold(template.clone(), |text, name| {
                text.replace(&format!("{{{name}}}"), self.cell(name).unwrap_or_default())
            });
            filled.split_whitespace().collect::<Vec<_>>().join(" ")
        })
    }
}

/// What stands before the first occurrence of a mark; all of it if there is none.
fn cut(raw: &str, mark: Option<&str>) -> String {
    mark.and_then(|mark| raw.split_once(mark))
        .map_or(raw, |(before, _)| before.trim())
        .to_owned()
}

fn column_of(cells: &Cells) -> String {
    cells
        .column
        .clone()
        .or_else(|| cells.template.clone())
        .or_else(|| cells.of.map(|around| format!("{around:?}").to_lowercase()))
        .unwrap_or_default()
}

/// Whether a word begins (`60*`) or ends (`*.BJ`) as a pattern says.
fn fits(pattern: &str, word: &str) -> bool {
    pattern
        .strip_suffix('*')
        .is_some_and(|prefix| word.starts_with(prefix))
        || pattern
            .strip_prefix('*')
            .is_some_and(|suffix| word.ends_with(suffix))
}

/// Exact, or the longest prefix (`60*`) or suffix (`*.BJ`).
fn look_up<'a>(table: &'a BTreeMap<String, String>, word: &str) -> Option<&'a str> {
    if let Some(exact) = table.get(word) {
        return Some(exact);
    }
    let longest = table
        .keys()
        .filter(|pattern| fits(pattern, word))
        .max_by_key(|pattern| (pattern.len(), pattern.as_str()))?;
    table.get(longest).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[(&str, &str)]) -> Line {
        let columns = cells.iter().map(|(column, _)| (*column).to_owned());
        let header = Arc::new(Header::new(
            "名单",
            columns.collect(),
            "2016年3月在孵企业名单",
        ));
        let table = Arc::new(Table {
            file: "t.csv".to_owned(),
            digest: String::new(),
            header: Arc::clone(&header),
        });
        let cells = cells.iter().map(|(_, cell)| (*cell).to_owned());
        let row = Row::new(header, 7, cells, vec![]);
        Line { table, row }
    }

    #[test]
    fn what_stands_around_a_row_is_a_value_too() {
        let of = |around| {
            Value::Cells(Box::new(Cells {
                of: Some(around),
                within: true,
                ..Cells::default()
            }))
        };
        let row = row(&[]);
        assert_eq!(
            row.value(&of(Around::Sheet), &tables()),
            Ok(Some("名单".to_owned()))
        );
        let title = row.date(&of(Around::Title), &tables()).unwrap().unwrap();
        assert_eq!(title.to_string(), "2016-03");
        assert!(row.date(&of(Around::File), &tables()).is_err());
    }

    fn cells(edit: impl FnOnce(&mut Cells)) -> Value {
        let mut cells = Cells {
            column: Some("x".to_owned()),
            ..Cells::default()
        };
        edit(&mut cells);
        Value::Cells(Box::new(cells))
    }

    fn tables() -> Tables {
        let board = [
            ("60*", "SSE"),
            ("*.BJ", "BSE"),
            ("002*", "SME"),
            ("0*", "SZSE"),
        ];
        [(
            "board".to_owned(),
            board.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        )]
        .into()
    }

    #[test]
    fn a_table_takes_the_exact_word_then_the_longest_pattern() {
        let board = cells(|cells| cells.table = Some("board".to_owned()));
        for (code, expected) in [
            ("600000.SH", "SSE"),
            ("920017.BJ", "BSE"),
            ("002030.SZ", "SME"),
            ("000001.SZ", "SZSE"),
        ] {
            assert_eq!(
                row(&[("x", code)]).value(&board, &tables()),
                Ok(Some(expected.to_owned())),
                "{code}"
            );
        }
    }

    #[test]
    fn a_word_that_is_in_no_table_is_an_error_of_the_row() {
        let board = cells(|cells| cells.table = Some("board".to_owned()));
        let issue = row(&[("x", "T1")]).value(&board, &tables()).unwrap_err();
        assert_eq!(
            (issue.row, issue.column.as_str(), issue.value.as_str()),
            (7, "x", "T1")
        );
    }

    #[test]
    fn a_cell_can_be_cut_at_a_mark() {
        let cut = cells(|cells| cells.until = Some(".".to_owned()));
        assert_eq!(
            row(&[("x", "920017.BJ")]).value(&cut, &tables()),
            Ok(Some("920017".to_owned()))
        );
        assert_eq!(
            row(&[("x", "920017")]).value(&cut, &tables()),
            Ok(Some("920017".to_owned()))
        );
    }

    #[test]
    fn a_condition_can_be_a_beginning_or_an_ending() {
        let when = |word: &str| [("x".to_owned(), Condition::One(word.to_owned()))].into();
        let beijing = row(&[("x", "920017.BJ")]);
        assert!(
            beijing.meets(&when("*.BJ"))
                && beijing.meets(&when("92*"))
                && beijing.meets(&when("*"))
        );
        assert!(!beijing.meets(&when("*.SZ")) && !beijing.meets(&when("92")));
        assert!(
            beijing.meets(&when("!*.SZ"))
                && !beijing.meets(&when("!*.BJ"))
                && !row(&[]).meets(&when("!"))
        );
    }

    #[test]
    fn an_empty_cell_is_absent_and_can_have_a_default() {
        assert_eq!(row(&[]).value(&cells(|_| ()), &tables()), Ok(None));
        assert_eq!(
            row(&[]).value(
                &cells(|cells| cells.default = Some("d".to_owned())),
                &tables()
            ),
            Ok(Some("d".to_owned()))
        );
    }

    #[test]
    fn a_cell_can_hold_several_values() {
        let split = cells(|cells| cells.split = Some("|".to_owned()));
        assert_eq!(
            row(&[("x", "a | b|")]).values(&split, &tables()),
            Ok(vec!["a".to_owned(), "b".to_owned()])
        );
    }

    #[test]
    fn a_date_between_observations_falls_back_to_by() {
        let between = cells(|cells| {
            cells.kind = Some(DateKind::Between);
            cells.after = Some("y".to_owned());
        });
        let text = |row: Line| row.date(&between, &tables()).unwrap().unwrap().to_string();
        assert_eq!(
            text(row(&[("x", "2022-04-02"), ("y", "2021-12-02")])),
            "between 2021-12-02..2022-04-02"
        );
        assert_eq!(text(row(&[("x", "2021-12-02")])), "by 2021-12-02");
    }

    #[test]
    fn conditions_hold_together() {
        let when = |pairs: &[(&str, Condition)]| {
            pairs
                .iter()
                .map(|(column, condition)| ((*column).to_owned(), condition.clone()))
                .collect()
        };
        let seen = row(&[("status", "retired")]);
        assert!(seen.meets(&when(&[
            (
                "status",
                Condition::Any(vec!["graduated".into(), "retired".into()])
            ),
            ("end", Condition::One(String::new()))
        ])));
        assert!(!seen.meets(&when(&[("end", Condition::One("*".to_owned()))])));
    }
}
