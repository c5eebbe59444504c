//! The pages of the kinds of problems: what a problem's `type` points to.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::http::find::unknown;
use crate::http::problem::{Kind, Problem};

macro_rules! pages {
    ($($code:literal),* $(,)?) => {
        &[$(($code, include_str!(concat!("../../../docs/problems/", $code, ".md")))),*]
    };
}

const PAGES: &[(&str, &str)] = pages![
    "malformed-request",
    "unknown-parameter",
    "unauthenticated",
    "forbidden",
    "not-found",
    "method-not-allowed",
    "not-acceptable",
    "timed-out",
    "ambiguous",
    "refused",
    "contradiction",
    "identifier-taken",
    "contended",
    "precondition-failed",
    "payload-too-large",
    "unsupported-media-type",
    "invalid-event",
    "invalid-file",
    "idempotency-mismatch",
    "rate-limited",
    "internal",
    "overloaded",
    "unavailable",
    "not-yet",
    "not-ready",
];

/// The page of a kind.
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    let page = PAGES.iter().find(|(known, _)| *known == code);
    page.map(|(_, page)| *page)
}

/// What a kind of problem means, and what to do about it.
#[utoipa::path(
    get,
    path = "/problems/{code}",
    operation_id = "showProblem",
    tag = "service",
    params(("code" = String, Path, description = "The last part of a problem's `type`")),
    responses(
        (status = 200, description = "Its page", body = String, content_type = "text/markdown"),
        super::responses::Read
    )
)]
pub async fn show(Path(code): Path<String>) -> Result<Response, Problem> {
    let page = page(&code).ok_or_else(|| {
        let known: Vec<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        unknown("problem", &code).mend(format!("there are: {}", known.join(", ")))
    })?;
    Ok((
        [(header::CONTENT_TYPE, "text/markdown; charset=utf-8")],
        page,
    )
        .into_response())
}
