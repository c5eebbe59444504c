//! Unified social credit identifier (统一社会信用代码), GB 32100-2015.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::normalised;

/// Digits and letters without I, O, S, V, Z; a character's place is its value.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const LENGTH: usize = 18;

/// A unified social credit identifier whose check character is right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Usci(String);

/// Why a text is no USCI. The normalised text is given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsciError {
    /// Not 18 characters.
    #[error(
        "{text:?} has {length} characters, a USCI (GB 32100-2015) has 18; an old 15-digit registration number is none: keep it as an external id"
    )]
    Length {
        /// As normalised.
        text: String,
        /// Its characters.
        length: usize,
    },
    /// A character that the code does not use.
    #[error(
        "{text:?} holds {character:?} at place {place}; a USCI uses 0-9 and A-Z without I, O, S, V, Z"
    )]
    Character {
        /// As normalised.
        text: String,
        /// The character.
        character: char,
        /// Its place, from 1.
        place: usize,
    },
    /// The check character is wrong.
    #[error(
        "{text:?} ends in {found:?}, its check character should be {expected:?}: compare it with the licence"
    )]
    CheckCharacter {
        /// As normalised.
        text: String,
        /// As written.
        found: char,
        /// As computed.
        expected: char,
    },
}

impl Usci {
    /// As the register writes it: 18 characters, upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Usci {
    type Err = UsciError;

    fn from_str(raw: &str) -> Result<Self, UsciError> {
        let text = normalised(raw);
        let length = text.chars().count();
        if length != LENGTH {
            return Err(UsciError::Length { text, length });
        }
        let mut sum = 0;
        let mut weight = 1;
        let mut check = None;
        for (index, character) in text.chars().enumerate() {
            if index == LENGTH - 1 {
                check = Some(character);
                break;
            }
            let Some(value) = ALPHABET
                .iter()
                .position(|&known| char::from(known) == character)
            else {
                return Err(UsciError::Character {
                    character,
                    place: index + 1,
                    text,
                });
            };
            sum += value * weight;
            weight = weight * 3 % 31;
        }
        let expected = char::from(ALPHABET[(31 - sum % 31) % 31]);
        if let Some(found) = check.filter(|&found| found != expected) {
            return Err(UsciError::CheckCharacter {
                text,
                found,
                expected,
            });
        }
        Ok(Self(text))
    }
}

impl fmt::Display for Usci {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Usci {
    type Error = UsciError;

    fn try_from(raw: String) -> Result<Self, UsciError> {
        raw.parse()
    }
}

impl From<Usci> for String {
    fn from(usci: Usci) -> Self {
        usci.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_codes_are_valid() {
        for code in [
            "91330103MA2J0XYC21",
            "91130102MA08L76U1Y",
            "11500103009283772K",
        ] {
            assert_eq!(
                code.parse::<Usci>().map(|usci| usci.to_string()),
                Ok(code.to_owned())
            );
        }
    }

    #[test]
    fn a_wrong_check_character_is_refused_with_the_right_one() {
        assert_eq!(
            "91350100M000100Y4Z".parse::<Usci>(),
            Err(UsciError::CheckCharacter {
                text: "91350100M000100Y4Z".into(),
                found: 'Z',
                expected: '3'
            })
        );
    }

    #[test]
    fn a_letter_outside_the_alphabet_is_refused_with_its_place() {
        assert_eq!(
            "9133010IMA2J0XYC21".parse::<Usci>(),
            Err(UsciError::Character {
                text: "9133010IMA2J0XYC21".into(),
                character: 'I',
                place: 8
            })
        );
    }

    #[test]
    fn a_lower_case_letter_is_mended() {
        assert_eq!(
            "91500107ma5uf4uFxT".parse::<Usci>().map(|u| u.to_string()),
            Ok("91500107MA5UF4UFXT".to_owned())
        );
    }

    #[test]
    fn an_old_registration_number_is_refused_by_its_length() {
        assert_eq!(
            "500109na000176x".parse::<Usci>(),
            Err(UsciError::Length {
                text: "500109NA000176X".into(),
                length: 15
            })
        );
    }
}
