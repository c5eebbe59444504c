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

pub(super) async fn report(
    writer: &SqlitePool,
    readers: &SqlitePool,
) -> Result<BTreeMap<String, String>, StoreError> {
    let counts = "SELECT 'SQLite ' || sqlite_version() AS server,
        CAST((SELECT max(version) FROM _sqlx_migrations) AS TEXT) AS schema,
        CAST((SELECT count(*) FROM events) AS TEXT) AS events,
        CAST((SELECT count(*) FROM log) AS TEXT) AS log,
        CAST((SELECT count(*) FROM facts) AS TEXT) AS facts,
        CAST((SELECT count(*) FROM identifiers) AS TEXT) AS identifiers";
    // How safe a commit is, is up to the connection that writes.
    let durability = "SELECT 'journal ' || (SELECT journal_mode FROM pragma_journal_mode)
        || ', synchronous ' || (SELECT synchronous FROM pragma_synchronous) AS durability";
    let counts = sqlx::query(counts).fetch_one(readers).await?;
    let durability = sqlx::query(durability).fetch_one(writer).await?;
    let mut report = BTreeMap::from([("durability".to_owned(), durability.try_get("durability")?)]);
    for name in ["server", "schema", "events", "log", "facts", "identifiers"] {
        report.insert(name.to_owned(), counts.try_get(name)?);
    }
    Ok(report)
}
