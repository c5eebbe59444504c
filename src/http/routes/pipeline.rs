//! The pipeline: how many stand on each stage, on a day and through the years.

use axum::response::Response;
use nianlun_projections::Subject;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::group::PeriodParams;
use super::responses::Read;
use crate::http::find::place;
use crate::http::page::{Page, Row};
use crate::http::problem::{Kind, Problem};
use crate::http::query::Query;
use crate::http::reading::{ListParams, PointParams, Reading};
use crate::query::{
    Directory, FilterError, FilterPart, Pipeline, PipelineFilter, Point, pipeline, pipeline_filter,
    pipeline_notes, pipeline_totals, stage_series,
};
use crate::store::KnownAt;

/// Which companies are counted, and on which ladder. All that is given must hold on the day.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PipelineParams {
    /// On which ladder.
    #[serde(default = "zero_one_n")]
    #[param(default = "zero-one-n")]
    ladder: String,
    /// Only companies with this attribute, `SCHEME=VALUE`, such as `area=重庆`; may be given again.
    #[serde(default, rename = "where")]
    attributes: Vec<String>,
    /// Only companies that a source shows with this status, `SOURCE=STATUS`, such as `yc-directory=Active`; may be given again.
    #[serde(default)]
    observed: Vec<String>,
    /// Only companies that this source lists; may be given again.
    #[serde(default)]
    present: Vec<String>,
    /// Only companies with space at this carrier.
    carrier: Option<String>,
    /// Only members of this cluster.
    cluster: Option<String>,
}

fn zero_one_n() -> String {
    "zero-one-n".to_owned()
}

/// A stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct PipelineRow {
    /// Its code.
    stage: String,
    /// Its name.
    name: String,
    /// Its band; absent outside the pipeline.
    band: Option<String>,
    /// Companies on it.
    companies: u64,
    /// Teams on it.
    teams: u64,
    /// Companies and teams whose highest stage so far it is; absent of stages without a rank.
    highest: Option<u64>,
}

impl Row for PipelineRow {
    const COLUMNS: &'static [&'static str] =
        &["stage", "name", "band", "companies", "teams", "highest"];
}

/// A stage at the end of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct PipelineSeriesRow {
    /// The first day of the period.
    #[schema(format = Date)]
    from: String,
    /// Its last day.
    #[schema(format = Date)]
    to: String,
    /// The code of the stage.
    stage: String,
    /// Its name.
    name: String,
    /// Companies and teams on it on the last day.
    count: u64,
}

impl Row for PipelineSeriesRow {
    const COLUMNS: &'static [&'static str] = &["from", "to", "stage", "name", "count"];
}

impl From<FilterError> for Problem {
    fn from(error: FilterError) -> Self {
        let detail = error.to_string();
        let parameter = |part| match part {
            FilterPart::Attribute => "where",
            FilterPart::Status => "observed",
            FilterPart::Present => "present",
        };
        match error {
            FilterError::NoPair { part, word } => Self::new(Kind::MalformedRequest, detail)
                .of(parameter(part), word)
                .mend("write NAME=VALUE, such as area=重庆"),
            FilterError::Unknown { part, word, known } => Self::new(Kind::NotFound, detail)
                .of(parameter(part), word)
                .mend(format!("there are: {}", known.join(", "))),
            FilterError::Store(error) => error.into(),
        }
    }
}

impl PipelineParams {
    async fn filter(&self, reading: &Reading) -> Result<PipelineFilter, Problem> {
        let latest = Point {
            day: reading.service.today()?,
            known: KnownAt::Latest,
        };
        let store = reading.service.store.as_ref();
        let (attributes, observed) = (&self.attributes, &self.observed);
        let mut filter =
            pipeline_filter(store, latest, attributes, observed, &self.present).await?;
        if self.carrier.is_none() && self.cluster.is_none() {
            return Ok(filter);
        }
        let directory = Directory::load(store, reading.point).await?;
        let find = |subject, word: &Option<String>| {
            let word = word.as_deref();
            word.map(|word| place(&directory, subject, word))
                .transpose()
        };
        filter.carrier = find(Subject::Carrier, &self.carrier)?;
        filter.cluster = find(Subject::Cluster, &self.cluster)?;
        Ok(filter)
    }
}

/// What a reader must know of the figures.
fn notes(reading: &Reading, counted: &Pipeline) -> Vec<String> {
    let mut notes = vec![pipeline_totals(reading.lang, counted)];
    notes.extend(pipeline_notes(reading.lang, counted));
    notes
}

/// How many companies and teams stand on each stage on a day, and how many have it as the highest reached.
#[utoipa::path(
    get,
    path = "/pipeline",
    operation_id = "showPipeline",
    tag = "pipeline",
    params(PipelineParams, PointParams, ListParams),
    responses(
        (status = 200, description = "Stages", content(
            (Page<PipelineRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn show(
    reading: Reading,
    Query(asked): Query<PipelineParams>,
) -> Result<Response, Problem> {
    let ladder = reading.service.ladder(&asked.ladder)?;
    let filter = asked.filter(&reading).await?;
    let store = reading.service.store.as_ref();
    let counted = pipeline(store, ladder, reading.point, &filter).await?;
    let stages = ladder.stages.iter().zip(&counted.stages);
    let rows = stages.map(|(stage, count)| PipelineRow {
        stage: stage.code.clone(),
        name: reading.lang.pick(&stage.zh, &stage.en).to_owned(),
        band: stage.band.clone(),
        companies: count.companies,
        teams: count.teams,
        highest: count.highest,
    });
    reading.list(&rows.collect::<Vec<_>>(), notes(&reading, &counted))
}

/// How many companies and teams stand on each stage at the end of each period: a row for each stage of each period. The notes are
/// of the last day.
#[utoipa::path(
    get,
    path = "/pipeline/series",
    operation_id = "showPipelineSeries",
    tag = "pipeline",
    params(PipelineParams, PeriodParams, PointParams, ListParams),
    responses(
        (status = 200, description = "Stages of periods", content(
            (Page<PipelineSeriesRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn series(
    reading: Reading,
    Query(asked): Query<PipelineParams>,
    Query(periods): Query<PeriodParams>,
) -> Result<Response, Problem> {
    let ladder = reading.service.ladder(&asked.ladder)?;
    let first = periods.first()?;
    let filter = asked.filter(&reading).await?;
    let (store, point) = (reading.service.store.as_ref(), reading.point);
    let series = stage_series(store, ladder, point, &filter, first, periods.by.into()).await?;
    let last = pipeline(store, ladder, point, &filter).await?;
    let mut rows = vec![];
    for period in series {
        for (stage, count) in ladder.stages.iter().zip(period.totals) {
            rows.push(PipelineSeriesRow {
                from: period.from.to_string(),
                to: period.to.to_string(),
                stage: stage.code.clone(),
                name: reading.lang.pick(&stage.zh, &stage.en).to_owned(),
                count,
            });
        }
    }
    reading.list(&rows, notes(&reading, &last))
}
