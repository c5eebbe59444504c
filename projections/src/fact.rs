//! Facts: what a history says, on both time axes.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which aggregate a fact or an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A company (企业), a team (团队) or a branch (分公司).
    Company,
    /// A carrier (载体).
    Carrier,
    /// An industry cluster (产业集群) or an alliance.
    Cluster,
}

impl Subject {
    /// The name under which streams and facts are stored; equal to the aggregate's `TYPE`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Carrier => "carrier",
            Self::Cluster => "cluster",
        }
    }

    /// Reads a stored name back.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Company, Self::Carrier, Self::Cluster]
            .into_iter()
            .find(|subject| subject.as_str() == name)
    }
}

/// An instant of knowledge: when the log admitted an event, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Known {
    /// `admitted_at`, in microseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// The log position.
    pub position: u64,
}

impl Known {
    /// Later than every instant: the fact is still believed.
    pub const OPEN: Self = Self {
        at: i64::MAX,
        position: i64::MAX as u64,
    };
}

/// A day count since 1970-01-01. [`FOREVER`] as an end means "still true".
pub type DayNumber = i32;

/// The end of an interval that has not ended.
pub const FOREVER: DayNumber = i32::MAX;

/// One thing that a subject's history says: true on the days `[valid_from, valid_to)`,
/// believed during `[known_from, known_to)`.
///
/// What `key`, `part` and `value` hold depends on `kind`; see `docs/facts.md`.
/// A fact that cannot be placed on the day axis (its date is unknown) has `valid_from = valid_to = FOREVER`:
/// it is in no stock of any day and is listed apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fact {
    /// What the fact is about.
    pub subject: Subject,
    /// The stream's id.
    pub id: Uuid,
    /// What sort of fact, such as `stage` or `membership`.
    pub kind: String,
    /// What it is keyed by: a ladder, a carrier's id, a board, a scheme.
    pub key: String,
    /// A second part of the key: a tier, a unit, a programme; empty where the kind has none.
    pub part: String,
    /// The value.
    pub value: String,
    /// First day on which it holds.
    pub valid_from: DayNumber,
    /// First day on which it no longer holds.
    pub valid_to: DayNumber,
    /// When it came to be believed.
    pub known_from: Known,
    /// When it ceased to be believed.
    pub known_to: Known,
    /// The opening date as stated, in the grammar of dates; empty for derived facts.
    pub from_stated: String,
    /// The closing date as stated; empty while open.
    pub to_stated: String,
    /// Sequences, in the subject's stream, of the events it stands on.
    pub basis: Vec<u64>,
    /// Codes of the irregularities and contradictions that touch it.
    pub flags: Vec<String>,
    /// What else the events said, by name.
    pub detail: std::collections::BTreeMap<String, String>,
}
