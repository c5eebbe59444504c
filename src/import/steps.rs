//! What an import does to one stream, step by step.

use jiff::Timestamp;
use nianlun_aggregates::history::{Action, Assertion};

use super::draft::Draft;

/// A step of an import on one stream.
pub struct Step<C> {
    /// When the source said so, if it is an archive.
    pub asserted: Option<Timestamp>,
    /// What to do.
    pub what: What<C>,
}

/// What to do on a stream.
pub enum What<C> {
    /// Record this, unless it stands already.
    Say(Draft<C>),
    /// A row of this key says this and nothing else: what it said before and does not say now is corrected.
    Row(String, Vec<Draft<C>>),
    /// The lists of this key say this and nothing else.
    Lists(String, Vec<Wanted<C>>),
    /// No row has this key any longer.
    Gone(String),
}

impl<C> What<C> {
    /// The actions that it may come to.
    pub fn actions(&self) -> impl Iterator<Item = &Action<C>> {
        let (one, drafts, wanted) = match self {
            Self::Say(draft) => (Some(draft), &[][..], &[][..]),
            Self::Row(_, drafts) => (None, drafts.as_slice(), &[][..]),
            Self::Lists(_, wanted) => (None, &[][..], wanted.as_slice()),
            Self::Gone(_) => (None, &[][..], &[][..]),
        };
        let wanted = wanted.iter().map(|wanted| &wanted.draft);
        one.into_iter()
            .chain(drafts)
            .chain(wanted)
            .map(|draft| &draft.action)
    }
}

/// Something that lists say.
pub struct Wanted<C> {
    /// What.
    pub assertion: Assertion<C>,
    /// What it may stand in the place of: an event of the same slot that says something else is corrected.
    pub slot: String,
    /// The same as something to record.
    pub draft: Draft<C>,
}
