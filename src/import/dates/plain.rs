//! Years, months, quarters and days in figures.

use nianlun_aggregates::{Day, Span};

use super::DateError;

/// Numbers of days as spreadsheets keep them (1900 date system): 1954-10-03 to 2119-01-11. Nobody's four-digit year and
/// nobody's YYYYMMDD lies within.
const SERIALS: std::ops::RangeInclusive<i32> = 20_000..=80_000;

/// The serial number of 1970-01-01.
const SERIAL_OF_EPOCH: i32 = 25_569;

/// Why figures are no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Day or month first?
    Order,
    /// Two digits for a year.
    ShortYear,
    /// January or October?
    LostZero,
    /// A month or a day?
    SixDigits,
    /// No calendar has it.
    NoSuchDay,
}

impl Why {
    /// As the error of a cell.
    pub fn of(self, cell: &str) -> DateError {
        let cell = cell.to_owned();
        match self {
            Self::Order => DateError::Order(cell),
            Self::ShortYear => DateError::ShortYear(cell),
            Self::LostZero => DateError::LostZero(cell),
            Self::SixDigits => DateError::SixDigits(cell),
            Self::NoSuchDay => DateError::NoSuchDay(cell),
        }
    }
}

/// What stands before a time of day and a weekday: `8:30`, `T08:00:00Z`, `下午 3:05`, `8时30分`, `12:00:00 AM`, `星期二`.
pub fn without_time(text: &str) -> &str {
    let text = text.trim();
    let Some(mark) = text.find([':', '时']) else {
        return without_weekday(text);
    };
    let (before, after) = text.split_at(mark);
    let is_time = after.chars().all(|c| {
        c.is_ascii_digit()
            || matches!(
                c,
                ':' | '.' | ' ' | '+' | '-' | 'A' | 'P' | 'M' | 'a' | 'p' | 'm' | 'Z'
            )
            || matches!(c, '时' | '分' | '秒' | '上' | '下' | '午')
    });
    let date = before.trim_end_matches(|c: char| c.is_ascii_digit());
    if !is_time || !(1..=2).contains(&(before.len() - date.len())) {
        return text;
    }
    let separated = date.trim_end();
    let date = ["上午", "下午", "AM", "PM", "T"]
        .iter()
        .find_map(|word| separated.strip_suffix(word))
        .or_else(|| (separated.len() < date.len() || date.ends_with('日')).then_some(separated));
    // Without anything between date and time, they cannot be told apart.
    date.map_or(text, |date| without_weekday(date.trim_end()))
}

fn without_weekday(text: &str) -> &str {
    let mut chars = text.chars().rev();
    let day = chars.next();
    if !day.is_some_and(|day| "一二三四五六日天".contains(day)) {
        return text;
    }
    let date = text.trim_end_matches(|c| Some(c) == day);
    ["星期", "周"]
        .iter()
        .find_map(|word| date.strip_suffix(word))
        .map_or(text, str::trim_end)
}

/// Without white space; `None` if some stood between two digits: what is one number then is anyone's guess.
pub fn compact(text: &str) -> Option<String> {
    let mut compact = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if digit(compact.chars().next_back()) && digit(word.chars().next()) {
            return None;
        }
        compact.push_str(word);
    }
    Some(compact)
}

/// Reads figures; `None` if they do not look like a date at all.
pub fn read(text: &str) -> Option<Result<Span, Why>> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return digits(text);
    }
    let parts: Vec<_> = text
        .split(['-', '/', '.', '年', '月', '日', '号'])
        .filter(|part| !part.is_empty())
        .collect();
    let numbers: Vec<i16> = parts
        .iter()
        .map(|part| number(part))
        .collect::<Option<_>>()?;
    let short = |index: usize| parts.get(index).is_some_and(|part| part.len() <= 2);
    let year = parts.first().is_some_and(|part| part.len() == 4);
    let last_is_year = parts.last().is_some_and(|part| part.len() == 4);
    let span = match numbers.as_slice() {
        [number] if year => Day::new(*number, 1, 1).map(Span::Year),
        [_, 1] if year && text.len() == 6 && text.contains('.') => return Some(Err(Why::LostZero)),
        [year_, month] if year && short(1) => {
            Day::new(*year_, i8::try_from(*month).ok()?, 1).map(Span::Month)
        }
        [year_, month, day] if year && short(1) && short(2) => {
            Day::new(*year_, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).map(Span::Day)
        }
        [_, _, _] if short(0) && short(1) && last_is_year => return Some(Err(Why::Order)),
        [_, _] | [_, _, _] if (0..parts.len()).all(short) => return Some(Err(Why::ShortYear)),
        _ => return None,
    };
    Some(span.ok_or(Why::NoSuchDay))
}

fn digits(text: &str) -> Option<Result<Span, Why>> {
    let span = match text.len() {
        4 => Day::new(number(text)?, 1, 1).map(Span::Year),
        5 => {
            let serial: i32 = text.parse().ok()?;
            if !SERIALS.contains(&serial) {
                return None;
            }
            Day::from_number(serial - SERIAL_OF_EPOCH).map(Span::Day)
        }
        6 => return Some(Err(Why::SixDigits)),
        8 => {
            let part = |from: usize, to: usize| text.get(from..to).and_then(number);
            let (month, day) = (i8::try_from(part(4, 6)?), i8::try_from(part(6, 8)?));
            Day::new(part(0, 4)?, month.ok()?, day.ok()?).map(Span::Day)
        }
        _ => return None,
    };
    Some(span.ok_or(Why::NoSuchDay))
}

/// At most four digits.
fn number(text: &str) -> Option<i16> {
    (text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}
