//! What rows say, as actions on a history.

use std::collections::BTreeMap;

use nianlun_aggregates::Span;
use nianlun_aggregates::history::{Action, Assertion, Change};

use uuid::Uuid;

use super::cells::{Row, Tables};
use super::mapping::{Mapping, Output, Touching, Value};
use super::report::Issue;
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
    /// The rows, ascending.
    pub rows: Vec<u64>,
    /// What to record.
    pub action: Action<C>,
    /// The carriers and clusters that it names, as the rows write them.
    pub places: Vec<PlaceWord>,
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
    rows: &[(&Row, Implied<'_>)],
    reader: Reader<C>,
    issues: &mut Vec<Issue>,
) -> Vec<Draft<C>> {
    let mut drafts = vec![];
    for (row, implied) in rows {
        let outputs = mapping.outputs.iter();
        for output in outputs.filter(|output| row.meets(&output.when)) {
            let tables = &mapping.tables;
            let saying = Saying {
                row,
                output,
                tables,
                reader,
                implied: *implied,
            };
            match saying.action() {
                Ok(Some(action)) => drafts.push(Draft {
                    rows: vec![row.number],
                    action,
                    places: saying.places(),
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
struct Saying<'a, C> {
    row: &'a Row,
    output: &'a Output,
    tables: &'a Tables,
    reader: Reader<C>,
    implied: Implied<'a>,
}

impl<C: Change> Saying<'_, C> {
    fn action(&self) -> Result<Option<Action<C>>, Issue> {
        let fields = self.fields(&self.output.fields)?;
        if let Some(event) = &self.output.event {
            let Some(word) = self.row.value(event, self.tables)? else {
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

    fn change(&self, word: &str, mut fields: Fields) -> Result<C, Issue> {
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
    fn end(&self, word: &str, opening: &Fields) -> Result<C, Issue> {
        let mut fields = self.fields(&self.output.on_end)?;
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

    fn fields(&self, mapped: &BTreeMap<String, Value>) -> Result<Fields, Issue> {
        let mut fields = Fields::default();
        for (name, value) in mapped {
            // `from` and `to` are the dates of a period here; an event's own fields of these names carry a prefix.
            let name = name.strip_prefix("field_").unwrap_or(name);
            for text in self.row.values(value, self.tables)? {
                fields.add(name, text);
            }
        }
        Ok(fields)
    }

    fn date(&self, value: Option<&Value>) -> Result<Option<Span>, Issue> {
        value.map_or(Ok(None), |value| self.row.date(value, self.tables))
    }

    /// The carriers and clusters that the fields name, with the words and columns they came from.
    fn places(&self) -> Vec<PlaceWord> {
        let fields = self.fields(&self.output.fields).unwrap_or_default();
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
        self.row
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
        before.rows.extend(draft.rows);
        before.rows.sort_unstable();
        before.action = match draft.action {
            Action::RecordSpell { end, .. } => Action::RecordSpell { opening, end },
            _ => Action::Record(vec![opening]),
        };
    }
    joined.sort_by_key(|draft| draft.rows.first().copied());
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
