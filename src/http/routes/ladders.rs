//! The ladders there are.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::responses::Read;
use crate::http::page::{Page, Row};
use crate::http::problem::Problem;
use crate::http::reading::{ListParams, Reading};
use crate::query::ladders_note;

/// A stage of a ladder.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageBody {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// The band of the pipeline that it belongs to; absent outside it.
    band: Option<String>,
    /// Its rank among the stages that can be the highest reached; absent if it cannot.
    rank: Option<u8>,
}

/// A ladder.
#[derive(Debug, Serialize, ToSchema)]
pub struct LadderRow {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// Its stages: that of a day is the first whose rule holds.
    stages: Vec<StageBody>,
}

impl Row for LadderRow {
    const COLUMNS: &'static [&'static str] = &["code", "name", "stages"];
}

/// The ladders by which stages are found.
#[utoipa::path(
    get,
    path = "/ladders",
    operation_id = "listLadders",
    tag = "pipeline",
    params(ListParams),
    responses(
        (status = 200, description = "Ladders", content(
            (Page<LadderRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn list(reading: Reading) -> Result<Response, Problem> {
    let lang = reading.lang;
    let ladders = reading.service.folds.ladders().all().iter();
    let rows = ladders.map(|ladder| LadderRow {
        code: ladder.code.clone(),
        name: lang.pick(&ladder.zh, &ladder.en).to_owned(),
        stages: ladder
            .stages
            .iter()
            .map(|stage| StageBody {
                code: stage.code.clone(),
                name: lang.pick(&stage.zh, &stage.en).to_owned(),
                band: stage.band.clone(),
                rank: stage.rank,
            })
            .collect(),
    });
    let notes = vec![ladders_note(lang).to_owned()];
    reading.list(&rows.collect::<Vec<_>>(), notes)
}
