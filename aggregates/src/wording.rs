//! The words of the field, in both languages.

use serde::{Deserialize, Serialize};

/// A language that Nianlun speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// 中文
    Zh,
    /// English
    En,
}

/// A term with its code and its two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wording {
    /// The code in events, files and the API.
    pub code: &'static str,
    /// The Chinese term.
    pub zh: &'static str,
    /// The English term.
    pub en: &'static str,
}

impl Wording {
    /// The name in a language.
    #[must_use]
    pub const fn name(&self, language: Language) -> &'static str {
        match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        }
    }

    /// Whether a word that someone wrote means this term: its code or either name.
    #[must_use]
    pub fn is_called(&self, word: &str) -> bool {
        word == self.zh
            || word.eq_ignore_ascii_case(self.code)
            || word.eq_ignore_ascii_case(self.en)
    }
}

/// Declares an enum of terms with codes and both names, their list, and reading by any of the three.
macro_rules! terms {
    ($(#[$meta:meta])* pub enum $name:ident as $what:literal { $($(#[$vmeta:meta])* $variant:ident = $code:literal, $zh:literal, $en:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $code)] $variant,)*
        }

        impl $name {
            /// Every term, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its code and names.
            #[must_use]
            pub const fn wording(self) -> $crate::Wording {
                match self {
                    $(Self::$variant => $crate::Wording { code: $code, zh: $zh, en: $en },)*
                }
            }

            /// Its code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                self.wording().code
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::wording::UnknownTerm;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|term| term.wording().is_called(word)).ok_or_else(|| $crate::wording::UnknownTerm {
                    what: $what,
                    word: word.to_owned(),
                    known: Self::ALL.iter().map(|term| term.code()).collect(),
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}
pub(crate) use terms;

/// A word that is none of a closed list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is no {what}; one of: {}", known.join(", "))]
pub struct UnknownTerm {
    /// What was asked for.
    pub what: &'static str,
    /// What was written.
    pub word: String,
    /// What would have been understood.
    pub known: Vec<&'static str>,
}
