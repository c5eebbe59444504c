//! Columns: a code that programs can rely on, and headings for people.

use std::borrow::Cow;

/// A column: its name in JSON and CSV, and its headings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// For programs.
    pub name: Cow<'static, str>,
    /// 中文
    pub zh: Cow<'static, str>,
    /// English
    pub en: Cow<'static, str>,
}

/// A column.
#[must_use]
pub const fn column(name: &'static str, zh: &'static str, en: &'static str) -> Column {
    Column {
        name: Cow::Borrowed(name),
        zh: Cow::Borrowed(zh),
        en: Cow::Borrowed(en),
    }
}

/// Which headings stand above the columns of a CSV file or a workbook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Headings {
    /// The codes, stable for programs.
    #[default]
    Codes,
    /// 中文
    Zh,
    /// English
    En,
}

impl Headings {
    /// The heading of a column.
    #[must_use]
    pub fn of(self, column: &Column) -> &str {
        match self {
            Self::Codes => &column.name,
            Self::Zh => &column.zh,
            Self::En => &column.en,
        }
    }
}
