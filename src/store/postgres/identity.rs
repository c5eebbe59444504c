//! Repairs of identities.

use cqrs_es::persist::SerializedEvent;
use sqlx::PgPool;
use uuid::Uuid;

use crate::store::{AdmittedEvent, StoreError, rows};

/// As the condition of the index.
const SAID: &str = "events e WHERE e.aggregate_type = 'company' \
    AND e.event_type IN ('RecordMerged', 'RecordTakenIn', 'RecordDistinct')";

pub(super) async fn events(
    pool: &PgPool,
    companies: Option<&[Uuid]>,
) -> Result<Vec<SerializedEvent>, StoreError> {
    let of_these = if companies.is_some() {
        "AND e.aggregate_id = ANY($1)"
    } else {
        ""
    };
    let sql = format!(
        "SELECT {} FROM {SAID} {of_these} ORDER BY e.aggregate_id, e.sequence",
        rows::EVENT
    );
    let mut query = sqlx::query(&sql);
    if let Some(companies) = companies {
        query = query.bind(companies.iter().map(Uuid::to_string).collect::<Vec<_>>());
    }
    let found = query.fetch_all(pool).await?;
    found.iter().map(rows::event).collect()
}

pub(super) async fn correlated(
    pool: &PgPool,
    correlation: Option<&str>,
) -> Result<Vec<AdmittedEvent>, StoreError> {
    let which = if correlation.is_some() {
        "= $1"
    } else {
        "IS NOT NULL"
    };
    let sql = format!(
        "SELECT l.position, l.admitted_at, {} FROM events e JOIN log l USING (aggregate_type, aggregate_id, sequence) \
        WHERE e.metadata ->> 'correlation' {which} ORDER BY l.position",
        rows::EVENT
    );
    let mut query = sqlx::query(&sql);
    if let Some(correlation) = correlation {
        query = query.bind(correlation.to_owned());
    }
    let found = query.fetch_all(pool).await?;
    found.iter().map(rows::admitted).collect()
}
