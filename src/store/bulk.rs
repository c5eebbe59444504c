//! Many events in one transaction.

use async_trait::async_trait;
use cqrs_es::persist::SerializedEvent;
use serde_json::Value;

use super::StoreError;

/// An event to be written, its payload and metadata as JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Which aggregate.
    pub aggregate_type: String,
    /// Its id.
    pub aggregate_id: String,
    /// The event's number in its stream.
    pub sequence: u64,
    /// Its type.
    pub event_type: String,
    /// The version of its form.
    pub event_version: String,
    /// What it says.
    pub payload: String,
    /// How it came in.
    pub metadata: String,
    /// The identifiers that it claims, as in its payload.
    pub claims: Vec<String>,
}

impl NewEvent {
    /// As cqrs-es stores it.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] if its payload or metadata is no JSON.
    pub fn stored(&self) -> Result<SerializedEvent, StoreError> {
        let read = |text: &str| {
            serde_json::from_str::<Value>(text).map_err(|error| StoreError::Inconsistent {
                table: "events",
                row: format!(
                    "{}/{}/{}",
                    self.aggregate_type, self.aggregate_id, self.sequence
                ),
                reason: error.to_string(),
            })
        };
        Ok(SerializedEvent::new(
            self.aggregate_id.clone(),
            usize::try_from(self.sequence).unwrap_or(usize::MAX),
            self.aggregate_type.clone(),
            self.event_type.clone(),
            self.event_version.clone(),
            read(&self.payload)?,
            read(&self.metadata)?,
        ))
    }
}

/// An open transaction that takes events. Dropped, it leaves nothing.
#[async_trait]
pub trait Bulk: Send {
    /// Adds events, a stream's in their order.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a sequence is taken, [`StoreError::IdentifierTaken`] with the holder; the transaction is
    /// lost then.
    async fn append(&mut self, events: &[NewEvent]) -> Result<(), StoreError>;

    /// Makes them durable.
    ///
    /// # Errors
    /// Only those of the database; nothing is written then.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

impl From<&SerializedEvent> for NewEvent {
    fn from(event: &SerializedEvent) -> Self {
        let claims = event.payload.get("claims").and_then(Value::as_array);
        Self {
            aggregate_type: event.aggregate_type.clone(),
            aggregate_id: event.aggregate_id.clone(),
            sequence: event.sequence as u64,
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            payload: event.payload.to_string(),
            metadata: event.metadata.to_string(),
            claims: claims
                .into_iter()
                .flatten()
                .filter_map(|claim| Some(claim.as_str()?.to_owned()))
                .collect(),
        }
    }
}
