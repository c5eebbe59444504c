//! Repairs of identity: merge, split, move, say that two are two, undo.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use nianlun_aggregates::Text;
use nianlun_aggregates::history::Sequence;
use nianlun_projections::Subject;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::responses::Write;
use crate::http::access::Right;
use crate::http::problem::{Kind, Problem};
use crate::http::query::Body;
use crate::http::writing::{KeyHeader, Writing, replayed};
use crate::identity::{Because, NameError, Part, Repair, Repairs, going_on, itself};
use crate::intake;
use crate::query::Point;
use crate::store::{KnownAt, StreamId};

/// Two records of one company. A company is named by its id, `usci:…`, `scheme:id` or its name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeBody {
    /// The record that ends.
    loser: String,
    /// The record that goes on.
    into: String,
    /// Why.
    because: String,
    /// Though each has a USCI of its own.
    #[serde(default)]
    despite: bool,
}

/// Two records of two companies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DistinctBody {
    /// One.
    a: String,
    /// The other.
    b: String,
    /// Why.
    because: String,
}

/// A record with two companies in it. The events of the other one go `into` its record, or to a new one with `name`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitBody {
    /// The record.
    company: String,
    /// The events of the other company.
    events: Vec<u64>,
    /// The other company's record.
    #[serde(default)]
    into: Option<String>,
    /// The other company's name, if it gets a record.
    #[serde(default)]
    name: Option<String>,
    /// Its identifiers, as `usci:…` or `scheme:id`.
    #[serde(default)]
    identifiers: Vec<String>,
    /// Why.
    because: String,
    /// Though a record then contradicts itself.
    #[serde(default)]
    despite: bool,
}

/// An event in the wrong record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveBody {
    /// The record in which it is.
    company: String,
    /// The event.
    event: u64,
    /// The record in which it should be.
    to: String,
    /// Why.
    because: String,
    /// Though a record then contradicts itself.
    #[serde(default)]
    despite: bool,
}

/// Why a repair is undone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoBody {
    /// Why.
    because: String,
    /// Though a record then contradicts itself.
    #[serde(default)]
    despite: bool,
}

/// A repair that is asked for.
enum Asked {
    Merge(MergeBody),
    Distinct(DistinctBody),
    Split(SplitBody),
    Move(MoveBody),
    Undo(String, UndoBody),
}

/// What a repair recorded. It is durable.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepairedBody {
    /// By this it is listed and undone.
    #[schema(format = Uuid)]
    correlation: String,
    /// The new events: `company/UUID/SEQUENCE`, as `after_event` takes them.
    events: Vec<String>,
    /// The log position of the last of them; absent if the log has not admitted it yet.
    position: Option<u64>,
}

/// Merges a record into another of the same company: from then on the one that goes on answers for both.
#[utoipa::path(
    post,
    path = "/identity/merge",
    operation_id = "mergeRecords",
    tag = "identity",
    params(KeyHeader),
    request_body = MergeBody,
    responses((status = 201, description = "Merged", body = RepairedBody), Write)
)]
pub async fn merge(
    writing: Writing,
    Body { says, digest }: Body<MergeBody>,
) -> Result<Response, Problem> {
    writing.repair(Asked::Merge(says), &digest).await
}

/// Says that two records are of two companies: they are not proposed again.
#[utoipa::path(
    post,
    path = "/identity/distinct",
    operation_id = "distinguishRecords",
    tag = "identity",
    params(KeyHeader),
    request_body = DistinctBody,
    responses((status = 201, description = "Said", body = RepairedBody), Write)
)]
pub async fn distinct(
    writing: Writing,
    Body { says, digest }: Body<DistinctBody>,
) -> Result<Response, Problem> {
    writing.repair(Asked::Distinct(says), &digest).await
}

/// Splits a record of two companies.
#[utoipa::path(
    post,
    path = "/identity/split",
    operation_id = "splitRecord",
    tag = "identity",
    params(KeyHeader),
    request_body = SplitBody,
    responses((status = 201, description = "Split", body = RepairedBody), Write)
)]
pub async fn split(
    writing: Writing,
    Body { says, digest }: Body<SplitBody>,
) -> Result<Response, Problem> {
    writing.repair(Asked::Split(says), &digest).await
}

/// Moves an event to the record of the company that it is about.
#[utoipa::path(
    post,
    path = "/identity/move",
    operation_id = "moveEvent",
    tag = "identity",
    params(KeyHeader),
    request_body = MoveBody,
    responses((status = 201, description = "Moved", body = RepairedBody), Write)
)]
pub async fn move_event(
    writing: Writing,
    Body { says, digest }: Body<MoveBody>,
) -> Result<Response, Problem> {
    writing.repair(Asked::Move(says), &digest).await
}

/// Undoes a repair: everything that it recorded is taken back. Undoing that lets the repair stand again.
#[utoipa::path(
    post,
    path = "/identity/repairs/{correlation}/undo",
    operation_id = "undoRepair",
    tag = "identity",
    params(KeyHeader, ("correlation" = String, Path, description = "The repair's correlation")),
    request_body = UndoBody,
    responses((status = 201, description = "Undone", body = RepairedBody), Write)
)]
pub async fn undo(
    writing: Writing,
    Path(correlation): Path<String>,
    Body { says, digest }: Body<UndoBody>,
) -> Result<Response, Problem> {
    writing
        .repair(Asked::Undo(correlation, says), &digest)
        .await
}

fn because(reason: &str, despite: bool) -> Result<Because, Problem> {
    let reason = Text::new(reason).map_err(|error| {
        Problem::new(Kind::InvalidEvent, error.to_string())
            .of("because", reason)
            .mend("say why")
    })?;
    Ok(Because { reason, despite })
}

/// A company that gets a record, from its words.
fn part(name: &str, identifiers: &[String]) -> Result<Part, Problem> {
    let identifiers = identifiers.iter().map(|word| {
        intake::identifier(word)
            .map_err(|reason| Problem::new(Kind::InvalidEvent, reason).of("identifiers", word))
    });
    Ok(Part {
        name: Text::new(name).map_err(|error| {
            Problem::new(Kind::InvalidEvent, error.to_string()).of("name", name)
        })?,
        identifiers: identifiers.collect::<Result<_, _>>()?,
    })
}

/// The problem of the field that names no record.
fn unnamed(error: NameError, field: &str) -> Problem {
    match &error {
        NameError::Store(_) => error.into(),
        NameError::Unknown { word } | NameError::Several { word, .. } => {
            let word = word.clone();
            Problem::from(error).of(field, word)
        }
    }
}

impl Writing {
    /// Does a repair; under a key once, however often it is asked for.
    async fn repair(&self, asked: Asked, digest: &[u8; 32]) -> Result<Response, Problem> {
        self.principal.must(Right::Repair)?;
        let repairs = Repairs::with(Arc::clone(&self.service.store), self.keyed(digest));
        let _turn = self.turn().await;
        if let Some(before) = repairs.answered().await? {
            return self.repaired(before).await;
        }
        match self.decided(&repairs, &asked).await {
            Ok(repair) => self.repaired(repair).await,
            // Another process may have been sent the same, and have been first.
            Err(problem) => match repairs.answered().await? {
                Some(before) => self.repaired(before).await,
                None => Err(problem),
            },
        }
    }

    async fn decided(&self, repairs: &Repairs, asked: &Asked) -> Result<Repair, Problem> {
        let done = match asked {
            Asked::Merge(body) => {
                let because = because(&body.because, body.despite)?;
                let loser = self.itself("loser", &body.loser).await?;
                let into = self.itself("into", &body.into).await?;
                repairs.merge(loser, into, &because).await
            }
            Asked::Distinct(body) => {
                let because = because(&body.because, false)?;
                let a = self.itself("a", &body.a).await?;
                let b = self.itself("b", &body.b).await?;
                repairs.distinct(a, b, &because).await
            }
            Asked::Split(body) => return self.divided(repairs, body).await,
            Asked::Move(body) => {
                let because = because(&body.because, body.despite)?;
                let from = self.itself("company", &body.company).await?;
                let to = self.going_on("to", &body.to).await?;
                repairs.reattribute(from, &[body.event], to, &because).await
            }
            Asked::Undo(correlation, body) => {
                let because = because(&body.because, body.despite)?;
                repairs.undo(correlation, &because).await
            }
        };
        Ok(done?)
    }

    async fn divided(&self, repairs: &Repairs, body: &SplitBody) -> Result<Repair, Problem> {
        let because = because(&body.because, body.despite)?;
        let from = self.itself("company", &body.company).await?;
        let done = match (&body.into, &body.name) {
            (Some(into), None) if body.identifiers.is_empty() => {
                let to = self.going_on("into", into).await?;
                let done = repairs.reattribute(from, &body.events, to, &because);
                done.await
            }
            (None, Some(name)) => {
                let part = part(name, &body.identifiers)?;
                repairs.split(from, &body.events, &part, &because).await
            }
            _ => {
                let detail = "the events go `into` a record, or to a new one with `name` and perhaps `identifiers`";
                return Err(Problem::new(Kind::InvalidEvent, detail)
                    .of("into", body.into.clone().unwrap_or_default())
                    .mend("say either `into` or `name`"));
            }
        };
        Ok(done?)
    }

    fn now(&self) -> Result<Point, Problem> {
        Ok(Point {
            day: self.service.today()?,
            known: KnownAt::Latest,
        })
    }

    async fn itself(&self, field: &str, word: &str) -> Result<Uuid, Problem> {
        let named = itself(self.service.store.as_ref(), word, self.now()?).await;
        named.map_err(|error| unnamed(error, field))
    }

    async fn going_on(&self, field: &str, word: &str) -> Result<Uuid, Problem> {
        let named = going_on(self.service.store.as_ref(), word, self.now()?).await;
        named.map_err(|error| unnamed(error, field))
    }

    async fn repaired(&self, repair: Repair) -> Result<Response, Problem> {
        self.service.projector.wake();
        let mut last: BTreeMap<Uuid, Sequence> = BTreeMap::new();
        for event in &repair.events {
            let sequence = last.entry(event.id).or_default();
            *sequence = event.sequence.max(*sequence);
        }
        let subject = Subject::Company;
        let mut position = Some(0);
        for (id, sequence) in last {
            let admitted = self.admitted(StreamId { subject, id }, sequence).await;
            position = position.zip(admitted).map(|(a, b)| a.max(b));
        }
        let events = repair.events.iter().map(|event| format!("company/{event}"));
        let body = RepairedBody {
            correlation: repair.correlation.to_string(),
            events: events.collect(),
            position,
        };
        let mut response = (StatusCode::CREATED, axum::Json(body)).into_response();
        if repair.before {
            replayed(&mut response);
        }
        Ok(response)
    }
}
