//! Notes: what is kept beside the events.

use serde_json::Value;
use sqlx::{PgPool, Row};

use crate::store::StoreError;

pub(super) async fn find(
    pool: &PgPool,
    area: &str,
    prefix: &str,
) -> Result<Vec<(String, Value)>, StoreError> {
    let sql = "SELECT name, value FROM notes WHERE area = $1 AND substr(name, 1, length($2)) = $2 AND name >= $2 ORDER BY name";
    let found = sqlx::query(sql)
        .bind(area)
        .bind(prefix)
        .fetch_all(pool)
        .await?;
    found
        .iter()
        .map(|row| Ok((row.try_get("name")?, row.try_get("value")?)))
        .collect()
}

pub(super) async fn keep(
    pool: &PgPool,
    area: &str,
    notes: &[(String, Value)],
) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    let sql = "INSERT INTO notes (area, name, value) VALUES ($1, $2, $3) \
        ON CONFLICT (area, name) DO UPDATE SET value = excluded.value";
    for (name, value) in notes {
        sqlx::query(sql)
            .bind(area)
            .bind(name)
            .bind(value)
            .execute(&mut *transaction)
            .await?;
    }
    Ok(transaction.commit().await?)
}

pub(super) async fn drop(pool: &PgPool, area: &str, names: &[String]) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    for name in names {
        sqlx::query("DELETE FROM notes WHERE area = $1 AND name = $2")
            .bind(area)
            .bind(name)
            .execute(&mut *transaction)
            .await?;
    }
    Ok(transaction.commit().await?)
}
