//! A point on both axes, as people write it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use nianlun_aggregates::Day;

use crate::store::{FactQuery, KnownAt, Valid};
use nianlun_projections::Subject;

/// A day, and what was known when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The day in question.
    pub day: Day,
    /// As known when.
    pub known: KnownAt,
}

impl Point {
    /// A question about facts of some kinds that hold on the day.
    #[must_use]
    pub fn holding(&self, subject: Subject, kinds: &[&str]) -> FactQuery {
        self.asking(subject, kinds, Valid::On(self.day.number()))
    }

    /// A question about facts of some kinds, with another condition on their days.
    #[must_use]
    pub fn asking(&self, subject: Subject, kinds: &[&str], valid: Valid) -> FactQuery {
        FactQuery {
            subject,
            id: None,
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            keys: vec![],
            parts: vec![],
            values: vec![],
            valid,
            known: self.known,
            having: vec![],
        }
    }

    /// The same knowledge about another day.
    #[must_use]
    pub const fn on(self, day: Day) -> Self {
        Self { day, ..self }
    }
}

/// A time of knowledge that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no time of knowledge; write a day (2024-06-20, its end is meant), a time (2024-06-20T12:00:00+08:00) or a log position (318)"
)]
pub struct PointError(pub String);

/// Reads a time of knowledge: a day means its end in the zone; a time and a position are exact.
///
/// # Errors
/// [`PointError`].
pub fn known_at(text: &str, zone: &TimeZone) -> Result<KnownAt, PointError> {
    let unreadable = || PointError(text.to_owned());
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text
            .parse()
            .map(KnownAt::Position)
            .map_err(|_| unreadable());
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(KnownAt::Time(timestamp.as_microsecond()));
    }
    if text.contains(['T', ' ']) {
        let time: DateTime = text.parse().map_err(|_| unreadable())?;
        let timestamp = zone.to_timestamp(time).map_err(|_| unreadable())?;
        return Ok(KnownAt::Time(timestamp.as_microsecond()));
    }
    let date: Date = text.parse().map_err(|_| unreadable())?;
    let next = date.tomorrow().map_err(|_| unreadable())?;
    let start = zone
        .to_timestamp(next.at(0, 0, 0, 0))
        .map_err(|_| unreadable())?;
    Ok(KnownAt::Time(start.as_microsecond() - 1))
}

/// The length of a period of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Calendar months.
    Month,
    /// Calendar quarters.
    Quarter,
    /// Calendar years.
    Year,
}

/// The last days of the periods from `from` to `to`, the last one cut off at `to`; each with its first day.
#[must_use]
pub fn periods(from: Day, to: Day, period: Period) -> Vec<(Day, Day)> {
    let mut periods = vec![];
    let mut first = from;
    while first <= to {
        let next = match period {
            Period::Month => Day::new(first.date().year(), first.date().month(), 1)
                .and_then(|month| month.plus_months(1)),
            Period::Quarter => {
                let month = (first.date().month() - 1) / 3 * 3 + 1;
                Day::new(first.date().year(), month, 1).and_then(|quarter| quarter.plus_months(3))
            }
            Period::Year => {
                Day::new(first.date().year(), 1, 1).and_then(|year| year.plus_months(12))
            }
        };
        let Some(next) = next else { break };
        let last = Day::from_number(next.number() - 1).map_or(to, |last| last.min(to));
        periods.push((first, last));
        first = next;
    }
    periods
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_knowledge_means_its_end_in_the_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let end: Timestamp = "2024-06-20T23:59:59.999999+08:00".parse().unwrap();
        assert_eq!(
            known_at("2024-06-20", &zone),
            Ok(KnownAt::Time(end.as_microsecond()))
        );
        assert_eq!(known_at("318", &zone), Ok(KnownAt::Position(318)));
        let noon: Timestamp = "2024-06-20T12:00:00+08:00".parse().unwrap();
        assert_eq!(
            known_at("2024-06-20T12:00:00", &zone),
            Ok(KnownAt::Time(noon.as_microsecond())),
            "a time without an offset is one of the zone"
        );
        assert_eq!(
            known_at("2024-06-20T15:59:59.999999Z", &zone),
            Ok(KnownAt::Time(end.as_microsecond()))
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "yesterday", "2024-13-01", "-3"] {
            assert_eq!(
                known_at(text, &TimeZone::UTC),
                Err(PointError(text.to_owned()))
            );
        }
    }

    #[test]
    fn periods_end_with_month_quarter_year_or_the_day_asked_for() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let ends = |period| {
            periods(day("2015-11-15"), day("2016-02-10"), period)
                .into_iter()
                .map(|(_, last)| last.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            ends(Period::Month),
            ["2015-11-30", "2015-12-31", "2016-01-31", "2016-02-10"]
        );
        assert_eq!(ends(Period::Quarter), ["2015-12-31", "2016-02-10"]);
        assert_eq!(ends(Period::Year), ["2015-12-31", "2016-02-10"]);
    }
}
