//! Exports of rosters, and the mapping by which one is imported again.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use nianlun_aggregates::Day;
use nianlun_projections::{Subject, kind};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::responses::{Read, Sent};
use crate::export::{self, Listed, RosterWanted, Rosters, roster_mapping};
use crate::http::exporting::{Draft, Exporting, OutParams};
use crate::http::find::{place, unknown};
use crate::http::problem::{Kind, Problem};
use crate::http::query::Query;
use crate::http::reading::{PointParams, day};
use crate::query::{Directory, Group, Period, periods};
use crate::store::{FactColumn, Valid};

/// So many rosters in one file, at most.
const ROSTERS: usize = 1_000;

/// Whose roster, and of which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RosterParams {
    /// Those at this carrier: its code, or a name that only one has.
    carrier: Option<String>,
    /// Which companies of the carrier; those with space if not given.
    #[param(inline)]
    set: Option<RosterSet>,
    /// The members of this cluster: its code, or a name that only one has.
    cluster: Option<String>,
    /// Those whom this source lists.
    source: Option<String>,
    /// A roster for the end of each period up to the day; needs `from`.
    #[param(inline)]
    every: Option<RosterPeriod>,
    /// The first day of the periods; needs `every`.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// XLSX: each roster on a sheet of its own; needs `every`.
    #[serde(default)]
    sheets: bool,
}

/// Which companies of a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RosterSet {
    /// Companies with space
    Occupancy,
    /// Companies in a programme
    Programme,
}

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RosterPeriod {
    /// Calendar months
    Month,
    /// Calendar quarters
    Quarter,
    /// Calendar years
    Year,
}

/// Who is there on a day, or at the end of each period: at a carrier, in a cluster or in a source.
#[utoipa::path(
    get,
    path = "/exports/roster",
    operation_id = "exportRoster",
    tag = "exports",
    params(RosterParams, PointParams, OutParams),
    responses(
        (status = 200, description = "The file", content(
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (String = "application/x-ndjson")
        )),
        Sent
    )
)]
pub async fn roster(
    exporting: Exporting,
    Query(which): Query<RosterParams>,
) -> Result<Response, Problem> {
    let (_, draft, _) = drafted(&exporting, &which).await?;
    exporting.answer("roster", draft)
}

/// The mapping by which a roster, exported with `headings=code`, can be imported again.
#[utoipa::path(
    get,
    path = "/exports/roster/mapping",
    operation_id = "exportRosterMapping",
    tag = "exports",
    params(RosterParams, PointParams, OutParams),
    responses(
        (status = 200, description = "The mapping", body = String, content_type = "application/toml"),
        Read
    )
)]
pub async fn mapping(
    exporting: Exporting,
    Query(which): Query<RosterParams>,
) -> Result<Response, Problem> {
    // The schemes of its columns are known once its rows are.
    let (wanted, _, written) = drafted(&exporting, &which).await?;
    let code = match &wanted.listed {
        Listed::Source(source) => source.clone(),
        Listed::Group(group) => {
            let store = exporting.service.store.as_ref();
            let directory = Directory::load(store, exporting.point).await?;
            let place = match group {
                Group::Cluster(id) => directory.clusters.get(id),
                Group::Occupancy(id) | Group::Programme(id) => directory.carriers.get(id),
            };
            place.map_or_else(String::new, |place| place.code.clone())
        }
    };
    let text = roster_mapping(&wanted.listed, &code, &written.schemes);
    Ok(([(header::CONTENT_TYPE, "application/toml")], text).into_response())
}

async fn drafted(
    exporting: &Exporting,
    which: &RosterParams,
) -> Result<(RosterWanted, Draft, Rosters), Problem> {
    if which.sheets && !exporting.is_workbook() {
        return Err(malformed("sheets", "true", "only a workbook has sheets")
            .mend("say format=xlsx, or leave sheets out"));
    }
    let wanted = RosterWanted {
        listed: listed(exporting, which).await?,
        point: exporting.point,
        days: days(which, exporting.point.day)?,
        sheets: which.sheets,
    };
    let mut draft = exporting.begin()?;
    let store = exporting.service.store.as_ref();
    let written = export::roster(store, &wanted, &mut draft.writer).await?;
    Ok((wanted, draft, written))
}

fn days(which: &RosterParams, last: Day) -> Result<Vec<Day>, Problem> {
    let (every, from) = match (which.every, &which.from) {
        (Some(every), Some(from)) => (every, day("from", from)?),
        (None, None) if !which.sheets => return Ok(vec![last]),
        (None, _) => return Err(malformed("every", "", "periods need a length")),
        (_, None) => return Err(malformed("from", "", "periods need a first day")),
    };
    let period = match every {
        RosterPeriod::Month => Period::Month,
        RosterPeriod::Quarter => Period::Quarter,
        RosterPeriod::Year => Period::Year,
    };
    let asked = from.to_string();
    if from > last {
        return Err(malformed("from", &asked, "it lies after as_of"));
    }
    let ends: Vec<_> = periods(from, last, period)
        .into_iter()
        .map(|(_, last)| last)
        .collect();
    if ends.len() > ROSTERS {
        let detail = format!("these are {} rosters", ends.len());
        return Err(
            malformed("from", &asked, &detail).mend(format!("ask for {ROSTERS} or fewer at once"))
        );
    }
    Ok(ends)
}

async fn listed(exporting: &Exporting, which: &RosterParams) -> Result<Listed, Problem> {
    if which.set.is_some() && which.carrier.is_none() {
        return Err(malformed("set", "", "only a carrier has sets"));
    }
    let store = exporting.service.store.as_ref();
    let directory = Directory::load(store, exporting.point);
    match (&which.carrier, &which.cluster, &which.source) {
        (Some(word), None, None) => {
            let id = place(&directory.await?, Subject::Carrier, word)?;
            Ok(Listed::Group(match which.set {
                Some(RosterSet::Programme) => Group::Programme(id),
                None | Some(RosterSet::Occupancy) => Group::Occupancy(id),
            }))
        }
        (None, Some(word), None) => {
            let id = place(&directory.await?, Subject::Cluster, word)?;
            Ok(Listed::Group(Group::Cluster(id)))
        }
        (None, None, Some(source)) => {
            let query = exporting
                .point
                .asking(Subject::Company, &[kind::PRESENCE], Valid::Any);
            let tally = store.tally(&query, &[FactColumn::Key]).await?;
            let known: Vec<_> = tally.into_iter().flat_map(|row| row.group).collect();
            if !known.contains(source) {
                return Err(
                    unknown("source", source).mend(format!("there are: {}", known.join(", ")))
                );
            }
            Ok(Listed::Source(source.clone()))
        }
        _ => Err(malformed(
            "carrier",
            "",
            "a roster is of one carrier, one cluster or one source",
        )),
    }
}

fn malformed(parameter: &str, value: &str, detail: &str) -> Problem {
    Problem::new(Kind::MalformedRequest, detail).of(parameter, value)
}
