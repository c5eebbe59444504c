//! Clusters: list, state, history, and their members.

use axum::extract::Path;
use axum::response::Response;
use nianlun_aggregates::cluster::Change;
use nianlun_projections::Subject;
use serde::Serialize;
use utoipa::ToSchema;

use super::group::{self, DatesParams, MemberRow, PartBody, PeriodParams, SeriesRow};
use super::history::{EventRow, history_rows};
use super::responses::Read;
use super::state::{StateBody, place_state};
use crate::http::page::{Page, Row};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reading::{ListParams, PointParams, Reading};
use crate::query::{Group, clusters};

/// A cluster with its members.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClusterRow {
    /// Its code.
    code: String,
    /// Its id.
    #[schema(format = Uuid)]
    id: String,
    /// Its name on the day.
    name: String,
    /// Different member companies.
    companies: u64,
    /// Memberships by tier.
    tiers: Vec<PartBody>,
    /// Its other names.
    aliases: Vec<String>,
}

impl Row for ClusterRow {
    const COLUMNS: &'static [&'static str] =
        &["code", "id", "name", "companies", "tiers", "aliases"];
}

/// Clusters by code, with how many members they have on a day.
#[utoipa::path(
    get,
    path = "/clusters",
    operation_id = "listClusters",
    tag = "clusters",
    params(PointParams, ListParams),
    responses(
        (status = 200, description = "Clusters", content(
            (Page<ClusterRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn list(reading: Reading) -> Result<Response, Problem> {
    let lines = clusters(reading.service.store.as_ref(), reading.point).await?;
    let rows = lines.into_iter().map(|line| ClusterRow {
        id: line.id.to_string(),
        companies: line.companies,
        tiers: line
            .tiers
            .into_iter()
            .map(|tier| PartBody {
                name: line.place.tier_name(&tier.part),
                part: tier.part,
                companies: tier.companies,
                spells: tier.spells,
            })
            .collect(),
        code: line.place.code,
        name: line.place.name,
        aliases: line.place.aliases,
    });
    reading.list(&rows.collect::<Vec<_>>(), vec![])
}

/// What is true of a cluster on a day, with the figures reported until then.
#[utoipa::path(
    get,
    path = "/clusters/{cluster}",
    operation_id = "showCluster",
    tag = "clusters",
    params(
        ("cluster" = String, Path, description = "Its code, its id, or a name that only one has"),
        PointParams, ListParams
    ),
    responses(
        (status = 200, description = "The cluster", content(
            (StateBody = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn show(reading: Reading, Path(word): Path<String>) -> Result<Response, Problem> {
    place_state(&reading, Subject::Cluster, &word).await
}

/// A cluster's events in the order recorded.
#[utoipa::path(
    get,
    path = "/clusters/{cluster}/events",
    operation_id = "listClusterEvents",
    tag = "clusters",
    params(
        ("cluster" = String, Path, description = "Its code, its id, or a name that only one has"),
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
    let at = reading.located(Subject::Cluster, &word).await?;
    let rows = history_rows::<Change>(&reading, at.stream).await?;
    reading.list(&rows, vec![])
}

/// The members of a cluster on a day, by name; a company with several spells has several rows.
#[utoipa::path(
    get,
    path = "/clusters/{cluster}/members",
    operation_id = "listClusterMembers",
    tag = "clusters",
    params(
        ("cluster" = String, Path, description = "Its code, its id, or a name that only one has"),
        DatesParams, PointParams, ListParams
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
    Query(dates): Query<DatesParams>,
) -> Result<Response, Problem> {
    let at = reading.located(Subject::Cluster, &word).await?;
    let group = Group::Cluster(at.stream.id);
    group::members(&reading, &at.place, group, dates.dates).await
}

/// Members, arrivals and departures through the years.
#[utoipa::path(
    get,
    path = "/clusters/{cluster}/series",
    operation_id = "showClusterSeries",
    tag = "clusters",
    params(
        ("cluster" = String, Path, description = "Its code, its id, or a name that only one has"),
        PeriodParams, DatesParams, PointParams, ListParams
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
    Query(periods): Query<PeriodParams>,
    Query(dates): Query<DatesParams>,
) -> Result<Response, Problem> {
    let at = reading.located(Subject::Cluster, &word).await?;
    let group = Group::Cluster(at.stream.id);
    group::series(&reading, &at.place, group, &periods, dates.dates).await
}
