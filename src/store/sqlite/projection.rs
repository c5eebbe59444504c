//! Writing facts together with the checkpoint that says how far they reach.

use nianlun_projections::{Fact, Known};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, SqlitePool};

use super::dialect::{array, stream_array};
use crate::store::difference::difference;
use crate::store::{Checkpoint, FactSource, Projected, StoreError, StreamId, rows};

/// How many facts one statement inserts; a statement has at most 32,766 parameters, a fact 18.
const CHUNK: usize = 1_000;

pub(super) async fn checkpoint(
    pool: &SqlitePool,
    projection: &str,
) -> Result<Option<Checkpoint>, StoreError> {
    let sql = "SELECT position, version FROM checkpoints WHERE projection = ?1";
    let found = sqlx::query(sql)
        .bind(projection)
        .fetch_optional(pool)
        .await?;
    found.as_ref().map(rows::checkpoint).transpose()
}

pub(super) async fn project(
    writer: &SqlitePool,
    projection: &str,
    from: Option<&Checkpoint>,
    to: &Checkpoint,
    projected: &Projected,
) -> Result<(), StoreError> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    if !moved(&mut transaction, projection, from, to).await? {
        return Err(StoreError::CheckpointMoved);
    }
    let streams: Vec<_> = projected.streams.keys().copied().collect();
    let stored = stored(&mut transaction, projection, &streams).await?;
    let difference = difference(stored, projected.streams.values().flatten());

    sqlx::query("DELETE FROM facts WHERE fact IN (SELECT value FROM json_each(?1))")
        .bind(array(difference.delete))
        .execute(&mut *transaction)
        .await?;
    close(&mut transaction, &difference.close).await?;
    insert(&mut transaction, projection, &difference.insert).await?;
    transaction.commit().await?;
    Ok(())
}

pub(super) async fn rebuild(
    writer: &SqlitePool,
    projection: &str,
    to: &Checkpoint,
    source: &mut dyn FactSource,
) -> Result<(), StoreError> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let sql = "INSERT INTO checkpoints (projection, position, version) VALUES (?1, ?2, ?3) \
        ON CONFLICT (projection) DO UPDATE SET position = excluded.position, version = excluded.version";
    sqlx::query(sql)
        .bind(projection)
        .bind(rows::signed(to.position))
        .bind(&to.version)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("DELETE FROM facts WHERE projection = ?1")
        .bind(projection)
        .execute(&mut *transaction)
        .await?;
    while let Some(batch) = source.next().await? {
        let facts: Vec<_> = batch.streams.into_values().flatten().collect();
        insert(&mut transaction, projection, &facts).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Moves the checkpoint if it is still `from`.
async fn moved(
    connection: &mut SqliteConnection,
    projection: &str,
    from: Option<&Checkpoint>,
    to: &Checkpoint,
) -> Result<bool, StoreError> {
    let moved = match from {
        None => {
            let sql = "INSERT INTO checkpoints (projection, position, version) VALUES (?1, ?2, ?3) \
                ON CONFLICT (projection) DO NOTHING";
            sqlx::query(sql)
                .bind(projection)
                .bind(rows::signed(to.position))
                .bind(&to.version)
        }
        Some(from) => {
            let sql = "UPDATE checkpoints SET position = ?2, version = ?3 \
                WHERE projection = ?1 AND position = ?4 AND version = ?5";
            sqlx::query(sql)
                .bind(projection)
                .bind(rows::signed(to.position))
                .bind(&to.version)
                .bind(rows::signed(from.position))
                .bind(&from.version)
        }
    };
    Ok(moved.execute(connection).await?.rows_affected() == 1)
}

async fn stored(
    connection: &mut SqliteConnection,
    projection: &str,
    streams: &[StreamId],
) -> Result<Vec<(i64, Fact)>, StoreError> {
    // CROSS JOIN and INDEXED BY: without statistics the planner would read all facts instead.
    let sql = format!(
        "SELECT f.fact, {} FROM json_each(?2) AS s CROSS JOIN facts AS f INDEXED BY facts_subject \
        ON f.subject = s.value ->> 0 AND f.id = unhex(s.value ->> 1, '-') WHERE f.projection = ?1",
        rows::FACT
    );
    let found = sqlx::query(&sql)
        .bind(projection)
        .bind(stream_array(streams))
        .fetch_all(connection)
        .await?;
    found
        .iter()
        .map(|row| Ok((row.try_get("fact")?, rows::fact(row)?)))
        .collect()
}

async fn close(
    connection: &mut SqliteConnection,
    closed: &[(i64, Known)],
) -> Result<(), StoreError> {
    let sql = "UPDATE facts SET known_to_at = c.value ->> 1, known_to_position = c.value ->> 2 \
        FROM json_each(?1) AS c WHERE facts.fact = c.value ->> 0";
    let closed = closed
        .iter()
        .map(|(fact, known)| vec![*fact, known.at, rows::signed(known.position)])
        .collect();
    sqlx::query(sql)
        .bind(array(closed))
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert(
    connection: &mut SqliteConnection,
    projection: &str,
    facts: &[Fact],
) -> Result<(), StoreError> {
    for chunk in facts.chunks(CHUNK) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO facts (projection, subject, id, kind, key, part, value, valid_from, valid_to, known_from_at, \
            known_from_position, known_to_at, known_to_position, from_stated, to_stated, basis, flags, detail) ",
        );
        sql.push_values(chunk, |mut row, fact| {
            let [basis, flags, detail] = rows::json_columns(fact);
            row.push_bind(projection)
                .push_bind(fact.subject.as_str())
                .push_bind(fact.id)
                .push_bind(&fact.kind)
                .push_bind(&fact.key)
                .push_bind(&fact.part)
                .push_bind(&fact.value)
                .push_bind(fact.valid_from)
                .push_bind(fact.valid_to)
                .push_bind(fact.known_from.at)
                .push_bind(rows::signed(fact.known_from.position))
                .push_bind(fact.known_to.at)
                .push_bind(rows::signed(fact.known_to.position))
                .push_bind(&fact.from_stated)
                .push_bind(&fact.to_stated)
                .push_bind(basis)
                .push_bind(flags)
                .push_bind(detail);
        });
        sql.build().execute(&mut *connection).await?;
    }
    Ok(())
}
