//! API tokens: list, make, revoke.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use nianlun_aggregates::Code;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::responses::{Read, Write};
use crate::http::access::{NewToken, Role, TokenError, issue};
use crate::http::find::unknown;
use crate::http::page::{Page, Row};
use crate::http::problem::{Kind, Problem};
use crate::http::query::Body;
use crate::http::reading::{ListParams, Reading};
use crate::http::writing::Writing;
use crate::store::{Token, system_clock};

/// An API token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenRow {
    /// Its id; events that came by it name it.
    #[schema(format = Uuid)]
    id: String,
    /// By what name events remember whoever comes by it.
    actor: String,
    /// Its roles.
    roles: Vec<String>,
    /// The codes of the carriers that an operator runs.
    carriers: Vec<String>,
    /// Whether it only reads, whatever its roles.
    read_only: bool,
    /// `valid`, `expired` or `revoked`.
    state: &'static str,
    /// Who made it.
    created_by: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// From when it no longer counts.
    #[schema(format = DateTime)]
    expires_at: String,
    /// When it was revoked; absent if it was not.
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
}

impl Row for TokenRow {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "actor",
        "roles",
        "carriers",
        "read_only",
        "state",
        "created_by",
        "created_at",
        "expires_at",
        "revoked_at",
    ];
}

impl TokenRow {
    fn new(token: Token) -> Result<Self, Problem> {
        let state = token.state(system_clock());
        let time = |at| {
            let time = Timestamp::from_microsecond(at).map_err(Problem::internal)?;
            Ok::<_, Problem>(time.to_string())
        };
        Ok(Self {
            id: token.id.to_string(),
            actor: token.actor,
            roles: token.roles,
            carriers: token.carriers,
            read_only: token.read_only,
            state,
            created_by: token.created_by,
            created_at: time(token.created_at)?,
            expires_at: time(token.expires_at)?,
            revoked_at: token.revoked_at.map(time).transpose()?,
        })
    }
}

/// A token that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTokenBody {
    /// By what name events remember whoever comes by it.
    actor: String,
    /// Its roles.
    roles: Vec<Role>,
    /// The codes of the carriers that an operator runs.
    #[serde(default)]
    carriers: Vec<String>,
    /// Whether it only reads, whatever its roles.
    #[serde(default)]
    read_only: bool,
    /// For how many days; 90 if not given.
    #[schema(minimum = 1, maximum = 3660, default = 90)]
    days: Option<u16>,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub struct NewTokenSecret {
    /// The secret: shown now and never again.
    #[schema(example = "nln_…")]
    secret: String,
    /// The token.
    token: TokenRow,
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let detail = error.to_string();
        let field = match error {
            TokenError::NoActor => "actor",
            TokenError::NoRole => "roles",
            TokenError::NoCarrier => "carriers",
            TokenError::Days => "days",
            TokenError::Random => return Self::internal(detail),
            TokenError::Store(error) => return error.into(),
        };
        Self::new(Kind::MalformedRequest, detail).of(field, "")
    }
}

/// All API tokens, also those that no longer count, without their secrets.
#[utoipa::path(
    get,
    path = "/tokens",
    operation_id = "listTokens",
    tag = "access",
    params(ListParams),
    responses(
        (status = 200, description = "Tokens", content(
            (Page<TokenRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn list(reading: Reading) -> Result<Response, Problem> {
    let tokens = reading.service.store.tokens().await?;
    let rows: Vec<_> = tokens
        .into_iter()
        .map(TokenRow::new)
        .collect::<Result<_, _>>()?;
    reading.list(&rows, vec![])
}

/// Makes an API token. Its secret is in the answer and nowhere else.
#[utoipa::path(
    post,
    path = "/tokens",
    operation_id = "createToken",
    tag = "access",
    request_body = NewTokenBody,
    responses((status = 201, description = "Made", body = NewTokenSecret), Write)
)]
pub async fn create(
    writing: Writing,
    Body { says: body, .. }: Body<NewTokenBody>,
) -> Result<Response, Problem> {
    const DEFAULT: u16 = 90;
    let carriers = body.carriers.iter().map(|code| {
        code.parse::<Code>().map_err(|error| {
            Problem::new(Kind::MalformedRequest, error.to_string())
                .of("carriers", code)
                .mend("name carriers by their codes")
        })
    });
    let wanted = NewToken {
        actor: body.actor,
        roles: body.roles.into_iter().collect(),
        carriers: carriers.collect::<Result<_, _>>()?,
        read_only: body.read_only,
        days: body.days.unwrap_or(DEFAULT),
    };
    let store = writing.service.store.as_ref();
    let (secret, token) = issue(store, wanted, &writing.principal.actor).await?;
    tracing::info!(token = %token.id, by = writing.principal.actor, "a token was made");
    let location = format!("/api/v1/tokens/{}", token.id);
    let body = NewTokenSecret {
        secret,
        token: TokenRow::new(token)?,
    };
    let mut response = (StatusCode::CREATED, axum::Json(body)).into_response();
    response.headers_mut().insert(
        header::LOCATION,
        HeaderValue::from_str(&location).map_err(Problem::internal)?,
    );
    Ok(response)
}

/// Revokes an API token: nobody comes by it any longer.
#[utoipa::path(
    delete,
    path = "/tokens/{token}",
    operation_id = "revokeToken",
    tag = "access",
    params(("token" = String, Path, description = "Its id")),
    responses((status = 204, description = "Revoked"), Write)
)]
pub async fn revoke(writing: Writing, Path(word): Path<String>) -> Result<StatusCode, Problem> {
    let known = || unknown("token", &word).mend("/api/v1/tokens lists those there are");
    let id = Uuid::try_parse(&word).map_err(|_| known())?;
    if writing.service.access.tokens().revoke(id).await? {
        tracing::info!(token = %id, by = writing.principal.actor, "a token was revoked");
        return Ok(StatusCode::NO_CONTENT);
    }
    // Revoking twice is once.
    let tokens = writing.service.store.tokens().await?;
    if tokens.iter().any(|token| token.id == id) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(known())
}
