//! `nianlun doctor`

use std::sync::Arc;

use nianlun_projections::fold_version;

use super::app::App;
use super::args::{Format, Global};
use super::error::CliError;
use super::sheet::{Sheet, column};
use crate::identity::{Half, Repairs};
use crate::projector::PROJECTION;

pub async fn run(global: &Global) -> Result<(), CliError> {
    let app = App::open_existing(global).await?;
    let mut lines: Vec<(String, String)> =
        vec![("program".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    lines.extend(app.store.report().await?);
    let head = app.store.sequence().await?.head;
    lines.push(("log position".to_owned(), head.position.to_string()));
    let checkpoint = app.store.checkpoint(PROJECTION).await?;
    let position = checkpoint
        .as_ref()
        .map_or(0, |checkpoint| checkpoint.position);
    lines.push(("facts up to position".to_owned(), position.to_string()));
    let version = checkpoint.map_or_else(|| "none yet".to_owned(), |checkpoint| checkpoint.version);
    let advice = if version == "none yet" || version == fold_version() {
        ""
    } else {
        " – written by another version: run `nianlun rebuild`"
    };
    lines.push(("fold".to_owned(), format!("{version}{advice}")));
    lines.push((
        "zone".to_owned(),
        app.zone.iana_name().unwrap_or("fixed").to_owned(),
    ));
    for half in Repairs::new(Arc::clone(&app.store), "doctor")
        .halves()
        .await?
    {
        let Half {
            event,
            wording,
            other,
        } = half;
        let (id, sequence) = (event.id, event.sequence);
        let what = format!("half a repair: {}", wording.code);
        let mend = format!(
            "event {event}, and {other} does not say it: `nianlun record company {id} --retract {sequence} --because …`"
        );
        lines.push((what, mend));
    }
    for entry in global.settings.entries() {
        lines.push((entry.key, format!("{} ({})", entry.value, entry.origin)));
    }
    let sheet = Sheet {
        title: String::new(),
        columns: vec![
            column("what", "项目", "what"),
            column("value", "值", "value"),
        ],
        rows: lines
            .into_iter()
            .map(|(what, value)| vec![what.into(), value.into()])
            .collect(),
        notes: vec![],
    };
    Ok(sheet.print(Format::Table, app.lang)?)
}
