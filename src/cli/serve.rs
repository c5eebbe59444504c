//! `nianlun serve`

use std::sync::Arc;

use tokio::net::TcpListener;

use super::app::App;
use super::args::{Global, ServeArgs};
use super::error::CliError;
use super::signals;
use crate::http::{Inner, Service, serve};
use crate::projector::{Role, Running};
use crate::service::Commands;
use crate::telemetry::{self, logs};

pub async fn run(global: &Global, args: &ServeArgs) -> Result<(), CliError> {
    let config = &global.settings.config;
    let listen = args.listen.unwrap_or(config.listen.address);
    if !listen.ip().is_loopback() {
        return Err(CliError::Usage(format!(
            "--listen {listen}: without authentication the service listens on a loopback address only, such as 127.0.0.1:7316"
        )));
    }
    let _telemetry = telemetry::start(config)?;
    let stop = signals::stop()?;
    let app = App::open_with(global, config.options()).await?;
    let role = if args.no_projector {
        Role::Watching
    } else {
        Role::Projecting
    };
    let folds = Arc::new(app.folds);
    let service = Service::new(Inner {
        commands: Commands::new(Arc::clone(&app.store)),
        projector: Running::start(Arc::clone(&app.store), Arc::clone(&folds), role),
        store: app.store,
        folds,
        zone: app.zone,
        settings: config.settings(),
    });
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    if config.log.format == logs::Form::Text {
        eprintln!("http://{address}/api/v1: for one person, on this machine, without a password");
    }
    tracing::info!(%address, "listening");
    serve(listener, service.clone(), stop).await?;
    let patience = config.timeouts.shutdown.0;
    if tokio::time::timeout(patience, service.close())
        .await
        .is_err()
    {
        tracing::warn!("stopping: the last round of the projector is given up");
    }
    Ok(())
}
