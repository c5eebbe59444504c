//! What every command takes: who sends it, and upon what they insist.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use nianlun_aggregates::history::Sequence;

use super::access::Principal;
use super::problem::{Kind, Problem};
use super::service::Service;
use crate::service::Metadata;

/// A command that comes in.
pub struct Writing {
    /// The service.
    pub service: Service,
    /// Who sends it.
    pub principal: Principal,
    /// The last event of the record, if they insist on one.
    pub expected: Option<Sequence>,
}

impl Writing {
    /// What its events remember.
    #[must_use]
    pub fn metadata(&self) -> Metadata {
        Metadata {
            token: self.principal.token.clone(),
            ..Metadata::by(&self.principal.actor)
        }
    }
}

impl FromRequestParts<Service> for Writing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        Ok(Self {
            service: service.clone(),
            principal: Principal::from_request_parts(parts, service).await?,
            expected: expected(&parts.headers)?,
        })
    }
}

/// The sequence in `If-Match`: `"7"`, or a tag of a read that begins with it.
fn expected(headers: &HeaderMap) -> Result<Option<Sequence>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or("");
    if text.trim() == "*" {
        return Ok(None);
    }
    let tag = text.trim().trim_start_matches("W/").trim_matches('"');
    let sequence = tag.split('.').next().and_then(|part| part.parse().ok());
    sequence.map(Some).ok_or_else(|| {
        Problem::new(Kind::MalformedRequest, "this is no tag of a record")
            .of("if-match", text)
            .mend("send the ETag of the record as it was read, or \"7\" for its event 7")
    })
}
