//! Who asks, and what they may do.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use uuid::Uuid;

use super::problem::{Kind, Problem};
use super::service::Service;

/// A role (角色).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// By what name events remember them.
    pub actor: String,
    /// The token by which they came.
    pub token: Option<String>,
    /// Their roles.
    pub roles: BTreeSet<Role>,
    /// The carriers that an operator runs.
    pub carriers: BTreeSet<Uuid>,
}

impl Principal {
    /// Refuses what none of their roles brings.
    ///
    /// # Errors
    /// [`Kind::Forbidden`].
    pub fn must(&self, right: Right) -> Result<(), Problem> {
        let reads = matches!(right, Right::Read | Right::Inspect);
        let withheld = self.roles.contains(&Role::Auditor) && !reads;
        if !withheld && self.roles.iter().any(|role| role.brings(right)) {
            return Ok(());
        }
        Err(Problem::new(
            Kind::Forbidden,
            format!("none of the roles of {} allows this", self.actor),
        ))
    }
}

impl FromRequestParts<Service> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Service) -> Result<Self, Problem> {
        let principal = parts.extensions.get::<Self>().cloned();
        principal.ok_or_else(|| {
            Problem::new(Kind::Unauthenticated, "the request names nobody")
                .of("authorization", "")
                .mend("send Authorization: Bearer TOKEN")
        })
    }
}
