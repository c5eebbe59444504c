//! What an import did, and what it could not use.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::books::Question;

/// So many issues are kept with their words; more are only counted.
const KEPT: usize = 100_000;

/// So many lines are kept of what would be recorded.
const PREVIEWED: usize = 1_000;

/// How bad an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something was not recorded.
    Error,
    /// Something was mended or left out, and the row was used.
    Notice,
}

/// Something about a row that a person should know: what, where and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Issue {
    /// The file.
    pub file: Box<str>,
    /// The sheet; empty if the file has none.
    pub sheet: Box<str>,
    /// The row, as a person counts it; 0 if no row is meant.
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

/// An event that an import recorded or would record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The aggregate.
    pub subject: &'static str,
    /// Its id.
    pub id: String,
    /// The name by which the row knows it.
    pub name: String,
    /// The event, by its code; a correction or retraction by `corrected` or `retracted` before it.
    pub event: String,
    /// Its date as stated.
    pub on: String,
    /// The rows that say so.
    pub rows: String,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The run.
    pub run: String,
    /// SHA-256 of each file, by its name.
    pub files: Vec<(String, String)>,
    /// Rows read.
    pub rows: u64,
    /// Events recorded.
    pub events: u64,
    /// Of these, corrections of what an earlier version of the file said.
    pub corrected: u64,
    /// Of these, retractions of what no longer stands in the file.
    pub retracted: u64,
    /// Companies, carriers and clusters that were new.
    pub new_subjects: u64,
    /// Events that stood there already.
    pub already: u64,
    /// Events whose asserted time was moved, since their stream knew something later already (补录).
    pub clamped: u64,
    /// Contradictions recorded, by code.
    pub contradictions: BTreeMap<String, u64>,
    /// Events by type, in words.
    pub by_type: BTreeMap<String, u64>,
    /// Whether nothing was written: a preview, or a strict run with errors.
    pub nothing_written: bool,
    /// The first events, in the order of recording.
    pub preview: Vec<Preview>,
    /// Errors, all of them.
    pub error_count: u64,
    /// Notices, all of them.
    pub notice_count: u64,
    /// What to know of rows, in their order; the first hundred thousand.
    pub issues: Vec<Issue>,
    /// What a person must say of who rows are about.
    pub questions: Vec<Question>,
}

impl Report {
    /// Notes an issue.
    pub(super) fn tell(&mut self, issue: Issue) {
        match issue.severity {
            Severity::Error => self.error_count += 1,
            Severity::Notice => self.notice_count += 1,
        }
        if self.issues.len() < KEPT {
            self.issues.push(issue);
        }
    }

    /// Shows an event.
    pub(super) fn show(&mut self, preview: impl FnOnce() -> Preview) {
        if self.preview.len() < PREVIEWED {
            self.preview.push(preview());
        }
    }

    /// Takes in what a part of the run came to.
    pub(super) fn add(&mut self, part: Self) {
        self.events += part.events;
        self.corrected += part.corrected;
        self.retracted += part.retracted;
        self.new_subjects += part.new_subjects;
        self.already += part.already;
        self.clamped += part.clamped;
        self.error_count += part.error_count;
        self.notice_count += part.notice_count;
        let room = KEPT.saturating_sub(self.issues.len());
        self.issues.extend(part.issues.into_iter().take(room));
        self.questions.extend(part.questions);
        let room = PREVIEWED.saturating_sub(self.preview.len());
        self.preview.extend(part.preview.into_iter().take(room));
        for (code, count) in part.contradictions {
            *self.contradictions.entry(code).or_default() += count;
        }
        for (code, count) in part.by_type {
            *self.by_type.entry(code).or_default() += count;
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
