//! Taking several events back together (撤销批次).

use std::collections::BTreeSet;

use super::History;
use super::assertion::{Entry, Event, Sequence};
use super::change::Change;
use super::contradiction::Contradiction;
use super::retract::{dependents, repeats, restored};
use crate::text::Text;

/// Why the retraction of several events was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetractAllError {
    /// There is no such event.
    #[error("there is no event {target}; the last one is {last}")]
    NoSuchEvent {
        /// As asked.
        target: Sequence,
        /// The last event.
        last: Sequence,
    },
    /// Other events replaced or took back what is to be taken back; they are to be taken back first.
    #[error(
        "event {target} was replaced or taken back by event {by} since; take that one back first"
    )]
    Superseded {
        /// As asked.
        target: Sequence,
        /// What stands against it.
        by: Sequence,
    },
    /// Events stand on what is to be taken back.
    #[error(
        "events that stay stand on it: {}; take them back first",
        listed(dependents)
    )]
    StoodOn {
        /// The events that stand on it, ascending.
        dependents: Vec<Sequence>,
        /// What they would contradict.
        contradictions: Vec<Contradiction>,
    },
    /// What they had replaced or taken back would come back twice, or against what has taken its place since.
    #[error(
        "what they kept out would come back beside event {event}, which stands in its place now; take that one back first"
    )]
    WouldRepeat {
        /// The event that stands there now.
        event: Sequence,
    },
}

fn listed(events: &[Sequence]) -> String {
    let events: Vec<_> = events.iter().map(u64::to_string).collect();
    events.join(", ")
}

pub(super) fn retract_all<C: Change>(
    history: &History<C>,
    targets: &BTreeSet<Sequence>,
    reason: &Text,
) -> Result<Vec<Event<C>>, RetractAllError> {
    let last = history.timeline.last();
    if let Some(&target) = targets.iter().find(|&&target| target == 0 || target > last) {
        return Err(RetractAllError::NoSuchEvent { target, last });
    }
    for &target in targets {
        if let Some(by) = history.timeline.superseded_by(target)
            && !targets.contains(&by)
        {
            return Err(RetractAllError::Superseded { target, by });
        }
    }
    // From the last to the first, so that a correction is gone before what it replaced.
    let entries: Vec<_> = targets
        .iter()
        .rev()
        .map(|&target| Entry::Retracted {
            target,
            reason: reason.clone(),
        })
        .collect();
    let (after, contradictions) = history.trial(&entries);
    if after.registration().is_none() && !after.timeline.in_force().is_empty() {
        let said = after.timeline.in_force();
        return Err(RetractAllError::StoodOn {
            dependents: said.iter().map(|said| said.sequence).collect(),
            contradictions,
        });
    }
    if let Some(event) = repeats(&after) {
        return Err(RetractAllError::WouldRepeat { event });
    }
    let dependents = dependents(&after, &contradictions, &restored(history, &after));
    if !dependents.is_empty() {
        return Err(RetractAllError::StoodOn {
            dependents,
            contradictions,
        });
    }
    Ok(history.events(entries, None))
}
