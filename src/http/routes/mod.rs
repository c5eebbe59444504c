//! What is served where.

mod candidates;
mod carriers;
mod changes;
mod clusters;
mod companies;
mod event_types;
mod export_roster;
mod exports;
mod findings;
mod group;
mod health;
mod history;
mod import_jobs;
mod import_mapping;
mod import_runs;
mod imports;
mod ladders;
mod pipeline;
mod problems;
mod record;
mod repair_list;
mod repairs;
mod responses;
mod state;
mod tokens;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[cfg(test)]
pub use problems::page;

use super::service::Service;

/// Everything under `/api/v1`.
pub fn api() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(changes::follow))
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
        .routes(routes!(import_runs::list, imports::start))
        .routes(routes!(import_jobs::job))
        .routes(routes!(import_jobs::issues))
        .routes(routes!(import_runs::questions))
        .routes(routes!(import_runs::show))
        .routes(routes!(import_runs::undo))
        .routes(routes!(import_mapping::suggestion))
        .routes(routes!(import_mapping::schema))
        .routes(routes!(exports::events))
        .routes(routes!(exports::facts))
        .routes(routes!(exports::companies))
        .routes(routes!(export_roster::roster))
        .routes(routes!(export_roster::mapping))
        .routes(routes!(repairs::merge))
        .routes(routes!(repairs::distinct))
        .routes(routes!(repairs::split))
        .routes(routes!(repairs::move_event))
        .routes(routes!(repairs::undo))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(ladders::list))
        .routes(routes!(pipeline::show))
        .routes(routes!(pipeline::series))
        .routes(routes!(findings::list))
        .routes(routes!(findings::codes))
        .routes(routes!(event_types::list))
        .routes(routes!(candidates::list))
        .routes(routes!(repair_list::list))
}

/// What is served beside it.
pub fn beside() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(problems::show))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::figures))
}
