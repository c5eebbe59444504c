//! Which companies' records are to be folded together: those that name each other in merges, taken back or not.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::company::{Change, CompanyEvent};
use nianlun_aggregates::decode::{decode, event_id};
use nianlun_projections::Subject;
use uuid::Uuid;

use crate::store::{Store, StoreError, StreamId};

/// Groups of records, each known by the smallest id in it. A record that no merge names is in none.
#[derive(Debug, Default)]
pub struct Groups(BTreeMap<Uuid, Uuid>);

impl Groups {
    /// The groups in which these streams are.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn around(store: &dyn Store, streams: &[StreamId]) -> Result<Self, StoreError> {
        let mut new: BTreeSet<Uuid> = streams
            .iter()
            .filter(|stream| stream.subject == Subject::Company)
            .map(|stream| stream.id)
            .collect();
        let mut seen = BTreeSet::new();
        let mut named = vec![];
        // A merge counts only if both records say it, so it is found from either.
        while !new.is_empty() {
            let asked: Vec<_> = new.iter().copied().collect();
            seen.append(&mut new);
            for (id, other) in merges(store, &asked).await? {
                named.push((id, other));
                if !seen.contains(&other) {
                    new.insert(other);
                }
            }
        }
        let mut groups = Self::default();
        for (a, b) in named {
            groups.join(a, b);
        }
        Ok(groups)
    }

    /// The group of a stream.
    pub fn of(&self, stream: StreamId) -> Option<Uuid> {
        (stream.subject == Subject::Company)
            .then(|| self.0.get(&stream.id).copied())
            .flatten()
    }

    /// Every stream that is in a group.
    pub fn streams(&self) -> impl Iterator<Item = StreamId> {
        self.0.keys().map(|id| company(*id))
    }

    fn join(&mut self, a: Uuid, b: Uuid) {
        let of = |id: Uuid| self.0.get(&id).copied().unwrap_or(id);
        let (group, other) = (of(a).min(of(b)), of(a).max(of(b)));
        for of in self.0.values_mut().filter(|of| **of == other) {
            *of = group;
        }
        self.0.insert(a, group);
        self.0.insert(b, group);
    }
}

/// A company's stream.
pub const fn company(id: Uuid) -> StreamId {
    StreamId {
        subject: Subject::Company,
        id,
    }
}

/// The merges that these records name, with the other record.
async fn merges(store: &dyn Store, companies: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
    let mut named = vec![];
    for stored in store.identity_events(Some(companies)).await? {
        let inconsistent = |reason: String| StoreError::Inconsistent {
            table: "events",
            row: event_id(&stored),
            reason,
        };
        let event: CompanyEvent =
            decode(&stored).map_err(|error| inconsistent(error.to_string()))?;
        let id = Uuid::try_parse(&stored.aggregate_id)
            .map_err(|_| inconsistent("the id is no UUID".to_owned()))?;
        match event.entry.assertion().map(|said| &said.change) {
            Some(
                Change::RecordMerged {
                    survivor: other, ..
                }
                | Change::RecordTakenIn { other, .. },
            ) => named.push((id, *other)),
            _ => {}
        }
    }
    Ok(named)
}
