//! The service: an HTTP API over the same commands and queries as the command line (docs/api.md).
//!
//! A request passes, from outside in: its id, log and figures ([`observe`]), compression ([`compress`]), the last hand on the
//! answer ([`finish`]), the room there is ([`limits`]), its form ([`wellformed`]), who asks ([`access`]), what the address takes ([`contract`]), and its
//! handler in [`routes`].

pub mod access;
mod cloud;
mod compress;
mod contract;
mod describe;
mod exporting;
mod feed;
mod find;
mod finish;
mod imports;
mod limits;
mod observe;
mod page;
pub mod problem;
mod query;
mod reading;
mod reference;
mod refused;
mod routes;
mod server;
mod service;
mod tls;
mod upload;
mod wellformed;
mod writing;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use limits::Limits;
pub use server::{serve, serve_tls};
pub use service::{Inner, Service, Settings};
pub use tls::{Tls, TlsError};

use self::problem::{Problem, ProblemBody};

/// The document without its addresses.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Nianlun 年轮",
        description = "The record of how enterprises grow. Commands record events; reads say what was true of a day, as known at a time.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(ProblemBody)),
    tags(
        (name = "companies", description = "Companies: their stage, their state on a day, their events"),
        (name = "carriers", description = "Carriers: their state on a day, their events, the companies there"),
        (name = "clusters", description = "Clusters: their state on a day, their events, their members"),
        (name = "pipeline", description = "How many stand on each stage of a ladder"),
        (name = "findings", description = "Contradictions and irregularities"),
        (name = "changes", description = "The feed of what is recorded"),
        (name = "commands", description = "Recording, correcting and taking back events"),
        (name = "exports", description = "Events, facts, companies and rosters as files"),
        (name = "imports", description = "Files become events: imports, their progress, earlier runs"),
        (name = "identity", description = "Who is who: repairs, and what they stand on"),
        (name = "access", description = "API tokens"),
        (name = "service", description = "The service itself"),
    )
)]
struct Document;

/// The `OpenAPI` document of the service.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    parts().1
}

fn parts() -> (Router<Service>, utoipa::openapi::OpenApi) {
    let (router, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .nest("/api/v1", routes::api())
        .merge(routes::beside())
        .split_for_parts();
    describe::complete(&mut document);
    (router, document)
}

/// The service's router.
pub fn router(service: Service) -> Router {
    let (router, document) = parts();
    let contract = contract::Contract::of(&document);
    let policy = access::Policy::of(&document);
    let access = service.access.clone();
    let settings = access.settings().clone();
    let served = serde_json::to_value(&document).unwrap_or_default();
    router
        .route(
            "/api/v1/openapi.json",
            axum::routing::get(move || std::future::ready(axum::Json(served.clone()))),
        )
        .merge(reference::routes())
        .layer(from_fn_with_state(contract, contract::check))
        .layer(from_fn(observe::note_actor))
        .layer(from_fn_with_state((access, policy), access::admit))
        .layer(from_fn(wellformed::check))
        .layer(from_fn_with_state(service.clone(), limits::bound))
        .layer(CatchPanicLayer::custom(broke_down))
        .layer(from_fn(finish::finish))
        .layer(access::cors(&settings.origins))
        .layer(from_fn_with_state(settings.tls.is_some(), access::secure))
        .layer(compress::layer())
        .layer(from_fn(compress::weaken))
        .layer(from_fn(observe::observe))
        .with_state(service)
}

/// What is answered where the program broke down; where that was, standard error says.
fn broke_down(_: Box<dyn std::any::Any + Send>) -> Response {
    Problem::internal("a handler broke down").into_response()
}
