//! What a repair of identities adds to one record: entries that are decided together with those of another.

use super::assertion::{Assertion, Entry, Event, Sequence};
use super::change::Change;
use super::contradiction::Contradiction;
use super::retract::repeats;
use super::{History, Manner};

/// Why a record cannot take its part in a repair.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RepairError {
    /// There is no such event.
    #[error("there is no event {target}; the last one is {last}")]
    NoSuchEvent {
        /// As asked.
        target: Sequence,
        /// The last event.
        last: Sequence,
    },
    /// It was taken back or replaced since.
    #[error("event {target} is no longer in force: event {by} replaced it or took it back")]
    Superseded {
        /// As asked.
        target: Sequence,
        /// What stands against it.
        by: Sequence,
    },
    /// A retraction says nothing that could be another's.
    #[error("event {target} is a retraction and says nothing that could be moved")]
    IsRetraction {
        /// As asked.
        target: Sequence,
    },
    /// A registration is the record itself.
    #[error(
        "event {target} is the registration of this record and stays with it; to give up the whole record, merge it"
    )]
    Registration {
        /// As asked.
        target: Sequence,
    },
    /// It says who is one with whom.
    #[error("event {target} says who is one with whom; undo that repair instead")]
    Counterpart {
        /// As asked.
        target: Sequence,
    },
    /// Events would be left without registration.
    #[error(
        "other events would be left in a record without registration; move or retract them first"
    )]
    NotRegistered,
    /// The record would say the same thing twice, or two things in one place.
    #[error("event {event} already stands where this would stand; retract it first")]
    Repeats {
        /// The event that stands there.
        event: Sequence,
    },
    /// What is left, or what comes, contradicts the rest of the record.
    #[error(
        "the record would contradict itself; mend the events named first, or send it again with --despite"
    )]
    Contradicts {
        /// How, and with which events; sequences past the last one are the new events.
        contradictions: Vec<Contradiction>,
    },
}

impl<C: Change> History<C> {
    /// What an event in force says, and the events to take back so that it is said no longer: a correction before what it
    /// corrected, which would return otherwise.
    ///
    /// # Errors
    /// [`RepairError`] if there is no such event in force, or if it stays with its record.
    pub fn movable(&self, target: Sequence) -> Result<(&Assertion<C>, Vec<Sequence>), RepairError> {
        let last = self.timeline.last();
        let Some(event) = self.timeline.get(target) else {
            return Err(RepairError::NoSuchEvent { target, last });
        };
        if let Some(by) = self.timeline.superseded_by(target) {
            return Err(RepairError::Superseded { target, by });
        }
        let Some(said) = event.entry.assertion() else {
            return Err(RepairError::IsRetraction { target });
        };
        if said.change.registers() {
            return Err(RepairError::Registration { target });
        }
        if said.change.counterpart().is_some() {
            return Err(RepairError::Counterpart { target });
        }
        let replaced = |event: &Sequence| self.timeline.get(*event)?.entry.target();
        Ok((
            said,
            std::iter::successors(Some(target), replaced).collect(),
        ))
    }

    /// The events that these entries are, with what they claim and release in the register. Nothing is asked of identities.
    ///
    /// # Errors
    /// [`RepairError`] if the record could not stand so; a contradiction only in a live manner.
    pub fn repaired(
        &self,
        entries: Vec<Entry<C>>,
        manner: &Manner,
    ) -> Result<Vec<Event<C>>, RepairError> {
        let mut at = self.clone();
        for entry in &entries {
            if let Some(target) = entry.target()
                && let Some(by) = at.timeline.superseded_by(target)
            {
                return Err(RepairError::Superseded { target, by });
            }
            at.timeline.extend(Event {
                entry: entry.clone(),
                despite: None,
                claims: vec![],
                asserted: None,
                releases: vec![],
            });
        }
        if let Some(event) = repeats(&at) {
            return Err(RepairError::Repeats { event });
        }
        if at.registration().is_none() && !at.timeline.in_force().is_empty() {
            return Err(RepairError::NotRegistered);
        }
        let contradictions = self.weighed(&entries, manner);
        if !manner.records() && !contradictions.is_empty() {
            return Err(RepairError::Contradicts { contradictions });
        }
        Ok(self.events(entries, manner.reason(&contradictions)))
    }
}
