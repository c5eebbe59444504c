//! Events by stream, admitted or not.

use std::collections::BTreeMap;

use cqrs_es::persist::SerializedEvent;
use sqlx::SqlitePool;

use super::dialect::stream_array;
use crate::store::{StoreError, StreamId, rows};

pub(super) async fn one(
    pool: &SqlitePool,
    stream: StreamId,
) -> Result<Vec<SerializedEvent>, StoreError> {
    Ok(many(pool, &[stream])
        .await?
        .remove(&stream)
        .unwrap_or_default())
}

pub(super) async fn many(
    pool: &SqlitePool,
    streams: &[StreamId],
) -> Result<BTreeMap<StreamId, Vec<SerializedEvent>>, StoreError> {
    let sql = format!(
        "SELECT {} FROM events e \
        WHERE (e.aggregate_type, e.aggregate_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1)) \
        ORDER BY e.aggregate_type, e.aggregate_id, e.sequence",
        rows::EVENT
    );
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in sqlx::query(&sql)
        .bind(stream_array(streams))
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
