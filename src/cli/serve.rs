//! `nianlun serve`

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::app::App;
use super::args::{Global, ServeArgs};
use super::error::CliError;
use crate::http::{Service, Settings, serve};
use crate::projector::Role;

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
    let service = Service::start(app.store, app.zone, role, Settings::default())?;
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
