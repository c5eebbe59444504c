//! Events by what their metadata says.

use std::collections::BTreeMap;

use cqrs_es::persist::SerializedEvent;
use sqlx::PgPool;

use crate::store::{StoreError, StreamId, rows};

/// The oldest transaction that may still be running: whatever is written from now on has this id or a later one.
const MARK: &str = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text";

pub(super) async fn mark(pool: &PgPool) -> Result<String, StoreError> {
    Ok(sqlx::query_scalar(MARK).fetch_one(pool).await?)
}

pub(super) async fn saying(
    pool: &PgPool,
    mark: &str,
    saying: &BTreeMap<String, String>,
    after: Option<(StreamId, u64)>,
    limit: u32,
) -> Result<Vec<SerializedEvent>, StoreError> {
    let mark = rows::mark(mark)?;
    let sql = format!(
        "SELECT {} FROM events e WHERE e.xid >= $1::text::xid8 AND e.metadata @> $2 \
        AND (e.aggregate_type, e.aggregate_id, e.sequence) > ($3, $4, $5) \
        ORDER BY e.aggregate_type, e.aggregate_id, e.sequence LIMIT $6",
        rows::EVENT
    );
    let (kind, id, sequence) = rows::place(after);
    let found = sqlx::query(&sql)
        .bind(mark.to_string())
        .bind(serde_json::json!(saying))
        .bind(kind)
        .bind(id)
        .bind(sequence)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await?;
    found.iter().map(rows::event).collect()
}
