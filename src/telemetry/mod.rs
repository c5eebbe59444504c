//! What the program tells of its running: the log, traces and the figures (docs/running.md).

pub mod logs;
pub mod metrics;
mod traces;

use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::Config;
use crate::store::masked;

/// Why it cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// Something else in the process logs.
    #[error("the process logs already")]
    Twice(#[from] TryInitError),
    /// The collector cannot be sent to.
    #[error("telemetry.traces = {endpoint:?}: {reason}")]
    Traces {
        /// As it is set, password masked.
        endpoint: String,
        /// Why.
        reason: String,
    },
}

/// What is to be kept until the process ends: when it is dropped, the last traces are sent.
#[must_use]
pub struct Telemetry {
    _traces: Option<traces::Sending>,
}

/// Begins to log, and to send traces if a collector is named.
///
/// # Errors
/// [`TelemetryError`].
pub fn start(config: &Config) -> Result<Telemetry, TelemetryError> {
    let lines = logs::layer(config.log.level, config.log.format);
    let endpoint = config.telemetry.traces.as_deref();
    let sent = endpoint.map(|endpoint| {
        traces::layer(endpoint).map_err(|error| TelemetryError::Traces {
            endpoint: masked(endpoint),
            // It may repeat the endpoint.
            reason: error.to_string().replace(endpoint, &masked(endpoint)),
        })
    });
    let (sent, sending) = sent.transpose()?.unzip();
    // What debug logs stays on this machine.
    let sent = sent.with_filter(logs::own(logs::Level::Info));
    tracing_subscriber::registry()
        .with(lines)
        .with(sent)
        .try_init()?;
    Ok(Telemetry { _traces: sending })
}
