//! Rosters (花名册): dated lists of who is there, compared one with the next.
//!
//! Between the last list without a company and the first with it, it came: placed at the latter. Between the last list with it and
//! the first without, it went. Whoever is in the first list was there by then; since when is unknown. All lists of a source are
//! read together, those of earlier imports from what they recorded, so that a late list finds its place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::{Action, Assertion, Change as _, History, Sequence};
use nianlun_aggregates::{Day, Span, Text};

use super::cells::{Line, Table};
use super::draft::{Draft, Origin, Saying};
use super::introduce::COMPANIES;
use super::mapping::{Mapping, MissingOnce, Output, Value};
use super::record::{Stored, Wanted, slot};
use super::report::Issue;
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
    /// All days, as far as the lists of the files go up to a day.
    fn days(&self, until: Day) -> BTreeSet<Day> {
        let now = self.now.keys().filter(|day| **day <= until);
        self.before.iter().chain(now).copied().collect()
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
    /// The company's rows by day.
    rows: BTreeMap<Day, Vec<&'a Line>>,
    before: Vec<(Sequence, Assertion<Change>)>,
    registered: Option<Text>,
}

/// A period that lists can show.
struct Kept {
    end: Change,
    /// The days on which it is shown, with its opening as that day's list says it.
    shown: BTreeMap<Day, (Change, Option<Origin>)>,
}

impl<'a> Roster<'a> {
    /// Over the rows of a company in these files, and what earlier lists have recorded.
    pub fn new(
        mapping: &'a Mapping,
        name: &'a str,
        list: &'a List,
        rows: &'a [(Day, Line)],
        stored: &Stored<Change>,
    ) -> Self {
        let mut by_day: BTreeMap<Day, Vec<&Line>> = BTreeMap::new();
        for (day, line) in rows {
            by_day.entry(*day).or_default().push(line);
        }
        Self {
            mapping,
            missing_once: mapping
                .roster
                .as_ref()
                .map_or_else(MissingOnce::default, |roster| roster.missing_once),
            name,
            list,
            rows: by_day,
            before: stored.said(&key(name)),
            registered: registered(&stored.history),
        }
    }

    /// What all lists up to a day say.
    pub fn wanted(&self, until: Day, issues: &mut Vec<Issue>) -> Vec<Wanted<Change>> {
        let days: Vec<_> = self.list.days(until).into_iter().collect();
        let kept = self.kept(&days, issues);
        let there: BTreeSet<Day> = kept
            .iter()
            .flat_map(|kept| kept.shown.keys())
            .copied()
            .collect();
        let mut wanted: Vec<_> = kept
            .iter()
            .flat_map(|kept| self.periods(kept, &days))
            .collect();
        wanted.extend(self.statements(&days, &there, issues));
        wanted.sort_by(|a, b| {
            let day = |wanted: &Wanted<Change>| wanted.assertion.on.latest();
            (day(a), &a.slot).cmp(&(day(b), &b.slot))
        });
        wanted
    }

    fn opening_outputs(&self) -> impl Iterator<Item = &'a Output> + use<'a> {
        let outputs = self.mapping.outputs.iter();
        outputs.filter(|output| output.opens.is_some())
    }

    /// The periods, each with the days on which lists show it.
    fn kept(&self, days: &[Day], issues: &mut Vec<Issue>) -> Vec<Kept> {
        let mut kept: Vec<Kept> = vec![];
        let mut show = |end: Change, day: Day, opening: Change, origin: Option<Origin>| {
            let place = kept.iter().position(|kept| kept.end == end);
            let place = place.unwrap_or_else(|| {
                kept.push(Kept {
                    end,
                    shown: BTreeMap::new(),
                });
                kept.len() - 1
            });
            kept[place].shown.entry(day).or_insert((opening, origin));
        };
        for (opening, end, shown) in self.shown_before(days) {
            for day in shown {
                show(end.clone(), day, opening.clone(), None);
            }
        }
        for (day, lines) in self.rows.iter().filter(|(day, _)| days.contains(day)) {
            for (line, output) in lines
                .iter()
                .flat_map(|line| self.opening_outputs().map(move |output| (*line, output)))
            {
                if !line.meets(&output.when) {
                    continue;
                }
                let saying = self.saying(line, output);
                let opening = saying.fields().and_then(|fields| {
                    saying.change(output.opens.as_deref().unwrap_or_default(), fields)
                });
                match opening {
                    Ok(opening) => {
                        if let Some(end) = end_of(output, &opening) {
                            show(end, *day, opening, Some(self.origin(line)));
                        }
                    }
                    Err(issue) => issues.push(issue),
                }
            }
        }
        kept
    }

    /// What earlier lists showed, on their days that are not read again now.
    fn shown_before(&self, days: &[Day]) -> Vec<(Change, Change, Vec<Day>)> {
        let earlier: Vec<Day> = days
            .iter()
            .copied()
            .filter(|day| !self.list.now.contains_key(day))
            .collect();
        let noted: BTreeSet<Day> = self
            .before
            .iter()
            .filter(|(_, said)| matches!(&said.change, Change::AbsenceNoted { .. }))
            .filter_map(|(_, said)| said.on.latest())
            .collect();
        let mut shown = vec![];
        for (_, said) in &self.before {
            let opening = &said.change;
            let Some(end) = self
                .opening_outputs()
                .filter(|output| opens(output, opening))
                .find_map(|output| end_of(output, opening))
            else {
                continue;
            };
            let Some(first) = said.on.latest() else {
                continue;
            };
            let last = self
                .before
                .iter()
                .filter(|(_, other)| other.change == end)
                .filter_map(|(_, other)| Some(other.on.earliest()?.number() - 1))
                .filter(|last| *last >= first.number())
                .min();
            let within = |day: &&Day| {
                **day >= first
                    && last.is_none_or(|last| day.number() <= last)
                    && !noted.contains(day)
            };
            shown.push((
                opening.clone(),
                end,
                earlier.iter().filter(within).copied().collect(),
            ));
        }
        shown
    }

    /// Openings, ends and absences of one period-like thing.
    fn periods(&self, kept: &Kept, days: &[Day]) -> Vec<Wanted<Change>> {
        let shown = |at: usize| days.get(at).is_some_and(|day| kept.shown.contains_key(day));
        let mut wanted = vec![];
        let mut open = false;
        for (at, day) in days.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| days[at]);
            match (open, kept.shown.get(day)) {
                (false, Some((opening, origin))) => {
                    open = true;
                    let on = since(before, *day);
                    let origin = origin.clone().unwrap_or_else(|| self.absent(*day));
                    wanted.push(Self::wants(on, opening.clone(), origin));
                }
                (true, None) => {
                    let back = shown(at + 1);
                    if back && self.missing_once == MissingOnce::Finding {
                        let source = Text::new(self.name).ok();
                        wanted.extend(source.map(|source| {
                            let change = Change::AbsenceNoted { source };
                            Self::wants(Span::Day(*day), change, self.absent(*day))
                        }));
                    } else {
                        open = false;
                        let on = since(before, *day);
                        wanted.push(Self::wants(on, kept.end.clone(), self.absent(*day)));
                    }
                }
                _ => {}
            }
        }
        wanted
    }

    /// Attributes and the like: said when first seen, and when they change.
    fn statements(
        &self,
        days: &[Day],
        there: &BTreeSet<Day>,
        issues: &mut Vec<Issue>,
    ) -> Vec<Wanted<Change>> {
        let mut series: BTreeMap<String, BTreeMap<Day, (Change, Option<Origin>)>> = BTreeMap::new();
        for (_, said) in &self.before {
            let Some(day) = said.on.latest() else {
                continue;
            };
            let periodic = self.opening_outputs().any(|output| {
                opens(output, &said.change)
                    || output
                        .ends
                        .as_deref()
                        .is_some_and(|word| said.change.wording().is_called(word))
            });
            if periodic || matches!(said.change, Change::AbsenceNoted { .. }) {
                continue;
            }
            let values = series.entry(slot(&said.change)).or_default();
            // Until the next list that says something else, each list of an earlier import says the same.
            let later = days.iter().filter(|one| **one >= day);
            for day in later.filter(|day| !self.list.now.contains_key(day)) {
                values.insert(*day, (said.change.clone(), None));
            }
        }
        for (day, lines) in self.rows.iter().filter(|(day, _)| days.contains(day)) {
            for (line, output) in lines.iter().flat_map(|line| {
                self.mapping
                    .outputs
                    .iter()
                    .map(move |output| (*line, output))
            }) {
                if output.event.is_none() || output.on.is_some() || !line.meets(&output.when) {
                    continue;
                }
                match self.statement(line, output) {
                    Ok(Some(change)) => {
                        let values = series.entry(slot(&change)).or_default();
                        values.insert(*day, (change, Some(self.origin(line))));
                    }
                    Ok(None) => {}
                    Err(issue) => issues.push(issue),
                }
            }
        }
        let mut wanted = vec![];
        for values in series.into_values() {
            let mut last: Option<(Day, Change)> = None;
            for (day, (change, origin)) in values {
                if !there.is_empty() && !there.contains(&day) {
                    continue;
                }
                let known = match &last {
                    Some((_, value)) => *value == change,
                    None => self.is_registered_as(&change),
                };
                if !known {
                    let on = since(last.as_ref().map(|(day, _)| *day), day);
                    let origin = origin.unwrap_or_else(|| self.absent(day));
                    wanted.push(Self::wants(on, change.clone(), origin));
                }
                last = Some((day, change));
            }
        }
        wanted
    }

    fn statement(&self, line: &'a Line, output: &'a Output) -> Result<Option<Change>, Issue> {
        let saying = self.saying(line, output);
        let Some(event) = &output.event else {
            return Ok(None);
        };
        let Some(word) = line.value(event, &self.mapping.tables)? else {
            return Ok(None);
        };
        // A field that every such event needs and whose cell is empty: the list says nothing of it here.
        let silent = output.fields.values().any(|value| {
            matches!(value, Value::Cells(_))
                && matches!(line.value(value, &self.mapping.tables), Ok(None))
        });
        if silent {
            return Ok(None);
        }
        saying.change(&word, saying.fields()?).map(Some)
    }

    fn saying(&self, line: &'a Line, output: &'a Output) -> Saying<'a, Change> {
        Saying {
            line,
            output,
            tables: &self.mapping.tables,
            reader: COMPANIES,
            implied: None,
        }
    }

    fn is_registered_as(&self, change: &Change) -> bool {
        match (change, &self.registered) {
            (Change::Renamed { name }, Some(registered)) => name == registered,
            (Change::Renamed { .. }, None) => true,
            _ => false,
        }
    }

    fn origin(&self, line: &Line) -> Origin {
        Origin {
            key: Some(key(self.name)),
            ..Origin::of(line)
        }
    }

    /// The list of a day, where no row of it is meant.
    fn absent(&self, day: Day) -> Origin {
        Origin {
            table: self
                .list
                .now
                .get(&day)
                .map(|filed| Arc::clone(&filed.table)),
            key: Some(key(self.name)),
            ..Origin::default()
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

fn registered(history: &History<Change>) -> Option<Text> {
    let said = history.timeline().in_force();
    said.iter().find_map(|said| match &said.assertion.change {
        Change::Registered { name, .. } => Some(name.clone()),
        _ => None,
    })
}
