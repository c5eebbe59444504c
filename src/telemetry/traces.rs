//! Traces: each request with its time, sent to a collector by OTLP.

use axum::http::Uri;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracerProvider, Tracer};
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

const NAME: &str = "nianlun";

/// Why traces cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// Nothing can be sent there.
    #[error("write the address of a collector, such as http://127.0.0.1:4318/v1/traces")]
    Address,
    /// The sender cannot be made.
    #[error(transparent)]
    Exporter(#[from] ExporterBuildError),
}

/// What sends them; when it is dropped, what is not sent yet is sent.
pub struct Sending(SdkTracerProvider);

impl Drop for Sending {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last traces are not sent");
        }
    }
}

/// A layer that gives spans to a sender to `endpoint`, such as `http://127.0.0.1:4318/v1/traces`.
///
/// # Errors
/// [`TracesError`].
pub fn layer<S: Subscriber + for<'span> LookupSpan<'span>>(
    endpoint: &str,
) -> Result<(OpenTelemetryLayer<S, Tracer>, Sending), TracesError> {
    // The exporter finds out only when it sends.
    let address = Uri::try_from(endpoint).map_err(|_| TracesError::Address)?;
    if !matches!(address.scheme_str(), Some("http" | "https")) || address.host().is_none() {
        return Err(TracesError::Address);
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(endpoint)
        .build()?;
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name(NAME).build())
        .with_batch_exporter(exporter)
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer(NAME));
    Ok((layer, Sending(provider)))
}
