//! Traces: each request with its time, sent to a collector by OTLP.

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracerProvider, Tracer};
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

const NAME: &str = "nianlun";

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
/// If the endpoint cannot be used.
pub fn layer<S: Subscriber + for<'span> LookupSpan<'span>>(
    endpoint: &str,
) -> Result<(OpenTelemetryLayer<S, Tracer>, Sending), ExporterBuildError> {
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
