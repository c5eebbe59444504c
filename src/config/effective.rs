//! What is in force, key by key, and where it comes from.

use std::fmt;
use std::path::PathBuf;

use toml::{Table, Value};

use super::{Config, Loaded};
use crate::store::masked;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The file.
    File(PathBuf),
    /// A variable of the environment.
    Environment(String),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name: sections and key, with dots between.
    pub key: String,
    /// What it says; secrets masked.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

impl Loaded {
    /// Takes what a flag says.
    pub fn flag(&mut self, key: &str, flag: &'static str, set: impl FnOnce(&mut Config)) {
        set(&mut self.config);
        self.origins.insert(key.to_owned(), Origin::Flag(flag));
    }

    /// All values in force.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let mut shown = self.config.clone();
        shown.store.url = masked(&shown.store.url);
        shown.telemetry.traces = shown.telemetry.traces.as_deref().map(masked);
        if let Some(oidc) = &mut shown.access.oidc {
            oidc.jwks = masked(&oidc.jwks);
        }
        // All keys have values that TOML can write.
        let all = Table::try_from(shown).unwrap_or_default();
        let mut entries = vec![];
        self.add("", all, &mut entries);
        entries
    }

    /// Adds the values of a table, and of those within it.
    fn add(&self, before: &str, table: Table, entries: &mut Vec<Entry>) {
        for (key, value) in table {
            let key = format!("{before}{key}");
            let value = match value {
                Value::Table(within) => {
                    self.add(&format!("{key}."), within, entries);
                    continue;
                }
                Value::String(text) => text,
                other => other.to_string(),
            };
            let origin = self.origins.get(&key).cloned();
            entries.push(Entry {
                value,
                origin: origin.unwrap_or(Origin::Default),
                key,
            });
        }
    }
}
