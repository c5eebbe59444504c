//! Companies at a carrier or in a cluster: who, how many through the years, how long.

use std::collections::BTreeSet;

use axum::response::Response;
use nianlun_projections::FOREVER;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::state::day;
use crate::http::page::Row;
use crate::http::problem::Problem;
use crate::http::reading::{self, Reading};
use crate::query::{
    Dates, Group, Period, Place, companies_in_all, group_series, members as members_of,
    stays as stays_of,
};

/// The length of a period.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PeriodParam {
    /// Calendar months.
    Month,
    /// Calendar quarters.
    Quarter,
    /// Calendar years.
    #[default]
    Year,
}

/// How dates are taken that are not known to the day.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DatesParam {
    /// As they are placed.
    #[default]
    Placed,
    /// Only who is there wherever the dates lie.
    Certain,
    /// Whoever is there if the dates lie so.
    Possible,
}

/// Who is counted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DatesParams {
    /// How dates are taken that are not known to the day: as they are placed, only the certain, or all possible.
    #[serde(default)]
    #[param(inline, default = "placed")]
    pub dates: DatesParam,
}

/// Which periods.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodParams {
    /// The length of a period.
    #[serde(default)]
    #[param(inline, default = "year")]
    pub by: PeriodParam,
    /// The first day, such as `2016-01-01`; the first of which anything is known if not given. The last is `as_of`.
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<String>,
}

impl From<PeriodParam> for Period {
    fn from(period: PeriodParam) -> Self {
        match period {
            PeriodParam::Month => Self::Month,
            PeriodParam::Quarter => Self::Quarter,
            PeriodParam::Year => Self::Year,
        }
    }
}

impl From<DatesParam> for Dates {
    fn from(dates: DatesParam) -> Self {
        match dates {
            DatesParam::Placed => Self::Placed,
            DatesParam::Certain => Self::Certain,
            DatesParam::Possible => Self::Possible,
        }
    }
}

impl PeriodParams {
    /// The first day.
    ///
    /// # Errors
    /// If it is none.
    pub fn first(&self) -> Result<Option<nianlun_aggregates::Day>, Problem> {
        let from = self.from.as_deref();
        from.map(|text| reading::day("from", text)).transpose()
    }
}

/// A company at a carrier or in a cluster, with the spell for which it is there.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberRow {
    /// The company.
    #[schema(format = Uuid)]
    id: String,
    /// Its name on the day.
    name: String,
    /// The code of its tier, its programme, or its unit.
    part: String,
    /// That in words.
    part_name: String,
    /// As what it is there.
    role: String,
    /// The first day; absent where it is unknown.
    #[schema(format = Date)]
    from: Option<String>,
    /// The first day on which it is no longer there; absent where it goes on.
    #[schema(format = Date)]
    to: Option<String>,
    /// The first day as its source states it.
    from_stated: String,
    /// The end as its source states it.
    to_stated: String,
    /// What the spell is flagged with.
    flags: Vec<String>,
}

impl Row for MemberRow {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "name",
        "part",
        "part_name",
        "role",
        "from",
        "to",
        "from_stated",
        "to_stated",
        "flags",
    ];
}

/// How many spells of a part.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartBody {
    /// The code of the tier, or the programme.
    pub part: String,
    /// That in words.
    pub name: String,
    /// Different companies.
    pub companies: u64,
    /// Spells.
    pub spells: u64,
}

/// How many spells ended so.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndedBody {
    /// How.
    how: String,
    /// Spells.
    spells: u64,
}

/// A period.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeriesRow {
    /// Its first day.
    #[schema(format = Date)]
    from: String,
    /// Its last day.
    #[schema(format = Date)]
    to: String,
    /// Different companies at its end.
    companies: u64,
    /// Spells that began in it with a known start.
    arrivals: u64,
    /// Spells that ended in it.
    departures: u64,
    /// Spells at its end by tier or programme; none by unit.
    parts: Vec<PartBody>,
    /// Of programmes: spells that ended in it, by how.
    ended: Vec<EndedBody>,
}

impl Row for SeriesRow {
    const COLUMNS: &'static [&'static str] = &[
        "from",
        "to",
        "companies",
        "arrivals",
        "departures",
        "parts",
        "ended",
    ];
}

/// How long those stayed that left so.
#[derive(Debug, Serialize, ToSchema)]
pub struct StayRow {
    /// How they left.
    ended: String,
    /// Spells whose start and end are known to the day; the days are theirs.
    spells: u64,
    /// The shortest, in days.
    min_days: Option<i32>,
    /// The median, in days; of an even number the middle between two.
    median_days: Option<f64>,
    /// The longest, in days.
    max_days: Option<i32>,
    /// Spells left out because their start or end is not known to the day.
    left_out: u64,
}

impl Row for StayRow {
    const COLUMNS: &'static [&'static str] = &[
        "ended",
        "spells",
        "min_days",
        "median_days",
        "max_days",
        "left_out",
    ];
}

/// The members of a group.
///
/// # Errors
/// Those of the store.
pub async fn members(
    reading: &Reading,
    place: &Place,
    group: Group,
    dates: DatesParam,
) -> Result<Response, Problem> {
    let store = reading.service.store.as_ref();
    let members = members_of(store, group, reading.point, dates.into()).await?;
    let companies: BTreeSet<_> = members.iter().map(|member| member.id).collect();
    let mut notes = vec![companies_in_all(reading.lang, companies.len())];
    notes.extend(reading.made_up_among(companies).await?);
    let known = |number| (number != FOREVER).then(|| day(number));
    let rows = members.into_iter().map(|member| MemberRow {
        id: member.id.to_string(),
        name: member.name,
        // A carrier has no tiers: its parts are called by themselves.
        part_name: place.tier_name(&member.spell.part),
        part: member.spell.part,
        role: member.spell.value,
        from: known(member.spell.valid_from),
        to: known(member.spell.valid_to),
        from_stated: member.spell.from_stated,
        to_stated: member.spell.to_stated,
        flags: member.spell.flags,
    });
    reading.list(&rows.collect::<Vec<_>>(), notes)
}

/// A group through the years.
///
/// # Errors
/// A first day that is none; those of the store.
pub async fn series(
    reading: &Reading,
    place: &Place,
    group: Group,
    periods: &PeriodParams,
    dates: DatesParam,
) -> Result<Response, Problem> {
    let store = reading.service.store.as_ref();
    let (first, by) = (periods.first()?, periods.by.into());
    let series = group_series(store, group, reading.point, first, by, dates.into()).await?;
    let rows = series.iter().map(|point| SeriesRow {
        from: point.from.to_string(),
        to: point.to.to_string(),
        companies: point.companies,
        arrivals: point.arrivals,
        departures: point.departures,
        parts: group
            .summed(&point.parts)
            .map(|part| PartBody {
                part: part.part.clone(),
                name: place.tier_name(&part.part),
                companies: part.companies,
                spells: part.spells,
            })
            .collect(),
        ended: point
            .ended
            .iter()
            .map(|(how, spells)| EndedBody {
                how: how.clone(),
                spells: *spells,
            })
            .collect(),
    });
    reading.list(&rows.collect::<Vec<_>>(), vec![])
}

/// How long the spells of a group lasted.
///
/// # Errors
/// Those of the store.
pub async fn stays(reading: &Reading, group: Group) -> Result<Response, Problem> {
    let stays = stays_of(reading.service.store.as_ref(), group, reading.point).await?;
    let rows = stays.into_iter().map(|stay| StayRow {
        spells: stay.days.len() as u64,
        min_days: stay.days.first().copied(),
        median_days: stay.median_halves().map(|halves| f64::from(halves) / 2.0),
        max_days: stay.days.last().copied(),
        left_out: stay.left_out,
        ended: stay.value,
    });
    reading.list(&rows.collect::<Vec<_>>(), vec![])
}
