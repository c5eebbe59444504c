//! `nianlun pipeline`

use std::collections::BTreeMap;

use nianlun_projections::{Ladder, Subject};

use super::app::{App, noted};
use super::args::{Global, PeriodArg, PipelineArgs};
use super::error::CliError;
use super::series::period;
use super::sheet::{Cell, Column, Sheet, column};
use crate::query::{
    Directory, FilterError, FilterPart, Pipeline, PipelineFilter, Point, ladders_note, pipeline,
    pipeline_filter, pipeline_notes, pipeline_totals, stage_series,
};

pub async fn run(global: &Global, args: PipelineArgs) -> Result<(), CliError> {
    let app = App::open_current(global).await?;
    if args.ladders {
        return Ok(ladders(&app).print(args.reading.format, app.lang)?);
    }
    let ladder = app.ladder(&args.ladder)?;
    let point = app.point(&args.reading)?;
    let filter = filter(&app, &args, point).await?;
    let sheet = match args.series {
        None => stock(
            &app,
            ladder,
            point,
            &pipeline(app.store.as_ref(), ladder, point, &filter).await?,
        ),
        Some(by) => series(&app, ladder, point, &filter, by, args.from).await?,
    };
    Ok(sheet.print(args.reading.format, app.lang)?)
}

async fn filter(app: &App, args: &PipelineArgs, point: Point) -> Result<PipelineFilter, CliError> {
    let latest = app.latest()?;
    let store = app.store.as_ref();
    let words = (&args.attributes, &args.observed, &args.present);
    let filter = pipeline_filter(store, latest, words.0, words.1, words.2).await;
    let mut filter = filter.map_err(|error| refused(option, error))?;
    if args.carrier.is_none() && args.cluster.is_none() {
        return Ok(filter);
    }
    let directory = Directory::load(store, point).await?;
    let place = |subject, word: &Option<String>| {
        let place = word.as_deref();
        place
            .map(|word| App::place(&directory, subject, word))
            .transpose()
    };
    filter.carrier = place(Subject::Carrier, &args.carrier)?;
    filter.cluster = place(Subject::Cluster, &args.cluster)?;
    Ok(filter)
}

const fn option(part: FilterPart) -> &'static str {
    match part {
        FilterPart::Attribute => "--where",
        FilterPart::Status => "--observed",
        FilterPart::Present => "--present",
    }
}

/// A filter that is refused, by the option that a part of it is given with.
pub fn refused(option: impl Fn(FilterPart) -> &'static str, error: FilterError) -> CliError {
    CliError::Usage(match error {
        FilterError::NoPair { part, word } => format!(
            "{} {word:?}: write NAME=VALUE, such as area=重庆",
            option(part)
        ),
        FilterError::Unknown { part, word, known } => format!(
            "{} {word}: no company has that; there are: {}",
            option(part),
            known.join(", ")
        ),
        FilterError::Store(error) => return error.into(),
    })
}

/// The pipeline of one day.
pub fn stock(app: &App, ladder: &Ladder, point: Point, counted: &Pipeline) -> Sheet {
    let name = app.pick(&ladder.zh, &ladder.en);
    let rows = ladder
        .stages
        .iter()
        .zip(&counted.stages)
        .map(|(stage, count)| {
            vec![
                stage.code.as_str().into(),
                app.pick(&stage.zh, &stage.en).into(),
                count.band.as_str().into(),
                count.companies.into(),
                count.teams.into(),
                count.highest.into(),
            ]
        });
    Sheet {
        title: format!("{name} · {}", app.at(point)),
        columns: vec![
            column("stage", "阶段代码", "stage"),
            column("name", "阶段", "name"),
            column("band", "区间", "band"),
            column("companies", "企业", "companies"),
            column("teams", "团队", "teams"),
            column("highest", "最高曾达", "highest reached"),
        ],
        rows: rows.collect(),
        notes: notes(app, counted),
    }
}

/// What a reader must know of the figures.
fn notes(app: &App, counted: &Pipeline) -> Vec<String> {
    let mut notes = vec![pipeline_totals(app.lang, counted)];
    notes.extend(pipeline_notes(app.lang, counted).into_iter().map(noted));
    notes
}

/// The pipeline at the end of each period: companies by stage.
pub async fn series(
    app: &App,
    ladder: &Ladder,
    point: Point,
    filter: &PipelineFilter,
    by: PeriodArg,
    from: Option<nianlun_aggregates::Day>,
) -> Result<Sheet, CliError> {
    let mut columns = vec![column("day", "截至", "day")];
    let owned = |text: &str| text.to_owned().into();
    columns.extend(ladder.stages.iter().map(|stage| Column {
        name: owned(&stage.code),
        zh: owned(&stage.zh),
        en: owned(&stage.en),
    }));
    let store = app.store.as_ref();
    let series = stage_series(store, ladder, point, filter, from, period(by)).await?;
    let rows = series.into_iter().map(|period| {
        let counts = period.totals.into_iter().map(Cell::from);
        std::iter::once(Cell::from(period.to.to_string()))
            .chain(counts)
            .collect()
    });
    let last = pipeline(store, ladder, point, filter).await?;
    let name = app.pick(&ladder.zh, &ladder.en);
    let title = format!(
        "{name} · {} · {}",
        app.pick(
            "各期末企业与团队数",
            "companies and teams at the end of each period"
        ),
        app.at(point)
    );
    Ok(Sheet {
        title,
        columns,
        rows: rows.collect(),
        notes: notes(app, &last),
    })
}

fn ladders(app: &App) -> Sheet {
    let rows = app.folds.ladders().all().iter().map(|ladder| {
        let bands: BTreeMap<usize, &str> = ladder
            .stages
            .iter()
            .enumerate()
            .map(|(index, stage)| (index, app.pick(&stage.zh, &stage.en)))
            .collect();
        vec![
            ladder.code.as_str().into(),
            app.pick(&ladder.zh, &ladder.en).into(),
            bands.into_values().collect::<Vec<_>>().join(" › ").into(),
        ]
    });
    Sheet {
        title: String::new(),
        columns: vec![
            column("ladder", "梯级代码", "ladder"),
            column("name", "名称", "name"),
            column("stages", "阶段（先者优先）", "stages, the first that holds"),
        ],
        rows: rows.collect(),
        notes: vec![ladders_note(app.lang).to_owned()],
    }
}
