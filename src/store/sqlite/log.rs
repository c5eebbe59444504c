//! Reading the log.

use nianlun_projections::Known;
use sqlx::SqlitePool;

use super::dialect::stream_array;
use crate::store::{AdmittedEvent, StoreError, StreamId, rows};

pub(super) async fn head(pool: &SqlitePool) -> Result<Known, StoreError> {
    rows::known(
        &sqlx::query("SELECT position, admitted_at FROM log_state")
            .fetch_one(pool)
            .await?,
    )
}

pub(super) async fn after(
    pool: &SqlitePool,
    position: u64,
    limit: u32,
) -> Result<Vec<(Known, StreamId)>, StoreError> {
    let sql = "SELECT position, admitted_at, aggregate_type, aggregate_id FROM log \
        WHERE position > ?1 ORDER BY position LIMIT ?2";
    let found = sqlx::query(sql)
        .bind(rows::signed(position))
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await?;
    found
        .iter()
        .map(|row| Ok((rows::known(row)?, rows::stream("log", row)?)))
        .collect()
}

pub(super) async fn admitted_after(
    pool: &SqlitePool,
    position: u64,
    until: u64,
    limit: u32,
) -> Result<Vec<AdmittedEvent>, StoreError> {
    let sql = format!(
        "SELECT l.position, l.admitted_at, {} FROM log l JOIN events e USING (aggregate_type, aggregate_id, sequence) \
        WHERE l.position > ?1 AND l.position <= ?2 ORDER BY l.position LIMIT ?3",
        rows::EVENT
    );
    let found = sqlx::query(&sql)
        .bind(rows::signed(position))
        .bind(rows::signed(until))
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await?;
    found.iter().map(rows::admitted).collect()
}

pub(super) async fn histories(
    pool: &SqlitePool,
    streams: &[StreamId],
    until: i64,
) -> Result<Vec<AdmittedEvent>, StoreError> {
    let sql = format!(
        "SELECT l.position, l.admitted_at, {} FROM log l JOIN events e USING (aggregate_type, aggregate_id, sequence) \
        WHERE (l.aggregate_type, l.aggregate_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1)) \
        AND l.admitted_at <= ?2 ORDER BY l.aggregate_type, l.aggregate_id, l.sequence",
        rows::EVENT
    );
    let found = sqlx::query(&sql)
        .bind(stream_array(streams))
        .bind(until)
        .fetch_all(pool)
        .await?;
    found.iter().map(rows::admitted).collect()
}

pub(super) async fn stream_ids(
    pool: &SqlitePool,
    after: Option<StreamId>,
    limit: u32,
) -> Result<Vec<StreamId>, StoreError> {
    let sql = "SELECT DISTINCT aggregate_type, aggregate_id FROM log \
        WHERE (aggregate_type, aggregate_id) > (?1, ?2) ORDER BY aggregate_type, aggregate_id LIMIT ?3";
    let (subject, id) = after
        .map(|stream| (stream.subject.as_str(), stream.id.to_string()))
        .unwrap_or_default();
    let found = sqlx::query(sql)
        .bind(subject)
        .bind(id)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await?;
    found.iter().map(|row| rows::stream("log", row)).collect()
}
