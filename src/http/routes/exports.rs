//! Exports of events, facts and companies.

use axum::http::HeaderValue;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::responses::Sent;
use crate::export::{self, EventsWanted, FactsWanted, event_types, fact_kind, unplaced};
use crate::http::exporting::{Exporting, OutParams, WhoseParams};
use crate::http::problem::{Kind, Problem};
use crate::http::query::Query;
use crate::http::reading::PointParams;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsParams {
    /// Only of this type: as stored, or the event's code or name; may be given again.
    #[serde(default, rename = "type")]
    types: Vec<String>,
    /// Only those that this import run recorded.
    run: Option<String>,
    /// Only those that this source states.
    source: Option<String>,
}

/// Which facts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FactsParams {
    /// Only of this kind, by code or name; may be given again.
    #[serde(default)]
    kind: Vec<String>,
}

/// Which companies.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CompaniesParams {
    /// On which ladder.
    #[serde(default = "zero_one_n")]
    #[param(default = "zero-one-n")]
    ladder: String,
}

fn zero_one_n() -> String {
    "zero-one-n".to_owned()
}

/// Every event as stored, in the order of the log.
#[utoipa::path(
    get,
    path = "/exports/events",
    operation_id = "exportEvents",
    tag = "exports",
    params(
        EventsParams, WhoseParams, OutParams,
        ("known_at" = Option<String>, Query, description = "As known when: a day (its end), a time with its offset, or a log position; now if not given."),
        ("min_position" = Option<u64>, Query, description = "Wait, for a few seconds at most, until this log position is in the facts."),
        ("after_event" = Option<String>, Query, description = "Wait until this event is in the facts.")
    ),
    responses(
        (status = 200, description = "The file", content(
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (String = "application/x-ndjson")
        )),
        Sent
    )
)]
pub async fn events(
    exporting: Exporting,
    Query(which): Query<EventsParams>,
    Query(whose): Query<WhoseParams>,
) -> Result<Response, Problem> {
    let types = which.types.iter().map(|word| {
        event_types(word).map_err(|known| none_of("type", word, "event", &known.join(", ")))
    });
    let wanted = EventsWanted {
        known: exporting.point.known,
        types: types.collect::<Result<Vec<_>, _>>()?.concat(),
        streams: exporting.streams(&whose).await?,
        run: which.run,
        source: which.source,
    };
    let service = &exporting.service;
    let mut draft = exporting.begin()?;
    export::events(
        service.store.as_ref(),
        &service.zone,
        &wanted,
        &mut draft.writer,
        |_, _| (),
    )
    .await?;
    exporting.answer("events", draft)
}

/// Facts, with the names of what they are about: with `as_of` only those that hold on that day.
#[utoipa::path(
    get,
    path = "/exports/facts",
    operation_id = "exportFacts",
    tag = "exports",
    params(FactsParams, WhoseParams, PointParams, OutParams),
    responses(
        (status = 200, description = "The file", content(
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (String = "application/x-ndjson")
        )),
        Sent
    )
)]
pub async fn facts(
    exporting: Exporting,
    Query(which): Query<FactsParams>,
    Query(whose): Query<WhoseParams>,
) -> Result<Response, Problem> {
    let kinds = which.kind.iter().map(|word| {
        fact_kind(word).map_err(|known| none_of("kind", word, "kind of fact", &known.join(", ")))
    });
    let wanted = FactsWanted {
        point: exporting.point,
        of_the_day: exporting.of_a_day,
        kinds: kinds.collect::<Result<_, _>>()?,
        streams: exporting.streams(&whose).await?,
    };
    let service = &exporting.service;
    let mut draft = exporting.begin()?;
    let store = service.store.as_ref();
    export::facts(store, &service.zone, &wanted, &mut draft.writer).await?;
    exporting.answer("facts", draft)
}

/// Companies with a stage on a day, one row each. `Nianlun-Unplaced` says how many have no known date, stand on no day and are
/// left out.
#[utoipa::path(
    get,
    path = "/exports/companies",
    operation_id = "exportCompanies",
    tag = "exports",
    params(CompaniesParams, PointParams, OutParams),
    responses(
        (status = 200, description = "The file", content(
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (String = "application/x-ndjson")
        )),
        Sent
    )
)]
pub async fn companies(
    exporting: Exporting,
    Query(which): Query<CompaniesParams>,
) -> Result<Response, Problem> {
    let service = &exporting.service;
    let (store, point) = (service.store.as_ref(), exporting.point);
    let ladder = service.ladder(&which.ladder)?;
    let mut draft = exporting.begin()?;
    export::companies(store, ladder, point, &mut draft.writer).await?;
    let left_out = unplaced(store, ladder, point).await?;
    let mut response = exporting.answer("companies", draft)?;
    let left_out = HeaderValue::from(left_out);
    response.headers_mut().insert("nianlun-unplaced", left_out);
    Ok(response)
}

fn none_of(parameter: &str, word: &str, what: &str, known: &str) -> Problem {
    Problem::new(Kind::MalformedRequest, format!("there is no such {what}"))
        .of(parameter, word)
        .mend(format!("use one of: {known}"))
}
