//! What each change does to the sets of spells.

use super::Said;
use super::pairing::Mark;
use super::spell::SpellKey;
use crate::board::Board;
use crate::company::change::Change;
use crate::company::terms::{ApplicationStep, LegalStatus, Programme};
use crate::window::Window;

/// Which spells an end ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Those of one key.
    Key(SpellKey),
    /// Those of every key that this one matches, its open part (unit, tier, level, carrier) standing for any.
    Any(SpellKey),
    /// Those of this key, without unit or tier, if anything opens one, else those of every key that it matches.
    Unnamed(SpellKey),
}

/// What a change does to one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<'a> {
    /// Opens a spell.
    Opens(SpellKey, Mark<'a>),
    /// Ends one.
    Ends(Target, Mark<'a>),
    /// Says something of an open one.
    Notes(SpellKey, Mark<'a>),
}

/// The effects of an assertion, at most three.
#[expect(clippy::too_many_lines, reason = "a flat match, one arm a change")]
pub fn effects(said: Said<'_>) -> Vec<Effect<'_>> {
    let on = said.assertion.on;
    let mark = |window: Option<Window>, lenient: bool| Mark {
        window,
        said,
        lenient,
    };
    let opens = |key: SpellKey| Effect::Opens(key, mark(Window::of_opening(on), false));
    let joins = |key: SpellKey| Effect::Opens(key, mark(Window::of_opening(on), true));
    let ends = |key: SpellKey| Effect::Ends(Target::Key(key), mark(Window::of_end(on), false));
    let ends_any = |key: SpellKey| Effect::Ends(Target::Any(key), mark(Window::of_end(on), false));
    let notes = |key: SpellKey| Effect::Notes(key, mark(Window::of_statement(on), false));
    let passing = Window::of_opening(on);
    let passes = |from: Target, to: SpellKey| {
        if *from.key() == to {
            return vec![notes(to)];
        }
        vec![
            Effect::Ends(from, mark(passing, false)),
            Effect::Opens(to, mark(passing, false)),
        ]
    };
    // A listing ends its application if there is one.
    let settles = |board: Board| {
        Effect::Ends(
            Target::Key(SpellKey::Application(board)),
            mark(passing, true),
        )
    };
    match &said.assertion.change {
        Change::LegalStatusEntered {
            status: LegalStatus::Abnormal,
        } => vec![joins(SpellKey::Legal(LegalStatus::Abnormal))],
        Change::LegalStatusEntered { status } => vec![opens(SpellKey::Legal(*status))],
        Change::LegalStatusLifted {
            status: Some(status),
        } => vec![ends(SpellKey::Legal(*status))],
        Change::LegalStatusLifted { status: None } => {
            vec![ends_any(SpellKey::Legal(LegalStatus::Abnormal))]
        }
        Change::ProgrammeStarted { programme, carrier } => vec![opens(SpellKey::Programme {
            carrier: *carrier,
            programme: *programme,
        })],
        Change::ProgrammeEnded {
            programme, carrier, ..
        } => vec![ends(SpellKey::Programme {
            carrier: *carrier,
            programme: *programme,
        })],
        Change::Graduated { carrier } => {
            let key = SpellKey::Programme {
                carrier: carrier.unwrap_or_default(),
                programme: Programme::Incubation,
            };
            let target = if carrier.is_some() {
                Target::Key(key)
            } else {
                Target::Any(key)
            };
            vec![Effect::Ends(target, mark(Window::of_end(on), true))]
        }
        Change::OccupancyStarted { carrier, unit, .. } => vec![opens(SpellKey::Occupancy {
            carrier: *carrier,
            unit: unit.clone(),
        })],
        Change::OccupancyAreaChanged { carrier, unit, .. } => vec![notes(SpellKey::Occupancy {
            carrier: *carrier,
            unit: unit.clone(),
        })],
        Change::OccupancyMoved { carrier, from, to } => passes(
            Target::unnamed(SpellKey::Occupancy {
                carrier: *carrier,
                unit: from.clone(),
            }),
            SpellKey::Occupancy {
                carrier: *carrier,
                unit: Some(to.clone()),
            },
        ),
        Change::OccupancyEnded {
            carrier,
            unit: unit @ Some(_),
        } => vec![ends(SpellKey::Occupancy {
            carrier: *carrier,
            unit: unit.clone(),
        })],
        Change::OccupancyEnded {
            carrier,
            unit: None,
        } => vec![ends_any(SpellKey::Occupancy {
            carrier: *carrier,
            unit: None,
        })],
        Change::MembershipStarted { cluster, tier, .. } => vec![opens(SpellKey::Membership {
            cluster: *cluster,
            tier: tier.clone(),
        })],
        Change::MembershipTierChanged {
            cluster, from, to, ..
        } => passes(
            Target::unnamed(SpellKey::Membership {
                cluster: *cluster,
                tier: from.clone(),
            }),
            SpellKey::Membership {
                cluster: *cluster,
                tier: Some(to.clone()),
            },
        ),
        Change::MembershipEnded {
            cluster,
            tier: tier @ Some(_),
        } => vec![ends(SpellKey::Membership {
            cluster: *cluster,
            tier: tier.clone(),
        })],
        Change::MembershipEnded {
            cluster,
            tier: None,
        } => vec![ends_any(SpellKey::Membership {
            cluster: *cluster,
            tier: None,
        })],
        Change::ApplicationAdvanced { board, step } => {
            let key = SpellKey::Application(board.market());
            match step {
                ApplicationStep::TutoringFiled => vec![opens(key)],
                ApplicationStep::Accepted | ApplicationStep::Approved => vec![joins(key)],
                ApplicationStep::Paused | ApplicationStep::Resumed => vec![notes(key)],
            }
        }
        Change::ApplicationEnded { board, .. } => vec![ends(SpellKey::Application(board.market()))],
        Change::Listed { board, .. } => vec![
            opens(SpellKey::Security(board.market())),
            settles(board.market()),
        ],
        Change::SecurityCodeChanged { board, .. } => {
            vec![notes(SpellKey::Security(board.market()))]
        }
        Change::SecurityTransferred { from, to, .. } => {
            let mut effects = passes(
                Target::Key(SpellKey::Security(from.market())),
                SpellKey::Security(to.market()),
            );
            effects.push(settles(to.market()));
            effects
        }
        Change::Delisted { board, .. } => vec![ends(SpellKey::Security(board.market()))],
        // A label granted again while it stands is a renewal under another word.
        Change::RecognitionGranted { label, level, .. } => vec![joins(SpellKey::Recognition {
            label: label.clone(),
            level: *level,
        })],
        Change::RecognitionRenewed { label, level, .. } => vec![notes(SpellKey::Recognition {
            label: label.clone(),
            level: *level,
        })],
        Change::RecognitionRevoked {
            label,
            level: level @ Some(_),
        } => vec![ends(SpellKey::Recognition {
            label: label.clone(),
            level: *level,
        })],
        Change::RecognitionRevoked { label, level: None } => {
            vec![ends_any(SpellKey::Recognition {
                label: label.clone(),
                level: None,
            })]
        }
        Change::GroupLinked { group, .. } => vec![joins(SpellKey::Group(group.clone()))],
        Change::GroupUnlinked { group } => vec![ends(SpellKey::Group(group.clone()))],
        Change::Registered { .. }
        | Change::Incorporated { .. }
        | Change::Renamed { .. }
        | Change::AliasAdded { .. }
        | Change::IdentifierAdded { .. }
        | Change::Absorbed { .. }
        | Change::Divided { .. }
        | Change::NamedAsAnchor { .. }
        | Change::FundingReceived { .. }
        | Change::Acquired { .. }
        | Change::FigureReported { .. }
        | Change::AttributeStated { .. }
        | Change::StatusObserved { .. }
        | Change::PresenceObserved { .. }
        | Change::AbsenceNoted { .. }
        | Change::CoverageDeclared { .. }
        | Change::RecordMerged { .. }
        | Change::RecordTakenIn { .. }
        | Change::RecordDistinct { .. } => vec![],
    }
}

impl Target {
    /// Whether a spell of this key is meant.
    #[must_use]
    pub fn includes(&self, key: &SpellKey) -> bool {
        match self {
            Self::Key(named) => named == key,
            Self::Any(pattern) | Self::Unnamed(pattern) => match (pattern, key) {
                (SpellKey::Legal(_), SpellKey::Legal(_)) => true,
                (
                    SpellKey::Programme { programme: a, .. },
                    SpellKey::Programme { programme: b, .. },
                ) => a == b,
                (
                    SpellKey::Occupancy { carrier: a, .. },
                    SpellKey::Occupancy { carrier: b, .. },
                )
                | (
                    SpellKey::Membership { cluster: a, .. },
                    SpellKey::Membership { cluster: b, .. },
                ) => a == b,
                (
                    SpellKey::Recognition { label: a, .. },
                    SpellKey::Recognition { label: b, .. },
                ) => a == b,
                _ => false,
            },
        }
    }

    /// The key under which an end that found nothing is shown.
    #[must_use]
    pub const fn key(&self) -> &SpellKey {
        match self {
            Self::Key(key) | Self::Any(key) | Self::Unnamed(key) => key,
        }
    }

    /// A statement about this key, or, if the part that may be left out is left out, about any like it.
    pub fn unnamed(key: SpellKey) -> Self {
        match key {
            SpellKey::Occupancy { unit: None, .. }
            | SpellKey::Membership { tier: None, .. }
            | SpellKey::Recognition { level: None, .. } => Self::Unnamed(key),
            key => Self::Key(key),
        }
    }
}
