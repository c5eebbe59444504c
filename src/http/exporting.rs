//! What every export takes, and how its file is sent: written to a temporary file first, so that what goes wrong on the way is
//! answered with a problem and not with half a file, and then sent piece by piece.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use tempfile::TempDir;
use utoipa::{IntoParams, ToSchema};

use super::access::{Principal, Right};
use super::find::place;
use super::finish::Streamed;
use super::problem::{Kind, Problem};
use super::query::Query;
use super::reading::{PointParams, after, day, preferred};
use super::service::Service;
use crate::export::{ExportError, FileForm, Headings, Target, Writer};
use crate::query::{Directory, Point, known_at};
use crate::store::{KnownAt, StreamId};
use nianlun_projections::Subject;

/// Bytes sent at once.
const PIECE: usize = 1 << 16;

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OutParams {
    /// The form; if not given, what `Accept` prefers of `text/csv`,
    /// `application/vnd.openxmlformats-officedocument.spreadsheetml.sheet` and `application/x-ndjson`.
    #[param(inline)]
    format: Option<ExportFormat>,
    /// Headings of CSV and XLSX: codes for programs, or names for people.
    #[serde(default)]
    #[param(inline, default = "code")]
    headings: ExportHeadings,
    /// CSV without the mark by which Excel knows UTF-8.
    #[serde(default)]
    no_bom: bool,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// RFC 4180, UTF-8
    Csv,
    /// A workbook
    Xlsx,
    /// JSON lines: an object a line
    Jsonl,
}

impl ExportFormat {
    const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Jsonl => "application/x-ndjson",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Jsonl => "jsonl",
        }
    }
}

/// Which headings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportHeadings {
    /// Codes, stable
    #[default]
    Code,
    /// 中文
    Zh,
    /// English
    En,
}

/// Whose events or facts; all if nobody is named.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhoseParams {
    /// Only of this company: its id, `usci:…`, `scheme:id`, or a name that only one has; may be given again.
    #[serde(default)]
    company: Vec<String>,
    /// Only of this carrier: its code, or a name that only one has; may be given again.
    #[serde(default)]
    carrier: Vec<String>,
    /// Only of this cluster: its code, or a name that only one has; may be given again.
    #[serde(default)]
    cluster: Vec<String>,
}

/// An export that is asked for.
pub struct Exporting {
    /// The service.
    pub service: Service,
    /// The point. What is known now is held fast, so that all pages of an export know the same.
    pub point: Point,
    /// Whether a day was named.
    pub of_a_day: bool,
    format: ExportFormat,
    headings: Headings,
    mark: bool,
    /// The log position that the facts are at, at the least.
    position: u64,
}

/// A file that is being written.
pub struct Draft {
    folder: TempDir,
    path: PathBuf,
    /// Where its rows go.
    pub writer: Writer,
}

impl FromRequestParts<Service> for Exporting {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let principal = Principal::from_request_parts(parts, service).await?;
        principal.must(Right::Read)?;
        let Query(asked) = Query::<PointParams>::from_request_parts(parts, service).await?;
        let Query(out) = Query::<OutParams>::from_request_parts(parts, service).await?;
        let format = format(&parts.headers, out.format)?;
        if let Some(position) = asked.min_position {
            service.reach(position).await?;
        }
        if let Some(event) = &asked.after_event {
            after(service, event).await?;
        }
        let position = service.projector.reached().borrow().facts;
        let known = match &asked.known_at {
            Some(text) => known_at(text, &service.zone)?,
            None => KnownAt::Position(position),
        };
        let wanted = asked
            .as_of
            .as_deref()
            .map(|text| day("as_of", text))
            .transpose()?;
        Ok(Self {
            point: Point {
                day: wanted.map_or_else(|| service.today(), Ok)?,
                known,
            },
            of_a_day: wanted.is_some(),
            format,
            headings: match out.headings {
                ExportHeadings::Code => Headings::Codes,
                ExportHeadings::Zh => Headings::Zh,
                ExportHeadings::En => Headings::En,
            },
            mark: !out.no_bom,
            position,
            service: service.clone(),
        })
    }
}

/// The form that is asked for, or that `Accept` prefers; CSV if anything will do.
fn format(headers: &HeaderMap, asked: Option<ExportFormat>) -> Result<ExportFormat, Problem> {
    if let Some(format) = asked {
        return Ok(format);
    }
    let format = |media: &str| match media {
        "text/csv" | "text/*" | "*/*" => Some(ExportFormat::Csv),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => {
            Some(ExportFormat::Xlsx)
        }
        "application/x-ndjson" | "application/jsonl" | "application/*" => Some(ExportFormat::Jsonl),
        _ => None,
    };
    let preferred = preferred(headers, format).map_err(|accept| {
        Problem::new(Kind::NotAcceptable, "an export is CSV, XLSX or JSON lines")
            .of("accept", accept)
            .mend("say format=csv, format=xlsx or format=jsonl")
    })?;
    Ok(preferred.unwrap_or(ExportFormat::Csv))
}

impl Exporting {
    /// Whether a workbook is wanted.
    #[must_use]
    pub fn is_workbook(&self) -> bool {
        self.format == ExportFormat::Xlsx
    }

    /// Begins the file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn begin(&self) -> Result<Draft, Problem> {
        let headings = self.headings;
        let form = match self.format {
            ExportFormat::Csv => FileForm::Csv {
                mark: self.mark,
                headings,
            },
            ExportFormat::Xlsx => FileForm::Xlsx { headings },
            ExportFormat::Jsonl => FileForm::JsonLines,
        };
        let folder = tempfile::tempdir().map_err(Problem::internal)?;
        let path = folder.path().join("export");
        let target = Target::File {
            path: path.clone(),
            force: false,
        };
        Ok(Draft {
            writer: Writer::open(form, target)?,
            folder,
            path,
        })
    }

    /// Ends the file and sends it.
    ///
    /// # Errors
    /// If it cannot be written or read again.
    pub fn answer(&self, name: &str, draft: Draft) -> Result<Response, Problem> {
        let rows = draft.writer.finish()?;
        let file = File::open(&draft.path).map_err(Problem::internal)?;
        let length = file.metadata().map_err(Problem::internal)?.len();
        // Open, it can be read to its end after its name is gone.
        drop(draft.folder);
        let mut response = sent(file).into_response();
        let ending = self.format.ending();
        let disposition = format!("attachment; filename=\"{name}.{ending}\"");
        let disposition = HeaderValue::from_str(&disposition).map_err(Problem::internal)?;
        let headers = response.headers_mut();
        let media = HeaderValue::from_static(self.format.media());
        headers.insert(header::CONTENT_TYPE, media);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        headers.insert(header::CONTENT_DISPOSITION, disposition);
        let vary = HeaderValue::from_static("accept, authorization");
        headers.insert(header::VARY, vary);
        let private = HeaderValue::from_static("private, no-store");
        headers.insert(header::CACHE_CONTROL, private);
        headers.insert("nianlun-position", HeaderValue::from(self.position));
        headers.insert("nianlun-rows", HeaderValue::from(rows));
        response.extensions_mut().insert(Streamed);
        Ok(response)
    }

    /// The streams that are meant; none if all are.
    ///
    /// # Errors
    /// [`Kind::NotFound`], [`Kind::Ambiguous`].
    pub async fn streams(&self, whose: &WhoseParams) -> Result<Vec<StreamId>, Problem> {
        let mut streams = vec![];
        for word in &whose.company {
            let id = self.service.company(word, self.point).await?;
            let subject = Subject::Company;
            streams.push(StreamId { subject, id });
        }
        if !(whose.carrier.is_empty() && whose.cluster.is_empty()) {
            let store = self.service.store.as_ref();
            let directory = Directory::load(store, self.point).await?;
            let carriers = whose.carrier.iter().map(|word| (Subject::Carrier, word));
            let clusters = whose.cluster.iter().map(|word| (Subject::Cluster, word));
            for (subject, word) in carriers.chain(clusters) {
                let id = place(&directory, subject, word)?;
                streams.push(StreamId { subject, id });
            }
        }
        streams.sort_unstable_by_key(|stream| (stream.subject.as_str(), stream.id));
        streams.dedup();
        Ok(streams)
    }
}

/// A file as a body, read as fast as it is taken.
fn sent(file: File) -> Body {
    let pieces = stream::try_unfold(file, |mut file| async {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece)?;
            piece.truncate(read);
            Ok::<_, std::io::Error>((Bytes::from(piece), file))
        });
        let (piece, file) = read.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>((!piece.is_empty()).then_some((piece, file)))
    });
    Body::from_stream(pieces)
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::TooLong {
                row,
                column,
                characters,
                limit,
            } => {
                let detail = format!(
                    "row {row}, column {column}: {characters} characters, and a cell of a workbook holds {limit}"
                );
                Self::new(Kind::NotAcceptable, detail)
                    .of("format", "xlsx")
                    .mend("say format=csv or format=jsonl")
            }
            error => Self::internal(error),
        }
    }
}
