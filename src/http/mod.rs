//! The service: an HTTP API over the same commands and queries as the command line (docs/api.md).
//!
//! A request passes, from outside in: its id, the last hand on the answer ([`finish`]), who asks ([`access`]), what the address
//! takes ([`contract`]), and its handler in [`routes`].

pub mod access;
mod contract;
mod find;
mod finish;
mod page;
pub mod problem;
mod query;
mod reading;
mod refused;
mod routes;
mod service;
mod writing;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use tokio::net::TcpListener;
use utoipa::OpenApi;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

pub use service::{Inner, Service, Settings};

use self::access::{Principal, Role};
use self::finish::RequestId;
use self::problem::ProblemBody;

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
        (name = "identity", description = "Records that may be of one company, and repairs of records"),
        (name = "commands", description = "Recording, correcting and taking back events"),
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
    // With `fields` any column of a row may be left out.
    for (name, schema) in document
        .components
        .iter_mut()
        .flat_map(|all| &mut all.schemas)
    {
        if let (true, RefOr::T(Schema::Object(object))) = (name.ends_with("Row"), schema) {
            object.required.clear();
        }
    }
    (router, document)
}

/// The service's router.
pub fn router(service: Service) -> Router {
    let (router, document) = parts();
    let contract = contract::Contract::of(&document);
    let served = serde_json::to_value(&document).unwrap_or_default();
    router
        .route(
            "/api/v1/openapi.json",
            axum::routing::get(move || std::future::ready(axum::Json(served.clone()))),
        )
        .layer(from_fn_with_state(contract, contract::check))
        .layer(from_fn(admit))
        .layer(from_fn(finish::finish))
        .layer(from_fn(identify))
        .with_state(service)
}

/// Serves until `stop` ends; then no new request is taken, and those that came are answered.
///
/// # Errors
/// If the listener fails.
pub async fn serve(
    listener: TcpListener,
    service: Service,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = router(service);
    axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
}

/// Gives the request its id.
async fn identify(mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    request.extensions_mut().insert(RequestId(id));
    next.run(request).await
}

/// Finds out who asks.
async fn admit(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Principal {
        actor: "local".to_owned(),
        token: None,
        roles: [Role::Admin].into(),
        carriers: std::collections::BTreeSet::new(),
    });
    next.run(request).await
}
