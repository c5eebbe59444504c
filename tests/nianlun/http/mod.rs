//! The service, through HTTP, on both stores.

mod access;
mod access_limits;
mod access_oidc;
mod access_own;
mod access_serve;
mod again;
mod bad_files;
mod bad_input;
mod bad_texts;
mod bad_wire;
mod changes;
mod commands;
mod connections;
mod exports;
mod findings;
mod identity_reads;
mod import_runs;
mod imports;
mod parity;
mod pipeline;
mod places;
mod reads;
mod repairs;
mod repairs_again;
mod running;
mod running_ends;
mod running_killed;
mod running_load;
#[cfg(feature = "otlp")]
mod running_traces;
mod security_page;
mod shapes;

use serde_json::{Value, json};

use crate::cli::town;
use crate::support::api::Api;
use crate::support::database::Harness;
use crate::support::program::Program;

/// A carrier with a company in it: `t-space`, and USCI 91330103MA2J0XYC21 since 2016-04.
pub async fn settled(api: &Api) {
    for (path, body) in [
        (
            "/carriers/t-space/events",
            json!({"event": "registered", "fields": {"name": "T空间", "types": "孵化器"}, "on": "2014-05-01"}),
        ),
        (
            "/companies/usci:91330103MA2J0XYC21/events",
            json!({"event": "registered", "fields": {"name": "某某科技有限公司"}, "on": "2016-03-01"}),
        ),
        (
            "/companies/usci:91330103MA2J0XYC21/events",
            json!({"event": "occupancy-started", "fields": {"carrier": "t-space", "area": "120"}, "on": "2016-04"}),
        ),
    ] {
        recorded(api, path, &body).await;
    }
}

/// POST of a command under /api/v1; its answer, once what it recorded is in the facts.
pub async fn recorded(api: &Api, path: &str, body: &Value) -> Value {
    let answer = api.post(path, body).await.ok().json();
    let event = answer["events"].as_array().and_then(|all| all.last());
    let event = event.and_then(Value::as_str).expect("an event");
    api.get(&format!("/carriers?after_event={event}"))
        .await
        .ok();
    answer
}

/// A column of all rows.
pub fn column<'a>(page: &'a Value, name: &str) -> Vec<&'a Value> {
    let rows = page["data"].as_array().expect("rows");
    rows.iter().map(|row| &row[name]).collect()
}

/// The service over the town of the command line's tests, with everything in the facts.
pub async fn in_town(harness: &Harness) -> (Program, Api) {
    let program = town::town(harness);
    let api = current(harness).await;
    (program, api)
}

/// The service, with everything that was recorded in the facts.
pub async fn current(harness: &Harness) -> Api {
    let store = harness.open().await;
    let head = store.sequence().await.expect("admitted").head.position;
    store.close().await;
    let api = Api::start(harness).await;
    api.get(&format!("/pipeline?min_position={head}"))
        .await
        .ok();
    api
}

/// GET under /api/v1, in English; its page.
pub async fn page(api: &Api, path: &str) -> Value {
    let request = api.request(reqwest::Method::GET, &format!("/api/v1{path}"));
    let request = request.header("accept-language", "en");
    api.send(request).await.ok().json()
}

/// The problem that a path gives, with the field that it is of.
pub async fn refused(api: &Api, path: &str) -> (String, String) {
    let answer = api.get(path).await;
    let field = answer.json()["field"].as_str().unwrap_or("").to_owned();
    (answer.problem(), field)
}
