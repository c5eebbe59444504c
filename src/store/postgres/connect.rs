//! Connecting, and bringing the schema up to date.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::Mutex;

use super::PostgresStore;
use super::commits::Commits;
use crate::store::migrate::{Script, migrator, scripts};
use crate::store::{Options, StoreError};

/// How long a connection may have been idle and is still taken for open.
const IDLE: Duration = Duration::from_secs(1);

const SCRIPTS: &[Script] = scripts!("postgres");

impl PostgresStore {
    /// Connects and migrates.
    ///
    /// # Errors
    /// As [`crate::store::open`].
    pub async fn open(connect: PgConnectOptions, options: Options) -> Result<Self, StoreError> {
        let connect = connect.application_name("nianlun");
        // Not through the pool, which would wait for a server that is not there. The migrator's lock ends with this
        // connection, also if it fails.
        let mut connection = connect.connect().await?;
        migrator(SCRIPTS).run_direct(&mut connection).await?;
        connection.close().await?;

        let pool = PgPoolOptions::new()
            .max_connections(options.connections)
            .acquire_timeout(options.patience)
            // To ask before each use whether the server is still there would take as long as most of what is asked of it.
            .test_before_acquire(false)
            .before_acquire(|connection, use_of| {
                Box::pin(async move {
                    if use_of.idle_for > IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(connect)
            .await?;
        Ok(Self {
            commits: Commits::start(&pool),
            pool,
            clock: options.clock,
            turn: Mutex::new(()),
        })
    }
}
