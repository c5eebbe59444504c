//! What every command takes: who sends it, and upon what they insist.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use nianlun_aggregates::history::Sequence;
use sha2::{Digest, Sha256};
use tokio::sync::MutexGuard;
use utoipa::IntoParams;
use uuid::Uuid;

use super::access::Principal;
use super::problem::{Kind, Problem};
use super::service::Service;
use crate::hex::hex;
use crate::service::Metadata;

/// A request that records under a key.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes what `Writing` reads")]
pub struct KeyHeader {
    /// The same request under the same key is recorded once, however often it is sent: 1 to 255 visible ASCII characters, without spaces.
    #[param(rename = "Idempotency-Key")]
    idempotency_key: Option<String>,
}

/// A request that insists on the last event of a record.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes what `Writing` reads")]
pub struct MatchHeader {
    /// The `ETag` of the record as it was read, or `"7"` for its event 7: records only if nobody has written to it since.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

/// A command that comes in.
pub struct Writing {
    /// The service.
    pub service: Service,
    /// Who sends it.
    pub principal: Principal,
    /// The last event of the record, if they insist on one.
    pub expected: Option<Sequence>,
    /// How far the feed was when it came, if it could say: what it records comes later.
    pub before: Option<u64>,
    /// The key under which they send it.
    key: Option<String>,
    /// Method and address.
    address: String,
}

/// The namespace of ids that are made of keys.
const KEYED: Uuid = Uuid::from_u128(0x5c1d_6f0e_8a1b_4e57_9d7e_30b1_1d3c_9a42);

impl Writing {
    /// What its events remember.
    #[must_use]
    pub fn metadata(&self) -> Metadata {
        Metadata {
            token: self.principal.token.clone(),
            ..Metadata::by(&self.principal.actor)
        }
    }

    /// That and the key under which it was sent. The body's digest tells it from another under the same key.
    #[must_use]
    pub fn keyed(&self, body: &[u8; 32]) -> Metadata {
        let digest = || {
            let request = Sha256::new().chain_update(&self.address).chain_update(body);
            hex(&request.finalize())
        };
        Metadata {
            idempotency_key: self.scoped(),
            request_digest: self.key.as_ref().map(|_| digest()),
            ..self.metadata()
        }
    }

    /// Waits until no other request under its key runs in this process.
    pub async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        let key = self.scoped()?;
        Some(self.service.commands.turn(&key).await)
    }

    /// The id of a new record: under a key the same whenever it is sent.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        let key = self.scoped();
        key.map_or_else(Uuid::now_v7, |key| Uuid::new_v5(&KEYED, key.as_bytes()))
    }

    /// The key after the name of who sent it: others may use the same. A name may have spaces and a key has none, so that the last
    /// space tells where the key begins.
    fn scoped(&self) -> Option<String> {
        let key = self.key.as_ref()?;
        Some(format!("{} {key}", self.principal.actor))
    }
}

impl FromRequestParts<Service> for Writing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        Ok(Self {
            service: service.clone(),
            principal: Principal::from_request_parts(parts, service).await?,
            expected: expected(&parts.headers)?,
            before: service.feed.head(service.settings.wait).await,
            key: key(&parts.headers)?,
            address: address(parts),
        })
    }
}

/// Says that an answer was given before.
pub fn replayed(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
}

/// Method and address, as the caller wrote it.
fn address(parts: &Parts) -> String {
    let original = parts.extensions.get::<OriginalUri>();
    let path = original.map_or(parts.uri.path(), |OriginalUri(uri)| uri.path());
    format!("{} {path}\n", parts.method)
}

/// The key in `Idempotency-Key`, quoted as a structured field or not.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    const LONGEST: usize = 255;
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(
            Problem::new(Kind::MalformedRequest, "a request has one key")
                .of("idempotency-key", "")
                .mend("send the header once"),
        );
    }
    let text = value.to_str().unwrap_or("").trim();
    let quoted = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let key = quoted.unwrap_or(text);
    let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
    if key.is_empty() || key.len() > LONGEST || !visible {
        return Err(Problem::new(
            Kind::MalformedRequest,
            format!("a key has 1 to {LONGEST} visible ASCII characters, without spaces"),
        )
        .of("idempotency-key", text)
        .mend("send a new random UUID with each new request"));
    }
    Ok(Some(key.to_owned()))
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
