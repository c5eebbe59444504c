//! What is told of every request: its id, a line of the log, the figures.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use super::access::Principal;
use super::finish::RequestId;
use super::limits::{ALWAYS, writes};
use super::problem::Kind;
use crate::telemetry::metrics;

const ID: HeaderName = HeaderName::from_static("x-request-id");

/// Who asks, once it is known.
#[derive(Clone, Default)]
struct Actor(Arc<OnceLock<String>>);

/// Gives the request its id, logs and counts it.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let id = given(request.headers()).unwrap_or_else(|| Uuid::now_v7().to_string());
    let method = known(request.method());
    let command = writes(request.method());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("none", MatchedPath::as_str);
    let actor = Actor::default();
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(actor.clone());
    let span = tracing::info_span!("request", id, method, route);
    // What is asked for may name persons.
    tracing::debug!(parent: &span, uri = %request.uri(), "comes");
    let started = Instant::now();
    let running = metrics::running();
    let mut response = next.run(request).instrument(span.clone()).await;
    drop(running);
    let took = started.elapsed();
    let status = response.status().as_u16();
    let problem = response.extensions().get::<Kind>().map(|kind| kind.code());
    metrics::answered(route, method, status, took);
    if command && matched.is_some() {
        metrics::command(problem.unwrap_or("accepted"));
    }
    let actor = actor.0.get().map_or("", String::as_str);
    let milliseconds = took.as_secs_f64() * 1_000.0;
    if ALWAYS.contains(&route) {
        tracing::debug!(parent: &span, status, milliseconds, "answered");
    } else {
        let problem = problem.unwrap_or("");
        tracing::info!(parent: &span, status, milliseconds, actor, problem, "answered");
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(ID, id);
    }
    response
}

/// Tells the log who asks; below [`super::admit`], which finds out.
pub async fn note_actor(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    if let (Some(Actor(actor)), Some(principal)) = (extensions.get(), extensions.get::<Principal>())
    {
        // It is empty until here.
        let _ = actor.set(principal.actor.clone());
    }
    next.run(request).await
}

/// The id that the caller gave it, if it does no harm in a log.
fn given(headers: &HeaderMap) -> Option<String> {
    const LONGEST: usize = 128;
    let id = headers.get(ID)?.to_str().ok()?;
    let well_formed = (1..=LONGEST).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    well_formed.then(|| id.to_owned())
}

/// Anybody can make up methods; figures are kept of these only.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
