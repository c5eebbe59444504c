//! How the service is: for those who start, watch and restart it. Nobody has to say who they are.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::responses::{Health, Plain};
use crate::http::problem::{Kind, Problem};
use crate::http::service::Service;
use crate::projector::PROJECTION;
use crate::store::StoreError;
use crate::telemetry::metrics::{self, Positions};

/// How long the database is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// The process lives.
#[derive(Debug, Serialize, ToSchema)]
pub struct AliveBody {
    /// The version of the program.
    version: &'static str,
}

/// The service is ready.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadyBody {
    /// The last position of the log.
    log: u64,
    /// The last position in the facts.
    facts: u64,
}

/// Whether the process lives. It asks no database: starting it again would not bring that back.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "alive",
    tag = "service",
    responses((status = 200, description = "It lives", body = AliveBody), Plain)
)]
pub async fn alive() -> Json<AliveBody> {
    Json(AliveBody {
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// Whether requests should be sent here: `field` of the problem names the part that is not ready.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "ready",
    tag = "service",
    responses((status = 200, description = "It is ready", body = ReadyBody), Health)
)]
pub async fn ready(State(service): State<Service>) -> Result<Json<ReadyBody>, Problem> {
    let not = |part: &str, why: String| Problem::new(Kind::NotReady, why).of(part, "");
    if service.stopping().is_cancelled() {
        return Err(not("service", "it is shutting down".to_owned()));
    }
    let Some(Positions { log, facts, .. }) = positions(&service).await else {
        return Err(not("store", "the database does not answer".to_owned()));
    };
    let reached = service.projector.reached().borrow().clone();
    let parts = [
        ("sequencer", reached.sequencer.is_some()),
        ("projector", reached.projector.is_some()),
        ("feed", service.feed.is_failing()),
    ];
    if let Some((part, _)) = parts.iter().find(|(_, failing)| *failing) {
        let why = format!("the {part} does not go on; the log says why");
        return Err(not(part, why));
    }
    let lag = service.projector.lag();
    if log > facts && lag > service.settings.limits.lag {
        let why = format!(
            "the facts lack {} positions of the log, for {} s",
            log - facts,
            lag.as_secs()
        );
        return Err(not("projector", why));
    }
    Ok(Json(ReadyBody { log, facts }))
}

/// The figures of this process, in the text format of Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "service",
    responses(
        (status = 200, description = "The figures", body = String, content_type = "text/plain"),
        Plain
    )
)]
pub async fn figures(State(service): State<Service>) -> Response {
    metrics::pool(service.store.pool());
    let reached = service.projector.reached().borrow().clone();
    metrics::failing(reached.sequencer.is_some(), reached.projector.is_some());
    metrics::store(positions(&service).await, service.projector.lag());
    let media = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, media)], metrics::render()).into_response()
}

/// Where the log and the facts are, if the database answers soon.
async fn positions(service: &Service) -> Option<Positions> {
    let store = &service.store;
    let ask = async {
        let checkpoint = store.checkpoint(PROJECTION).await?;
        Ok::<_, StoreError>(Positions {
            facts: checkpoint.map_or(0, |checkpoint| checkpoint.position),
            log: store.head().await?.position,
            waiting: store.unadmitted().await?,
        })
    };
    tokio::time::timeout(PATIENCE, ask).await.ok()?.ok()
}
