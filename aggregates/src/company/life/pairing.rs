//! Which end belongs to which opening, for the events of one key.
//!
//! Openings are taken by their first feasible day, ends by their last; within equals, by what they say: the order in which
//! they were recorded plays no part. On one day ends count before openings, except that a spell opened that day ends after
//! its opening.

use std::collections::VecDeque;

use super::Said;
use super::spell::{Edge, Spell, SpellKey};
use crate::history::Sequence;
use crate::window::Window;

/// An opening or an end of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark<'a> {
    /// Where it can lie; `None` if its date is unknown.
    pub window: Option<Window>,
    /// What was said.
    pub said: Said<'a>,
    /// Of an opening: it joins a spell that is open already. Of an end: it closes what is open and is content if nothing is.
    pub lenient: bool,
}

/// The spells of one key, and what did not fit.
#[derive(Debug, Default)]
pub struct Paired<'a> {
    /// The spells, by their order in time; those that cannot be placed last.
    pub spells: Vec<Spell<'a>>,
    /// Ends with nothing to end.
    pub stray_ends: Vec<Mark<'a>>,
    /// Lenient ends that closed nothing.
    pub idle: Vec<Sequence>,
    /// Openings while open: the one that is open, and the new one.
    pub collisions: Vec<(Sequence, Sequence)>,
}

/// Pairs the openings and ends of one key.
pub fn pair<'a>(key: &SpellKey, opens: Vec<Mark<'a>>, ends: Vec<Mark<'a>>) -> Paired<'a> {
    let (mut opens, undated_opens) = split(opens, |window| (window.first, window.last));
    let (mut ends, undated_ends) = split(ends, |window| (window.last, window.first));
    let mut paired = Paired::default();
    let mut floor = crate::window::BEGINNING;
    while let Some((opening, window)) = opens.pop_front() {
        while let Some((end, _)) = ends.pop_front_if(|(_, end)| end.last < window.first) {
            stray(&mut paired, end);
        }
        let opened = place_opening(window, floor, ends.front().map(|(_, end)| *end));
        let mut spell = Spell {
            key: key.clone(),
            opened: Some(Edge {
                day: Some(opened),
                said: opening.said,
            }),
            closed: None,
            notes: vec![],
        };
        loop {
            let next = opens.front().map(|(_, window)| *window);
            let end = ends.front().map(|(_, end)| *end);
            if let Some(next) = next.filter(|next| end.is_none_or(|end| next.last < end.first)) {
                // The next opening comes before anything can have ended: it opens what is open.
                join(&mut paired, &mut spell, &mut opens, next);
                continue;
            }
            let (Some(end_window), Some((end, _))) = (end, ends.pop_front()) else {
                break;
            };
            if end_window.last < opened {
                stray(&mut paired, end);
                continue;
            }
            let closed = place_end(end_window, opened, next);
            spell.closed = Some(Edge {
                day: Some(closed),
                said: end.said,
            });
            floor = closed;
            break;
        }
        paired.spells.push(spell);
    }
    for (end, _) in ends {
        stray(&mut paired, end);
    }
    pair_undated(key, &mut paired, undated_opens, undated_ends);
    for end in std::mem::take(&mut paired.stray_ends) {
        if end.lenient {
            paired.idle.push(end.said.sequence);
            continue;
        }
        let day = end.window.map(|window| window.last);
        paired.spells.push(Spell {
            key: key.clone(),
            opened: None,
            closed: Some(Edge {
                day,
                said: end.said,
            }),
            notes: vec![],
        });
        paired.stray_ends.push(end);
    }
    paired
        .spells
        .sort_by_key(|spell| spell.placed().map_or((1, 0), |(from, _)| (0, from)));
    paired
}

type Dated<'a> = VecDeque<(Mark<'a>, Window)>;

fn split(
    marks: Vec<Mark<'_>>,
    order: impl Fn(&Window) -> (i32, i32),
) -> (Dated<'_>, VecDeque<Mark<'_>>) {
    let (mut dated, mut undated) = (vec![], vec![]);
    for mark in marks {
        match mark.window {
            Some(window) => dated.push((mark, window)),
            None => undated.push(mark),
        }
    }
    dated.sort_by(|(a, a_window), (b, b_window)| {
        order(a_window)
            .cmp(&order(b_window))
            .then_with(|| a.said.assertion.cmp(b.said.assertion))
    });
    undated.sort_by(|a, b| a.said.assertion.cmp(b.said.assertion));
    (dated.into(), undated.into())
}

fn stray<'a>(paired: &mut Paired<'a>, end: Mark<'a>) {
    paired.stray_ends.push(end);
}

fn join<'a>(paired: &mut Paired<'a>, spell: &mut Spell<'a>, opens: &mut Dated<'a>, window: Window) {
    let Some((mark, _)) = opens.pop_front() else {
        return;
    };
    spell.notes.push(Edge {
        day: Some(window.first),
        said: mark.said,
    });
    if let Some(opened) = spell.opened.filter(|_| !mark.lenient) {
        paired
            .collisions
            .push((opened.said.sequence, mark.said.sequence));
    }
}

/// The earliest feasible day; between two observations the later, unless the end forbids it.
fn place_opening(window: Window, floor: i32, end: Option<Window>) -> i32 {
    let wanted = if window.prefers_last {
        end.map_or(window.last, |end| window.last.min(end.last))
    } else {
        window.first
    };
    wanted.max(floor).clamp(window.first, window.last)
}

/// The latest day that no later opening forbids, at least a day after the opening, within what was stated.
fn place_end(window: Window, opened: i32, next: Option<Window>) -> i32 {
    let wanted = next.map_or(window.last, |next| {
        window.last.min(next.first.max(window.first))
    });
    wanted
        .max(opened.saturating_add(1))
        .clamp(window.first, window.last)
        .max(opened)
}

/// An unknown date explains what the known ones leave open: an undated opening takes the earliest stray end, an undated end
/// closes what is still open.
fn pair_undated<'a>(
    key: &SpellKey,
    paired: &mut Paired<'a>,
    opens: VecDeque<Mark<'a>>,
    mut ends: VecDeque<Mark<'a>>,
) {
    if let Some(open) = paired
        .spells
        .iter_mut()
        .find(|spell| spell.closed.is_none())
        && let Some(end) = ends.pop_front()
    {
        open.closed = Some(Edge {
            day: None,
            said: end.said,
        });
    }
    for opening in opens {
        let end = if paired.stray_ends.is_empty() {
            ends.pop_front()
        } else {
            Some(paired.stray_ends.remove(0))
        };
        let closed = end.map(|end| Edge {
            day: end.window.map(|window| window.last),
            said: end.said,
        });
        paired.spells.push(Spell {
            key: key.clone(),
            opened: Some(Edge {
                day: None,
                said: opening.said,
            }),
            closed,
            notes: vec![],
        });
    }
    for end in ends {
        stray(paired, end);
    }
}
