//! Rosters (花名册): dated lists of who is there, compared one with the next.
//!
//! Between the last list without a company and the first with it, it came: placed at the latter. Between the last list with it and
//! the first without, it went. Whoever is in the first list was there by then; since when is unknown. All lists of a source are
//! read together, those of earlier imports from what they recorded, so that a late list finds its place.

mod periods;
mod rows;
mod statements;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::{Action, Assertion, Change as _, Sequence};
use nianlun_aggregates::{Day, Span};

use self::rows::Read;
use super::cells::{Line, Table};
use super::draft::{Draft, Origin};
use super::introduce::COMPANIES;
use super::mapping::{Mapping, MissingOnce, Output, Value};
use super::record::{Stored, slot};
use super::report::Issue;
use super::steps::Wanted;
use crate::intake::{Fields, company_change};

/// The lists of one name.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Days of lists that earlier imports have read.
    pub before: BTreeSet<Day>,
    /// Days of the lists in these files.
    pub now: BTreeMap<Day, Filed>,
}

/// A list in a file.
#[derive(Clone, Debug)]
pub struct Filed {
    /// When the source said so, in microseconds, if it is an archive.
    pub asserted: Option<i64>,
    /// Where it stands.
    pub table: Arc<Table>,
}

impl List {
    /// The days of the files' lists in the order in which they came to be known, each time with those known before: one step if
    /// the files are no archive.
    pub fn told(&self) -> Vec<(Option<i64>, BTreeSet<Day>)> {
        let mut by_time: BTreeMap<Option<i64>, Vec<Day>> = BTreeMap::new();
        for (day, filed) in &self.now {
            by_time.entry(filed.asserted).or_default().push(*day);
        }
        let mut known = BTreeSet::new();
        let told = by_time.into_iter().map(|(asserted, days)| {
            known.extend(days);
            (asserted, known.clone())
        });
        told.collect()
    }
}

/// The key under which a list's events are known.
#[must_use]
pub fn key(list: &str) -> String {
    format!("list:{list}")
}

/// What the lists of one name say of one company.
pub struct Roster<'a> {
    mapping: &'a Mapping,
    missing_once: MissingOnce,
    name: &'a str,
    list: &'a List,
    /// What the company's rows say, by day.
    rows: BTreeMap<Day, Vec<Read<'a>>>,
    /// What earlier lists have recorded of it, in the order of its days.
    before: Vec<(Sequence, Assertion<Change>)>,
    /// What is wrong with the rows.
    pub issues: Vec<Issue>,
}

impl<'a> Roster<'a> {
    /// Over the rows of a company in these files, and what earlier lists have recorded.
    pub fn new(
        mapping: &'a Mapping,
        name: &'a str,
        list: &'a List,
        rows: &[(Day, &'a Line)],
        stored: &Stored<Change>,
    ) -> Self {
        let mut issues = vec![];
        let mut before = stored.said(&key(name));
        before.sort_by_key(|(sequence, said)| (said.on.latest(), *sequence));
        let roster = mapping.roster.as_ref();
        Self {
            mapping,
            missing_once: roster.map_or_else(MissingOnce::default, |roster| roster.missing_once),
            name,
            list,
            rows: rows::read(mapping, rows, &mut issues),
            before,
            issues,
        }
    }

    /// What the lists of earlier imports and those of the files on these days say. `registered` is the name under which the company
    /// is registered, which needs no saying.
    pub fn wanted(&self, now: &BTreeSet<Day>, registered: Option<&str>) -> Vec<Wanted<Change>> {
        let days: Vec<Day> = self.list.before.union(now).copied().collect();
        let kept = self.kept(&days);
        let there: BTreeSet<Day> = kept
            .iter()
            .flat_map(|kept| kept.shown.keys())
            .copied()
            .collect();
        let mut wanted: Vec<_> = kept
            .iter()
            .flat_map(|kept| self.periods(kept, &days, &there))
            .collect();
        wanted.extend(self.statements(&days, &there, registered));
        wanted.sort_by(|a, b| {
            let day = |wanted: &Wanted<Change>| wanted.assertion.on.latest();
            (day(a), &a.slot).cmp(&(day(b), &b.slot))
        });
        // Of several periods of one company, each finds the same absence.
        wanted.dedup_by(|a, b| a.assertion == b.assertion);
        wanted
    }

    /// The rows of the files on a day, if the list of that day is read again.
    fn rows_on(&self, day: Day) -> Option<&[Read<'a>]> {
        let read = || self.rows.get(&day).map_or(&[][..], Vec::as_slice);
        self.list.now.contains_key(&day).then(read)
    }

    fn origin(&self, day: Day, line: Option<&Line>) -> Origin {
        // Where no row of the list is meant, the list itself is.
        let list = || Origin {
            table: self
                .list
                .now
                .get(&day)
                .map(|filed| Arc::clone(&filed.table)),
            ..Origin::default()
        };
        Origin {
            key: Some(key(self.name)),
            ..line.map_or_else(list, Origin::of)
        }
    }
}

fn wants(on: Span, change: Change, origin: Origin) -> Wanted<Change> {
    let assertion = Assertion { on, change };
    Wanted {
        slot: slot(&assertion.change),
        draft: Draft {
            origin,
            action: Action::Record(vec![assertion.clone()]),
            places: vec![],
        },
        assertion,
    }
}

/// The outputs that open a period.
fn openings(mapping: &Mapping) -> impl Iterator<Item = &Output> {
    let outputs = mapping.outputs.iter();
    outputs.filter(|output| output.opens.is_some())
}

/// Not yet in the list before, in this one; true by then if there is none before.
fn since(before: Option<Day>, day: Day) -> Span {
    before.map_or(Span::By(day), |before| {
        Span::between(before, day).unwrap_or(Span::Day(day))
    })
}

/// Whether an output opens with such an event.
fn opens(output: &Output, change: &Change) -> bool {
    let word = output.opens.as_deref().unwrap_or_default();
    let same_event = change.wording().is_called(word);
    // Of presence, one event is both: the one that is not its own end.
    same_event && end_of(output, change).is_some_and(|end| end != *change)
}

/// The end of what an opening opens: it takes the fields that it knows, and the constants that the output gives it.
fn end_of(output: &Output, opening: &Change) -> Option<Change> {
    let word = output.ends.as_deref()?;
    let (_, takes) = COMPANIES.forms.find(word).ok()?;
    let stored = serde_json::to_value(opening).ok()?;
    let said = stored.as_object()?.values().next()?.as_object()?;
    let mut fields = Fields::default();
    for name in takes {
        let name = name.trim_end_matches('?');
        match (output.on_end.get(name), said.get(name)) {
            (Some(Value::Constant(constant)), _) => fields.add(name, constant.clone()),
            (None, Some(serde_json::Value::String(text))) => fields.add(name, text.clone()),
            (None, Some(serde_json::Value::Bool(truth))) => fields.add(name, truth.to_string()),
            _ => {}
        }
    }
    company_change(word, &fields).ok()
}
