//! The command service: load, decide, commit.

mod error;
mod groups;
mod keyed;
mod metadata;
mod places;
mod survivors;

use std::sync::Arc;

use cqrs_es::EventStore;
use cqrs_es::persist::PersistedEventStore;
use nianlun_aggregates::decode::{decode, event_id};
use nianlun_aggregates::history::{Change, Command, Event, History, Sequence, Timeline};
use tokio::sync::MutexGuard;
use uuid::Uuid;

pub use error::CommandError;
pub use groups::{Groups, company};
pub use metadata::Metadata;
pub use places::{Places, named};
pub use survivors::{Record, Survivors, survivors};

use self::keyed::Keys;
use crate::store::{Repository, Store, StoreError};

/// How often a command is decided anew after another writer was first.
const ATTEMPTS: u32 = 8;

/// What a command recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded<C> {
    /// The stream.
    pub id: Uuid,
    /// The new events with their sequences.
    pub events: Vec<(Sequence, Event<C>)>,
    /// Whether they were recorded before, when the command was sent under the same key.
    pub before: bool,
}

/// Decides commands and commits what they record, through cqrs-es over either store.
#[derive(Clone)]
pub struct Commands {
    store: Arc<dyn Store>,
    places: Places,
    keys: Arc<Keys>,
}

impl Commands {
    /// Over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            places: Places::default(),
            keys: Arc::default(),
        }
    }

    /// Executes a command on a stream. `expected` is the sequence that the caller has seen, if it insists. A command that was
    /// accepted before under the key in its metadata is answered as it was then; one that was refused is decided anew.
    ///
    /// When this returns `Ok`, the events are durable.
    ///
    /// # Errors
    /// [`CommandError`]; nothing was recorded then, but for [`StoreError::Unreachable`]: it may have been.
    pub async fn execute<C: Change + 'static>(
        &self,
        id: Uuid,
        command: &Command<C>,
        expected: Option<Sequence>,
        metadata: &Metadata,
    ) -> Result<Recorded<C>, CommandError> {
        let Some(key) = &metadata.idempotency_key else {
            return self.decided(id, command, expected, metadata).await;
        };
        let _turn = self.turn(key).await;
        if let Some(recorded) = self.answered(key, metadata).await? {
            return Ok(recorded);
        }
        let decided = self.decided(id, command, expected, metadata).await;
        if matches!(decided, Err(CommandError::Refused(_) | CommandError::Moved { .. }))
            // Another process may have been sent the same, and have been first.
            && let Some(recorded) = self.answered(key, metadata).await?
        {
            return Ok(recorded);
        }
        decided
    }

    /// Waits for the turn of a request under a key, which ends when what is returned is dropped.
    pub async fn turn(&self, key: &str) -> MutexGuard<'_, ()> {
        self.keys.turn(key).await
    }

    /// Decides, as often as others are first, and commits.
    async fn decided<C: Change + 'static>(
        &self,
        id: Uuid,
        command: &Command<C>,
        expected: Option<Sequence>,
        metadata: &Metadata,
    ) -> Result<Recorded<C>, CommandError> {
        let events =
            PersistedEventStore::<Repository, History<C>>::new_event_store(self.store.repository());
        let missing = self
            .places
            .missing(self.store.as_ref(), named(&command.action))
            .await?;
        if let Some(place) = missing.first() {
            return Err(CommandError::NoSuchPlace { place: *place });
        }
        for _ in 0..ATTEMPTS {
            let loaded = events
                .load_aggregate(&id.to_string())
                .await
                .map_err(failed)?;
            let last = loaded.aggregate.timeline().last();
            if let Some(expected) = expected.filter(|expected| *expected != last) {
                return Err(CommandError::Moved { expected, last });
            }
            let decided = loaded.aggregate.decide(command)?;
            self.taken_back_alone(id, &loaded.aggregate, &decided)
                .await?;
            match events
                .commit(decided.clone(), loaded, metadata.to_map())
                .await
            {
                Ok(_) => {
                    return Ok(Recorded {
                        id,
                        events: (last + 1..).zip(decided).collect(),
                        before: false,
                    });
                }
                Err(error) => match failed(error) {
                    CommandError::Store(StoreError::Conflict) => {
                        if let Some(key) = &metadata.idempotency_key
                            && let Some(recorded) = self.answered(key, metadata).await?
                        {
                            return Ok(recorded);
                        }
                    }
                    error => return Err(error),
                },
            }
        }
        Err(CommandError::Store(StoreError::Conflict))
    }

    /// Refuses to take back half of what two records say of each other.
    async fn taken_back_alone<C: Change>(
        &self,
        id: Uuid,
        history: &History<C>,
        decided: &[Event<C>],
    ) -> Result<(), CommandError> {
        for target in decided.iter().filter_map(|event| event.entry.target()) {
            let said = history.timeline().get(target);
            let said = said.and_then(|event| event.entry.assertion());
            let Some(other) = said.and_then(|said| said.change.counterpart()) else {
                continue;
            };
            let mut timeline = Timeline::<C>::default();
            for stored in self.store.stream(company(other)).await? {
                let event = decode(&stored).map_err(|error| StoreError::Inconsistent {
                    table: "events",
                    row: event_id(&stored),
                    reason: error.to_string(),
                })?;
                timeline.extend(event);
            }
            let said = timeline.in_force();
            if said
                .iter()
                .any(|said| said.assertion.change.counterpart() == Some(id))
            {
                let event = target;
                return Err(CommandError::Half { event, other });
            }
        }
        Ok(())
    }

    /// A subject as recorded so far; empty if nothing is.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn load<C: Change + 'static>(&self, id: Uuid) -> Result<History<C>, CommandError> {
        let events =
            PersistedEventStore::<Repository, History<C>>::new_event_store(self.store.repository());
        Ok(events
            .load_aggregate(&id.to_string())
            .await
            .map_err(failed)?
            .aggregate)
    }
}

fn failed(error: cqrs_es::AggregateError<nianlun_aggregates::history::Refusal>) -> CommandError {
    match StoreError::from_aggregate_error(error) {
        Ok(refusal) => CommandError::Refused(refusal),
        Err(error) => CommandError::Store(error),
    }
}
