//! Settings of the installation, and what `doctor` asks.

use std::collections::BTreeMap;

use sqlx::{PgPool, Row};

use crate::store::StoreError;

pub(super) async fn get(pool: &PgPool, name: &str) -> Result<Option<String>, StoreError> {
    let found = sqlx::query("SELECT value FROM settings WHERE name = $1")
        .bind(name)
        .fetch_optional(pool)
        .await?;
    Ok(found.map(|row| row.try_get("value")).transpose()?)
}

pub(super) async fn set(pool: &PgPool, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    sqlx::query(sql)
        .bind(name)
        .bind(value)
        .execute(pool)
        .await?;
    Ok(())
}

pub(super) async fn report(pool: &PgPool) -> Result<BTreeMap<String, String>, StoreError> {
    let sql = "SELECT 'PostgreSQL ' || current_setting('server_version') AS server,
        'fsync ' || current_setting('fsync') || ', synchronous_commit ' || current_setting('synchronous_commit')
            AS durability,
        (SELECT max(version) FROM _sqlx_migrations)::text AS schema,
        (SELECT count(*) FROM events)::text AS events,
        (SELECT count(*) FROM log)::text AS log,
        (SELECT count(*) FROM facts)::text AS facts,
        (SELECT count(*) FROM identifiers)::text AS identifiers";
    let row = sqlx::query(sql).fetch_one(pool).await?;
    [
        "server",
        "durability",
        "schema",
        "events",
        "log",
        "facts",
        "identifiers",
    ]
    .into_iter()
    .map(|name| Ok((name.to_owned(), row.try_get(name)?)))
    .collect()
}
