//! The log: lines on standard error.

use std::io::stderr;

use serde::{Deserialize, Serialize};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// The least that is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Faults.
    Error,
    /// And what may become one.
    Warn,
    /// And every request.
    #[default]
    Info,
    /// And what was asked for: this may name persons.
    Debug,
}

/// How a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// For people.
    #[default]
    Text,
    /// An object a line.
    Json,
}

/// Begins to log.
///
/// # Errors
/// If the process logs already.
pub fn start(level: Level, form: Form) -> Result<(), TryInitError> {
    let own = match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    // Libraries log statements with their values when they debug.
    let filter = Targets::new()
        .with_default(own.min(LevelFilter::WARN))
        .with_target("nianlun", own);
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr);
    let lines = match form {
        Form::Text => lines.with_ansi(false).boxed(),
        Form::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .try_init()
}
