//! The pipeline: how many stand on each stage, and how many have reached it.

use std::collections::BTreeMap;

use nianlun_aggregates::Day;
use nianlun_projections::{FOREVER, Ladder, Subject, kind};

use super::point::{Period, Point, periods};
use crate::store::{FactColumn, FactQuery, Having, Store, StoreError, Valid};

/// The units that count as companies; teams are counted apart, branches not at all.
const COMPANIES: &[&str] = &[
    "company",
    "institution",
    "sole_proprietorship",
    "unnamed_local_entity",
];
const TEAM: &str = "team";

/// The pipeline of a day on a ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// The stages in the ladder's order.
    pub stages: Vec<StageCount>,
    /// Branches, which count nowhere.
    pub branches: u64,
    /// Companies and teams made by a generator among those counted.
    pub synthetic: u64,
    /// Companies and teams whose dates are all unknown: on no day.
    pub unplaced: u64,
}

/// One stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageCount {
    /// Its code.
    pub stage: String,
    /// Its band; empty outside the pipeline.
    pub band: String,
    /// Companies on it.
    pub companies: u64,
    /// Teams on it.
    pub teams: u64,
    /// Companies and teams whose highest stage so far it is; `None` for stages that have no rank.
    pub highest: Option<u64>,
}

/// Which companies to count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PipelineFilter {
    /// Attributes that must hold on the day: scheme and value.
    pub attributes: Vec<(String, String)>,
    /// Statuses that sources must show on the day: source and status.
    pub statuses: Vec<(String, String)>,
    /// Sources that must list them on the day.
    pub present: Vec<String>,
    /// Only those with space at this carrier on the day.
    pub carrier: Option<uuid::Uuid>,
    /// Only those with a membership of this cluster on the day.
    pub cluster: Option<uuid::Uuid>,
}

impl PipelineFilter {
    fn having(&self, point: Point) -> Vec<Having> {
        let with = |kind: &str, key: &str, value: Option<&str>| Having {
            kind: kind.to_owned(),
            key: key.to_owned(),
            value: value.map(str::to_owned),
            valid: Valid::On(point.day.number()),
        };
        let mut having = vec![];
        having.extend(
            self.attributes
                .iter()
                .map(|(scheme, value)| with(kind::ATTRIBUTE, scheme, Some(value))),
        );
        having.extend(
            self.statuses
                .iter()
                .map(|(source, status)| with(kind::STATUS, source, Some(status))),
        );
        having.extend(
            self.present
                .iter()
                .map(|source| with(kind::PRESENCE, source, None)),
        );
        having.extend(
            self.carrier
                .map(|id| with(kind::OCCUPANCY, &id.to_string(), None)),
        );
        having.extend(
            self.cluster
                .map(|id| with(kind::MEMBERSHIP, &id.to_string(), None)),
        );
        having
    }
}

/// How many subjects stand on a stage as a unit.
struct Counts(BTreeMap<(String, String), u64>);

impl Counts {
    async fn of(store: &dyn Store, query: &FactQuery) -> Result<Self, StoreError> {
        let rows = store
            .tally(query, &[FactColumn::Value, FactColumn::Part])
            .await?;
        let counted = rows
            .into_iter()
            .filter_map(|row| match row.group.as_slice() {
                [stage, unit] => Some(((stage.clone(), unit.clone()), row.subjects)),
                _ => None,
            });
        Ok(Self(counted.collect()))
    }

    /// Of a stage, or of all; of these units.
    fn sum(&self, stage: Option<&str>, units: &[&str]) -> u64 {
        let wanted = self.0.iter().filter(|((value, unit), _)| {
            stage.is_none_or(|stage| stage == value) && units.contains(&unit.as_str())
        });
        wanted.map(|(_, count)| count).sum()
    }

    fn both(&self, stage: Option<&str>) -> u64 {
        self.sum(stage, COMPANIES) + self.sum(stage, &[TEAM])
    }
}

fn asking(
    ladder: &Ladder,
    point: Point,
    filter: &PipelineFilter,
    kind: &str,
    valid: Valid,
) -> FactQuery {
    FactQuery {
        keys: vec![ladder.code.clone()],
        having: filter.having(point),
        ..point.asking(Subject::Company, &[kind], valid)
    }
}

/// Counts the pipeline.
///
/// # Errors
/// Those of the store.
pub async fn pipeline(
    store: &dyn Store,
    ladder: &Ladder,
    point: Point,
    filter: &PipelineFilter,
) -> Result<Pipeline, StoreError> {
    let on = Valid::On(point.day.number());
    let query = |kind: &str, valid: Valid| asking(ladder, point, filter, kind, valid);
    let current = Counts::of(store, &query(kind::STAGE, on)).await?;
    let highest = Counts::of(store, &query(kind::HIGHEST, on)).await?;
    let unplaced = Counts::of(store, &query(kind::STAGE, Valid::Unplaced)).await?;
    let mut made_up = query(kind::STAGE, on);
    made_up.having.push(Having {
        kind: kind::ATTRIBUTE.to_owned(),
        key: "synthetic".to_owned(),
        value: Some("yes".to_owned()),
        valid: Valid::Any,
    });
    let synthetic = Counts::of(store, &made_up).await?;
    let stages = ladder.stages.iter().map(|stage| StageCount {
        stage: stage.code.clone(),
        band: stage.band.clone().unwrap_or_default(),
        companies: current.sum(Some(&stage.code), COMPANIES),
        teams: current.sum(Some(&stage.code), &[TEAM]),
        highest: stage.rank.map(|_| highest.both(Some(&stage.code))),
    });
    Ok(Pipeline {
        stages: stages.collect(),
        branches: current.sum(None, &["branch"]),
        synthetic: synthetic.both(None),
        // A filter asks for the state of a day; what stands on no day meets none.
        unplaced: if filter == &PipelineFilter::default() {
            unplaced.both(None)
        } else {
            0
        },
    })
}

/// How many stand on each stage at the end of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageTotals {
    /// The first day of the period.
    pub from: Day,
    /// Its last day, which the figures are of.
    pub to: Day,
    /// Companies and teams on each stage of the ladder, in its order.
    pub totals: Vec<u64>,
}

/// The pipeline at the end of each period, from the first day on which any company has a stage (or `from`) to the day of the
/// point.
///
/// # Errors
/// Those of the store.
pub async fn stage_series(
    store: &dyn Store,
    ladder: &Ladder,
    point: Point,
    filter: &PipelineFilter,
    from: Option<Day>,
    period: Period,
) -> Result<Vec<StageTotals>, StoreError> {
    let first = match from {
        Some(from) => from,
        None => first_day(store, &ladder.code, point)
            .await?
            .unwrap_or(point.day),
    };
    let mut series = vec![];
    for (from, to) in periods(first, point.day, period) {
        let totals = stage_totals(store, ladder, point.on(to), filter).await?;
        series.push(StageTotals { from, to, totals });
    }
    Ok(series)
}

/// Companies and teams on each stage of the ladder, in its order.
///
/// # Errors
/// Those of the store.
async fn stage_totals(
    store: &dyn Store,
    ladder: &Ladder,
    point: Point,
    filter: &PipelineFilter,
) -> Result<Vec<u64>, StoreError> {
    let query = asking(
        ladder,
        point,
        filter,
        kind::STAGE,
        Valid::On(point.day.number()),
    );
    let counts = Counts::of(store, &query).await?;
    Ok(ladder
        .stages
        .iter()
        .map(|stage| counts.both(Some(&stage.code)))
        .collect())
}

/// The first day on which any company has a stage on a ladder.
///
/// # Errors
/// Those of the store.
async fn first_day(
    store: &dyn Store,
    ladder: &str,
    point: Point,
) -> Result<Option<Day>, StoreError> {
    let query = FactQuery {
        keys: vec![ladder.to_owned()],
        ..point.asking(Subject::Company, &[kind::STAGE], Valid::Any)
    };
    let days = store
        .facts(&query)
        .await?
        .into_iter()
        .map(|fact| fact.valid_from)
        .filter(|day| *day != FOREVER);
    Ok(days.min().and_then(Day::from_number))
}
