//! Events by stream, admitted or not.

use std::collections::BTreeMap;

use cqrs_es::persist::SerializedEvent;
use sqlx::PgPool;

use super::dialect::stream_arrays;
use crate::store::{StoreError, StreamId, rows};

pub(super) async fn one(
    pool: &PgPool,
    stream: StreamId,
) -> Result<Vec<SerializedEvent>, StoreError> {
    Ok(many(pool, &[stream])
        .await?
        .remove(&stream)
        .unwrap_or_default())
}

pub(super) async fn many(
    pool: &PgPool,
    streams: &[StreamId],
) -> Result<BTreeMap<StreamId, Vec<SerializedEvent>>, StoreError> {
    let sql = format!(
        "SELECT {} FROM events e WHERE (e.aggregate_type, e.aggregate_id) IN (SELECT * FROM unnest($1::text[], $2::text[])) \
        ORDER BY e.aggregate_type, e.aggregate_id, e.sequence",
        rows::EVENT
    );
    let (types, ids) = stream_arrays(streams);
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in sqlx::query(&sql)
        .bind(types)
        .bind(ids)
        .fetch_all(pool)
        .await?
    {
        found
            .entry(rows::stream("events", &row)?)
            .or_default()
            .push(rows::event(&row)?);
    }
    Ok(found)
}
