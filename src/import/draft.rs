//! What rows say, as actions on a history.

use std::collections::BTreeMap;

use nianlun_aggregates::Span;
use nianlun_aggregates::history::{Action, Assertion, Change};

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
}

/// What the rows of one subject say, in their order.
pub fn drafts<C: Change>(
    mapping: &Mapping,
    rows: &[&Row],
    read: Reader<C>,
    issues: &mut Vec<Issue>,
) -> Vec<Draft<C>> {
    let mut drafts = vec![];
    for row in rows {
        for output in mapping
            .outputs
            .iter()
            .filter(|output| row.meets(&output.when))
        {
            match action(row, output, &mapping.tables, read) {
                Ok(Some(action)) => drafts.push(Draft {
                    rows: vec![row.number],
                    action,
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

fn action<C: Change>(
    row: &Row,
    output: &Output,
    tables: &Tables,
    read: Reader<C>,
) -> Result<Option<Action<C>>, Issue> {
    let fields = fields(row, &output.fields, tables)?;
    let made = |word: &str, fields: &Fields| {
        (read.change)(word, fields).map_err(|error| misread(row, output, &error))
    };
    if let Some(event) = &output.event {
        let Some(word) = row.value(event, tables)? else {
            return Ok(None);
        };
        let on = date(row, output.on.as_ref(), tables)?.unwrap_or(Span::Unknown);
        return Ok(Some(Action::Record(vec![Assertion {
            on,
            change: made(&word, &fields)?,
        }])));
    }
    let opening = match (&output.opens, date(row, output.from.as_ref(), tables)?) {
        (Some(word), Some(on)) => Some(Assertion {
            on,
            change: made(word, &fields)?,
        }),
        _ => None,
    };
    let end = match (&output.ends, date(row, output.to.as_ref(), tables)?) {
        (Some(word), Some(on)) => Some(Assertion {
            on,
            change: end_change(row, output, tables, word, &fields, read)?,
        }),
        _ => None,
    };
    Ok(match (opening, end) {
        (Some(opening), Some(end)) => Some(Action::RecordSpell { opening, end }),
        (Some(single), None) | (None, Some(single)) => Some(Action::Record(vec![single])),
        (None, None) => None,
    })
}

/// The end takes its own fields and, of the opening's, those that it knows: a graduation takes the carrier, not the programme.
fn end_change<C: Change>(
    row: &Row,
    output: &Output,
    tables: &Tables,
    word: &str,
    opening: &Fields,
    read: Reader<C>,
) -> Result<C, Issue> {
    let mut fields = fields(row, &output.on_end, tables)?;
    let (_, takes) = read
        .forms
        .find(word)
        .map_err(|error| misread(row, output, &error))?;
    for name in takes.iter().map(|name| name.trim_end_matches('?')) {
        if fields.first(name).is_none() {
            for value in opening.all(name) {
                fields.add(name, value);
            }
        }
    }
    (read.change)(word, &fields).map_err(|error| misread(row, output, &error))
}

fn fields(row: &Row, mapped: &BTreeMap<String, Value>, tables: &Tables) -> Result<Fields, Issue> {
    let mut fields = Fields::default();
    for (name, value) in mapped {
        for text in row.values(value, tables)? {
            fields.add(name, text);
        }
    }
    Ok(fields)
}

fn date(row: &Row, value: Option<&Value>, tables: &Tables) -> Result<Option<Span>, Issue> {
    value.map_or(Ok(None), |value| row.date(value, tables))
}

/// An error in a field, told by the column from which the field came.
fn misread(row: &Row, output: &Output, error: &FieldError) -> Issue {
    let mapped = output
        .fields
        .get(&error.field)
        .or_else(|| output.on_end.get(&error.field));
    let column = match mapped {
        Some(Value::Cells(cells)) => cells.column.clone().unwrap_or_else(|| error.field.clone()),
        _ => error.field.clone(),
    };
    let mend = if error.mend.is_empty() {
        String::new()
    } else {
        format!("; {}", error.mend)
    };
    row.error(&column, &error.value, format!("{}{mend}", error.reason))
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
