//! Quantities as tables write them.

mod units;

pub use units::unit_of_heading;

use nianlun_aggregates::Quantity;
use nianlun_aggregates::quantity::{Comparator, QuantityError, Unit, number};
use nianlun_aggregates::text::{fold, half_width};

use units::spelled;

/// Why a cell is no quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityReadError {
    /// No number where one belongs, or several.
    #[error("{0:?} is not one number; write digits with a dot, such as 4500, 12.5 or 1,200.5")]
    NotANumber(String),
    /// Below zero.
    #[error("{0:?} is negative; areas, amounts and counts start at 0")]
    Negative(String),
    /// Neither the cell nor its column says what is counted.
    #[error(
        "{0:?} has no unit, and 元, 千元 and 万元 are never guessed; write it beside the number (500万元), in the column's heading (注册资本（万元）), or add it by a template of the mapping: template = \"{{注册资本}} 万元\""
    )]
    NoUnit(String),
    /// A unit that is not known.
    #[error("{text:?}: {unit:?} is no unit; one of: {}", units())]
    UnknownUnit {
        /// What was written.
        text: String,
        /// Of it, what should be the unit.
        unit: String,
    },
    /// Two words about how the number relates to the true one, or two currencies, that do not agree.
    #[error("{text:?} says both {one} and {other}; write one")]
    Contradicts {
        /// What was written.
        text: String,
        /// The one.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
}

fn units() -> String {
    let all: Vec<_> = Unit::ALL
        .iter()
        .map(|unit| format!("{} ({})", unit.code(), unit.wording().zh))
        .collect();
    all.join(", ")
}

/// Before the number; a longer word stands before the one it begins with.
const BEFORE: &[(&str, Comparator)] = &[
    ("不超过", Comparator::AtMost),
    ("不多于", Comparator::AtMost),
    ("不高于", Comparator::AtMost),
    ("至多", Comparator::AtMost),
    ("atmost", Comparator::AtMost),
    ("upto", Comparator::AtMost),
    ("<=", Comparator::AtMost),
    ("≤", Comparator::AtMost),
    ("不少于", Comparator::AtLeast),
    ("不低于", Comparator::AtLeast),
    ("至少", Comparator::AtLeast),
    ("atleast", Comparator::AtLeast),
    (">=", Comparator::AtLeast),
    ("≥", Comparator::AtLeast),
    ("超过", Comparator::MoreThan),
    ("多于", Comparator::MoreThan),
    ("大于", Comparator::MoreThan),
    ("超", Comparator::MoreThan),
    ("逾", Comparator::MoreThan),
    ("morethan", Comparator::MoreThan),
    ("over", Comparator::MoreThan),
    (">", Comparator::MoreThan),
    ("不足", Comparator::LessThan),
    ("不到", Comparator::LessThan),
    ("不满", Comparator::LessThan),
    ("少于", Comparator::LessThan),
    ("低于", Comparator::LessThan),
    ("小于", Comparator::LessThan),
    ("lessthan", Comparator::LessThan),
    ("<", Comparator::LessThan),
    ("大约", Comparator::About),
    ("接近", Comparator::About),
    ("将近", Comparator::About),
    ("约", Comparator::About),
    ("近", Comparator::About),
    ("about", Comparator::About),
    ("approx.", Comparator::About),
    ("ca.", Comparator::About),
    ("~", Comparator::About),
    ("≈", Comparator::About),
    ("=", Comparator::Exactly),
];

/// After the number, or after the unit. 以上 and 以下 include the number (民法典, 1259).
const AFTER: &[(&str, Comparator)] = &[
    ("以上", Comparator::AtLeast),
    ("以下", Comparator::AtMost),
    ("以内", Comparator::AtMost),
    ("左右", Comparator::About),
    ("上下", Comparator::About),
    ("余", Comparator::MoreThan),
    ("多", Comparator::MoreThan),
];

/// Currencies that stand before the number.
const CURRENCIES: &[(&str, Unit)] = &[
    ("人民币", Unit::Yuan),
    ("rmb", Unit::Yuan),
    ("cny", Unit::Yuan),
    ("¥", Unit::Yuan),
    ("美元", Unit::Dollars),
    ("us$", Unit::Dollars),
    ("usd", Unit::Dollars),
];

/// Reads a quantity as tables write it: `约120平方米`, `￥1，200.5`, `500万元以上`, `> 4500 persons`.
///
/// `unit` is what the column says; it holds where the cell says nothing itself. `500万` is 500 万元 in a column of 元, 千元,
/// 万元 or 亿元. Nothing is converted and nothing is guessed.
///
/// # Errors
/// [`QuantityReadError`].
pub fn quantity(text: &str, unit: Option<Unit>) -> Result<Quantity, QuantityReadError> {
    let not_a_number = || QuantityReadError::NotANumber(text.to_owned());
    // Most cells are a bare number.
    if let Some(unit) = unit
        && let Ok(amount) = number(text)
    {
        return Quantity::new(Comparator::Exactly, amount, unit)
            .map_err(|_| QuantityReadError::Negative(text.to_owned()));
    }
    match text.parse::<Quantity>() {
        Ok(quantity) => return Ok(quantity),
        Err(QuantityError::Negative(_)) => {
            return Err(QuantityReadError::Negative(text.to_owned()));
        }
        Err(_) => {}
    }
    let folded = folded(text).ok_or_else(not_a_number)?;
    let (currency, rest) = take(CURRENCIES, &folded);
    let (before, rest) = take(BEFORE, rest);
    let (inner, rest) = match currency {
        None => take(CURRENCIES, rest),
        Some(_) => (None, rest),
    };
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',')));
    let (digits, rest) = rest.split_at(end.unwrap_or(rest.len()));
    if digits.is_empty() {
        let negative = rest
            .strip_prefix(['-', '−', '('])
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        return Err(if negative {
            QuantityReadError::Negative(text.to_owned())
        } else {
            not_a_number()
        });
    }
    let amount = number(digits).map_err(|_| not_a_number())?;
    let (mid, rest) = take(AFTER, rest);
    let (last, word) = AFTER
        .iter()
        .find_map(|(word, comparator)| Some((Some(*comparator), rest.strip_suffix(word)?)))
        .unwrap_or((None, rest));
    let comparator = agreed(text, [before, mid, last])?.unwrap_or(Comparator::Exactly);
    let unit = resolved(text, word, currency.or(inner), unit)?;
    Quantity::new(comparator, amount, unit).map_err(|_| not_a_number())
}

/// In half width, lower case, without white space; `None` if white space stood between two digits: that is no one number.
fn folded(text: &str) -> Option<String> {
    let half = half_width(text);
    let words: Vec<_> = half.split_whitespace().collect();
    let torn = words.windows(2).any(|pair| match pair {
        [one, other] => {
            one.ends_with(|c: char| c.is_ascii_digit())
                && other.starts_with(|c: char| c.is_ascii_digit())
        }
        _ => false,
    });
    (!torn).then(|| fold(&half))
}

/// The first of these that a text begins with, and what follows it.
fn take<'a, T: Copy>(known: &[(&str, T)], text: &'a str) -> (Option<T>, &'a str) {
    known
        .iter()
        .find_map(|(word, meaning)| Some((Some(*meaning), text.strip_prefix(word)?)))
        .unwrap_or((None, text))
}

/// The one comparator that is said, if any.
fn agreed(
    text: &str,
    said: [Option<Comparator>; 3],
) -> Result<Option<Comparator>, QuantityReadError> {
    said.into_iter()
        .flatten()
        .try_fold(None, |agreed, next| match agreed {
            Some(before) if before != next => Err(contradicts(
                text,
                Comparator::wording(before).zh,
                next.wording().zh,
            )),
            _ => Ok(Some(next)),
        })
}

fn contradicts(text: &str, one: &'static str, other: &'static str) -> QuantityReadError {
    QuantityReadError::Contradicts {
        text: text.to_owned(),
        one,
        other,
    }
}

/// The unit of a cell: its own words, then its column's.
fn resolved(
    text: &str,
    word: &str,
    currency: Option<Unit>,
    column: Option<Unit>,
) -> Result<Unit, QuantityReadError> {
    let unit = if word.is_empty() {
        let unit = currency
            .or(column)
            .ok_or_else(|| QuantityReadError::NoUnit(text.to_owned()))?;
        // ￥500 in a column of 万元 is either.
        if let Some(column) = column.filter(|column| *column != unit) {
            return Err(contradicts(text, unit.wording().zh, column.wording().zh));
        }
        unit
    } else {
        spelled(word, currency.or(column)).ok_or_else(|| match word {
            "千" | "万" | "亿" => QuantityReadError::NoUnit(text.to_owned()),
            _ => QuantityReadError::UnknownUnit {
                text: text.to_owned(),
                unit: word.to_owned(),
            },
        })?
    };
    match currency {
        Some(currency) if currency != unit.base() => {
            Err(contradicts(text, currency.wording().zh, unit.wording().zh))
        }
        _ => Ok(unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, unit: Option<Unit>) -> String {
        match quantity(text, unit) {
            Ok(quantity) => quantity.to_string(),
            Err(error) => format!("refused: {error}"),
        }
    }

    #[test]
    fn every_spelling_of_a_unit_is_read_and_kept() {
        for (written, read_as) in [
            ("120㎡", "120 m2"),
            ("120 m²", "120 m2"),
            ("120平米", "120 m2"),
            ("120 平方米", "120 m2"),
            ("120 sqm", "120 m2"),
            ("1.2万平方米", "1.2 wan-m2"),
            ("1.2 万㎡", "1.2 wan-m2"),
            ("35.5亩", "35.5 mu"),
            ("500元", "500 CNY"),
            ("500千元", "500 qian-CNY"),
            ("500万元", "500 wan-CNY"),
            ("1.5亿元", "1.5 yi-CNY"),
            ("500万元人民币", "500 wan-CNY"),
            ("人民币500万元", "500 wan-CNY"),
            ("人民币 500 万", "500 wan-CNY"),
            ("￥500", "500 CNY"),
            ("¥ 1,200.50", "1200.5 CNY"),
            ("RMB 500万", "500 wan-CNY"),
            ("CNY 500", "500 CNY"),
            ("500 CNY", "500 CNY"),
            ("500 rmb", "500 CNY"),
            ("300万美元", "300 wan-USD"),
            ("USD 300万", "300 wan-USD"),
            ("120人", "120 persons"),
            ("35家", "35 companies"),
            ("12项", "12 items"),
            ("12.5%", "12.5 %"),
        ] {
            assert_eq!(read(written, None), read_as, "{written}");
        }
    }

    #[test]
    fn a_number_may_be_grouped_or_in_full_width() {
        for written in [
            "1,200.5元",
            "1，200.5元",
            "１２００．５元",
            "1200.50 元",
            "1，200．5 元整",
        ] {
            assert_eq!(read(written, None), "1200.5 CNY", "{written}");
        }
    }

    #[test]
    fn a_word_about_the_number_is_kept_as_its_comparator() {
        for (written, read_as) in [
            ("约120", "~ 120 m2"),
            ("120平方米左右", "~ 120 m2"),
            ("约120平方米左右", "~ 120 m2"),
            ("近120平米", "~ 120 m2"),
            ("120余", "> 120 m2"),
            ("120余平方米", "> 120 m2"),
            ("120多平米", "> 120 m2"),
            (">500", "> 500 m2"),
            ("＞500㎡", "> 500 m2"),
            ("超过500", "> 500 m2"),
            ("不足500", "< 500 m2"),
            ("500以上", ">= 500 m2"),
            ("500平方米以上", ">= 500 m2"),
            ("不少于500", ">= 500 m2"),
            ("≥500", ">= 500 m2"),
            ("500㎡以下", "<= 500 m2"),
            ("不超过500", "<= 500 m2"),
        ] {
            assert_eq!(
                read(written, Some(Unit::SquareMetres)),
                read_as,
                "{written}"
            );
        }
        assert_eq!(read("￥约500万", None), "~ 500 wan-CNY");
        assert_eq!(read("超过人民币500多万元", None), "> 500 wan-CNY");
    }

    #[test]
    fn the_column_says_the_unit_where_the_cell_does_not() {
        let wan = Some(Unit::TenThousandYuan);
        for (written, unit, read_as) in [
            ("500", wan, "500 wan-CNY"),
            ("500元", wan, "500 CNY"),
            ("500万", wan, "500 wan-CNY"),
            ("500万", Some(Unit::Yuan), "500 wan-CNY"),
            ("0.5亿", wan, "0.5 yi-CNY"),
            ("300万", Some(Unit::Dollars), "300 wan-USD"),
            ("3万", Some(Unit::SquareMetres), "3 wan-m2"),
            ("3", Some(Unit::Mu), "3 mu"),
            ("300㎡", Some(Unit::Mu), "300 m2"),
        ] {
            assert_eq!(read(written, unit), read_as, "{written}");
        }
    }

    #[test]
    fn a_bare_amount_is_refused_and_told_where_the_unit_can_stand() {
        for written in ["500", "1,200.5", "约500", "500万"] {
            assert_eq!(
                quantity(written, None),
                Err(QuantityReadError::NoUnit(written.to_owned()))
            );
        }
        assert_eq!(
            read("500", None),
            "refused: \"500\" has no unit, and 元, 千元 and 万元 are never guessed; write it beside the number (500万元), in the column's heading (注册资本（万元）), or add it by a template of the mapping: template = \"{注册资本} 万元\""
        );
    }

    #[test]
    fn a_negative_number_is_refused() {
        for written in ["-3㎡", "−3", "(300)", "－3 元", "-0.01 m2"] {
            assert_eq!(
                quantity(written, Some(Unit::SquareMetres)),
                Err(QuantityReadError::Negative(written.to_owned())),
                "{written}"
            );
        }
    }

    #[test]
    fn what_is_no_single_quantity_is_refused() {
        for written in [
            "",
            "面议",
            "100-200㎡",
            "100~200",
            "2 3",
            "1,5",
            "1.2.3",
            "1.2E+06",
            "约120以上",
            "不足120余",
            "300元/㎡",
            "2万亩",
            "五百",
            "100+20",
            "-",
            "500百万元",
        ] {
            assert!(
                quantity(written, Some(Unit::SquareMetres)).is_err(),
                "{written}"
            );
        }
        for written in ["人民币500万美元", "USD 500元", "US$120㎡"] {
            assert!(quantity(written, None).is_err(), "{written}");
        }
        let in_wan = quantity("￥500", Some(Unit::TenThousandYuan));
        assert_eq!(in_wan, Err(contradicts("￥500", "元", "万元")));
        assert!(quantity("3万", Some(Unit::Mu)).is_err());
        assert!(quantity("3千", Some(Unit::SquareMetres)).is_err());
    }

    #[test]
    fn what_is_written_of_a_quantity_reads_as_it_whatever_the_column_says() {
        for unit in Unit::ALL {
            for comparator in Comparator::ALL {
                let stated = Quantity::new(*comparator, number("1200.5").unwrap(), *unit).unwrap();
                for column in [None, Some(Unit::TenThousandYuan), Some(Unit::Mu)] {
                    assert_eq!(quantity(&stated.to_string(), column), Ok(stated.clone()));
                }
            }
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig {
            failure_persistence: None,
            ..proptest::prelude::ProptestConfig::with_cases(2_000)
        })]

        #[test]
        fn no_cell_breaks_the_reading_and_what_is_read_is_read_again(
            text in "[约超过不足￥]{0,2}[0-9０-９.,，−-]{0,9}[千万亿余多]?(元|㎡|亩|人)?[以上左右]{0,2}|.{0,20}"
        ) {
            if let Ok(read) = quantity(&text, Some(Unit::TenThousandYuan)) {
                proptest::prop_assert!(!read.amount().is_sign_negative());
                proptest::prop_assert_eq!(quantity(&read.to_string(), None), Ok(read));
            }
        }
    }
}
