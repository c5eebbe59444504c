//! The pipeline: how many stand on each stage, and how many have reached it.

use std::collections::BTreeMap;

use nianlun_aggregates::Day;
use nianlun_projections::{FOREVER, Ladder, Subject, kind};

use super::point::Point;
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
    let query = |kind: &str, valid: Valid| FactQuery {
        keys: vec![ladder.code.clone()],
        having: filter.having(point),
        ..point.asking(Subject::Company, &[kind], valid)
    };
    let on = Valid::On(point.day.number());
    let count = async |query: FactQuery| -> Result<BTreeMap<(String, String), u64>, StoreError> {
        let rows = store
            .tally(&query, &[FactColumn::Value, FactColumn::Part])
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                Some((
                    (row.group.first()?.clone(), row.group.get(1)?.clone()),
                    row.subjects,
                ))
            })
            .collect())
    };
    let current = count(query(kind::STAGE, on)).await?;
    let highest = count(query(kind::HIGHEST, on)).await?;
    let unplaced = if filter == &PipelineFilter::default() {
        count(query(kind::STAGE, Valid::Unplaced)).await?
    } else {
        BTreeMap::new()
    };
    let mut made_up = query(kind::STAGE, on);
    made_up.having.push(Having {
        kind: kind::ATTRIBUTE.to_owned(),
        key: "synthetic".to_owned(),
        value: Some("yes".to_owned()),
        valid: Valid::Any,
    });
    let synthetic = count(made_up).await?;
    let sum =
        |counts: &BTreeMap<(String, String), u64>, stage: Option<&str>, units: &[&str]| -> u64 {
            counts
                .iter()
                .filter(|((value, unit), _)| {
                    stage.is_none_or(|stage| stage == value) && units.contains(&unit.as_str())
                })
                .map(|(_, count)| count)
                .sum()
        };
    let both: Vec<&str> = COMPANIES.iter().copied().chain([TEAM]).collect();
    let stages = ladder.stages.iter().map(|stage| StageCount {
        stage: stage.code.clone(),
        band: stage.band.clone().unwrap_or_default(),
        companies: sum(&current, Some(&stage.code), COMPANIES),
        teams: sum(&current, Some(&stage.code), &[TEAM]),
        highest: stage.rank.map(|_| sum(&highest, Some(&stage.code), &both)),
    });
    Ok(Pipeline {
        stages: stages.collect(),
        branches: sum(&current, None, &["branch"]),
        synthetic: sum(&synthetic, None, &both),
        unplaced: sum(&unplaced, None, &both),
    })
}

/// The first day on which any company has a stage on a ladder.
///
/// # Errors
/// Those of the store.
pub async fn first_day(
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
