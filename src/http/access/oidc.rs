//! Bearer tokens of an identity provider (`OpenID` Connect): JWTs that it has signed for this service.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;
use uuid::Uuid;

use super::jwks::{Jwks, JwksError};
use super::principal::{Principal, unauthenticated};
use super::role::Role;
use super::settings::OidcSettings;
use super::signatures::{TAKEN, install};
use super::tokens::own;
use crate::http::problem::{Kind, Problem};

/// How far the provider's clock may be from this one's, in seconds.
const LEEWAY: u64 = 30;

/// An identity provider.
pub struct Oidc {
    settings: OidcSettings,
    keys: Jwks,
}

impl Oidc {
    /// As set.
    ///
    /// # Errors
    /// [`JwksError`] if its keys could never be read.
    pub fn new(settings: OidcSettings) -> Result<Self, JwksError> {
        install();
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let keys = Jwks::new(
            &settings.jwks,
            seconds(settings.refresh_seconds),
            seconds(settings.pause_seconds),
        )?;
        Ok(Self { settings, keys })
    }

    /// Who comes by a token.
    ///
    /// # Errors
    /// [`Kind::Unauthenticated`], and [`Kind::Unavailable`] while the provider's keys cannot be read.
    pub async fn principal(&self, token: &str) -> Result<Principal, Problem> {
        let header = decode_header(token).map_err(|error| refused(error.kind()))?;
        // What is marked critical must be understood (RFC 7515 §4.1.11), and nothing of the kind is.
        if !TAKEN.contains(&header.alg) || header.crit.is_some() {
            return Err(refused(&ErrorKind::InvalidAlgorithm));
        }
        let id = header
            .kid
            .ok_or_else(|| unauthenticated("this token names no key"))?;
        let key = self.keys.key(&id).await.map_err(|error| {
            tracing::warn!(%error, "no token of the identity provider can be checked");
            let detail = "the identity provider's keys cannot be read";
            Problem::new(Kind::Unavailable, detail)
        })?;
        let key = key.ok_or_else(|| unauthenticated("this token is signed with an unknown key"))?;
        let meant = key.common.key_algorithm;
        let fits = meant.is_none_or(|meant| algorithm(meant) == Some(header.alg));
        let encrypts = key.common.public_key_use == Some(PublicKeyUse::Encryption);
        if !fits || encrypts {
            return Err(refused(&ErrorKind::InvalidAlgorithm));
        }
        let key = DecodingKey::from_jwk(&key).map_err(|error| refused(error.kind()))?;
        let mut validation = Validation::new(header.alg);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        let claims = decode::<BTreeMap<String, Value>>(token, &key, &validation);
        let claims = claims.map_err(|error| refused(error.kind()))?.claims;
        self.named(&claims)
    }

    fn named(&self, claims: &BTreeMap<String, Value>) -> Result<Principal, Problem> {
        let actor = claim(claims, &self.settings.actor_claim).and_then(Value::as_str);
        let actor = actor.filter(|actor| !actor.trim().is_empty());
        let actor = actor.ok_or_else(|| unauthenticated("this token names nobody"))?;
        let roles = words(claim(claims, &self.settings.roles_claim));
        let roles: BTreeSet<Role> = roles
            .iter()
            .filter_map(|word| {
                let named = self.settings.roles.get(word).copied();
                named.or_else(|| Role::parse(word))
            })
            .collect();
        let carriers = words(claim(claims, &self.settings.carriers_claim));
        let carriers: BTreeSet<Uuid> = carriers.iter().filter_map(|code| own(code)).collect();
        Ok(Principal {
            actor: actor.to_owned(),
            token: None,
            roles,
            carriers,
            read_only: false,
        })
    }
}

/// A claim by its name, or by its path.
fn claim<'a>(claims: &'a BTreeMap<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let mut parts = path.split('.');
    let mut value = claims.get(parts.next()?)?;
    for part in parts {
        value = value.get(part)?;
    }
    Some(value)
}

/// The words of a claim: a list, or a text with spaces between, as `scope` is.
fn words(claim: Option<&Value>) -> Vec<String> {
    match claim {
        Some(Value::String(words)) => words.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(words)) => words
            .iter()
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect(),
        _ => vec![],
    }
}

fn algorithm(meant: KeyAlgorithm) -> Option<Algorithm> {
    match meant {
        KeyAlgorithm::RS256 => Some(Algorithm::RS256),
        KeyAlgorithm::ES256 => Some(Algorithm::ES256),
        KeyAlgorithm::EdDSA => Some(Algorithm::EdDSA),
        _ => None,
    }
}

/// What is wrong with a token, without a word of it.
fn refused(why: &ErrorKind) -> Problem {
    unauthenticated(match why {
        ErrorKind::ExpiredSignature => "this token has expired",
        ErrorKind::ImmatureSignature => "this token does not count yet",
        ErrorKind::InvalidIssuer => "this token is of another issuer",
        ErrorKind::InvalidAudience => "this token is meant for another service",
        ErrorKind::MissingRequiredClaim(_) => "this token must say exp, iss and aud",
        ErrorKind::InvalidAlgorithm
        | ErrorKind::InvalidAlgorithmName
        | ErrorKind::UnsupportedAlgorithm => "tokens are signed with RS256, ES256 or EdDSA",
        ErrorKind::InvalidSignature => "this token's signature is not its issuer's",
        _ => "this is no token",
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_claim_is_found_by_its_name_or_path() {
        let claims = json!({"a.b": ["x"], "a": {"c": "y z"}, "n": 7});
        let claims: BTreeMap<String, Value> = serde_json::from_value(claims).expect("claims");
        assert_eq!(words(claim(&claims, "a.b")), ["x"]);
        assert_eq!(words(claim(&claims, "a.c")), ["y", "z"]);
        assert!(words(claim(&claims, "n")).is_empty());
        assert!(words(claim(&claims, "a.d.e")).is_empty());
    }
}
