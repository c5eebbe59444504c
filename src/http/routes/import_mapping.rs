//! Before anything is imported: a mapping suggested for a file, and what a mapping can say.

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use nianlun_aggregates::Language;
use utoipa::ToSchema;

use super::responses::{Read, Upload as UploadResponses};
use crate::http::access::{Principal, Right};
use crate::http::problem::{Kind, Problem};
use crate::http::reading::language;
use crate::http::service::Service;
use crate::http::upload::Upload;
use crate::import::{SuggestError, mapping_schema, suggest};
use crate::lang::Lang;

/// A form with a file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the file is read as it comes")]
pub struct SuggestionForm {
    /// A CSV, XLSX or XLS file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Suggests a mapping for a file, with a comment on each column. Nothing is imported.
#[utoipa::path(
    post,
    path = "/imports/suggestions",
    operation_id = "suggestMapping",
    tag = "imports",
    request_body(content = SuggestionForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The mapping", body = String, content_type = "application/toml"),
        UploadResponses
    )
)]
pub async fn suggestion(
    State(service): State<Service>,
    principal: Principal,
    request: Request,
) -> Result<Response, Problem> {
    principal.must(Right::Import)?;
    let lang = match language(request.headers()) {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    };
    let upload = Upload::read(request, &service.settings, &[]).await?;
    let [file] = upload.files.as_slice() else {
        return Err(Problem::new(
            Kind::MalformedRequest,
            "a mapping is suggested for one file",
        )
        .of("file", upload.names().join(", "))
        .mend("send the files one by one"));
    };
    let file = file.clone();
    let suggested = tokio::task::spawn_blocking(move || suggest(&file, lang)).await;
    let mapping = suggested.map_err(Problem::internal)?.map_err(|error| {
        let detail = upload.reworded(&error.to_string());
        match error {
            SuggestError::Mapping(_) => Problem::internal(error),
            SuggestError::Source(_)
            | SuggestError::NoTable { .. }
            | SuggestError::Nobody { .. } => {
                Problem::new(Kind::InvalidFile, detail).of("file", upload.names().join(", "))
            }
        }
    })?;
    Ok(([(header::CONTENT_TYPE, "application/toml")], mapping).into_response())
}

/// The JSON Schema of mappings.
#[utoipa::path(
    get,
    path = "/imports/mapping-schema",
    operation_id = "showMappingSchema",
    tag = "imports",
    responses(
        (status = 200, description = "The schema", body = Object, content_type = "application/schema+json"),
        Read
    )
)]
pub async fn schema(principal: Principal) -> Result<Response, Problem> {
    principal.must(Right::Read)?;
    let media = "application/schema+json";
    Ok(([(header::CONTENT_TYPE, media)], mapping_schema()).into_response())
}
