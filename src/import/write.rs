//! Writing what was decided, one batch while the next is decided.

use std::sync::Arc;

use cqrs_es::Aggregate;
use cqrs_es::persist::PersistedEventRepository;
use nianlun_aggregates::{Carrier, Cluster, Company};
use tokio::task::JoinHandle;

use super::run::Appending;
use crate::store::{Bulk, NewEvent, Store, StoreError};

/// Where a run's events go.
pub enum Sink {
    /// Nowhere: a preview.
    Nowhere,
    /// Each batch in a transaction of its own.
    Batches(Arc<dyn Store>),
    /// Each command in a transaction of its own, as the service writes it.
    Commands(Arc<dyn Store>),
    /// All in one transaction.
    Whole(Box<dyn Bulk>),
}

impl Sink {
    /// The sink for a way of appending.
    pub fn new(store: &Arc<dyn Store>, appending: Appending) -> Self {
        match appending {
            Appending::Bulk => Self::Batches(Arc::clone(store)),
            Appending::OneByOne => Self::Commands(Arc::clone(store)),
        }
    }

    /// Whether a batch that fails leaves nothing and can be decided anew.
    pub const fn is_retried(&self) -> bool {
        matches!(self, Self::Batches(_))
    }

    /// Writes a batch on a task of its own.
    pub fn write(mut self, events: Vec<Vec<NewEvent>>) -> Writing {
        Writing(tokio::spawn(async move {
            let written = self.batch(events).await;
            (self, written)
        }))
    }

    async fn batch(&mut self, events: Vec<Vec<NewEvent>>) -> Result<(), StoreError> {
        let all = |events: Vec<Vec<NewEvent>>| -> Vec<NewEvent> {
            events.into_iter().flatten().collect()
        };
        match self {
            Self::Nowhere => Ok(()),
            Self::Batches(store) => {
                if events.is_empty() {
                    return Ok(());
                }
                let mut bulk = store.bulk().await?;
                bulk.append(&all(events)).await?;
                bulk.commit().await
            }
            Self::Commands(store) => {
                let repository = store.repository();
                for command in events {
                    let stored: Vec<_> = command
                        .iter()
                        .map(NewEvent::stored)
                        .collect::<Result<_, _>>()?;
                    // The repository takes a stream's type from its parameter, not from the events.
                    let written = match command.first().map(|event| event.aggregate_type.as_str()) {
                        None => Ok(()),
                        Some(Carrier::TYPE) => repository.persist::<Carrier>(&stored, None).await,
                        Some(Cluster::TYPE) => repository.persist::<Cluster>(&stored, None).await,
                        Some(_) => repository.persist::<Company>(&stored, None).await,
                    };
                    written.map_err(StoreError::from)?;
                }
                Ok(())
            }
            Self::Whole(bulk) => bulk.append(&all(events)).await,
        }
    }

    /// Ends the run: what is written is durable.
    ///
    /// # Errors
    /// Those of the store; of a run in one transaction nothing is written then.
    pub async fn finish(self) -> Result<(), StoreError> {
        match self {
            Self::Whole(bulk) => bulk.commit().await,
            _ => Ok(()),
        }
    }
}

/// A batch being written.
pub struct Writing(JoinHandle<(Sink, Result<(), StoreError>)>);

impl Writing {
    /// Waits for it.
    ///
    /// # Errors
    /// Those of the store, with the sink to go on with.
    pub async fn done(self) -> Result<(Sink, Result<(), StoreError>), StoreError> {
        self.0
            .await
            .map_err(|error| StoreError::Unreachable(format!("writing was broken off: {error}")))
    }
}
