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

/// An identifier with the aggregate type and id that claims it.
pub(in crate::store) type Claim<'a> = (String, &'a str, &'a str);

/// What events claim.
pub(in crate::store) fn claims(events: &[SerializedEvent]) -> Vec<Claim<'_>> {
    let claims = |event: &SerializedEvent| {
        let claims = event.payload.get("claims").and_then(Value::as_array);
        claims.map_or(vec![], |claims| {
            let texts = claims.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        })
    };
    let with_holder = |event| {
        let identifiers: Vec<String> = claims(event);
        identifiers.into_iter().map(move |identifier| {
            (
                identifier,
                event.aggregate_type.as_str(),
                event.aggregate_id.as_str(),
            )
        })
    };
    events.iter().flat_map(with_holder).collect()
}

/// Who holds what these claim and may not; a conflict if it is free again by now, or was claimed twice in this very batch,
/// whose first claim is rolled back.
pub(in crate::store) async fn taken(pool: &SqlitePool, claims: &[Claim<'_>]) -> StoreError {
    let identifiers: Vec<_> = claims.iter().map(|(claim, ..)| claim.clone()).collect();
    let holders = match holders(pool, &identifiers).await {
        Ok(holders) => holders,
        Err(error) => return error,
    };
    let mut batch: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for (identifier, kind, id) in claims {
        let holder = match (holders.get(identifier), batch.get(identifier.as_str())) {
            (Some(holder), _)
                if holder.subject.as_str() != *kind || holder.id.to_string() != *id =>
            {
                Ok(*holder)
            }
            (None, Some((first_kind, first_id))) if (first_kind, first_id) != (kind, id) => {
                rows::stream_id("events", first_kind, first_id)
            }
            _ => {
                batch.entry(identifier).or_insert((kind, id));
                continue;
            }
        };
        return match holder {
            Ok(holder) => StoreError::IdentifierTaken {
                identifier: identifier.clone(),
                holder,
            },
            Err(error) => error,
        };
    }
    StoreError::Conflict
}
