//! What can go wrong between the program and its database.

use cqrs_es::AggregateError;
use cqrs_es::persist::PersistenceError;
use nianlun_projections::Subject;
use sqlx::postgres::PgDatabaseError;
use uuid::Uuid;

use super::StreamId;

/// A failure of the store. Nothing was written when one is returned, but for [`StoreError::Unreachable`]: it may have been.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another writer has appended to this stream since it was read, or the database asks to try again: load it again and
    /// decide anew.
    #[error("another writer was first on this stream; load it again and decide anew")]
    Conflict,
    /// An identifier belongs to another stream.
    #[error("identifier {identifier} already belongs to {} {}", holder.subject.as_str(), holder.id)]
    IdentifierTaken {
        /// The identifier, as `scheme:value`.
        identifier: String,
        /// Who holds it.
        holder: StreamId,
    },
    /// Another projector has moved the checkpoint.
    #[error("another projector has moved the checkpoint; read it again")]
    CheckpointMoved,
    /// The clocks of the database and of this process differ by too much to admit events.
    #[error(
        "the clocks of the database and of this process differ by {seconds} s (60 allowed): set them right, nothing was admitted"
    )]
    Clocks {
        /// Database clock minus process clock.
        seconds: i64,
    },
    /// The database was written by a newer program.
    #[error(
        "the database has migration {version}, which this program does not know: use a newer nianlun"
    )]
    Newer {
        /// The unknown migration.
        version: i64,
    },
    /// The address of the store cannot be read.
    #[error(
        "cannot use store {url:?}: {reason}; write sqlite:FILE or postgres://user@host/database"
    )]
    Address {
        /// As given, password masked.
        url: String,
        /// Why.
        reason: String,
    },
    /// A stored row is not what the schema promises.
    #[error("table {table}, row {row}: {reason}")]
    Inconsistent {
        /// Which table.
        table: &'static str,
        /// Which row.
        row: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database cannot be reached. If the connection broke while something was committed, it is not known whether it was.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// Any other failure of the database.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
}

/// PostgreSQL's code, raised by our trigger, for an identifier that another stream holds.
const IDENTIFIER_TAKEN: &str = "NL001";

/// The code of SQLite for an error that a trigger raises; the message then begins with [`IDENTIFIER_TAKEN`].
const RAISED_BY_TRIGGER: &str = "1811";

/// A unique key is taken (PostgreSQL; SQLite's UNIQUE and PRIMARY KEY), a transaction was not serialisable, was the victim
/// of a deadlock, or wrote upon an outdated snapshot: to be tried again.
const CONFLICTS: [&str; 6] = ["23505", "40001", "40P01", "2067", "1555", "517"];

/// The server is starting, stopping or full; the file is locked for longer than we wait, or cannot be opened.
const UNREACHABLE: [&str; 10] = [
    "57P01", "57P02", "57P03", "53300", "08000", "08003", "08006", "5", "261", "14",
];

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            // A server that ends while a connection is made leaves half a conversation: no fault of ours.
            sqlx::Error::Io(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unreachable(error.to_string()),
            sqlx::Error::Database(database) => match database.code().as_deref() {
                Some(IDENTIFIER_TAKEN) => database
                    .try_downcast_ref::<PgDatabaseError>()
                    .and_then(|error| taken(error.detail()?))
                    .unwrap_or(Self::Conflict),
                Some(code) if CONFLICTS.contains(&code) => Self::Conflict,
                Some(code) if UNREACHABLE.contains(&code) => {
                    Self::Unreachable(database.message().to_owned())
                }
                _ => Self::Database(error),
            },
            _ => Self::Database(error),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(version) => Self::Newer { version },
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            other => Self::Database(other.into()),
        }
    }
}

impl From<PersistenceError> for StoreError {
    fn from(error: PersistenceError) -> Self {
        match error {
            PersistenceError::OptimisticLockError => Self::Conflict,
            PersistenceError::DeserializationError(error) => undecodable(error.as_ref()),
            PersistenceError::ConnectionError(error) | PersistenceError::UnknownError(error) => {
                Self::from_boxed(error)
            }
        }
    }
}

impl StoreError {
    /// Sorts an error of cqrs-es: `Ok` with the aggregate's own refusal, `Err` with a failure of the store.
    ///
    /// # Errors
    /// Every variant but [`AggregateError::UserError`] is a failure of the store.
    pub fn from_aggregate_error<E: std::error::Error>(error: AggregateError<E>) -> Result<E, Self> {
        match error {
            AggregateError::UserError(refusal) => Ok(refusal),
            AggregateError::AggregateConflict => Err(Self::Conflict),
            AggregateError::DeserializationError(error) => Err(undecodable(error.as_ref())),
            AggregateError::DatabaseConnectionError(error)
            | AggregateError::UnexpectedError(error) => Err(Self::from_boxed(error)),
        }
    }

    /// Unpacks what cqrs-es and its repositories have boxed.
    pub(super) fn from_boxed(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => *ours,
            Err(error) => match error.downcast::<sqlx::Error>() {
                Ok(error) => (*error).into(),
                Err(other) => Self::Database(sqlx::Error::AnyDriverError(other)),
            },
        }
    }
}

/// Whether SQLite's trigger refused a claim; it cannot say whose it is.
pub(super) fn refused_claim(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| {
        error.code().as_deref() == Some(RAISED_BY_TRIGGER)
            && error.message().starts_with(IDENTIFIER_TAKEN)
    })
}

/// Reads the detail that PostgreSQL's trigger adds.
fn taken(detail: &str) -> Option<StoreError> {
    let detail: serde_json::Value = serde_json::from_str(detail).ok()?;
    let text = |name: &str| detail.get(name)?.as_str();
    let subject = Subject::parse(text("aggregate_type")?)?;
    let id = Uuid::parse_str(text("aggregate_id")?).ok()?;
    Some(StoreError::IdentifierTaken {
        identifier: text("identifier")?.to_owned(),
        holder: StreamId { subject, id },
    })
}

fn undecodable(error: &(dyn std::error::Error + Send + Sync)) -> StoreError {
    StoreError::Inconsistent {
        table: "events",
        row: "of the stream being loaded".to_owned(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detail_of_a_refused_claim_names_identifier_and_holder() {
        let error = taken(
            r#"{"identifier": "uscc:91", "aggregate_type": "carrier", "aggregate_id": "00000000-0000-0000-0000-000000000007"}"#,
        );
        let Some(StoreError::IdentifierTaken { identifier, holder }) = error else {
            panic!("{error:?}")
        };
        assert_eq!(identifier, "uscc:91");
        assert_eq!(
            holder,
            StreamId {
                subject: Subject::Carrier,
                id: Uuid::from_u128(7)
            }
        );
        assert!(taken("not json").is_none());
        assert!(taken(r#"{"identifier": "uscc:91"}"#).is_none());
    }

    #[test]
    fn a_refusal_of_the_aggregate_is_no_failure_of_the_store() {
        let refusal = std::io::Error::other("refused");
        let sorted = StoreError::from_aggregate_error(AggregateError::UserError(refusal));
        assert_eq!(sorted.expect("the refusal").to_string(), "refused");

        let conflict =
            StoreError::from_aggregate_error::<std::io::Error>(AggregateError::AggregateConflict);
        assert!(matches!(conflict, Err(StoreError::Conflict)));

        let boxed = Box::new(StoreError::CheckpointMoved);
        let ours = StoreError::from_aggregate_error::<std::io::Error>(
            AggregateError::UnexpectedError(boxed),
        );
        assert!(matches!(ours, Err(StoreError::CheckpointMoved)));
    }

    #[test]
    fn no_connection_and_half_a_conversation_mean_unreachable() {
        assert!(matches!(
            StoreError::from(sqlx::Error::PoolTimedOut),
            StoreError::Unreachable(_)
        ));
        let io = sqlx::Error::Io(std::io::Error::other("refused"));
        assert!(matches!(StoreError::from(io), StoreError::Unreachable(_)));
        let half = sqlx::Error::Protocol("unexpected response from SSLRequest: 0x00".to_owned());
        assert!(matches!(StoreError::from(half), StoreError::Unreachable(_)));
        assert!(matches!(
            StoreError::from(sqlx::Error::RowNotFound),
            StoreError::Database(_)
        ));
    }
}
