//! A company's life: the sets of spells that its events in force describe, and the contradictions among them.
//!
//! A pure function of *which* events are in force. The order in which they were recorded changes nothing.

mod checks;
mod marks;
mod pairing;
mod placing;
mod spell;

use std::collections::BTreeMap;

pub use spell::{Edge, Spell, SpellKey};

use self::marks::{Effect, Target, effects};
use self::pairing::{Mark, pair};
use super::change::{Change, Entity};
use crate::history::{Contradiction, ContradictionKind, InForce, Sequence, Timeline};
use crate::window::{self, Window};

/// An event in force of a company.
pub type Said<'a> = InForce<'a, Change>;

/// What a timeline says of a company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Life<'a> {
    /// Every event in force, in the order recorded.
    pub said: Vec<Said<'a>>,
    /// All spells, by key and time; those that cannot be placed come last.
    pub spells: Vec<Spell<'a>>,
    /// What does not fit together, sorted.
    pub contradictions: Vec<Contradiction>,
}

/// The openings and ends of each key.
type Marks<'a> = BTreeMap<SpellKey, (Vec<Mark<'a>>, Vec<Mark<'a>>)>;

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

    /// What the entity is, each with the day from which it is so; the first from the beginning. Being formed makes a company
    /// of a team, once: the first day stated counts, and of equal ones what is said first in content, not in recording. Of
    /// anything else it only tells the day.
    #[must_use]
    pub fn entities(&self) -> Vec<(Option<i32>, Entity, Sequence)> {
        let registered = self
            .said
            .iter()
            .find_map(|said| match &said.assertion.change {
                Change::Registered { entity, .. } => Some((None, entity.clone(), said.sequence)),
                _ => None,
            });
        let is_team = registered
            .as_ref()
            .is_some_and(|(_, entity, _)| *entity == Entity::Team);
        let formed = self
            .said
            .iter()
            .filter(|said| matches!(said.assertion.change, Change::Incorporated { .. }));
        let first = formed.min_by_key(|said| {
            let day = window::point(said.assertion.on);
            (day.is_none(), day, said.assertion)
        });
        let company = first.filter(|_| is_team).map(|said| {
            (
                window::point(said.assertion.on),
                Entity::Company,
                said.sequence,
            )
        });
        registered.into_iter().chain(company).collect()
    }

    fn pair_all(&mut self) {
        let mut marks = Marks::new();
        let mut ends: Vec<(Target, Mark<'a>)> = vec![];
        let mut notes: Vec<(SpellKey, Mark<'a>)> = vec![];
        for effect in self.said.iter().flat_map(|said| effects(*said)) {
            match effect {
                Effect::Opens(key, mark) => marks.entry(key).or_default().0.push(mark),
                Effect::Ends(target, mark) => ends.push((target, mark)),
                Effect::Notes(key, mark) => notes.push((key, mark)),
            }
        }
        let wildcards = deal(&mut marks, ends);
        settle(&mut marks);
        // In how many keys each wildcard ended nothing.
        let mut idle: BTreeMap<Sequence, usize> = BTreeMap::new();
        for (key, (opens, ends)) in marks {
            let paired = pair(&key, opens, ends);
            for end in &paired.stray_ends {
                self.contradict(ContradictionKind::EndWithoutStart, [end.said.sequence]);
            }
            for end in paired.idle {
                *idle.entry(end).or_default() += 1;
            }
            for (open, again) in paired.collisions {
                self.contradict(ContradictionKind::StartWhileOpen, [open, again]);
            }
            self.spells.extend(paired.spells);
        }
        for (target, mark, dealt) in wildcards {
            let sequence = mark.said.sequence;
            if mark.lenient || idle.get(&sequence).copied().unwrap_or_default() < dealt {
                continue;
            }
            self.spells.push(Spell {
                key: target.key().clone(),
                opened: None,
                closed: Some(Edge {
                    day: mark.window.map(Window::preferred),
                    said: mark.said,
                }),
                notes: vec![],
            });
            self.contradict(ContradictionKind::EndWithoutStart, [sequence]);
        }
        self.spells.sort_by(|a, b| a.order().cmp(&b.order()));
        for (key, mark) in notes {
            self.note(key, mark);
        }
        for spell in &mut self.spells {
            spell.notes.sort_by(|a, b| {
                a.day
                    .cmp(&b.day)
                    .then_with(|| a.said.assertion.cmp(b.said.assertion))
            });
        }
    }

    fn contradict(&mut self, kind: ContradictionKind, events: impl IntoIterator<Item = Sequence>) {
        self.contradictions.push(Contradiction::new(kind, events));
    }

    /// Hangs a note on the spell in which it lies: of its key, or where the source leaves unit or level out, of any such key.
    fn note(&mut self, key: SpellKey, mark: Mark<'a>) {
        let target = Target::unnamed(key);
        let lies_in = |spell: &Spell<'_>, on_its_last_day: bool| {
            let Some(window) = mark.window else {
                return true;
            };
            let (from, to) = spell.days();
            from <= window.last && (window.first < to || on_its_last_day && window.first == to)
        };
        let found = [true, false].into_iter().find_map(|exact| {
            let meant = |key: &SpellKey| {
                if exact {
                    key == target.key()
                } else {
                    target.includes(key)
                }
            };
            [false, true].into_iter().find_map(|on_its_last_day| {
                self.spells
                    .iter()
                    .position(|spell| meant(&spell.key) && lies_in(spell, on_its_last_day))
            })
        });
        let Some(spell) = found.and_then(|index| self.spells.get_mut(index)) else {
            return self.contradict(ContradictionKind::ChangeOutsideSpell, [mark.said.sequence]);
        };
        let (from, to) = spell.days();
        spell.notes.push(Edge {
            day: mark.window.map(|window| window.day_within(from, to)),
            said: mark.said,
        });
    }
}

/// Deals the ends out to the keys that they end, and gives those back that can end several, with the number dealt.
fn deal<'a>(
    marks: &mut Marks<'a>,
    ends: Vec<(Target, Mark<'a>)>,
) -> Vec<(Target, Mark<'a>, usize)> {
    let mut wildcards = vec![];
    for (target, mark) in ends {
        let named = match &target {
            Target::Key(_) => true,
            Target::Any(_) => false,
            Target::Unnamed(key) => marks.get(key).is_some_and(|(opens, _)| !opens.is_empty()),
        };
        if named {
            marks.entry(target.key().clone()).or_default().1.push(mark);
            continue;
        }
        let mut dealt = 0;
        for (key, (opens, ends)) in &mut *marks {
            // A move does not leave what it enters.
            let others = opens
                .iter()
                .any(|open| open.said.sequence != mark.said.sequence);
            let entered = opens
                .iter()
                .any(|open| open.said.sequence == mark.said.sequence);
            if target.includes(key) && others && !entered {
                ends.push(Mark {
                    lenient: true,
                    ..mark
                });
                dealt += 1;
            }
        }
        wildcards.push((target, mark, dealt));
    }
    wildcards
}

/// An event that ends one spell and opens another stands on one day, or a company would be in both or in neither: on the
/// first that what it ends allows.
fn settle(marks: &mut Marks<'_>) {
    let imprecise = |mark: &&Mark<'_>| mark.window.is_some_and(|window| window.first < window.last);
    let mut passing: Vec<_> = marks
        .values()
        .flat_map(|(opens, _)| opens)
        .filter(imprecise)
        .filter(|open| {
            let sequence = open.said.sequence;
            let ends = |end: &Mark<'_>| end.said.sequence == sequence;
            marks.values().any(|(_, all)| all.iter().any(ends))
        })
        .copied()
        .collect();
    passing.sort_by_key(|mark| {
        let window = mark.window.map(|window| (window.last, window.first));
        (window, mark.said.assertion)
    });
    for mark in passing {
        let sequence = mark.said.sequence;
        let is_it = |mark: &Mark<'_>| mark.said.sequence == sequence;
        let day = marks
            .iter()
            .filter(|(_, (_, ends))| ends.iter().any(is_it))
            .flat_map(|(key, (opens, ends))| pair(key, opens.clone(), ends.clone()).spells)
            .filter(|spell| spell.opened.is_some())
            .filter_map(|spell| spell.closed)
            .filter(|edge| edge.said.sequence == sequence)
            .filter_map(|edge| edge.day)
            .max();
        let window = day
            .or(mark.window.map(Window::preferred))
            .map(Window::of_day);
        for (opens, ends) in marks.values_mut() {
            for mark in opens.iter_mut().chain(ends).filter(|mark| is_it(mark)) {
                mark.window = window;
            }
        }
    }
}
