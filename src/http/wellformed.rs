//! What no request may be like, whatever its address: such are refused before anything of them is believed.

use axum::extract::Request;
use axum::http::{HeaderName, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;

use super::limits::writes;
use super::problem::{Kind, Problem};

/// Headers of which the second would be ignored.
const ONCE: [HeaderName; 4] = [
    header::HOST,
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::IF_MATCH,
];

/// Refuses what is not well formed.
pub async fn check(request: Request, next: Next) -> Response {
    match refused(&request) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

fn refused(request: &Request) -> Option<Problem> {
    let headers = request.headers();
    for name in ONCE {
        let count = headers.get_all(&name).iter().count();
        let lacking = count == 0 && name == header::HOST && request.version() == Version::HTTP_11;
        if count > 1 || lacking {
            let detail = format!("a request has one header {name}");
            let problem = Problem::new(Kind::MalformedRequest, detail).of(name.as_str(), "");
            return Some(problem.mend("send it once"));
        }
    }
    let path = Some(("path", request.uri().path()));
    let query = request.uri().query().map(|query| ("query", query));
    for (part, text) in path.into_iter().chain(query) {
        if let Some(detail) = illegible(text) {
            let problem = Problem::new(Kind::MalformedRequest, detail);
            return Some(
                problem
                    .of(part, text)
                    .mend("write it as UTF-8 in percent-encoding"),
            );
        }
    }
    let encoding = headers.get(header::CONTENT_ENCODING)?;
    if !writes(request.method()) || encoding.as_bytes().eq_ignore_ascii_case(b"identity") {
        return None;
    }
    let detail = "a body is taken as it is, and not compressed or otherwise encoded";
    let value = String::from_utf8_lossy(encoding.as_bytes());
    let problem = Problem::new(Kind::UnsupportedMediaType, detail).of("content-encoding", value);
    Some(problem.mend("send it without Content-Encoding"))
}

/// Why a part of an address cannot be read, if it cannot.
fn illegible(text: &str) -> Option<&'static str> {
    match percent_decode_str(text).decode_utf8() {
        Err(_) => Some("this is no UTF-8"),
        // No name has one, and a database need not take it.
        Ok(text) if text.contains('\0') => Some("there is a NUL character in it"),
        Ok(_) => None,
    }
}
