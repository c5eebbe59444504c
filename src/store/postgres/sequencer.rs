//! The sequencer: admits the difference of two snapshots.
//!
//! A number is drawn before its transaction commits, so no order of numbers can be read without skipping what is in flight
//! or waiting for it. The state keeps the snapshot of the last round instead. What is visible now and was not then has a
//! transaction id at or above that snapshot's `xmax`, or one of those it saw in flight.

use sqlx::{PgConnection, PgPool, Row};

use crate::store::clock::{Tries, agree};
use crate::store::{Clock, Round, StoreError, rows};

/// State, new snapshot and events in one snapshot. Within a stream a later event drew later, so `draw` is the order.
/// Without news nothing is written: the old snapshot serves as well.
const DIFFERENCE: &str = "
WITH old AS MATERIALIZED (SELECT * FROM log_state),
now AS MATERIALIZED (
    SELECT pg_current_snapshot() AS snapshot, greatest($1::bigint, (SELECT admitted_at + 1 FROM old)) AS admitted_at),
fresh AS MATERIALIZED (
    SELECT aggregate_type, aggregate_id, sequence, draw FROM events
    WHERE xid >= (SELECT pg_snapshot_xmax(snapshot)::text::xid8 FROM old)
    UNION ALL
    SELECT aggregate_type, aggregate_id, sequence, draw FROM events
    WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip(snapshot)::text::xid8 FROM old))),
admitted AS (
    INSERT INTO log (position, aggregate_type, aggregate_id, sequence, admitted_at)
    SELECT (SELECT position FROM old) + row_number() OVER (ORDER BY draw), aggregate_type, aggregate_id, sequence,
        (SELECT admitted_at FROM now)
    FROM fresh
    RETURNING 1),
counted AS (SELECT count(*) AS admitted FROM admitted)
UPDATE log_state AS state
SET snapshot = now.snapshot, position = state.position + counted.admitted, admitted_at = now.admitted_at
FROM now, counted
WHERE counted.admitted > 0
RETURNING counted.admitted, state.position, state.admitted_at";

/// The first round in a cluster: the snapshot kept is of another cluster and means nothing here, so what the log lacks is
/// found by comparison, once.
const ARRIVAL: &str = "
WITH old AS MATERIALIZED (SELECT * FROM log_state),
now AS MATERIALIZED (
    SELECT pg_current_snapshot() AS snapshot, greatest($1::bigint, (SELECT admitted_at + 1 FROM old)) AS admitted_at),
admitted AS (
    INSERT INTO log (position, aggregate_type, aggregate_id, sequence, admitted_at)
    SELECT (SELECT position FROM old) + row_number() OVER (ORDER BY e.draw), e.aggregate_type, e.aggregate_id, e.sequence,
        (SELECT admitted_at FROM now)
    FROM events AS e
    WHERE NOT EXISTS (
        SELECT 1 FROM log AS l
        WHERE l.aggregate_type = e.aggregate_type AND l.aggregate_id = e.aggregate_id AND l.sequence = e.sequence)
    RETURNING 1),
counted AS (SELECT count(*) AS admitted FROM admitted)
UPDATE log_state AS state
SET system = $2, snapshot = now.snapshot, position = state.position + counted.admitted,
    admitted_at = CASE WHEN counted.admitted > 0 THEN now.admitted_at ELSE state.admitted_at END
FROM now, counted
RETURNING counted.admitted, state.position, state.admitted_at";

/// Restored rows carry transaction ids of their old cluster. One that this cluster has still to give out, or that is in
/// flight in it, would be admitted again; 0 is given to no transaction.
const DISARM: &str =
    "UPDATE events SET xid = '0' WHERE NOT pg_visible_in_snapshot(xid, pg_current_snapshot())";

/// The planner takes a third of all events for new, as it does with any unknown bound, and would read the table in every
/// round; with sequential scans forbidden, costs mean nothing, least of all to the compiler of plans.
const BY_INDEX: &str =
    "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)";

const OUTLOOK: &str = "
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now,
    (SELECT system_identifier FROM pg_control_system()) AS system,
    system AS known_system, position, admitted_at
FROM log_state";

/// What the next round would admit. Before the first round in a cluster the snapshot says nothing: then all are counted.
const WAITING: &str = "
WITH state AS MATERIALIZED (SELECT * FROM log_state)
SELECT CASE WHEN system = (SELECT system_identifier FROM pg_control_system())
    THEN (SELECT count(*) FROM events
            WHERE xid >= (SELECT pg_snapshot_xmax(snapshot)::text::xid8 FROM state))
        + (SELECT count(*) FROM events
            WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip(snapshot)::text::xid8 FROM state)))
    ELSE (SELECT count(*) FROM events) - position END AS waiting
FROM state";

pub(super) async fn unadmitted(pool: &PgPool) -> Result<u64, StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query(BY_INDEX).execute(&mut *transaction).await?;
    let row = sqlx::query(WAITING).fetch_one(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(rows::count(row.try_get("waiting")?))
}

pub(super) async fn round(pool: &PgPool, clock: Clock) -> Result<Round, StoreError> {
    let mut tries = Tries::default();
    loop {
        match attempt(pool, clock).await {
            // Of two sequencers at once one gets 40001 or 23505 and looks again.
            Err(StoreError::Conflict) if tries.again().await => {}
            done => return done,
        }
    }
}

async fn attempt(pool: &PgPool, clock: Clock) -> Result<Round, StoreError> {
    let mut transaction = pool
        .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ")
        .await?;
    let round = admit(&mut transaction, clock).await?;
    transaction.commit().await?;
    Ok(round)
}

async fn admit(connection: &mut PgConnection, clock: Clock) -> Result<Round, StoreError> {
    let outlook = sqlx::query(OUTLOOK).fetch_one(&mut *connection).await?;
    let now: i64 = outlook.try_get("now")?;
    agree(now, clock())?;

    let system: i64 = outlook.try_get("system")?;
    let known_system: Option<i64> = outlook.try_get("known_system")?;
    let changed = if known_system == Some(system) {
        sqlx::query(BY_INDEX).execute(&mut *connection).await?;
        sqlx::query(DIFFERENCE)
            .bind(now)
            .fetch_optional(&mut *connection)
            .await?
    } else {
        let changed = sqlx::query(ARRIVAL)
            .bind(now)
            .bind(system)
            .fetch_optional(&mut *connection)
            .await?;
        sqlx::query(DISARM).execute(&mut *connection).await?;
        changed
    };
    match changed {
        Some(row) => Ok(Round {
            admitted: rows::count(row.try_get("admitted")?),
            head: rows::known(&row)?,
        }),
        None => Ok(Round {
            admitted: 0,
            head: rows::known(&outlook)?,
        }),
    }
}
