//! Repairs that are asked for again under a key: done once, answered the same.

use nianlun_aggregates::decode::event_id;
use nianlun_aggregates::history::Sequence;
use nianlun_projections::EventOf;
use serde_json::Value;
use uuid::Uuid;

use super::{Repair, RepairRefusal, Repairs};
use crate::store::StoreError;

impl Repairs {
    /// The repair that was recorded under the key before, if there is a key.
    ///
    /// # Errors
    /// [`RepairRefusal::KeyUsed`] if it was for another request.
    pub async fn answered(&self) -> Result<Option<Repair>, RepairRefusal> {
        let Some(key) = &self.metadata.idempotency_key else {
            return Ok(None);
        };
        let stored = self.store.keyed(key).await?;
        let Some(first) = stored.first() else {
            return Ok(None);
        };
        let said = |name| first.metadata.get(name).and_then(Value::as_str);
        let inconsistent = |reason: String| StoreError::Inconsistent {
            table: "events",
            row: event_id(first),
            reason,
        };
        let correlation = match said("correlation") {
            Some(text) if said("request_digest") == self.metadata.request_digest.as_deref() => {
                Uuid::try_parse(text).map_err(|error| inconsistent(error.to_string()))?
            }
            _ => return Err(RepairRefusal::KeyUsed),
        };
        let events = stored.iter().map(|event| {
            let id = Uuid::try_parse(&event.aggregate_id);
            let id = id.map_err(|error| inconsistent(error.to_string()))?;
            let sequence = event.sequence as Sequence;
            Ok(EventOf { id, sequence })
        });
        Ok(Some(Repair {
            correlation,
            events: events.collect::<Result<_, StoreError>>()?,
            before: true,
        }))
    }
}
