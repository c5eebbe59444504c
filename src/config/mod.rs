//! What can be set of an installation's processes (docs/running.md): by file, by environment, by flags; the later wins.

mod effective;
mod load;
mod span;
mod variables;

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

pub use effective::{Entry, Origin};
pub use load::{ConfigError, Loaded, load};
pub use span::Span;

use crate::http::access::AccessSettings;
use crate::telemetry::logs;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the service listens.
    pub listen: Listen,
    /// Where events are kept.
    pub store: Store,
    /// How much the service takes on at once.
    pub limits: Limits,
    /// How long it waits.
    pub timeouts: Timeouts,
    /// Who may do what.
    pub access: AccessSettings,
    /// The log.
    pub log: Log,
    /// Traces.
    pub telemetry: Telemetry,
}

/// Where the service listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// Address and port.
    pub address: SocketAddr,
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 7316)),
        }
    }
}

/// Where events are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// `sqlite:FILE`, or `postgres://user@host/database`.
    pub url: String,
    /// Connections to PostgreSQL at most.
    pub connections: u32,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            url: "sqlite:nianlun.db".to_owned(),
            connections: 16,
        }
    }
}

/// How much the service takes on at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Connections.
    pub connections: usize,
    /// Of these, readers of the feed of changes.
    pub readers: usize,
    /// Requests.
    pub requests: usize,
    /// Of these, requests that write.
    pub writes: usize,
    /// Bytes of a request's head; 8192 at least.
    pub head: usize,
    /// Bytes of a body, but for uploads.
    pub body: usize,
    /// Bytes of an uploaded file.
    pub upload: usize,
    /// How far the facts may lag behind the log of a service that is ready.
    pub lag: Span,
}

impl Default for Limits {
    fn default() -> Self {
        let settings = crate::http::Settings::default();
        let limits = settings.limits;
        Self {
            connections: limits.connections,
            readers: settings.readers,
            requests: limits.requests,
            writes: limits.writes,
            head: limits.head,
            body: settings.body,
            upload: settings.upload,
            lag: Span(limits.lag),
        }
    }
}

/// How long the service waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timeouts {
    /// For the head of a request, and for the handshake of TLS.
    pub head: Span,
    /// For the next part of a body.
    pub body: Span,
    /// For a reader to take the next part of an answer.
    pub send: Span,
    /// For the answer to a request.
    pub request: Span,
    /// For the answer to a request that brings a file.
    pub upload: Span,
    /// For a free connection to PostgreSQL.
    pub store: Span,
    /// For requests that run when it ends.
    pub shutdown: Span,
}

impl Default for Timeouts {
    fn default() -> Self {
        let limits = crate::http::Limits::default();
        Self {
            head: Span(limits.head_time),
            body: Span(limits.body_pause),
            send: Span(limits.send_pause),
            request: Span(limits.request_time),
            upload: Span(limits.upload_time),
            store: Span(std::time::Duration::from_secs(2)),
            shutdown: Span(limits.shutdown),
        }
    }
}

/// The log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// The least that is logged.
    pub level: logs::Level,
    /// How a line is written.
    pub format: logs::Form,
}

/// Traces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// Where a collector takes them by OTLP over HTTP: `http://127.0.0.1:4318/v1/traces`.
    pub traces: Option<String>,
}

impl Config {
    /// What the service takes of it.
    #[must_use]
    pub fn settings(&self) -> crate::http::Settings {
        let Self {
            limits, timeouts, ..
        } = self;
        crate::http::Settings {
            body: limits.body,
            upload: limits.upload,
            readers: limits.readers,
            limits: crate::http::Limits {
                connections: limits.connections,
                requests: limits.requests,
                writes: limits.writes,
                head: limits.head,
                head_time: timeouts.head.0,
                body_pause: timeouts.body.0,
                send_pause: timeouts.send.0,
                request_time: timeouts.request.0,
                upload_time: timeouts.upload.0,
                shutdown: timeouts.shutdown.0,
                lag: limits.lag.0,
            },
            ..crate::http::Settings::default()
        }
    }

    /// What the store of a service takes of it.
    #[must_use]
    pub fn options(&self) -> crate::store::Options {
        crate::store::Options {
            patience: self.timeouts.store.0,
            connections: self.store.connections,
            ..crate::store::Options::default()
        }
    }
}
