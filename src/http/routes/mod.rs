//! What is served where.

mod companies;
mod health;
mod history;
mod problems;
mod record;
mod responses;
mod state;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[cfg(test)]
pub use problems::page;

use super::service::Service;

/// Everything under `/api/v1`.
pub fn api() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(companies::list, record::register))
        .routes(routes!(companies::show))
        .routes(routes!(companies::events, record::company::record))
        .routes(routes!(record::company::correct))
        .routes(routes!(record::company::retract))
        .routes(routes!(record::carrier::record))
        .routes(routes!(record::carrier::correct))
        .routes(routes!(record::carrier::retract))
        .routes(routes!(record::cluster::record))
        .routes(routes!(record::cluster::correct))
        .routes(routes!(record::cluster::retract))
}

/// What is served beside it.
pub fn beside() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(problems::show))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::figures))
}
