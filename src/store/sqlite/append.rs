//! Many events in one transaction.

use cqrs_es::persist::SerializedEvent;
use sqlx::{QueryBuilder, Sqlite, SqlitePool};

use super::identifiers;
use crate::store::StoreError;
use crate::store::error::refused_claim;
use crate::store::rows::signed;

/// Rows in one statement; a statement has at most 32,766 parameters, a row seven.
const CHUNK: usize = 1_000;

pub(super) async fn bulk(
    writer: &SqlitePool,
    readers: &SqlitePool,
    events: &[SerializedEvent],
) -> Result<(), StoreError> {
    match written(writer, events).await {
        Ok(()) => Ok(()),
        Err(error) if refused_claim(&error) => Err(identifiers::taken(readers, events).await),
        Err(error) => Err(error.into()),
    }
}

async fn written(writer: &SqlitePool, events: &[SerializedEvent]) -> Result<(), sqlx::Error> {
    if events.is_empty() {
        return Ok(());
    }
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    for chunk in events.chunks(CHUNK) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) ",
        );
        sql.push_values(chunk, |mut row, event| {
            row.push_bind(&event.aggregate_type)
                .push_bind(&event.aggregate_id)
                .push_bind(signed(event.sequence as u64))
                .push_bind(&event.event_type)
                .push_bind(&event.event_version)
                .push_bind(event.payload.to_string())
                .push_bind(event.metadata.to_string());
        });
        sql.build().execute(&mut *transaction).await?;
    }
    transaction.commit().await
}
