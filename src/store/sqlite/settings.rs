//! Settings of the installation, and what `doctor` asks.

use std::collections::BTreeMap;

use sqlx::{Row, SqlitePool};

use crate::store::StoreError;

pub(super) async fn get(pool: &SqlitePool, name: &str) -> Result<Option<String>, StoreError> {
    let found = sqlx::query("SELECT value FROM settings WHERE name = ?1")
        .bind(name)
        .fetch_optional(pool)
        .await?;
    Ok(found.map(|row| row.try_get("value")).transpose()?)
}

pub(super) async fn set(pool: &SqlitePool, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    sqlx::query(sql)
        .bind(name)
        .bind(value)
        .execute(pool)
        .await?;
    Ok(())
}

pub(super) async fn report(pool: &SqlitePool) -> Result<BTreeMap<String, String>, StoreError> {
    let sql = "SELECT 'SQLite ' || sqlite_version() AS server,
        'journal ' || (SELECT journal_mode FROM pragma_journal_mode) || ', synchronous '
            || (SELECT synchronous FROM pragma_synchronous) AS durability,
        CAST((SELECT max(version) FROM _sqlx_migrations) AS TEXT) AS schema,
        CAST((SELECT count(*) FROM events) AS TEXT) AS events,
        CAST((SELECT count(*) FROM log) AS TEXT) AS log,
        CAST((SELECT count(*) FROM facts) AS TEXT) AS facts,
        CAST((SELECT count(*) FROM identifiers) AS TEXT) AS identifiers";
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
