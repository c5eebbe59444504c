//! Quantities as sources state them: with a comparator and a unit, exact decimals.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::wording::{UnknownTerm, terms};

terms! {
    /// How a stated number relates to the true one. "超过100家" is no 100.
    pub enum Comparator as "comparator" {
        /// Exactly (为).
        Exactly = "=", "等于", "exactly";
        /// More than (超过).
        MoreThan = ">", "超过", "more than";
        /// At least (以上).
        AtLeast = ">=", "不少于", "at least";
        /// Less than (不足).
        LessThan = "<", "不足", "less than";
        /// At most (不超过).
        AtMost = "<=", "不超过", "at most";
        /// About (约, 近, 左右).
        About = "~", "约", "about";
    }
}

terms! {
    /// What is counted or measured. Amounts and areas are kept in the unit of the source; 千元 and 万元 are never guessed.
    pub enum Unit as "unit" {
        /// Companies (家).
        Companies = "companies", "家企业", "companies";
        /// Teams (团队).
        Teams = "teams", "个团队", "teams";
        /// Persons (人).
        Persons = "persons", "人", "persons";
        /// Projects or items (个).
        Items = "items", "个", "items";
        /// Square metres (平方米).
        SquareMetres = "m2", "平方米", "square metres";
        /// Yuan renminbi (元).
        Yuan = "CNY", "元", "yuan";
        /// United States dollars (美元).
        Dollars = "USD", "美元", "US dollars";
        /// Per cent (%).
        Percent = "%", "百分比", "per cent";
    }
}

/// A number of something, never negative.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Quantity {
    comparator: Comparator,
    amount: Decimal,
    unit: Unit,
}

/// Why a quantity is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not written as a number.
    #[error("{0:?} is not a number; write digits with a dot, such as 4500 or 12.5")]
    NotANumber(String),
    /// Below zero.
    #[error("{0} is negative; areas, amounts and counts start at 0")]
    Negative(Decimal),
    /// The unit or comparator is not known.
    #[error(transparent)]
    Term(#[from] UnknownTerm),
    /// Not `comparator amount unit`.
    #[error(
        "{0:?} is not a quantity; write comparator, number and unit, such as \"> 4500 persons\" or \"300 m2\""
    )]
    Unreadable(String),
}

impl Quantity {
    /// A quantity as stated.
    ///
    /// # Errors
    /// [`QuantityError::Negative`].
    pub fn new(comparator: Comparator, amount: Decimal, unit: Unit) -> Result<Self, QuantityError> {
        if amount.is_sign_negative() && !amount.is_zero() {
            return Err(QuantityError::Negative(amount));
        }
        Ok(Self {
            comparator,
            amount: amount.normalize(),
            unit,
        })
    }

    /// How the number relates to the true one.
    #[must_use]
    pub const fn comparator(&self) -> Comparator {
        self.comparator
    }

    /// The number.
    #[must_use]
    pub const fn amount(&self) -> Decimal {
        self.amount
    }

    /// What is counted.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        self.unit
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let unreadable = || QuantityError::Unreadable(text.to_owned());
        let rest = text.trim();
        let split = rest
            .find(|c: char| !matches!(c, '=' | '<' | '>' | '~'))
            .ok_or_else(unreadable)?;
        let (comparator, rest) = rest.split_at(split);
        let comparator = if comparator.is_empty() {
            Comparator::Exactly
        } else {
            comparator.parse()?
        };
        let rest = rest.trim_start();
        let split = rest
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | ',')))
            .ok_or_else(unreadable)?;
        let (amount, unit) = rest.split_at(split);
        let amount: Decimal = amount
            .replace(',', "")
            .parse()
            .map_err(|_| QuantityError::NotANumber(amount.to_owned()))?;
        Self::new(comparator, amount, unit.trim().parse()?)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.comparator {
            Comparator::Exactly => write!(f, "{} {}", self.amount, self.unit),
            comparator => write!(f, "{comparator} {} {}", self.amount, self.unit),
        }
    }
}

/// A floor area (面积): a quantity in square metres.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Quantity", into = "Quantity")]
pub struct Area(Quantity);

/// A quantity that is no area.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no floor area; give it in m2")]
pub struct NotAnArea(Quantity);

impl TryFrom<Quantity> for Area {
    type Error = NotAnArea;

    fn try_from(quantity: Quantity) -> Result<Self, NotAnArea> {
        if quantity.unit != Unit::SquareMetres {
            return Err(NotAnArea(quantity));
        }
        Ok(Self(quantity))
    }
}

impl From<Area> for Quantity {
    fn from(area: Area) -> Self {
        area.0
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    comparator: Comparator,
    amount: Decimal,
    unit: Unit,
}

impl TryFrom<Raw> for Quantity {
    type Error = QuantityError;

    fn try_from(raw: Raw) -> Result<Self, QuantityError> {
        Self::new(raw.comparator, raw.amount, raw.unit)
    }
}

impl From<Quantity> for Raw {
    fn from(quantity: Quantity) -> Self {
        Self {
            comparator: quantity.comparator,
            amount: quantity.amount,
            unit: quantity.unit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_keeps_its_comparator_and_unit() {
        let talents: Quantity = "> 4500 persons".parse().unwrap();
        assert_eq!(
            (talents.comparator(), talents.unit()),
            (Comparator::MoreThan, Unit::Persons)
        );
        assert_eq!(talents.to_string(), "> 4500 persons");
        assert_eq!(
            serde_json::to_string(&talents).unwrap(),
            r#"{"comparator":">","amount":"4500","unit":"persons"}"#
        );
        assert_eq!(
            "1,200.50 m2".parse::<Quantity>().unwrap().to_string(),
            "1200.5 m2"
        );
    }

    #[test]
    fn a_negative_area_is_refused() {
        assert_eq!(
            "-3 m2".parse::<Quantity>(),
            Err(QuantityError::Negative(Decimal::from(-3)))
        );
        assert!(
            serde_json::from_str::<Quantity>(r#"{"comparator":"=","amount":"-3","unit":"m2"}"#)
                .is_err()
        );
    }

    #[test]
    fn an_area_in_persons_is_refused() {
        let persons: Quantity = "12 persons".parse().unwrap();
        assert_eq!(Area::try_from(persons.clone()), Err(NotAnArea(persons)));
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", "many", "> m2", "12", "12 bananas", "1.2.3 m2"] {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }
}
