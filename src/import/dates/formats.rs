//! Dates in the formats that a mapping states.

use jiff::civil::date;
use jiff::fmt::strtime::{self, BrokenDownTime};
use nianlun_aggregates::{Day, Span};

/// Reads a date by the first of these formats that fits it.
pub fn read(text: &str, formats: &[String]) -> Option<Span> {
    formats.iter().find_map(|format| by_format(text, format))
}

/// A day, a month or a year, as far as the format goes.
fn by_format(text: &str, format: &str) -> Option<Span> {
    let read = BrokenDownTime::parse(format, text).ok()?;
    let named = |month: i8| Day::new(read.year()?, month, 1);
    match read.to_date() {
        Ok(day) => Day::try_from(day).ok().map(Span::Day),
        Err(_) => match (read.month(), read.day()) {
            (Some(month), None) => named(month).map(Span::Month),
            (None, None) => named(1).map(Span::Year),
            _ => None,
        },
    }
}

/// Whether each of these is a format that reads a date: strptime's directives (`%Y %y %m %d %b %B %j` …) with at least a year.
///
/// # Errors
/// The first that is none, and what a format looks like.
pub fn check_formats(formats: &[String]) -> Result<(), String> {
    let reads = |format: &str| {
        let sample = date(2016, 11, 24).at(13, 5, 0, 0);
        let written = strtime::format(format, sample).ok()?;
        by_format(&written, format)
    };
    match formats.iter().find(|format| reads(format).is_none()) {
        None => Ok(()),
        Some(format) => Err(format!(
            "{format:?} is no format of dates; write it with %Y for the year, %m for the month and %d for the day, such as \"%d.%m.%Y\", \"%m/%d/%Y\" or \"%b %Y\""
        )),
    }
}
