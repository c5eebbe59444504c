//! Dates that stand somewhere in a text.

use nianlun_aggregates::Span;
use nianlun_aggregates::text::half_width;

use super::date_with;

/// No date is longer, in characters.
const LONGEST: usize = 12;

/// The first date that stands somewhere in a text, such as the title of a list: `2016年3月在孵企业名单`. A bare number is one only
/// as a year, a month (`201603`) or a day (`20160301`); `2016.1` is January, since a title is written by hand.
pub fn find_date(text: &str) -> Option<Span> {
    let formats = ["%Y.%m".to_owned(), "%Y%m".to_owned()];
    let characters: Vec<char> = half_width(text).chars().collect();
    let is_digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
    let starts = (0..characters.len())
        .filter(|&at| is_digit(at) && !at.checked_sub(1).is_some_and(is_digit));
    let mut candidates = starts.flat_map(|start| {
        let longest = characters.len().min(start + LONGEST);
        (start + 4..=longest).rev().map(move |end| (start, end))
    });
    candidates.find_map(|(start, end)| {
        let text: String = characters.get(start..end)?.iter().collect();
        let bare = text.bytes().all(|b| b.is_ascii_digit());
        if is_digit(end) || bare && !matches!(text.len(), 4 | 6 | 8) {
            return None;
        }
        date_with(&text, &formats).ok().flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_found_in_a_title() {
        for (title, found) in [
            ("天安数码城2016年3月在孵企业名单", Some("2016-03")),
            ("２０１６年第一季度在孵企业名单", Some("2016-Q1")),
            ("2016年上半年名单", Some("season 2016-01-01..2016-06-30")),
            ("roster-2016-03-31.xlsx", Some("2016-03-31")),
            ("201603名单", Some("2016-03")),
            ("2016.1名单", Some("2016-01")),
            ("名单20160331", Some("2016-03-31")),
            ("2016年", Some("2016")),
            ("325家企业", None),
            ("共42430家企业", None),
            ("电话 13800000000", None),
            ("", None),
        ] {
            let date = find_date(title).map(|date| date.to_string());
            assert_eq!(date.as_deref(), found, "{title}");
        }
    }
}
