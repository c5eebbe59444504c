//! Events as stored: what was said, and what they do to the history.

use cqrs_es::DomainEvent;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::change::Change;
use crate::span::Span;
use crate::text::Text;

/// The stored type of a correction.
pub const CORRECTED: &str = "EventCorrected";
/// The stored type of a retraction.
pub const RETRACTED: &str = "EventRetracted";

/// The number of an event in its stream, from 1.
pub type Sequence = u64;

/// Something that happened, on a date as well as the source knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assertion<C> {
    /// When it was true (effective).
    pub on: Span,
    /// What.
    pub change: C,
}

/// An event. Stored for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event<C> {
    /// What it says.
    pub entry: Entry<C>,
    /// Why it was recorded although it contradicts what is known; such an event is flagged and listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub despite: Option<Text>,
    /// When its source said so, where a declared backfill (补录) asserts it: it counts as known from then on, but never from
    /// before the event that stands before it in its stream, nor from after its admission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asserted: Option<Timestamp>,
    /// Identifiers that it takes for its subject in the register, as `scheme:value`, sorted.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// Identifiers that it gives back.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub releases: Vec<String>,
}

/// What an event does to the timeline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Entry<C> {
    /// Adds something that happened.
    Asserted(Assertion<C>),
    /// Replaces what an earlier event says (更正).
    Corrected {
        /// The event whose words are replaced.
        target: Sequence,
        /// What stands in its place.
        replacement: Assertion<C>,
        /// Why.
        reason: Text,
    },
    /// Takes back an earlier event (撤销记录); of a correction or a retraction, undoes it.
    Retracted {
        /// The event taken back.
        target: Sequence,
        /// Why.
        reason: Text,
    },
}

impl<C> Entry<C> {
    /// What it adds to the timeline, if anything.
    #[must_use]
    pub const fn assertion(&self) -> Option<&Assertion<C>> {
        match self {
            Self::Asserted(assertion)
            | Self::Corrected {
                replacement: assertion,
                ..
            } => Some(assertion),
            Self::Retracted { .. } => None,
        }
    }

    /// The earlier event that it replaces or takes back.
    #[must_use]
    pub const fn target(&self) -> Option<Sequence> {
        match self {
            Self::Asserted(_) => None,
            Self::Corrected { target, .. } | Self::Retracted { target, .. } => Some(*target),
        }
    }
}

impl<C: Change> DomainEvent for Event<C> {
    fn event_type(&self) -> String {
        match &self.entry {
            Entry::Asserted(assertion) => assertion.change.event_type(),
            Entry::Corrected { .. } => CORRECTED,
            Entry::Retracted { .. } => RETRACTED,
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        crate::decode::VERSION.to_owned()
    }
}
