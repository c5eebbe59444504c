//! Words as people write them, cleaned once at the edge.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};

/// The longest text that a single field may hold, in characters: a page, not a book.
const LONGEST: usize = 2_000;

/// A text that says something: trimmed, in Unicode NFC, without control characters, 1 to 2,000 characters.
///
/// Width and case stay as written (万科Ａ is a name); see [`Text::folded`] for comparing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text(String);

/// Why a text is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("the text is empty; leave the field out instead")]
    Empty,
    /// Too long for a field.
    #[error("the text has {0} characters, 2000 are allowed; keep long documents as evidence")]
    TooLong(usize),
}

impl Text {
    /// Cleans a text.
    ///
    /// # Errors
    /// [`TextError`] if nothing is left or too much.
    pub fn new(raw: &str) -> Result<Self, TextError> {
        let clean =
            if is_nfc_quick(raw.chars()) == IsNormalized::Yes && !raw.contains(char::is_control) {
                Cow::Borrowed(raw)
            } else {
                let clean = raw.nfc().map(|c| if c.is_control() { ' ' } else { c });
                Cow::Owned(clean.collect())
            };
        let clean = clean.trim();
        let length = clean.chars().count();
        match length {
            0 => Err(TextError::Empty),
            1..=LONGEST => Ok(Self(clean.to_owned())),
            _ => Err(TextError::TooLong(length)),
        }
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For comparing names: NFKC, lower case, no white space. Equal foldings propose a candidate, they never decide.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

/// The folding of [`Text::folded`], for a text that is not one yet.
#[must_use]
pub fn fold(raw: &str) -> String {
    compatible(raw)
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// A text in half width where it has one (NFKC): `２０１６年３月`, `，`, `（`, `㎡` become `2016年3月`, `,`, `(`, `m2`.
#[must_use]
pub fn half_width(raw: &str) -> String {
    compatible(raw).into_owned()
}

/// A text in NFKC, which most are in already.
pub(crate) fn compatible(raw: &str) -> Cow<'_, str> {
    if is_nfkc_quick(raw.chars()) == IsNormalized::Yes {
        Cow::Borrowed(raw)
    } else {
        Cow::Owned(raw.nfkc().collect())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Text {
    type Error = TextError;

    fn try_from(raw: String) -> Result<Self, TextError> {
        Self::new(&raw)
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_keeps_its_width() {
        assert_eq!(
            Text::new(" 万科Ａ\n").map(String::from),
            Ok("万科Ａ".to_owned())
        );
        assert_eq!(
            Text::new("万科Ａ").map(|t| t.folded()),
            Ok("万科a".to_owned())
        );
    }

    #[test]
    fn an_empty_or_endless_text_is_refused() {
        assert_eq!(Text::new(" \t"), Err(TextError::Empty));
        assert_eq!(
            Text::new(&"字".repeat(2_001)),
            Err(TextError::TooLong(2_001))
        );
    }
}
