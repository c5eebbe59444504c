//! `nianlun cluster`

use nianlun_aggregates::cluster::Change;
use nianlun_projections::{Subject, kind};

use super::app::{App, Located};
use super::args::{ClusterCommand, Global, Reading};
use super::error::CliError;
use super::history::history_sheet;
use super::series::{members_sheet, series};
use super::sheet::{Cell, Sheet, column};
use super::state::state_sheet;
use crate::query::{Directory, Group, Place, group_counts};

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
                tier_name(place, tier)
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
                |tier| tier_name(place, tier),
            )
            .await?;
            Ok(sheet.print(reading.format, app.lang)?)
        }
    }
}

/// A tier by the name it has on the day.
fn tier_name(place: &Place, tier: &str) -> String {
    place
        .facts
        .get(&(kind::TIER.to_owned(), tier.to_owned()))
        .cloned()
        .unwrap_or_else(|| tier.to_owned())
}

async fn list(app: &App, reading: &Reading) -> Result<(), CliError> {
    let point = app.point(reading)?;
    let directory = Directory::load(app.store.as_ref(), point).await?;
    let mut rows = vec![];
    let mut places: Vec<_> = directory.clusters.iter().collect();
    places.sort_by_key(|(_, place)| &place.code);
    for (id, place) in places {
        let (companies, parts) =
            group_counts(app.store.as_ref(), Group::Cluster(*id), point).await?;
        let tiers = parts
            .iter()
            .filter(|part| !part.part.is_empty())
            .map(|part| format!("{} {}", tier_name(place, &part.part), part.spells));
        rows.push(vec![
            place.code.as_str().into(),
            place.name.as_str().into(),
            companies.into(),
            Cell::List(tiers.collect()),
            Cell::List(place.aliases.clone()),
        ]);
    }
    let sheet = Sheet {
        title: format!("{} · {}", app.pick("集群", "Clusters"), app.at(point)),
        columns: vec![
            column("code", "代码", "code"),
            column("name", "名称", "name"),
            column("companies", "成员企业", "member companies"),
            column("tiers", "按级别", "by tier"),
            column("aliases", "别名", "aliases"),
        ],
        rows,
        notes: vec![],
    };
    Ok(sheet.print(reading.format, app.lang)?)
}
