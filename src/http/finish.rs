//! The last hand on every answer: problems get their bodies, answers to GET their tags.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::problem::{Kind, Problem, of_status};
use super::reading::language;
use crate::hex::hex;

/// The sequence of the record that an answer shows: its tag begins with it.
#[derive(Clone, Copy, Debug)]
pub struct Sequence(pub u64);

/// Says that an answer has no end, or none that could be held.
#[derive(Clone, Copy, Debug)]
pub struct Streamed;

/// The id of a request, as the log names it.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The most that is held of an answer to find its tag, in bytes.
const HELD: usize = 64 << 20;

/// A layer's error text that is worth passing on, in bytes.
const TEXT: usize = 4_096;

/// Finishes answers.
pub async fn finish(request: Request, next: Next) -> Response {
    let lang = language(request.headers());
    let method = request.method().clone();
    let asked = request.headers().clone();
    let id = request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone());
    let mut response = next.run(request).await;
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => Some(problem),
        None => plain(&mut response).await,
    };
    if let Some(problem) = problem {
        let kind = problem.kind();
        let headers = std::mem::take(response.headers_mut());
        let mut answer = (kind.status(), axum::Json(problem.body(lang, id))).into_response();
        answer.extensions_mut().insert(kind);
        let media = HeaderValue::from_static("application/problem+json");
        for name in [header::RETRY_AFTER, header::WWW_AUTHENTICATE, header::ALLOW] {
            if let Some(value) = headers.get(&name) {
                answer.headers_mut().insert(name, value.clone());
            }
        }
        answer.headers_mut().insert(header::CONTENT_TYPE, media);
        answer.headers_mut().insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(lang.tag()),
        );
        return answer;
    }
    if method == Method::GET || method == Method::HEAD {
        return tagged(response, &asked).await;
    }
    response
}

/// The problem behind an error that a layer below answered with in its own words.
async fn plain(response: &mut Response) -> Option<Problem> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let body = std::mem::take(response.body_mut());
    let text = to_bytes(body, TEXT).await.unwrap_or_default();
    of_status(status, &String::from_utf8_lossy(&text))
}

/// An answer with its tag, or none if the reader has it already (RFC 9110 §13).
async fn tagged(response: Response, asked: &HeaderMap) -> Response {
    let streamed = response.extensions().get::<Streamed>().is_some();
    if response.status() != StatusCode::OK || streamed {
        return response;
    }
    let sequence = response.extensions().get::<Sequence>().copied();
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, HELD).await else {
        return Problem::new(Kind::Internal, "").into_response();
    };
    let digest = Sha256::digest(&bytes);
    let mut tag = String::from("\"");
    if let Some(Sequence(sequence)) = sequence {
        tag.push_str(&sequence.to_string());
        tag.push('.');
    }
    tag.push_str(&hex(&digest[..12]));
    tag.push('"');
    let vary = HeaderValue::from_static("accept, accept-language, authorization");
    parts.headers.insert(header::VARY, vary);
    parts
        .headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-cache"));
    if let Ok(value) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, value);
    }
    if has(asked, &tag) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Whether the reader has the answer with this tag. A compressing server in between may have weakened it.
fn has(asked: &HeaderMap, tag: &str) -> bool {
    let tags = asked.get_all(header::IF_NONE_MATCH).iter();
    tags.filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == tag || one == "*")
}
