//! Why a command did not go through.

use nianlun_aggregates::history::{Refusal, Sequence};
use uuid::Uuid;

use crate::store::{StoreError, StreamId};

/// Why a command did not go through. Nothing was recorded, but for [`StoreError::Unreachable`]: it may have been.
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
    /// It names a carrier or cluster that has no record.
    #[error("{} {} has no record; record it first", place.subject.as_str(), place.id)]
    NoSuchPlace {
        /// The carrier or cluster.
        place: StreamId,
    },
    /// It would take back half of what two records say of each other.
    #[error(
        "event {event} and one of {other} are halves of one repair; take back both with `nianlun identity undo` (`nianlun identity list` shows it)"
    )]
    Half {
        /// The half.
        event: Sequence,
        /// The record that has the other.
        other: Uuid,
    },
    /// The key was used before, for another request.
    #[error("the idempotency key was used for another request; use a new key for a new request")]
    KeyUsed,
    /// The store failed, or an identifier belongs to another.
    #[error(transparent)]
    Store(#[from] StoreError),
}
