//! How a file is to be read: the `[file]` part of a mapping.

use schemars::JsonSchema;
use serde::Deserialize;

/// What a cell may hold if the mapping says nothing, in bytes of UTF-8.
const CELL_LIMIT: usize = 1 << 20;

/// How to read a file. What is absent is found in the file itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FileFormat {
    /// The encoding of a CSV file.
    pub encoding: Option<Encoding>,
    /// What stands between the cells of a CSV file: one ASCII character.
    pub delimiter: Option<char>,
    /// The sheets to read, by name or by pattern (`2016*`, `*名单`, `*入驻*`); empty: those in which the header is found.
    pub sheets: Vec<String>,
    /// The row or rows of the header, from 1; absent: found by the columns that the mapping names.
    pub header: Option<HeaderRows>,
    /// Rows to leave out, by their first cell that is not empty: a text or a pattern as for sheets.
    pub skip: Vec<String>,
    /// Cells that are written and say nothing, such as `/` or `无`: they are read as empty.
    pub absent: Vec<String>,
    /// What a cell may hold, in bytes of UTF-8.
    pub cell_limit: usize,
}

impl Default for FileFormat {
    fn default() -> Self {
        Self {
            encoding: None,
            delimiter: None,
            sheets: vec![],
            header: None,
            skip: vec![],
            absent: vec![],
            cell_limit: CELL_LIMIT,
        }
    }
}

/// The rows of a header.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum HeaderRows {
    /// `header = 3`
    One(u64),
    /// `header = [3, 4]`: all rows from the smallest to the largest.
    Several(Vec<u64>),
}

impl HeaderRows {
    /// First and last row; `None` if there is no row in it, or row 0.
    pub(super) fn bounds(&self) -> Option<(u64, u64)> {
        let (first, last) = match self {
            Self::One(row) => (*row, *row),
            Self::Several(rows) => (*rows.iter().min()?, *rows.iter().max()?),
        };
        (first > 0).then_some((first, last))
    }
}

/// The encoding of a CSV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[serde(rename = "utf-8", alias = "utf8")]
    Utf8,
    /// GB18030, and with it GBK and GB2312.
    #[serde(rename = "gb18030", alias = "gbk", alias = "gb2312")]
    Gb18030,
    /// UTF-16, little end first ("Unicode text" of Excel).
    #[serde(rename = "utf-16le", alias = "utf-16")]
    Utf16Le,
    /// UTF-16, big end first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
}

impl Encoding {
    /// Its name, as mappings write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }

    /// How it is decoded.
    pub(super) const fn table(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Gb18030 => encoding_rs::GB18030,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
        }
    }
}

/// What a file is, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text with a delimiter.
    Csv,
    /// A workbook of Excel since 2007 (`.xlsx`, `.xlsm`).
    Xlsx,
    /// A workbook of Excel before that (`.xls`).
    Xls,
}

/// Whether a text is as a pattern says: the same, or with `*` at its ends a beginning, an end or a part.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let open = pattern.strip_prefix('*');
    let core = open.unwrap_or(pattern);
    match (open.is_some(), core.strip_suffix('*')) {
        (true, Some(part)) => text.contains(part),
        (true, None) => text.ends_with(core),
        (false, Some(beginning)) => text.starts_with(beginning),
        (false, None) => text == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_one_row_or_several_and_keys_that_are_unknown_are_refused() {
        let read = |text: &str| toml::from_str::<FileFormat>(text);
        let old = read("delimiter = ';'\nheader = 3").unwrap();
        assert_eq!(
            (
                old.delimiter,
                old.header.as_ref().and_then(HeaderRows::bounds)
            ),
            (Some(';'), Some((3, 3)))
        );
        let new = read("encoding = 'gbk'\nheader = [3, 4]\nsheets = ['2016*']").unwrap();
        assert_eq!(
            (
                new.encoding,
                new.header.as_ref().and_then(HeaderRows::bounds)
            ),
            (Some(Encoding::Gb18030), Some((3, 4)))
        );
        assert!(read("colour = 'red'").is_err());
        assert_eq!(read("").unwrap(), FileFormat::default());
    }

    #[test]
    fn a_pattern_is_a_text_a_beginning_an_end_or_a_part() {
        assert!(fits("2016*", "2016年") && fits("*名单", "在孵名单") && fits("*孵*", "在孵名单"));
        assert!(fits("*", "") && fits("名单", "名单") && !fits("名单", "名单2"));
    }
}
