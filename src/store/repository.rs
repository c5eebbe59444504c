//! One cqrs-es repository type over both databases, so that `PersistedEventStore<Repository, A>` is one type too.

use cqrs_es::Aggregate;
use cqrs_es::persist::{
    PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot,
};
use postgres_es::PostgresEventRepository;
use serde_json::Value;
use sqlite_es::SqliteEventRepository;
use sqlx::{PgPool, SqlitePool};

use super::error::refused_claim;
use super::postgres::commits::{Commits, Went};
use super::{StoreError, sqlite};

/// How many events a replay reads ahead of its consumer.
const READ_AHEAD: usize = 200;

/// The cqrs-es repository of a [`super::Store`].
pub enum Repository {
    /// Over PostgreSQL.
    Postgres(PostgresRepository),
    /// Over SQLite.
    Sqlite(SqliteRepository),
}

/// postgres-es, committing several commands together.
pub struct PostgresRepository {
    alone: PostgresEventRepository,
    together: Commits,
}

impl PostgresRepository {
    pub(super) fn new(pool: PgPool, together: Commits) -> Self {
        Self {
            alone: PostgresEventRepository::new(pool),
            together,
        }
    }

    async fn persist<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        snapshot_update: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        match self.together.commit(events.to_vec()).await {
            Went::Committed => Ok(()),
            Went::Lost(reason) => {
                let lost = StoreError::Unreachable(reason);
                Err(PersistenceError::UnknownError(Box::new(lost)))
            }
            // Alone it is refused for its own reason, or not at all.
            Went::Refused => {
                let persisted = self.alone.persist::<A>(events, snapshot_update).await;
                persisted.map_err(sorted)
            }
        }
    }
}

/// sqlite-es over our two pools: loading waits for no writer.
pub struct SqliteRepository {
    writer: SqliteEventRepository,
    reader: SqliteEventRepository,
    readers: SqlitePool,
}

impl SqliteRepository {
    pub(super) fn new(writer: SqlitePool, readers: SqlitePool) -> Self {
        Self {
            writer: SqliteEventRepository::new(writer),
            reader: SqliteEventRepository::new(readers.clone()),
            readers,
        }
    }

    /// What sqlite-es does not know: 2067 is a conflict too, and a refused claim must name the holder.
    async fn explained(
        &self,
        error: PersistenceError,
        events: &[SerializedEvent],
    ) -> PersistenceError {
        let boxed = match error {
            PersistenceError::UnknownError(boxed) => boxed,
            other => return other,
        };
        let explained = match boxed.downcast_ref::<sqlx::Error>() {
            Some(error) if refused_claim(error) => {
                let claims = sqlite::identifiers::claims(events);
                sqlite::identifiers::taken(&self.readers, &claims).await
            }
            _ => StoreError::from_boxed(boxed),
        };
        match explained {
            StoreError::Conflict => PersistenceError::OptimisticLockError,
            other => PersistenceError::UnknownError(Box::new(other)),
        }
    }
}

/// PostgreSQL's conflicts that are not 23505: a lost deadlock or serialisation is to be tried again as well.
fn sorted(error: PersistenceError) -> PersistenceError {
    match error {
        PersistenceError::UnknownError(boxed) => match StoreError::from_boxed(boxed) {
            StoreError::Conflict => PersistenceError::OptimisticLockError,
            other => PersistenceError::UnknownError(Box::new(other)),
        },
        other => other,
    }
}

impl PersistedEventRepository for Repository {
    async fn get_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        match self {
            Self::Postgres(repository) => repository.alone.get_events::<A>(aggregate_id).await,
            Self::Sqlite(repository) => repository.reader.get_events::<A>(aggregate_id).await,
        }
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        match self {
            Self::Postgres(repository) => {
                repository
                    .alone
                    .get_last_events::<A>(aggregate_id, last_sequence)
                    .await
            }
            Self::Sqlite(repository) => {
                repository
                    .reader
                    .get_last_events::<A>(aggregate_id, last_sequence)
                    .await
            }
        }
    }

    /// There are no snapshots: aggregates are always loaded from their events.
    async fn get_snapshot<A: Aggregate>(
        &self,
        _: &str,
    ) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        Ok(None)
    }

    async fn persist<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        snapshot_update: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        match self {
            Self::Postgres(repository) => repository.persist::<A>(events, snapshot_update).await,
            Self::Sqlite(repository) => match repository
                .writer
                .persist::<A>(events, snapshot_update)
                .await
            {
                Ok(()) => Ok(()),
                Err(error) => Err(repository.explained(error, events).await),
            },
        }
    }

    /// Not as shipped: there, a database that fails while events stream ends the stream as if it were whole.
    async fn stream_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
    ) -> Result<ReplayStream, PersistenceError> {
        let events = self.get_events::<A>(aggregate_id).await?;
        let (mut feed, stream) = ReplayStream::new(READ_AHEAD);
        tokio::spawn(async move {
            for event in events {
                if feed.push(Ok(event)).await.is_err() {
                    return;
                }
            }
        });
        Ok(stream)
    }

    /// Refused: there is no order over streams but the log's, which [`super::Store::histories`] reads.
    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        Err(PersistenceError::UnknownError(
            "events of all streams are read through the log".into(),
        ))
    }
}
