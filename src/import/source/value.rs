//! Cells of workbooks as text.

use calamine::{Data, DataRef, ExcelDateTime};

/// What a cell holds.
pub(super) enum Text<'a> {
    Empty,
    Borrowed(&'a str),
    Owned(String),
    /// An error, by its name (`#N/A`).
    Error(String),
}

/// A cell of an `.xlsx`.
pub(super) fn of_ref<'a>(value: &'a DataRef<'_>) -> Text<'a> {
    match value {
        DataRef::Empty => Text::Empty,
        DataRef::String(text) | DataRef::DurationIso(text) => Text::Borrowed(text),
        DataRef::SharedString(text) => Text::Borrowed(text),
        DataRef::Int(number) => Text::Owned(number.to_string()),
        DataRef::Float(number) => Text::Owned(of_number(*number)),
        DataRef::Bool(value) => Text::Borrowed(of_bool(*value)),
        DataRef::DateTime(date) => Text::Owned(of_date(date)),
        DataRef::DateTimeIso(text) => Text::Owned(of_iso(text)),
        DataRef::Error(error) => Text::Error(error.to_string()),
    }
}

/// A cell of an `.xls`.
pub(super) fn of_data(value: &Data) -> Text<'_> {
    match value {
        Data::Empty => Text::Empty,
        Data::String(text) | Data::DurationIso(text) => Text::Borrowed(text),
        Data::Int(number) => Text::Owned(number.to_string()),
        Data::Float(number) => Text::Owned(of_number(*number)),
        Data::Bool(value) => Text::Borrowed(of_bool(*value)),
        Data::DateTime(date) => Text::Owned(of_date(date)),
        Data::DateTimeIso(text) => Text::Owned(of_iso(text)),
        Data::Error(error) => Text::Error(error.to_string()),
    }
}

const fn of_bool(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// The shortest text of a number, with the 15 digits that a spreadsheet shows: `12`, `12.5`, `0.3`. Only numbers beyond
/// 10^21 and below 10^-7 have an exponent.
fn of_number(number: f64) -> String {
    /// Up to here every whole number is itself.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let size = number.abs();
    if number.fract() == 0.0 && size < EXACT {
        return format!("{number:.0}").replace("-0", if number == 0.0 { "0" } else { "-0" });
    }
    if !(1e-7..1e21).contains(&size) {
        return format!("{:e}", rounded(number));
    }
    let text = number.to_string();
    // Fifteen digits, a point and a sign; zeros before the first digit may make it longer, which costs a second look only.
    if text.len() <= 16 {
        text
    } else {
        rounded(number).to_string()
    }
}

/// A number with 15 digits.
fn rounded(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// A date, with its time if it has one; a time or a duration alone as hours, minutes and seconds. A number that no
/// calendar of a spreadsheet reaches is a number, whatever the format of its cell.
fn of_date(date: &ExcelDateTime) -> String {
    /// 1 January 10000, in days.
    const END: f64 = 2_958_466.0;
    let serial = date.as_f64();
    if !(0.0..END).contains(&serial) {
        return of_number(serial);
    }
    if date.is_duration() || serial < 1.0 {
        let seconds = format!("{:.0}", serial * 86_400.0).parse().unwrap_or(0_u64);
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        return format!("{:02}:{:02}:{seconds:02}", minutes / 60, minutes % 60);
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

/// A date that the file has as ISO 8601, without a midnight.
fn of_iso(text: &str) -> String {
    match text.split_once('T') {
        Some((day, time)) => {
            let time = time.split(['.', 'Z']).next().unwrap_or(time);
            if time == "00:00:00" || time == "00:00" {
                day.to_owned()
            } else {
                format!("{day} {time}")
            }
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn a_number_is_its_shortest_text() {
        for (number, text) in [
            (12.0, "12"),
            (12.5, "12.5"),
            (0.1 + 0.2, "0.3"),
            (-3.0, "-3"),
            (-0.0, "0"),
            (0.0, "0"),
            (915_001_040_000_123.0, "915001040000123"),
            (1e20, "100000000000000000000"),
            (1e-9, "1e-9"),
            (2.5e30, "2.5e30"),
        ] {
            assert_eq!(of_number(number), text);
        }
    }

    #[test]
    fn a_date_has_a_time_only_if_it_is_not_midnight() {
        let text = |serial, kind, is_1904| of_date(&ExcelDateTime::new(serial, kind, is_1904));
        assert_eq!(text(42430.0, DateTime, false), "2016-03-01");
        assert_eq!(text(42430.5, DateTime, false), "2016-03-01 12:00:00");
        assert_eq!(text(40968.0, DateTime, true), "2016-03-01");
        assert_eq!(text(0.25, DateTime, false), "06:00:00");
        assert_eq!(text(1.5, TimeDelta, false), "36:00:00");
        assert_eq!(text(20_160_301.0, DateTime, false), "20160301");
        assert_eq!(of_iso("2016-03-01T00:00:00Z"), "2016-03-01");
        assert_eq!(of_iso("2016-03-01T08:30:00"), "2016-03-01 08:30:00");
    }
}
