//! Databases to measure in.

use std::sync::Arc;

use nianlun::store::{Store, open};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Executor};
use uuid::Uuid;

/// A database of its own on the server of `DATABASE_URL`.
pub struct Postgres {
    name: String,
    server: PgConnectOptions,
}

impl Postgres {
    pub async fn new() -> Self {
        let server: PgConnectOptions = std::env::var("DATABASE_URL")
            .expect("DATABASE_URL is not set: run `make bench`")
            .parse()
            .expect("DATABASE_URL can be read");
        let name = format!("nianlun_bench_{}", Uuid::new_v4().simple());
        let made = Self { name, server };
        let sql = format!("CREATE DATABASE {} TEMPLATE template0", made.name);
        made.on_server(&sql).await;
        made
    }

    async fn on_server(&self, sql: &str) {
        let mut connection = self.server.connect().await.expect("connected");
        connection.execute(sql).await.expect("executed");
        connection.close().await.expect("closed");
    }

    pub fn connect(&self) -> PgConnectOptions {
        self.server.clone().database(&self.name)
    }

    pub fn url(&self) -> String {
        self.connect().to_url_lossy().to_string()
    }

    /// The program's store over it.
    pub async fn store(&self) -> Arc<dyn Store> {
        open(&self.url()).await.expect("the store opens")
    }

    /// A connection beside the program's.
    pub async fn connection(&self) -> PgConnection {
        self.connect().connect().await.expect("connected")
    }

    /// Writes out what is in the way of the next measurement.
    pub async fn settle(&self) {
        self.on_server("CHECKPOINT").await;
    }

    pub async fn remove(self) {
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        self.on_server(&sql).await;
    }
}
