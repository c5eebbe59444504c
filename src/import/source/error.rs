//! Why a file could not be read.

use std::fmt;

/// Why a file could not be read. Every message says what, where and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It is not there, or must not be read.
    #[error("{path}: cannot be read: {reason}; check the path and its permissions")]
    Open {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A directory or a device.
    #[error("{path}: is no file; name the file itself")]
    NoFile {
        /// What was named.
        path: String,
    },
    /// A key of `[file]` cannot be used.
    #[error("{path}: {reason}")]
    Format {
        /// The file.
        path: String,
        /// What is wrong with which key.
        reason: String,
    },
    /// Bytes that are no text in the encoding.
    #[error(
        "{path}: line {line} is not {encoding}; save the file as CSV UTF-8, or say its `encoding` in [file]"
    )]
    NotText {
        /// The file.
        path: String,
        /// The first line that is not, from 1.
        line: u64,
        /// What it should be.
        encoding: &'static str,
    },
    /// Lines in UTF-8 and lines in GB18030.
    #[error(
        "{path}: mixed encodings: line {utf8} is UTF-8, line {other} is not; save all parts in one encoding before they are put together"
    )]
    MixedEncodings {
        /// The file.
        path: String,
        /// The first line in UTF-8, from 1.
        utf8: u64,
        /// The first line that is not.
        other: u64,
    },
    /// A cell is larger than allowed.
    #[error("{path}: {}: a cell holds more than {limit} bytes; shorten it, close its quotation mark, or raise `cell_limit` in [file]", place(sheet, *row))]
    CellTooLong {
        /// The file.
        path: String,
        /// The sheet; empty in a CSV file.
        sheet: String,
        /// The row, from 1; 0 if not known.
        row: u64,
        /// The limit.
        limit: usize,
    },
    /// The cells of a row are larger together than allowed.
    #[error("{path}: {}: the row holds more than {limit} bytes; check for a quotation mark that is not closed", place(sheet, *row))]
    RowTooLong {
        /// The file.
        path: String,
        /// The sheet; empty in a CSV file.
        sheet: String,
        /// The row, from 1.
        row: u64,
        /// The limit.
        limit: usize,
    },
    /// Unpacked it would be larger than allowed.
    #[error(
        "{path}: would unpack to too much: {reason}; save the sheets needed as a new workbook or as CSV"
    )]
    Bomb {
        /// The file.
        path: String,
        /// Which limit it breaks.
        reason: String,
    },
    /// It is called a workbook and is none.
    #[error(
        "{path}: is no workbook: {reason}; open it in a spreadsheet program and save it as .xlsx or CSV UTF-8"
    )]
    NoWorkbook {
        /// The file.
        path: String,
        /// What it is instead.
        reason: String,
    },
    /// A workbook with a password.
    #[error("{path}: is encrypted; open it with its password and save it without one")]
    Encrypted {
        /// The file.
        path: String,
    },
    /// The file ends too early.
    #[error("{path}: is cut off: {reason}; get the whole file again")]
    Truncated {
        /// The file.
        path: String,
        /// Where.
        reason: String,
    },
    /// A workbook that cannot be understood.
    #[error("{path}: is damaged: {reason}; open it in a spreadsheet program and save it anew")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// No row has the columns that the mapping names.
    #[error("{0}")]
    NoHeader(Box<NoHeader>),
    /// A column that the mapping names is there twice.
    #[error("{path}: {}: column {column:?} is there twice; rename one", place(sheet, *row))]
    DuplicateColumn {
        /// The file.
        path: String,
        /// The sheet; empty in a CSV file.
        sheet: String,
        /// The header's last row.
        row: u64,
        /// The column.
        column: String,
    },
    /// A sheet that the mapping names is not there.
    #[error("{path}: has no sheet {sheet:?}; there are: {}; correct `sheets` in [file]", there.join(", "))]
    NoSheet {
        /// The file.
        path: String,
        /// The name or pattern.
        sheet: String,
        /// The sheets of the file.
        there: Vec<String>,
    },
    /// The file is not any more what it was.
    #[error("{path}: changed while it was read; import it again when nobody writes to it")]
    Changed {
        /// The file.
        path: String,
    },
}

/// The row that comes closest to a header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoHeader {
    /// The file.
    pub path: String,
    /// The sheet; empty in a CSV file.
    pub sheet: String,
    /// The row, from 1; 0 if there is none at all.
    pub row: u64,
    /// The row that the mapping says is the header, if it says so.
    pub wanted: Option<u64>,
    /// The columns that it lacks.
    pub lacks: Vec<String>,
    /// The columns that it has.
    pub there: Vec<String>,
}

impl fmt::Display for NoHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, lacks, there) = (&self.path, self.lacks.join(", "), self.there.join(", "));
        match (self.row, self.wanted) {
            (0, wanted) => write!(
                f,
                "{path}: there is no row {}, where the header should be; check that it is the right file",
                wanted.unwrap_or(1)
            ),
            (row, Some(_)) => write!(
                f,
                "{path}: {}, where the header should be, lacks {lacks}; it has: {there}; correct the columns or `header` in the mapping",
                place(&self.sheet, row)
            ),
            (row, None) => write!(
                f,
                "{path}: no row has all columns that the mapping names; {} comes closest and lacks {lacks}; it has: {there}; correct the columns, or say `header` in [file]",
                place(&self.sheet, row)
            ),
        }
    }
}

fn place(sheet: &str, row: u64) -> String {
    match (sheet, row) {
        ("", 0) => "somewhere".to_owned(),
        (sheet, 0) => format!("sheet {sheet}"),
        ("", row) => format!("row {row}"),
        (sheet, row) => format!("sheet {sheet}, row {row}"),
    }
}
