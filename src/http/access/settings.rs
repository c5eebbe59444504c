//! What can be set of who may do what.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::jwks::JwksError;
use super::role::Role;

/// Who may do what, and how they show who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessSettings {
    /// Ask everybody for a token, also where the service would be for one person.
    pub required: bool,
    /// The identity provider whose tokens are taken besides API tokens.
    pub oidc: Option<OidcSettings>,
    /// Serve HTTPS.
    pub tls: Option<TlsSettings>,
    /// The origins of web pages that may call the service (CORS), such as `https://board.example.org`.
    pub origins: Vec<String>,
    /// How much one caller may ask.
    pub limits: LimitSettings,
}

impl AccessSettings {
    /// Refuses what cannot be meant.
    ///
    /// # Errors
    /// [`AccessError::Origin`].
    pub fn check(&self) -> Result<(), AccessError> {
        let meant = |origin: &String| {
            let url = reqwest::Url::parse(origin);
            url.is_ok_and(|url| {
                matches!(url.scheme(), "http" | "https")
                    && url.origin().ascii_serialization() == *origin
            })
        };
        let slip = self.origins.iter().find(|origin| !meant(origin));
        slip.map_or(Ok(()), |origin| Err(AccessError::Origin(origin.clone())))
    }
}

/// An identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// `iss` of its tokens.
    pub issuer: String,
    /// `aud` of the tokens that are meant for this service.
    pub audience: String,
    /// Its keys: the address of its JWK set, or a file with one.
    pub jwks: String,
    /// The claim with the roles; a path with dots between, such as `realm_access.roles`.
    #[serde(default = "roles_claim")]
    pub roles_claim: String,
    /// The claim with the codes of an operator's carriers.
    #[serde(default = "carriers_claim")]
    pub carriers_claim: String,
    /// The claim by which events remember who recorded them.
    #[serde(default = "actor_claim")]
    pub actor_claim: String,
    /// What its roles are called here; one that is not named here counts under its own name.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// After how many seconds the keys are read again.
    #[serde(default = "refresh")]
    pub refresh_seconds: u32,
    /// Within how many seconds an unknown key makes them be read again at most once.
    #[serde(default = "pause")]
    pub pause_seconds: u32,
}

impl OidcSettings {
    /// With the usual claims.
    #[must_use]
    pub fn new(issuer: String, audience: String, jwks: String) -> Self {
        Self {
            issuer,
            audience,
            jwks,
            roles_claim: roles_claim(),
            carriers_claim: carriers_claim(),
            actor_claim: actor_claim(),
            roles: BTreeMap::new(),
            refresh_seconds: refresh(),
            pause_seconds: pause(),
        }
    }
}

/// Where the server's certificate is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// The chain of certificates, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
}

/// What is set cannot be meant.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// An origin that no page can have, such as one with a path. A wildcard is none either: it would let every page in.
    #[error(
        "{0:?} is no origin; write scheme, host and port as a browser sends them, such as https://board.example.org"
    )]
    Origin(String),
    /// The identity provider's keys could never be read.
    #[error(transparent)]
    Jwks(#[from] JwksError),
}

/// How much one caller may ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// Requests in a second, in the long run.
    pub requests_per_second: NonZeroU32,
    /// Requests at once.
    pub burst: NonZeroU32,
    /// Failed authentications from one address in a minute.
    pub failures_per_minute: NonZeroU32,
}

impl Default for LimitSettings {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            requests_per_second: number(50),
            burst: number(500),
            failures_per_minute: number(30),
        }
    }
}

fn roles_claim() -> String {
    "roles".to_owned()
}

fn carriers_claim() -> String {
    "carriers".to_owned()
}

fn actor_claim() -> String {
    "sub".to_owned()
}

const fn refresh() -> u32 {
    600
}

const fn pause() -> u32 {
    60
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_send_it() {
        let check = |origin: &str| {
            let origins = vec![origin.to_owned()];
            let settings = AccessSettings {
                origins,
                ..AccessSettings::default()
            };
            settings.check().is_ok()
        };
        assert!(check("https://board.example.org"));
        assert!(check("http://localhost:5173"));
        for slip in [
            "*",
            "null",
            "",
            "board.example.org",
            "https://board.example.org/",
            "https://board.example.org:443",
            "https://Board.example.org",
            "file:///tmp",
        ] {
            assert!(!check(slip), "{slip}");
        }
    }

    #[test]
    fn settings_are_read_as_a_file_states_them_and_slips_are_told() {
        let text = "required = true\n[oidc]\nissuer = 'i'\naudience = 'a'\njwks = 'f'\nroles = { boss = 'admin' }\n[limits]\nburst = 7";
        let settings: AccessSettings = toml::from_str(text).expect("settings");
        assert!(settings.required && settings.tls.is_none());
        assert_eq!(settings.limits.burst.get(), 7);
        assert_eq!(settings.limits.requests_per_second.get(), 50);
        let oidc = settings.oidc.expect("a provider");
        assert_eq!(oidc.roles["boss"], Role::Admin);
        assert_eq!(oidc.roles_claim, "roles");
        for slip in [
            "requird = true",
            "[limits]\nburst = 0",
            "[oidc]\nissuer = 'i'",
        ] {
            assert!(toml::from_str::<AccessSettings>(slip).is_err(), "{slip}");
        }
    }
}
