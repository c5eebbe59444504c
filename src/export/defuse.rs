//! Texts that a spreadsheet would take for formulas.

use std::borrow::Cow;

/// With these a spreadsheet begins a formula, full-width forms included.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// With these it goes on to the next cell and may begin one there.
const CONTROL: [char; 3] = ['\t', '\r', '\n'];

/// A text as it stands in a CSV file: with an apostrophe before it if a spreadsheet would take it for a formula, leading white
/// space aside. A signed plain number is left alone. [`restored`] gives the text back, whatever it was.
#[must_use]
pub fn defused(text: &str) -> Cow<'_, str> {
    if must_be_defused(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that [`defused`] was given.
#[must_use]
pub fn restored(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|text| must_be_defused(text))
        .unwrap_or(cell)
}

/// Texts that already begin as defused ones are too, or they would not come back as they were.
fn must_be_defused(text: &str) -> bool {
    let text = text.trim_start_matches('\'');
    let invisible =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}');
    let shown = text.trim_start_matches(invisible);
    text.starts_with(CONTROL) || (shown.starts_with(FORMULA) && !is_signed_number(shown))
}

fn is_signed_number(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(['+', '-']) else {
        return false;
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(fraction)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe() {
        for text in [
            "=HYPERLINK(\"http://example.com\",\"x\")",
            "+1+1",
            "@SUM(A1:A9)",
            "-2+3",
            "\t=1",
            "\r=1",
            "\n=1",
            "\tplain",
            "  =1",
            "\u{3000}＝1",
            "\u{feff}=1",
            "\0=1",
            "＋1",
            "－1",
            "＠SUM(A1)",
            "-",
            "-1e5",
            "+86 138",
            "-1,000",
            "'=1",
            "''=1",
        ] {
            assert_eq!(defused(text), format!("'{text}"), "{text:?}");
        }
    }

    #[test]
    fn plain_texts_and_signed_numbers_are_left_alone() {
        for text in [
            "",
            "示例科技有限公司",
            "-2",
            "+3",
            "-12.50",
            " -7",
            "a=b",
            "2017-02-28",
            "'quoted'",
            "'",
            "O'Neill",
        ] {
            assert_eq!(defused(text), text, "{text:?}");
            assert_eq!(restored(text), text, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_text_comes_back_as_it_was(text in "['=+@＝ \t\r\na0.-]{0,6}|\\PC{0,8}") {
            let cell = defused(&text);
            prop_assert_eq!(restored(&cell), text.as_str());
        }

        #[test]
        fn nothing_that_is_written_begins_a_formula(text in "[ \t\r\n'=+@＝＋－＠0-9.a-]{0,6}") {
            let cell = defused(&text);
            let begins = cell.trim_start().starts_with(FORMULA) || cell.starts_with(CONTROL);
            prop_assert!(!begins || is_signed_number(cell.trim_start()), "{:?}", cell);
        }
    }
}
