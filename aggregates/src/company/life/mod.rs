//! A company's life: the sets of spells that its events in force describe, and the contradictions among them.
//!
//! A pure function of *which* events are in force. The order in which they were recorded changes nothing.

mod marks;
mod pairing;
mod spell;

use std::collections::BTreeMap;

pub use spell::{Edge, Spell, SpellKey};

use self::marks::{Effect, Target, effects};
use self::pairing::{Mark, pair};
use super::change::{Change, Entity};
use super::terms::LegalStatus;
use crate::history::{Contradiction, ContradictionKind, InForce, Sequence, Timeline};
use crate::window;

/// An event in force of a company.
pub type Said<'a> = InForce<'a, Change>;

/// What a timeline says of a company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Life<'a> {
    /// Every event in force, in the order recorded.
    pub said: Vec<Said<'a>>,
    /// All spells, by key and time.
    pub spells: Vec<Spell<'a>>,
    /// What does not fit together, sorted.
    pub contradictions: Vec<Contradiction>,
}

impl<'a> Life<'a> {
    /// Reads a timeline.
    #[must_use]
    pub fn of(timeline: &'a Timeline<Change>) -> Self {
        Self::from_said(timeline.in_force())
    }

    /// Reads events in force.
    #[must_use]
    pub fn from_said(said: Vec<Said<'a>>) -> Self {
        let mut life = Self {
            spells: vec![],
            contradictions: vec![],
            said,
        };
        life.pair_all();
        life.check_deregistration();
        life.check_listings();
        life.contradictions.sort();
        life.contradictions.dedup();
        life
    }

    /// The entity's kinds, each with the day from which it holds; the first from the beginning.
    #[must_use]
    pub fn entities(&self) -> Vec<(Option<i32>, Entity, Sequence)> {
        let mut kinds = vec![];
        for said in &self.said {
            match &said.assertion.change {
                Change::Registered { entity, .. } => {
                    kinds.insert(0, (None, entity.clone(), said.sequence));
                }
                Change::Incorporated { .. } => kinds.push((
                    window::point(said.assertion.on),
                    Entity::Company,
                    said.sequence,
                )),
                _ => {}
            }
        }
        let is_team = |entity: &Entity| *entity == Entity::Team;
        // Being formed makes a company of a team; of anything else it only tells the day.
        if !kinds.first().is_some_and(|(_, entity, _)| is_team(entity)) {
            kinds.truncate(1);
        }
        if let Some(tail) = kinds.get_mut(1..) {
            tail.sort_by_key(|(day, ..)| day.unwrap_or(i32::MAX));
        }
        kinds
    }

    fn pair_all(&mut self) {
        let mut opens: BTreeMap<SpellKey, Vec<Mark<'a>>> = BTreeMap::new();
        let mut ends: Vec<(Target, Mark<'a>)> = vec![];
        let mut notes: Vec<(SpellKey, Mark<'a>)> = vec![];
        for effect in self.said.iter().flat_map(|said| effects(*said)) {
            match effect {
                Effect::Opens(key, mark) => opens.entry(key).or_default().push(mark),
                Effect::Ends(target, mark) => ends.push((target, mark)),
                Effect::Notes(key, mark) => notes.push((key, mark)),
            }
        }
        let mut by_key: BTreeMap<SpellKey, (Vec<Mark<'a>>, Vec<Mark<'a>>)> = opens
            .into_iter()
            .map(|(key, opens)| (key, (opens, vec![])))
            .collect();
        // How many keys an end for "any" has still to find something in, and its mark.
        let mut unsettled: BTreeMap<Sequence, (usize, Target, Mark<'a>)> = BTreeMap::new();
        for (target, mark) in ends {
            match &target {
                Target::Key(key) => by_key.entry(key.clone()).or_default().1.push(mark),
                Target::Any(_) => {
                    let mut found = 0;
                    for (_, marks) in by_key
                        .iter_mut()
                        .filter(|(key, (opens, _))| target.includes(key) && !opens.is_empty())
                    {
                        marks.1.push(Mark {
                            lenient: true,
                            ..mark
                        });
                        found += 1;
                    }
                    unsettled.insert(mark.said.sequence, (found, target, mark));
                }
            }
        }
        for (key, (opens, ends)) in by_key {
            let paired = pair(&key, opens, ends);
            for end in &paired.stray_ends {
                self.contradictions.push(Contradiction::new(
                    ContradictionKind::EndWithoutStart,
                    [end.said.sequence],
                ));
            }
            for idle in &paired.idle {
                if let Some((left, ..)) = unsettled.get_mut(idle) {
                    *left -= 1;
                }
            }
            for (open, again) in paired.collisions {
                self.contradictions.push(Contradiction::new(
                    ContradictionKind::StartWhileOpen,
                    [open, again],
                ));
            }
            self.spells.extend(paired.spells);
        }
        for (sequence, (_, target, mark)) in
            unsettled.into_iter().filter(|(_, (found, ..))| *found == 0)
        {
            if !mark.lenient {
                let day = mark.window.map(|window| window.last);
                self.spells.push(Spell {
                    key: target.key().clone(),
                    opened: None,
                    closed: Some(Edge {
                        day,
                        said: mark.said,
                    }),
                    notes: vec![],
                });
                self.contradictions.push(Contradiction::new(
                    ContradictionKind::EndWithoutStart,
                    [sequence],
                ));
            }
        }
        for (key, mark) in notes {
            self.note(&key, mark);
        }
        self.spells.sort_by(|a, b| a.key.cmp(&b.key));
        for spell in &mut self.spells {
            spell.notes.sort_by(|a, b| {
                a.day
                    .cmp(&b.day)
                    .then_with(|| a.said.assertion.cmp(b.said.assertion))
            });
        }
    }

    /// Hangs a note on the spell in which it lies.
    fn note(&mut self, key: &SpellKey, mark: Mark<'a>) {
        let spell = self.spells.iter_mut().find(|spell| {
            let Some(window) = mark.window else {
                return spell.key == *key;
            };
            let opened = spell
                .opened
                .and_then(|edge| edge.day)
                .unwrap_or(window::BEGINNING);
            let closed = spell
                .closed
                .map_or(window::END, |edge| edge.day.unwrap_or(window::END));
            spell.key == *key && opened <= window.last && window.first <= closed
        });
        match spell {
            Some(spell) => spell.notes.push(Edge {
                day: mark.window.map(|window| window.first),
                said: mark.said,
            }),
            None => self.contradictions.push(Contradiction::new(
                ContradictionKind::ChangeOutsideSpell,
                [mark.said.sequence],
            )),
        }
    }

    fn check_deregistration(&mut self) {
        let closed: Vec<_> = self
            .spells
            .iter()
            .filter(|spell| spell.key == SpellKey::Legal(LegalStatus::Deregistered))
            .cloned()
            .collect();
        for end in closed {
            let (Some(opened), Some((from, to))) = (end.opened, end.placed()) else {
                continue;
            };
            for spell in &self.spells {
                let Some(later) = spell.opened.filter(|_| spell.key.set().is_some()) else {
                    continue;
                };
                let first =
                    window::Window::of_opening(later.said.assertion.on).map(|window| window.first);
                if first.is_some_and(|first| first > from && to.is_none_or(|to| first < to)) {
                    let events = [opened.said.sequence, later.said.sequence];
                    self.contradictions.push(Contradiction::new(
                        ContradictionKind::OpenedAfterDeregistration,
                        events,
                    ));
                }
            }
        }
    }

    fn check_listings(&mut self) {
        let entities = self.entities();
        for spell in &self.spells {
            let (SpellKey::Security(_), Some(opened)) = (&spell.key, spell.opened) else {
                continue;
            };
            let entity = entities.iter().rev().find(|(from, ..)| {
                from.is_none_or(|from| opened.day.is_none_or(|day| from <= day))
            });
            if let Some((.., sequence)) = entity.filter(|(_, entity, _)| !entity.can_be_listed()) {
                let events = [*sequence, opened.said.sequence];
                self.contradictions.push(Contradiction::new(
                    ContradictionKind::ListedWithoutCompany,
                    events,
                ));
            }
        }
    }
}
