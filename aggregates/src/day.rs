//! Civil days of the installation's zone.

use std::fmt;
use std::str::FromStr;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The first and the last year that a record may speak of; anything else is a typing slip.
const YEARS: std::ops::RangeInclusive<i16> = 1800..=2200;

/// A civil day between 1800-01-01 and 2200-12-31.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Date", into = "Date")]
pub struct Day(Date);

/// Why a text or a date is not a [`Day`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// Not written as a day.
    #[error("{0:?} is not a day; write YYYY-MM-DD, such as 2016-03-01")]
    Unreadable(String),
    /// Outside 1800–2200.
    #[error("{0} lies outside 1800-01-01 to 2200-12-31; check the year")]
    OutOfRange(Date),
}

impl Day {
    /// 1970-01-01, from which days are counted.
    pub const EPOCH: Self = Self(Date::constant(1970, 1, 1));

    /// Builds a day from its parts; `None` if there is no such day in 1800–2200.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day)
            .ok()
            .and_then(|date| Self::try_from(date).ok())
    }

    /// The civil date.
    #[must_use]
    pub const fn date(self) -> Date {
        self.0
    }

    /// Days since 1970-01-01; negative before it.
    #[must_use]
    pub fn number(self) -> i32 {
        Self::EPOCH
            .0
            .until(self.0)
            .map_or(0, |span| span.get_days())
    }

    /// The day so many days after 1970-01-01; `None` outside 1800–2200.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        let days = Span::new().try_days(number).ok()?;
        Self::try_from(Self::EPOCH.0.checked_add(days).ok()?).ok()
    }

    /// The same day of the month so many months later, or that month's last day; `None` past 2200.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Option<Self> {
        let months = Span::new().try_months(months).ok()?;
        Self::try_from(self.0.checked_add(months).ok()?).ok()
    }

    /// The last day of this day's month.
    #[must_use]
    pub fn end_of_month(self) -> Self {
        Self(self.0.last_of_month())
    }
}

impl TryFrom<Date> for Day {
    type Error = DayError;

    fn try_from(date: Date) -> Result<Self, DayError> {
        if !YEARS.contains(&date.year()) {
            return Err(DayError::OutOfRange(date));
        }
        Ok(Self(date))
    }
}

impl From<Day> for Date {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let unreadable = || DayError::Unreadable(text.to_owned());
        if text.len() != 10 {
            return Err(unreadable());
        }
        let date: Date = text.parse().map_err(|_| unreadable())?;
        Self::try_from(date)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_counts_from_1970() {
        assert_eq!(Day::new(1970, 1, 1).map(Day::number), Some(0));
        assert_eq!(Day::new(2000, 3, 1).map(Day::number), Some(11_017));
        assert_eq!(Day::from_number(-1), Day::new(1969, 12, 31));
    }

    #[test]
    fn a_count_that_no_calendar_reaches_is_no_day() {
        for number in [i32::MIN, -70_000, 90_000, i32::MAX] {
            assert_eq!(Day::from_number(number), None, "{number}");
        }
        assert_eq!(Day::EPOCH.plus_months(i32::MAX), None);
    }

    #[test]
    fn a_day_outside_1800_to_2200_is_refused() {
        assert_eq!(
            "1799-12-31".parse::<Day>(),
            Err(DayError::OutOfRange(Date::constant(1799, 12, 31)))
        );
        assert!("2200-12-31".parse::<Day>().is_ok());
        assert!("2201-01-01".parse::<Day>().is_err());
    }

    #[test]
    fn a_day_that_no_calendar_has_is_refused() {
        for text in [
            "2023-02-29",
            "2023-13-01",
            "2023-1-1",
            "20230101",
            "",
            "2023-02-29x",
        ] {
            assert_eq!(
                text.parse::<Day>(),
                Err(DayError::Unreadable(text.to_owned())),
                "{text}"
            );
        }
    }
}
