//! A slip is told and never ignored: what an address does not take, says nothing, or cannot be.

use reqwest::Method;

use super::{refused, settled};
use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;

contract!(
    a_slip_in_a_read_is_told,
    a_position_that_no_log_has_is_refused_at_once,
);

async fn a_slip_in_a_read_is_told(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    api.get("/companies?min_position=3").await.ok();
    let company = "/companies/usci:91330103MA2J0XYC21";
    api.get(&format!("{company}?fields=kind,value&sort=-kind"))
        .await
        .ok();
    for (path, field) in [
        ("/companies?as_of=", "as_of"),
        ("/companies?min_position=", "min_position"),
        ("/exports/events?carrier=t-space&known_at=", "known_at"),
        ("/pipeline?present=", "present"),
        (&format!("{company}?sort=colour"), "sort"),
        (&format!("{company}?fields=kind,colour"), "fields"),
        ("/carriers/t-space?sort=-colour", "sort"),
    ] {
        let told = refused(&api, path).await;
        assert_eq!(
            told,
            ("malformed-request".to_owned(), field.to_owned()),
            "{path}"
        );
    }
    let told = refused(&api, "/tokens?as_of=2024-06-20").await;
    assert_eq!(told, ("unknown-parameter".to_owned(), "as_of".to_owned()));
}

async fn a_position_that_no_log_has_is_refused_at_once(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    api.get("/companies?min_position=3").await.ok();
    let beyond = "9223372036854775808";
    for path in ["/companies", "/exports/facts"] {
        let told = refused(&api, &format!("{path}?min_position={beyond}")).await;
        let expected = ("malformed-request".to_owned(), "min_position".to_owned());
        assert_eq!(told, expected, "{path}");
    }
    // The header says from where to go on, and a slip beside it is told all the same.
    let batch = "application/cloudevents-batch+json";
    for (after, last, field) in [(beyond, "0", "after"), ("0", beyond, "last-event-id")] {
        let request = api.request(Method::GET, &format!("/api/v1/changes?after={after}"));
        let request = request
            .header("accept", batch)
            .header("last-event-id", last);
        let answer = api.send(request).await;
        assert_eq!(answer.problem(), "malformed-request");
        assert_eq!(answer.json()["field"], field);
    }
}
