//! Cells, and what each form of file makes of them.

use std::borrow::Cow;

use nianlun_aggregates::Day;
use serde_json::{Number, Value};

use super::defuse::defused;

/// What stands between the values of a list in one cell.
pub const SEPARATOR: &str = "; ";

/// The first year of which a workbook keeps days.
const WORKBOOK_YEARS: i16 = 1900;

/// A cell of an export.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Nothing,
    /// A text; identifiers and codes too.
    Text(String),
    /// A date in the grammar of dates: a day of a workbook if it is exact, else its words.
    Date(String),
    /// A decimal number as digits.
    Number(String),
    /// Several values.
    List(Vec<String>),
    /// What is itself JSON.
    Json(Value),
}

/// What a workbook keeps of a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum WorkbookCell<'a> {
    Nothing,
    Text(Cow<'a, str>),
    Day(Day),
    Number(f64),
}

impl Cell {
    /// A text; nothing if it is empty.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() {
            Self::Nothing
        } else {
            Self::Text(text)
        }
    }

    /// A date in the grammar of dates; nothing if it is empty.
    pub fn date(stated: impl Into<String>) -> Self {
        let stated = stated.into();
        if stated.is_empty() {
            Self::Nothing
        } else {
            Self::Date(stated)
        }
    }

    /// A count, sequence or position.
    #[must_use]
    pub fn count(count: u64) -> Self {
        Self::Number(count.to_string())
    }

    /// Several values; nothing if there are none.
    #[must_use]
    pub fn list(values: Vec<String>) -> Self {
        if values.is_empty() {
            Self::Nothing
        } else {
            Self::List(values)
        }
    }

    /// As a cell of a CSV file, defused.
    #[must_use]
    pub fn csv(&self) -> Cow<'_, str> {
        match self.plain() {
            Cow::Borrowed(text) => defused(text),
            Cow::Owned(text) => match defused(&text) {
                Cow::Borrowed(_) => Cow::Owned(text),
                Cow::Owned(defused) => Cow::Owned(defused),
            },
        }
    }

    /// As a value of JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Text(text) | Self::Date(text) => Value::from(text.as_str()),
            Self::Number(digits) => number(digits)
                .and_then(|number| {
                    let whole = digits.parse::<i64>().ok().map(Number::from);
                    whole.or_else(|| Number::from_f64(number))
                })
                .map_or_else(|| Value::from(digits.as_str()), Value::Number),
            Self::List(values) => Value::from(values.clone()),
            Self::Json(value) => value.clone(),
        }
    }

    pub(super) fn workbook(&self) -> WorkbookCell<'_> {
        match self {
            Self::Nothing => WorkbookCell::Nothing,
            Self::Number(digits) => number(digits).map_or(
                WorkbookCell::Text(Cow::Borrowed(digits)),
                WorkbookCell::Number,
            ),
            Self::Date(stated) => match stated.parse::<Day>() {
                Ok(day) if day.date().year() >= WORKBOOK_YEARS => WorkbookCell::Day(day),
                _ => WorkbookCell::Text(Cow::Borrowed(stated)),
            },
            Self::Text(_) | Self::List(_) | Self::Json(_) => WorkbookCell::Text(self.plain()),
        }
    }

    fn plain(&self) -> Cow<'_, str> {
        match self {
            Self::Nothing => Cow::Borrowed(""),
            Self::Text(text) | Self::Date(text) | Self::Number(text) => Cow::Borrowed(text),
            Self::List(values) => Cow::Owned(values.join(SEPARATOR)),
            Self::Json(value) => Cow::Owned(value.to_string()),
        }
    }
}

/// A number that spreadsheets and JSON keep to the last digit; what they would round stays text.
fn number(digits: &str) -> Option<f64> {
    let number: f64 = digits.parse().ok()?;
    (number.to_string() == digits).then_some(number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_that_would_be_rounded_stays_text() {
        let number = |digits: &str| Cell::Number(digits.to_owned());
        assert_eq!(number("135.5").workbook(), WorkbookCell::Number(135.5));
        assert_eq!(number("135.5").json(), json!(135.5));
        assert_eq!(number("6084").json(), json!(6084));
        let long = "12345678901234567890.1";
        assert_eq!(
            number(long).workbook(),
            WorkbookCell::Text(Cow::Borrowed(long))
        );
        assert_eq!(number(long).json(), json!(long));
    }

    #[test]
    fn only_exact_days_become_days_of_a_workbook() {
        let day = |text: &str| text.parse::<Day>().expect("a day");
        assert_eq!(
            Cell::date("2017-02-28").workbook(),
            WorkbookCell::Day(day("2017-02-28"))
        );
        for stated in ["by 2017-02-28", "2017-02", "unknown", "1899-12-31"] {
            assert_eq!(
                Cell::date(stated).workbook(),
                WorkbookCell::Text(Cow::Borrowed(stated))
            );
        }
    }

    #[test]
    fn a_list_is_one_cell_and_an_array() {
        let list = Cell::list(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(list.csv(), "a; b");
        assert_eq!(list.json(), json!(["a", "b"]));
        assert_eq!(Cell::list(vec![]), Cell::Nothing);
    }
}
