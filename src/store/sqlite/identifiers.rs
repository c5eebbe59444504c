//! The register of identifiers, which the trigger on `events` keeps.

use std::collections::BTreeMap;

use cqrs_es::persist::SerializedEvent;
use serde_json::Value;
use sqlx::SqlitePool;

use super::dialect::array;
use crate::store::rows::{self, Columns};
use crate::store::{StoreError, StreamId};

pub(super) async fn holders(
    pool: &SqlitePool,
    identifiers: &[String],
) -> Result<BTreeMap<String, StreamId>, StoreError> {
    let sql = "SELECT identifier, aggregate_type, aggregate_id FROM identifiers \
        WHERE identifier IN (SELECT value FROM json_each(?1))";
    let found = sqlx::query(sql)
        .bind(array(identifiers.to_vec()))
        .fetch_all(pool)
        .await?;
    found
        .iter()
        .map(|row| Ok((row.text("identifier")?, rows::stream("identifiers", row)?)))
        .collect()
}

/// Who holds what these events claim and may not; a conflict if it is free again by now, or was claimed twice in this very
/// batch, whose first claim is rolled back.
pub(in crate::store) async fn taken(pool: &SqlitePool, events: &[SerializedEvent]) -> StoreError {
    let claims: Vec<(String, &SerializedEvent)> = events
        .iter()
        .flat_map(|event| {
            let claims = event
                .payload
                .get("claims")
                .and_then(Value::as_array)
                .map_or(&[][..], Vec::as_slice);
            claims
                .iter()
                .filter_map(Value::as_str)
                .map(move |claim| (claim.to_owned(), event))
        })
        .collect();
    let identifiers: Vec<_> = claims.iter().map(|(claim, _)| claim.clone()).collect();
    let holders = match holders(pool, &identifiers).await {
        Ok(holders) => holders,
        Err(error) => return error,
    };
    let mut batch: BTreeMap<String, &SerializedEvent> = BTreeMap::new();
    for (identifier, event) in claims {
        let own = |other: &SerializedEvent| {
            other.aggregate_type == event.aggregate_type && other.aggregate_id == event.aggregate_id
        };
        let holder = match (holders.get(&identifier), batch.get(&identifier)) {
            (Some(holder), _)
                if holder.subject.as_str() != event.aggregate_type
                    || holder.id.to_string() != event.aggregate_id =>
            {
                Ok(*holder)
            }
            (None, Some(first)) if !own(first) => {
                rows::stream_id("events", &first.aggregate_type, &first.aggregate_id)
            }
            _ => {
                batch.entry(identifier).or_insert(event);
                continue;
            }
        };
        return match holder {
            Ok(holder) => StoreError::IdentifierTaken { identifier, holder },
            Err(error) => error,
        };
    }
    StoreError::Conflict
}
