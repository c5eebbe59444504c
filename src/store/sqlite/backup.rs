//! Copies of a store: whole, verified, and never over something that is there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};
use tempfile::NamedTempFile;

use super::connect::SCRIPTS;
use crate::store::StoreError;

/// Why a store cannot be copied.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something at the place.
    #[error("{} is there already; name a file that is not there yet", .0.display())]
    Exists(PathBuf),
    /// There is nothing to copy.
    #[error("there is no file {}", .0.display())]
    Missing(PathBuf),
    /// Another process has the store open.
    #[error("{} is open in another process; end that first", .0.display())]
    InUse(PathBuf),
    /// The copy is not what a store must be.
    #[error("{}: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk.
    #[error("{}: {reason}", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What happened.
        reason: std::io::Error,
    },
    /// The database failed, or is of a newer program.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What a copy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Events.
    pub events: u64,
    /// The last position of the log.
    pub position: u64,
    /// The number of the last migration.
    pub schema: i64,
}

/// Copies the store in `from` as it is at one moment to `to`, while others read and write it.
///
/// # Errors
/// [`BackupError`]; there is no file at `to` then that was not there before.
pub async fn backup(from: &Path, to: &Path) -> Result<Copied, BackupError> {
    if !from.exists() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    let copy = beside(to)?;
    let mut connection = writable(from, Duration::from_secs(30)).connect().await?;
    sqlx::query("VACUUM INTO ?1")
        .bind(copy.path().to_string_lossy().into_owned())
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    let copied = verify(copy.path(), to).await?;
    place(copy, to, false)?;
    Ok(copied)
}

/// Makes a copy a store again. One that is at `to` is replaced only if that is wanted, and nobody has it open.
///
/// # Errors
/// [`BackupError`]; what was at `to` is there then as it was.
pub async fn restore(from: &Path, to: &Path, replace: bool) -> Result<Copied, BackupError> {
    if !from.exists() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    if log_of(from).exists() {
        return Err(BackupError::InUse(from.to_owned()));
    }
    let there = to.exists();
    if !replace && (there || log_of(to).exists()) {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let held = if there { Some(hold(to).await?) } else { None };
    let copy = if there { beside_any(to)? } else { beside(to)? };
    fs::copy(from, copy.path()).map_err(|reason| disk(from, reason))?;
    let copied = verify(copy.path(), from).await?;
    place(copy, to, there)?;
    if let Some(held) = held {
        // The file that it had open is gone.
        held.close().await?;
    }
    Ok(copied)
}

/// What a file holds; an error if it is no whole store, or one of a newer program.
async fn verify(path: &Path, named: &Path) -> Result<Copied, BackupError> {
    let damaged = |reason: String| BackupError::Damaged {
        path: named.to_owned(),
        reason,
    };
    let unreadable = |error: sqlx::Error| damaged(format!("it is no whole store: {error}"));
    let options = SqliteConnectOptions::new().filename(path).immutable(true);
    let mut connection = options.connect().await.map_err(unreadable)?;
    let check = sqlx::query("PRAGMA integrity_check(1)")
        .fetch_one(&mut connection)
        .await
        .map_err(unreadable)?;
    let check: String = check.try_get(0)?;
    if check != "ok" {
        return Err(damaged(check));
    }
    let counts = "SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM log) AS log,
        (SELECT position FROM log_state) AS position, (SELECT max(version) FROM _sqlx_migrations) AS schema";
    let row = sqlx::query(counts)
        .fetch_one(&mut connection)
        .await
        .map_err(unreadable)?;
    connection.close().await?;
    let number =
        |name| -> Result<u64, sqlx::Error> { Ok(crate::store::rows::count(row.try_get(name)?)) };
    let (events, log, position) = (number("events")?, number("log")?, number("position")?);
    if log != position || log > events {
        return Err(damaged(format!(
            "its log has {log} entries, should have {position}, of {events} events"
        )));
    }
    let schema: i64 = row.try_get("schema")?;
    let known = SCRIPTS.iter().map(|(version, ..)| *version).max();
    if Some(schema) > known {
        return Err(StoreError::Newer { version: schema }.into());
    }
    Ok(Copied {
        events,
        position,
        schema,
    })
}

/// A store that nobody else has open, and nobody can open meanwhile; its write-ahead log is in the file.
async fn hold(path: &Path) -> Result<SqliteConnection, BackupError> {
    let mut connection = writable(path, Duration::ZERO).connect().await?;
    for sql in ["PRAGMA journal_mode = DELETE", "BEGIN EXCLUSIVE"] {
        let done = sqlx::query(sql).execute(&mut connection).await;
        done.map_err(|error| match StoreError::from(error) {
            StoreError::Unreachable(_) => BackupError::InUse(path.to_owned()),
            other => other.into(),
        })?;
    }
    Ok(connection)
}

fn writable(path: &Path, patience: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(patience)
}

/// Where SQLite keeps what is not in the file yet.
fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// An empty file in the folder of a place where nothing is.
fn beside(to: &Path) -> Result<NamedTempFile, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    beside_any(to)
}

fn beside_any(to: &Path) -> Result<NamedTempFile, BackupError> {
    NamedTempFile::new_in(folder(to)).map_err(|reason| disk(to, reason))
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().unwrap_or(Path::new("."));
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

/// Gives a file its name once it has reached the disk.
fn place(copy: NamedTempFile, to: &Path, replace: bool) -> Result<(), BackupError> {
    // Opened anew: what is under the name may be another file than was made.
    let whole = File::open(copy.path()).and_then(|file| file.sync_all());
    whole.map_err(|reason| disk(to, reason))?;
    let placed = if replace {
        copy.persist(to)
    } else {
        copy.persist_noclobber(to)
    };
    placed.map_err(|failed| {
        if failed.error.kind() == std::io::ErrorKind::AlreadyExists {
            BackupError::Exists(to.to_owned())
        } else {
            disk(to, failed.error)
        }
    })?;
    let named = File::open(folder(to)).and_then(|folder| folder.sync_all());
    named.map_err(|reason| disk(to, reason))
}

fn disk(path: &Path, reason: std::io::Error) -> BackupError {
    BackupError::Disk {
        path: path.to_owned(),
        reason,
    }
}
