//! What the importer keeps about its runs beside the events (docs/import.md).

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::Day;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::store::{Store, StoreError};

const RUNS: &str = "import-run";
const LISTS: &str = "roster";
const LISTED: &str = "roster-company";
const QUESTIONS: &str = "question";
const ANSWERS: &str = "answer";

/// A run, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub run: String,
    /// What it did.
    pub kind: RunKind,
    /// The source: the mapping's name.
    pub source: String,
    /// What the file is a version of: its name, unless the caller says otherwise.
    pub document: String,
    /// Names and SHA-256 of the files.
    pub files: Vec<(String, String)>,
    /// The mapping, as it was.
    pub mapping: String,
    /// Who ran it.
    pub actor: String,
    /// When it began, RFC 3339.
    pub began: String,
    /// When it ended; `None` if it was broken off.
    pub ended: Option<String>,
    /// Where in the order of writing it began.
    pub mark: String,
    /// Rows, events, errors and the like, by name.
    pub counts: BTreeMap<String, u64>,
    /// The run that took it back.
    pub undone_by: Option<String>,
}

/// What a run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunKind {
    /// It imported files.
    Import,
    /// It took a run back.
    Undo,
}

/// A row that might be about several companies, or about none that it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The source.
    pub source: String,
    /// What the row says of who it is about, by scheme (`usci`, `name`, a source's scheme).
    pub says: BTreeMap<String, String>,
    /// Why it is asked.
    pub reason: String,
    /// Who it might be.
    pub candidates: Vec<Candidate>,
    /// Where it was met first: file, sheet, row.
    pub place: (String, String, u64),
    /// In which run it was met last.
    pub run: String,
}

/// A company that a row may mean.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Candidate {
    /// The company.
    pub company: Uuid,
    /// Why it is one.
    pub reason: String,
}

/// What a person said who a row is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The source.
    pub source: String,
    /// What the rows say, by scheme.
    pub says: BTreeMap<String, String>,
    /// The company; `None`: a company of its own.
    pub company: Option<Uuid>,
    /// Why.
    pub because: String,
    /// Who said so.
    pub actor: String,
}

fn written<T: Serialize>(value: &T) -> Result<Value, StoreError> {
    serde_json::to_value(value).map_err(|error| broken(String::new(), &error))
}

fn read<T: for<'de> Deserialize<'de>>(notes: Vec<(String, Value)>) -> Result<Vec<T>, StoreError> {
    let read = notes
        .into_iter()
        .map(|(name, value)| serde_json::from_value(value).map_err(|error| broken(name, &error)));
    read.collect()
}

fn broken(row: String, error: &serde_json::Error) -> StoreError {
    StoreError::Inconsistent {
        table: "notes",
        row,
        reason: error.to_string(),
    }
}

/// All runs, the earliest first.
///
/// # Errors
/// Those of the store.
pub async fn runs(store: &dyn Store) -> Result<Vec<Run>, StoreError> {
    read(store.notes(RUNS, "").await?)
}

/// Keeps a run.
///
/// # Errors
/// Those of the store.
pub async fn keep_run(store: &dyn Store, run: &Run) -> Result<(), StoreError> {
    store
        .keep_notes(RUNS, &[(run.run.clone(), written(run)?)])
        .await
}

/// Forgets a run that wrote nothing, and the lists that it brought.
///
/// # Errors
/// Those of the store.
pub async fn forget(store: &dyn Store, run: &Run) -> Result<(), StoreError> {
    drop_lists(store, &run.source, &run.run).await?;
    store.drop_notes(RUNS, std::slice::from_ref(&run.run)).await
}

/// The days of the lists that a source has given, by list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists(pub BTreeMap<String, BTreeSet<Day>>);

#[derive(Serialize, Deserialize)]
struct ListNote {
    list: String,
    day: Day,
    run: String,
}

/// When a company was seen in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The company.
    pub company: Uuid,
    /// First.
    pub first: Day,
    /// Last.
    pub last: Day,
}

/// The lists of a source, without those that runs brought which were broken off: these are yet to come.
///
/// # Errors
/// Those of the store.
pub async fn lists(
    store: &dyn Store,
    source: &str,
    broken_off: &BTreeSet<&str>,
) -> Result<Lists, StoreError> {
    let mut lists = Lists::default();
    for note in read::<ListNote>(store.notes(LISTS, &format!("{source}/")).await?)? {
        if !broken_off.contains(note.run.as_str()) {
            lists.0.entry(note.list).or_default().insert(note.day);
        }
    }
    Ok(lists)
}

/// Keeps the days of lists.
///
/// # Errors
/// Those of the store.
pub async fn keep_lists(
    store: &dyn Store,
    source: &str,
    lists: &Lists,
    run: &str,
) -> Result<(), StoreError> {
    let mut notes = vec![];
    for (list, days) in &lists.0 {
        for day in days {
            let note = ListNote {
                list: list.clone(),
                day: *day,
                run: run.to_owned(),
            };
            notes.push((format!("{source}/{list}/{day}"), written(&note)?));
        }
    }
    store.keep_notes(LISTS, &notes).await
}

/// Forgets the lists that a run brought.
///
/// # Errors
/// Those of the store.
pub async fn drop_lists(store: &dyn Store, source: &str, run: &str) -> Result<(), StoreError> {
    let mut names = vec![];
    for (name, value) in store.notes(LISTS, &format!("{source}/")).await? {
        let note: ListNote =
            serde_json::from_value(value).map_err(|error| broken(name.clone(), &error))?;
        if note.run == run {
            names.push(name);
        }
    }
    store.drop_notes(LISTS, &names).await
}

/// Who was ever in a list, with the first and last day: more may be kept than was recorded, never less.
///
/// # Errors
/// Those of the store.
pub async fn listed(store: &dyn Store, source: &str, list: &str) -> Result<Vec<Seen>, StoreError> {
    read(store.notes(LISTED, &format!("{source}/{list}/")).await?)
}

/// Keeps who was in a list.
///
/// # Errors
/// Those of the store.
pub async fn keep_listed(
    store: &dyn Store,
    source: &str,
    list: &str,
    seen: &[Seen],
) -> Result<(), StoreError> {
    let notes: Result<Vec<_>, StoreError> = seen
        .iter()
        .map(|seen| Ok((format!("{source}/{list}/{}", seen.company), written(seen)?)))
        .collect();
    store.keep_notes(LISTED, &notes?).await
}

/// Under what name a question and its answer are kept.
fn asked(source: &str, says: &BTreeMap<String, String>) -> String {
    let says: Vec<_> = says
        .iter()
        .map(|(scheme, value)| format!("{scheme}={value}"))
        .collect();
    format!("{source}/{}", says.join("&"))
}

/// The questions that are open, of one source or of all.
///
/// # Errors
/// Those of the store.
pub async fn questions(
    store: &dyn Store,
    source: Option<&str>,
) -> Result<Vec<Question>, StoreError> {
    let prefix = source.map(|source| format!("{source}/"));
    read(
        store
            .notes(QUESTIONS, prefix.as_deref().unwrap_or_default())
            .await?,
    )
}

/// Keeps questions.
///
/// # Errors
/// Those of the store.
pub async fn ask(store: &dyn Store, questions: &[Question]) -> Result<(), StoreError> {
    let notes: Result<Vec<_>, StoreError> = questions
        .iter()
        .map(|question| Ok((asked(&question.source, &question.says), written(question)?)))
        .collect();
    store.keep_notes(QUESTIONS, &notes?).await
}

/// The answers for a source.
///
/// # Errors
/// Those of the store.
pub async fn answers(store: &dyn Store, source: &str) -> Result<Vec<Answer>, StoreError> {
    read(store.notes(ANSWERS, &format!("{source}/")).await?)
}

/// Keeps answers; the questions that they answer are closed.
///
/// # Errors
/// Those of the store.
pub async fn answer(store: &dyn Store, answers: &[Answer]) -> Result<(), StoreError> {
    let name = |answer: &Answer| asked(&answer.source, &answer.says);
    let notes: Result<Vec<_>, StoreError> = answers
        .iter()
        .map(|answer| Ok((name(answer), written(answer)?)))
        .collect();
    store.keep_notes(ANSWERS, &notes?).await?;
    let mut closed = vec![];
    for (question, value) in store.notes(QUESTIONS, "").await? {
        let kept: Question =
            serde_json::from_value(value).map_err(|error| broken(question.clone(), &error))?;
        let answered = answers.iter().any(|answer| {
            answer.source == kept.source
                && answer
                    .says
                    .iter()
                    .all(|(scheme, value)| kept.says.get(scheme) == Some(value))
        });
        if answered {
            closed.push(question);
        }
    }
    store.drop_notes(QUESTIONS, &closed).await
}
