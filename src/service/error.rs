//! Why a command did not go through.

use nianlun_aggregates::history::{Refusal, Sequence};

use crate::store::StoreError;

/// Why a command did not go through. Nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The decision was no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The stream is not where the caller saw it.
    #[error(
        "the record has moved on: event {expected} was expected to be the last, it is {last}; read it again"
    )]
    Moved {
        /// As the caller saw it.
        expected: Sequence,
        /// As it is.
        last: Sequence,
    },
    /// The store failed, or an identifier belongs to another.
    #[error(transparent)]
    Store(#[from] StoreError),
}
