//! What a company's history says.

mod findings;
mod group;
mod joined;
mod pauses;
mod spells;
mod stages;
mod stated;

use std::collections::BTreeMap;

pub use findings::{IRREGULARITIES, POSSIBLE_DUPLICATE, TWO_USCIS, UNRESOLVED_ROW};
pub use group::group_facts;
use nianlun_aggregates::company::{Change, Entity, Life};
use nianlun_aggregates::history::{Sequence, Timeline};
use nianlun_aggregates::window::point;
use uuid::Uuid;

use self::joined::Part;
use crate::bitemporal::Admitted;
use crate::fact::{FOREVER, Fact, Subject};
use crate::ladder::Ladders;
use crate::policy::Policy;
use crate::values::{Held, held_fact};

/// Folds a company's history into its facts on both axes.
#[must_use]
pub fn facts(
    id: Uuid,
    history: &[Admitted<Change>],
    ladders: &Ladders,
    policy: &Policy,
) -> Vec<Fact> {
    let group = BTreeMap::from([(id, history)]);
    let facts = group_facts(&group, ladders, policy).remove(&id);
    facts.unwrap_or_default()
}

/// What a record says at one moment of knowledge, with those of the records that it has taken in.
fn read(
    id: Uuid,
    parts: &[Part<'_>],
    timelines: &[&Timeline<Change>],
    ladders: &Ladders,
    policy: &Policy,
) -> Vec<Fact> {
    let life = Life::from_said(joined::said(timelines));
    if !life
        .said
        .iter()
        .any(|said| matches!(said.assertion.change, Change::Registered { .. }))
    {
        return vec![];
    }
    let story = Story {
        id,
        begin: beginning(&life),
        life,
        parts,
    };
    let findings = findings::find(&story, policy);
    let mut facts = stated::facts(&story);
    facts.extend(spells::facts(&story, &findings));
    facts.extend(
        ladders
            .all()
            .iter()
            .flat_map(|ladder| stages::facts(&story, ladder)),
    );
    facts.extend(findings.into_iter().map(|finding| finding.fact(&story)));
    for fact in &mut facts {
        joined::name_events(fact, parts);
    }
    facts
}

/// A company's life with what else its facts need.
struct Story<'a> {
    id: Uuid,
    life: Life<'a>,
    /// The first day of which anything is known; `None` if nothing can be placed.
    begin: Option<i32>,
    /// The streams that it is read from, its own first.
    parts: &'a [Part<'a>],
}

impl Story<'_> {
    fn fact(&self, kind: &str, from: i32, to: i32) -> Fact {
        Fact::new(Subject::Company, self.id, kind, from, to)
    }

    fn unplaced(&self, kind: &str) -> Fact {
        Fact::unplaced(Subject::Company, self.id, kind)
    }

    /// A fact that holds from the company's beginning on.
    fn throughout(&self, kind: &str) -> Fact {
        self.fact(kind, self.begin.unwrap_or(FOREVER), FOREVER)
    }

    /// A fact that holds from a day on; unplaced without one.
    fn since(&self, kind: &str, day: Option<i32>) -> Fact {
        self.fact(kind, day.unwrap_or(FOREVER), FOREVER)
    }

    /// A value that holds until the next.
    fn held(&self, kind: &str, key: &str, held: &Held<String>) -> Fact {
        held_fact(Subject::Company, self.id, kind, key, held)
    }

    /// What the entity is, each with the first day on which it is; [`FOREVER`] if that is not known.
    fn entities(&self) -> Vec<(i32, Entity, Sequence)> {
        let begin = self.begin.unwrap_or(FOREVER);
        let kinds = self.life.entities().into_iter().enumerate();
        kinds
            .map(|(index, (day, entity, sequence))| {
                let from = if index == 0 {
                    begin
                } else {
                    day.unwrap_or(FOREVER)
                };
                (from, entity, sequence)
            })
            .collect()
    }

    /// The day on which an event became known.
    fn known_on(&self, sequence: Sequence) -> Option<i32> {
        let (part, place) = self.place(sequence)?;
        part.days.get(place).copied()
    }

    /// Whether an event became known later than its source says.
    fn known_late(&self, sequence: Sequence) -> bool {
        let moved = self.place(sequence);
        moved.is_some_and(|(part, place)| part.moved.get(place) == Some(&true))
    }

    /// The stream of an event, and its place there from 0.
    fn place(&self, sequence: Sequence) -> Option<(&Part<'_>, usize)> {
        let (part, sequence) = joined::place(sequence)?;
        let place = usize::try_from(sequence).ok()?.checked_sub(1)?;
        Some((self.parts.get(part)?, place))
    }
}

/// The first day on which anything is placed: registration, formation, or the first thing that happened.
fn beginning(life: &Life<'_>) -> Option<i32> {
    let said = life
        .said
        .iter()
        .filter(|said| !matches!(said.assertion.change, Change::CoverageDeclared { .. }));
    said.filter_map(|said| point(said.assertion.on)).min()
}
