//! The repairs of identities that were done.

use std::sync::Arc;

use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::responses::Read;
use crate::http::page::{Page, Row};
use crate::http::problem::Problem;
use crate::http::reading::{ListParams, Reading};
use crate::identity::Repairs;

/// A repair.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepairRow {
    /// By this it is undone.
    correlation: String,
    /// The code of its kind.
    kind: String,
    /// What it did, in words.
    name: String,
    /// The records: of a merge the one that ended first, of a move or split the one that lost events first.
    #[schema(format = Uuid)]
    records: Vec<String>,
    /// Its events: `company/UUID/SEQUENCE`.
    events: Vec<String>,
    /// Why.
    because: String,
    /// Who did it.
    actor: String,
    /// When it became known.
    #[schema(format = DateTime)]
    known_at: String,
    /// The position of its first event in the log.
    position: u64,
    /// The repair that undid it; absent while it stands, empty if its events were taken back otherwise.
    undone_by: Option<String>,
}

impl Row for RepairRow {
    const COLUMNS: &'static [&'static str] = &[
        "correlation",
        "kind",
        "name",
        "records",
        "events",
        "because",
        "actor",
        "known_at",
        "position",
        "undone_by",
    ];
}

/// The repairs in the order in which they became known.
#[utoipa::path(
    get,
    path = "/identity/repairs",
    operation_id = "listIdentityRepairs",
    tag = "identity",
    params(ListParams),
    responses(
        (status = 200, description = "Repairs", content(
            (Page<RepairRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn list(reading: Reading) -> Result<Response, Problem> {
    let store = Arc::clone(&reading.service.store);
    let mut rows = vec![];
    for line in Repairs::new(store, "").list().await? {
        let known_at = Timestamp::from_microsecond(line.known.at).map_err(Problem::internal)?;
        let events = line.events.iter();
        rows.push(RepairRow {
            kind: line.kind.wording().code.to_owned(),
            name: reading.lang.word(line.kind.wording()).to_owned(),
            records: line.records.iter().map(Uuid::to_string).collect(),
            events: events.map(|event| format!("company/{event}")).collect(),
            known_at: known_at.to_string(),
            position: line.known.position,
            correlation: line.correlation,
            because: line.because,
            actor: line.actor,
            undone_by: line.undone_by,
        });
    }
    reading.list(&rows, vec![])
}
