//! What is remembered of how an event came in: a closed list of keys, flat as cqrs-es wants it.

use std::collections::HashMap;

/// Where an event came from. Aggregates never see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Who recorded it.
    pub actor: Option<String>,
    /// The import run.
    pub run: Option<String>,
    /// The source's name, as its mapping says.
    pub source: Option<String>,
    /// SHA-256 of the file, in hexadecimal.
    pub file: Option<String>,
    /// The row or rows, the header being row 1.
    pub row: Option<String>,
    /// What belongs together though it is in several streams: one repair of identities.
    pub correlation: Option<String>,
}

impl Metadata {
    /// Recorded by a person or program.
    #[must_use]
    pub fn by(actor: impl Into<String>) -> Self {
        Self {
            actor: Some(actor.into()),
            ..Self::default()
        }
    }

    /// As cqrs-es stores it.
    #[must_use]
    pub fn to_map(&self) -> HashMap<String, String> {
        let entries = [
            ("actor", &self.actor),
            ("run", &self.run),
            ("source", &self.source),
            ("file", &self.file),
            ("row", &self.row),
            ("correlation", &self.correlation),
        ];
        entries
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value.clone()?)))
            .collect()
    }
}
