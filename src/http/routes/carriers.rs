//! Carriers: list, state, history, and the companies there.

use axum::extract::Path;
use axum::response::Response;
use nianlun_aggregates::carrier::Change;
use nianlun_projections::{Subject, kind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::group::{self, DatesParams, MemberRow, PeriodParams, SeriesRow, StayRow};
use super::history::{EventRow, history_rows};
use super::responses::Read;
use super::state::{StateBody, place_state};
use crate::http::page::{Page, Row};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reading::{ListParams, PointParams, Reading};
use crate::query::{Group, carriers};

/// A level with its basis.
#[derive(Debug, Serialize, ToSchema)]
pub struct LevelBody {
    /// The level.
    level: String,
    /// How it has it.
    basis: String,
}

/// A carrier with its companies.
#[derive(Debug, Serialize, ToSchema)]
pub struct CarrierRow {
    /// Its code.
    code: String,
    /// Its id.
    #[schema(format = Uuid)]
    id: String,
    /// Its name on the day.
    name: String,
    /// The codes of its types.
    types: Vec<String>,
    /// Its levels.
    levels: Vec<LevelBody>,
    /// The carrier that it is within, by name.
    parent: String,
    /// Different companies with space.
    tenants: u64,
    /// Different companies in a programme.
    programmes: u64,
    /// Its other names.
    aliases: Vec<String>,
}

impl Row for CarrierRow {
    const COLUMNS: &'static [&'static str] = &[
        "code",
        "id",
        "name",
        "types",
        "levels",
        "parent",
        "tenants",
        "programmes",
        "aliases",
    ];
}

/// What of a carrier is meant.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SetParam {
    /// Companies with space.
    #[default]
    Occupancy,
    /// Companies in a programme.
    Programme,
}

/// Which companies.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SetParams {
    /// Companies with space, or in a programme.
    #[serde(default)]
    #[param(inline, default = "occupancy")]
    set: SetParam,
}

/// Which of those that have left.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LeftParams {
    /// Companies with space, or in a programme.
    #[serde(default = "programme")]
    #[param(inline, default = "programme")]
    set: SetParam,
}

const fn programme() -> SetParam {
    SetParam::Programme
}

impl SetParam {
    const fn of(self, id: Uuid) -> Group {
        match self {
            Self::Occupancy => Group::Occupancy(id),
            Self::Programme => Group::Programme(id),
        }
    }
}

/// Carriers by code, with how many companies they have on a day.
#[utoipa::path(
    get,
    path = "/carriers",
    operation_id = "listCarriers",
    tag = "carriers",
    params(PointParams, ListParams),
    responses(
        (status = 200, description = "Carriers", content(
            (Page<CarrierRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn list(reading: Reading) -> Result<Response, Problem> {
    let lines = carriers(reading.service.store.as_ref(), reading.point).await?;
    let rows = lines.into_iter().map(|line| CarrierRow {
        id: line.id.to_string(),
        types: line
            .place
            .fact(kind::TYPE)
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        code: line.place.code,
        name: line.place.name,
        levels: line
            .levels
            .into_iter()
            .map(|(level, basis)| LevelBody { level, basis })
            .collect(),
        parent: line.parent,
        tenants: line.tenants,
        programmes: line.programmes,
        aliases: line.place.aliases,
    });
    reading.list(&rows.collect::<Vec<_>>(), vec![])
}

/// What is true of a carrier on a day, with the figures reported until then.
#[utoipa::path(
    get,
    path = "/carriers/{carrier}",
    operation_id = "showCarrier",
    tag = "carriers",
    params(
        ("carrier" = String, Path, description = "Its code, its id, or a name that only one has"),
        PointParams, ListParams
    ),
    responses(
        (status = 200, description = "The carrier", content(
            (StateBody = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn show(reading: Reading, Path(word): Path<String>) -> Result<Response, Problem> {
    place_state(&reading, Subject::Carrier, &word).await
}

/// A carrier's events in the order recorded.
#[utoipa::path(
    get,
    path = "/carriers/{carrier}/events",
    operation_id = "listCarrierEvents",
    tag = "carriers",
    params(
        ("carrier" = String, Path, description = "Its code, its id, or a name that only one has"),
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
    let at = reading.located(Subject::Carrier, &word).await?;
    let rows = history_rows::<Change>(&reading, at.stream).await?;
    reading.list(&rows, vec![])
}

/// The companies at a carrier on a day, by name; a company with several spells has several rows.
#[utoipa::path(
    get,
    path = "/carriers/{carrier}/members",
    operation_id = "listCarrierMembers",
    tag = "carriers",
    params(
        ("carrier" = String, Path, description = "Its code, its id, or a name that only one has"),
        SetParams, DatesParams, PointParams, ListParams
    ),
    responses(
        (status = 200, description = "Companies", content(
            (Page<MemberRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn members(
    reading: Reading,
    Path(word): Path<String>,
    Query(set): Query<SetParams>,
    Query(dates): Query<DatesParams>,
) -> Result<Response, Problem> {
    let at = reading.located(Subject::Carrier, &word).await?;
    let group = set.set.of(at.stream.id);
    group::members(&reading, &at.place, group, dates.dates).await
}

/// Companies, arrivals and departures through the years.
#[utoipa::path(
    get,
    path = "/carriers/{carrier}/series",
    operation_id = "showCarrierSeries",
    tag = "carriers",
    params(
        ("carrier" = String, Path, description = "Its code, its id, or a name that only one has"),
        SetParams, PeriodParams, DatesParams, PointParams, ListParams
    ),
    responses(
        (status = 200, description = "Periods", content(
            (Page<SeriesRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn series(
    reading: Reading,
    Path(word): Path<String>,
    Query(set): Query<SetParams>,
    Query(periods): Query<PeriodParams>,
    Query(dates): Query<DatesParams>,
) -> Result<Response, Problem> {
    let at = reading.located(Subject::Carrier, &word).await?;
    let group = set.set.of(at.stream.id);
    group::series(&reading, &at.place, group, &periods, dates.dates).await
}

/// How long those stayed that have left by the day, by how they left.
#[utoipa::path(
    get,
    path = "/carriers/{carrier}/stays",
    operation_id = "showCarrierStays",
    tag = "carriers",
    params(
        ("carrier" = String, Path, description = "Its code, its id, or a name that only one has"),
        LeftParams, PointParams, ListParams
    ),
    responses(
        (status = 200, description = "Lengths of stay", content(
            (Page<StayRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn stays(
    reading: Reading,
    Path(word): Path<String>,
    Query(left): Query<LeftParams>,
) -> Result<Response, Problem> {
    let at = reading.located(Subject::Carrier, &word).await?;
    group::stays(&reading, left.set.of(at.stream.id)).await
}
