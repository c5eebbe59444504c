//! Short codes that people give to carriers, clusters and tiers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A code: lower-case letters, digits and hyphens, starting with a letter, at most 60 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

/// A text that is no code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no code; use lower-case letters, digits and hyphens, starting with a letter, at most 60 characters"
)]
pub struct CodeError(String);

impl Code {
    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Code {
    type Err = CodeError;

    fn from_str(raw: &str) -> Result<Self, CodeError> {
        let fits = raw.starts_with(|c: char| c.is_ascii_lowercase())
            && raw.len() <= 60
            && raw
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !fits {
            return Err(CodeError(raw.to_owned()));
        }
        Ok(Self(raw.to_owned()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Code {
    type Error = CodeError;

    fn try_from(raw: String) -> Result<Self, CodeError> {
        raw.parse()
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_short_and_plain() {
        assert_eq!(
            "t-space".parse::<Code>().map(String::from),
            Ok("t-space".to_owned())
        );
        for raw in ["", "T-Space", "3d", "a b", "苗圃", &"a".repeat(61)] {
            assert_eq!(raw.parse::<Code>(), Err(CodeError(raw.to_owned())));
        }
    }
}
