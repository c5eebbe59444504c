//! Commands by the key under which they were sent.

use cqrs_es::persist::SerializedEvent;
use sqlx::PgPool;

use crate::store::{StoreError, rows};

pub(super) async fn events(pool: &PgPool, key: &str) -> Result<Vec<SerializedEvent>, StoreError> {
    let sql = format!(
        "SELECT {} FROM events e WHERE e.metadata ->> 'idempotency_key' = $1 ORDER BY e.draw",
        rows::EVENT
    );
    let found = sqlx::query(&sql).bind(key).fetch_all(pool).await?;
    found.iter().map(rows::event).collect()
}
