//! Commands: record, correct, take back.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use nianlun_aggregates::history::{Action, Change, Command, Manner, Sequence};
use nianlun_aggregates::{Span, Text};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;
use uuid::Uuid;

use super::responses::Write;
use crate::http::problem::{CandidateBody, Kind, Problem};
use crate::http::query::{Body, once_each};
use crate::http::service::Service;
use crate::http::writing::{KeyHeader, MatchHeader, Writing, replayed};
use crate::intake::Fields;
use crate::query::Point;
use crate::record::{
    CARRIER, CLUSTER, COMPANY, Kind as Subjects, Target, TargetError, assertion, company_target,
    place_target,
};
use crate::store::{KnownAt, StreamId};

/// One value or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(untagged, expecting = "a value must be a text, or a list of texts")]
pub enum Values {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// Something that happened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventBody {
    /// The event: its code, or its Chinese or English name. /api/v1/event-types lists all.
    #[schema(example = "occupancy-started")]
    event: String,
    /// Its fields, as /api/v1/event-types lists them.
    #[serde(default, deserialize_with = "once_each")]
    fields: BTreeMap<String, Values>,
    /// When it was true: `2016-03-01`, `2016-03`, `2016-Q1`, `2016`, `by 2017-02-28`, `unknown`.
    #[serde(default)]
    #[schema(example = "2016-03-01", default = "unknown")]
    on: Option<String>,
    /// Record it even though it contradicts the record; needs `because`.
    #[serde(default)]
    despite: bool,
    /// Why: needed to correct, and with `despite`.
    #[serde(default)]
    because: Option<String>,
}

/// Why an event is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetractionBody {
    /// Why.
    because: String,
    /// Take back what stands on it as well.
    #[serde(default)]
    with_dependents: bool,
    /// Take it back even though the record is then contradictory.
    #[serde(default)]
    despite: bool,
}

/// What was recorded. It is durable.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordedBody {
    /// The record.
    #[schema(format = Uuid)]
    id: String,
    /// Its last event.
    sequence: u64,
    /// The new events: `company/UUID/SEQUENCE`, as `after_event` takes them.
    events: Vec<String>,
    /// The log position of the last of them; absent if the log has not admitted it yet.
    position: Option<u64>,
}

/// A new record, of a company that has no identifier yet.
#[utoipa::path(
    post,
    path = "/companies",
    operation_id = "registerCompany",
    tag = "commands",
    params(KeyHeader, MatchHeader),
    request_body = EventBody,
    responses((status = 201, description = "Recorded", body = RecordedBody), Write)
)]
pub async fn register(writing: Writing, body: Body<EventBody>) -> Result<Response, Problem> {
    let target = Target {
        id: writing.new_id(),
        given: None,
    };
    writing.event(&COMPANY, target, body, None).await
}

macro_rules! commands {
    ($subject:ident, $kind:ident, $tag:literal, $path:literal, $param:literal, $named:literal, $record:literal, $correct:literal, $retract:literal) => {
        /// Commands of this kind of subject.
        pub mod $subject {
            use super::*;

            /// Records an event.
            #[utoipa::path(
                post,
                path = concat!($path, "/events"),
                operation_id = $record,
                tag = "commands",
                params(KeyHeader, MatchHeader, ($param = String, Path, description = $named)),
                request_body = EventBody,
                responses((status = 201, description = "Recorded", body = RecordedBody), Write)
            )]
            pub async fn record(
                writing: Writing,
                Path(word): Path<String>,
                body: Body<EventBody>,
            ) -> Result<Response, Problem> {
                let target = target(&writing.service, &$kind, &word).await?;
                writing.event(&$kind, target, body, None).await
            }

            /// Replaces what an event says.
            #[utoipa::path(
                post,
                path = concat!($path, "/events/{sequence}/correction"),
                operation_id = $correct,
                tag = "commands",
                params(
                    KeyHeader,
                    MatchHeader,
                    ($param = String, Path, description = $named),
                    ("sequence" = u64, Path, description = "The event")
                ),
                request_body = EventBody,
                responses((status = 201, description = "Recorded", body = RecordedBody), Write)
            )]
            pub async fn correct(
                writing: Writing,
                Path((word, sequence)): Path<(String, Sequence)>,
                body: Body<EventBody>,
            ) -> Result<Response, Problem> {
                let target = target(&writing.service, &$kind, &word).await?;
                writing.event(&$kind, target, body, Some(sequence)).await
            }

            /// Takes an event back.
            #[utoipa::path(
                post,
                path = concat!($path, "/events/{sequence}/retraction"),
                operation_id = $retract,
                tag = "commands",
                params(
                    KeyHeader,
                    MatchHeader,
                    ($param = String, Path, description = $named),
                    ("sequence" = u64, Path, description = "The event")
                ),
                request_body = RetractionBody,
                responses((status = 201, description = "Recorded", body = RecordedBody), Write)
            )]
            pub async fn retract(
                writing: Writing,
                Path((word, sequence)): Path<(String, Sequence)>,
                body: Body<RetractionBody>,
            ) -> Result<Response, Problem> {
                let target = target(&writing.service, &$kind, &word).await?;
                writing.retraction(&$kind, &target, &body, sequence).await
            }
        }
    };
}

commands!(
    company,
    COMPANY,
    "companies",
    "/companies/{company}",
    "company",
    "Its id, `usci:…` or `scheme:id`; one that is not known yet is registered under it",
    "recordCompanyEvent",
    "correctCompanyEvent",
    "retractCompanyEvent"
);
commands!(
    carrier,
    CARRIER,
    "carriers",
    "/carriers/{carrier}",
    "carrier",
    "Its code",
    "recordCarrierEvent",
    "correctCarrierEvent",
    "retractCarrierEvent"
);
commands!(
    cluster,
    CLUSTER,
    "clusters",
    "/clusters/{cluster}",
    "cluster",
    "Its code",
    "recordClusterEvent",
    "correctClusterEvent",
    "retractClusterEvent"
);

async fn target<C: Change>(
    service: &Service,
    kind: &Subjects<C>,
    word: &str,
) -> Result<Target, Problem> {
    let point = Point {
        day: service.today()?,
        known: KnownAt::Latest,
    };
    let found = if kind.subject == nianlun_projections::Subject::Company {
        company_target(service.store.as_ref(), word, point).await
    } else {
        place_target(kind.subject, word)
    };
    found.map_err(|error| match error {
        TargetError::Store(error) => error.into(),
        TargetError::OnlyAName { word, candidates } => {
            let candidates = candidates.into_iter().map(|one| CandidateBody {
                id: one.id.to_string(),
                name: one.name,
            });
            Problem::new(Kind::Ambiguous, "a name only proposes a company")
                .candidates(candidates.collect())
                .of("reference", word)
                .mend("name one by its id")
        }
        error => {
            let detail = error.to_string();
            Problem::new(Kind::NotFound, detail).of("reference", word)
        }
    })
}

impl Writing {
    async fn event<C: Change + 'static>(
        self,
        kind: &Subjects<C>,
        target: Target,
        body: Body<EventBody>,
        corrected: Option<Sequence>,
    ) -> Result<Response, Problem> {
        let Body { says: body, digest } = body;
        let on = body.on.as_deref().map(|on| {
            on.parse::<Span>()
                .map_err(|error| Problem::new(Kind::InvalidEvent, error.to_string()).of("on", on))
        });
        let on = on.transpose()?.unwrap_or(Span::Unknown);
        let mut fields = Fields::default();
        for (name, values) in body.fields {
            match values {
                Values::One(value) => fields.add(&name, value),
                Values::Several(values) => {
                    for value in values {
                        fields.add(&name, value);
                    }
                }
            }
        }
        let said = assertion(kind, &body.event, fields, on, target.given.as_ref())?;
        let because = body.because.as_deref();
        if because.is_some() && !body.despite && corrected.is_none() {
            let detail = "an event that contradicts nothing needs no reason";
            return Err(Problem::new(Kind::InvalidEvent, detail)
                .of("because", "")
                .mend("leave it out, or say \"despite\": true as well"));
        }
        let manner = manner(body.despite, because)?;
        let action = match corrected {
            None => Action::Record(vec![said]),
            Some(target) => Action::Correct {
                target,
                replacement: said,
                reason: reason(because)?,
            },
        };
        self.execute(kind, target.id, Command { action, manner }, &digest)
            .await
    }

    async fn retraction<C: Change + 'static>(
        self,
        kind: &Subjects<C>,
        target: &Target,
        body: &Body<RetractionBody>,
        sequence: Sequence,
    ) -> Result<Response, Problem> {
        let Body { says: body, digest } = body;
        let because = Some(body.because.as_str());
        let action = Action::Retract {
            target: sequence,
            reason: reason(because)?,
            with_dependents: body.with_dependents,
        };
        let manner = manner(body.despite, because)?;
        self.execute(kind, target.id, Command { action, manner }, digest)
            .await
    }

    async fn execute<C: Change + 'static>(
        self,
        kind: &Subjects<C>,
        id: Uuid,
        command: Command<C>,
        digest: &[u8; 32],
    ) -> Result<Response, Problem> {
        let stream = StreamId {
            subject: kind.subject,
            id,
        };
        self.principal
            .must_own(&self.service, stream, &command)
            .await?;
        let commands = &self.service.commands;
        let recorded = commands
            .execute(id, &command, self.expected, &self.keyed(digest))
            .await?;
        self.service.projector.wake();
        let last = recorded.events.last().map_or(0, |(sequence, _)| *sequence);
        let subject = kind.subject;
        let id = recorded.id;
        let stream = StreamId { subject, id };
        let position = if recorded.before {
            self.admitted_before(stream, last).await
        } else {
            self.admitted(stream, last).await
        };
        let body = RecordedBody {
            id: id.to_string(),
            sequence: last,
            events: recorded
                .events
                .iter()
                .map(|(sequence, _)| format!("{}/{id}/{sequence}", subject.as_str()))
                .collect(),
            position,
        };
        let mut response = (StatusCode::CREATED, axum::Json(body)).into_response();
        let plural = match subject.as_str() {
            "company" => "companies",
            "cluster" => "clusters",
            _ => "carriers",
        };
        let location = format!("/api/v1/{plural}/{id}");
        let headers = response.headers_mut();
        headers.insert(
            header::LOCATION,
            HeaderValue::from_str(&location).map_err(Problem::internal)?,
        );
        headers.insert(
            header::ETAG,
            HeaderValue::from_str(&format!("\"{last}\"")).map_err(Problem::internal)?,
        );
        if recorded.before {
            replayed(&mut response);
        }
        Ok(response)
    }

    /// The position of an event that was recorded for this request, if the log admits it soon: as long as this process admits,
    /// not another. Nothing that goes wrong here takes back what is recorded.
    pub async fn admitted(&self, stream: StreamId, sequence: Sequence) -> Option<u64> {
        if !self.service.projector.admits() {
            return None;
        }
        let deadline = Instant::now() + self.service.settings.admission;
        let feed = &self.service.feed;
        feed.position(stream, sequence, self.before?, deadline)
            .await
    }

    /// The position of an event that was recorded some time ago.
    async fn admitted_before(&self, stream: StreamId, sequence: Sequence) -> Option<u64> {
        let place = usize::try_from(sequence).ok()?.checked_sub(1)?;
        let store = &self.service.store;
        let admitted = store.histories(&[stream], i64::MAX).await.ok()?;
        admitted.get(place).map(|event| event.known.position)
    }
}

fn reason(because: Option<&str>) -> Result<Text, Problem> {
    let because = because.ok_or_else(|| {
        Problem::new(Kind::InvalidEvent, "a reason is needed")
            .of("because", "")
            .mend("say why")
    })?;
    Text::new(because)
        .map_err(|error| Problem::new(Kind::InvalidEvent, error.to_string()).of("because", because))
}

fn manner(despite: bool, because: Option<&str>) -> Result<Manner, Problem> {
    Ok(if despite {
        Manner::Despite(reason(because)?)
    } else {
        Manner::Live
    })
}
