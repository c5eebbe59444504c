//! The company (企业): a history of independent sets of spells.

mod change;
pub mod identity;
pub mod life;
mod names;
mod terms;

use std::collections::BTreeSet;

use uuid::Uuid;

pub use change::{Change, Entity};
pub use life::{Edge, Life, Spell, SpellKey};
pub use terms::{
    ApplicationOutcome, ApplicationStep, Capacity, DelistingReason, LegalStatus, Programme,
    ProgrammeOutcome, RecognitionLevel, SpaceRole, SpellSet, Tenure,
};

use crate::history::{self, Contradiction, History, Impossible, InForce, Timeline};
use crate::identifier::Identifier;
use crate::wording::Wording;
use crate::{carrier, cluster};

/// A company as its events tell it.
pub type Company = History<Change>;
/// Something that happened to a company.
pub type Assertion = history::Assertion<Change>;
/// A company's event as stored.
pub type CompanyEvent = history::Event<Change>;

/// Every type of event that a company can have, as stored, with its names.
pub const EVENT_TYPES: &[(&str, Wording)] = names::EVENT_TYPES;

impl history::Change for Change {
    const TYPE: &'static str = "company";

    fn event_type(&self) -> &'static str {
        self.type_name()
    }

    fn wording(&self) -> Wording {
        self.words()
    }

    fn registers(&self) -> bool {
        matches!(self, Self::Registered { .. })
    }

    fn names(&self) -> Vec<(&'static str, Uuid)> {
        match self {
            Self::ProgrammeStarted { carrier, .. }
            | Self::ProgrammeEnded { carrier, .. }
            | Self::Graduated {
                carrier: Some(carrier),
            }
            | Self::OccupancyStarted { carrier, .. }
            | Self::OccupancyAreaChanged { carrier, .. }
            | Self::OccupancyMoved { carrier, .. }
            | Self::OccupancyEnded { carrier, .. } => vec![(carrier::Change::TYPE, *carrier)],
            Self::MembershipStarted { cluster, .. }
            | Self::MembershipTierChanged { cluster, .. }
            | Self::MembershipEnded { cluster, .. }
            | Self::NamedAsAnchor { cluster, .. } => vec![(cluster::Change::TYPE, *cluster)],
            _ => vec![],
        }
    }

    fn identifiers(&self) -> BTreeSet<String> {
        match self {
            Self::Registered { identifiers, .. } | Self::Incorporated { identifiers, .. } => {
                identifiers.iter().map(Identifier::key).collect()
            }
            Self::IdentifierAdded { identifier } => [identifier.key()].into(),
            Self::Listed {
                board,
                code: Some(code),
            }
            | Self::SecurityCodeChanged { board, code }
            | Self::SecurityTransferred {
                to: board,
                code: Some(code),
                ..
            } => [code.key(*board)].into(),
            _ => BTreeSet::new(),
        }
    }

    fn check(&self) -> Result<(), Impossible> {
        match self {
            Self::Listed {
                board,
                code: Some(code),
            }
            | Self::SecurityCodeChanged { board, code }
            | Self::SecurityTransferred {
                to: board,
                code: Some(code),
                ..
            } => Ok(code.check(*board)?),
            _ => Ok(()),
        }
    }

    fn counterpart(&self) -> Option<Uuid> {
        match self {
            Self::RecordMerged {
                survivor: other, ..
            }
            | Self::RecordTakenIn { other, .. }
            | Self::RecordDistinct { other, .. } => Some(*other),
            _ => None,
        }
    }

    fn merged_into(&self) -> Option<Uuid> {
        match self {
            Self::RecordMerged { survivor, .. } => Some(*survivor),
            _ => None,
        }
    }

    fn contradictions(history: &Timeline<Self>) -> Vec<Contradiction> {
        Life::of(history).contradictions
    }

    fn ends(&self, end: &Self) -> bool {
        let day = crate::span::Span::Day(crate::Day::EPOCH);
        let said = [self, end].map(|change| Assertion {
            on: day,
            change: change.clone(),
        });
        let life = Life::from_said(
            said.iter()
                .zip(1..)
                .map(|(assertion, sequence)| InForce {
                    assertion,
                    sequence,
                })
                .collect(),
        );
        life.spells.iter().any(|spell| {
            let sequence = |edge: Option<Edge<'_>>| edge.map(|edge| edge.said.sequence);
            sequence(spell.opened) == Some(1) && sequence(spell.closed) == Some(2)
        })
    }
}
