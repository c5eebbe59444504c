//! Who asks.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use uuid::Uuid;

use super::role::{Right, Role};
use crate::http::problem::{Kind, Problem};
use crate::http::service::Service;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// By what name events remember them.
    pub actor: String,
    /// The id of the API token by which they came.
    pub token: Option<String>,
    /// Their roles.
    pub roles: BTreeSet<Role>,
    /// The carriers that an operator runs.
    pub carriers: BTreeSet<Uuid>,
    /// Whether they only read, whatever their roles.
    pub read_only: bool,
}

impl Principal {
    /// Somebody who may do everything.
    #[must_use]
    pub fn admin(actor: impl Into<String>) -> Self {
        Self {
            actor: actor.into(),
            token: None,
            roles: [Role::Admin].into(),
            carriers: BTreeSet::new(),
            read_only: false,
        }
    }

    /// Refuses what none of their roles brings.
    ///
    /// # Errors
    /// [`Kind::Forbidden`].
    pub fn must(&self, right: Right) -> Result<(), Problem> {
        let withheld = self.read_only || self.roles.contains(&Role::Auditor);
        if withheld && !right.only_reads() {
            let detail = format!("{} only reads", self.actor);
            return Err(Problem::new(Kind::Forbidden, detail));
        }
        if self.roles.iter().any(|role| role.brings(right)) {
            return Ok(());
        }
        let bringing = Role::ALL.into_iter().filter(|role| role.brings(right));
        let bringing: Vec<_> = bringing.map(Role::code).collect();
        Err(Problem::new(
            Kind::Forbidden,
            format!("none of the roles of {} allows this", self.actor),
        )
        .mend(format!("it takes one of: {}", bringing.join(", "))))
    }
}

/// That nobody is named, or not validly.
pub fn unauthenticated(detail: &str) -> Problem {
    Problem::new(Kind::Unauthenticated, detail)
        .of("authorization", "")
        .mend("send Authorization: Bearer TOKEN")
}

impl FromRequestParts<Service> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Service) -> Result<Self, Problem> {
        let principal = parts.extensions.get::<Self>().cloned();
        principal.ok_or_else(|| unauthenticated("the request names nobody"))
    }
}
