//! Companies: list, state, history.

use axum::extract::Path;
use axum::response::Response;
use nianlun_aggregates::company::Change;
use nianlun_projections::FOREVER;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::history::{EventRow, history_rows};
use super::responses::Read;
use super::state::{FactRow, StateBody, fact_rows};
use crate::http::find::unknown;
use crate::http::finish::Sequence;
use crate::http::page::{Page, Row};
use crate::http::problem::{Kind, Problem};
use crate::http::query::Query;
use crate::http::reading::{ListParams, PointParams, Reading};
use crate::query::{company_list, state};
use crate::service::company;

/// A company with its stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompanyRow {
    /// Its id.
    #[schema(format = Uuid)]
    id: String,
    /// Its name on the day.
    name: String,
    /// What it is: `company`, `team`, `branch` …
    entity: String,
    /// The code of its stage.
    stage: String,
    /// The stage in words.
    stage_name: String,
    /// Since when; absent where the date is unknown.
    #[schema(format = Date)]
    since: Option<String>,
    /// What the stage is flagged with.
    flags: Vec<String>,
}

impl Row for CompanyRow {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "name",
        "entity",
        "stage",
        "stage_name",
        "since",
        "flags",
    ];
}

/// Which companies.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only on this stage: its code, or its Chinese or English name.
    stage: Option<String>,
    /// On which ladder.
    #[serde(default = "zero_one_n")]
    #[param(default = "zero-one-n")]
    ladder: String,
}

fn zero_one_n() -> String {
    "zero-one-n".to_owned()
}

/// Companies with their stage on a day, by name.
#[utoipa::path(
    get,
    path = "/companies",
    operation_id = "listCompanies",
    tag = "companies",
    params(Which, PointParams, ListParams),
    responses(
        (status = 200, description = "Companies", content(
            (Page<CompanyRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn list(reading: Reading, Query(which): Query<Which>) -> Result<Response, Problem> {
    let service = &reading.service;
    let ladder = service.ladder(&which.ladder)?;
    let stage = which.stage.as_deref().map(|word| {
        ladder.stage_called(word).ok_or_else(|| {
            let known: Vec<_> = ladder
                .stages
                .iter()
                .map(|stage| stage.code.as_str())
                .collect();
            Problem::new(Kind::MalformedRequest, "the ladder has no such stage")
                .of("stage", word)
                .mend(format!("use one of: {}", known.join(", ")))
        })
    });
    let stage = stage.transpose()?.map(|stage| stage.code.as_str());
    let store = service.store.as_ref();
    let companies = company_list(store, &ladder.code, stage, reading.point).await?;
    let ids = companies.iter().map(|(company, _)| company.id);
    let notes = reading.made_up_among(ids).await?;
    let rows = companies.into_iter().map(|(company, fact)| {
        let stage = ladder.stages.iter().find(|stage| stage.code == fact.value);
        let stage_name = stage.map_or("", |stage| reading.lang.pick(&stage.zh, &stage.en));
        CompanyRow {
            id: company.id.to_string(),
            name: company.name,
            entity: fact.part,
            stage_name: stage_name.to_owned(),
            stage: fact.value,
            since: (fact.valid_from != FOREVER).then(|| super::state::day(fact.valid_from)),
            flags: fact.flags,
        }
    });
    reading.list(&rows.collect::<Vec<_>>(), notes)
}

/// What is true of a company on a day, with the figures and funding reported until then. Its `ETag` begins with the sequence
/// of its last event, which `If-Match` takes.
#[utoipa::path(
    get,
    path = "/companies/{company}",
    operation_id = "showCompany",
    tag = "companies",
    params(
        ("company" = String, Path, description = "Its id, `usci:…`, `scheme:id`, or a name that only one has"),
        PointParams, ListParams
    ),
    responses(
        (status = 200, description = "The company", content(
            (StateBody = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn show(reading: Reading, Path(word): Path<String>) -> Result<Response, Problem> {
    let service = &reading.service;
    let id = service.company(&word, reading.point).await?;
    let store = service.store.as_ref();
    let found = state(store, company(id), reading.point).await?;
    let found = found.ok_or_else(|| unknown("company", &word))?;
    let sequence = store.stream(company(id)).await?.len() as u64;
    let rows: Vec<FactRow> = fact_rows(&reading, &found.facts).await?;
    let notes = reading.made_up_itself(id).await?;
    let body = StateBody::new(&reading, &found, sequence, rows.clone(), notes);
    let mut response = reading.one(body, &rows)?;
    response.extensions_mut().insert(Sequence(sequence));
    Ok(response)
}

/// A company's events in the order recorded, then those of the records that it has taken in.
#[utoipa::path(
    get,
    path = "/companies/{company}/events",
    operation_id = "listCompanyEvents",
    tag = "companies",
    params(
        ("company" = String, Path, description = "Its id, `usci:…`, `scheme:id`, or a name that only one has"),
        PointParams, ListParams
    ),
    responses(
        (status = 200, description = "Events", content(
            (Page<EventRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn events(reading: Reading, Path(word): Path<String>) -> Result<Response, Problem> {
    let id = reading.service.company(&word, reading.point).await?;
    let rows = history_rows::<Change>(&reading, company(id)).await?;
    if rows.is_empty() {
        return Err(unknown("company", &word));
    }
    reading.list(&rows, reading.made_up_itself(id).await?)
}
