//! Dates as sources write them.

use nianlun_aggregates::{Day, Span};

/// Reads a date of a cell: the grammar of dates, and the ways in which tables write them.
///
/// # Errors
/// What is wrong and what can be written.
pub fn date(text: &str) -> Result<Span, String> {
    if let Ok(span) = text.parse() {
        return Ok(span);
    }
    loose(text).ok_or_else(|| match text.parse::<Span>() {
        Err(error) => error.to_string(),
        Ok(span) => span.to_string(),
    })
}

/// `20160301`, `2016/3/1`, `2016.3`, `2016年3月1日`, with or without a time of day that is left out.
fn loose(text: &str) -> Option<Span> {
    let day_part = text.split([' ', 'T']).next()?;
    if day_part.len() == 8 && day_part.bytes().all(|b| b.is_ascii_digit()) {
        let (year, month, day) = (
            day_part[..4].parse().ok()?,
            day_part[4..6].parse().ok()?,
            day_part[6..].parse().ok()?,
        );
        return Day::new(year, month, day).map(Span::Day);
    }
    let parts: Vec<_> = day_part
        .split(['-', '/', '.', '年', '月', '日'])
        .filter(|part| !part.is_empty())
        .collect();
    let year: i16 = parts.first().filter(|year| year.len() == 4)?.parse().ok()?;
    match parts.as_slice() {
        [_] => Day::new(year, 1, 1).map(Span::Year),
        [_, month] => Day::new(year, month.parse().ok()?, 1).map(Span::Month),
        [_, month, day] => Day::new(year, month.parse().ok()?, day.parse().ok()?).map(Span::Day),
        _ => None,
    }
}

/// The first date that stands somewhere in a text, such as the title of a list: `2016年3月在孵企业名单`. A bare number is one only
/// as a year, a month (`201603`) or a day (`20160301`).
pub fn find_date(text: &str) -> Option<Span> {
    const LONGEST: usize = 12;
    let characters: Vec<char> = text.chars().collect();
    let starts = (0..characters.len()).filter(|&at| {
        characters[at].is_ascii_digit() && (at == 0 || !characters[at - 1].is_ascii_digit())
    });
    let mut candidates = starts.flat_map(|start| {
        let longest = characters.len().min(start + LONGEST);
        (start + 4..=longest).rev().map(move |end| (start, end))
    });
    candidates.find_map(|(start, end)| {
        let ends_number = !characters.get(end).is_some_and(char::is_ascii_digit);
        let text: String = characters[start..end].iter().collect();
        let bare = text.chars().all(|character| character.is_ascii_digit());
        match (ends_number, bare, text.len()) {
            (false, ..) => None,
            (_, true, 6) => date(&format!("{}-{}", &text[..4], &text[4..])).ok(),
            (_, true, 4 | 8) | (_, false, _) => date(&text).ok(),
            _ => None,
        }
    })
}

/// A season of so many months from a date's month on.
pub fn season(start: Span, months: i32) -> Option<Span> {
    let first = start.earliest()?;
    let last = first.plus_months(months)?;
    Span::season(first, Day::from_number(last.number() - 1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_tables_write_it() {
        for text in [
            "2016-03-01",
            "20160301",
            "2016/3/1",
            "2016.3.1",
            "2016年3月1日",
            "2016-03-01 00:00:00",
            "2016-03-01T08:00:00",
        ] {
            assert_eq!(
                date(text).map(|span| span.to_string()),
                Ok("2016-03-01".to_owned()),
                "{text}"
            );
        }
        for text in ["2016-03", "2016/3", "2016.3", "2016年3月"] {
            assert_eq!(
                date(text).map(|span| span.to_string()),
                Ok("2016-03".to_owned()),
                "{text}"
            );
        }
        assert_eq!(
            date("2016年").map(|span| span.to_string()),
            Ok("2016".to_owned())
        );
        assert_eq!(
            date("by 2017-02-28").map(|span| span.to_string()),
            Ok("by 2017-02-28".to_owned())
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "soon",
            "20161301",
            "16/3/1",
            "2016-02-30",
            "1.3.2016",
            "３月",
        ] {
            assert!(date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_is_found_in_a_title() {
        for (title, found) in [
            ("天安数码城2016年3月在孵企业名单", Some("2016-03")),
            ("roster-2016-03-31.xlsx", Some("2016-03-31")),
            ("201603名单", Some("2016-03")),
            ("名单20160331", Some("2016-03-31")),
            ("2016年", Some("2016")),
            ("325家企业", None),
            ("电话 13800000000", None),
        ] {
            let date = find_date(title).map(|date| date.to_string());
            assert_eq!(date.as_deref(), found, "{title}");
        }
    }

    #[test]
    fn a_season_runs_to_the_day_before() {
        let winter = season("2012-01".parse().unwrap(), 3).unwrap();
        assert_eq!(winter.to_string(), "season 2012-01-01..2012-03-31");
    }
}
