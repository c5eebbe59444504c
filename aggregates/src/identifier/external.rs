//! Ids that some source gave.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::normalised;
use crate::code::Code;

/// Words that the register uses for itself.
const RESERVED: &[&str] = &["usci", "code", "carrier", "cluster"];

/// The name of a source's id scheme: lower-case letters, digits and hyphens, such as `asf-podling`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scheme(Code);

/// An id within a scheme; normalised, unique over time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct ExternalId {
    scheme: Scheme,
    id: String,
}

/// Why an external id is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExternalIdError {
    /// The scheme's name is not one.
    #[error(
        "{0:?} cannot name a scheme; use lower-case letters, digits and hyphens, starting with a letter, and none of usci, code, carrier, cluster"
    )]
    Scheme(String),
    /// Nothing is left of the id.
    #[error("the id is empty; leave the identifier out instead")]
    Empty,
    /// Longer than 200 characters.
    #[error("the id has {0} characters, 200 are allowed")]
    TooLong(usize),
}

impl ExternalId {
    /// Normalises and checks an id.
    ///
    /// # Errors
    /// [`ExternalIdError`].
    pub fn new(scheme: Scheme, raw: &str) -> Result<Self, ExternalIdError> {
        let id = normalised(raw);
        match id.chars().count() {
            0 => Err(ExternalIdError::Empty),
            1..=200 => Ok(Self { scheme, id }),
            length => Err(ExternalIdError::TooLong(length)),
        }
    }

    /// Whose id it is.
    #[must_use]
    pub const fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The id as normalised.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Scheme {
    /// The scheme's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Scheme {
    type Err = ExternalIdError;

    fn from_str(raw: &str) -> Result<Self, ExternalIdError> {
        if RESERVED.contains(&raw) {
            return Err(ExternalIdError::Scheme(raw.to_owned()));
        }
        raw.parse()
            .map(Self)
            .map_err(|_| ExternalIdError::Scheme(raw.to_owned()))
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme.0, self.id)
    }
}

impl TryFrom<String> for Scheme {
    type Error = ExternalIdError;

    fn try_from(raw: String) -> Result<Self, ExternalIdError> {
        raw.parse()
    }
}

impl From<Scheme> for String {
    fn from(scheme: Scheme) -> Self {
        scheme.0.into()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    scheme: Scheme,
    id: String,
}

impl TryFrom<Raw> for ExternalId {
    type Error = ExternalIdError;

    fn try_from(raw: Raw) -> Result<Self, ExternalIdError> {
        Self::new(raw.scheme, &raw.id)
    }
}

impl From<ExternalId> for Raw {
    fn from(external: ExternalId) -> Self {
        Self {
            scheme: external.scheme,
            id: external.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_id_is_normalised_within_its_scheme() {
        let id = ExternalId::new("asf-podling".parse().unwrap(), " amoro ").unwrap();
        assert_eq!(id.to_string(), "asf-podling:AMORO");
    }

    #[test]
    fn a_scheme_that_the_register_uses_is_refused() {
        for name in ["usci", "carrier", "ASF", "1a", "", "a b"] {
            assert_eq!(
                name.parse::<Scheme>(),
                Err(ExternalIdError::Scheme(name.to_owned()))
            );
        }
    }

    #[test]
    fn an_empty_or_endless_id_is_refused() {
        let scheme: Scheme = "x".parse().unwrap();
        assert_eq!(
            ExternalId::new(scheme.clone(), " "),
            Err(ExternalIdError::Empty)
        );
        assert_eq!(
            ExternalId::new(scheme, &"1".repeat(201)),
            Err(ExternalIdError::TooLong(201))
        );
    }
}
