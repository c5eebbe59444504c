//! Events by what their metadata says.

use std::collections::BTreeMap;

use cqrs_es::persist::SerializedEvent;
use sqlx::{QueryBuilder, Sqlite, SqlitePool};

use crate::store::{StoreError, StreamId, rows};

/// The last event drawn: whatever is written from now on draws a later number.
const MARK: &str = "SELECT CAST(coalesce(max(draw), 0) AS TEXT) FROM events";

pub(super) async fn mark(pool: &SqlitePool) -> Result<String, StoreError> {
    Ok(sqlx::query_scalar(MARK).fetch_one(pool).await?)
}

pub(super) async fn saying(
    pool: &SqlitePool,
    mark: &str,
    saying: &BTreeMap<String, String>,
    after: Option<(StreamId, u64)>,
    limit: u32,
) -> Result<Vec<SerializedEvent>, StoreError> {
    let mark = rows::mark(mark)?;
    let (kind, id, sequence) = rows::place(after);
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT ");
    sql.push(rows::EVENT)
        .push(" FROM events e WHERE e.draw > ")
        .push_bind(rows::signed(mark))
        .push(" AND (e.aggregate_type, e.aggregate_id, e.sequence) > (")
        .push_bind(kind)
        .push(", ")
        .push_bind(id)
        .push(", ")
        .push_bind(sequence)
        .push(")");
    for (name, value) in saying {
        sql.push(" AND e.metadata ->> ")
            .push_bind(format!("$.\"{name}\""))
            .push(" = ")
            .push_bind(value.as_str());
    }
    sql.push(" ORDER BY e.aggregate_type, e.aggregate_id, e.sequence LIMIT ")
        .push_bind(i64::from(limit));
    let found = sql.build().fetch_all(pool).await?;
    found.iter().map(rows::event).collect()
}
