//! Contradictions: what needs another record to be wrong or missing.

use super::assertion::Sequence;
use crate::wording::terms;

terms! {
    /// How records contradict each other.
    pub enum ContradictionKind as "contradiction" {
        /// Left, delisted or lifted, with no recorded beginning; opens a spell with unknown start.
        EndWithoutStart = "end-without-start", "无入先出", "an end with no recorded beginning";
        /// Entered or listed while already so.
        StartWhileOpen = "start-while-open", "重复进入", "a beginning while already open";
        /// A change of something that is not there: of an area without occupancy, of a code without listing.
        ChangeOutsideSpell = "change-outside-spell", "无所属变更", "a change of something that is not there";
        /// Something opened after deregistration (注销).
        OpenedAfterDeregistration = "opened-after-deregistration", "注销后新增", "opened after deregistration";
        /// Shares of a team or a branch.
        ListedWithoutCompany = "listed-without-company", "非企业上市", "shares of something that is no company";
    }
}

/// A contradiction and the events that collide, ascending.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contradiction {
    /// How.
    pub kind: ContradictionKind,
    /// Which events.
    pub events: Vec<Sequence>,
}

impl Contradiction {
    /// Of these events.
    #[must_use]
    pub fn new(kind: ContradictionKind, events: impl IntoIterator<Item = Sequence>) -> Self {
        let mut events: Vec<_> = events.into_iter().collect();
        events.sort_unstable();
        events.dedup();
        Self { kind, events }
    }
}
