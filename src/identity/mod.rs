//! Repairing identities: two records of one company, one record of two, an event in the wrong record.
//!
//! A repair writes to several streams in one transaction, under one correlation by which it is listed and undone.

pub mod candidates;
mod core;
mod done;
pub mod file;
mod halves;
mod keyed;
mod list;
mod merge;
mod named;
mod reattribute;
mod refusal;
pub mod score;
mod split;
mod undo;

use std::collections::BTreeSet;
use std::sync::Arc;

use cqrs_es::DomainEvent;
use cqrs_es::persist::SerializedEvent;
use futures_util::future::BoxFuture;
use nianlun_aggregates::Text;
use nianlun_aggregates::company::{Change, CompanyEvent};
use nianlun_aggregates::history::{Change as _, Manner, Sequence};
use nianlun_projections::EventOf;
use serde_json::json;
use uuid::Uuid;

pub use candidates::{LIKELY, Pair, candidates};
pub use done::Went;
pub use file::{Answer, Answered, Resolutions};
pub use halves::Half;
pub use list::{RepairKind, RepairLine};
pub use named::{NameError, going_on, itself};
pub use refusal::RepairRefusal;
pub use split::Part;

use crate::service::{Metadata, Survivors};
use crate::store::{Store, StoreError};

/// How often a repair is decided anew after another writer was first.
const ATTEMPTS: u32 = 8;

/// Repairs identities in a store.
#[derive(Clone)]
pub struct Repairs {
    store: Arc<dyn Store>,
    metadata: Metadata,
}

/// What a repair recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// By this it is listed and undone.
    pub correlation: Uuid,
    /// The new events.
    pub events: Vec<EventOf>,
    /// Whether they were recorded before, when the repair was asked for under the same key.
    pub before: bool,
}

/// Why, and whether what contradicts the records is recorded all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// Why.
    pub reason: Text,
    /// Record contradictions, flagged, instead of refusing them.
    pub despite: bool,
}

impl Because {
    fn manner(&self) -> Manner {
        if self.despite {
            Manner::Despite(self.reason.clone())
        } else {
            Manner::Live
        }
    }
}

/// What a repair adds to one record.
struct Side {
    id: Uuid,
    /// The last event that was seen of it.
    last: Sequence,
    /// Each with where it came from, if it came from a source.
    events: Vec<(CompanyEvent, Metadata)>,
}

impl Side {
    fn plain(id: Uuid, last: Sequence, events: Vec<CompanyEvent>) -> Self {
        let events = events
            .into_iter()
            .map(|event| (event, Metadata::default()))
            .collect();
        Self { id, last, events }
    }

    fn claims(&self) -> bool {
        self.events
            .iter()
            .any(|(event, _)| !event.claims.is_empty())
    }
}

impl Repairs {
    /// Repairs by someone.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, actor: impl Into<String>) -> Self {
        Self::with(store, Metadata::by(actor))
    }

    /// Repairs whose events remember this: who repairs, by which token, under which key.
    #[must_use]
    pub fn with(store: Arc<dyn Store>, metadata: Metadata) -> Self {
        Self { store, metadata }
    }

    /// The records and all that are merged with them.
    async fn around(&self, ids: &[Uuid]) -> Result<Survivors, StoreError> {
        Survivors::around(self.store.as_ref(), ids).await
    }

    /// Decides, commits, and if another writer was first on one of the records decides anew.
    async fn attempt<'a>(
        &self,
        // Boxed: what an `AsyncFn` returns cannot be told to be `Send`, and the service moves it between threads.
        decide: impl Fn() -> BoxFuture<'a, Result<Vec<Side>, RepairRefusal>> + Send + Sync,
    ) -> Result<Repair, RepairRefusal> {
        let correlation = Uuid::now_v7();
        for _ in 0..ATTEMPTS {
            let sides = decide().await?;
            match self.commit(correlation, sides).await {
                // Another process may have been sent the same, and have been first.
                Err(StoreError::Conflict) => {
                    if let Some(repair) = self.answered().await? {
                        return Ok(repair);
                    }
                }
                Err(error) => return Err(error.into()),
                Ok(events) => {
                    return Ok(Repair {
                        correlation,
                        events,
                        before: false,
                    });
                }
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// One transaction, so that the log admits both sides in one round. What gives identifiers back goes first: who is to
    /// have them claims them within the same transaction.
    async fn commit(
        &self,
        correlation: Uuid,
        mut sides: Vec<Side>,
    ) -> Result<Vec<EventOf>, StoreError> {
        sides.sort_by_key(Side::claims);
        let (mut stored, mut named) = (vec![], vec![]);
        for side in sides {
            for (sequence, (event, origin)) in (side.last + 1..).zip(side.events) {
                let by = self.metadata.clone();
                let metadata = Metadata {
                    actor: by.actor,
                    token: by.token,
                    idempotency_key: by.idempotency_key,
                    request_digest: by.request_digest,
                    correlation: Some(correlation.to_string()),
                    ..origin
                };
                stored.push(SerializedEvent::new(
                    side.id.to_string(),
                    usize::try_from(sequence).unwrap_or(usize::MAX),
                    Change::TYPE.to_owned(),
                    event.event_type(),
                    event.event_version(),
                    json!(event),
                    json!(metadata.to_map()),
                ));
                named.push(EventOf {
                    id: side.id,
                    sequence,
                });
            }
        }
        self.store.append_bulk(&stored).await?;
        Ok(named)
    }
}

/// The places of these events, ascending and each once.
fn each_once(events: &[Sequence]) -> Vec<Sequence> {
    let once: BTreeSet<_> = events.iter().copied().collect();
    once.into_iter().collect()
}
