//! Quantities as sources state them: with a comparator and a unit, exact decimals.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
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
    /// What is counted or measured. Amounts and areas are kept in the unit of the source and never converted in what is
    /// stored ([`Quantity::in_base`] converts for sums); 千元 and 万元 are never guessed.
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
        /// Thousand yuan (千元).
        ThousandYuan = "qian-CNY", "千元", "thousand yuan";
        /// Ten thousand yuan (万元).
        TenThousandYuan = "wan-CNY", "万元", "ten thousand yuan";
        /// Hundred million yuan (亿元).
        HundredMillionYuan = "yi-CNY", "亿元", "hundred million yuan";
        /// Ten thousand United States dollars (万美元).
        TenThousandDollars = "wan-USD", "万美元", "ten thousand US dollars";
        /// Ten thousand square metres (万平方米).
        TenThousandSquareMetres = "wan-m2", "万平方米", "ten thousand square metres";
        /// Mu (亩): 2000/3 square metres.
        Mu = "mu", "亩", "mu";
    }
}

impl Unit {
    /// The unit that its kind is summed in: yuan, US dollars, square metres; of any other, itself.
    #[must_use]
    pub const fn base(self) -> Self {
        self.in_base().0
    }

    /// Whether it measures floor or land.
    #[must_use]
    pub fn is_area(self) -> bool {
        self.base() == Self::SquareMetres
    }

    /// Whether it is money.
    #[must_use]
    pub fn is_money(self) -> bool {
        matches!(self.base(), Self::Yuan | Self::Dollars)
    }

    /// One of it as a fraction of its base unit.
    const fn in_base(self) -> (Self, u32, u32) {
        match self {
            Self::ThousandYuan => (Self::Yuan, 1_000, 1),
            Self::TenThousandYuan => (Self::Yuan, 10_000, 1),
            Self::HundredMillionYuan => (Self::Yuan, 100_000_000, 1),
            Self::TenThousandDollars => (Self::Dollars, 10_000, 1),
            Self::TenThousandSquareMetres => (Self::SquareMetres, 10_000, 1),
            Self::Mu => (Self::SquareMetres, 2_000, 3),
            Self::Companies
            | Self::Teams
            | Self::Persons
            | Self::Items
            | Self::SquareMetres
            | Self::Yuan
            | Self::Dollars
            | Self::Percent => (self, 1, 1),
        }
    }
}

/// To how many decimals a number of 亩 is rounded in square metres: a square centimetre.
const DECIMALS_OF_MU: u32 = 4;

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
    #[error(
        "{0:?} is not a number; write digits with a dot, such as 4500, 12.5 or 1,200.5, at most 28 of them"
    )]
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
            amount: amount.normalize().abs(),
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

    /// The same in the base unit of its kind, for sums and comparisons; what is stored keeps the unit of its source.
    ///
    /// Exact, but for 亩, which are rounded half up to four decimals of a square metre; a multiple of 3 亩 is exact too.
    /// Never changes the order of two quantities. `None` if the number would have more digits than a [`Decimal`] holds.
    #[must_use]
    pub fn in_base(&self) -> Option<Self> {
        let (unit, numerator, denominator) = self.unit.in_base();
        let factor = Decimal::from(numerator);
        // A product too long for a `Decimal` is rounded silently; dividing again shows it.
        let times = self.amount.checked_mul(factor)?;
        if times.checked_div(factor)? != self.amount {
            return None;
        }
        let amount = if denominator == 1 {
            times
        } else {
            times
                .checked_div(denominator.into())?
                .round_dp_with_strategy(DECIMALS_OF_MU, RoundingStrategy::MidpointAwayFromZero)
        };
        Self::new(self.comparator, amount, unit).ok()
    }
}

/// Reads a decimal number: digits, perhaps with a dot, perhaps with commas between groups of three. Nothing is rounded.
///
/// # Errors
/// [`QuantityError::NotANumber`].
pub fn number(text: &str) -> Result<Decimal, QuantityError> {
    let wrong = || QuantityError::NotANumber(text.to_owned());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let grouped = whole.split_once(',').is_none_or(|(first, groups)| {
        (1..=3).contains(&first.len()) && groups.split(',').all(|group| group.len() == 3)
    });
    let whole = whole.replace(',', "");
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !grouped || !digits(&whole) || !digits(fraction) || whole.len() + fraction.len() == 0 {
        return Err(wrong());
    }
    let sign = if unsigned.len() < text.len() { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { &whole };
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    Decimal::from_str_exact(&format!("{sign}{whole}{dot}{fraction}")).map_err(|_| wrong())
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
        Self::new(comparator, number(amount)?, unit.trim().parse()?)
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

/// A floor area (面积): a quantity in square metres, 万平方米 or 亩.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Quantity", into = "Quantity")]
pub struct Area(Quantity);

/// A quantity that is no area.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no floor area; give it in m2, wan-m2 (万平方米) or mu (亩)")]
pub struct NotAnArea(Quantity);

impl TryFrom<Quantity> for Area {
    type Error = NotAnArea;

    fn try_from(quantity: Quantity) -> Result<Self, NotAnArea> {
        if !quantity.unit.is_area() {
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
    fn a_unit_of_the_source_is_kept_and_converted_only_on_demand() {
        for (stated, base) in [
            ("500 wan-CNY", "5000000 CNY"),
            ("> 1.2 yi-CNY", "> 120000000 CNY"),
            ("80.5 qian-CNY", "80500 CNY"),
            ("3 wan-USD", "30000 USD"),
            ("1.25 wan-m2", "12500 m2"),
            ("3 mu", "2000 m2"),
            ("~ 1 mu", "~ 666.6667 m2"),
            ("0.5 mu", "333.3333 m2"),
            ("12 persons", "12 persons"),
        ] {
            let quantity: Quantity = stated.parse().unwrap();
            assert_eq!(quantity.to_string(), stated);
            assert_eq!(quantity.in_base().unwrap().to_string(), base);
        }
        assert_eq!(
            "500 万元".parse::<Quantity>(),
            "500 wan-CNY".parse::<Quantity>()
        );
    }

    #[test]
    fn a_number_that_grows_too_long_is_not_converted() {
        let longest: Quantity = "79228162514264337593543950335 wan-CNY".parse().unwrap();
        assert_eq!(longest.in_base(), None);
        let finest: Quantity = "7.9228162514264337593543950335 yi-CNY".parse().unwrap();
        assert_eq!(
            finest.in_base().unwrap().to_string(),
            "792281625.14264337593543950335 CNY"
        );
    }

    #[test]
    fn an_area_is_in_square_metres_or_mu() {
        for text in ["120 m2", "1.2 wan-m2", "3.5 亩"] {
            assert!(Area::try_from(text.parse::<Quantity>().unwrap()).is_ok());
        }
        for text in ["120 CNY", "1 wan-CNY", "3 %"] {
            assert!(Area::try_from(text.parse::<Quantity>().unwrap()).is_err());
        }
    }

    #[test]
    fn an_area_in_persons_is_refused() {
        let persons: Quantity = "12 persons".parse().unwrap();
        assert_eq!(Area::try_from(persons.clone()), Err(NotAnArea(persons)));
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in [
            "",
            "many",
            "> m2",
            "12",
            "12 bananas",
            "1.2.3 m2",
            "1,5 m2",
            "12,34 m2",
            "1.234,5 m2",
            "1,2345 m2",
            ",123 m2",
            "0.12345678901234567890123456789 m2",
        ] {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }
}
