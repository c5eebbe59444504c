//! `nianlun project`

use std::sync::Arc;

use super::app::App;
use super::args::Global;
use super::error::CliError;
use super::signals;
use crate::projector::{Role, Running};
use crate::telemetry;

pub async fn run(global: &Global) -> Result<(), CliError> {
    let config = &global.settings.config;
    let _telemetry = telemetry::start(config)?;
    let stop = signals::stop()?;
    let app = App::open_with(global, config.options()).await?;
    let running = Running::start(
        Arc::clone(&app.store),
        Arc::new(app.folds),
        Role::Projecting,
    );
    tracing::info!("projecting");
    stop.await;
    tracing::info!("stopping: a last round");
    let last = async {
        running.stop().await;
        app.store.close().await;
    };
    let patience = config.timeouts.shutdown.0;
    if tokio::time::timeout(patience, last).await.is_err() {
        tracing::warn!("stopping: the last round is given up");
    }
    Ok(())
}
