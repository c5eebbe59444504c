//! Imports of files, which run behind the request, and how far they are.

use std::collections::BTreeMap;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::responses::{Read, Upload as UploadResponses};
use crate::http::access::{Principal, Right};
use crate::http::find::unknown;
use crate::http::imports::{Job, State as Far, Wanted, issues as issues_of};
use crate::http::page::{Page, Row};
use crate::http::problem::{Kind, Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::reading::{ListParams, Reading, language};
use crate::http::service::Service;
use crate::http::upload::Upload;
use crate::identity::Resolutions;
use crate::import::{Issue, Mapping, Options, Report, Severity};
use crate::lang::Lang;

/// The parts of the form beside the files.
const PARTS: [&str; 6] = [
    "mapping",
    "resolutions",
    "dry_run",
    "strict",
    "retract_missing",
    "document",
];

/// A form with files and their mapping. What is asked besides can stand here or in the query.
#[derive(ToSchema)]
#[expect(dead_code, reason = "its parts are read one by one as they come")]
pub struct ImportForm {
    /// CSV, XLSX or XLS files; the part may come again.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
    /// The mapping, TOML.
    mapping: String,
    /// Answers to who rows are about, TOML; they are kept.
    #[schema(required = false)]
    resolutions: String,
    /// As in the query.
    #[schema(required = false)]
    dry_run: bool,
    /// As in the query.
    #[schema(required = false)]
    strict: bool,
    /// As in the query.
    #[schema(required = false)]
    retract_missing: bool,
    /// As in the query.
    #[schema(required = false)]
    document: String,
}

/// What is asked besides.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportParams {
    /// Write nothing; the report shows what would be recorded, refused and flagged.
    dry_run: Option<bool>,
    /// All or nothing: one row error, and nothing is written.
    strict: Option<bool>,
    /// Take back what no longer stands in a file of which an earlier version was imported.
    retract_missing: Option<bool>,
    /// What the files are a version of; their names if not given.
    document: Option<String>,
}

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

/// Imports files. They are taken, and imported behind the request: one import at a time, eight wait at most.
#[utoipa::path(
    post,
    path = "/imports",
    operation_id = "importFiles",
    tag = "imports",
    params(ImportParams),
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses(
        (status = 202, description = "Taken; `Location` tells how far it is", body = JobBody),
        UploadResponses
    )
)]
pub async fn start(
    State(service): State<Service>,
    principal: Principal,
    Query(params): Query<ImportParams>,
    request: Request,
) -> Result<Response, Problem> {
    principal.must(Right::Import)?;
    let lang = language(request.headers());
    // Before the files are read: what cannot be imported need not come.
    let place = service.imports.place()?;
    let mut upload = Upload::read(request, &service.settings, &PARTS).await?;
    let options = options(params, &mut upload)?;
    let mapping = upload.take("mapping").ok_or_else(|| {
        Problem::new(Kind::MalformedRequest, "no mapping came")
            .of("mapping", "")
            .mend("send it as the part `mapping`; /api/v1/imports/suggestions suggests one")
    })?;
    let mapping = Mapping::read(&mapping)?;
    let resolutions = upload.take("resolutions");
    let resolutions = resolutions.map_or(Ok(Resolutions::default()), |text| resolved(&text))?;
    let wanted = Wanted {
        upload,
        mapping,
        options,
        answers: resolutions.answers,
        actor: principal.actor,
    };
    let job = service.imports.add(place, wanted);
    let location = format!("/api/v1/imports/jobs/{}", job.id);
    let mut response = (StatusCode::ACCEPTED, axum::Json(JobBody::new(&job, lang))).into_response();
    let location = HeaderValue::from_str(&location).map_err(Problem::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
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

/// What is asked besides, in the query or in the form.
fn options(params: ImportParams, upload: &mut Upload) -> Result<Options, Problem> {
    Ok(Options {
        dry_run: flag("dry_run", params.dry_run, upload)?,
        strict: flag("strict", params.strict, upload)?,
        retract_missing: flag("retract_missing", params.retract_missing, upload)?,
        document: once("document", params.document, upload)?,
        answers: vec![],
    })
}

fn flag(name: &str, asked: Option<bool>, upload: &mut Upload) -> Result<bool, Problem> {
    let text = once(name, asked.map(|asked| asked.to_string()), upload)?;
    match text.as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(
            Problem::new(Kind::MalformedRequest, "this is neither true nor false")
                .of(name, other)
                .mend("write true or false"),
        ),
    }
}

fn once(name: &str, asked: Option<String>, upload: &mut Upload) -> Result<Option<String>, Problem> {
    match (asked, upload.take(name)) {
        (Some(_), Some(part)) => Err(Problem::new(
            Kind::MalformedRequest,
            "it stands in the query and in the form",
        )
        .of(name, part)
        .mend("say it once")),
        (query, part) => Ok(query.or(part)),
    }
}

fn resolved(text: &str) -> Result<Resolutions, Problem> {
    let of = |detail: String| Problem::new(Kind::InvalidFile, detail).of("resolutions", "");
    let resolutions = Resolutions::read(text).map_err(|error| of(error.to_string()))?;
    if !resolutions.is_only_answers() {
        return Err(of("an import takes answers only".to_owned()).mend(
            "send [[answer]] tables; merge, split and move records at /api/v1/identity first",
        ));
    }
    Ok(resolutions)
}

impl JobBody {
    fn new(job: &Job, lang: Lang) -> Self {
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
