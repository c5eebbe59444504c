//! The store over PostgreSQL.

mod append;
pub(super) mod commits;
mod connect;
mod dialect;
mod facts;
mod identifiers;
mod identity;
mod keyed;
mod log;
mod notes;
mod projection;
mod sequencer;
mod settings;
mod streams;
mod tokens;
mod written;

use std::collections::BTreeMap;

use async_trait::async_trait;
use cqrs_es::persist::SerializedEvent;
use nianlun_projections::{Fact, Known};
use serde_json::Value;
use sqlx::PgPool;
use tokio::sync::Mutex;
use uuid::Uuid;

use self::commits::Commits;
use super::repository::PostgresRepository;
use super::{
    AdmittedEvent, Bulk, Checkpoint, Clock, FactColumn, FactQuery, FactSource, Pool, Projected,
    Repository, Round, Store, StoreError, StreamId, TallyRow, Token, TokenHash,
};

/// A store over PostgreSQL, version 14 or later.
pub struct PostgresStore {
    pool: PgPool,
    commits: Commits,
    clock: Clock,
    /// One round at a time in this process; other processes are met in the database.
    turn: Mutex<()>,
}

#[async_trait]
impl Store for PostgresStore {
    fn repository(&self) -> Repository {
        Repository::Postgres(PostgresRepository::new(
            self.pool.clone(),
            self.commits.clone(),
        ))
    }

    async fn bulk(&self) -> Result<Box<dyn Bulk>, StoreError> {
        Ok(Box::new(append::begin(&self.pool).await?))
    }

    async fn stream(&self, stream: StreamId) -> Result<Vec<SerializedEvent>, StoreError> {
        streams::one(&self.pool, stream).await
    }

    async fn streams(
        &self,
        streams: &[StreamId],
    ) -> Result<BTreeMap<StreamId, Vec<SerializedEvent>>, StoreError> {
        streams::many(&self.pool, streams).await
    }

    async fn holders(
        &self,
        identifiers: &[String],
    ) -> Result<BTreeMap<String, StreamId>, StoreError> {
        identifiers::holders(&self.pool, identifiers).await
    }

    async fn identity_events(
        &self,
        companies: Option<&[Uuid]>,
    ) -> Result<Vec<SerializedEvent>, StoreError> {
        identity::events(&self.pool, companies).await
    }

    async fn keyed(&self, key: &str) -> Result<Vec<SerializedEvent>, StoreError> {
        keyed::events(&self.pool, key).await
    }

    async fn correlated(
        &self,
        correlation: Option<&str>,
    ) -> Result<Vec<AdmittedEvent>, StoreError> {
        identity::correlated(&self.pool, correlation).await
    }

    async fn sequence(&self) -> Result<Round, StoreError> {
        let _turn = self.turn.lock().await;
        sequencer::round(&self.pool, self.clock).await
    }

    async fn head(&self) -> Result<Known, StoreError> {
        log::head(&self.pool).await
    }

    async fn log_after(
        &self,
        position: u64,
        limit: u32,
    ) -> Result<Vec<(Known, StreamId)>, StoreError> {
        log::after(&self.pool, position, limit).await
    }

    async fn admitted_after(
        &self,
        position: u64,
        until: u64,
        limit: u32,
    ) -> Result<Vec<AdmittedEvent>, StoreError> {
        log::admitted_after(&self.pool, position, until, limit).await
    }

    async fn histories(
        &self,
        streams: &[StreamId],
        until: i64,
    ) -> Result<Vec<AdmittedEvent>, StoreError> {
        log::histories(&self.pool, streams, until).await
    }

    async fn checkpoint(&self, projection: &str) -> Result<Option<Checkpoint>, StoreError> {
        projection::checkpoint(&self.pool, projection).await
    }

    async fn project(
        &self,
        projection: &str,
        from: Option<&Checkpoint>,
        to: &Checkpoint,
        projected: &Projected,
    ) -> Result<(), StoreError> {
        projection::project(&self.pool, projection, from, to, projected).await
    }

    async fn rebuild(
        &self,
        projection: &str,
        to: &Checkpoint,
        source: &mut dyn FactSource,
    ) -> Result<(), StoreError> {
        projection::rebuild(&self.pool, projection, to, source).await
    }

    async fn stream_ids(
        &self,
        after: Option<StreamId>,
        limit: u32,
    ) -> Result<Vec<StreamId>, StoreError> {
        log::stream_ids(&self.pool, after, limit).await
    }

    async fn facts(&self, query: &FactQuery) -> Result<Vec<Fact>, StoreError> {
        facts::facts(&self.pool, query, None).await
    }

    async fn facts_between(
        &self,
        query: &FactQuery,
        first: Uuid,
        last: Uuid,
    ) -> Result<Vec<Fact>, StoreError> {
        facts::facts(&self.pool, query, Some((first, last))).await
    }

    async fn tally(
        &self,
        query: &FactQuery,
        by: &[FactColumn],
    ) -> Result<Vec<TallyRow>, StoreError> {
        facts::tally(&self.pool, query, by).await
    }

    async fn mark(&self) -> Result<String, StoreError> {
        written::mark(&self.pool).await
    }

    async fn written(
        &self,
        mark: &str,
        saying: &BTreeMap<String, String>,
        after: Option<(StreamId, u64)>,
        limit: u32,
    ) -> Result<Vec<SerializedEvent>, StoreError> {
        written::saying(&self.pool, mark, saying, after, limit).await
    }

    async fn notes(&self, area: &str, prefix: &str) -> Result<Vec<(String, Value)>, StoreError> {
        notes::find(&self.pool, area, prefix).await
    }

    async fn keep_notes(&self, area: &str, notes: &[(String, Value)]) -> Result<(), StoreError> {
        notes::keep(&self.pool, area, notes).await
    }

    async fn drop_notes(&self, area: &str, names: &[String]) -> Result<(), StoreError> {
        notes::drop(&self.pool, area, names).await
    }

    async fn keep_token(&self, token: &Token, hash: &TokenHash) -> Result<(), StoreError> {
        tokens::keep(&self.pool, token, hash).await
    }

    async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        tokens::all(&self.pool).await
    }

    async fn token_of(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
        tokens::of(&self.pool, hash).await
    }

    async fn revoke_token(&self, id: Uuid, at: i64) -> Result<bool, StoreError> {
        tokens::revoke(&self.pool, id, at).await
    }

    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        settings::get(&self.pool, name).await
    }

    async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        settings::set(&self.pool, name, value).await
    }

    async fn report(&self) -> Result<BTreeMap<String, String>, StoreError> {
        settings::report(&self.pool).await
    }

    async fn unadmitted(&self) -> Result<u64, StoreError> {
        sequencer::unadmitted(&self.pool).await
    }

    fn pool(&self) -> Pool {
        Pool::of(&self.pool)
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}
