//! Reading it: the file whole, then the environment, key by key.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::{Table, Value};

use super::effective::Origin;
use super::variables::{Variable, over};
use super::{Config, Span};
use crate::http::access::AccessError;

/// Of anything at once, at most: the semaphores that count it have an end, and no machine comes near this.
const MOST: usize = 1_000_000;

/// A year. Deadlines are counted from now, and beyond what clocks can say they would overflow.
const LONGEST: Duration = Duration::from_hours(8_760);

/// Why it cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: std::io::Error,
    },
    /// The file says what cannot be used; the text shows line and key.
    #[error("{}: {error}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        error: Box<toml::de::Error>,
    },
    /// A variable of the environment says what cannot be used.
    #[error("environment variable {name}: {reason}")]
    Variable {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A value is out of its range.
    #[error("{key} = {value}: it must be {range}")]
    Range {
        /// Its key.
        key: &'static str,
        /// What it says.
        value: String,
        /// What it may say.
        range: &'static str,
    },
    /// What is said of access cannot be meant.
    #[error("access.origins: {0}")]
    Access(#[from] AccessError),
}

/// What was read, and where from.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// Where what is not a default comes from, by name: sections and key, with dots between.
    pub origins: BTreeMap<String, Origin>,
}

/// Reads the file, if there is one, and what the environment says over it: `NIANLUN_SECTION_KEY`, or `NIANLUN_SECTION_SECTION_KEY`.
///
/// # Errors
/// [`ConfigError`].
pub fn load(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Loaded, ConfigError> {
    let mut loaded = Loaded::default();
    let mut table = Table::new();
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map_err(|reason| ConfigError::File {
            path: path.to_owned(),
            reason,
        })?;
        let content = |error| ConfigError::Content {
            path: path.to_owned(),
            error: Box::new(error),
        };
        // As a whole first: only so does an error show its line.
        loaded.config = toml::from_str(&text).map_err(content)?;
        table = toml::from_str(&text).map_err(content)?;
        note(&mut loaded.origins, "", &table, path);
    }
    let mut variables = vec![];
    for (name, text) in environment {
        variables.extend(Variable::new(name, text)?);
    }
    for variable in &variables {
        let origin = Origin::Environment(variable.name.clone());
        loaded.origins.insert(variable.key(), origin);
    }
    if !variables.is_empty() {
        loaded.config = over(table, &mut variables)?;
    }
    in_range(&loaded.config)?;
    loaded.config.access.check()?;
    Ok(loaded)
}

/// That the values of a table, and of those within it, come from a file.
fn note(origins: &mut BTreeMap<String, Origin>, before: &str, table: &Table, path: &Path) {
    for (key, value) in table {
        let key = format!("{before}{key}");
        match value {
            Value::Table(within) => note(origins, &format!("{key}."), within, path),
            _ => drop(origins.insert(key, Origin::File(path.to_owned()))),
        }
    }
}

fn in_range(config: &Config) -> Result<(), ConfigError> {
    let (limits, timeouts) = (&config.limits, &config.timeouts);
    for (key, value) in [
        ("limits.connections", limits.connections),
        ("limits.readers", limits.readers),
        ("limits.requests", limits.requests),
        ("limits.writes", limits.writes),
    ] {
        range(key, value, 1..=MOST, "1 at least, 1000000 at most")?;
    }
    for (key, value) in [
        ("limits.body", limits.body),
        ("limits.upload", limits.upload),
        ("store.connections", config.store.connections as usize),
    ] {
        range(key, value, 1..=usize::MAX, "1 at least")?;
    }
    // Below this hyper reads no head at all.
    range(
        "limits.head",
        limits.head,
        8_192..=usize::MAX,
        "8192 at least",
    )?;
    for (key, Span(time)) in [
        ("limits.lag", limits.lag),
        ("timeouts.head", timeouts.head),
        ("timeouts.body", timeouts.body),
        ("timeouts.send", timeouts.send),
        ("timeouts.request", timeouts.request),
        ("timeouts.upload", timeouts.upload),
        ("timeouts.store", timeouts.store),
        ("timeouts.shutdown", timeouts.shutdown),
    ] {
        if time > LONGEST {
            let (value, range) = (Span(time).to_string(), "8760h at most");
            return Err(ConfigError::Range { key, value, range });
        }
    }
    Ok(())
}

fn range(
    key: &'static str,
    value: usize,
    within: RangeInclusive<usize>,
    range: &'static str,
) -> Result<(), ConfigError> {
    if within.contains(&value) {
        return Ok(());
    }
    let value = value.to_string();
    Err(ConfigError::Range { key, value, range })
}
