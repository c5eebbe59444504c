//! What rows mean for one stream: the steps to take on it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use nianlun_aggregates::history::{Action, Assertion, Change, History};
use nianlun_aggregates::{Day, carrier, cluster, company};

use super::books::Question;
use super::cells::Line;
use super::confirm::unconfirmed;
use super::declare::{CARRIERS, CLUSTERS};
use super::draft::{Draft, Implied, Reader, drafts};
use super::introduce::{COMPANIES, introduce};
use super::mapping::Mapping;
use super::record::Stored;
use super::report::Issue;
use super::roster::{List, Roster, key};
use super::said::{Said, Told};
use super::steps::{Step, What};
use crate::store::StreamId;

/// What is the same for all streams of a run.
pub struct Planning<'a> {
    /// The mapping.
    pub mapping: &'a Mapping,
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

/// A row with when it was said, and the field that its events get.
type SaidRow<'a> = (Option<i64>, &'a Line, Implied<'a>);

/// A kind of subject that rows can be about.
pub trait Kind: Change + 'static {
    /// Plans the steps for a stream.
    fn plan(
        planning: &Planning<'_>,
        stream: StreamId,
        said: &Said,
        stored: &Stored<Self>,
    ) -> Planned<Self>;
}

impl Kind for carrier::Change {
    fn plan(planning: &Planning<'_>, _: StreamId, said: &Said, _: &Stored<Self>) -> Planned<Self> {
        coded(planning, said, CARRIERS)
    }
}

impl Kind for cluster::Change {
    fn plan(planning: &Planning<'_>, _: StreamId, said: &Said, _: &Stored<Self>) -> Planned<Self> {
        coded(planning, said, CLUSTERS)
    }
}

impl Kind for company::Change {
    fn plan(
        planning: &Planning<'_>,
        stream: StreamId,
        said: &Said,
        stored: &Stored<Self>,
    ) -> Planned<Self> {
        let mapping = planning.mapping;
        let (mut issues, mut questions) = (vec![], vec![]);
        let mut rows: Vec<&Told> = said.rows.iter().collect();
        let name = rows.first().map_or_else(String::new, |told| {
            let register = mapping.subject.register.as_ref();
            let name = register.map(|register| told.line.value(&register.name, &mapping.tables));
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
                let told = said.rows.iter().find(|told| draft.origin.is_of(&told.line));
                let asserted = told.and_then(|told| told.asserted);
                step(asserted, What::Say(draft))
            })
            .collect();
        let read = rows.iter().map(|told| (told.asserted, &told.line, None));
        steps.extend(planning.rows(&read.collect::<Vec<_>>(), COMPANIES, &mut issues));
        steps.extend(gone(planning, said, &rows));
        if mapping.roster.is_some() {
            let listed = said.listed.iter();
            let mut listed: BTreeMap<&str, Vec<(Day, &Line)>> =
                listed.map(|list| (list.as_str(), vec![])).collect();
            for told in rows {
                if let Some((day, list)) = &told.listed {
                    listed.entry(list).or_default().push((*day, &told.line));
                }
            }
            let registered = registered.as_deref();
            steps.extend(planning.rosters(&listed, registered, stored, &mut issues));
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
fn coded<C: Change>(planning: &Planning<'_>, said: &Said, reader: Reader<C>) -> Planned<C> {
    let mut issues = vec![];
    let rows: Vec<&Told> = said.rows.iter().collect();
    let code = |told: &&Told| told.code.clone();
    let name = rows.first().and_then(code).unwrap_or_default();
    let read = rows.iter().map(|told| {
        let code = told.code.as_deref().map(|code| ("code", code));
        (told.asserted, &told.line, code)
    });
    let mut steps = planning.rows(&read.collect::<Vec<_>>(), reader, &mut issues);
    steps.extend(gone(planning, said, &rows));
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
fn gone<C>(planning: &Planning<'_>, said: &Said, rows: &[&Told]) -> Vec<Step<C>> {
    let mapping = planning.mapping;
    let key = |told: &&Told| {
        let key = mapping.row_key.as_ref()?;
        told.line.value(key, &mapping.tables).ok().flatten()
    };
    if said.earlier.is_empty() {
        return vec![];
    }
    let now: BTreeSet<String> = rows.iter().filter_map(key).collect();
    let gone = said.earlier.difference(&now);
    gone.map(|key| step(None, What::Gone(key.clone())))
        .collect()
}

impl Planning<'_> {
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
        rows: &BTreeMap<&str, Vec<(Day, &Line)>>,
        registered: Option<&str>,
        stored: &Stored<company::Change>,
        issues: &mut Vec<Issue>,
    ) -> Vec<Step<company::Change>> {
        let mut steps = vec![];
        for (name, rows) in rows {
            let Some(list) = self.lists.get(*name) else {
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
