//! Which record goes on in place of one that is merged.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::Aggregate;
use nianlun_aggregates::company::{Change, Company};
use nianlun_aggregates::decode::{decode, event_id};
use serde_json::Value;
use uuid::Uuid;

use super::groups::{Groups, company};
use crate::store::{Store, StoreError, StreamId};

/// A company's record as committed.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// What it says.
    pub company: Company,
    /// What is remembered of how each event came in, by its place.
    pub metadata: Vec<Value>,
}

/// Some companies' records with all that are merged with them, as committed now.
#[derive(Clone, Debug, Default)]
pub struct Survivors {
    records: BTreeMap<Uuid, Record>,
    /// The merges that both records say.
    into: BTreeMap<Uuid, Uuid>,
}

/// For those of these records that are merged, the record that goes on. To lead on whoever resolved an id or an identifier
/// to a record: the register keeps what a merged record holds.
///
/// # Errors
/// Those of the store.
pub async fn survivors(
    store: &dyn Store,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Uuid>, StoreError> {
    let streams: Vec<_> = ids.iter().map(|id| company(*id)).collect();
    let groups = Groups::around(store, &streams).await?;
    let grouped: BTreeSet<StreamId> = groups.streams().collect();
    // Most have no part in any merge, and need not be read.
    let survivors = Survivors::read(store, &grouped.into_iter().collect::<Vec<_>>()).await?;
    let merged = ids.iter().filter_map(|id| {
        let survivor = survivors.of(*id);
        (survivor != *id).then_some((*id, survivor))
    });
    Ok(merged.collect())
}

impl Survivors {
    /// These records and all that merges name with them.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn around(store: &dyn Store, ids: &[Uuid]) -> Result<Self, StoreError> {
        let mut streams: BTreeSet<_> = ids.iter().map(|id| company(*id)).collect();
        let asked: Vec<_> = streams.iter().copied().collect();
        streams.extend(Groups::around(store, &asked).await?.streams());
        Self::read(store, &streams.into_iter().collect::<Vec<_>>()).await
    }

    async fn read(store: &dyn Store, streams: &[StreamId]) -> Result<Self, StoreError> {
        let mut records: BTreeMap<Uuid, Record> = BTreeMap::new();
        for (stream, events) in store.streams(streams).await? {
            let record = records.entry(stream.id).or_default();
            for stored in events {
                let event = decode(&stored).map_err(|error| StoreError::Inconsistent {
                    table: "events",
                    row: event_id(&stored),
                    reason: error.to_string(),
                })?;
                record.company.apply(event);
                record.metadata.push(stored.metadata);
            }
        }
        let into = merges(&records);
        Ok(Self { records, into })
    }

    /// The record that goes on in place of this one: itself, if it is not merged.
    #[must_use]
    pub fn of(&self, id: Uuid) -> Uuid {
        let way = std::iter::successors(Some(id), |id| self.into.get(id).copied());
        // A ring, which no command makes, has no end.
        way.take(self.into.len() + 1).last().unwrap_or(id)
    }

    /// The record that goes on in place of this one, if it is merged.
    #[must_use]
    pub fn survivor(&self, id: Uuid) -> Option<Uuid> {
        Some(self.of(id)).filter(|survivor| *survivor != id)
    }

    /// The records merged into this one, directly or not.
    pub fn taken_in(&self, id: Uuid) -> impl Iterator<Item = &Record> {
        let merged = self.into.keys();
        merged
            .filter(move |merged| self.survivor(**merged) == Some(id))
            .filter_map(|merged| self.records.get(merged))
    }

    /// A record; an empty one if there is none.
    #[must_use]
    pub fn record(&self, id: Uuid) -> Record {
        self.records.get(&id).cloned().unwrap_or_default()
    }
}

/// The merges that both records say; none of a ring.
fn merges(records: &BTreeMap<Uuid, Record>) -> BTreeMap<Uuid, Uuid> {
    let takes_in = |survivor: &Uuid, loser: Uuid| {
        let record = records.get(survivor);
        record.is_some_and(|record| {
            let said = record.company.timeline().in_force();
            said.iter().any(|said| {
                matches!(said.assertion.change, Change::RecordTakenIn { other, .. } if other == loser)
            })
        })
    };
    let mut into = BTreeMap::new();
    for (id, record) in records {
        let said = record.company.timeline().in_force();
        let named = said.iter().filter_map(|said| match said.assertion.change {
            Change::RecordMerged { survivor, .. } => Some(survivor),
            _ => None,
        });
        if let Some(survivor) = named.filter(|survivor| takes_in(survivor, *id)).min() {
            into.insert(*id, survivor);
        }
    }
    let returns = |id: &Uuid| {
        let way = std::iter::successors(into.get(id), |next| into.get(next));
        way.take(into.len()).any(|next| next == id)
    };
    let ring: BTreeSet<Uuid> = into.keys().filter(|id| returns(id)).copied().collect();
    into.retain(|id, _| !ring.contains(id));
    into
}
