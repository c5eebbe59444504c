//! Connecting, and bringing the schema up to date.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::Mutex;

use super::PostgresStore;
use crate::store::migrate::{Script, migrator, scripts};
use crate::store::{Options, StoreError};

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
            .connect_with(connect)
            .await?;
        Ok(Self {
            pool,
            clock: options.clock,
            turn: Mutex::new(()),
        })
    }
}
