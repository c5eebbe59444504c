//! A database of its own for every test.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use nianlun::store::{Options, Store, open, open_with};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::SqliteConnection;
use sqlx::{ConnectOptions, Connection, Executor, Row};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Postgres,
    Sqlite,
}

/// An empty database, not yet opened by the program; it is removed on drop.
pub struct Harness {
    pub dialect: Dialect,
    /// What [`open`] takes.
    pub url: String,
    directory: Option<TempDir>,
    /// PostgreSQL: the name of the database.
    name: String,
}

pub fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// The server that the tests use; its absence is a failure, never a reason to skip.
fn server() -> String {
    std::env::var("DATABASE_URL").unwrap_or_else(|_| {
        panic!("DATABASE_URL is not set: run the tests with `tests/with-postgres.sh cargo test`")
    })
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> String {
    let (place, query) = url
        .split_once('?')
        .map_or((url, String::new()), |(place, query)| {
            (place, format!("?{query}"))
        });
    let (scheme, rest) = place.split_once("://").expect("DATABASE_URL has a scheme");
    let authority = rest.split('/').next().unwrap_or(rest);
    format!("{scheme}://{authority}/{name}{query}")
}

async fn on_server(sql: &str) {
    let connect: PgConnectOptions = server().parse().expect("DATABASE_URL can be read");
    let mut connection = connect
        .connect()
        .await
        .expect("the server of DATABASE_URL answers");
    connection
        .execute(sql)
        .await
        .expect("the role of DATABASE_URL may create databases");
    connection.close().await.expect("closed");
}

impl Harness {
    pub async fn new(dialect: Dialect) -> Self {
        let name = format!("nianlun_test_{}", Uuid::new_v4().simple());
        match dialect {
            Dialect::Sqlite => {
                let directory = tempfile::tempdir().expect("a temporary directory");
                let url = format!("sqlite:{}", directory.path().join("nianlun.db").display());
                Self {
                    dialect,
                    url,
                    directory: Some(directory),
                    name,
                }
            }
            Dialect::Postgres => {
                on_server(&format!("CREATE DATABASE {name} TEMPLATE template0")).await;
                Self {
                    dialect,
                    url: with_database(&server(), &name),
                    directory: None,
                    name,
                }
            }
        }
    }

    /// The program's store over it.
    pub async fn open(&self) -> Arc<dyn Store> {
        open(&self.url).await.expect("the store opens")
    }

    /// The same with another process clock.
    pub async fn open_with_clock(&self, clock: fn() -> i64) -> Arc<dyn Store> {
        open_with(
            &self.url,
            Options {
                clock,
                ..Options::default()
            },
        )
        .await
        .expect("the store opens")
    }

    /// SQLite: the file.
    pub fn file(&self) -> &Path {
        Path::new(
            self.url
                .strip_prefix("sqlite:")
                .expect("a database of SQLite"),
        )
    }

    /// A connection beside the program's.
    pub async fn postgres(&self) -> PgConnection {
        self.url
            .parse::<PgConnectOptions>()
            .expect("a URL")
            .connect()
            .await
            .expect("connected")
    }

    /// A connection beside the program's; creates the file.
    pub async fn sqlite(&self) -> SqliteConnection {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(self.file())
            .create_if_missing(true);
        options.connect().await.expect("connected")
    }

    /// Runs statements beside the program.
    pub async fn execute(&self, sql: &str) {
        match self.dialect {
            Dialect::Postgres => self.postgres().await.execute(sql).await.map(drop),
            Dialect::Sqlite => self.sqlite().await.execute(sql).await.map(drop),
        }
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Asks for one number beside the program.
    pub async fn number(&self, sql: &str) -> i64 {
        match self.dialect {
            Dialect::Postgres => self
                .postgres()
                .await
                .fetch_one(sql)
                .await
                .map(|row| row.get(0)),
            Dialect::Sqlite => self
                .sqlite()
                .await
                .fetch_one(sql)
                .await
                .map(|row| row.get(0)),
        }
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Asks for one text of each row beside the program.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        match self.dialect {
            Dialect::Postgres => {
                let rows = self.postgres().await.fetch_all(sql).await;
                rows.map(|rows| rows.iter().map(|row| row.get(0)).collect())
            }
            Dialect::Sqlite => {
                let rows = self.sqlite().await.fetch_all(sql).await;
                rows.map(|rows| rows.iter().map(|row| row.get(0)).collect())
            }
        }
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Waits until the server has noticed that a killed client is gone: its last commit may still be on the way.
    pub async fn settled(&self) {
        if self.dialect == Dialect::Sqlite {
            return;
        }
        let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        for _ in 0..200 {
            if self.number(others).await == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("the killed client is still connected");
    }

    /// A backup of this database, restored as another one: `pg_dump` and `psql`, or `VACUUM INTO`.
    pub async fn restored(&self) -> Self {
        let copy = Self::new(self.dialect).await;
        match self.dialect {
            Dialect::Sqlite => {
                self.execute(&format!("VACUUM INTO '{}'", copy.file().display()))
                    .await;
            }
            Dialect::Postgres => {
                let directory = tempfile::tempdir().expect("a temporary directory");
                let dump = directory.path().join("dump.sql");
                succeed(
                    Command::new("pg_dump")
                        .arg("--dbname")
                        .arg(&self.url)
                        .arg("--file")
                        .arg(&dump),
                );
                let restore = [
                    "--quiet",
                    "--no-psqlrc",
                    "--set",
                    "ON_ERROR_STOP=1",
                    "--output",
                    "/dev/null",
                ];
                succeed(
                    Command::new("psql")
                        .args(restore)
                        .arg("--dbname")
                        .arg(&copy.url)
                        .arg("--file")
                        .arg(&dump),
                );
            }
        }
        copy
    }
}

fn succeed(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; PostgreSQL's client programs must be in PATH")
    });
    assert!(status.success(), "{command:?}: {status}");
}

impl Drop for Harness {
    fn drop(&mut self) {
        if self.directory.is_some() {
            return;
        }
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // On a thread of its own, since this may run within a runtime, and while a panic unwinds.
        let dropped = std::thread::spawn(move || runtime().block_on(on_server(&sql))).join();
        assert!(
            dropped.is_ok() || std::thread::panicking(),
            "the test database is still there"
        );
    }
}
