//! What rows say, as actions on a history.

use std::collections::BTreeMap;
use std::sync::Arc;

use nianlun_aggregates::Span;
use nianlun_aggregates::history::{Action, Assertion, Change};

use uuid::Uuid;

use super::cells::{Line, Table, Tables};
use super::mapping::{Mapping, Output, Touching, Value};
use super::report::{Issue, Severity};
use crate::intake::{FieldError, Fields, Forms};

/// Reads events of a kind of subject from their fields.
#[derive(Debug)]
pub struct Reader<C> {
    /// The events and the fields that they take.
    pub forms: Forms,
    /// Reads one.
    pub change: fn(&str, &Fields) -> Result<C, FieldError>,
}

impl<C> Clone for Reader<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Reader<C> {}

/// Something to record, with the rows that say so.
#[derive(Clone, Debug)]
pub struct Draft<C> {
    /// Where it comes from.
    pub origin: Origin,
    /// What to record.
    pub action: Action<C>,
    /// The carriers and clusters that it names, as the rows write them.
    pub places: Vec<PlaceWord>,
}

impl<C: Change> Draft<C> {
    /// Whether it begins a record.
    pub fn registers(&self) -> bool {
        matches!(&self.action, Action::Record(assertions) if assertions.iter().any(|said| said.change.registers()))
    }
}

/// Where something comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The table; `None` for what the mapping itself declares.
    pub table: Option<Arc<Table>>,
    /// The rows, ascending.
    pub rows: Vec<u64>,
    /// The columns of theirs that formulas computed.
    pub computed: Vec<String>,
    /// The key of the row, or of the list.
    pub key: Option<String>,
}

impl Origin {
    /// A row.
    pub fn of(line: &Line) -> Self {
        Self {
            table: Some(Arc::clone(&line.table)),
            rows: vec![line.row.number],
            computed: line.row.computed().map(str::to_owned).collect(),
            key: None,
        }
    }

    /// Whether it begins with this row.
    pub fn is_of(&self, line: &Line) -> bool {
        let table = self.table.as_ref();
        table.is_some_and(|table| Arc::ptr_eq(table, &line.table))
            && self.rows.first() == Some(&line.row.number)
    }

    /// An issue of it.
    pub fn issue(&self, severity: Severity, column: &str, value: &str, reason: String) -> Issue {
        let table = self.table.as_ref();
        Issue {
            file: table.map_or("", |table| &table.file).into(),
            sheet: table.map_or("", |table| &table.header.sheet).into(),
            row: self.rows.first().copied().unwrap_or_default(),
            severity,
            column: column.to_owned(),
            value: value.to_owned(),
            reason,
        }
    }
}

/// A carrier or cluster as a row writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceWord {
    /// Which it is.
    pub id: Uuid,
    /// In which column.
    pub column: String,
    /// In what words.
    pub word: String,
}

/// A field that every event gets that takes it and has none: the code by which the rows name their carrier or cluster.
pub type Implied<'a> = Option<(&'static str, &'a str)>;

/// What the rows of one subject say, in their order.
pub fn drafts<C: Change>(
    mapping: &Mapping,
    lines: &[(&Line, Implied<'_>)],
    reader: Reader<C>,
    issues: &mut Vec<Issue>,
) -> Vec<Draft<C>> {
    let mut drafts = vec![];
    for (line, implied) in lines {
        let key = match mapping
            .row_key
            .as_ref()
            .map(|key| line.value(key, &mapping.tables))
        {
            Some(Ok(None)) => {
                issues.push(line.error(
                    "row_key",
                    "",
                    "the row has no key; fill the cells that make it",
                ));
                continue;
            }
            Some(Err(issue)) => {
                issues.push(issue);
                continue;
            }
            Some(Ok(key)) => key,
            None => None,
        };
        for output in &mapping.outputs {
            let saying = Saying {
                line,
                output,
                tables: &mapping.tables,
                reader,
                implied: *implied,
            };
            // What has no date of its own in a roster, the comparison of lists dates.
            let undated = mapping.roster.is_some() && output.on.is_none();
            if undated || !line.meets(&output.when) {
                continue;
            }
            let said = saying.fields().and_then(|fields| {
                let places = saying.places(&fields);
                Ok(saying.action(fields)?.map(|action| (action, places)))
            });
            match said {
                Ok(Some((action, places))) => drafts.push(Draft {
                    origin: Origin {
                        key: key.clone(),
                        ..Origin::of(line)
                    },
                    action,
                    places,
                }),
                Ok(None) => {}
                Err(issue) => issues.push(issue),
            }
        }
    }
    match mapping.touching {
        Touching::Apart => drafts,
        Touching::Join => join(drafts),
    }
}

/// What one output makes of one row.
pub struct Saying<'a, C> {
    /// The row.
    pub line: &'a Line,
    /// The output.
    pub output: &'a Output,
    /// The mapping's tables.
    pub tables: &'a Tables,
    /// Reads events.
    pub reader: Reader<C>,
    /// What every event gets.
    pub implied: Implied<'a>,
}

impl<C: Change> Saying<'_, C> {
    fn action(&self, fields: Fields) -> Result<Option<Action<C>>, Issue> {
        if let Some(event) = &self.output.event {
            let Some(word) = self.line.value(event, self.tables)? else {
                return Ok(None);
            };
            let on = self.date(self.output.on.as_ref())?.unwrap_or(Span::Unknown);
            let change = self.change(&word, fields)?;
            return Ok(Some(Action::Record(vec![Assertion { on, change }])));
        }
        let opening = match (&self.output.opens, self.date(self.output.from.as_ref())?) {
            (Some(word), Some(on)) => Some(Assertion {
                on,
                change: self.change(word, fields.clone())?,
            }),
            _ => None,
        };
        let end = match (&self.output.ends, self.date(self.output.to.as_ref())?) {
            (Some(word), Some(on)) => Some(Assertion {
                on,
                change: self.end(word, &fields)?,
            }),
            _ => None,
        };
        Ok(match (opening, end) {
            (Some(opening), Some(end)) => Some(Action::RecordSpell { opening, end }),
            (Some(single), None) | (None, Some(single)) => Some(Action::Record(vec![single])),
            (None, None) => None,
        })
    }

    /// The fields that the output gives its events.
    pub fn fields(&self) -> Result<Fields, Issue> {
        self.mapped(&self.output.fields)
    }

    /// Reads an event.
    pub fn change(&self, word: &str, mut fields: Fields) -> Result<C, Issue> {
        let takes = self.takes(word)?;
        if let Some((name, value)) = self
            .implied
            .filter(|(name, _)| fields.first(name).is_none() && takes.contains(name))
        {
            fields.add(name, value);
        }
        (self.reader.change)(word, &fields).map_err(|error| self.misread(&error))
    }

    /// The end takes its own fields and, of the opening's, those that it knows: a graduation takes the carrier, not the
    /// programme.
    pub fn end(&self, word: &str, opening: &Fields) -> Result<C, Issue> {
        let mut fields = self.mapped(&self.output.on_end)?;
        for name in self.takes(word)? {
            if fields.first(name).is_none() {
                opening.all(name).for_each(|value| fields.add(name, value));
            }
        }
        self.change(word, fields)
    }

    /// The names of the fields that an event takes.
    fn takes(&self, word: &str) -> Result<Vec<&'static str>, Issue> {
        let (_, takes) = self
            .reader
            .forms
            .find(word)
            .map_err(|error| self.misread(&error))?;
        Ok(takes
            .iter()
            .map(|name| name.trim_end_matches('?'))
            .collect())
    }

    fn mapped(&self, mapped: &BTreeMap<String, Value>) -> Result<Fields, Issue> {
        let mut fields = Fields::default();
        for (name, value) in mapped {
            // `from` and `to` are the dates of a period here; an event's own fields of these names carry a prefix.
            let name = name.strip_prefix("field_").unwrap_or(name);
            for text in self.line.values(value, self.tables)? {
                if let Some(text) = self.line.stated(name, value, text)? {
                    fields.add(name, text);
                }
            }
        }
        Ok(fields)
    }

    fn date(&self, value: Option<&Value>) -> Result<Option<Span>, Issue> {
        value.map_or(Ok(None), |value| self.line.date(value, self.tables))
    }

    /// The carriers and clusters that the fields name, with the words and columns they came from.
    fn places(&self, fields: &Fields) -> Vec<PlaceWord> {
        let named = ["carrier", "parent", "cluster"]
            .into_iter()
            .filter_map(|name| {
                let id = if name == "cluster" {
                    fields.optional_cluster(name)
                } else {
                    fields.optional_carrier(name)
                };
                let word = fields.first(name)?.to_owned();
                Some(PlaceWord {
                    id: id.ok()??,
                    column: self.column(name),
                    word,
                })
            });
        named.collect()
    }

    /// The column from which a field came; the field's name if it is a constant.
    fn column(&self, field: &str) -> String {
        let mapped = self
            .output
            .fields
            .get(field)
            .or_else(|| self.output.on_end.get(field));
        match mapped {
            Some(Value::Cells(cells)) => cells.column.clone().unwrap_or_else(|| field.to_owned()),
            _ => field.to_owned(),
        }
    }

    /// An error in a field, told by the column from which the field came.
    fn misread(&self, error: &FieldError) -> Issue {
        let column = self.column(&error.field);
        let mend = if error.mend.is_empty() {
            String::new()
        } else {
            format!("; {}", error.mend)
        };
        self.line
            .error(&column, &error.value, format!("{}{mend}", error.reason))
    }
}

/// Periods that open the same thing, one ending on the day on which the next starts, become one.
fn join<C: Change>(drafts: Vec<Draft<C>>) -> Vec<Draft<C>> {
    let mut joined: Vec<Draft<C>> = vec![];
    let mut waiting = drafts;
    waiting.sort_by_key(|draft| opening(&draft.action).and_then(|opening| opening.on.latest()));
    for draft in waiting {
        let Some(next) = opening(&draft.action).cloned() else {
            joined.push(draft);
            continue;
        };
        let before = joined.iter_mut().find(|earlier| match &earlier.action {
            Action::RecordSpell { opening, end } => {
                opening.change == next.change && end.on == next.on
            }
            _ => false,
        });
        let Some(before) = before else {
            joined.push(draft);
            continue;
        };
        let Action::RecordSpell { opening, .. } = before.action.clone() else {
            continue;
        };
        before.origin.rows.extend(draft.origin.rows);
        before.origin.rows.sort_unstable();
        before.action = match draft.action {
            Action::RecordSpell { end, .. } => Action::RecordSpell { opening, end },
            _ => Action::Record(vec![opening]),
        };
    }
    joined.sort_by_key(|draft| draft.origin.rows.first().copied());
    joined
}

/// What a draft opens, if it is a period.
fn opening<C: Change>(action: &Action<C>) -> Option<&Assertion<C>> {
    match action {
        Action::RecordSpell { opening, .. } => Some(opening),
        Action::Record(assertions) => assertions.first().filter(|_| assertions.len() == 1),
        _ => None,
    }
}
