//! Named fields as written, and reading them.

use std::collections::BTreeMap;
use std::str::FromStr;

use nianlun_aggregates::identifier::{ExternalId, Scheme};
use nianlun_aggregates::quantity::Area;
use nianlun_aggregates::{Code, Identifier, Quantity, Text, Unit, carrier, cluster};
use uuid::Uuid;

use super::quantity::quantity;

/// A field that cannot be used: what, where and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {}{reason}{}", if value.is_empty() { String::new() } else { format!("{value:?}: ") }, if mend.is_empty() { String::new() } else { format!("; {mend}") })]
pub struct FieldError {
    /// The field.
    pub field: String,
    /// What was written.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
    /// How to mend it; empty where the reason says so.
    pub mend: String,
}

/// Fields of an event as written, each with one or more values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<String, Vec<String>>);

impl Fields {
    /// Adds a value; an empty one is no value.
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let value = value.into();
        if !value.trim().is_empty() {
            self.0
                .entry(name.into())
                .or_default()
                .push(value.trim().to_owned());
        }
    }

    /// The names of the fields that have a value.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The first value of a field.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .and_then(|values| values.first())
            .map(String::as_str)
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).into_iter().flatten().map(String::as_str)
    }

    /// A field that may be left out.
    ///
    /// # Errors
    /// [`FieldError`] if it is there and cannot be read.
    pub fn optional<T>(&self, name: &str) -> Result<Option<T>, FieldError>
    where
        T: FromStr,
        T::Err: std::fmt::Display,
    {
        self.first(name)
            .map(|value| {
                value
                    .parse()
                    .map_err(|error: T::Err| unreadable(name, value, &error))
            })
            .transpose()
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// [`FieldError`] if it is missing or cannot be read.
    pub fn required<T>(&self, name: &str) -> Result<T, FieldError>
    where
        T: FromStr,
        T::Err: std::fmt::Display,
    {
        self.optional(name)?.ok_or_else(|| missing(name))
    }

    /// A text that may be left out.
    ///
    /// # Errors
    /// [`FieldError`] if it is too long.
    pub fn optional_text(&self, name: &str) -> Result<Option<Text>, FieldError> {
        self.first(name).map(|value| text(name, value)).transpose()
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// [`FieldError`] if it is missing or too long.
    pub fn text(&self, name: &str) -> Result<Text, FieldError> {
        self.optional_text(name)?.ok_or_else(|| missing(name))
    }

    /// All values of a field as texts.
    ///
    /// # Errors
    /// [`FieldError`] if one is too long.
    pub fn texts(&self, name: &str) -> Result<Vec<Text>, FieldError> {
        self.all(name).map(|value| text(name, value)).collect()
    }

    /// All values of a field, each read.
    ///
    /// # Errors
    /// [`FieldError`] for the first that cannot be read.
    pub fn list<T>(&self, name: &str) -> Result<Vec<T>, FieldError>
    where
        T: FromStr,
        T::Err: std::fmt::Display,
    {
        self.all(name)
            .map(|value| {
                value
                    .parse()
                    .map_err(|error: T::Err| unreadable(name, value, &error))
            })
            .collect()
    }

    /// A carrier by its code, or by its id.
    ///
    /// # Errors
    /// [`FieldError`] if it is neither.
    pub fn optional_carrier(&self, name: &str) -> Result<Option<Uuid>, FieldError> {
        self.reference(name, carrier::carrier_id)
    }

    /// A cluster by its code, or by its id.
    ///
    /// # Errors
    /// [`FieldError`] if it is neither.
    pub fn optional_cluster(&self, name: &str) -> Result<Option<Uuid>, FieldError> {
        self.reference(name, cluster::cluster_id)
    }

    /// A carrier that must be there.
    ///
    /// # Errors
    /// [`FieldError`].
    pub fn carrier(&self) -> Result<Uuid, FieldError> {
        self.optional_carrier("carrier")?
            .ok_or_else(|| missing("carrier"))
    }

    /// A cluster that must be there.
    ///
    /// # Errors
    /// [`FieldError`].
    pub fn cluster(&self) -> Result<Uuid, FieldError> {
        self.optional_cluster("cluster")?
            .ok_or_else(|| missing("cluster"))
    }

    fn reference(
        &self,
        name: &str,
        id: impl Fn(&Code) -> Uuid,
    ) -> Result<Option<Uuid>, FieldError> {
        let Some(value) = self.first(name) else {
            return Ok(None);
        };
        if let Ok(id) = Uuid::try_parse(value) {
            return Ok(Some(id));
        }
        let code: Code = value
            .parse()
            .map_err(|error| unreadable(name, value, &error))?;
        Ok(Some(id(&code)))
    }

    /// A floor area, `m2` understood if no unit is given.
    ///
    /// # Errors
    /// [`FieldError`] if it is no area.
    pub fn optional_area(&self, name: &str) -> Result<Option<Area>, FieldError> {
        let Some(value) = self.first(name) else {
            return Ok(None);
        };
        let stated = quantity(value, Some(Unit::SquareMetres))
            .map_err(|error| unreadable(name, value, &error))?;
        Area::try_from(stated)
            .map(Some)
            .map_err(|error| unreadable(name, value, &error))
    }

    /// A quantity with its unit: none is understood.
    ///
    /// # Errors
    /// [`FieldError`] if it cannot be read.
    pub fn optional_quantity(&self, name: &str) -> Result<Option<Quantity>, FieldError> {
        self.first(name)
            .map(|value| quantity(value, None).map_err(|error| unreadable(name, value, &error)))
            .transpose()
    }

    /// A quantity that must be there.
    ///
    /// # Errors
    /// [`FieldError`] if it is missing or cannot be read.
    pub fn quantity(&self, name: &str) -> Result<Quantity, FieldError> {
        self.optional_quantity(name)?.ok_or_else(|| missing(name))
    }

    /// Identifiers: `usci:…` or `scheme:id`.
    ///
    /// # Errors
    /// [`FieldError`] for the first that is malformed.
    pub fn identifiers(&self, name: &str) -> Result<Vec<Identifier>, FieldError> {
        self.all(name)
            .map(|value| identifier(value).map_err(|reason| unreadable(name, value, &reason)))
            .collect()
    }
}

/// Reads `usci:…` or `scheme:id`.
///
/// # Errors
/// What is wrong with it.
pub fn identifier(value: &str) -> Result<Identifier, String> {
    let (scheme, id) = value
        .split_once(':')
        .ok_or("write usci:CODE or scheme:ID")?;
    if scheme == "usci" {
        return id
            .parse()
            .map(Identifier::Usci)
            .map_err(|error: nianlun_aggregates::identifier::UsciError| error.to_string());
    }
    let scheme: Scheme = scheme
        .parse()
        .map_err(|error: nianlun_aggregates::identifier::ExternalIdError| error.to_string())?;
    ExternalId::new(scheme, id)
        .map(Identifier::External)
        .map_err(|error| error.to_string())
}

fn text(name: &str, value: &str) -> Result<Text, FieldError> {
    Text::new(value).map_err(|error| unreadable(name, value, &error))
}

pub(super) fn unreadable(name: &str, value: &str, reason: &impl ToString) -> FieldError {
    FieldError {
        field: name.to_owned(),
        value: value.to_owned(),
        reason: reason.to_string(),
        mend: String::new(),
    }
}

pub(super) fn missing(name: &str) -> FieldError {
    FieldError {
        field: name.to_owned(),
        value: String::new(),
        reason: "missing".to_owned(),
        mend: format!("give {name}"),
    }
}
