//! Recording what happened.

use super::assertion::{Assertion, Entry, Event, Sequence};
use super::change::{Change, Impossible};
use super::contradiction::Contradiction;
use super::{History, Manner};
use crate::span::Span;
use crate::window::Window;

/// Why a record was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Nothing to record.
    #[error("there is nothing to record")]
    Nothing,
    /// The subject is not registered here yet.
    #[error(
        "nothing is recorded under this name yet; record its registration first (登记, of a cluster 设立)"
    )]
    NotRegistered,
    /// It already is.
    #[error("this record is already registered by event {event}; correct that event instead")]
    AlreadyRegistered {
        /// The registration.
        event: Sequence,
    },
    /// The same thing with the same date stands already.
    #[error("event {event} already says exactly this; nothing was added")]
    AlreadyRecorded {
        /// The event in force.
        event: Sequence,
    },
    /// What no further event could mend.
    #[error(transparent)]
    Impossible(#[from] Impossible),
    /// A period that ends before it begins.
    #[error("the end ({end}) lies before the start ({start}); check both dates")]
    EndBeforeStart {
        /// The start as stated.
        start: Span,
        /// The end as stated.
        end: Span,
    },
    /// An end that does not end what the opening opens.
    #[error(
        "{end} does not end {opening}; give the end of the same carrier, cluster, board or label"
    )]
    EndOfAnother {
        /// The opening's code.
        opening: &'static str,
        /// The end's code.
        end: &'static str,
    },
    /// It contradicts what is recorded.
    #[error(
        "this contradicts what is recorded; correct the events named, or send it again with a reason"
    )]
    Contradicts {
        /// How, and with which events; sequences past the last one are the new events.
        contradictions: Vec<Contradiction>,
    },
}

/// Records assertions, all or none.
pub(super) fn record<C: Change>(
    history: &History<C>,
    assertions: &[Assertion<C>],
    manner: &Manner,
) -> Result<Vec<Event<C>>, RecordError> {
    if assertions.is_empty() {
        return Err(RecordError::Nothing);
    }
    for (index, assertion) in assertions.iter().enumerate() {
        let before = assertions.get(..index).unwrap_or_default();
        check_impossible(history, before, assertion)?;
    }
    let entries: Vec<_> = assertions.iter().cloned().map(Entry::Asserted).collect();
    let contradictions = history.weighed(&entries, manner);
    if !manner.records() && !contradictions.is_empty() {
        return Err(RecordError::Contradicts { contradictions });
    }
    Ok(history.events(entries, manner.reason(&contradictions)))
}

/// Records a period whose end belongs to its opening.
pub(super) fn record_spell<C: Change>(
    history: &History<C>,
    opening: &Assertion<C>,
    end: &Assertion<C>,
    manner: &Manner,
) -> Result<Vec<Event<C>>, RecordError> {
    let (start, stop) = (opening.on, end.on);
    if let (Some(first), Some(last)) = (Window::of_opening(start), Window::of_end(stop))
        && last.last < first.first
    {
        return Err(RecordError::EndBeforeStart { start, end: stop });
    }
    if !opening.change.ends(&end.change) {
        let (opening, end) = (opening.change.wording().code, end.change.wording().code);
        return Err(RecordError::EndOfAnother { opening, end });
    }
    record(history, &[opening.clone(), end.clone()], manner)
}

/// What no further event could mend, after those that are recorded together with it.
fn check_impossible<C: Change>(
    history: &History<C>,
    before: &[Assertion<C>],
    assertion: &Assertion<C>,
) -> Result<(), RecordError> {
    let numbered = || (history.timeline.last() + 1..).zip(before);
    let among_new = |is: &dyn Fn(&Assertion<C>) -> bool| {
        let found = numbered().find(|(_, said)| is(said));
        found.map(|(sequence, _)| sequence)
    };
    let registers = assertion.change.registers();
    let registration = history
        .registration()
        .or_else(|| among_new(&|said| said.change.registers()));
    if registration.is_none() && !registers {
        return Err(RecordError::NotRegistered);
    }
    let saying = history
        .saying(assertion)
        .or_else(|| among_new(&|said| said == assertion));
    if let Some(event) = saying {
        return Err(RecordError::AlreadyRecorded { event });
    }
    if let Some(event) = registration.filter(|_| registers) {
        return Err(RecordError::AlreadyRegistered { event });
    }
    Ok(assertion.change.check()?)
}
