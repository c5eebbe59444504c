//! `nianlun cluster`

use nianlun_aggregates::cluster::Change;
use nianlun_projections::Subject;

use super::app::{App, Located};
use super::args::{ClusterCommand, Global, Reading};
use super::error::CliError;
use super::history::history_sheet;
use super::series::{members_sheet, series};
use super::sheet::{Cell, Sheet, column};
use super::state::state_sheet;
use crate::query::{Group, clusters};

pub async fn run(global: &Global, command: ClusterCommand) -> Result<(), CliError> {
    let app = App::open_current(global).await?;
    match command {
        ClusterCommand::List { reading } => list(&app, &reading).await,
        ClusterCommand::Show { cluster, reading } => {
            let at = app.located(Subject::Cluster, &cluster, &reading).await?;
            let sheet = state_sheet(&app, at.stream, at.point)
                .await?
                .unwrap_or_default();
            Ok(sheet.print(reading.format, app.lang)?)
        }
        ClusterCommand::History { cluster, reading } => {
            let at = app.located(Subject::Cluster, &cluster, &reading).await?;
            let sheet = history_sheet::<Change>(&app, at.stream, at.point).await?;
            Ok(sheet.print(reading.format, app.lang)?)
        }
        ClusterCommand::Members {
            cluster,
            dates,
            reading,
        } => {
            let at = app.located(Subject::Cluster, &cluster, &reading).await?;
            let Located {
                stream,
                place,
                point,
            } = &at;
            let group = Group::Cluster(stream.id);
            let sheet = members_sheet(&app, &place.name, group, *point, dates.into(), |tier| {
                place.tier_name(tier)
            })
            .await?;
            Ok(sheet.print(reading.format, app.lang)?)
        }
        ClusterCommand::Series {
            cluster,
            by,
            from,
            dates,
            reading,
        } => {
            let at = app.located(Subject::Cluster, &cluster, &reading).await?;
            let Located {
                stream,
                place,
                point,
            } = &at;
            let group = Group::Cluster(stream.id);
            let sheet = series(
                &app,
                &place.name,
                group,
                *point,
                (from, by),
                dates.into(),
                |tier| place.tier_name(tier),
            )
            .await?;
            Ok(sheet.print(reading.format, app.lang)?)
        }
    }
}

async fn list(app: &App, reading: &Reading) -> Result<(), CliError> {
    let point = app.point(reading)?;
    let lines = clusters(app.store.as_ref(), point).await?;
    let rows = lines.into_iter().map(|line| {
        let name = |tier| line.place.tier_name(tier);
        let tiers = line.tiers.iter();
        let tiers = tiers.map(|tier| format!("{} {}", name(&tier.part), tier.spells));
        vec![
            line.place.code.as_str().into(),
            line.place.name.as_str().into(),
            line.companies.into(),
            Cell::List(tiers.collect()),
            Cell::List(line.place.aliases),
        ]
    });
    let sheet = Sheet {
        title: format!("{} · {}", app.pick("集群", "Clusters"), app.at(point)),
        columns: vec![
            column("code", "代码", "code"),
            column("name", "名称", "name"),
            column("companies", "成员企业", "member companies"),
            column("tiers", "按级别", "by tier"),
            column("aliases", "别名", "aliases"),
        ],
        rows: rows.collect(),
        notes: vec![],
    };
    Ok(sheet.print(reading.format, app.lang)?)
}
