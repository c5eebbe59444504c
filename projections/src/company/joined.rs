//! One record read from several streams: its own, and those of the records that it has taken in.
//!
//! An event of the `n`th stream is numbered `n * STREAM + sequence` while the record is read, so that its own events keep
//! their sequences; afterwards each fact names the events of other streams by stream and sequence.

use std::collections::BTreeSet;

use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::{InForce, Sequence, Timeline};
use uuid::Uuid;

use crate::fact::{EventOf, Fact};

/// More events than a stream can have.
const STREAM: Sequence = 1 << 40;

/// A stream from which a record is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    /// Its id.
    pub id: Uuid,
    /// For each event by its place, the civil day on which it became known.
    pub days: &'a [i32],
    /// And whether that is later than its source says.
    pub moved: &'a [bool],
}

/// What the streams say together. The same thing said by several is one thing, said by the first of them.
pub(super) fn said<'a>(timelines: &[&'a Timeline<Change>]) -> Vec<InForce<'a, Change>> {
    let mut joined = vec![];
    let mut known = BTreeSet::new();
    for (number, timeline) in (0..).zip(timelines) {
        let mut said = timeline.in_force();
        if number > 0 {
            said.retain(|said| !known.contains(said.assertion));
        }
        if timelines.len() > 1 {
            known.extend(said.iter().map(|said| said.assertion));
        }
        joined.extend(said.into_iter().map(|said| InForce {
            sequence: number * STREAM + said.sequence,
            ..said
        }));
    }
    joined
}

/// Of which stream an event is, and which of its events.
pub(super) fn place(sequence: Sequence) -> Option<(usize, Sequence)> {
    Some((usize::try_from(sequence / STREAM).ok()?, sequence % STREAM))
}

/// Gives the events that a fact stands on the names that they have outside.
pub(super) fn name_events(fact: &mut Fact, parts: &[Part<'_>]) {
    let elsewhere = fact.basis.extract_if(.., |sequence| *sequence >= STREAM);
    let named = elsewhere.filter_map(|sequence| {
        let (part, sequence) = place(sequence)?;
        let id = parts.get(part)?.id;
        Some(EventOf { id, sequence })
    });
    fact.elsewhere = named.collect();
    fact.elsewhere.sort_unstable();
}
