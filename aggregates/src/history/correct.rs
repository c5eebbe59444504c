//! Replacing what an event says (更正).

use super::assertion::{Assertion, Entry, Event, Sequence};
use super::change::{Change, Impossible};
use super::contradiction::Contradiction;
use super::{History, Manner};
use crate::text::Text;

/// Why a correction was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorrectError {
    /// There is no such event.
    #[error("there is no event {target}; the last one is {last}")]
    NoSuchEvent {
        /// As asked.
        target: Sequence,
        /// The last event.
        last: Sequence,
    },
    /// Other words stand there already, or it was taken back.
    #[error(
        "event {target} is no longer in force: event {by} replaced it or took it back; correct that one"
    )]
    Superseded {
        /// As asked.
        target: Sequence,
        /// What stands against it.
        by: Sequence,
    },
    /// A retraction has no words to replace.
    #[error(
        "event {target} is a retraction and says nothing that could be replaced; retract it to restore its target"
    )]
    IsRetraction {
        /// As asked.
        target: Sequence,
    },
    /// The replacement says the same.
    #[error("event {target} already says exactly this")]
    Unchanged {
        /// As asked.
        target: Sequence,
    },
    /// Another event in force already says it.
    #[error("event {event} already says exactly this; retract event {target} instead")]
    AlreadyRecorded {
        /// As asked.
        target: Sequence,
        /// The event that says it.
        event: Sequence,
    },
    /// A registration can only become another registration, and nothing else can become one.
    #[error("a registration can only be replaced by a registration, and nothing else by one")]
    Registration,
    /// What no further event could mend.
    #[error(transparent)]
    Impossible(#[from] Impossible),
    /// Other events stand on what it said, or the new words contradict them.
    #[error(
        "the correction contradicts what is recorded; correct the events named first, or send it again with a reason"
    )]
    Contradicts {
        /// How, and with which events.
        contradictions: Vec<Contradiction>,
    },
}

pub(super) fn correct<C: Change>(
    history: &History<C>,
    target: Sequence,
    replacement: &Assertion<C>,
    reason: &Text,
    manner: &Manner,
) -> Result<Vec<Event<C>>, CorrectError> {
    let Some(event) = history.timeline.get(target) else {
        return Err(CorrectError::NoSuchEvent {
            target,
            last: history.timeline.last(),
        });
    };
    if let Some(by) = history.timeline.superseded_by(target) {
        return Err(CorrectError::Superseded { target, by });
    }
    let Some(stands) = event.entry.assertion() else {
        return Err(CorrectError::IsRetraction { target });
    };
    if stands == replacement {
        return Err(CorrectError::Unchanged { target });
    }
    if let Some(event) = history.saying(replacement) {
        return Err(CorrectError::AlreadyRecorded { target, event });
    }
    if stands.change.registers() != replacement.change.registers() {
        return Err(CorrectError::Registration);
    }
    replacement.change.check()?;
    let entries = vec![Entry::Corrected {
        target,
        replacement: replacement.clone(),
        reason: reason.clone(),
    }];
    let contradictions = history.weighed(&entries, manner);
    if !manner.records() && !contradictions.is_empty() {
        return Err(CorrectError::Contradicts { contradictions });
    }
    Ok(history.events(entries, manner.reason(&contradictions)))
}
