//! The service: an HTTP API over the same commands and queries as the command line (docs/api.md).
//!
//! A request passes, from outside in: its id, the last hand on the answer ([`finish`]), who asks ([`access`]), what the address
//! takes ([`contract`]), and its handler in [`routes`].

pub mod access;
mod cloud;
mod contract;
mod exporting;
mod feed;
mod find;
mod finish;
mod imports;
mod page;
pub mod problem;
mod query;
mod reading;
mod refused;
mod routes;
mod service;
mod tls;
mod upload;
mod writing;

use std::net::SocketAddr;
use std::sync::Arc;

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
pub use tls::{TlsError, serve_tls};

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
    let policy = access::Policy::of(&document);
    let access = service.access.clone();
    let settings = access.settings().clone();
    let served = serde_json::to_value(&document).unwrap_or_default();
    router
        .route(
            "/api/v1/openapi.json",
            axum::routing::get(move || std::future::ready(axum::Json(served.clone()))),
        )
        .layer(from_fn_with_state(contract, contract::check))
        .layer(from_fn_with_state((access, policy), access::admit))
        .layer(from_fn(finish::finish))
        .layer(access::cors(&settings.origins))
        .layer(from_fn_with_state(settings.tls.is_some(), access::secure))
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
    let feed = Arc::clone(&service.feed);
    let router = router(service).into_make_service_with_connect_info::<SocketAddr>();
    let stop = async move {
        stop.await;
        // A feed has no end of its own.
        feed.close();
    };
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
