//! API tokens: made, kept as a hash, looked up.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nianlun_aggregates::Code;
use nianlun_aggregates::carrier::carrier_id;
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::principal::{Principal, unauthenticated};
use super::role::Role;
use crate::http::problem::Problem;
use crate::store::{Store, StoreError, Token, TokenHash, system_clock};

/// What every secret begins with, so that one that has leaked is found by its looks.
pub const PREFIX: &str = "nln_";

/// How long a token that was found counts without asking the store: a revocation by another process works after that.
const REMEMBERED: Duration = Duration::from_secs(3);

/// How many are remembered at most.
const MOST: usize = 10_000;

/// For how many days a token may be made at most.
pub const MOST_DAYS: u16 = 3_660;

const DAY: i64 = 86_400_000_000;

/// A token that is to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// By what name events remember whoever comes by it.
    pub actor: String,
    /// Its roles.
    pub roles: BTreeSet<Role>,
    /// The carriers that an operator runs.
    pub carriers: Vec<Code>,
    /// Whether it only reads.
    pub read_only: bool,
    /// For how many days.
    pub days: u16,
}

/// Why no token was made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// It would be nobody's.
    #[error("a token needs the name of who comes by it")]
    NoActor,
    /// It could do nothing.
    #[error("a token needs a role: {}", codes())]
    NoRole,
    /// An operator without carriers could record nothing.
    #[error("an operator's token needs the codes of the carriers that they run")]
    NoCarrier,
    /// It would last for no time, or for ever.
    #[error("a token lasts for 1 to {MOST_DAYS} days")]
    Days,
    /// The system gave no random numbers.
    #[error("the system gave no random numbers")]
    Random,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn codes() -> String {
    Role::ALL.map(Role::code).join(", ")
}

/// Makes a token; the secret is in the answer and nowhere else.
///
/// # Errors
/// [`TokenError`].
pub async fn issue(
    store: &dyn Store,
    wanted: NewToken,
    by: &str,
) -> Result<(String, Token), TokenError> {
    if wanted.actor.trim().is_empty() {
        return Err(TokenError::NoActor);
    }
    if wanted.roles.is_empty() {
        return Err(TokenError::NoRole);
    }
    if wanted.roles.contains(&Role::Operator) && wanted.carriers.is_empty() {
        return Err(TokenError::NoCarrier);
    }
    if !(1..=MOST_DAYS).contains(&wanted.days) {
        return Err(TokenError::Days);
    }
    let mut random = [0_u8; 32];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| TokenError::Random)?;
    let mut secret = PREFIX.to_owned();
    for byte in random {
        // Writing to a String does not fail.
        let _ = write!(secret, "{byte:02x}");
    }
    let now = system_clock();
    let token = Token {
        id: Uuid::now_v7(),
        actor: wanted.actor.trim().to_owned(),
        roles: wanted
            .roles
            .iter()
            .map(|role| role.code().to_owned())
            .collect(),
        carriers: wanted.carriers.iter().map(Code::to_string).collect(),
        read_only: wanted.read_only,
        created_by: by.to_owned(),
        created_at: now,
        expires_at: now.saturating_add(i64::from(wanted.days) * DAY),
        revoked_at: None,
    };
    store.keep_token(&token, &hash(&secret)).await?;
    Ok((secret, token))
}

/// The hash under which a secret is kept. One round of SHA-256 is enough: slow hashes protect what people can remember and others
/// can guess, and nobody guesses 256 random bits.
fn hash(secret: &str) -> TokenHash {
    TokenHash(Sha256::digest(secret.as_bytes()).into())
}

/// API tokens as requests show them.
#[derive(Clone)]
pub struct Tokens {
    store: Arc<dyn Store>,
    remembered: Arc<Mutex<HashMap<TokenHash, (Instant, Token)>>>,
}

impl Tokens {
    /// Over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            remembered: Arc::default(),
        }
    }

    /// Who comes by a secret. The time that the look-up takes tells nothing of use: it depends on the hash of what was sent, of
    /// which nobody can choose a part.
    ///
    /// # Errors
    /// [`crate::http::problem::Kind::Unauthenticated`], and those of the store.
    pub async fn principal(&self, secret: &str) -> Result<Principal, Problem> {
        let hash = hash(secret);
        let token = match self.recalled(&hash) {
            Some(token) => token,
            None => self.found(hash).await?,
        };
        if token.revoked_at.is_some() {
            return Err(unauthenticated("this token was revoked"));
        }
        if token.expires_at <= system_clock() {
            return Err(unauthenticated("this token has expired"));
        }
        let carriers = token.carriers.iter();
        Ok(Principal {
            actor: token.actor,
            token: Some(token.id.to_string()),
            roles: token
                .roles
                .iter()
                .filter_map(|code| Role::parse(code))
                .collect(),
            carriers: carriers.filter_map(|code| own(code)).collect(),
            read_only: token.read_only,
        })
    }

    /// Revokes a token; whether there was one that was not revoked yet.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn revoke(&self, id: Uuid) -> Result<bool, StoreError> {
        let revoked = self.store.revoke_token(id, system_clock()).await?;
        let mut remembered = self
            .remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        remembered.retain(|_, (_, token)| token.id != id);
        Ok(revoked)
    }

    /// Whether a secret was found before: then looking it up again is no help to who guesses.
    #[must_use]
    pub fn remembers(&self, secret: &str) -> bool {
        let remembered = self
            .remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        remembered.contains_key(&hash(secret))
    }

    fn recalled(&self, hash: &TokenHash) -> Option<Token> {
        let remembered = self
            .remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (at, token) = remembered.get(hash)?;
        (at.elapsed() < REMEMBERED).then(|| token.clone())
    }

    async fn found(&self, hash: TokenHash) -> Result<Token, Problem> {
        // Before it is asked: what a revocation forgets meanwhile must not come back as new.
        let asked = Instant::now();
        let token = self.store.token_of(&hash).await?;
        let token = token.ok_or_else(|| unauthenticated("this token is not known"))?;
        let mut remembered = self
            .remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= MOST {
            remembered.retain(|_, (at, _)| at.elapsed() < REMEMBERED);
        }
        if remembered.len() < MOST {
            remembered.insert(hash, (asked, token.clone()));
        }
        Ok(token)
    }
}

/// The carrier of a code.
pub fn own(code: &str) -> Option<Uuid> {
    let code: Code = code.parse().ok()?;
    Some(carrier_id(&code))
}
