//! Who is one with whom: merging two records of one company, and saying that two records are of two.
//!
//! Each is said in both records. The events of both halves are decided here together and must be committed together.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Assertion, Change, Company, CompanyEvent};
use crate::history::{Change as _, Entry, Sequence};
use crate::span::Span;
use crate::text::Text;

/// A record that has a part in it.
#[derive(Clone, Debug)]
pub struct Party<'a> {
    /// The record's id.
    pub id: Uuid,
    /// What it says.
    pub company: &'a Company,
    /// The record that goes on in its place, if it is merged: the last of the chain.
    pub survivor: Option<Uuid>,
    /// Its USCIs and those of the records that it has taken in.
    pub uscis: BTreeSet<String>,
}

/// Why nothing was said. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// There is nothing to decide of one record.
    #[error("{id} is one record; name two")]
    Itself {
        /// The record.
        id: Uuid,
    },
    /// There is no such record.
    #[error("there is no record {id}; `nianlun company list` shows those there are")]
    NoSuchRecord {
        /// As asked.
        id: Uuid,
    },
    /// The record is merged already.
    #[error(
        "{id} is already merged into {into}; undo that first (`nianlun identity list` shows it)"
    )]
    AlreadyMerged {
        /// The record.
        id: Uuid,
        /// The record that goes on.
        into: Uuid,
    },
    /// The record that is to go on is itself merged.
    #[error("{id} is itself merged into {into}; merge into that one")]
    SurvivorMerged {
        /// As asked.
        id: Uuid,
        /// The record that goes on.
        into: Uuid,
    },
    /// The record that is to go on was merged into the one that is to end.
    #[error(
        "{survivor} was merged into {loser}, which cannot be merged into it in turn; undo that merge first"
    )]
    Cycle {
        /// As asked.
        loser: Uuid,
        /// As asked.
        survivor: Uuid,
    },
    /// Only one of both records says so.
    #[error(
        "event {event} of {id} is half of a merge whose other half is missing; retract it first (`nianlun record company {id} --retract {event}`)"
    )]
    Half {
        /// The record.
        id: Uuid,
        /// The event.
        event: Sequence,
    },
    /// They were said to be two companies.
    #[error("event {event} of {id} says that these are two companies; undo that first")]
    SaidDistinct {
        /// The record.
        id: Uuid,
        /// The event.
        event: Sequence,
    },
    /// Each has a USCI of its own: two companies by all that is known.
    #[error("{} and {} are two identifiers of two companies; correct the wrong one, or send it again with --despite", loser.join(", "), survivor.join(", "))]
    TwoUscis {
        /// Of the record that is to end, as `usci:…`.
        loser: Vec<String>,
        /// Of the record that is to go on.
        survivor: Vec<String>,
    },
}

/// The two halves: of the first record named, and of the second.
pub type Halves = (CompanyEvent, CompanyEvent);

/// Merges a record into another of the same company. With `despite`, also if each has a USCI of its own.
///
/// # Errors
/// [`IdentityError`].
pub fn merge(
    loser: &Party<'_>,
    survivor: &Party<'_>,
    reason: &Text,
    despite: bool,
) -> Result<Halves, IdentityError> {
    stands(loser, survivor)?;
    if let Some(into) = loser.survivor {
        let id = loser.id;
        return Err(IdentityError::AlreadyMerged { id, into });
    }
    if let Some(into) = survivor.survivor {
        let (loser, id) = (loser.id, survivor.id);
        return Err(if into == loser {
            IdentityError::Cycle {
                loser,
                survivor: id,
            }
        } else {
            IdentityError::SurvivorMerged { id, into }
        });
    }
    for party in [loser, survivor] {
        if let Some(event) = saying(party, |change| change.merged_into().is_some()) {
            let id = party.id;
            return Err(IdentityError::Half { id, event });
        }
    }
    if let Some((id, event)) = said_distinct(loser, survivor) {
        return Err(IdentityError::SaidDistinct { id, event });
    }
    let two = !loser.uscis.is_empty()
        && !survivor.uscis.is_empty()
        && loser.uscis.is_disjoint(&survivor.uscis);
    if two && !despite {
        return Err(IdentityError::TwoUscis {
            loser: loser.uscis.iter().cloned().collect(),
            survivor: survivor.uscis.iter().cloned().collect(),
        });
    }
    let despite = Some(reason).filter(|_| two);
    let merged = Change::RecordMerged {
        survivor: survivor.id,
        reason: reason.clone(),
    };
    let taken_in = Change::RecordTakenIn {
        other: loser.id,
        reason: reason.clone(),
    };
    Ok((half(merged, despite), half(taken_in, despite)))
}

/// Says that two records are of two companies.
///
/// # Errors
/// [`IdentityError`].
pub fn distinct(a: &Party<'_>, b: &Party<'_>, reason: &Text) -> Result<Halves, IdentityError> {
    stands(a, b)?;
    for party in [a, b] {
        if let Some(into) = party.survivor {
            let id = party.id;
            return Err(IdentityError::AlreadyMerged { id, into });
        }
    }
    if let Some((id, event)) = said_distinct(a, b) {
        return Err(IdentityError::SaidDistinct { id, event });
    }
    let says = |other: Uuid| Change::RecordDistinct {
        other,
        reason: reason.clone(),
    };
    Ok((half(says(b.id), None), half(says(a.id), None)))
}

/// The USCIs that a record gives, as the register keeps them.
#[must_use]
pub fn uscis(company: &Company) -> BTreeSet<String> {
    let mut held = company.identifiers();
    held.retain(|key| key.starts_with("usci:"));
    held
}

fn stands(a: &Party<'_>, b: &Party<'_>) -> Result<(), IdentityError> {
    if a.id == b.id {
        return Err(IdentityError::Itself { id: a.id });
    }
    let missing = [a, b]
        .into_iter()
        .find(|party| party.company.registration().is_none());
    match missing.map(|party| party.id) {
        Some(id) => Err(IdentityError::NoSuchRecord { id }),
        None => Ok(()),
    }
}

fn said_distinct(a: &Party<'_>, b: &Party<'_>) -> Option<(Uuid, Sequence)> {
    let of = |party: &Party<'_>, other: Uuid| {
        let event = saying(
            party,
            |change| matches!(change, Change::RecordDistinct { other: said, .. } if *said == other),
        );
        event.map(|event| (party.id, event))
    };
    of(a, b.id).or_else(|| of(b, a.id))
}

fn saying(party: &Party<'_>, so: impl Fn(&Change) -> bool) -> Option<Sequence> {
    let said = party.company.timeline().in_force();
    said.iter()
        .find(|said| so(&said.assertion.change))
        .map(|said| said.sequence)
}

fn half(change: Change, despite: Option<&Text>) -> CompanyEvent {
    // It is of no day: the two were one company all along.
    let on = Span::Unknown;
    CompanyEvent {
        entry: Entry::Asserted(Assertion { on, change }),
        despite: despite.cloned(),
        claims: vec![],
        asserted: None,
        releases: vec![],
    }
}
