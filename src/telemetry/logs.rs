//! The log: lines on standard error.

use std::io::stderr;

use serde::{Deserialize, Serialize};
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

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

/// What writes the lines.
pub(super) fn layer<S: Subscriber + for<'span> LookupSpan<'span>>(
    level: Level,
    form: Form,
) -> impl Layer<S> {
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr);
    let lines = match form {
        Form::Text => lines.with_ansi(false).boxed(),
        Form::Json => lines.json().flatten_event(true).boxed(),
    };
    lines.with_filter(own(level))
}

/// What the program itself says from a level on. Libraries warn at most: they log statements with their values when they debug.
pub(super) fn own(level: Level) -> Targets {
    let level = match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("nianlun", level)
}
