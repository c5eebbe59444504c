//! Connections: taken while there is room, given up when they are slow, ended in peace.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;
use tokio_util::either::Either;

use super::limits::Limits;
use super::router;
use super::service::Service;
use super::tls::Tls;
use crate::telemetry::metrics;

/// How often the figures are put together, so that they do not pile up where nobody asks for them.
const UPKEEP: Duration = Duration::from_secs(5);

/// Serves until `stop` ends; then no new request is taken, and those that came are answered, for as long as the limits say.
///
/// # Errors
/// If the figures cannot be kept.
pub async fn serve<L: Listener<Addr = SocketAddr>>(
    listener: L,
    service: Service,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    run(listener, None, service, stop).await
}

/// The same over TLS.
///
/// # Errors
/// If the figures cannot be kept.
pub async fn serve_tls<L: Listener<Addr = SocketAddr>>(
    listener: L,
    tls: Arc<Tls>,
    service: Service,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    run(listener, Some(tls), service, stop).await
}

async fn run<L: Listener<Addr = SocketAddr>>(
    mut listener: L,
    tls: Option<Arc<Tls>>,
    service: Service,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    metrics::install().map_err(io::Error::other)?;
    let limits = service.settings.limits.clone();
    let router = router(service.clone());
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(limits.head);
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    let upkeep = tokio::spawn(async {
        loop {
            tokio::time::sleep(UPKEEP).await;
            metrics::upkeep();
        }
    });
    tokio::pin!(stop);
    loop {
        let (io, peer, place) = tokio::select! {
            biased;
            () = &mut stop => break,
            connection = accept(&mut listener, &room) => connection,
        };
        while connections.try_join_next().is_some() {}
        let (answers, http) = (answers(router.clone(), peer), http.clone());
        let (tls, limits, stopping) = (tls.clone(), limits.clone(), service.stopping().clone());
        let watcher = graceful.watcher();
        connections.spawn(async move {
            let talk = async {
                // Who has not shaken hands yet has asked nothing.
                let io = tokio::select! {
                    () = stopping.cancelled() => return Ok(()),
                    io = ready(io, tls.as_deref(), &limits) => io?,
                };
                let connection = http.serve_connection(TokioIo::new(io), answers);
                watcher.watch(connection).await.map_err(io::Error::other)
            };
            // A client that goes away, or speaks no HTTP, is no fault here.
            if let Err(error) = talk.await {
                tracing::debug!(%error, %peer, "a connection ended");
            }
            drop(place);
        });
    }
    drop(listener);
    service.stopping().cancel();
    // A feed has no end of its own.
    service.feed.close();
    tracing::info!("stopping: no more connections");
    if timeout(limits.shutdown, graceful.shutdown()).await.is_err() {
        tracing::warn!(after = ?limits.shutdown, "stopping: requests that still run are given up");
    }
    connections.shutdown().await;
    upkeep.abort();
    Ok(())
}

/// The next connection, once there is room for it.
async fn accept<L: Listener>(
    listener: &mut L,
    room: &Arc<Semaphore>,
) -> (L::Io, L::Addr, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there is always a place in the end.
    let place = Arc::clone(room).acquire_owned().await.ok();
    let (io, peer) = listener.accept().await;
    (io, peer, place)
}

/// A connection over which HTTP can be spoken: one that fails when nobody takes what is sent, in TLS if there is a certificate.
async fn ready<I: AsyncRead + AsyncWrite>(
    io: I,
    tls: Option<&Tls>,
    limits: &Limits,
) -> io::Result<impl AsyncRead + AsyncWrite + Unpin + use<I>> {
    let mut io = TimeoutStream::new(io);
    io.set_write_timeout(Some(limits.send_pause));
    let io = Box::pin(io);
    let Some(tls) = tls else {
        return Ok(Either::Left(io));
    };
    let shaken = timeout(limits.head_time, tls.acceptor().accept(io)).await;
    Ok(Either::Right(shaken.map_err(io::Error::other)??))
}

/// The router, for requests of one connection.
fn answers(
    router: Router,
    peer: SocketAddr,
) -> impl hyper::service::Service<
    hyper::Request<hyper::body::Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> {
    let router = TowerToHyperService::new(router);
    service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.call(request)
    })
}
