//! Reading stored events: the one way, on every read path.

use cqrs_es::persist::SerializedEvent;
use serde::de::DeserializeOwned;

/// The version that this program writes. A breaking change of an event's shape raises it and adds an upcaster here.
pub const VERSION: &str = "1";

/// Why a stored event cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer program.
    #[error(
        "event {event} has version {version}, this program reads up to {VERSION}: use a newer nianlun"
    )]
    Newer {
        /// `type/id/sequence`.
        event: String,
        /// Its version.
        version: String,
    },
    /// Its payload is not of its version's shape.
    #[error("event {event} cannot be read: {reason}")]
    Malformed {
        /// `type/id/sequence`.
        event: String,
        /// What serde says.
        reason: String,
    },
}

/// The event's id, `type/uuid/sequence`.
#[must_use]
pub fn event_id(event: &SerializedEvent) -> String {
    format!(
        "{}/{}/{}",
        event.aggregate_type, event.aggregate_id, event.sequence
    )
}

/// Turns a stored event into a domain event.
///
/// # Errors
/// [`DecodeError`].
pub fn decode<E: DeserializeOwned>(event: &SerializedEvent) -> Result<E, DecodeError> {
    if event.event_version != VERSION {
        return Err(DecodeError::Newer {
            event: event_id(event),
            version: event.event_version.clone(),
        });
    }
    E::deserialize(&event.payload).map_err(|error| DecodeError::Malformed {
        event: event_id(event),
        reason: error.to_string(),
    })
}
