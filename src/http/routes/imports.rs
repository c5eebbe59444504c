//! Imports of files, which run behind the request.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::import_jobs::JobBody;
use super::responses::Upload as UploadResponses;
use crate::http::access::{Principal, Right};
use crate::http::imports::Wanted;
use crate::http::problem::{Kind, Problem};
use crate::http::query::Query;
use crate::http::reading::language;
use crate::http::service::Service;
use crate::http::upload::Upload;
use crate::identity::Resolutions;
use crate::import::{Mapping, Options};

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
        token: principal.token,
    };
    let job = service.imports.add(place, wanted);
    let location = format!("/api/v1/imports/jobs/{}", job.id);
    let mut response = (StatusCode::ACCEPTED, axum::Json(JobBody::new(&job, lang))).into_response();
    let location = HeaderValue::from_str(&location).map_err(Problem::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
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
