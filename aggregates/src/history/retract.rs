//! Taking an event back (撤销记录).

use std::collections::BTreeSet;

use super::assertion::{Entry, Event, Sequence};
use super::change::Change;
use super::contradiction::Contradiction;
use super::{History, Manner};
use crate::text::Text;
use crate::window::point;

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
    /// What it had replaced or taken back would come back twice, or against what has taken its place since.
    #[error(
        "event {target} kept something out in whose place event {event} stands now; retract event {event} first"
    )]
    WouldRepeat {
        /// As asked.
        target: Sequence,
        /// The event that stands there now.
        event: Sequence,
    },
    /// What it had taken back would come back into a record without registration.
    #[error(
        "what event {target} took back cannot return while this record has no registration; restore the registration first"
    )]
    NotRegistered {
        /// As asked.
        target: Sequence,
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
    let take_back = |target: Sequence| Entry::Retracted {
        target,
        reason: reason.clone(),
    };
    if matches!(&event.entry, Entry::Asserted(said) if said.change.registers()) {
        let taken = with_all_others(history, target);
        if taken.len() > 1 && !with_dependents {
            let count = history.timeline.in_force().len() - 1;
            return Err(RetractError::Registration { target, count });
        }
        return Ok(history.events(taken.into_iter().map(take_back).collect(), None));
    }
    let mut entries = vec![take_back(target)];
    let (mut after, mut contradictions) = history.trial(&entries);
    let restored: BTreeSet<_> = after
        .timeline
        .in_force()
        .iter()
        .map(|said| said.sequence)
        .filter(|&said| history.timeline.superseded_by(said).is_some())
        .collect();
    while with_dependents && !contradictions.is_empty() {
        let dependents = dependents(&after, &contradictions, &restored);
        if dependents.is_empty() {
            break;
        }
        entries.extend(dependents.into_iter().map(take_back));
        (after, contradictions) = history.trial(&entries);
    }
    if let Some(event) = repeats(&after) {
        return Err(RetractError::WouldRepeat { target, event });
    }
    if after.registration().is_none() && !after.timeline.in_force().is_empty() {
        return Err(RetractError::NotRegistered { target });
    }
    if !manner.records() && !contradictions.is_empty() {
        let dependents = dependents(&after, &contradictions, &restored);
        return Err(RetractError::StoodOn {
            target,
            dependents,
            contradictions,
        });
    }
    Ok(history.events(entries, manner.reason(&contradictions)))
}

/// Everything in force and what comes back as it goes, then the registration itself: an empty record is left.
fn with_all_others<C: Change>(history: &History<C>, registration: Sequence) -> Vec<Sequence> {
    let mut taken = vec![];
    let mut said: Vec<_> = history
        .timeline
        .in_force()
        .iter()
        .map(|said| said.sequence)
        .collect();
    while let Some(event) = said.pop() {
        if event == registration {
            continue;
        }
        taken.push(event);
        let replaced = history
            .timeline
            .get(event)
            .and_then(|event| event.entry.target());
        said.extend(replaced);
    }
    taken.push(registration);
    taken
}

/// Of each contradiction, the event that happened last: it stands on what is gone. Ascending; never the registration, nor
/// what the retraction itself brings back.
fn dependents<C: Change>(
    after: &History<C>,
    contradictions: &[Contradiction],
    restored: &BTreeSet<Sequence>,
) -> Vec<Sequence> {
    let registration = after.registration();
    let said = after.timeline.in_force();
    let last = |contradiction: &Contradiction| {
        said.iter()
            .filter(|said| contradiction.events.contains(&said.sequence))
            .filter(|said| {
                Some(said.sequence) != registration && !restored.contains(&said.sequence)
            })
            .max_by_key(|said| (point(said.assertion.on), said.assertion))
            .map(|said| said.sequence)
    };
    let dependents: BTreeSet<_> = contradictions.iter().filter_map(last).collect();
    dependents.into_iter().collect()
}

/// An event in force that says what another says too, or stands where another stands.
pub(super) fn repeats<C: Change>(after: &History<C>) -> Option<Sequence> {
    let mut said = after.timeline.in_force();
    said.sort();
    let twice = said
        .windows(2)
        .find(|pair| pair[0].assertion == pair[1].assertion)
        .map(|pair| pair[1].sequence);
    let registered = said
        .iter()
        .filter(|said| said.assertion.change.registers())
        .map(|said| said.sequence);
    let registered_twice = registered.clone().max().filter(|_| registered.count() > 1);
    after.timeline.rival().or(twice).or(registered_twice)
}
