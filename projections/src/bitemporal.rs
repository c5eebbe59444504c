//! From what a history says at each moment to facts on both time axes.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::history::{Change, Event, Timeline};

use crate::fact::{Fact, Known};

/// An event with the moment at which it became known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted<C> {
    /// When it became known: its admission to the log, unless a declared backfill asserts an earlier time ([`known`]). Along a
    /// stream it never falls.
    pub known: Known,
    /// When the log admitted it, in microseconds: the same for all events of a round.
    pub admitted_at: i64,
    /// The civil day of that moment in the installation's zone, counted from 1970-01-01.
    pub day: i32,
    /// The event.
    pub event: Event<C>,
}

impl<C> Admitted<C> {
    /// Whether two events of a stream became known at one moment: at the same time, by the same round of the log.
    pub(crate) fn at_once(&self, other: &Self) -> bool {
        (self.known.at, self.admitted_at) == (other.known.at, other.admitted_at)
    }

    /// Whether it became known later than its source says, since something later was known before it.
    pub(crate) fn moved(&self) -> bool {
        let asserted = self.event.asserted;
        asserted.is_some_and(|asserted| asserted.as_microsecond() < self.known.at)
    }
}

/// When an event became known: as a backfill asserts, but never before the event that stands before it in its stream, nor after
/// its admission; so what was known at a time is always a beginning of the stream.
#[must_use]
pub fn known(admitted: Known, asserted: Option<i64>, before: Option<Known>) -> Known {
    let at = asserted.map_or(admitted.at, |asserted| {
        asserted
            .max(before.map_or(i64::MIN, |before| before.at))
            .min(admitted.at)
    });
    Known { at, ..admitted }
}

/// Folds a history, given in the order of its stream, with a function that reads what a timeline says.
///
/// The fold stops once at each moment of knowledge, after all events that share its time and their round of the log: nothing
/// half-done is ever a fact.
/// A fact whose value, basis, flags or days change is closed on the known axis and opened anew. `days` gives, for each event
/// by its place, the civil day on which it became known.
pub fn bitemporal<C: Change>(
    history: &[Admitted<C>],
    read: impl Fn(&Timeline<C>, &[i32]) -> Vec<Fact>,
) -> Vec<Fact> {
    let days: Vec<i32> = history.iter().map(|admitted| admitted.day).collect();
    let mut timeline = Timeline::default();
    let mut believed = Believed::default();
    for moment in history.chunk_by(Admitted::at_once) {
        let Some(last) = moment.last() else { continue };
        for admitted in moment {
            timeline.extend(admitted.event.clone());
        }
        believed.from_now(read(&timeline, &days), last.known);
    }
    believed.facts()
}

/// What is believed of a subject, from one moment of knowledge to the next.
#[derive(Debug, Default)]
pub struct Believed {
    now: BTreeMap<Fact, Known>,
    closed: Vec<Fact>,
}

impl Believed {
    /// From this moment on these facts are believed and no others. A history may say the same thing twice over: it is one
    /// fact, since it was first believed.
    pub fn from_now(&mut self, said: Vec<Fact>, known: Known) {
        let mut before = std::mem::take(&mut self.now);
        for said in BTreeSet::from_iter(said) {
            let since = before.remove(&said).unwrap_or(known);
            self.now.insert(said, since);
        }
        self.closed
            .extend(before.into_iter().map(|(fact, since)| Fact {
                known_from: since,
                known_to: known,
                ..fact
            }));
    }

    /// All that was ever believed, with when.
    #[must_use]
    pub fn facts(self) -> Vec<Fact> {
        let mut facts = self.closed;
        facts.extend(self.now.into_iter().map(|(fact, since)| Fact {
            known_from: since,
            known_to: Known::OPEN,
            ..fact
        }));
        facts.sort();
        facts
    }
}
