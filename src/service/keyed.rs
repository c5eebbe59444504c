//! Commands that are sent again under a key: recorded once, answered the same.

use std::hash::{BuildHasher, RandomState};

use nianlun_aggregates::decode::{decode, event_id};
use nianlun_aggregates::history::{Change, Sequence};
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use super::{CommandError, Commands, Metadata, Recorded};
use crate::store::StoreError;

/// Keys that can wait for each other without need.
const STRIPES: usize = 64;

/// Turns of the requests under one key, within this process. In another process the record itself decides who was first.
pub struct Keys {
    hasher: RandomState,
    stripes: [Mutex<()>; STRIPES],
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            stripes: [const { Mutex::const_new(()) }; STRIPES],
        }
    }
}

impl Keys {
    /// Waits for the turn of a request.
    pub async fn turn(&self, key: &str) -> MutexGuard<'_, ()> {
        let stripe = self.hasher.hash_one(key) % STRIPES as u64;
        let stripe = usize::try_from(stripe).unwrap_or_default();
        self.stripes[stripe].lock().await
    }
}

impl Commands {
    /// What was recorded under the key before.
    ///
    /// # Errors
    /// [`CommandError::KeyUsed`] if it was for another request.
    pub(super) async fn answered<C: Change>(
        &self,
        key: &str,
        metadata: &Metadata,
    ) -> Result<Option<Recorded<C>>, CommandError> {
        let stored = self.store.keyed(key).await?;
        let Some(first) = stored.first() else {
            return Ok(None);
        };
        let digest = first.metadata.get("request_digest");
        let same = digest.and_then(serde_json::Value::as_str) == metadata.request_digest.as_deref();
        if !same || first.aggregate_type != C::TYPE {
            return Err(CommandError::KeyUsed);
        }
        let inconsistent = |reason: String| StoreError::Inconsistent {
            table: "events",
            row: event_id(first),
            reason,
        };
        let id = Uuid::try_parse(&first.aggregate_id)
            .map_err(|error| inconsistent(error.to_string()))?;
        let mut events = vec![];
        for event in &stored {
            let decoded = decode(event).map_err(|error| inconsistent(error.to_string()))?;
            events.push((event.sequence as Sequence, decoded));
        }
        Ok(Some(Recorded {
            id,
            events,
            before: true,
        }))
    }
}
