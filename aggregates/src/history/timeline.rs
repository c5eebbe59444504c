//! A subject's events in the order in which they were recorded, and which of them are in force.

use serde::{Deserialize, Serialize};

use super::assertion::{Assertion, Entry, Event, Sequence};
use super::change::Change;

/// The recorded events of one stream, the first with sequence 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "C: Change", from = "Events<C>")]
pub struct Timeline<C> {
    events: Vec<Event<C>>,
    /// For each event, the one that stands against it. It follows from the events, and is kept because every decision asks for it
    /// several times.
    #[serde(skip)]
    superseded: Vec<Option<Sequence>>,
}

/// A timeline as stored.
#[derive(Deserialize)]
#[serde(bound = "C: Change")]
struct Events<C> {
    events: Vec<Event<C>>,
}

impl<C: Change> From<Events<C>> for Timeline<C> {
    fn from(stored: Events<C>) -> Self {
        let mut timeline = Self {
            events: stored.events,
            superseded: vec![],
        };
        timeline.superseded = timeline.standing().0;
        timeline
    }
}

/// An assertion in force, with the event that carries its words.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InForce<'a, C> {
    /// What it says.
    pub assertion: &'a Assertion<C>,
    /// The event: the assertion itself, or the latest correction of it.
    pub sequence: Sequence,
}

impl<C> Clone for InForce<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for InForce<'_, C> {}

impl<C> Default for Timeline<C> {
    fn default() -> Self {
        Self {
            events: vec![],
            superseded: vec![],
        }
    }
}

impl<C: Change> Timeline<C> {
    /// Adds the next event.
    pub fn extend(&mut self, event: Event<C>) {
        let targets = event.entry.target().is_some();
        self.events.push(event);
        if targets {
            self.superseded = self.standing().0;
        } else {
            self.superseded.push(None);
        }
    }

    /// The last event's sequence; 0 while empty.
    #[must_use]
    pub fn last(&self) -> Sequence {
        self.events.len() as Sequence
    }

    /// An event by its sequence.
    #[must_use]
    pub fn get(&self, sequence: Sequence) -> Option<&Event<C>> {
        self.events
            .get(usize::try_from(sequence).ok()?.checked_sub(1)?)
    }

    /// All events with their sequences.
    pub fn events(&self) -> impl Iterator<Item = (Sequence, &Event<C>)> {
        (1..).zip(&self.events)
    }

    /// The event that stands against this one: it replaced it or took it back, and is itself in force.
    #[must_use]
    pub fn superseded_by(&self, sequence: Sequence) -> Option<Sequence> {
        self.superseded
            .get(usize::try_from(sequence).ok()?.checked_sub(1)?)
            .copied()
            .flatten()
    }

    /// What the timeline says now: every assertion that no event in force replaces or takes back.
    #[must_use]
    pub fn in_force(&self) -> Vec<InForce<'_, C>> {
        self.said().collect()
    }

    /// The same, one by one.
    pub fn said(&self) -> impl Iterator<Item = InForce<'_, C>> {
        self.events()
            .zip(&self.superseded)
            .filter(|(_, superseded)| superseded.is_none())
            .filter_map(|((sequence, event), _)| {
                event.entry.assertion().map(|assertion| InForce {
                    assertion,
                    sequence,
                })
            })
    }

    /// An event in force that replaces or takes back what an earlier one in force does too: nothing may be replaced twice.
    #[must_use]
    pub fn rival(&self) -> Option<Sequence> {
        self.standing().1
    }

    /// For each event, the one that stands against it. A target always comes before what names it, so one pass from the
    /// last event to the first settles all. A correction that was itself corrected still keeps its target replaced (by the
    /// latest words); one that was taken back gives its target back. With it, the first rival found.
    fn standing(&self) -> (Vec<Option<Sequence>>, Option<Sequence>) {
        let mut rival = None;
        let mut superseded: Vec<Option<Sequence>> = vec![None; self.events.len()];
        let mut retracted = vec![false; self.events.len()];
        for (index, event) in self.events.iter().enumerate().rev() {
            if retracted[index] {
                continue;
            }
            let target = event
                .entry
                .target()
                .and_then(|target| usize::try_from(target).ok()?.checked_sub(1));
            if let Some(target) = target.filter(|&target| target < index) {
                rival = rival.or(superseded[target]);
                superseded[target] = Some(superseded[index].unwrap_or(index as Sequence + 1));
                retracted[target] = matches!(event.entry, Entry::Retracted { .. });
            }
        }
        (superseded, rival)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company;
    use crate::span::Span;
    use crate::text::Text;

    fn text(raw: &str) -> Text {
        Text::new(raw).unwrap()
    }

    fn renamed(name: &str) -> Assertion<company::Change> {
        Assertion {
            on: Span::Unknown,
            change: company::Change::Renamed { name: text(name) },
        }
    }

    fn says(entries: Vec<Entry<company::Change>>) -> Vec<Sequence> {
        let mut timeline = Timeline::default();
        for entry in entries {
            timeline.extend(Event {
                entry,
                despite: None,
                claims: vec![],
                asserted: None,
                releases: vec![],
            });
        }
        timeline
            .in_force()
            .iter()
            .map(|in_force| in_force.sequence)
            .collect()
    }

    fn correct(target: Sequence) -> Entry<company::Change> {
        Entry::Corrected {
            target,
            replacement: renamed("b"),
            reason: text("typing slip"),
        }
    }

    fn retract(target: Sequence) -> Entry<company::Change> {
        Entry::Retracted {
            target,
            reason: text("wrong company"),
        }
    }

    #[test]
    fn the_latest_correction_speaks() {
        assert_eq!(says(vec![Entry::Asserted(renamed("a")), correct(1)]), [2]);
        assert_eq!(
            says(vec![Entry::Asserted(renamed("a")), correct(1), correct(2)]),
            [3]
        );
    }

    #[test]
    fn retracting_a_correction_restores_its_target() {
        assert_eq!(
            says(vec![Entry::Asserted(renamed("a")), correct(1), retract(2)]),
            [1]
        );
        assert_eq!(
            says(vec![
                Entry::Asserted(renamed("a")),
                correct(1),
                correct(2),
                retract(3)
            ]),
            [2]
        );
    }

    #[test]
    fn retracting_a_retraction_restores_the_event() {
        assert_eq!(
            says(vec![Entry::Asserted(renamed("a")), retract(1)]),
            [] as [Sequence; 0]
        );
        assert_eq!(
            says(vec![Entry::Asserted(renamed("a")), retract(1), retract(2)]),
            [1]
        );
    }
}
