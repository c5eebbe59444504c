//! How an export can fail.

use crate::store::StoreError;

/// Why an export was not written. The file that it was to become is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The target exists.
    #[error("{path} exists; name another with --out, or write over it with --force")]
    Exists {
        /// The target.
        path: String,
    },
    /// The target is a folder, a device or the like.
    #[error(
        "{path} is no file; name a file with --out, or leave --out out and redirect the output"
    )]
    NotAFile {
        /// The target.
        path: String,
    },
    /// The file cannot be written.
    #[error("{path} cannot be written: {reason}; nothing was left behind")]
    File {
        /// The target.
        path: String,
        /// Why.
        reason: String,
    },
    /// A workbook has no room for a text.
    #[error(
        "row {row}, column {column}: {characters} characters, and a cell of a workbook holds {limit}; export csv or jsonl"
    )]
    TooLong {
        /// The row, the header being row 1.
        row: u64,
        /// The column's code.
        column: String,
        /// How long the text is.
        characters: usize,
        /// How long it may be.
        limit: usize,
    },
    /// Standard output cannot be written.
    #[error("cannot write the output: {0}")]
    Output(#[source] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
