//! Who asks, and what they may do (docs/access.md).

mod headers;
mod jwks;
mod limits;
mod oidc;
mod open;
mod own;
mod policy;
mod principal;
mod role;
mod settings;
mod signatures;
mod tokens;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

pub use headers::{cors, secure};
pub use jwks::JwksError;
pub use policy::{Needs, POLICY, Policy, needs};
pub use principal::Principal;
pub use role::{Right, Role};
pub use settings::{AccessError, AccessSettings, LimitSettings, OidcSettings, TlsSettings};
pub use tokens::{MOST_DAYS, NewToken, PREFIX, TokenError, Tokens, issue};

pub(super) use self::limits::Caller;
use self::limits::{Limits, holder};
use self::oidc::Oidc;
use self::principal::unauthenticated;
use super::limits::ALWAYS;
use super::problem::{Kind, Problem};
use crate::store::{Store, StoreError};

/// Whoever comes without a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// Is sent away.
    Refused,
    /// Is the one person at this machine, called so.
    Here(String),
}

/// Who is let in.
#[derive(Clone)]
pub struct Access(Arc<Inner>);

struct Inner {
    stranger: Stranger,
    settings: AccessSettings,
    tokens: Tokens,
    oidc: Option<Oidc>,
    limits: Limits,
}

/// Whether strangers can be told from others: whether authentication is asked for, an identity provider is named, or there is a token.
///
/// # Errors
/// Those of the store.
pub async fn configured(settings: &AccessSettings, store: &dyn Store) -> Result<bool, StoreError> {
    Ok(settings.required || settings.oidc.is_some() || !store.tokens().await?.is_empty())
}

impl Access {
    /// As set.
    ///
    /// # Errors
    /// [`AccessError`] if that cannot be meant.
    pub fn new(
        settings: AccessSettings,
        stranger: Stranger,
        store: Arc<dyn Store>,
    ) -> Result<Self, AccessError> {
        settings.check()?;
        Ok(Self(Arc::new(Inner {
            stranger,
            tokens: Tokens::new(store),
            oidc: settings.oidc.clone().map(Oidc::new).transpose()?,
            limits: Limits::new(&settings.limits),
            settings,
        })))
    }

    /// The API tokens.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    /// What is set.
    #[must_use]
    pub fn settings(&self) -> &AccessSettings {
        &self.0.settings
    }

    /// Who sends a request; nobody if it says nothing of that.
    async fn who(&self, request: &Parts) -> Result<Option<Principal>, Problem> {
        let Some(value) = request.headers.get(header::AUTHORIZATION) else {
            return match &self.0.stranger {
                Stranger::Refused => Ok(None),
                Stranger::Here(actor) => {
                    let origins = &self.0.settings.origins;
                    open::here_only(&request.headers, &request.uri, origins)?;
                    Ok(Some(Principal::admin(actor)))
                }
            };
        };
        self.bearer(value).await.map(Some)
    }

    /// Who comes by what a request says in `Authorization`.
    async fn bearer(&self, value: &HeaderValue) -> Result<Principal, Problem> {
        let token = token(value).ok_or_else(|| unauthenticated("this is no bearer token"))?;
        if token.starts_with(PREFIX) {
            return self.0.tokens.principal(token).await;
        }
        match &self.0.oidc {
            Some(oidc) => oidc.principal(token).await,
            None => Err(unauthenticated("this token is not known")),
        }
    }

    /// Whether somebody who was let in, by what their request said in `Authorization`, would still be: their token may have been
    /// revoked or have expired since. While that cannot be looked up, nothing is known against them.
    pub async fn still(&self, authorization: Option<&HeaderValue>, right: Right) -> bool {
        let Some(value) = authorization else {
            return matches!(self.0.stranger, Stranger::Here(_));
        };
        match self.bearer(value).await {
            Ok(principal) => principal.must(right).is_ok(),
            Err(problem) => problem.kind() != Kind::Unauthenticated,
        }
    }

    /// As whom somebody is counted, if they are: one person at their own machine takes nothing from others.
    pub(super) fn caller(&self, principal: &Principal) -> Option<Caller> {
        match &principal.token {
            Some(token) => Some(Caller::Known(token.clone())),
            None if self.0.stranger == Stranger::Refused => {
                Some(Caller::Known(principal.actor.clone()))
            }
            None => None,
        }
    }

    /// Lets a request in, or not.
    async fn let_in(&self, request: &Parts, policy: &Policy) -> Result<Option<Principal>, Problem> {
        let path = request.extensions.get::<MatchedPath>();
        let needs = path.map(|path| policy.needs(path.as_str(), &request.method));
        let address = holder(peer(request));
        let misused = |needs: &Result<Needs, Problem>| matches!(needs, Err(problem) if problem.kind() == Kind::MethodNotAllowed);
        // Who asks makes no difference where everything is open to everybody.
        let open = path.is_some_and(|path| policy.is_open(path.as_str()));
        if matches!(needs, Some(Ok(Needs::Nothing))) || open && needs.as_ref().is_some_and(misused)
        {
            // Behind a proxy all strangers have one address, and none of them may keep others from seeing how the service is.
            if !path.is_some_and(|path| ALWAYS.contains(&path.as_str())) {
                self.0.limits.request(&Caller::Address(address))?;
            }
            return needs.transpose().map(|_| None);
        }
        let guessed = request.headers.get(header::AUTHORIZATION).and_then(token);
        if guessed.is_some_and(|token| token.starts_with(PREFIX) && !self.0.tokens.remembers(token))
        {
            self.0.limits.guess(address)?;
        }
        let principal = match self.who(request).await {
            Err(problem) if problem.kind() == Kind::Unauthenticated => {
                self.0.limits.failure(address)?;
                return Err(problem);
            }
            who => who?,
        };
        let caller = match &principal {
            Some(principal) => self.caller(principal),
            None => Some(Caller::Address(address)),
        };
        if let Some(caller) = caller {
            self.0.limits.request(&caller)?;
        }
        let Some(principal) = principal else {
            return Err(unauthenticated("the request names nobody"));
        };
        // Without a path there is nothing to protect, and the router says that there is nothing.
        needs
            .transpose()?
            .map_or(Ok(()), |needs| needs.of(&principal))?;
        Ok(Some(principal))
    }
}

/// The bearer token in a header.
fn token(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// From where a request comes. Behind a proxy that is the proxy: headers that say otherwise could be anybody's.
fn peer(request: &Parts) -> IpAddr {
    let peer = request.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.ip())
}

/// Finds out who asks, and whether they may.
pub async fn admit(
    State((access, policy)): State<(Access, Policy)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut request, body) = request.into_parts();
    match access.let_in(&request, &policy).await {
        Ok(principal) => {
            if let Some(principal) = principal {
                request.extensions.insert(principal);
            }
            next.run(Request::from_parts(request, body)).await
        }
        Err(problem) => {
            let misused = problem.kind() == Kind::MethodNotAllowed;
            let mut response = problem.into_response();
            if misused
                && let Some(path) = request.extensions.get::<MatchedPath>()
                && let Ok(allowed) = HeaderValue::from_str(&policy.allowed(path.as_str()))
            {
                response.headers_mut().insert(header::ALLOW, allowed);
            }
            response
        }
    }
}
