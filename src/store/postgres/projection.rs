//! Writing facts together with the checkpoint that says how far they reach.

use nianlun_projections::{Fact, Known};
use sqlx::{PgConnection, PgPool, Row};

use super::dialect::stream_arrays;
use crate::store::difference::difference;
use crate::store::{Checkpoint, FactSource, Projected, StoreError, StreamId, rows};

/// How many facts one statement inserts.
const CHUNK: usize = 5_000;

pub(super) async fn checkpoint(
    pool: &PgPool,
    projection: &str,
) -> Result<Option<Checkpoint>, StoreError> {
    let sql = "SELECT position, version FROM checkpoints WHERE projection = $1";
    let found = sqlx::query(sql)
        .bind(projection)
        .fetch_optional(pool)
        .await?;
    found.as_ref().map(rows::checkpoint).transpose()
}

pub(super) async fn project(
    pool: &PgPool,
    projection: &str,
    from: Option<&Checkpoint>,
    to: &Checkpoint,
    projected: &Projected,
) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    // What a server that falls loses of it is folded again, since the checkpoint goes with it.
    sqlx::query("SET LOCAL synchronous_commit = off")
        .execute(&mut *transaction)
        .await?;
    // First, since its lock keeps other projectors out until the end.
    if !moved(&mut transaction, projection, from, to).await? {
        return Err(StoreError::CheckpointMoved);
    }
    let streams: Vec<_> = projected.streams.keys().copied().collect();
    let stored = stored(&mut transaction, projection, &streams).await?;
    let difference = difference(stored, projected.streams.values().flatten());

    sqlx::query("DELETE FROM facts WHERE fact = ANY($1)")
        .bind(&difference.delete)
        .execute(&mut *transaction)
        .await?;
    close(&mut transaction, &difference.close).await?;
    insert(&mut transaction, projection, &difference.insert).await?;
    transaction.commit().await?;
    Ok(())
}

pub(super) async fn rebuild(
    pool: &PgPool,
    projection: &str,
    to: &Checkpoint,
    source: &mut dyn FactSource,
) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    let sql = "INSERT INTO checkpoints (projection, position, version) VALUES ($1, $2, $3) \
        ON CONFLICT (projection) DO UPDATE SET position = excluded.position, version = excluded.version";
    sqlx::query(sql)
        .bind(projection)
        .bind(rows::signed(to.position))
        .bind(&to.version)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("DELETE FROM facts WHERE projection = $1")
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
    connection: &mut PgConnection,
    projection: &str,
    from: Option<&Checkpoint>,
    to: &Checkpoint,
) -> Result<bool, StoreError> {
    let moved = match from {
        None => {
            let sql = "INSERT INTO checkpoints (projection, position, version) VALUES ($1, $2, $3) \
                ON CONFLICT (projection) DO NOTHING";
            sqlx::query(sql)
                .bind(projection)
                .bind(rows::signed(to.position))
                .bind(&to.version)
        }
        Some(from) => {
            let sql = "UPDATE checkpoints SET position = $2, version = $3 \
                WHERE projection = $1 AND position = $4 AND version = $5";
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
    connection: &mut PgConnection,
    projection: &str,
    streams: &[StreamId],
) -> Result<Vec<(i64, Fact)>, StoreError> {
    let sql = format!(
        "SELECT f.fact, {} FROM facts f JOIN unnest($2::text[], $3::text[]) AS s (subject, id) \
        ON f.subject = s.subject AND f.id = s.id::uuid WHERE f.projection = $1",
        rows::FACT
    );
    let (subjects, ids) = stream_arrays(streams);
    let found = sqlx::query(&sql)
        .bind(projection)
        .bind(subjects)
        .bind(ids)
        .fetch_all(connection)
        .await?;
    found
        .iter()
        .map(|row| Ok((row.try_get("fact")?, rows::fact(row)?)))
        .collect()
}

async fn close(connection: &mut PgConnection, closed: &[(i64, Known)]) -> Result<(), StoreError> {
    let sql = "UPDATE facts AS f SET known_to_at = c.at, known_to_position = c.position \
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS c (fact, at, position) WHERE f.fact = c.fact";
    sqlx::query(sql)
        .bind(closed.iter().map(|(fact, _)| *fact).collect::<Vec<_>>())
        .bind(closed.iter().map(|(_, known)| known.at).collect::<Vec<_>>())
        .bind(
            closed
                .iter()
                .map(|(_, known)| rows::signed(known.position))
                .collect::<Vec<_>>(),
        )
        .execute(connection)
        .await?;
    Ok(())
}

const INSERT: &str = "
INSERT INTO facts (projection, subject, id, kind, key, part, value, valid_from, valid_to, known_from_at,
    known_from_position, known_to_at, known_to_position, from_stated, to_stated, basis, flags, detail)
SELECT $1, subject, id, kind, key, part, value, valid_from, valid_to, known_from_at,
    known_from_position, known_to_at, known_to_position, from_stated, to_stated, basis::jsonb, flags::jsonb, detail::jsonb
FROM unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[], $9::integer[],
    $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[], $15::text[], $16::text[], $17::text[],
    $18::text[])
    AS new (subject, id, kind, key, part, value, valid_from, valid_to, known_from_at, known_from_position, known_to_at,
        known_to_position, from_stated, to_stated, basis, flags, detail)";

async fn insert(
    connection: &mut PgConnection,
    projection: &str,
    facts: &[Fact],
) -> Result<(), StoreError> {
    fn column<T>(facts: &[Fact], read: impl Fn(&Fact) -> T) -> Vec<T> {
        facts.iter().map(read).collect()
    }
    for chunk in facts.chunks(CHUNK) {
        let (mut basis, mut flags, mut detail) = (Vec::new(), Vec::new(), Vec::new());
        for [b, f, d] in chunk.iter().map(rows::json_columns) {
            basis.push(b);
            flags.push(f);
            detail.push(d);
        }
        sqlx::query(INSERT)
            .bind(projection)
            .bind(column(chunk, |fact| fact.subject.as_str()))
            .bind(column(chunk, |fact| fact.id))
            .bind(column(chunk, |fact| fact.kind.clone()))
            .bind(column(chunk, |fact| fact.key.clone()))
            .bind(column(chunk, |fact| fact.part.clone()))
            .bind(column(chunk, |fact| fact.value.clone()))
            .bind(column(chunk, |fact| fact.valid_from))
            .bind(column(chunk, |fact| fact.valid_to))
            .bind(column(chunk, |fact| fact.known_from.at))
            .bind(column(chunk, |fact| rows::signed(fact.known_from.position)))
            .bind(column(chunk, |fact| fact.known_to.at))
            .bind(column(chunk, |fact| rows::signed(fact.known_to.position)))
            .bind(column(chunk, |fact| fact.from_stated.clone()))
            .bind(column(chunk, |fact| fact.to_stated.clone()))
            .bind(basis)
            .bind(flags)
            .bind(detail)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
