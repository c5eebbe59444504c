//! The service over TLS.

use std::net::SocketAddr;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tokio::net::TcpListener;

use super::access::TlsSettings;
use super::service::Service;
use crate::telemetry::metrics;

/// Why the service is not served over TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate or its key cannot be used.
    #[error("certificate {certificate}, key {key}: {reason}; both must be PEM, and of each other")]
    Certificate {
        /// The certificate.
        certificate: String,
        /// The key.
        key: String,
        /// Why.
        reason: std::io::Error,
    },
    /// The listener failed.
    #[error(transparent)]
    Listener(#[from] std::io::Error),
}

/// Serves over TLS until `stop` ends; then no new connection is taken, and those that came are answered.
///
/// # Errors
/// [`TlsError`].
pub async fn serve_tls(
    listener: TcpListener,
    tls: &TlsSettings,
    service: Service,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), TlsError> {
    // It is there already if another service of this process was started before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = RustlsConfig::from_pem_file(&tls.certificate, &tls.key).await;
    let config = config.map_err(|reason| TlsError::Certificate {
        certificate: tls.certificate.display().to_string(),
        key: tls.key.display().to_string(),
        reason,
    })?;
    metrics::install().map_err(std::io::Error::other)?;
    let handle = Handle::new();
    let (stopping, ending) = (handle.clone(), service.clone());
    let stopped = tokio::spawn(async move {
        stop.await;
        ending.stopping().cancel();
        ending.feed.close();
        stopping.graceful_shutdown(Some(ending.settings.limits.shutdown));
    });
    let router = super::router(service).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum_server::from_tcp_rustls(listener.into_std()?, config)?
        .handle(handle)
        .serve(router)
        .await;
    stopped.abort();
    Ok(served?)
}
