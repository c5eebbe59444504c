//! `nianlun carrier`

use nianlun_aggregates::carrier::Change;
use nianlun_projections::{Subject, kind};
use uuid::Uuid;

use super::app::{App, Located};
use super::args::{CarrierCommand, CarrierSet, Global, Reading};
use super::error::CliError;
use super::history::history_sheet;
use super::series::{members_sheet, series, stays_sheet};
use super::sheet::{Cell, Sheet, column};
use super::state::state_sheet;
use crate::query::{Group, carriers};

pub async fn run(global: &Global, command: CarrierCommand) -> Result<(), CliError> {
    let app = App::open_current(global).await?;
    match command {
        CarrierCommand::List { reading } => list(&app, &reading).await,
        CarrierCommand::Show { carrier, reading } => {
            let at = app.located(Subject::Carrier, &carrier, &reading).await?;
            let sheet = state_sheet(&app, at.stream, at.point)
                .await?
                .unwrap_or_default();
            Ok(sheet.print(reading.format, app.lang)?)
        }
        CarrierCommand::History { carrier, reading } => {
            let at = app.located(Subject::Carrier, &carrier, &reading).await?;
            let sheet = history_sheet::<Change>(&app, at.stream, at.point).await?;
            Ok(sheet.print(reading.format, app.lang)?)
        }
        CarrierCommand::Members {
            carrier,
            set,
            dates,
            reading,
        } => {
            let at = app.located(Subject::Carrier, &carrier, &reading).await?;
            let Located {
                stream,
                place,
                point,
            } = &at;
            let group = group(set, stream.id);
            let sheet = members_sheet(
                &app,
                &place.name,
                group,
                *point,
                dates.into(),
                str::to_owned,
            )
            .await?;
            Ok(sheet.print(reading.format, app.lang)?)
        }
        CarrierCommand::Stays {
            carrier,
            set,
            reading,
        } => {
            let at = app.located(Subject::Carrier, &carrier, &reading).await?;
            let Located {
                stream,
                place,
                point,
            } = &at;
            let group = group(set, stream.id);
            let sheet = stays_sheet(&app, &place.name, group, *point).await?;
            Ok(sheet.print(reading.format, app.lang)?)
        }
        CarrierCommand::Series {
            carrier,
            set,
            by,
            from,
            dates,
            reading,
        } => {
            let at = app.located(Subject::Carrier, &carrier, &reading).await?;
            let Located {
                stream,
                place,
                point,
            } = &at;
            let group = group(set, stream.id);
            let sheet = series(
                &app,
                &place.name,
                group,
                *point,
                (from, by),
                dates.into(),
                str::to_owned,
            )
            .await?;
            Ok(sheet.print(reading.format, app.lang)?)
        }
    }
}

const fn group(set: CarrierSet, id: Uuid) -> Group {
    match set {
        CarrierSet::Occupancy => Group::Occupancy(id),
        CarrierSet::Programme => Group::Programme(id),
    }
}

async fn list(app: &App, reading: &Reading) -> Result<(), CliError> {
    let point = app.point(reading)?;
    let lines = carriers(app.store.as_ref(), point).await?;
    let rows = lines.into_iter().map(|line| {
        let levels = line.levels.iter();
        let levels = levels.map(|(level, basis)| format!("{level} {basis}"));
        vec![
            line.place.code.as_str().into(),
            line.place.name.as_str().into(),
            line.place.fact(kind::TYPE).into(),
            Cell::List(levels.collect()),
            line.parent.into(),
            line.tenants.into(),
            line.programmes.into(),
            Cell::List(line.place.aliases),
        ]
    });
    let sheet = Sheet {
        title: format!("{} · {}", app.pick("载体", "Carriers"), app.at(point)),
        columns: vec![
            column("code", "代码", "code"),
            column("name", "名称", "name"),
            column("types", "类型", "types"),
            column("levels", "级别", "levels"),
            column("parent", "所属", "within"),
            column("tenants", "入驻", "tenants"),
            column("programmes", "在培", "in programmes"),
            column("aliases", "别名", "aliases"),
        ],
        rows: rows.collect(),
        notes: vec![],
    };
    Ok(sheet.print(reading.format, app.lang)?)
}
