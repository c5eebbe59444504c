//! Connecting, and bringing the schema up to date.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::Mutex;

use super::SqliteStore;
use crate::store::migrate::{Script, migrator, scripts};
use crate::store::{Options, StoreError};

const SCRIPTS: &[Script] = scripts!("sqlite");

/// Readers at once.
const READERS: u32 = 4;

/// How long a writer of another process is waited for, and a free connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often a migration is tried that another process may be running too.
const TRIES: u32 = 10;

impl SqliteStore {
    /// Opens or creates the file, and migrates it.
    ///
    /// # Errors
    /// As [`crate::store::open`].
    pub async fn open(path: &Path, options: Options) -> Result<Self, StoreError> {
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // The default of sqlite-es, NORMAL, can lose an acknowledged command when the power fails.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE);
        migrate(&connect).await.map_err(|error| match error {
            StoreError::Unreachable(reason) => {
                StoreError::Unreachable(format!("{}: {reason}", path.display()))
            }
            other => other,
        })?;

        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .connect_with(connect.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(PATIENCE)
            .connect_with(connect.pragma("query_only", "ON"))
            .await?;
        Ok(Self {
            writer,
            readers,
            clock: options.clock,
            turn: Mutex::new(()),
        })
    }
}

/// The migrator takes no lock in SQLite: who meets another process's half-done schema waits and looks again.
async fn migrate(connect: &SqliteConnectOptions) -> Result<(), StoreError> {
    let mut tried = 1;
    loop {
        let mut connection = connect.connect().await?;
        let run = migrator(SCRIPTS).run_direct(&mut connection).await;
        connection.close().await?;
        match run {
            Ok(()) => return Ok(()),
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) if tried < TRIES => {
                tried += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
