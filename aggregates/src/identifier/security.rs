//! Security codes (证券代码): an attribute of a listing that changes, unique over time on its market.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::normalised;
use crate::board::Board;

/// A code on some board: 1 to 10 letters, digits or dots, normalised. Whether it fits a board, [`SecurityCode::check`] says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecurityCode(String);

/// Why a security code is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecurityCodeError {
    /// No code of any board.
    #[error("{0:?} is no security code; write it without the exchange, such as 600000")]
    Unreadable(String),
    /// A code of another board.
    #[error("{code} is no code of {board}: {rule}")]
    NotOfBoard {
        /// The code.
        code: String,
        /// The board.
        board: Board,
        /// What its codes look like.
        rule: &'static str,
    },
}

impl SecurityCode {
    /// As the market writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks the code against a board's pattern.
    ///
    /// # Errors
    /// [`SecurityCodeError::NotOfBoard`].
    pub fn check(&self, board: Board) -> Result<(), SecurityCodeError> {
        let digits =
            |length: usize| self.0.len() == length && self.0.bytes().all(|b| b.is_ascii_digit());
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| self.0.starts_with(prefix));
        let (fits, rule) = match board {
            Board::SseMain => (digits(6) && starts(&["60", "90"]), "six digits, 60… or 90…"),
            Board::SzseMain => (digits(6) && starts(&["00", "20"]), "six digits, 00… or 20…"),
            Board::SzseSme => (digits(6) && starts(&["002"]), "six digits, 002…"),
            Board::ChiNext => (digits(6) && starts(&["30"]), "six digits, 30…"),
            Board::Star => (digits(6) && starts(&["68"]), "six digits, 68…"),
            Board::Bse => (
                digits(6) && starts(&["4", "8", "92"]),
                "six digits, 4…, 8… or 92…",
            ),
            Board::Neeq | Board::NeeqDelisted => {
                (digits(6) && starts(&["4", "8"]), "six digits, 4… or 8…")
            }
            Board::Hkex => (digits(5), "five digits"),
            Board::Nasdaq | Board::Nyse => (
                self.0.bytes().all(|b| b.is_ascii_uppercase() || b == b'.'),
                "letters",
            ),
            Board::Regional | Board::Other => (true, ""),
        };
        if !fits {
            return Err(SecurityCodeError::NotOfBoard {
                code: self.0.clone(),
                board,
                rule,
            });
        }
        Ok(())
    }

    /// The key under which the register keeps it. The main board of Shenzhen and the former SME board are one market.
    #[must_use]
    pub fn key(&self, board: Board) -> String {
        format!("code:{}/{}", board.market(), self.0)
    }
}

impl FromStr for SecurityCode {
    type Err = SecurityCodeError;

    fn from_str(raw: &str) -> Result<Self, SecurityCodeError> {
        let code = normalised(raw);
        if !(1..=10).contains(&code.len())
            || !code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
        {
            return Err(SecurityCodeError::Unreadable(raw.to_owned()));
        }
        Ok(Self(code))
    }
}

impl fmt::Display for SecurityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SecurityCode {
    type Error = SecurityCodeError;

    fn try_from(raw: String) -> Result<Self, SecurityCodeError> {
        raw.parse()
    }
}

impl From<SecurityCode> for String {
    fn from(code: SecurityCode) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, board: Board) -> bool {
        code.parse::<SecurityCode>()
            .is_ok_and(|code| code.check(board).is_ok())
    }

    #[test]
    fn a_code_fits_its_board() {
        assert!(
            check("300244", Board::ChiNext)
                && check("603108", Board::SseMain)
                && check("002030", Board::SzseSme)
        );
        assert!(
            check("832317", Board::Bse)
                && check("920017", Board::Bse)
                && check("688287", Board::Star)
        );
        assert!(
            !check("300244", Board::SseMain)
                && !check("0700", Board::Hkex)
                && !check("60000", Board::SseMain)
        );
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in ["", "600000 600001 1", "６-1"] {
            assert!(text.parse::<SecurityCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_code_of_a_merged_board_is_the_same_code() {
        let code: SecurityCode = "002030".parse().unwrap();
        assert_eq!(code.key(Board::SzseSme), code.key(Board::SzseMain));
    }
}
