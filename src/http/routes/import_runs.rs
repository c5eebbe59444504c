//! Earlier imports: what they were, what they left open, taking them back.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use nianlun_aggregates::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::responses::{Read, Write};
use crate::http::access::{Principal, Right};
use crate::http::find::unknown;
use crate::http::page::{Page, Row};
use crate::http::problem::{CandidateBody, Kind, Problem};
use crate::http::query::Body;
use crate::http::reading::{ListParams, Reading};
use crate::http::service::Service;
use crate::import::books::{self, Question, Run, RunKind};
use crate::import::{UndoError, Undone, undo as undo_run};

/// A run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunRow {
    /// Its id.
    run: String,
    /// When it began.
    #[schema(format = DateTime)]
    began: String,
    /// When it ended; absent if it runs or was broken off.
    #[schema(format = DateTime)]
    ended: Option<String>,
    /// `done`, `open` (it runs or was broken off), `taken-back`; `undo` of a run that took another back.
    state: &'static str,
    /// The source: the mapping's name.
    source: String,
    /// What its files are a version of.
    document: String,
    /// Its files.
    files: Vec<String>,
    /// Rows read.
    rows: u64,
    /// Events recorded.
    events: u64,
    /// Row errors.
    errors: u64,
    /// Who ran it.
    actor: String,
    /// The run that took it back.
    undone_by: Option<String>,
}

impl Row for RunRow {
    const COLUMNS: &'static [&'static str] = &[
        "run",
        "began",
        "ended",
        "state",
        "source",
        "document",
        "files",
        "rows",
        "events",
        "errors",
        "actor",
        "undone_by",
    ];
}

/// A run with its files, its counts and its mapping as it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunBody {
    /// Its id.
    run: String,
    /// As in the list.
    state: &'static str,
    /// The source: the mapping's name.
    source: String,
    /// What its files are a version of.
    document: String,
    /// When it began.
    #[schema(format = DateTime)]
    began: String,
    /// When it ended; absent if it runs or was broken off.
    #[schema(format = DateTime)]
    ended: Option<String>,
    /// Who ran it.
    actor: String,
    /// Its files.
    files: Vec<FileBody>,
    /// Rows, events, errors and the like.
    counts: BTreeMap<String, u64>,
    /// The run that took it back.
    undone_by: Option<String>,
    /// The mapping, TOML; of an undo, none.
    mapping: String,
}

/// A file of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileBody {
    /// Its name.
    name: String,
    /// Of its bytes, in hexadecimal.
    sha256: String,
}

/// A row of which it is open who it is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionRow {
    /// The source.
    source: String,
    /// What the row says of who it is about, by scheme.
    says: BTreeMap<String, String>,
    /// Why it is asked.
    reason: String,
    /// Who it might be, with why.
    candidates: Vec<QuestionCandidate>,
    /// Where it was met first.
    file: String,
    /// The sheet; empty if the file has none.
    sheet: String,
    /// The row, as a person counts it.
    row: u64,
    /// The run that met it last.
    run: String,
}

/// A company that a row may mean.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionCandidate {
    /// The company.
    #[schema(format = Uuid)]
    company: String,
    /// Why it is one.
    reason: String,
}

impl Row for QuestionRow {
    const COLUMNS: &'static [&'static str] = &[
        "source",
        "says",
        "reason",
        "candidates",
        "file",
        "sheet",
        "row",
        "run",
    ];
}

/// Why a run is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoRunBody {
    /// Why.
    because: String,
}

/// What taking a run back did.
#[derive(Debug, Serialize, ToSchema)]
pub struct UndoneBody {
    /// The run that did it: taking that back restores what it took back.
    run: String,
    /// Events taken back.
    events: u64,
    /// Records touched.
    records: u64,
}

/// All runs, the earliest first.
#[utoipa::path(
    get,
    path = "/imports",
    operation_id = "listImports",
    tag = "imports",
    params(ListParams),
    responses(
        (status = 200, description = "Runs", content(
            (Page<RunRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn list(reading: Reading, principal: Principal) -> Result<Response, Problem> {
    principal.must(Right::Inspect)?;
    let runs = books::runs(reading.service.store.as_ref()).await?;
    let rows: Vec<_> = runs.into_iter().map(row).collect();
    reading.list(&rows, vec![])
}

/// A run: its files, its counts, its mapping as it was.
#[utoipa::path(
    get,
    path = "/imports/{run}",
    operation_id = "showImport",
    tag = "imports",
    params(("run" = String, Path, description = "The run's id, or the beginning of it that only one has")),
    responses((status = 200, description = "The run", body = RunBody), Read)
)]
pub async fn show(
    State(service): State<Service>,
    principal: Principal,
    Path(word): Path<String>,
) -> Result<axum::Json<RunBody>, Problem> {
    principal.must(Right::Inspect)?;
    let run = one(&service, &word).await?;
    let files = run.files.iter().map(|(name, sha256)| FileBody {
        name: name.clone(),
        sha256: sha256.clone(),
    });
    Ok(axum::Json(RunBody {
        state: state(&run),
        files: files.collect(),
        run: run.run,
        source: run.source,
        document: run.document,
        began: run.began,
        ended: run.ended,
        actor: run.actor,
        counts: run.counts,
        undone_by: run.undone_by,
        mapping: run.mapping,
    }))
}

/// Takes back all that a run recorded and that still stands, or nothing.
#[utoipa::path(
    post,
    path = "/imports/{run}/undo",
    operation_id = "undoImport",
    tag = "imports",
    params(("run" = String, Path, description = "The run's id, or the beginning of it that only one has")),
    request_body = UndoRunBody,
    responses((status = 201, description = "Taken back", body = UndoneBody), Write)
)]
pub async fn undo(
    State(service): State<Service>,
    principal: Principal,
    Path(word): Path<String>,
    Body { says: body, .. }: Body<UndoRunBody>,
) -> Result<Response, Problem> {
    principal.must(Right::Import)?;
    let because = Text::new(&body.because).map_err(|error| {
        Problem::new(Kind::InvalidEvent, error.to_string())
            .of("because", &body.because)
            .mend("say why")
    })?;
    let run = one(&service, &word).await?.run;
    // A run that goes on meanwhile would be taken back by half.
    let alone = service.imports.alone()?;
    let (within, runtime) = (service.clone(), tokio::runtime::Handle::current());
    // As an import, on a thread of its own; and whoever hangs up does not stop it.
    let taking = move || {
        let _alone = alone;
        runtime.block_on(taken_back(&within, &run, &principal, &because))
    };
    let undone = tokio::task::spawn_blocking(taking).await;
    let undone = undone.map_err(Problem::internal)??;
    service.projector.wake();
    let location = format!("/api/v1/imports/{}", undone.run);
    let body = UndoneBody {
        run: undone.run,
        events: undone.events,
        records: undone.streams,
    };
    let mut response = (StatusCode::CREATED, axum::Json(body)).into_response();
    let location = HeaderValue::from_str(&location).map_err(Problem::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

async fn taken_back(
    service: &Service,
    run: &str,
    principal: &Principal,
    because: &Text,
) -> Result<Undone, Problem> {
    // What stands on the run is looked for in the log.
    service.current().await?;
    let Principal { actor, token, .. } = principal;
    Ok(undo_run(&service.store, run, actor, token.as_deref(), because).await?)
}

/// Rows of which it is open who they are about, with the candidates.
#[utoipa::path(
    get,
    path = "/imports/questions",
    operation_id = "listImportQuestions",
    tag = "imports",
    params(ListParams),
    responses(
        (status = 200, description = "Questions", content(
            (Page<QuestionRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn questions(reading: Reading) -> Result<Response, Problem> {
    let questions = books::questions(reading.service.store.as_ref(), None).await?;
    let rows: Vec<_> = questions.into_iter().map(question).collect();
    reading.list(&rows, vec![])
}

fn question(question: Question) -> QuestionRow {
    let candidates = question.candidates.into_iter();
    let (file, sheet, row) = question.place;
    QuestionRow {
        source: question.source,
        says: question.says,
        reason: question.reason,
        candidates: candidates
            .map(|candidate| QuestionCandidate {
                company: candidate.company.to_string(),
                reason: candidate.reason,
            })
            .collect(),
        file,
        sheet,
        row,
        run: question.run,
    }
}

fn row(run: Run) -> RunRow {
    let count = |name: &str| run.counts.get(name).copied().unwrap_or_default();
    RunRow {
        state: state(&run),
        files: run.files.iter().map(|(name, _)| name.clone()).collect(),
        rows: count("rows"),
        events: count("events"),
        errors: count("errors"),
        run: run.run,
        began: run.began,
        ended: run.ended,
        source: run.source,
        document: run.document,
        actor: run.actor,
        undone_by: run.undone_by,
    }
}

const fn state(run: &Run) -> &'static str {
    match (run.kind, &run.undone_by, &run.ended) {
        (_, Some(_), _) => "taken-back",
        (RunKind::Undo, _, _) => "undo",
        (_, _, Some(_)) => "done",
        (_, _, None) => "open",
    }
}

/// The run that a word means: its id, or the beginning of it that only one has.
async fn one(service: &Service, word: &str) -> Result<Run, Problem> {
    let runs = books::runs(service.store.as_ref()).await?;
    let mut fitting: Vec<_> = runs
        .into_iter()
        .filter(|run| !word.is_empty() && run.run.starts_with(word))
        .collect();
    match (fitting.pop(), fitting.len()) {
        (Some(run), 0) => Ok(run),
        (None, _) => Err(unknown("run", word).mend("/api/v1/imports lists those there are")),
        (Some(last), more) => {
            let detail = format!("{} runs begin so", more + 1);
            fitting.push(last);
            let candidates = fitting.into_iter().map(|run| CandidateBody {
                id: run.run,
                name: run.document,
            });
            Err(Problem::new(Kind::Ambiguous, detail)
                .of("run", word)
                .candidates(candidates.collect())
                .mend("write more of the run"))
        }
    }
}

impl From<UndoError> for Problem {
    fn from(error: UndoError) -> Self {
        let detail = error.to_string();
        match error {
            UndoError::Import(error) => error.into(),
            UndoError::NoSuchRun { run } => unknown("run", &run),
            UndoError::Undone { .. } | UndoError::StoodOn { .. } => {
                Self::new(Kind::Refused, detail)
            }
        }
    }
}
