//! What a kind of subject must tell of its changes.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::contradiction::Contradiction;
use super::timeline::Timeline;
use crate::identifier::SecurityCodeError;
use crate::wording::Wording;

/// What can happen to a kind of subject: a company, a carrier, a cluster.
pub trait Change:
    Clone + Debug + PartialEq + Eq + Ord + Serialize + DeserializeOwned + Send + Sync
{
    /// The aggregate's type as stored.
    const TYPE: &'static str;

    /// The event type as stored.
    fn event_type(&self) -> &'static str;

    /// The code used in files and on the command line, and both names.
    fn wording(&self) -> Wording;

    /// Whether it begins a record. A record has one such event.
    fn registers(&self) -> bool;

    /// The identifiers that it ties to its subject, as the register keeps them: `scheme:value`.
    fn identifiers(&self) -> BTreeSet<String>;

    /// The carriers and clusters that it names, by aggregate type and id. They must have a record of their own.
    fn names(&self) -> Vec<(&'static str, Uuid)> {
        vec![]
    }

    /// What no further event could mend.
    ///
    /// # Errors
    /// [`Impossible`].
    fn check(&self) -> Result<(), Impossible> {
        Ok(())
    }

    /// The other record, of what two records say of each other: who is one with whom, or is not. Such a change is recorded
    /// and taken back in both at once, by the repair of identities alone.
    fn counterpart(&self) -> Option<Uuid> {
        None
    }

    /// The record that goes on in place of this one, if this says that it is merged.
    fn merged_into(&self) -> Option<Uuid> {
        None
    }

    /// What does not fit together in a history, sorted. A function of which events are in force, not of their order.
    #[must_use]
    fn contradictions(_history: &Timeline<Self>) -> Vec<Contradiction> {
        vec![]
    }

    /// Whether the two alone are one closed period: the end ends what the opening opens.
    fn ends(&self, _end: &Self) -> bool {
        false
    }
}

/// What no further event could mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// A code that the board does not use.
    #[error(transparent)]
    Code(#[from] SecurityCodeError),
}
