//! Roles and what they bring.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A role (角色).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs carriers and records what happens at them.
    Operator,
    /// Decides claims.
    Reviewer,
    /// Reads.
    Analyst,
    /// Reads everything and writes nothing, whatever other roles there are.
    Auditor,
    /// May do everything.
    Admin,
}

/// Something that is allowed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Read facts, histories and findings.
    Read,
    /// Record, correct and take back events; an operator those of own carriers.
    Record,
    /// Import files.
    Import,
    /// Repair who is who.
    Repair,
    /// Decide claims.
    Decide,
    /// Look at how the installation is, at runs and tokens.
    Inspect,
    /// Rebuild facts, give out tokens.
    Administer,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [
        Self::Operator,
        Self::Reviewer,
        Self::Analyst,
        Self::Auditor,
        Self::Admin,
    ];

    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Reviewer => "reviewer",
            Self::Analyst => "analyst",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// The role of a code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether the role brings a right.
    #[must_use]
    pub const fn brings(self, right: Right) -> bool {
        match self {
            Self::Operator => matches!(right, Right::Read | Right::Record),
            Self::Reviewer => matches!(right, Right::Read | Right::Decide),
            Self::Analyst => matches!(right, Right::Read),
            Self::Auditor => matches!(right, Right::Read | Right::Inspect),
            Self::Admin => true,
        }
    }
}

impl Right {
    /// Whether it changes nothing.
    #[must_use]
    pub const fn only_reads(self) -> bool {
        matches!(self, Self::Read | Self::Inspect)
    }
}
