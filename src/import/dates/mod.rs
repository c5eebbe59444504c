//! Dates as tables write them. docs/mapping.md lists every form; a test reads that list.

mod formats;
mod plain;
mod rough;
mod within;

use nianlun_aggregates::span::SpanError;
use nianlun_aggregates::text::half_width;
use nianlun_aggregates::{Day, Span};

use plain::Why;

pub use formats::check_formats;
pub use within::find_date;

/// Why a cell is no date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// In none of the forms.
    #[error(transparent)]
    Unreadable(#[from] SpanError),
    /// Whether the day or the month comes first is not said.
    #[error(
        "{0:?}: day and month can stand in either order; say it in the mapping: formats = [\"%d.%m.%Y\"] where the day comes first, [\"%m/%d/%Y\"] where the month does, with the marks as written"
    )]
    Order(String),
    /// The year has two digits.
    #[error(
        "{0:?}: write the year with four digits, or say the order in the mapping, such as formats = [\"%y.%m.%d\"]"
    )]
    ShortYear(String),
    /// `2016.1` in a workbook is January, or October that lost its zero.
    #[error(
        "{0:?} can be January, or October whose zero a workbook dropped; write {year}-01 or {year}-10, or say in the mapping formats = [\"%Y.%m\"], which reads it as January", year = .0.get(..4).unwrap_or_default()
    )]
    LostZero(String),
    /// Six digits.
    #[error(
        "{0:?} can be a month or a day; say which in the mapping: formats = [\"%Y%m\"] or [\"%y%m%d\"]"
    )]
    SixDigits(String),
    /// A day or month that no calendar has, or outside 1800–2200.
    #[error("{0:?} is a day that no calendar has, or outside 1800 to 2200")]
    NoSuchDay(String),
    /// Nothing is said, where a date must be.
    #[error("{0:?} says no date")]
    Absent(String),
}

/// What cells write where there is no date, in half width and lower case.
const ABSENT: &[&str] = &[
    "", "至今", "现在", "目前", "-", "--", "---", "–", "—", "——", "/", "//", "\\", "无", "暂无",
    "不详", "未知", "空", "n/a", "na", "nil", "none", "null", "present", "now", "current",
    "ongoing",
];

/// Reads a date that must be there: the grammar of dates, and the ways in which tables write them.
///
/// # Errors
/// What is wrong and what can be written.
pub fn date(text: &str) -> Result<Span, String> {
    match date_with(text, &[]) {
        Ok(Some(span)) => Ok(span),
        Ok(None) => Err(DateError::Absent(text.to_owned()).to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a date of a cell; `None` if the cell says that there is none (`至今`, `—`, `/`, `无`, `不详`).
///
/// `formats` are tried first, in their order: strptime's, such as `%d.%m.%Y` ([`check_formats`]). A time of day is left out.
///
/// # Errors
/// [`DateError`].
pub fn date_with(text: &str, formats: &[String]) -> Result<Option<Span>, DateError> {
    let text = text.trim();
    if formats.is_empty()
        && let Ok(span) = text.parse()
    {
        return Ok(Some(span));
    }
    let half = half_width(text);
    if is_absent(&half) {
        return Ok(None);
    }
    let without_time = plain::without_time(&half);
    let formatted = [half.trim(), without_time]
        .into_iter()
        .find_map(|text| formats::read(text, formats));
    if formatted.is_some() {
        return Ok(formatted);
    }
    let unreadable = match half.trim().parse::<Span>() {
        Ok(span) => return Ok(Some(span)),
        Err(error) => DateError::Unreadable(error),
    };
    let Some(compact) = plain::compact(without_time) else {
        return Err(unreadable);
    };
    match plain::read(&compact) {
        Some(Err(Why::NoSuchDay))
            if matches!(unreadable, DateError::Unreadable(SpanError::Day(_))) =>
        {
            Err(unreadable)
        }
        Some(read) => read.map(Some).map_err(|why| why.of(text)),
        None => rough::read(&compact).map(Some).ok_or(unreadable),
    }
}

/// Whether a cell is empty or holds a mark for nothing, such as `—`, `/`, `无`, `不详`.
pub fn says_nothing(text: &str) -> bool {
    is_absent(&half_width(text))
}

fn is_absent(half: &str) -> bool {
    ABSENT.contains(&half.to_lowercase().trim())
}

/// A season of so many months from a date's month on.
pub fn season(start: Span, months: i32) -> Option<Span> {
    let first = start.earliest()?;
    let last = first.plus_months(months)?;
    Span::season(first, Day::from_number(last.number() - 1)?).ok()
}

#[cfg(test)]
mod tests;
