//! Taking an event back (撤销记录).

use std::collections::BTreeSet;

use super::assertion::{Entry, Event, Sequence};
use super::change::Change;
use super::contradiction::Contradiction;
use super::{History, Manner};
use crate::text::Text;

/// Why a retraction was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetractError {
    /// There is no such event.
    #[error("there is no event {target}; the last one is {last}")]
    NoSuchEvent {
        /// As asked.
        target: Sequence,
        /// The last event.
        last: Sequence,
    },
    /// It was taken back or replaced before.
    #[error(
        "event {target} is no longer in force: event {by} replaced it or took it back; retract that one"
    )]
    Superseded {
        /// As asked.
        target: Sequence,
        /// What stands against it.
        by: Sequence,
    },
    /// Events stand on it.
    #[error(
        "other events stand on event {target}; retract them first, or send it again with a reason or with its dependents"
    )]
    StoodOn {
        /// As asked.
        target: Sequence,
        /// The events that stand on it, ascending.
        dependents: Vec<Sequence>,
        /// What they would contradict.
        contradictions: Vec<Contradiction>,
    },
    /// What it had replaced or taken back would come back twice.
    #[error(
        "event {target} kept something out that event {event} says now; retract event {event} first"
    )]
    WouldRepeat {
        /// As asked.
        target: Sequence,
        /// The event that says it now.
        event: Sequence,
    },
    /// A registration on which the rest of the record stands.
    #[error(
        "event {target} is the registration of this record, and {count} other events stand on it; retract it with its dependents"
    )]
    Registration {
        /// As asked.
        target: Sequence,
        /// How many events in force there are besides it.
        count: usize,
    },
}

pub(super) fn retract<C: Change>(
    history: &History<C>,
    target: Sequence,
    reason: &Text,
    with_dependents: bool,
    manner: &Manner,
) -> Result<Vec<Event<C>>, RetractError> {
    let Some(event) = history.timeline.get(target) else {
        return Err(RetractError::NoSuchEvent {
            target,
            last: history.timeline.last(),
        });
    };
    if let Some(by) = history.timeline.superseded_by(target) {
        return Err(RetractError::Superseded { target, by });
    }
    let mut entries = vec![Entry::Retracted {
        target,
        reason: reason.clone(),
    }];
    let registers = matches!(&event.entry, Entry::Asserted(said) if said.change.registers());
    if registers {
        let others: Vec<_> = history
            .timeline
            .in_force()
            .iter()
            .map(|said| said.sequence)
            .filter(|&other| other != target)
            .collect();
        if !others.is_empty() && !with_dependents {
            return Err(RetractError::Registration {
                target,
                count: others.len(),
            });
        }
        let others = others.into_iter().rev().map(|target| Entry::Retracted {
            target,
            reason: reason.clone(),
        });
        return Ok(history.events(others.chain(entries).collect(), None));
    }
    if let Some(event) = repeats(history, &entries) {
        return Err(RetractError::WouldRepeat { target, event });
    }
    let (_, mut contradictions) = history.trial(&entries);
    let mut taken: BTreeSet<Sequence> = [target].into();
    while with_dependents && !contradictions.is_empty() {
        let dependents: Vec<_> = dependents(history, &contradictions)
            .into_iter()
            .filter(|&dependent| taken.insert(dependent))
            .collect();
        if dependents.is_empty() {
            break;
        }
        entries.extend(dependents.into_iter().map(|target| Entry::Retracted {
            target,
            reason: reason.clone(),
        }));
        (_, contradictions) = history.trial(&entries);
    }
    if !manner.records() && !contradictions.is_empty() {
        let dependents = dependents(history, &contradictions);
        return Err(RetractError::StoodOn {
            target,
            dependents,
            contradictions,
        });
    }
    Ok(history.events(entries, manner.reason(&contradictions)))
}

/// The recorded events of these contradictions, ascending; never the registration.
fn dependents<C: Change>(history: &History<C>, contradictions: &[Contradiction]) -> Vec<Sequence> {
    let registration = history.registration();
    let events: BTreeSet<_> = contradictions
        .iter()
        .flat_map(|contradiction| contradiction.events.iter().copied())
        .collect();
    events
        .into_iter()
        .filter(|&event| Some(event) != registration && event <= history.timeline.last())
        .collect()
}

/// An event in force that says what these entries would bring back.
fn repeats<C: Change>(history: &History<C>, entries: &[Entry<C>]) -> Option<Sequence> {
    let (after, _) = history.trial(entries);
    let said = after.timeline.in_force();
    let back = said
        .iter()
        .find(|said| history.timeline.superseded_by(said.sequence).is_some())?;
    let same = |other: &&super::InForce<'_, C>| {
        other.assertion == back.assertion
            || other.assertion.change.registers() && back.assertion.change.registers()
    };
    said.iter()
        .filter(|other| other.sequence != back.sequence)
        .find(same)
        .map(|other| other.sequence)
}
