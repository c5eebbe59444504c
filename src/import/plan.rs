//! What rows mean for one stream: the steps to take on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use nianlun_aggregates::history::{Action, Assertion, Change, History};
use nianlun_aggregates::{Day, Identifier, carrier, cluster, company};

use super::books::Question;
use super::cells::{Line, Table};
use super::confirm::unconfirmed;
use super::declare::{CARRIERS, CLUSTERS};
use super::draft::{Draft, Implied, Reader, drafts};
use super::gather::list_of;
use super::introduce::{COMPANIES, introduce};
use super::mapping::Mapping;
use super::record::Stored;
use super::report::Issue;
use super::roster::{List, Roster, key};
use super::source::Row;
use super::spool::{Entry, SpooledRow};
use super::steps::{Step, What};
use crate::intake;
use crate::store::StreamId;

/// What is the same for all streams of a run.
pub struct Planning<'a> {
    /// The mapping.
    pub mapping: &'a Mapping,
    /// The tables of the files.
    pub tables: &'a [Arc<Table>],
    /// The lists, of a roster.
    pub lists: &'a BTreeMap<String, List>,
    /// What every company of the files gets.
    pub marks: &'a [Assertion<company::Change>],
}

/// What came of planning.
pub struct Planned<C> {
    /// By what name the rows know it.
    pub name: String,
    /// The steps, in their order.
    pub steps: Vec<Step<C>>,
    /// What is wrong with the rows.
    pub issues: Vec<Issue>,
    /// What a person must say of who they are about.
    pub questions: Vec<Question>,
}

/// A row that is read back.
struct Told {
    asserted: Option<i64>,
    /// In a roster: its list, with the list's day.
    listed: Option<(Day, String)>,
    line: Line,
    identifiers: Vec<String>,
}

/// A row with when it was said, and the field that its events get.
type SaidRow<'a> = (Option<i64>, &'a Line, Implied<'a>);

/// A kind of subject that rows can be about.
pub trait Kind: Change + 'static {
    /// Plans the steps for a stream.
    fn plan(
        planning: &Planning<'_>,
        stream: StreamId,
        entries: Vec<Entry>,
        stored: &Stored<Self>,
    ) -> Planned<Self>;
}

impl Kind for carrier::Change {
    fn plan(
        planning: &Planning<'_>,
        _: StreamId,
        entries: Vec<Entry>,
        _: &Stored<Self>,
    ) -> Planned<Self> {
        coded(planning, entries, CARRIERS)
    }
}

impl Kind for cluster::Change {
    fn plan(
        planning: &Planning<'_>,
        _: StreamId,
        entries: Vec<Entry>,
        _: &Stored<Self>,
    ) -> Planned<Self> {
        coded(planning, entries, CLUSTERS)
    }
}

impl Kind for company::Change {
    fn plan(
        planning: &Planning<'_>,
        stream: StreamId,
        entries: Vec<Entry>,
        stored: &Stored<Self>,
    ) -> Planned<Self> {
        let mapping = planning.mapping;
        let (told, earlier, listed) = planning.sorted(entries);
        let (mut issues, mut questions) = (vec![], vec![]);
        let first_asserted = told.first().and_then(|told| told.asserted);
        let by_row: BTreeMap<_, _> = told
            .iter()
            .map(|told| (place(&told.line), (told.asserted, told.listed.clone())))
            .collect();
        let asserted =
            |row: &(*const Table, u64)| by_row.get(row).and_then(|(asserted, _)| *asserted);
        let mut rows: Vec<(Line, Vec<Identifier>)> = told
            .into_iter()
            .map(|told| {
                let identifiers = told.identifiers.iter();
                let identifiers = identifiers.filter_map(|key| intake::identifier(key).ok());
                (told.line, identifiers.collect())
            })
            .collect();
        let name = rows.first().map_or_else(String::new, |(line, _)| {
            let register = mapping.subject.register.as_ref();
            let name = register.map(|register| line.value(&register.name, &mapping.tables));
            name.and_then(Result::ok).flatten().unwrap_or_default()
        });
        let introductions = introduce(
            mapping,
            planning.marks,
            &mut rows,
            stream.id,
            &stored.history,
            &mut issues,
            &mut questions,
        );
        let registered = registered(&stored.history, &introductions);
        let mut steps: Vec<Step<Self>> = introductions
            .into_iter()
            .map(|draft| {
                let row = draft.origin.table.as_ref().zip(draft.origin.rows.first());
                let row = row.map(|(table, row)| (Arc::as_ptr(table), *row));
                let asserted = row.and_then(|row| asserted(&row));
                step(asserted.or(first_asserted), What::Say(draft))
            })
            .collect();
        let lines: Vec<_> = rows
            .into_iter()
            .map(|(line, _)| (asserted(&place(&line)), line))
            .collect();
        let read = lines.iter().map(|(asserted, line)| (*asserted, line, None));
        steps.extend(planning.rows(&read.collect::<Vec<_>>(), COMPANIES, &mut issues));
        steps.extend(gone(planning, earlier, lines.iter().map(|(_, line)| line)));
        if mapping.roster.is_some() {
            let mut rows: BTreeMap<String, Vec<(Day, Line)>> =
                listed.into_iter().map(|list| (list, vec![])).collect();
            for (_, line) in lines {
                let listed = by_row
                    .get(&place(&line))
                    .and_then(|(_, listed)| listed.as_ref());
                if let Some((day, list)) = listed {
                    rows.entry(list.clone()).or_default().push((*day, line));
                }
            }
            let registered = registered.as_deref();
            steps.extend(planning.rosters(&rows, registered, stored, &mut issues));
        }
        in_order(&mut steps);
        Planned {
            name,
            steps,
            issues,
            questions,
        }
    }
}

/// Rows about carriers or clusters.
fn coded<C: Change>(planning: &Planning<'_>, entries: Vec<Entry>, reader: Reader<C>) -> Planned<C> {
    let (told, earlier, _) = planning.sorted(entries);
    let mut issues = vec![];
    let name = told
        .first()
        .and_then(|told| told.identifiers.first().cloned())
        .unwrap_or_default();
    let read = told.iter().map(|told| {
        let code = told.identifiers.first().map(|code| ("code", code.as_str()));
        (told.asserted, &told.line, code)
    });
    let mut steps = planning.rows(&read.collect::<Vec<_>>(), reader, &mut issues);
    steps.extend(gone(planning, earlier, told.iter().map(|told| &told.line)));
    in_order(&mut steps);
    Planned {
        name,
        steps,
        issues,
        questions: vec![],
    }
}

/// As their source said them; what no row says comes after, as it is known only now.
fn in_order<C>(steps: &mut [Step<C>]) {
    steps.sort_by_key(|step| (step.asserted.is_none(), step.asserted));
}

fn step<C>(asserted: Option<i64>, what: What<C>) -> Step<C> {
    Step {
        asserted: asserted.and_then(|at| Timestamp::from_microsecond(at).ok()),
        what,
    }
}

fn place(line: &Line) -> (*const Table, u64) {
    (Arc::as_ptr(&line.table), line.row.number)
}

/// The name under which a company is registered, or is about to be.
fn registered(
    history: &History<company::Change>,
    introductions: &[Draft<company::Change>],
) -> Option<String> {
    let said = history.timeline().in_force();
    let stored = said.iter().map(|said| &said.assertion.change);
    let new = introductions.iter().flat_map(|draft| match &draft.action {
        Action::Record(assertions) => assertions.as_slice(),
        _ => &[],
    });
    let mut said = stored.chain(new.map(|said| &said.change));
    said.find_map(|change| match change {
        company::Change::Registered { name, .. } => Some(name.to_string()),
        _ => None,
    })
}

/// Keys that earlier versions of the files had and these have not.
fn gone<'a, C>(
    planning: &Planning<'_>,
    earlier: BTreeSet<String>,
    lines: impl Iterator<Item = &'a Line>,
) -> Vec<Step<C>> {
    let mapping = planning.mapping;
    let now: BTreeSet<String> = lines
        .filter_map(|line| {
            let key = mapping.row_key.as_ref()?;
            line.value(key, &mapping.tables).ok().flatten()
        })
        .collect();
    let gone = earlier.into_iter().filter(|key| !now.contains(key));
    gone.map(|key| step(None, What::Gone(key))).collect()
}

impl Planning<'_> {
    /// Rows in the order in which they were said, then keys of earlier versions, and lists.
    fn sorted(&self, entries: Vec<Entry>) -> (Vec<Told>, BTreeSet<String>, BTreeSet<String>) {
        let (mut rows, mut earlier, mut listed) = (vec![], BTreeSet::new(), BTreeSet::new());
        for entry in entries {
            match entry {
                Entry::Row(row) => rows.push(row),
                Entry::Earlier(key) => {
                    earlier.insert(key);
                }
                Entry::Listed(list) => {
                    listed.insert(list);
                }
            }
        }
        rows.sort_by_key(|row| (row.asserted, row.table, row.number));
        let mut told: Vec<_> = rows.into_iter().filter_map(|row| self.told(row)).collect();
        // Whatever order the lists come in, the earliest says first who a company is.
        told.sort_by(|a, b| (a.asserted, &a.listed).cmp(&(b.asserted, &b.listed)));
        (told, earlier, listed)
    }

    fn told(&self, row: SpooledRow) -> Option<Told> {
        let table = self.tables.get(usize::try_from(row.table).ok()?)?;
        let header = Arc::clone(&table.header);
        let line = Line {
            table: Arc::clone(table),
            row: Row::from_cells(header, row.number, row.cells, row.computed),
        };
        let roster = self.mapping.roster.is_some();
        let listed = roster.then(|| list_of(self.mapping, &line).ok()).flatten();
        Some(Told {
            asserted: row.asserted,
            listed: listed.map(|(list, day)| (day, list)),
            identifiers: row.identifiers,
            line,
        })
    }

    /// What rows say by their outputs. In a roster only those outputs count that have a date of their own.
    fn rows<C: Change>(
        &self,
        lines: &[SaidRow<'_>],
        reader: Reader<C>,
        issues: &mut Vec<Issue>,
    ) -> Vec<Step<C>> {
        let mut steps = vec![];
        for said in lines.chunk_by(|a, b| a.0 == b.0) {
            let asserted = said.first().and_then(|(asserted, ..)| *asserted);
            let said: Vec<_> = said
                .iter()
                .map(|(_, line, implied)| (*line, *implied))
                .collect();
            let mut drafts: Vec<Draft<C>> = drafts(self.mapping, &said, reader, issues);
            if self.mapping.row_key.is_none() {
                steps.extend(
                    drafts
                        .into_iter()
                        .map(|draft| step(asserted, What::Say(draft))),
                );
                continue;
            }
            while let Some(first) = drafts.first() {
                let key = first.origin.key.clone();
                let (same, others) = drafts.into_iter().partition(|one| one.origin.key == key);
                drafts = others;
                steps.push(step(asserted, What::Row(key.unwrap_or_default(), same)));
            }
        }
        steps
    }

    /// What lists say of a company. Of an archive, list by list as they came to be known; else all at once.
    fn rosters(
        &self,
        rows: &BTreeMap<String, Vec<(Day, Line)>>,
        registered: Option<&str>,
        stored: &Stored<company::Change>,
        issues: &mut Vec<Issue>,
    ) -> Vec<Step<company::Change>> {
        let mut steps = vec![];
        for (name, rows) in rows {
            let Some(list) = self.lists.get(name) else {
                continue;
            };
            let mut roster = Roster::new(self.mapping, name, list, rows, stored);
            issues.append(&mut roster.issues);
            for (asserted, days) in list.told() {
                let wanted = roster.wanted(&days, registered);
                let wanted = unconfirmed(&key(name), wanted, stored);
                steps.push(step(asserted, What::Lists(key(name), wanted)));
            }
        }
        steps
    }
}
