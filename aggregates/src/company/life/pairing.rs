//! Which end belongs to which opening, for the events of one key.
//!
//! The dated events are taken by their last feasible day, as late as they allow: what must happen by a day happens then,
//! with whatever imprecise event of the other side could have come before it. So a contradiction is found only where no
//! placement of the dates avoids it. Events of equal windows are told apart by what they say: the order in which they were
//! recorded plays no part. On one day ends count before openings, except that a spell opened that day ends after its opening.

use super::Said;
use super::placing::place;
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
    /// The spells, those that cannot be placed and ends without a beginning last.
    pub spells: Vec<Spell<'a>>,
    /// Ends with nothing to end.
    pub stray_ends: Vec<Mark<'a>>,
    /// Lenient ends that closed nothing.
    pub idle: Vec<Sequence>,
    /// Openings while open: the one that is open, and the new one.
    pub collisions: Vec<(Sequence, Sequence)>,
}

/// A spell before its events are placed.
pub struct Draft<'a> {
    /// What opened it.
    pub opened: Mark<'a>,
    /// Openings that found it open.
    pub joined: Vec<Mark<'a>>,
    /// What ended it.
    pub closed: Option<Mark<'a>>,
}

/// Pairs the openings and ends of one key.
pub fn pair<'a>(key: &SpellKey, opens: Vec<Mark<'a>>, ends: Vec<Mark<'a>>) -> Paired<'a> {
    let (opens, undated_opens) = split(opens);
    let (ends, undated_ends) = split(ends);
    let mut walk = Walk {
        opens,
        ends,
        undated_opens,
        undated_ends,
        ..Walk::default()
    };
    walk.run();
    walk.finish(key)
}

type Dated<'a> = Vec<(Window, Mark<'a>)>;

/// The dated by their last feasible day, and the undated, the strict before the lenient.
fn split(marks: Vec<Mark<'_>>) -> (Dated<'_>, Vec<Mark<'_>>) {
    let (mut dated, mut undated) = (vec![], vec![]);
    for mark in marks {
        match mark.window {
            Some(window) => dated.push((window, mark)),
            None => undated.push(mark),
        }
    }
    dated.sort_by_key(|(window, mark)| (window.last, window.first, mark.said.assertion));
    undated.sort_by_key(|mark| (mark.lenient, mark.said.assertion));
    (dated, undated)
}

#[derive(Default)]
struct Walk<'a> {
    /// What is still to come, by its last feasible day.
    opens: Dated<'a>,
    ends: Dated<'a>,
    undated_opens: Vec<Mark<'a>>,
    undated_ends: Vec<Mark<'a>>,
    /// The spells so far; the last one may be open.
    drafts: Vec<Draft<'a>>,
    stray: Vec<Mark<'a>>,
    idle: Vec<Mark<'a>>,
}

impl<'a> Walk<'a> {
    fn run(&mut self) {
        loop {
            let opening = self.opens.first().map(|(window, _)| window.last);
            let end = self.ends.first().map(|(window, _)| window.last);
            match (opening, end) {
                (Some(due), end)
                    if end.is_none_or(|end| due < end || due == end && !self.is_open()) =>
                {
                    self.opening_due(due);
                }
                (_, Some(due)) => self.end_due(due),
                (_, None) => {
                    if !self.give_back() {
                        return;
                    }
                }
            }
        }
    }

    fn is_open(&self) -> bool {
        self.drafts
            .last()
            .is_some_and(|draft| draft.closed.is_none())
    }

    fn open(&mut self, opened: Mark<'a>) {
        self.drafts.push(Draft {
            opened,
            joined: vec![],
            closed: None,
        });
    }

    fn close(&mut self, end: Mark<'a>) {
        if let Some(draft) = self.drafts.last_mut() {
            draft.closed = Some(end);
        }
    }

    /// An opening can wait no longer.
    fn opening_due(&mut self, due: i32) {
        let lenient = self.opens[0].1.lenient;
        if !self.is_open() {
            // What joins lets what opens go first.
            let opener = self
                .opens
                .iter()
                .position(|(window, mark)| lenient && !mark.lenient && window.first <= due);
            let (_, mark) = self.opens.remove(opener.unwrap_or(0));
            return self.open(mark);
        }
        let released = self.ends.iter().position(|(end, _)| end.first <= due);
        if let Some(end) = released.filter(|_| !lenient) {
            let (_, end) = self.ends.remove(end);
            self.close(end);
        } else if !lenient && !self.undated_ends.is_empty() {
            let end = self.undated_ends.remove(0);
            self.close(end);
        } else {
            let (_, mark) = self.opens.remove(0);
            if let Some(draft) = self.drafts.last_mut() {
                draft.joined.push(mark);
            }
        }
    }

    /// An end can wait no longer.
    fn end_due(&mut self, due: i32) {
        let lenient = self.ends[0].1.lenient;
        if self.is_open() {
            let (_, end) = self.ends.remove(0);
            let strict = self
                .ends
                .iter()
                .position(|(window, mark)| !mark.lenient && window.first <= due);
            match strict.filter(|&strict| lenient && self.is_starving(strict, 0)) {
                // Without this spell that end would have nothing to end; this one is content.
                Some(strict) => {
                    let (window, mark) = self.ends.remove(strict);
                    let window = Some(Window {
                        last: due,
                        ..window
                    });
                    self.close(Mark { window, ..mark });
                    self.idle.push(end);
                }
                None => self.close(end),
            }
            return;
        }
        let released = self
            .opens
            .iter()
            .position(|(opening, _)| opening.first <= due);
        let needed = lenient
            && (0..self.ends.len())
                .any(|strict| !self.ends[strict].1.lenient && self.is_starving(strict, 1));
        if let Some(opening) = released.filter(|_| !needed) {
            let (_, opening) = self.opens.remove(opening);
            self.open(opening);
        } else if lenient {
            let (_, end) = self.ends.remove(0);
            self.idle.push(end);
            // What is left for another end came after this one.
            for (window, mark) in &mut self.opens {
                window.first = window.first.max(due);
                mark.window = Some(*window);
            }
        } else if self.undated_opens.is_empty() {
            let (_, end) = self.ends.remove(0);
            self.stray.push(end);
        } else {
            let opening = self.undated_opens.remove(0);
            self.open(opening);
        }
    }

    /// Whether this end would find no opening to end, were so many of those to come gone.
    fn is_starving(&self, strict: usize, gone: usize) -> bool {
        let last = self.ends[strict].0.last;
        let openings = self
            .opens
            .iter()
            .filter(|(opening, _)| opening.first <= last);
        let rivals = self.ends[..strict].iter().filter(|(_, end)| !end.lenient);
        openings.count() < rivals.count() + 1 + gone
    }

    /// A lenient opening that came out last and was never ended joins the spell before it, if it could have lain in it.
    fn give_back(&mut self) -> bool {
        let [.., before, last] = self.drafts.as_slice() else {
            return false;
        };
        let ended = before.closed.and_then(|end| end.window);
        let fits = match (last.opened.window, ended) {
            (Some(opening), Some(end)) => opening.first < end.last,
            _ => false,
        };
        if last.closed.is_some() || !last.opened.lenient || !fits {
            return false;
        }
        let Some(last) = self.drafts.pop() else {
            return false;
        };
        if let Some(before) = self.drafts.last_mut() {
            before.joined.push(last.opened);
        }
        self.opens = split(last.joined).0;
        true
    }

    /// What has no date explains what the dates leave: an undated opening takes an end that found nothing, else an undated
    /// end; an undated end closes what is still open.
    fn finish(mut self, key: &SpellKey) -> Paired<'a> {
        let mut undated_ends = std::mem::take(&mut self.undated_ends).into_iter();
        let mut idle = std::mem::take(&mut self.idle).into_iter();
        let mut apart = vec![];
        for opened in std::mem::take(&mut self.undated_opens) {
            let mut closed = idle.next();
            if let Some(draft) = self
                .drafts
                .last_mut()
                .filter(|_| opened.lenient && closed.is_none())
            {
                draft.joined.push(opened);
                continue;
            }
            closed = closed.or_else(|| undated_ends.next());
            apart.push(Draft {
                opened,
                joined: vec![],
                closed,
            });
        }
        if self.is_open()
            && let Some(end) = undated_ends.next()
        {
            self.close(end);
        }
        let (idle_undated, stray_undated): (Vec<_>, Vec<_>) =
            undated_ends.partition(|end| end.lenient);
        self.stray.extend(stray_undated);

        let mut paired = Paired {
            idle: idle
                .chain(idle_undated)
                .map(|end| end.said.sequence)
                .collect(),
            ..Paired::default()
        };
        for draft in self.drafts.iter().chain(&apart) {
            let again = draft.joined.iter().filter(|mark| !mark.lenient);
            paired
                .collisions
                .extend(again.map(|mark| (draft.opened.said.sequence, mark.said.sequence)));
        }
        paired.spells = place(key, &self.drafts);
        paired.spells.extend(place(key, &apart));
        paired.spells.extend(self.stray.iter().map(|end| Spell {
            key: key.clone(),
            opened: None,
            closed: Some(Edge {
                day: end.window.map(Window::preferred),
                said: end.said,
            }),
            notes: vec![],
        }));
        paired.stray_ends = self.stray;
        paired
    }
}
