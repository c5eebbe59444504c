//! Limits whose breach is flagged, as data with the day from which they are in force.

use nianlun_aggregates::Day;
use serde::Deserialize;

/// The limits that ship, as written.
pub const SHIPPED: &str = include_str!("../policy.toml");

/// The limits of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// In force from this day until the next.
    pub from: Day,
    /// Where the rule was published.
    pub source: String,
    /// The longest stay in incubation, in months.
    #[serde(default)]
    pub incubation_months: Option<i32>,
    /// The greatest age at entry into incubation, in months.
    #[serde(default)]
    pub age_at_entry_months: Option<i32>,
}

/// All limits, by day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    #[serde(rename = "limit", default)]
    limits: Vec<Limits>,
}

/// Limits that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the limits cannot be read: {0}")]
pub struct PolicyError(String);

impl Policy {
    /// Reads limits.
    ///
    /// # Errors
    /// [`PolicyError`] with line and column.
    pub fn read(text: &str) -> Result<Self, PolicyError> {
        let mut policy: Self =
            toml::from_str(text).map_err(|error| PolicyError(error.to_string()))?;
        policy.limits.sort_by_key(|limits| limits.from);
        Ok(policy)
    }

    /// The limits that ship.
    ///
    /// # Errors
    /// [`PolicyError`] if they are broken; a test reads them.
    pub fn shipped() -> Result<Self, PolicyError> {
        Self::read(SHIPPED)
    }

    /// What was in force on a day; `None` before the first rule.
    #[must_use]
    pub fn on(&self, day: i32) -> Option<&Limits> {
        self.limits
            .iter()
            .rev()
            .find(|limits| limits.from.number() <= day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenure(day: &str) -> Option<i32> {
        let day: Day = day.parse().unwrap();
        Policy::shipped()
            .unwrap()
            .on(day.number())
            .and_then(|limits| limits.incubation_months)
    }

    #[test]
    fn the_rule_of_the_day_is_found() {
        assert_eq!(tenure("2009-05-01"), None);
        assert_eq!(tenure("2018-12-31"), Some(42));
        assert_eq!(tenure("2019-01-01"), Some(48));
    }

    #[test]
    fn limits_of_another_shape_are_refused() {
        assert!(Policy::read("[[limit]]\nfrom = 'soon'\nsource = 'x'").is_err());
    }
}
