//! The keys of an identity provider: read from a file or an address, again and again.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use tokio::sync::Mutex;

/// The most that is read of a set, in bytes.
const MOST: usize = 1 << 20;

/// How long the provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long keys count whose provider cannot be reached any more.
const STALE: Duration = Duration::from_hours(24);

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum JwksError {
    /// An address that anybody on the way could answer for.
    #[error("{0}: keys are read over https, or from this machine, or from a file")]
    Plain(String),
    /// A file cannot be read.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The address does not answer as it should.
    #[error("the identity provider's keys cannot be read: {0}")]
    Fetch(#[from] reqwest::Error),
    /// It is too much.
    #[error("the identity provider's keys are more than {MOST} bytes")]
    Size,
    /// It is no JWK set.
    #[error("this is no JWK set: {0}")]
    Form(#[from] serde_json::Error),
    /// It was tried a moment ago.
    #[error("the identity provider's keys could not be read a moment ago")]
    Waiting,
}

enum Source {
    File(String),
    Address(Url, Client),
}

/// The keys of an identity provider.
pub struct Jwks {
    source: Source,
    refresh: Duration,
    pause: Duration,
    keys: RwLock<Option<(Instant, Arc<JwkSet>)>>,
    /// When reading was last tried; held while it is tried, so that many requests ask once.
    tried: Mutex<Option<Instant>>,
}

impl Jwks {
    /// From a file or address.
    ///
    /// # Errors
    /// [`JwksError::Plain`], or if this machine's roots of trust cannot be read.
    pub fn new(from: &str, refresh: Duration, pause: Duration) -> Result<Self, JwksError> {
        let url = Url::parse(from);
        let url = url
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        let source = match url {
            None => Source::File(from.to_owned()),
            Some(url) => {
                let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
                if url.scheme() != "https" && !here {
                    return Err(JwksError::Plain(from.to_owned()));
                }
                // It is there already if another client of this process was made before.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let client = Client::builder()
                    .timeout(PATIENCE)
                    .redirect(Policy::none())
                    .build()?;
                Source::Address(url, client)
            }
        };
        Ok(Self {
            source,
            refresh,
            pause,
            keys: RwLock::default(),
            tried: Mutex::default(),
        })
    }

    /// The key of an id, if the provider has one. An unknown id may be of a new key, so it makes them be read again, but not more
    /// often than once in a pause: anybody can make ids up.
    ///
    /// # Errors
    /// [`JwksError`] if there are no keys at all that still count.
    pub async fn key(&self, id: &str) -> Result<Option<Jwk>, JwksError> {
        let known = self.known();
        if let Some((at, keys)) = &known
            && at.elapsed() < self.refresh
            && let Some(key) = keys.find(id)
        {
            return Ok(Some(key.clone()));
        }
        match self.read_again(known.as_ref().map(|(at, _)| *at)).await {
            Ok(keys) => Ok(keys.find(id).cloned()),
            Err(error) => {
                let counting = known.filter(|(at, _)| at.elapsed() < STALE);
                let (_, keys) = counting.ok_or(error)?;
                Ok(keys.find(id).cloned())
            }
        }
    }

    fn known(&self) -> Option<(Instant, Arc<JwkSet>)> {
        self.keys
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn read_again(&self, seen: Option<Instant>) -> Result<Arc<JwkSet>, JwksError> {
        let mut tried = self.tried.lock().await;
        if let Some((at, keys)) = self.known()
            && Some(at) != seen
        {
            // Somebody else was first.
            return Ok(keys);
        }
        if tried.is_some_and(|tried| tried.elapsed() < self.pause) {
            return Err(JwksError::Waiting);
        }
        *tried = Some(Instant::now());
        let keys = self.read().await.inspect_err(|error| {
            tracing::warn!(%error, "the identity provider's keys are not read");
        })?;
        let keys = Arc::new(keys);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), Arc::clone(&keys)));
        Ok(keys)
    }

    async fn read(&self) -> Result<JwkSet, JwksError> {
        let bytes = match &self.source {
            Source::File(path) => {
                let file = path.clone();
                let read = tokio::task::spawn_blocking(move || std::fs::read(file)).await;
                let unread = |reason: String| JwksError::File {
                    path: path.clone(),
                    reason,
                };
                let bytes = read.map_err(|error| unread(error.to_string()))?;
                bytes.map_err(|error| unread(error.to_string()))?
            }
            Source::Address(url, client) => {
                let mut answer = client.get(url.clone()).send().await?.error_for_status()?;
                let mut bytes = vec![];
                while let Some(part) = answer.chunk().await? {
                    bytes.extend_from_slice(&part);
                    if bytes.len() > MOST {
                        return Err(JwksError::Size);
                    }
                }
                bytes
            }
        };
        if bytes.len() > MOST {
            return Err(JwksError::Size);
        }
        Ok(serde_json::from_slice(&bytes)?)
    }
}
