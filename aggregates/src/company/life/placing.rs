//! On which day each event of a chain of spells stands.
//!
//! An opening stands on its earliest feasible day (between two observations, on the later), an end on the latest that no
//! later event forbids, and at least a day after its opening wherever the dates leave room for it.

use super::pairing::{Draft, Mark};
use super::spell::{Edge, Spell, SpellKey};
use crate::window::{BEGINNING, END, Window};

/// Places spells that follow each other in this order.
pub fn place<'a>(key: &SpellKey, drafts: &[Draft<'a>]) -> Vec<Spell<'a>> {
    let bounds = latest(drafts);
    let mut floor = BEGINNING;
    let mut spells = vec![];
    for (index, draft) in drafts.iter().enumerate() {
        let bound = &bounds[index];
        let opened = draft
            .opened
            .window
            .map(|window| opening(window, floor, bound));
        let mut low = opened.unwrap_or(floor);
        for window in draft.joined.iter().filter_map(|mark| mark.window) {
            low = low.max(window.first.min(bound.end));
        }
        let next = drafts.get(index + 1).and_then(|next| {
            let window = next.opened.window?;
            Some(opening(window, BEGINNING, &bounds[index + 1]))
        });
        let closed = draft.closed.map(|mark| Edge {
            day: mark
                .window
                .map(|window| end(window, opened, low, next, bound.end)),
            said: mark.said,
        });
        let last = closed.and_then(|edge| edge.day);
        floor = last.unwrap_or(low);
        spells.push(Spell {
            key: key.clone(),
            opened: Some(Edge {
                day: opened,
                said: draft.opened.said,
            }),
            closed,
            notes: draft
                .joined
                .iter()
                .map(|mark| joined(*mark, opened, last))
                .collect(),
        });
    }
    spells
}

/// The latest days that what follows leaves to a spell.
struct Latest {
    opening: i32,
    end: i32,
}

fn latest(drafts: &[Draft<'_>]) -> Vec<Latest> {
    let mut bounds = vec![];
    let mut bound = END;
    let within = |mark: Option<&Mark<'_>>, bound: i32| {
        mark.and_then(|mark| mark.window)
            .map_or(bound, |window| bound.min(window.last))
    };
    for draft in drafts.iter().rev() {
        let end = within(draft.closed.as_ref(), bound);
        bound = within(Some(&draft.opened), end);
        bounds.push(Latest {
            opening: bound,
            end,
        });
    }
    bounds.reverse();
    bounds
}

fn opening(window: Window, floor: i32, bound: &Latest) -> i32 {
    let earliest = window.first.max(floor);
    if window.prefers_last {
        return bound.opening.min(bound.end - 1).max(earliest);
    }
    earliest
}

fn end(window: Window, opened: Option<i32>, low: i32, next: Option<i32>, bound: i32) -> i32 {
    let earliest = window.first.max(low);
    let wanted = if window.prefers_last {
        window.last.min(next.unwrap_or(END))
    } else {
        earliest
    };
    let a_day_later = opened.map_or(BEGINNING, |opened| opened + 1);
    wanted.max(a_day_later).min(bound).max(earliest)
}

/// An opening that found the spell open is a note of it, within it if its date allows.
fn joined(mark: Mark<'_>, opened: Option<i32>, closed: Option<i32>) -> Edge<'_> {
    let day = mark
        .window
        .map(|window| window.day_within(opened.unwrap_or(BEGINNING), closed.unwrap_or(END)));
    Edge {
        day,
        said: mark.said,
    }
}
