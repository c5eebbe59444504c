//! `nianlun demo`: the bundled examples, loaded into a file of their own and shown.

use std::path::Path;
use std::sync::Arc;

use nianlun_aggregates::company::Change;
use nianlun_aggregates::{Day, Identifier};
use nianlun_projections::Subject;
use uuid::Uuid;

use super::app::App;
use super::args::{DemoArgs, Format, Global, PeriodArg};
use super::error::CliError;
use super::history::history_sheet;
use super::import::summary;
use super::sheet::{Cell, Column, Sheet, column, say};
use super::{pipeline, progress};
use crate::import::{Appending, Importer, Mapping, Options, Progress};
use crate::query::{Directory, Group, PipelineFilter, Point, group_counts};
use crate::store::{KnownAt, StreamId};

/// The bundled examples in the order in which they are loaded: name, rows, mapping.
const BUNDLED: &[(&str, &str, &str)] = &[
    (
        "carriers.csv",
        include_str!("../../examples/seeds/carriers.csv"),
        include_str!("../../examples/seeds/carriers.toml"),
    ),
    (
        "clusters.csv",
        include_str!("../../examples/seeds/clusters.csv"),
        include_str!("../../examples/seeds/clusters.toml"),
    ),
    (
        "companies.csv",
        include_str!("../../examples/seeds/companies.csv"),
        include_str!("../../examples/seeds/companies.toml"),
    ),
    (
        "park.csv",
        include_str!("../../examples/synthetic/park.csv"),
        include_str!("../../examples/synthetic/park.toml"),
    ),
];

/// The company whose history is shown, and the years.
const SHOWN: &str = "synthetic-park:PARK-0001";
const YEARS: std::ops::RangeInclusive<i16> = 2011..=2025;

pub async fn run(global: &Global, args: DemoArgs) -> Result<(), CliError> {
    prepare(&args.file, args.force)?;
    let store = format!("sqlite:{}", args.file.display());
    let app = App::open(&Global {
        store: store.clone(),
        ..global.clone()
    })
    .await?;
    for (name, rows, mapping) in BUNDLED {
        let mapping = Mapping::read(mapping)?;
        let importer = Importer {
            store: Arc::clone(&app.store),
            appending: Appending::Bulk,
            actor: "demo".to_owned(),
            token: None,
            zone: app.zone.clone(),
        };
        let bar = progress::bar(global.quiet, &mapping.title, app.pick("行", "rows"));
        let report = importer
            .import_bytes(name, rows.as_bytes(), &mapping, &Options::default(), |at| {
                if let Progress::Recording(done, all) = at {
                    progress::set(&bar, done, all);
                }
            })
            .await?;
        bar.finish_and_clear();
        say(format_args!(
            "{}\n  {}",
            mapping.title,
            summary(&app, &report)
        ))?;
    }
    app.catch_up().await?;
    show(&app).await?;
    say(format_args!(
        "\n{}",
        app.pick("继续看：", "To look further:")
    ))?;
    for command in [
        "pipeline --as-of 2017-02-28",
        "cluster list --as-of 2017-02-28",
        "findings",
        "company list --stage 上市 --as-of 2023-12-31",
    ] {
        say(format_args!("  nianlun --store {store} {command}"))?;
    }
    Ok(())
}

/// The demonstration has a file of its own, so that it never mixes with a real record.
fn prepare(file: &Path, force: bool) -> Result<(), CliError> {
    if !file.exists() {
        return Ok(());
    }
    if !force {
        return Err(CliError::Usage(format!(
            "{} exists; name another with --file, or write over it with --force",
            file.display()
        )));
    }
    for ending in ["", "-wal", "-shm"] {
        let path = format!("{}{ending}", file.display());
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(CliError::File {
                    path,
                    reason: error.to_string(),
                });
            }
        }
    }
    Ok(())
}

async fn show(app: &App) -> Result<(), CliError> {
    let ends: Vec<Day> = YEARS.filter_map(|year| Day::new(year, 12, 31)).collect();
    let (Some(first), Some(last)) = (ends.first(), ends.last()) else {
        return Ok(());
    };
    let point = Point {
        day: *last,
        known: KnownAt::Latest,
    };
    let ladder = app.ladder("zero-one-n")?;
    say("")?;
    let series = pipeline::series(
        app,
        ladder,
        point,
        &PipelineFilter::default(),
        PeriodArg::Year,
        Some(*first),
    )
    .await?;
    series.print(Format::Table, app.lang)?;
    say("")?;
    clusters(app, &ends, point)
        .await?
        .print(Format::Table, app.lang)?;
    say("")?;
    let company = crate::intake::identifier(SHOWN)
        .as_ref()
        .map_or(Uuid::nil(), Identifier::company_id);
    Ok(history_sheet::<Change>(
        app,
        StreamId {
            subject: Subject::Company,
            id: company,
        },
        point,
    )
    .await?
    .print(Format::Table, app.lang)?)
}

/// The members of every cluster at the end of each year.
async fn clusters(app: &App, ends: &[Day], point: Point) -> Result<Sheet, CliError> {
    let directory = Directory::load(app.store.as_ref(), point).await?;
    let mut columns = vec![column("cluster", "集群", "cluster")];
    columns.extend(ends.iter().map(|end| {
        let year = end.date().year().to_string();
        Column {
            name: year.clone().into(),
            zh: year.clone().into(),
            en: year.into(),
        }
    }));
    let mut rows = vec![];
    for (id, place) in &directory.clusters {
        let mut row = vec![Cell::from(place.name.as_str())];
        for end in ends {
            let (companies, _) =
                group_counts(app.store.as_ref(), Group::Cluster(*id), point.on(*end)).await?;
            row.push(companies.into());
        }
        rows.push(row);
    }
    rows.sort_by_key(|row| match row.last() {
        Some(Cell::Count(count)) => std::cmp::Reverse(*count),
        _ => std::cmp::Reverse(0),
    });
    let title = app
        .pick(
            "各集群年末成员企业数",
            "Member companies of each cluster at the end of each year",
        )
        .to_owned();
    Ok(Sheet {
        title,
        columns,
        rows,
        notes: vec![],
    })
}
