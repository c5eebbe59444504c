//! The facts of records that are, or were, merged: folded together, since what one says may be another's.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::Day;
use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::{Sequence, Timeline};
use uuid::Uuid;

use super::joined::Part;
use super::read;
use crate::bitemporal::{Admitted, Believed};
use crate::fact::{EventOf, FOREVER, Fact, Known, Subject, kind};
use crate::ladder::Ladders;
use crate::policy::Policy;

/// Folds the histories of records that name each other in merges, each given in the order of its stream.
///
/// At each moment of knowledge a record that goes on is read from its own stream and from those of all records merged into
/// it, and a merged one has the one fact that it is. A merge is known once both records say it, and until one of them
/// takes it back; before and after, each record stands by itself.
#[must_use]
pub fn group_facts(
    histories: &BTreeMap<Uuid, &[Admitted<Change>]>,
    ladders: &Ladders,
    policy: &Policy,
) -> BTreeMap<Uuid, Vec<Fact>> {
    let mut records: BTreeMap<Uuid, Record<'_>> = histories
        .iter()
        .map(|(id, history)| (*id, Record::of(history)))
        .collect();
    // A round of the log is known whole in each stream, and among several streams in the order of their last events.
    let moments: BTreeSet<Known> = histories
        .values()
        .flat_map(|history| history.chunk_by(Admitted::at_once))
        .filter_map(|round| round.last())
        .map(|last| last.known)
        .collect();
    let mut before = Merges::default();
    for known in moments {
        let mut learned = BTreeSet::new();
        for (id, record) in &mut records {
            if record.learn(known) {
                learned.insert(*id);
            }
        }
        let after = Merges::of(&records);
        let ids: Vec<Uuid> = records.keys().copied().collect();
        for id in ids {
            let streams = after.streams(id);
            if streams == before.streams(id) && streams.is_disjoint(&learned) {
                continue;
            }
            let said = said(id, &records, &after, ladders, policy);
            if let Some(record) = records.get_mut(&id) {
                record.believed.from_now(said, known);
            }
        }
        before = after;
    }
    records
        .into_iter()
        .map(|(id, record)| (id, record.believed.facts()))
        .collect()
}

/// A record as far as it is known.
struct Record<'a> {
    history: &'a [Admitted<Change>],
    days: Vec<i32>,
    moved: Vec<bool>,
    timeline: Timeline<Change>,
    believed: Believed,
}

impl<'a> Record<'a> {
    fn of(history: &'a [Admitted<Change>]) -> Self {
        Self {
            history,
            days: history.iter().map(|admitted| admitted.day).collect(),
            moved: history.iter().map(Admitted::moved).collect(),
            timeline: Timeline::default(),
            believed: Believed::default(),
        }
    }

    /// Takes in the round that ends at a moment, if one does.
    fn learn(&mut self, known: Known) -> bool {
        let mut rounds = self.history.chunk_by(Admitted::at_once);
        let round = rounds.next().unwrap_or_default();
        if round.last().is_none_or(|last| last.known != known) {
            return false;
        }
        for admitted in round {
            self.timeline.extend(admitted.event.clone());
        }
        self.history = self.history.get(round.len()..).unwrap_or_default();
        true
    }
}

/// What a record says now.
fn said(
    id: Uuid,
    records: &BTreeMap<Uuid, Record<'_>>,
    merges: &Merges,
    ladders: &Ladders,
    policy: &Policy,
) -> Vec<Fact> {
    if merges.0.contains_key(&id) {
        return vec![merges.fact(id)];
    }
    let mut streams = merges.streams(id);
    streams.remove(&id);
    let own_first = std::iter::once(id).chain(streams);
    let found: Vec<_> = own_first
        .filter_map(|stream| Some((stream, records.get(&stream)?)))
        .collect();
    let parts: Vec<_> = found
        .iter()
        .map(|(id, record)| Part {
            id: *id,
            days: &record.days,
            moved: &record.moved,
        })
        .collect();
    let timelines: Vec<_> = found.iter().map(|(_, record)| &record.timeline).collect();
    read(id, &parts, &timelines, ladders, policy)
}

/// A merge that both records say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Merge {
    into: Uuid,
    /// The event of the record that ends.
    merged: Sequence,
    /// The event of the record that goes on.
    taken_in: Sequence,
}

/// The merges known at a moment, by the record that ends.
#[derive(Debug, Default)]
struct Merges(BTreeMap<Uuid, Merge>);

impl Merges {
    fn of(records: &BTreeMap<Uuid, Record<'_>>) -> Self {
        if records.len() < 2 {
            return Self::default();
        }
        let mut taken: BTreeMap<(Uuid, Uuid), Sequence> = BTreeMap::new();
        let mut ending: BTreeMap<Uuid, Vec<(Uuid, Sequence)>> = BTreeMap::new();
        for (id, record) in records {
            for said in record.timeline.in_force() {
                match &said.assertion.change {
                    Change::RecordMerged { survivor, .. } => ending
                        .entry(*id)
                        .or_default()
                        .push((*survivor, said.sequence)),
                    Change::RecordTakenIn { other, .. } => {
                        taken.entry((*id, *other)).or_insert(said.sequence);
                    }
                    _ => {}
                }
            }
        }
        let whole = ending.into_iter().filter_map(|(id, into)| {
            let both = into.into_iter().filter_map(|(into, merged)| {
                let taken_in = *taken.get(&(into, id))?;
                Some(Merge {
                    into,
                    merged,
                    taken_in,
                })
            });
            // No command says it twice; of several written otherwise, one counts whatever their order.
            Some((id, both.min_by_key(|merge| merge.into)?))
        });
        let all = Self(whole.collect());
        // Merges in a ring have no record that goes on: none of them counts.
        let within = |id: &Uuid| all.chain(*id).any(|(_, merge)| merge.into == *id);
        let ring: BTreeSet<Uuid> = all.0.keys().filter(|id| within(id)).copied().collect();
        let mut known = all.0;
        known.retain(|id, _| !ring.contains(id));
        Self(known)
    }

    /// The merges on the way from a record to the one that goes on, each record once.
    fn chain(&self, id: Uuid) -> impl Iterator<Item = (Uuid, Merge)> {
        let next = move |(_, merge): &(Uuid, Merge)| Some((merge.into, *self.0.get(&merge.into)?));
        let first = self.0.get(&id).map(|merge| (id, *merge));
        std::iter::successors(first, next).take(self.0.len())
    }

    /// The record that goes on in place of this one: itself, if it is not merged.
    fn survivor(&self, id: Uuid) -> Uuid {
        self.chain(id).last().map_or(id, |(_, merge)| merge.into)
    }

    /// The streams that a record's facts are read from: its own and those merged into it, or, if it is merged itself, those
    /// on its way.
    fn streams(&self, id: Uuid) -> BTreeSet<Uuid> {
        let mut streams: BTreeSet<Uuid> = self.chain(id).map(|(_, merge)| merge.into).collect();
        if streams.is_empty() {
            let ended = self.0.keys().filter(|ended| self.survivor(**ended) == id);
            streams.extend(ended);
        }
        streams.insert(id);
        streams
    }

    /// That a record is merged: on every day, since the two were one company all along.
    fn fact(&self, id: Uuid) -> Fact {
        let first = Day::new(1800, 1, 1).map_or(i32::MIN, Day::number);
        let fact = Fact::new(Subject::Company, id, kind::MERGED, first, FOREVER)
            .valued(self.survivor(id).to_string())
            .based(self.0.get(&id).map(|merge| merge.merged));
        let of_others = |(from, merge): (Uuid, Merge)| {
            let taken = EventOf {
                id: merge.into,
                sequence: merge.taken_in,
            };
            let merged = EventOf {
                id: from,
                sequence: merge.merged,
            };
            [Some(merged).filter(|_| from != id), Some(taken)]
        };
        let mut elsewhere: Vec<_> = self.chain(id).flat_map(of_others).flatten().collect();
        elsewhere.sort_unstable();
        Fact { elsewhere, ..fact }
    }
}
