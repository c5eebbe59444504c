//! `nianlun pipeline`

use std::collections::BTreeMap;

use nianlun_projections::{Ladder, Subject, kind};

use super::app::App;
use super::args::{Global, Lang, PeriodArg, PipelineArgs};
use super::error::CliError;
use super::series::period;
use super::sheet::{Cell, Column, Sheet, column};
use crate::query::{Directory, Pipeline, PipelineFilter, Point, periods, pipeline, stage_totals};

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
    let pairs = |option: &str, pairs: &[String]| -> Result<Vec<(String, String)>, CliError> {
        let split = |pair: &String| {
            pair.split_once('=')
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .ok_or_else(|| {
                    CliError::Usage(format!(
                        "{option} {pair:?}: write NAME=VALUE, such as area=重庆"
                    ))
                })
        };
        pairs.iter().map(split).collect()
    };
    let mut filter = PipelineFilter {
        attributes: pairs("--where", &args.attributes)?,
        statuses: pairs("--observed", &args.observed)?,
        present: args.present.clone(),
        ..PipelineFilter::default()
    };
    let schemes = filter.attributes.iter().map(|(scheme, _)| scheme);
    app.must_be_known(kind::ATTRIBUTE, "--where", schemes)
        .await?;
    let sources = filter.statuses.iter().map(|(source, _)| source);
    app.must_be_known(kind::STATUS, "--observed", sources)
        .await?;
    app.must_be_known(kind::PRESENCE, "--present", filter.present.iter())
        .await?;
    if args.carrier.is_none() && args.cluster.is_none() {
        return Ok(filter);
    }
    let directory = Directory::load(app.store.as_ref(), point).await?;
    filter.carrier = args
        .carrier
        .as_deref()
        .map(|word| App::place(&directory, Subject::Carrier, word))
        .transpose()?;
    filter.cluster = args
        .cluster
        .as_deref()
        .map(|word| App::place(&directory, Subject::Cluster, word))
        .transpose()?;
    Ok(filter)
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
    let companies: u64 = counted.stages.iter().map(|count| count.companies).sum();
    let teams: u64 = counted.stages.iter().map(|count| count.teams).sum();
    let mut notes = vec![format!(
        "{} {companies} · {} {teams}",
        app.pick("企业合计", "companies"),
        app.pick("团队合计", "teams")
    )];
    notes.extend(app.made_up(counted.synthetic));
    if counted.branches > 0 {
        notes.push(format!(
            "※ {} {}",
            counted.branches,
            app.pick("个分公司不计入。", "branches are not counted.")
        ));
    }
    if counted.unplaced > 0 {
        let what = app.pick(
            "家的日期全部不详，不在任何一天的存量中。",
            "have no known date and stand in the stock of no day.",
        );
        notes.push(format!("※ {} {what}", counted.unplaced));
    }
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
    let from = match from {
        Some(from) => from,
        None => crate::query::first_day(app.store.as_ref(), &ladder.code, point)
            .await?
            .unwrap_or(point.day),
    };
    let mut columns = vec![column("day", "截至", "day")];
    let owned = |text: &str| text.to_owned().into();
    columns.extend(ladder.stages.iter().map(|stage| Column {
        name: owned(&stage.code),
        zh: owned(&stage.zh),
        en: owned(&stage.en),
    }));
    let mut rows = vec![];
    for (_, day) in periods(from, point.day, period(by)) {
        let totals = stage_totals(app.store.as_ref(), ladder, point.on(day), filter).await?;
        let counts = totals.into_iter().map(Cell::from);
        rows.push(
            std::iter::once(Cell::from(day.to_string()))
                .chain(counts)
                .collect(),
        );
    }
    let last = pipeline(app.store.as_ref(), ladder, point, filter).await?;
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
        rows,
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
        notes: match app.lang {
            Lang::Zh => vec!["当日阶段为自上而下第一条成立的规则。".to_owned()],
            Lang::En => vec!["The stage of a day is the first rule that holds.".to_owned()],
        },
    }
}
