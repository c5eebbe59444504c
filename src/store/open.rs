//! From an address to a store.

use std::sync::Arc;
use std::time::Duration;

use super::{Clock, PostgresStore, SqliteStore, Store, StoreError, system_clock};

/// What may be set when a store is opened.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The process clock that admission is checked against.
    pub clock: Clock,
    /// How long a free connection to PostgreSQL is waited for, so how soon its absence is told. Who waits for SQLite waits for
    /// another writer, who is not gone.
    pub patience: Duration,
    /// How many connections to PostgreSQL there are at most: a server takes 100 by default, for all its processes.
    pub connections: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: system_clock,
            patience: Duration::from_secs(30),
            connections: 16,
        }
    }
}

/// Opens the store at `url` and brings its schema up to date: `sqlite:PATH` (the file is created) or `postgres://…`,
/// `postgresql://…`.
///
/// # Errors
/// [`StoreError::Address`] if the address cannot be read, [`StoreError::Unreachable`] if nothing answers there,
/// [`StoreError::Newer`] if a newer program has written the database.
pub async fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    open_with(url, Options::default()).await
}

/// [`open`] with options.
///
/// # Errors
/// As [`open`].
pub async fn open_with(url: &str, options: Options) -> Result<Arc<dyn Store>, StoreError> {
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    match scheme {
        "sqlite" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            if path.is_empty() || path.starts_with(":memory:") {
                return Err(StoreError::Address {
                    url: masked(url),
                    reason: "it names no file".to_owned(),
                });
            }
            Ok(Arc::new(SqliteStore::open(path.as_ref(), options).await?))
        }
        "postgres" | "postgresql" => {
            let connect = url
                .parse()
                .map_err(|error: sqlx::Error| StoreError::Address {
                    url: masked(url),
                    reason: match error {
                        sqlx::Error::Configuration(reason) => reason.to_string(),
                        other => other.to_string(),
                    },
                })?;
            let store = PostgresStore::open(connect, options).await;
            Ok(Arc::new(store.map_err(|error| match error {
                StoreError::Unreachable(reason) => {
                    StoreError::Unreachable(format!("{}: {reason}", masked(url)))
                }
                other => other,
            })?))
        }
        _ => Err(StoreError::Address {
            url: masked(url),
            reason: "its scheme is unknown".to_owned(),
        }),
    }
}

/// The address without its password, however badly it is written: it ends up in logs.
#[must_use]
pub fn masked(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    // A password may itself hold '@', '/' or '?', so all up to the last '@' is taken for it.
    let (user, place) = match rest.rsplit_once('@') {
        Some((user, place)) => (user, Some(place)),
        None => (rest, None),
    };
    let user = match (user.split_once(':'), place) {
        (Some((name, _)), Some(_)) => format!("{name}:***"),
        // Without '@', what follows a colon is a port, or a password whose host was forgotten.
        (Some((name, port)), None)
            if !scheme.is_empty() && !port.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            format!("{name}:***")
        }
        _ => user.to_owned(),
    };
    let whole = match place {
        Some(place) => format!("{scheme}{user}@{place}"),
        None => format!("{scheme}{user}"),
    };
    match whole.split_once("password=") {
        Some((before, secret)) => {
            let after = secret.find('&').map_or("", |end| &secret[end..]);
            format!("{before}password=***{after}")
        }
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_masked_wherever_it_stands() {
        let cases = [
            ("postgres://u:secret@host/db", "postgres://u:***@host/db"),
            ("postgres://u:se/cr@et@host/db", "postgres://u:***@host/db"),
            ("postgres://u@host:5432/db", "postgres://u@host:5432/db"),
            ("postgres://host:5432/db", "postgres://host:5432/db"),
            ("postgres://u:secret", "postgres://u:***"),
            (
                "postgres://h/db?password=secret&user=u",
                "postgres://h/db?password=***&user=u",
            ),
            (
                "postgres://u:secret@h/db?password=secret",
                "postgres://u:***@h/db?password=***",
            ),
            ("mysql://u:secret@host", "mysql://u:***@host"),
            ("sqlite:a.db", "sqlite:a.db"),
        ];
        for (given, shown) in cases {
            assert_eq!(masked(given), shown);
            assert!(!masked(given).contains("secret"));
        }
    }
}
