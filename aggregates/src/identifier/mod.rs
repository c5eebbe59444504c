//! Identifiers: normalised, then checked. Each belongs to one company for ever; names never do.

mod external;
mod security;
mod usci;

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::text::compatible;

pub use external::{ExternalId, ExternalIdError, Scheme};
pub use security::{SecurityCode, SecurityCodeError};
pub use usci::{Usci, UsciError};

/// The namespace of the ids that Nianlun derives from identifiers, itself derived from the product's name.
const NAMESPACE: Uuid = Uuid::from_u128(0x6e69_616e_6c75_5e6e_8f73_6964_656e_7469);

/// What is left of an identifier when the differences that no register means are gone: NFKC, upper case, no white space.
#[must_use]
pub fn normalised(raw: &str) -> String {
    compatible(raw)
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .flat_map(char::to_uppercase)
        .collect()
}

/// An identifier of a company. A security code is not one of them: it belongs to a listing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identifier {
    /// Unified social credit identifier (统一社会信用代码).
    Usci(Usci),
    /// An id in some source's scheme.
    External(ExternalId),
}

impl Identifier {
    /// The key under which the register keeps it, `scheme:value`.
    #[must_use]
    pub fn key(&self) -> String {
        self.to_string()
    }

    /// The company id that two installations and two imports agree on: UUID v5 of the key.
    #[must_use]
    pub fn company_id(&self) -> Uuid {
        derived_id("company", &self.key())
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usci(usci) => write!(f, "usci:{usci}"),
            Self::External(external) => write!(f, "{external}"),
        }
    }
}

/// UUID v5 of a key within a kind of thing.
#[must_use]
pub fn derived_id(kind: &str, key: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{kind}\n{key}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalising_folds_width_and_case_and_drops_space() {
        assert_eq!(
            normalised(" ９１５００ 107ma5uf4ufxt\n"),
            "91500107MA5UF4UFXT"
        );
    }

    #[test]
    fn a_company_id_is_the_same_on_every_installation() {
        let usci = Identifier::Usci("91330103MA2J0XYC21".parse().unwrap());
        assert_eq!(usci.company_id(), usci.clone().company_id());
        assert_eq!(usci.company_id().get_version_num(), 5);
        assert_eq!(usci.key(), "usci:91330103MA2J0XYC21");
    }
}
