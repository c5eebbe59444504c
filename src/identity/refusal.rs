//! Why a repair did not go through.

use nianlun_aggregates::company::identity::IdentityError;
use nianlun_aggregates::history::{Contradiction, RepairError};
use nianlun_projections::EventOf;
use uuid::Uuid;

use crate::store::StoreError;

/// Why a repair did not go through. Nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum RepairRefusal {
    /// Who is one with whom cannot be said so.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// One of the records cannot take its part.
    #[error("{id}: {error}")]
    Record {
        /// The record.
        id: Uuid,
        /// Why.
        error: RepairError,
    },
    /// Nothing is to be moved.
    #[error(
        "no event is named; name those that are the other company's, as `nianlun company history` numbers them"
    )]
    NoEvents,
    /// No repair has this correlation.
    #[error("there is no repair {correlation}; `nianlun identity list` shows those there are")]
    NoSuchRepair {
        /// As asked.
        correlation: String,
    },
    /// It was undone before.
    #[error("repair {correlation} is undone already")]
    AlreadyUndone {
        /// As asked.
        correlation: String,
    },
    /// Something was built on it.
    #[error(
        "event {event} of this repair was replaced or taken back by event {by} since; take that back first"
    )]
    ChangedSince {
        /// The repair's event.
        event: EventOf,
        /// What stands against it.
        by: EventOf,
    },
    /// The key was used before, for another request.
    #[error("the idempotency key was used for another request; use a new key for a new request")]
    KeyUsed,
    /// The store failed, or an identifier belongs to another.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RepairRefusal {
    /// The contradictions for which it was refused, of which record.
    #[must_use]
    pub fn contradictions(&self) -> Option<(Uuid, &[Contradiction])> {
        match self {
            Self::Record {
                id,
                error: RepairError::Contradicts { contradictions },
            } => Some((*id, contradictions)),
            _ => None,
        }
    }
}
