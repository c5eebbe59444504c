//! `nianlun serve`

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::Signal;

use super::app::App;
use super::args::{Global, ServeArgs};
use super::error::CliError;
use super::signals;
use crate::http::access::{Access, AccessSettings, Stranger, configured};
use crate::http::{Inner, Limits, Service, Tls, TlsError, serve, serve_tls};
use crate::projector::{Role, Running};
use crate::service::Commands;
use crate::telemetry::{self, logs};

pub async fn run(global: &Global, args: &ServeArgs) -> Result<(), CliError> {
    let config = &global.settings.config;
    let listen = args.listen.unwrap_or(config.listen.address);
    let _telemetry = telemetry::start(config)?;
    let (stop, hangup) = (signals::stop()?, signals::hangup()?);
    let app = App::open_with(global, config.options()).await?;
    let role = if args.no_projector {
        Role::Watching
    } else {
        Role::Projecting
    };
    let settings = args.access.over(config.access.clone());
    let stranger = stranger(args, listen, &settings, &app).await?;
    let tls = settings.tls.clone().map(Tls::new).transpose()?;
    let tls = tls.map(Arc::new);
    let scheme = if tls.is_some() { "https" } else { "http" };
    let access = Access::new(settings, stranger.clone(), Arc::clone(&app.store));
    let access = access.map_err(|error| CliError::Usage(error.to_string()))?;
    let mut settings = config.settings();
    make_room(&mut settings.limits);
    // Before anything runs: a port that is taken leaves nothing to be stopped.
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|reason| CliError::Listen {
            address: listen,
            reason,
        })?;
    let address = listener.local_addr()?;
    let folds = Arc::new(app.folds);
    let service = Service::new(Inner {
        commands: Commands::new(Arc::clone(&app.store)),
        projector: Running::start(Arc::clone(&app.store), Arc::clone(&folds), role),
        store: app.store,
        folds,
        zone: app.zone,
        access,
        settings,
    });
    if config.log.format == logs::Form::Text {
        match &stranger {
            Stranger::Here(actor) => eprintln!(
                "{scheme}://{address}/api/v1: for one person ({actor}), on this machine, without a password"
            ),
            Stranger::Refused => eprintln!("{scheme}://{address}/api/v1: with a token"),
        }
    }
    tracing::info!(%address, "listening");
    let renewing = tokio::spawn(renew(hangup, tls.clone()));
    match tls {
        Some(tls) => serve_tls(listener, tls, service.clone(), stop).await?,
        None => serve(listener, service.clone(), stop).await?,
    }
    renewing.abort();
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

/// Reads the certificate again whenever it is asked for.
async fn renew(mut asked: Signal, tls: Option<Arc<Tls>>) {
    while asked.recv().await.is_some() {
        match tls.as_deref().map(Tls::renew) {
            Some(Ok(())) => tracing::info!("new connections get the certificate that is there now"),
            Some(Err(error)) => tracing::error!(%error, "the certificate from before is kept"),
            None => {}
        }
    }
}

/// Lets the process have as many files open as it takes connections, beside those of the database and of files that are moved;
/// takes fewer connections if it may not.
fn make_room(limits: &mut Limits) {
    const BESIDE: u64 = 1_024;
    let wanted = limits.connections as u64 + BESIDE;
    let granted = match rlimit::increase_nofile_limit(wanted) {
        Ok(granted) => granted,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            return;
        }
    };
    if granted < wanted {
        let left = granted.saturating_sub(BESIDE).max(granted / 2).max(1);
        limits.connections = usize::try_from(left).unwrap_or(limits.connections);
        tracing::warn!(
            wanted,
            granted,
            connections = limits.connections,
            "too few files may be open: fewer connections are taken (LimitNOFILE, ulimit -Hn)"
        );
    }
}

impl From<TlsError> for CliError {
    fn from(error: TlsError) -> Self {
        Self::Usage(error.to_string())
    }
}
