//! How much the service takes on at once, and how long it waits for anybody: more is refused before memory grows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use tower_http::timeout::{TimeoutBody, TimeoutError};

use super::problem::{Kind, Problem};
use super::service::Service;

/// What is served however much there is to do: who watches the service must see that.
pub const ALWAYS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// What a service takes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once, each reader of the feed among them; who comes later waits in the system's queue.
    pub connections: usize,
    /// Requests at once.
    pub requests: usize,
    /// Of these, requests that write.
    pub writes: usize,
    /// The bytes of a request's head.
    pub head: usize,
    /// How long a head may take to come, and before it the handshake of TLS.
    pub head_time: Duration,
    /// How long a body may pause.
    pub body_pause: Duration,
    /// How long a reader may take nothing of an answer.
    pub send_pause: Duration,
    /// How long a request may take.
    pub request_time: Duration,
    /// How long one may take that brings or fetches a file.
    pub upload_time: Duration,
    /// How long the requests that run are waited for when the service ends.
    pub shutdown: Duration,
    /// How far the facts may lag behind the log of a service that is ready.
    pub lag: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 12_288,
            requests: 256,
            writes: 64,
            head: 16 << 10,
            head_time: Duration::from_secs(10),
            body_pause: Duration::from_secs(10),
            send_pause: Duration::from_secs(30),
            request_time: Duration::from_secs(30),
            upload_time: Duration::from_mins(15),
            shutdown: Duration::from_secs(20),
            lag: Duration::from_secs(30),
        }
    }
}

/// Refuses what there is no room for, and ends what takes too long.
pub async fn bound(State(service): State<Service>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    if path.is_some_and(|path| ALWAYS.contains(&path.as_str())) {
        return next.run(request).await;
    }
    let writes = writes(request.method());
    let keyed = keyed(&request);
    let (room, writing_room) = service.room();
    let Ok(_request) = Arc::clone(room).try_acquire_owned() else {
        return overloaded("as many requests as it takes on at once").into_response();
    };
    let _write = if writes {
        match Arc::clone(writing_room).try_acquire_owned() {
            Ok(room) => Some(room),
            Err(_) => return overloaded("as many commands as it takes on at once").into_response(),
        }
    } else {
        None
    };
    let limits = &service.settings.limits;
    let time = if moves_a_file(&request, service.settings.body) {
        limits.upload_time
    } else {
        limits.request_time
    };
    let (request, paused) = watched(request, limits.body_pause);
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(_) if paused.load(Ordering::Relaxed) => late(&format!(
            "the body paused for more than {:?}",
            limits.body_pause
        ))
        .into_response(),
        Ok(response) => response,
        Err(_) if writes => late(&format!("it took more than {time:?}"))
            .mend(if keyed {
                "send it again with the same Idempotency-Key: it is recorded once"
            } else {
                "look whether it was recorded before you send it again"
            })
            .into_response(),
        Err(_) => late(&format!("it took more than {time:?}")).into_response(),
    }
}

/// Whether a method asks for a change.
pub fn writes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a request has a key under which it can be sent again. Where the header means nothing it is refused before anything
/// takes long.
fn keyed(request: &Request) -> bool {
    request.headers().contains_key("idempotency-key")
}

fn overloaded(what: &str) -> Problem {
    Problem::new(Kind::Overloaded, format!("the server has {what}"))
        .mend("send it again after the time in Retry-After; nothing was recorded")
}

fn late(what: &str) -> Problem {
    Problem::new(Kind::TimedOut, what)
}

/// Whether it brings a file, whose body may be longer than that of a command, or fetches one.
fn moves_a_file(request: &Request, command: usize) -> bool {
    let path = request.extensions().get::<MatchedPath>();
    if path.is_some_and(|path| path.as_str().starts_with("/api/v1/exports/")) {
        return true;
    }
    let multipart = |headers: &HeaderMap| {
        let media = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        Some(media.to_ascii_lowercase().starts_with("multipart/"))
    };
    let exact = request.body().size_hint().exact();
    exact.is_some_and(|bytes| bytes > command as u64)
        || multipart(request.headers()).unwrap_or(false)
}

/// The request with a body that fails when it pauses, and whether it did.
fn watched(request: Request, pause: Duration) -> (Request, Arc<AtomicBool>) {
    let paused = Arc::new(AtomicBool::new(false));
    let tell = Arc::clone(&paused);
    let request = request.map(|body| {
        if body.is_end_stream() {
            return body;
        }
        Body::new(TimeoutBody::new(pause, body).map_err(move |error| {
            if error.is::<TimeoutError>() {
                tell.store(true, Ordering::Relaxed);
            }
            error
        }))
    });
    (request, paused)
}
