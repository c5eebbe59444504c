//! What an import did, and what it could not use.

use std::collections::BTreeMap;

/// How bad an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something was not recorded.
    Error,
    /// Something was mended or left out, and the row was used.
    Notice,
}

/// Something about a row that a person should know: what, where and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issue {
    /// The row, the header being row 1.
    pub row: u64,
    /// How bad.
    pub severity: Severity,
    /// The column or field; empty if the row as a whole is meant.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What is wrong with it, and the mend where there is one.
    pub reason: String,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The run.
    pub run: String,
    /// SHA-256 of the file.
    pub digest: String,
    /// Rows read.
    pub rows: u64,
    /// Events recorded.
    pub events: u64,
    /// Companies, carriers and clusters that were new.
    pub new_subjects: u64,
    /// Events that stood there already.
    pub already: u64,
    /// Contradictions recorded, by code.
    pub contradictions: BTreeMap<String, u64>,
    /// What to know of rows, in their order.
    pub issues: Vec<Issue>,
}

impl Report {
    /// Takes in what a part of the run came to.
    pub(super) fn add(&mut self, part: Self) {
        self.events += part.events;
        self.new_subjects += part.new_subjects;
        self.already += part.already;
        self.issues.extend(part.issues);
        for (code, count) in part.contradictions {
            *self.contradictions.entry(code).or_default() += count;
        }
    }

    /// Issues that kept something from being recorded.
    pub fn errors(&self) -> impl Iterator<Item = &Issue> {
        self.issues
            .iter()
            .filter(|issue| issue.severity == Severity::Error)
    }

    /// Issues that did not.
    pub fn notices(&self) -> impl Iterator<Item = &Issue> {
        self.issues
            .iter()
            .filter(|issue| issue.severity == Severity::Notice)
    }
}
