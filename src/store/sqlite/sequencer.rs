//! The sequencer: admits what has been drawn since the last round.
//!
//! Writers are serial in SQLite, so the order of `draw` is the order of commits and nothing can be skipped.

use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::store::clock::{Tries, agree};
use crate::store::{Clock, Round, StoreError, rows};

const OUTLOOK: &str = "
SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now, position, admitted_at, draw,
    EXISTS (SELECT 1 FROM events WHERE events.draw > log_state.draw) AS news
FROM log_state";

const ADMIT: &str = "
INSERT INTO log (position, aggregate_type, aggregate_id, sequence, admitted_at)
SELECT ?2 + row_number() OVER (ORDER BY draw), aggregate_type, aggregate_id, sequence, ?3
FROM events WHERE draw > ?1
ORDER BY draw";

const ADVANCE: &str = "
UPDATE log_state SET draw = (SELECT max(draw) FROM events), position = position + ?1, admitted_at = ?2
RETURNING position, admitted_at";

pub(super) async fn round(
    writer: &SqlitePool,
    readers: &SqlitePool,
    clock: Clock,
) -> Result<Round, StoreError> {
    // Without news the writers are not disturbed.
    let outlook = sqlx::query(OUTLOOK).fetch_one(readers).await?;
    agree(outlook.try_get("now")?, clock())?;
    if !outlook.try_get::<bool, _>("news")? {
        return Ok(Round {
            admitted: 0,
            head: rows::known(&outlook)?,
        });
    }
    let mut tries = Tries::default();
    loop {
        match attempt(writer, clock).await {
            Err(StoreError::Conflict) if tries.again().await => {}
            done => return done,
        }
    }
}

async fn attempt(writer: &SqlitePool, clock: Clock) -> Result<Round, StoreError> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let round = admit(&mut transaction, clock).await?;
    transaction.commit().await?;
    Ok(round)
}

async fn admit(connection: &mut SqliteConnection, clock: Clock) -> Result<Round, StoreError> {
    let outlook = sqlx::query(OUTLOOK).fetch_one(&mut *connection).await?;
    let now: i64 = outlook.try_get("now")?;
    agree(now, clock())?;
    let head = rows::known(&outlook)?;
    let admitted_at = now.max(head.at.saturating_add(1));

    let admitted = sqlx::query(ADMIT)
        .bind(outlook.try_get::<i64, _>("draw")?)
        .bind(rows::signed(head.position))
        .bind(admitted_at)
        .execute(&mut *connection)
        .await?
        .rows_affected();
    if admitted == 0 {
        return Ok(Round { admitted, head });
    }
    let state = sqlx::query(ADVANCE)
        .bind(rows::signed(admitted))
        .bind(admitted_at)
        .fetch_one(&mut *connection)
        .await?;
    Ok(Round {
        admitted,
        head: rows::known(&state)?,
    })
}

pub(super) async fn unadmitted(readers: &SqlitePool) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) AS waiting FROM events WHERE draw > (SELECT draw FROM log_state)";
    let row = sqlx::query(sql).fetch_one(readers).await?;
    Ok(rows::count(row.try_get("waiting")?))
}
