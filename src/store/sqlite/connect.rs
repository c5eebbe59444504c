//! Connecting, and bringing the schema up to date.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::Mutex;

use super::SqliteStore;
use crate::store::migrate::{Script, migrator, scripts};
use crate::store::{Options, StoreError};

pub(super) const SCRIPTS: &[Script] = scripts!("sqlite");

/// Readers at once.
const READERS: u32 = 4;

/// How long a writer of another process is waited for, and a free connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// The file or a table is locked, the snapshot is outdated, or the migration is recorded already.
const BUSY: [&str; 7] = ["5", "6", "261", "262", "517", "1555", "2067"];

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
    let start = Instant::now();
    loop {
        match attempt(connect).await {
            Err(error) if is_in_the_way(&error) && start.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            done => return Ok(done?),
        }
    }
}

async fn attempt(connect: &SqliteConnectOptions) -> Result<(), MigrateError> {
    let mut connection = connect.connect().await?;
    let run = migrator(SCRIPTS).run_direct(&mut connection).await;
    connection.close().await?;
    run
}

/// Whether another process is at it: the file is locked, or has by now what this one was about to make.
fn is_in_the_way(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else {
        return false;
    };
    error.as_database_error().is_some_and(|error| {
        let code = error.code();
        code.is_some_and(|code| BUSY.contains(&&*code))
            || error.message().contains("already exists")
    })
}
