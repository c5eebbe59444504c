//! API tokens.

use sqlx::PgPool;
use uuid::Uuid;

use crate::store::StoreError;
use crate::store::tokens::{TOKEN, Token, TokenHash, listed, token};

pub(super) async fn keep(pool: &PgPool, token: &Token, hash: &TokenHash) -> Result<(), StoreError> {
    let sql = "INSERT INTO tokens (id, hash, actor, roles, carriers, read_only, created_by, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    sqlx::query(sql)
        .bind(token.id.to_string())
        .bind(hash.0.as_slice())
        .bind(&token.actor)
        .bind(listed(&token.roles))
        .bind(listed(&token.carriers))
        .bind(i64::from(token.read_only))
        .bind(&token.created_by)
        .bind(token.created_at)
        .bind(token.expires_at)
        .execute(pool)
        .await?;
    Ok(())
}

pub(super) async fn all(pool: &PgPool) -> Result<Vec<Token>, StoreError> {
    let sql = format!("SELECT {TOKEN} FROM tokens ORDER BY created_at, id");
    let found = sqlx::query(&sql).fetch_all(pool).await?;
    found.iter().map(token).collect()
}

pub(super) async fn of(pool: &PgPool, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
    let sql = format!("SELECT {TOKEN} FROM tokens WHERE hash = $1");
    let found = sqlx::query(&sql)
        .bind(hash.0.as_slice())
        .fetch_optional(pool)
        .await?;
    found.as_ref().map(token).transpose()
}

pub(super) async fn revoke(pool: &PgPool, id: Uuid, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0";
    let done = sqlx::query(sql)
        .bind(id.to_string())
        .bind(at)
        .execute(pool)
        .await?;
    Ok(done.rows_affected() > 0)
}
