//! API tokens as they are kept: without their secret.

use serde_json::Value;
use uuid::Uuid;

use super::StoreError;
use super::rows::Columns;

/// SHA-256 of a token's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// An API token. Times are in microseconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its id; it is no secret.
    pub id: Uuid,
    /// By what name events remember whoever comes by it.
    pub actor: String,
    /// The codes of its roles.
    pub roles: Vec<String>,
    /// The codes of the carriers that an operator runs.
    pub carriers: Vec<String>,
    /// Whether it only reads, whatever its roles.
    pub read_only: bool,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: i64,
    /// From when it no longer counts.
    pub expires_at: i64,
    /// When it was revoked, if it was.
    pub revoked_at: Option<i64>,
}

impl Token {
    /// `valid`, `expired` or `revoked` at a time.
    #[must_use]
    pub const fn state(&self, at: i64) -> &'static str {
        if self.revoked_at.is_some() {
            "revoked"
        } else if self.expires_at <= at {
            "expired"
        } else {
            "valid"
        }
    }
}

/// The columns that [`token`] reads.
pub(super) const TOKEN: &str =
    "id, actor, roles, carriers, read_only, created_by, created_at, expires_at, revoked_at";

/// A list as it is stored.
pub(super) fn listed(words: &[String]) -> String {
    Value::from(words).to_string()
}

pub(super) fn token(row: &impl Columns) -> Result<Token, StoreError> {
    let id = row.text("id")?;
    let wrong = |reason: String| StoreError::Inconsistent {
        table: "tokens",
        row: id.clone(),
        reason,
    };
    let list = |column: &str| -> Result<Vec<String>, StoreError> {
        let words = row.text(column)?;
        serde_json::from_str(&words).map_err(|error| wrong(format!("{column}: {error}")))
    };
    Ok(Token {
        id: Uuid::try_parse(&id).map_err(|error| wrong(error.to_string()))?,
        actor: row.text("actor")?,
        roles: list("roles")?,
        carriers: list("carriers")?,
        read_only: row.number("read_only")? != 0,
        created_by: row.text("created_by")?,
        created_at: row.number("created_at")?,
        expires_at: row.number("expires_at")?,
        revoked_at: Some(row.number("revoked_at")?).filter(|at| *at != 0),
    })
}
