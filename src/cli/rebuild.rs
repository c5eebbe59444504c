//! `nianlun rebuild`

use super::app::App;
use super::args::Global;
use super::error::CliError;
use super::progress;
use super::sheet::say;
use crate::projector::rebuild;

pub async fn run(global: &Global) -> Result<(), CliError> {
    let app = App::open_existing(global).await?;
    let bar = progress::bar(
        global.quiet,
        app.pick("重建", "rebuilding"),
        app.pick("个主体", "subjects"),
    );
    let done = rebuild(&app.store, &app.folds, |done| {
        progress::set(&bar, done, done);
    })
    .await?;
    bar.finish_and_clear();
    let what = app.pick(
        "个主体的事实已重建。",
        "subjects: their facts are written anew.",
    );
    Ok(say(format_args!("{done} {what}"))?)
}
