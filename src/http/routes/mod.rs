//! What is served where.

mod candidates;
mod carriers;
mod clusters;
mod companies;
mod event_types;
mod findings;
mod group;
mod history;
mod ladders;
mod pipeline;
mod problems;
mod record;
mod repairs;
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
        .routes(routes!(carriers::list))
        .routes(routes!(carriers::show))
        .routes(routes!(carriers::members))
        .routes(routes!(carriers::series))
        .routes(routes!(carriers::stays))
        .routes(routes!(carriers::events, record::carrier::record))
        .routes(routes!(record::carrier::correct))
        .routes(routes!(record::carrier::retract))
        .routes(routes!(clusters::list))
        .routes(routes!(clusters::show))
        .routes(routes!(clusters::members))
        .routes(routes!(clusters::series))
        .routes(routes!(clusters::events, record::cluster::record))
        .routes(routes!(record::cluster::correct))
        .routes(routes!(record::cluster::retract))
        .routes(routes!(ladders::list))
        .routes(routes!(pipeline::show))
        .routes(routes!(pipeline::series))
        .routes(routes!(findings::list))
        .routes(routes!(findings::codes))
        .routes(routes!(event_types::list))
        .routes(routes!(candidates::list))
        .routes(routes!(repairs::list))
}

/// What is served beside it.
pub fn beside() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(problems::show))
}
