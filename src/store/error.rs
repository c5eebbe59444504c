//! What can go wrong between the program and its database.

use super::StreamId;

/// A failure of the store. Nothing was written when one is returned.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another writer has appended to this stream since it was read: load it again and decide anew.
    #[error("another writer was first on this stream; load it again and decide anew")]
    Conflict,
    /// An identifier belongs to another stream.
    #[error("identifier {identifier} already belongs to {holder:?}")]
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
    /// The database cannot be reached.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// Any other failure of the database.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}
