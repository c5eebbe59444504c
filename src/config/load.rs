//! Reading it: the file whole, then the environment, key by key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::Config;
use super::effective::Origin;

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
        value: usize,
        /// What it may say.
        range: &'static str,
    },
}

/// What was read, and where from.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// Where what is not a default comes from, by `section.key`.
    pub origins: BTreeMap<String, Origin>,
}

/// What every variable begins with.
const PREFIX: &str = "NIANLUN_";

/// Short names of what is set most.
const SHORT: [(&str, &str, &str); 2] = [
    ("NIANLUN_STORE", "store", "url"),
    ("NIANLUN_LISTEN", "listen", "address"),
];

/// Reads the file, if there is one, and what the environment says over it: `NIANLUN_SECTION_KEY`.
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
        for (section, keys) in &table {
            for key in keys.as_table().into_iter().flat_map(Table::keys) {
                let origin = Origin::File(path.to_owned());
                loaded.origins.insert(format!("{section}.{key}"), origin);
            }
        }
    }
    for (name, text) in environment {
        let Some((section, key)) = named(&name) else {
            continue;
        };
        let refused = |reason: String| ConfigError::Variable {
            name: name.clone(),
            reason,
        };
        loaded.config = with(&mut table, &section, &key, &text).map_err(refused)?;
        let origin = Origin::Environment(name.clone());
        loaded.origins.insert(format!("{section}.{key}"), origin);
    }
    in_range(&loaded.config)?;
    Ok(loaded)
}

/// The section and key that a variable sets, if it means one.
fn named(name: &str) -> Option<(String, String)> {
    let short = SHORT.iter().find(|(short, ..)| *short == name);
    if let Some((_, section, key)) = short {
        return Some(((*section).to_owned(), (*key).to_owned()));
    }
    let (section, key) = name.strip_prefix(PREFIX)?.split_once('_')?;
    let (section, key) = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
    // Other programs may have variables that begin so.
    let sections = Table::try_from(Config::default()).ok()?;
    sections.contains_key(&section).then_some((section, key))
}

/// The configuration with one value more. A variable is a number where the key takes one, and a text elsewhere.
fn with(table: &mut Table, section: &str, key: &str, text: &str) -> Result<Config, String> {
    let place = table
        .entry(section)
        .or_insert_with(|| Value::Table(Table::new()));
    let Some(place) = place.as_table_mut() else {
        return Err(format!("{section} is no section"));
    };
    place.insert(key.to_owned(), Value::String(text.to_owned()));
    let error = match table.clone().try_into() {
        Ok(config) => return Ok(config),
        Err(error) => error,
    };
    if let (Ok(number), Some(place)) = (
        text.parse::<i64>(),
        table.get_mut(section).and_then(Value::as_table_mut),
    ) {
        place.insert(key.to_owned(), Value::Integer(number));
        return table
            .clone()
            .try_into()
            .map_err(|error| error.message().to_owned());
    }
    Err(error.message().to_owned())
}

fn in_range(config: &Config) -> Result<(), ConfigError> {
    let limits = &config.limits;
    let range = |key, value: usize, least: usize, range| {
        if value < least {
            Err(ConfigError::Range { key, value, range })
        } else {
            Ok(())
        }
    };
    for (key, value) in [
        ("limits.connections", limits.connections),
        ("limits.requests", limits.requests),
        ("limits.writes", limits.writes),
        ("limits.body", limits.body),
        ("limits.upload", limits.upload),
        ("store.connections", config.store.connections as usize),
    ] {
        range(key, value, 1, "1 at least")?;
    }
    // Below this hyper reads no head at all.
    range("limits.head", limits.head, 8_192, "8192 at least")
}
