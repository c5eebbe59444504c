//! Histories: recorded events that can be corrected and taken back, of whatever kind of subject.
//!
//! A company, a carrier and a cluster keep their records by the same rules; what can happen to each, its [`Change`] says.

mod assertion;
mod change;
mod contradiction;
mod correct;
mod record;
mod repair;
mod retract;
mod retract_all;
mod timeline;

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use assertion::{Assertion, CORRECTED, Entry, Event, RETRACTED, Sequence};
pub use change::{Change, Impossible};
pub use contradiction::{Contradiction, ContradictionKind};
pub use correct::CorrectError;
pub use record::RecordError;
pub use repair::RepairError;
pub use retract::RetractError;
pub use retract_all::RetractAllError;
pub use timeline::{InForce, Timeline};

use crate::text::Text;
use jiff::Timestamp;
use retract_all::retract_all;

/// A subject as its events tell it: the aggregate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "C: Change")]
pub struct History<C> {
    timeline: Timeline<C>,
}

/// What to do, and how to take contradictions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command<C> {
    /// What to do.
    pub action: Action<C>,
    /// How to take contradictions.
    pub manner: Manner,
}

/// What to do with a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<C> {
    /// Record what happened, all of it or nothing. The first of a new record is its registration.
    Record(Vec<Assertion<C>>),
    /// Record one period: an opening and the end that belongs to it.
    RecordSpell {
        /// How it began.
        opening: Assertion<C>,
        /// How it ended.
        end: Assertion<C>,
    },
    /// Replace what an event says (更正).
    Correct {
        /// The event whose words are wrong.
        target: Sequence,
        /// What should stand there.
        replacement: Assertion<C>,
        /// Why.
        reason: Text,
    },
    /// Take an event back (撤销记录).
    Retract {
        /// The event.
        target: Sequence,
        /// Why.
        reason: Text,
        /// Take back what stands on it as well.
        with_dependents: bool,
    },
    /// Take several events back together, all of them or none: what an import run recorded.
    RetractAll {
        /// The events.
        targets: BTreeSet<Sequence>,
        /// Why.
        reason: Text,
    },
}

/// How a command takes contradictions (three grades: impossible, contradiction, irregular).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// A person is asked: contradictions are refused with the events that they collide with.
    Live,
    /// A person insists, with a reason: they are recorded, flagged and listed.
    Despite(Text),
    /// A source says so: they are recorded, flagged and listed.
    Import,
    /// An archive says so, and when it said so (补录): they are recorded, flagged and listed.
    Backfill(Timestamp),
}

/// Why a command was refused. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Recording was refused.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A correction was refused.
    #[error(transparent)]
    Correct(#[from] CorrectError),
    /// A retraction was refused.
    #[error(transparent)]
    Retract(#[from] RetractError),
    /// A retraction of several events was refused.
    #[error(transparent)]
    RetractAll(#[from] RetractAllError),
    /// The record is merged into another, and only that one goes on.
    #[error("this record was merged into {into}; record it there, or undo the merge first")]
    Merged {
        /// The record that goes on.
        into: Uuid,
    },
    /// It would say of two records who is one with whom, in one of them.
    #[error("who is one with whom is said in both records at once; use `nianlun identity`")]
    Counterpart,
}

impl Refusal {
    /// The contradictions for which a live command was refused; empty if it was refused for another reason.
    #[must_use]
    pub fn contradictions(&self) -> &[Contradiction] {
        match self {
            Self::Record(RecordError::Contradicts { contradictions })
            | Self::Correct(CorrectError::Contradicts { contradictions })
            | Self::Retract(RetractError::StoodOn { contradictions, .. })
            | Self::RetractAll(RetractAllError::StoodOn { contradictions, .. }) => contradictions,
            _ => &[],
        }
    }
}

impl<C: Change> History<C> {
    /// What was recorded, in order.
    #[must_use]
    pub const fn timeline(&self) -> &Timeline<C> {
        &self.timeline
    }

    /// Decides on a command: the events that it adds, or why not. Pure.
    ///
    /// # Errors
    /// [`Refusal`], one enum per use case.
    pub fn decide(&self, command: &Command<C>) -> Result<Vec<Event<C>>, Refusal> {
        let manner = &command.manner;
        self.admits(&command.action)?;
        let mut events = match &command.action {
            Action::Record(assertions) => record::record(self, assertions, manner)?,
            Action::RecordSpell { opening, end } => {
                record::record_spell(self, opening, end, manner)?
            }
            Action::Correct {
                target,
                replacement,
                reason,
            } => correct::correct(self, *target, replacement, reason, manner)?,
            Action::Retract {
                target,
                reason,
                with_dependents,
            } => retract::retract(self, *target, reason, *with_dependents, manner)?,
            Action::RetractAll { targets, reason } => retract_all(self, targets, reason)?,
        };
        if let Manner::Backfill(asserted) = manner {
            for event in &mut events {
                event.asserted = Some(*asserted);
            }
        }
        Ok(events)
    }

    /// The registration in force.
    #[must_use]
    pub fn registration(&self) -> Option<Sequence> {
        self.timeline
            .said()
            .find(|said| said.assertion.change.registers())
            .map(|said| said.sequence)
    }

    /// The record that goes on in place of this one, as far as this one says so.
    #[must_use]
    pub fn merged_into(&self) -> Option<Uuid> {
        self.timeline
            .said()
            .find_map(|said| said.assertion.change.merged_into())
    }

    /// Refuses what a command may not say of identities, and all but the way back on a merged record.
    fn admits(&self, action: &Action<C>) -> Result<(), Refusal> {
        let said: Vec<&Assertion<C>> = match action {
            Action::Record(assertions) => assertions.iter().collect(),
            Action::RecordSpell { opening, end } => vec![opening, end],
            Action::Correct {
                target,
                replacement,
                ..
            } => [replacement]
                .into_iter()
                .chain(
                    self.timeline
                        .get(*target)
                        .and_then(|event| event.entry.assertion()),
                )
                .collect(),
            Action::Retract { .. } | Action::RetractAll { .. } => vec![],
        };
        if said.iter().any(|said| said.change.counterpart().is_some()) {
            return Err(Refusal::Counterpart);
        }
        let way_back = match action {
            Action::Retract { target, .. } => self
                .timeline
                .get(*target)
                .and_then(|event| event.entry.assertion())
                .is_some_and(|said| said.change.counterpart().is_some()),
            _ => false,
        };
        match self.merged_into().filter(|_| !way_back) {
            Some(into) => Err(Refusal::Merged { into }),
            None => Ok(()),
        }
    }

    /// The event in force that says exactly this.
    #[must_use]
    pub fn saying(&self, assertion: &Assertion<C>) -> Option<Sequence> {
        self.timeline
            .said()
            .find(|said| said.assertion == assertion)
            .map(|said| said.sequence)
    }

    /// The identifiers that it holds in the register.
    #[must_use]
    pub fn identifiers(&self) -> BTreeSet<String> {
        self.timeline
            .said()
            .flat_map(|said| said.assertion.change.identifiers())
            .collect()
    }

    /// This history with entries added, and the contradictions that they add. One that was there before under the number of
    /// the event that a correction replaces is not added.
    fn trial(&self, entries: &[Entry<C>]) -> (Self, Vec<Contradiction>) {
        let mut after = self.clone();
        let mut replaced = BTreeMap::new();
        for entry in entries {
            after.timeline.extend(Event {
                entry: entry.clone(),
                despite: None,
                asserted: None,
                claims: vec![],
                releases: vec![],
            });
            if let Entry::Corrected { target, .. } = entry {
                replaced.insert(after.timeline.last(), *target);
            }
        }
        let before: BTreeSet<_> = C::contradictions(&self.timeline).into_iter().collect();
        let as_before = |found: &Contradiction| {
            let events = found
                .events
                .iter()
                .map(|event| *replaced.get(event).unwrap_or(event));
            Contradiction::new(found.kind, events)
        };
        let mut added = C::contradictions(&after.timeline);
        added.retain(|found| !before.contains(&as_before(found)));
        (after, added)
    }

    /// The contradictions that entries add and this manner weighs. An import records them all: what they come to is read off
    /// the whole history, not off each event.
    fn weighed(&self, entries: &[Entry<C>], manner: &Manner) -> Vec<Contradiction> {
        match manner {
            Manner::Import | Manner::Backfill(_) => vec![],
            Manner::Live | Manner::Despite(_) => self.trial(entries).1,
        }
    }

    /// Entries as events: with what they claim and release in the register, and the reason if they contradict.
    fn events(&self, entries: Vec<Entry<C>>, despite: Option<&Text>) -> Vec<Event<C>> {
        let plain = |entry: Entry<C>| Event {
            entry,
            despite: despite.cloned(),
            asserted: None,
            claims: vec![],
            releases: vec![],
        };
        // What only adds assertions takes nothing back: most events, and all that is imported for the first time.
        let adds = |entry: &Entry<C>| match entry {
            Entry::Asserted(assertion) => Some(assertion.change.identifiers()),
            _ => None,
        };
        if let Some(added) = entries.iter().map(adds).collect::<Option<Vec<_>>>() {
            let mut held = if added.iter().all(BTreeSet::is_empty) {
                BTreeSet::new()
            } else {
                self.identifiers()
            };
            let claims = added.into_iter().map(|mut claims| {
                claims.retain(|identifier| held.insert(identifier.clone()));
                claims.into_iter().collect()
            });
            return entries
                .into_iter()
                .zip(claims)
                .map(|(entry, claims)| Event {
                    claims,
                    ..plain(entry)
                })
                .collect();
        }
        let mut state = self.clone();
        let mut held = self.identifiers();
        let mut events = vec![];
        for entry in entries {
            state.timeline.extend(plain(entry.clone()));
            let holds = state.identifiers();
            events.push(Event {
                claims: holds.difference(&held).cloned().collect(),
                releases: held.difference(&holds).cloned().collect(),
                ..plain(entry)
            });
            held = holds;
        }
        events
    }
}

impl Manner {
    /// Whether contradictions may be recorded.
    const fn records(&self) -> bool {
        !matches!(self, Self::Live)
    }

    /// The reason to keep with an event that contradicts.
    fn reason(&self, contradictions: &[Contradiction]) -> Option<&Text> {
        match self {
            Self::Despite(reason) if !contradictions.is_empty() => Some(reason),
            _ => None,
        }
    }
}

impl<C> Default for History<C> {
    fn default() -> Self {
        Self {
            timeline: Timeline::default(),
        }
    }
}

impl<C: Change> Aggregate for History<C> {
    const TYPE: &'static str = C::TYPE;
    type Command = Command<C>;
    type Event = Event<C>;
    type Error = Refusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command<C>,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refusal> {
        for event in self.decide(&command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event<C>) {
        self.timeline.extend(event);
    }
}
