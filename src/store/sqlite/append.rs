//! Many events in one transaction.

use async_trait::async_trait;
use sqlx::{QueryBuilder, Sqlite, SqlitePool, Transaction};

use super::identifiers;
use crate::store::error::refused_claim;
use crate::store::rows::signed;
use crate::store::{Bulk, NewEvent, StoreError};

/// Rows in one statement; a statement has at most 32,766 parameters, a row seven.
const CHUNK: usize = 1_000;

/// An open transaction.
pub(super) struct Insert {
    transaction: Transaction<'static, Sqlite>,
    readers: SqlitePool,
}

pub(super) async fn begin(writer: &SqlitePool, readers: &SqlitePool) -> Result<Insert, StoreError> {
    Ok(Insert {
        transaction: writer.begin_with("BEGIN IMMEDIATE").await?,
        readers: readers.clone(),
    })
}

#[async_trait]
impl Bulk for Insert {
    async fn append(&mut self, events: &[NewEvent]) -> Result<(), StoreError> {
        for chunk in events.chunks(CHUNK) {
            let mut sql = QueryBuilder::<Sqlite>::new(
                "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) ",
            );
            sql.push_values(chunk, |mut row, event| {
                row.push_bind(event.aggregate_type.as_str())
                    .push_bind(event.aggregate_id.as_str())
                    .push_bind(signed(event.sequence))
                    .push_bind(event.event_type.as_str())
                    .push_bind(event.event_version.as_str())
                    .push_bind(event.payload.as_str())
                    .push_bind(event.metadata.as_str());
            });
            match sql.build().execute(&mut *self.transaction).await {
                Ok(_) => {}
                Err(error) if refused_claim(&error) => {
                    return Err(identifiers::taken(&self.readers, &claims(events)).await);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }
}

fn claims(events: &[NewEvent]) -> Vec<identifiers::Claim<'_>> {
    let of_one = |event| -> Vec<identifiers::Claim<'_>> {
        let NewEvent {
            aggregate_type,
            aggregate_id,
            claims,
            ..
        }: &NewEvent = event;
        let claim = |identifier: &String| {
            (
                identifier.clone(),
                aggregate_type.as_str(),
                aggregate_id.as_str(),
            )
        };
        claims.iter().map(claim).collect()
    };
    events.iter().flat_map(of_one).collect()
}
