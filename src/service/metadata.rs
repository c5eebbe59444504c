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
    /// The sheet of it.
    pub sheet: Option<String>,
    /// The row or rows, as a person counts them.
    pub row: Option<String>,
    /// What tells the row from the others of its source, or the list that shows it.
    pub key: Option<String>,
    /// The columns of the row whose values a formula computed.
    pub computed: Option<String>,
    /// What ties the events of one repair of identities together.
    pub correlation: Option<String>,
    /// The key under which the command was sent, after the name of who sent it.
    pub idempotency_key: Option<String>,
    /// SHA-256 of that request, in hexadecimal.
    pub request_digest: Option<String>,
    /// The id of the API token by which it came.
    pub token: Option<String>,
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

    /// The keys, in the order in which they are shown.
    pub const KEYS: [&str; 12] = [
        "actor",
        "run",
        "source",
        "file",
        "sheet",
        "row",
        "key",
        "computed",
        "correlation",
        "idempotency_key",
        "request_digest",
        "token",
    ];

    /// What there is, by its key.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let values = [
            &self.actor,
            &self.run,
            &self.source,
            &self.file,
            &self.sheet,
            &self.row,
            &self.key,
            &self.computed,
            &self.correlation,
            &self.idempotency_key,
            &self.request_digest,
            &self.token,
        ];
        let entries = Self::KEYS.into_iter().zip(values);
        entries.filter_map(|(key, value)| Some((key, value.as_deref()?)))
    }

    /// As cqrs-es stores it.
    #[must_use]
    pub fn to_map(&self) -> HashMap<String, String> {
        self.entries()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    }
}
