//! `nianlun serve`

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::app::App;
use super::args::{Global, ServeArgs};
use super::error::CliError;
use crate::http::{Inner, Service, Settings, serve};
use crate::projector::{Role, Running};
use crate::service::Commands;

pub async fn run(global: &Global, args: &ServeArgs) -> Result<(), CliError> {
    if !args.listen.ip().is_loopback() {
        return Err(CliError::Usage(format!(
            "--listen {}: without authentication the service listens on a loopback address only, such as 127.0.0.1:7316",
            args.listen
        )));
    }
    let app = App::open(global).await?;
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
        settings: Settings::default(),
    });
    let listener = TcpListener::bind(args.listen).await?;
    let address = listener.local_addr()?;
    eprintln!("http://{address}/api/v1: for one person, on this machine, without a password");
    let mut terminated = signal(SignalKind::terminate())?;
    let stop = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
    };
    serve(listener, service.clone(), stop).await?;
    service.close().await;
    Ok(())
}
