//! `nianlun serve`

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::app::App;
use super::args::{Global, ServeArgs};
use super::error::CliError;
use super::signals;
use crate::http::access::{Access, AccessSettings, Stranger, configured};
use crate::http::{Inner, Service, TlsError, serve, serve_tls};
use crate::projector::{Role, Running};
use crate::service::Commands;
use crate::telemetry::{self, logs};

pub async fn run(global: &Global, args: &ServeArgs) -> Result<(), CliError> {
    let config = &global.settings.config;
    let listen = args.listen.unwrap_or(config.listen.address);
    let _telemetry = telemetry::start(config)?;
    let stop = signals::stop()?;
    let app = App::open_with(global, config.options()).await?;
    let role = if args.no_projector {
        Role::Watching
    } else {
        Role::Projecting
    };
    let settings = args.access.over(AccessSettings::default());
    let stranger = stranger(args, listen, &settings, &app).await?;
    let tls = settings.tls.clone();
    let scheme = if tls.is_some() { "https" } else { "http" };
    let access = Access::new(settings, stranger.clone(), Arc::clone(&app.store));
    let access = access.map_err(|error| CliError::Usage(error.to_string()))?;
    let folds = Arc::new(app.folds);
    let service = Service::new(Inner {
        commands: Commands::new(Arc::clone(&app.store)),
        projector: Running::start(Arc::clone(&app.store), Arc::clone(&folds), role),
        store: app.store,
        folds,
        zone: app.zone,
        access,
        settings: config.settings(),
    });
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    if config.log.format == logs::Form::Text {
        match &stranger {
            Stranger::Here(actor) => eprintln!(
                "{scheme}://{address}/api/v1: for one person ({actor}), on this machine, without a password"
            ),
            Stranger::Refused => eprintln!("{scheme}://{address}/api/v1: with a token"),
        }
    }
    tracing::info!(%address, "listening");
    match &tls {
        Some(tls) => serve_tls(listener, tls, service.clone(), stop).await?,
        None => serve(listener, service.clone(), stop).await?,
    }
    let patience = config.timeouts.shutdown.0;
    if tokio::time::timeout(patience, service.close())
        .await
        .is_err()
    {
        tracing::warn!(
            "stopping: the import that runs and the last round of the projector are given up"
        );
    }
    Ok(())
}

/// Who comes without a token: on this machine, while nothing else is configured, the person who started the service.
async fn stranger(
    args: &ServeArgs,
    listen: SocketAddr,
    settings: &AccessSettings,
    app: &App,
) -> Result<Stranger, CliError> {
    if configured(settings, app.store.as_ref()).await? {
        return Ok(Stranger::Refused);
    }
    if listen.ip().is_loopback() {
        return Ok(Stranger::Here(args.access.actor.clone()));
    }
    Err(CliError::Usage(format!(
        "--listen {listen}: others could reach the service there, and nothing says who may do what: make a token with `nianlun token create`, name an identity provider with --oidc-issuer, or listen on 127.0.0.1:7316"
    )))
}

impl From<TlsError> for CliError {
    fn from(error: TlsError) -> Self {
        match error {
            TlsError::Listener(error) => Self::Output(error),
            certificate @ TlsError::Certificate { .. } => Self::Usage(certificate.to_string()),
        }
    }
}
