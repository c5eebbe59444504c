//! Dates in words: parts of a year or of a month, about, before.

use nianlun_aggregates::{Day, Span};

use super::plain;

/// A part of a year: its first month, and how many.
struct Months(i8, i32);

/// Parts of a year that are vague; the third of the year that is meant (docs/time.md).
const ABOUT_YEAR: &[(&str, Months)] = &[
    ("年初", Months(1, 4)),
    ("年中", Months(5, 4)),
    ("年底", Months(9, 4)),
    ("年末", Months(9, 4)),
];

const HALVES: &[(&str, Months)] = &[("上半年", Months(1, 6)), ("下半年", Months(7, 6))];

const QUARTERS: &[(&[&str], i8)] = &[
    (&["第一季度", "一季度", "第1季度", "1季度", "Q1", "q1"], 1),
    (&["第二季度", "二季度", "第2季度", "2季度", "Q2", "q2"], 4),
    (&["第三季度", "三季度", "第3季度", "3季度", "Q3", "q3"], 7),
    (&["第四季度", "四季度", "第4季度", "4季度", "Q4", "q4"], 10),
];

/// Parts of a month: first and last day, and whether the word is vague.
const OF_MONTH: &[(&str, i8, i8, bool)] = &[
    ("上旬", 1, 10, false),
    ("中旬", 11, 20, false),
    ("下旬", 21, 31, false),
    ("初", 1, 10, true),
    ("中", 11, 20, true),
    ("底", 21, 31, true),
    ("末", 21, 31, true),
];

/// Reads a date in words, without white space; `None` if it is none.
pub fn read(text: &str) -> Option<Span> {
    let stripped = ["大约", "大概", "约"]
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .or_else(|| {
            ["左右", "前后"]
                .iter()
                .find_map(|word| text.strip_suffix(word))
        });
    if let Some(rest) = stripped {
        let span = part(rest)?;
        return Some(Span::About(Some(span.earliest()?), Some(span.latest()?)));
    }
    let before = ["以前", "之前", "前"]
        .iter()
        .find_map(|word| text.strip_suffix(word));
    if let Some(rest) = before {
        let first = exact(rest)?.earliest()?;
        let last = Day::from_number(first.number().checked_sub(1)?)?;
        return Some(Span::About(None, Some(last)));
    }
    part(text)
}

/// A part of a year or month, or either as a whole.
fn part(text: &str) -> Option<Span> {
    let first_of = |rest: &str, month: i8| match exact(rest)? {
        Span::Year(first) => Day::new(first.date().year(), month, 1),
        _ => None,
    };
    for (words, month) in QUARTERS {
        if let Some(rest) = words.iter().find_map(|word| text.strip_suffix(word)) {
            return first_of(rest, *month).map(Span::Quarter);
        }
    }
    for (word, Months(month, count)) in HALVES {
        if let Some(rest) = text.strip_suffix(word) {
            let first = first_of(rest, *month)?;
            return Span::season(first, first.plus_months(count - 1)?.end_of_month()).ok();
        }
    }
    for (word, Months(month, count)) in ABOUT_YEAR {
        // 2016年中 and 2016年年中 alike.
        if let Some(first) = text
            .strip_suffix(word)
            .and_then(|rest| first_of(rest, *month))
        {
            let last = first.plus_months(count - 1)?.end_of_month();
            return Some(Span::About(Some(first), Some(last)));
        }
    }
    for (word, from, to, vague) in OF_MONTH {
        let Some(rest) = text.strip_suffix(word) else {
            continue;
        };
        let Span::Month(month) = exact(rest)? else {
            return None;
        };
        let date = month.date();
        let first = Day::new(date.year(), date.month(), *from)?;
        let last = Day::new(date.year(), date.month(), *to).unwrap_or(month.end_of_month());
        return if *vague {
            Some(Span::About(Some(first), Some(last)))
        } else {
            Span::season(first, last).ok()
        };
    }
    exact(text)
}

/// A year, month or day in figures: `2016年`, `2016年度`, `2016年3月份`.
fn exact(text: &str) -> Option<Span> {
    let text = text
        .strip_suffix("年度")
        .or_else(|| text.strip_suffix('份'))
        .unwrap_or(text);
    plain::read(text)?.ok()
}
