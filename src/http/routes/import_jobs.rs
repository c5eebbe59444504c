//! How far imports are.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::responses::Read;
use crate::http::access::{Principal, Right};
use crate::http::find::unknown;
use crate::http::imports::{Job, State as Far, issues as issues_of};
use crate::http::page::{Page, Row};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::reading::{ListParams, Reading, language};
use crate::http::service::Service;
use crate::import::{Issue, Report, Severity};
use crate::lang::Lang;

/// An import and how far it is.
#[derive(Serialize, ToSchema)]
pub struct JobBody {
    /// Its id.
    #[schema(format = Uuid)]
    job: String,
    /// `waiting`, `reading`, `recording`, `done`, `failed`.
    #[schema(example = "recording")]
    state: &'static str,
    /// The mapping's name.
    source: String,
    /// What the sender called the files.
    files: Vec<String>,
    /// Whether nothing is written.
    dry_run: bool,
    /// Who imports.
    actor: String,
    /// When it was asked for.
    #[schema(format = DateTime)]
    asked: String,
    /// When its turn came.
    #[schema(format = DateTime)]
    began: Option<String>,
    /// When it ended.
    #[schema(format = DateTime)]
    ended: Option<String>,
    /// Rows read, or recorded, so far.
    rows: u64,
    /// Of how many; absent while they are being read.
    of: Option<u64>,
    /// Rows a second, of what it is doing; once it is done, over all.
    rate: Option<u64>,
    /// What it did, once it is done.
    report: Option<ReportBody>,
    /// Why it failed.
    problem: Option<ProblemBody>,
}

/// What an import did.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportBody {
    /// The run, as /api/v1/imports lists it.
    run: String,
    /// Whether nothing was written: a dry run, or a strict one with errors.
    nothing_written: bool,
    /// Rows read.
    rows: u64,
    /// Events recorded.
    events: u64,
    /// Of these, corrections of what an earlier version of the file said.
    corrected: u64,
    /// Of these, retractions of what no longer stands in the file.
    retracted: u64,
    /// Companies, carriers and clusters that were new.
    new_subjects: u64,
    /// Events that stood there already.
    already: u64,
    /// Events whose known time was moved, since their record knew something later already.
    clamped: u64,
    /// Row errors.
    errors: u64,
    /// Notices.
    notices: u64,
    /// Rows of which it is open who they are about.
    questions: u64,
    /// Contradictions recorded, by code.
    contradictions: BTreeMap<String, u64>,
    /// Events by type.
    by_type: BTreeMap<String, u64>,
    /// Of a dry run, the first thousand events that would be recorded.
    preview: Vec<PreviewBody>,
}

/// An event that would be recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewBody {
    /// The rows that say so.
    rows: String,
    /// `company`, `carrier` or `cluster`.
    subject: &'static str,
    /// Its id.
    id: String,
    /// The name by which the row knows it.
    name: String,
    /// The event.
    event: String,
    /// Its date as stated.
    on: String,
}

/// Something about a row.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssueRow {
    /// The file.
    file: String,
    /// The sheet; empty if the file has none.
    sheet: String,
    /// The row, as a person counts it; 0 if no row is meant.
    row: u64,
    /// `error`: something was not recorded; `notice`: the row was used.
    severity: &'static str,
    /// The column or field; empty if the row as a whole is meant.
    column: String,
    /// What stands there.
    value: String,
    /// What is wrong with it, and the mend where there is one.
    reason: String,
}

impl Row for IssueRow {
    const COLUMNS: &'static [&'static str] = &[
        "file", "sheet", "row", "severity", "column", "value", "reason",
    ];
}

/// How far an import is. The last twenty that are finished are kept, for a day.
#[utoipa::path(
    get,
    path = "/imports/jobs/{job}",
    operation_id = "showImportJob",
    tag = "imports",
    params(("job" = String, Path, description = "The id that the import was given")),
    responses((status = 200, description = "The import", body = JobBody), Read)
)]
pub async fn job(
    State(service): State<Service>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<axum::Json<JobBody>, Problem> {
    principal.must(Right::Inspect)?;
    let job = found(&service, &id)?;
    Ok(axum::Json(JobBody::new(&job, language(&headers))))
}

/// The row errors and notices of an import that is done; the first ten thousand are kept.
#[utoipa::path(
    get,
    path = "/imports/jobs/{job}/issues",
    operation_id = "listImportIssues",
    tag = "imports",
    params(("job" = String, Path, description = "The id that the import was given"), ListParams),
    responses(
        (status = 200, description = "Row errors and notices", content(
            (Page<IssueRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn issues(
    reading: Reading,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    principal.must(Right::Inspect)?;
    let now = found(&reading.service, &id)?.now();
    let kept = issues_of(&now);
    let rows: Vec<_> = kept.iter().map(IssueRow::new).collect();
    let mut notes = vec![];
    if let Far::Done(report) = &now.state {
        let more = (report.error_count + report.notice_count).saturating_sub(rows.len() as u64);
        if more > 0 {
            let what = reading
                .lang
                .pick("条只计数，未保留", "more are only counted");
            notes.push(format!("{more} {what}"));
        }
    }
    reading.list(&rows, notes)
}

fn found(service: &Service, id: &str) -> Result<std::sync::Arc<Job>, Problem> {
    service.imports.get(id).ok_or_else(|| {
        unknown("import", id).mend(
            "the last twenty finished imports are kept, for a day; /api/v1/imports lists all runs",
        )
    })
}

impl JobBody {
    /// Of an import, as it is now.
    pub fn new(job: &Job, lang: Lang) -> Self {
        let now = job.now();
        let elapsed = |since: std::time::Instant| match now.ended {
            Some((_, ended)) => ended.saturating_duration_since(since),
            None => since.elapsed(),
        };
        let (state, rows, of) = match &now.state {
            Far::Waiting => ("waiting", 0, None),
            Far::Reading(rows) => ("reading", *rows, None),
            Far::Recording(done, all) => ("recording", *done, Some(*all)),
            Far::Done(report) => ("done", report.rows, Some(report.rows)),
            Far::Failed(_) => ("failed", 0, None),
        };
        let since = match &now.state {
            Far::Waiting | Far::Failed(_) => None,
            Far::Reading(_) | Far::Recording(..) => Some(now.since),
            Far::Done(_) => now.began.map(|(_, began)| began),
        };
        let rate = since.and_then(|since| {
            let milliseconds = u64::try_from(elapsed(since).as_millis()).ok()?;
            rows.saturating_mul(1_000).checked_div(milliseconds)
        });
        let (report, problem) = match now.state {
            Far::Done(report) => (Some(ReportBody::new(&report, job.about.dry_run)), None),
            Far::Failed(problem) => (None, Some(problem.body(lang, None))),
            _ => (None, None),
        };
        Self {
            job: job.id.to_string(),
            state,
            source: job.about.source.clone(),
            files: job.about.files.clone(),
            dry_run: job.about.dry_run,
            actor: job.about.actor.clone(),
            asked: job.asked.to_string(),
            began: now.began.map(|(began, _)| began.to_string()),
            ended: now.ended.map(|(ended, _)| ended.to_string()),
            rows,
            of,
            rate,
            report,
            problem,
        }
    }
}

impl ReportBody {
    fn new(report: &Report, dry_run: bool) -> Self {
        let preview = report.preview.iter().filter(|_| dry_run);
        Self {
            run: report.run.clone(),
            nothing_written: report.nothing_written,
            rows: report.rows,
            events: report.events,
            corrected: report.corrected,
            retracted: report.retracted,
            new_subjects: report.new_subjects,
            already: report.already,
            clamped: report.clamped,
            errors: report.error_count,
            notices: report.notice_count,
            questions: report.questions.len() as u64,
            contradictions: report.contradictions.clone(),
            by_type: report.by_type.clone(),
            preview: preview
                .map(|event| PreviewBody {
                    rows: event.rows.clone(),
                    subject: event.subject,
                    id: event.id.clone(),
                    name: event.name.clone(),
                    event: event.event.clone(),
                    on: event.on.clone(),
                })
                .collect(),
        }
    }
}

impl IssueRow {
    fn new(issue: &Issue) -> Self {
        Self {
            file: issue.file.to_string(),
            sheet: issue.sheet.to_string(),
            row: issue.row,
            severity: match issue.severity {
                Severity::Error => "error",
                Severity::Notice => "notice",
            },
            column: issue.column.clone(),
            value: issue.value.clone(),
            reason: issue.reason.clone(),
        }
    }
}
