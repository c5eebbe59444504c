//! Variables of the environment: which key each sets, and to what.

use std::collections::VecDeque;

use toml::{Table, Value};

use super::Config;
use super::load::ConfigError;

/// What every variable begins with.
const PREFIX: &str = "NIANLUN_";

/// Short names of what is set most.
const SHORT: [(&str, &str, &str); 2] = [
    ("NIANLUN_STORE", "store", "url"),
    ("NIANLUN_LISTEN", "listen", "address"),
];

/// What flags take from the environment.
const ELSEWHERE: [&str; 3] = ["NIANLUN_CONFIG", "NIANLUN_LANG", "NIANLUN_ZONE"];

/// Sections within sections.
const WITHIN: [(&str, &str); 3] = [("access", "oidc"), ("access", "tls"), ("access", "limits")];

/// A variable that means this program.
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Sections, and the key.
    path: Vec<String>,
    text: String,
    /// What the text may be where the key takes no text.
    readings: VecDeque<Value>,
    /// Why it cannot be the text.
    refused: Option<String>,
}

impl Variable {
    /// It, if it means this program: others may have variables that begin so.
    ///
    /// # Errors
    /// [`ConfigError::Variable`] if its name is a slip.
    pub fn new(name: String, text: String) -> Result<Option<Self>, ConfigError> {
        let Some(path) = path(&name) else {
            return match slip(&name) {
                None => Ok(None),
                Some(meant) => {
                    let reason = format!("there is no such variable; {meant} was probably meant");
                    Err(ConfigError::Variable { name, reason })
                }
            };
        };
        let number = text.parse().ok().map(Value::Integer);
        let truth = text.parse().ok().map(Value::Boolean);
        let parts = text.split(',').map(|part| part.trim().to_owned().into());
        let list = Value::Array(parts.collect());
        Ok(Some(Self {
            readings: number.into_iter().chain(truth).chain([list]).collect(),
            refused: None,
            name,
            path,
            text,
        }))
    }

    /// The key that it sets, with its sections.
    pub fn key(&self) -> String {
        self.path.join(".")
    }

    fn refuse(&self, reason: impl Into<String>) -> ConfigError {
        ConfigError::Variable {
            name: self.name.clone(),
            reason: reason.into(),
        }
    }

    fn set(&self, table: &mut Table, value: Value) -> Result<(), ConfigError> {
        let Some((key, sections)) = self.path.split_last() else {
            return Ok(());
        };
        let mut place = table;
        for section in sections {
            let within = place
                .entry(section)
                .or_insert_with(|| Value::Table(Table::new()));
            let Some(within) = within.as_table_mut() else {
                return Err(self.refuse(format!("{section} is no section")));
            };
            place = within;
        }
        place.insert(key.clone(), value);
        Ok(())
    }
}

/// What was meant by a variable that sets nothing, if it looks like one that does. Others are left alone: tests and benchmarks
/// have some of their own, and Kubernetes sets `NIANLUN_PORT` and `NIANLUN_SERVICE_HOST` where a service has the program's name.
fn slip(name: &str) -> Option<String> {
    if ELSEWHERE.contains(&name) {
        return None;
    }
    let rest = name.strip_prefix(PREFIX)?;
    let (word, key) = rest.split_once('_').unwrap_or((rest, "KEY"));
    let near = |known: &str| strsim::damerau_levenshtein(word, known) <= known.len() / 3;
    let whole = ELSEWHERE.into_iter().chain(SHORT.map(|(short, ..)| short));
    let mut whole = whole.filter(|whole| whole.strip_prefix(PREFIX).is_some_and(near));
    if !rest.contains('_')
        && let Some(whole) = whole.next()
    {
        return Some(whole.to_owned());
    }
    let sections = Table::try_from(Config::default()).ok()?;
    let mut sections = sections.keys().map(|section| section.to_ascii_uppercase());
    let section = sections.find(|section| near(section))?;
    Some(format!("{PREFIX}{section}_{key}"))
}

/// The sections and the key that a variable sets, if it means any.
fn path(name: &str) -> Option<Vec<String>> {
    let short = SHORT.iter().find(|(short, ..)| *short == name);
    if let Some((_, section, key)) = short {
        return Some(vec![(*section).to_owned(), (*key).to_owned()]);
    }
    let (section, key) = name.strip_prefix(PREFIX)?.split_once('_')?;
    let (section, key) = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
    let sections = Table::try_from(Config::default()).ok()?;
    if !sections.contains_key(&section) {
        return None;
    }
    let within = WITHIN.iter().find_map(|(outer, inner)| {
        let key = key.strip_prefix(inner)?.strip_prefix('_')?;
        (*outer == section).then(|| ((*inner).to_owned(), key.to_owned()))
    });
    Some(match within {
        Some((inner, key)) => vec![section, inner, key],
        None => vec![section, key],
    })
}

/// What a table and, over it, variables say. A variable is a text, and where its key takes none what else its text can be:
/// a number, `true` or `false`, a list with commas between.
///
/// # Errors
/// [`ConfigError::Variable`].
pub fn over(mut table: Table, variables: &mut [Variable]) -> Result<Config, ConfigError> {
    for variable in &*variables {
        variable.set(&mut table, Value::String(variable.text.clone()))?;
    }
    loop {
        let error = match serde_path_to_error::deserialize(table.clone()) {
            Ok(config) => return Ok(config),
            Err(error) => error,
        };
        let place = error.path().to_string();
        let error: toml::de::Error = error.into_inner();
        let reason = error.message().to_owned();
        let part = |long: &str, short: &str| {
            let rest = long.strip_prefix(short);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        if let Some(variable) = variables
            .iter_mut()
            .find(|variable| part(&place, &variable.key()))
        {
            let first = variable.refused.get_or_insert(reason).clone();
            let Some(reading) = variable.readings.pop_front() else {
                return Err(variable.refuse(first));
            };
            variable.set(&mut table, reading)?;
            continue;
        }
        // A section lacks a key: what the file says was whole, so that a variable has begun it.
        let name = variables
            .iter()
            .find(|variable| part(&variable.key(), &place))
            .map_or(place.clone(), |variable| variable.name.clone());
        return Err(ConfigError::Variable { name, reason });
    }
}
