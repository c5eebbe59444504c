//! What is recorded, as it is admitted.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use nianlun_projections::Subject;
use serde::Deserialize;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::responses::Read;
use crate::http::access::{Access, Principal, Right};
use crate::http::cloud::CloudEvent;
use crate::http::feed::{Reader, Wanted};
use crate::http::finish::Streamed;
use crate::http::problem::{Kind, Problem};
use crate::http::query::Query;
use crate::http::service::{LAST, Service};

/// Which changes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// After this log position; without it, and without `Last-Event-ID`, from now on.
    after: Option<u64>,
    /// Only of this kind of record.
    #[param(inline)]
    subject: Option<SubjectName>,
    /// Only of this record.
    id: Option<Uuid>,
    /// Of a batch: how many changes of the log are looked at, 1 to 256.
    #[param(minimum = 1, maximum = 256)]
    limit: Option<u32>,
}

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SubjectName {
    /// A company.
    Company,
    /// A carrier.
    Carrier,
    /// A cluster.
    Cluster,
}

impl From<SubjectName> for Subject {
    fn from(name: SubjectName) -> Self {
        match name {
            SubjectName::Company => Self::Company,
            SubjectName::Carrier => Self::Carrier,
            SubjectName::Cluster => Self::Cluster,
        }
    }
}

/// The changes of all records, each once and in the order of the log, as `CloudEvents` 1.0. As `text/event-stream` it goes on; each
/// event's id is its log position, and who comes back with `Last-Event-ID` misses nothing. As
/// `application/cloudevents-batch+json` it is what there is so far: go on after `Nianlun-Position`.
#[utoipa::path(
    get,
    path = "/changes",
    operation_id = "followChanges",
    tag = "changes",
    params(
        Which,
        ("last-event-id" = Option<u64>, Header, description = "After this log position: what a reader that was cut off sends by itself")
    ),
    responses(
        (status = 200, description = "Changes", content(
            (String = "text/event-stream"), (Vec<CloudEvent> = "application/cloudevents-batch+json")
        )),
        Read
    )
)]
pub async fn follow(
    State(service): State<Service>,
    principal: Principal,
    headers: HeaderMap,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    principal.must(Right::Read)?;
    let last = last_event_id(&headers)?;
    for (name, position) in [("after", which.after), ("last-event-id", last)] {
        if let Some(position) = position {
            reach(&service, name, position).await?;
        }
    }
    let after = match last.or(which.after) {
        Some(after) => after,
        None => now(&service).await?,
    };
    let wanted = Wanted {
        subject: which.subject.map(Subject::from),
        id: which.id,
    };
    if batch(&headers)? {
        return self::page(&service, after, which.limit, wanted).await;
    }
    let caller = service.access.caller(&principal);
    let reader = service.feed.read(after, wanted, caller)?;
    let every = service.settings.heartbeat;
    let mut beat = interval_at(Instant::now() + every, every);
    // Who took nothing for long is asked once, not as often as was missed.
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let following = Following {
        reader,
        access: service.access.clone(),
        authorization: headers.get(header::AUTHORIZATION).cloned(),
        beat,
    };
    let changes = futures_util::stream::unfold(following, |mut following| async {
        let event = following.next().await?;
        Some((Ok::<_, Infallible>(event), following))
    });
    let heartbeat = KeepAlive::new().interval(every);
    let mut response = Sse::new(changes).keep_alive(heartbeat).into_response();
    response.extensions_mut().insert(Streamed);
    // A server in between must not wait for the end.
    let headers = response.headers_mut();
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Somebody who reads the feed for as long as they are let in.
struct Following {
    reader: Reader,
    access: Access,
    /// By what they were let in.
    authorization: Option<HeaderValue>,
    beat: Interval,
}

impl Following {
    /// The next change; `None` once the feed has ended for them.
    async fn next(&mut self) -> Option<Event> {
        loop {
            tokio::select! {
                // First: who is behind, and always has a next change, is asked as well.
                biased;
                _ = self.beat.tick() => {
                    if !self.access.still(self.authorization.as_ref(), Right::Read).await {
                        return None;
                    }
                }
                event = self.reader.next() => return event,
            }
        }
    }
}

/// Waits until the feed has a position: where another process admits, an answer of that one may name it before it is here.
async fn reach(service: &Service, name: &str, position: u64) -> Result<(), Problem> {
    let told = || position.to_string();
    if position > LAST {
        let detail = "no log has this position";
        return Err(Problem::new(Kind::MalformedRequest, detail)
            .of(name, told())
            .mend("send a position that an answer named"));
    }
    if service.feed.reach(position, service.settings.wait).await {
        return Ok(());
    }
    let head = now(service).await?;
    let detail = format!("the log ends at position {head}");
    Err(Problem::new(Kind::NotYet, detail)
        .of(name, told())
        .mend("ask again after the time in Retry-After"))
}

/// Where the feed is now.
async fn now(service: &Service) -> Result<u64, Problem> {
    let head = service.feed.head(service.settings.wait).await;
    head.ok_or_else(|| {
        Problem::new(
            Kind::Unavailable,
            "the database does not say where the log ends",
        )
    })
}

async fn page(
    service: &Service,
    after: u64,
    limit: Option<u32>,
    wanted: Wanted,
) -> Result<Response, Problem> {
    const MOST: u32 = 256;
    let limit = limit.unwrap_or(MOST);
    if !(1..=MOST).contains(&limit) {
        let detail = format!("a batch looks at 1 to {MOST} changes");
        return Err(Problem::new(Kind::MalformedRequest, detail).of("limit", limit.to_string()));
    }
    let page = service.feed.after(after, limit).await?;
    let last = page.last().map_or(after, |written| written.position);
    let wanted = page.iter().filter(|written| wanted.includes(written));
    let texts: Vec<_> = wanted.map(|written| written.text.as_str()).collect();
    let body = format!("[{}]", texts.join(","));
    let media = HeaderValue::from_static("application/cloudevents-batch+json");
    let mut response = ([(header::CONTENT_TYPE, media)], body).into_response();
    let position = HeaderValue::from(last);
    response.headers_mut().insert("nianlun-position", position);
    Ok(response)
}

/// Whether a batch is wanted rather than a feed.
fn batch(headers: &HeaderMap) -> Result<bool, Problem> {
    let accept = headers.get(header::ACCEPT);
    let accept = accept
        .and_then(|accept| accept.to_str().ok())
        .unwrap_or("*/*");
    let wants = |media: &str| {
        let mut ranges = accept.split(',');
        ranges.any(|range| {
            range
                .split(';')
                .next()
                .is_some_and(|one| one.trim() == media)
        })
    };
    if wants("application/cloudevents-batch+json") || wants("application/json") {
        return Ok(true);
    }
    if wants("text/event-stream") || wants("text/*") || wants("*/*") {
        return Ok(false);
    }
    Err(
        Problem::new(Kind::NotAcceptable, "changes come as a feed or as a batch")
            .of("accept", accept)
            .mend("ask for text/event-stream or application/cloudevents-batch+json"),
    )
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or("");
    text.parse().map(Some).map_err(|_| {
        Problem::new(Kind::MalformedRequest, "this is no log position")
            .of("last-event-id", text)
            .mend("send the id of the last event as it came")
    })
}
