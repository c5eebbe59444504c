//! Imprecise dates: when something happened, as well as the source knows it.
//!
//! The written form is one grammar for events, command line, import and API:
//!
//! | written | kind |
//! |---|---|
//! | `2016-03-01` | day |
//! | `2016-03` | month |
//! | `2016-Q1` | quarter |
//! | `2016` | year |
//! | `season 2012-01-01..2012-03-31` | season, bounds stated |
//! | `about 2016-01-01..2016-04-30` | about (年初), bounds stated; either may be left out |
//! | `between 2016-01-31..2016-02-29` | not yet true at the first observation, true at the second |
//! | `by 2017-02-28` | true by then, start unknown |
//! | `unknown` | known to have happened |

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::day::{Day, DayError};

/// A date with its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Span {
    /// A day.
    Day(Day),
    /// A calendar month, named by its first day.
    Month(Day),
    /// A calendar quarter, named by its first day.
    Quarter(Day),
    /// A calendar year, named by its first day.
    Year(Day),
    /// A season or cohort with stated bounds.
    Season(Day, Day),
    /// "About" (左右, 年初) with stated bounds, either perhaps open.
    About(Option<Day>, Option<Day>),
    /// Not yet true at the first observation, true at the second.
    Between(Day, Day),
    /// True by then; when it began is not known.
    By(Day),
    /// Known to have happened, no date known.
    Unknown,
}

/// Why a text is not a date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// Not in the grammar.
    #[error(
        "{0:?} is not a date; write 2016-03-01, 2016-03, 2016-Q1, 2016, `about A..B`, `season A..B`, `between A..B`, `by A` or unknown"
    )]
    Unreadable(String),
    /// One of its days is no day.
    #[error(transparent)]
    Day(#[from] DayError),
    /// The later bound comes first.
    #[error("{0} comes after {1}; write the earlier day first")]
    Reversed(Day, Day),
}

impl Span {
    /// The first day on which it can have happened; `None` if unbounded.
    #[must_use]
    pub fn earliest(self) -> Option<Day> {
        match self {
            Self::Day(day)
            | Self::Month(day)
            | Self::Quarter(day)
            | Self::Year(day)
            | Self::Season(day, _) => Some(day),
            Self::About(earliest, _) => earliest,
            Self::Between(not_yet, _) => Day::from_number(not_yet.number() + 1),
            Self::By(_) | Self::Unknown => None,
        }
    }

    /// The last day on which it can have happened; `None` if unbounded.
    #[must_use]
    pub fn latest(self) -> Option<Day> {
        match self {
            Self::Day(day) | Self::By(day) | Self::Season(_, day) | Self::Between(_, day) => {
                Some(day)
            }
            Self::Month(first) => Some(first.end_of_month()),
            Self::Quarter(first) => first.plus_months(2).map(Day::end_of_month),
            Self::Year(first) => first.plus_months(11).map(Day::end_of_month),
            Self::About(_, latest) => latest,
            Self::Unknown => None,
        }
    }

    /// Whether the day on which it began is stated at all, however roughly.
    #[must_use]
    pub fn start_is_known(self) -> bool {
        !matches!(self, Self::By(_) | Self::Unknown | Self::About(None, _))
    }

    /// Whether it is known to the day.
    #[must_use]
    pub const fn is_exact(self) -> bool {
        matches!(self, Self::Day(_))
    }

    /// The word for its kind, as in the written form.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Day(_) => "day",
            Self::Month(_) => "month",
            Self::Quarter(_) => "quarter",
            Self::Year(_) => "year",
            Self::Season(..) => "season",
            Self::About(..) => "about",
            Self::Between(..) => "between",
            Self::By(_) => "by",
            Self::Unknown => "unknown",
        }
    }

    /// A period with stated bounds, the earlier first.
    ///
    /// # Errors
    /// [`SpanError::Reversed`] if `first` comes after `last`.
    pub fn season(first: Day, last: Day) -> Result<Self, SpanError> {
        ordered(first, last).map(|()| Self::Season(first, last))
    }

    /// Between two observations, the earlier first.
    ///
    /// # Errors
    /// [`SpanError::Reversed`] if they are not in order.
    pub fn between(not_yet: Day, seen: Day) -> Result<Self, SpanError> {
        if not_yet >= seen {
            return Err(SpanError::Reversed(not_yet, seen));
        }
        Ok(Self::Between(not_yet, seen))
    }
}

fn ordered(first: Day, last: Day) -> Result<(), SpanError> {
    if first > last {
        return Err(SpanError::Reversed(first, last));
    }
    Ok(())
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let unreadable = || SpanError::Unreadable(text.to_owned());
        if text == "unknown" {
            return Ok(Self::Unknown);
        }
        if let Some((word, rest)) = text.split_once(' ') {
            if word == "by" {
                return Ok(Self::By(rest.parse()?));
            }
            let (first, last) = rest.split_once("..").ok_or_else(unreadable)?;
            return match word {
                "season" => Self::season(first.parse()?, last.parse()?),
                "between" => Self::between(first.parse()?, last.parse()?),
                "about" => {
                    let bound = |side: &str| {
                        if side.is_empty() {
                            Ok(None)
                        } else {
                            side.parse().map(Some)
                        }
                    };
                    let (first, last) = (bound(first)?, bound(last)?);
                    match (first, last) {
                        (None, None) => return Err(unreadable()),
                        (Some(first), Some(last)) => ordered(first, last)?,
                        _ => {}
                    }
                    Ok(Self::About(first, last))
                }
                _ => Err(unreadable()),
            };
        }
        let digits = |part: &str, length: usize| {
            (part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<i16>().ok())
                .flatten()
        };
        let in_range = |day: Option<Day>| day.ok_or_else(unreadable);
        match text.split('-').collect::<Vec<_>>().as_slice() {
            [year] => {
                let year = digits(year, 4).ok_or_else(unreadable)?;
                in_range(Day::new(year, 1, 1)).map(Self::Year)
            }
            [year, quarter] if quarter.starts_with('Q') => {
                let year = digits(year, 4).ok_or_else(unreadable)?;
                let quarter = digits(&quarter[1..], 1)
                    .filter(|q| (1..=4).contains(q))
                    .ok_or_else(unreadable)?;
                let month = i8::try_from(quarter * 3 - 2).map_err(|_| unreadable())?;
                in_range(Day::new(year, month, 1)).map(Self::Quarter)
            }
            [year, month] => {
                let year = digits(year, 4).ok_or_else(unreadable)?;
                let month = digits(month, 2)
                    .and_then(|m| i8::try_from(m).ok())
                    .ok_or_else(unreadable)?;
                in_range(Day::new(year, month, 1)).map(Self::Month)
            }
            [_, _, _] => Ok(Self::Day(text.parse()?)),
            _ => Err(unreadable()),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = |day: &Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Month(day) => write!(f, "{:04}-{:02}", day.date().year(), day.date().month()),
            Self::Quarter(day) => write!(
                f,
                "{:04}-Q{}",
                day.date().year(),
                (day.date().month() + 2) / 3
            ),
            Self::Year(day) => write!(f, "{:04}", day.date().year()),
            Self::Season(first, last) => write!(f, "season {first}..{last}"),
            Self::About(first, last) => write!(f, "about {}..{}", open(first), open(last)),
            Self::Between(first, last) => write!(f, "between {first}..{last}"),
            Self::By(day) => write!(f, "by {day}"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

impl TryFrom<String> for Span {
    type Error = SpanError;

    fn try_from(text: String) -> Result<Self, SpanError> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl From<Day> for Span {
    fn from(day: Day) -> Self {
        Self::Day(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(text: &str) -> (Option<String>, Option<String>) {
        let span: Span = text.parse().expect(text);
        assert_eq!(
            span.to_string(),
            text,
            "a date is written back as it was read"
        );
        (
            span.earliest().map(|d| d.to_string()),
            span.latest().map(|d| d.to_string()),
        )
    }

    fn some(first: &str, last: &str) -> (Option<String>, Option<String>) {
        (Some(first.to_owned()), Some(last.to_owned()))
    }

    #[test]
    fn each_kind_has_its_bounds() {
        assert_eq!(bounds("2016-03-01"), some("2016-03-01", "2016-03-01"));
        assert_eq!(bounds("2016-02"), some("2016-02-01", "2016-02-29"));
        assert_eq!(bounds("2016-Q4"), some("2016-10-01", "2016-12-31"));
        assert_eq!(bounds("2016"), some("2016-01-01", "2016-12-31"));
        assert_eq!(
            bounds("season 2012-01-01..2012-03-31"),
            some("2012-01-01", "2012-03-31")
        );
        assert_eq!(
            bounds("about 2016-01-01..2016-04-30"),
            some("2016-01-01", "2016-04-30")
        );
        assert_eq!(
            bounds("about ..2016-04-30"),
            (None, Some("2016-04-30".to_owned()))
        );
        assert_eq!(
            bounds("between 2016-01-31..2016-02-29"),
            some("2016-02-01", "2016-02-29")
        );
        assert_eq!(
            bounds("by 2017-02-28"),
            (None, Some("2017-02-28".to_owned()))
        );
        assert_eq!(bounds("unknown"), (None, None));
    }

    #[test]
    fn what_is_no_date_is_refused_with_the_forms_that_are() {
        for text in [
            "",
            "2016-",
            "2016-Q5",
            "2016-13",
            "16-03-01",
            "by",
            "by 2016",
            "about ..",
            "around 2016-01-01..2016-02-01",
            "2016-é",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
        let (first, last) = ("2016-05-01".parse().unwrap(), "2016-04-01".parse().unwrap());
        assert_eq!(
            "season 2016-05-01..2016-04-01".parse::<Span>(),
            Err(SpanError::Reversed(first, last))
        );
    }
}
