//! The service, through HTTP, on both stores.

mod access;
mod access_limits;
mod access_oidc;
mod access_own;
mod access_serve;
mod again;
mod changes;
mod commands;
mod exports;
mod import_runs;
mod imports;
mod reads;
mod repairs;
mod running;
mod running_ends;
mod running_load;
#[cfg(feature = "otlp")]
mod running_traces;

use serde_json::{Value, json};

use crate::support::api::Api;

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
        api.post(path, &body).await.ok();
    }
}

/// A column of all rows.
pub fn column<'a>(page: &'a Value, name: &str) -> Vec<&'a Value> {
    let rows = page["data"].as_array().expect("rows");
    rows.iter().map(|row| &row[name]).collect()
}
