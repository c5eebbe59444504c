//! Commands: what is recorded, and each refusal.

use reqwest::Method;
use serde_json::json;

use super::settled;
use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;

contract!(
    a_company_is_registered_and_read_back,
    an_event_is_corrected_and_taken_back,
    what_contradicts_is_refused_and_recorded_with_a_reason,
    a_command_can_insist_on_the_record_as_it_was_read,
    each_refusal_says_what_where_and_how_to_mend_it,
    what_stands_already_or_belongs_to_another_is_refused,
);

const COMPANY: &str = "/companies/usci:91330103MA2J0XYC21";

async fn a_company_is_registered_and_read_back(harness: &Harness) {
    let api = Api::start(harness).await;
    let body =
        json!({"event": "登记", "fields": {"name": "甲队", "entity": "team"}, "on": "2020-05"});
    let answer = api.post("/companies", &body).await.ok();
    assert_eq!(answer.status, 201);
    let recorded = answer.json();
    let id = recorded["id"].as_str().expect("an id").to_owned();
    assert_eq!(answer.header("location"), format!("/api/v1/companies/{id}"));
    assert_eq!(answer.header("etag"), "\"1\"");
    assert_eq!(recorded["events"], json!([format!("company/{id}/1")]));
    let read = format!("/companies/{id}?after_event=company/{id}/1&as_of=2020-06-01");
    let shown = api.get(&read).await.ok();
    assert_eq!(shown.json()["name"], "甲队");
    assert!(shown.header("etag").starts_with("\"1."), "{shown:?}");
}

async fn an_event_is_corrected_and_taken_back(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let corrected = json!({
        "event": "occupancy-started",
        "fields": {"carrier": "t-space", "area": "130"},
        "on": "2016-05",
        "because": "typing slip"
    });
    let answer = api
        .post(&format!("{COMPANY}/events/2/correction"), &corrected)
        .await;
    assert_eq!(answer.ok().json()["sequence"], 3);
    let because = json!({"because": "never moved in"});
    let answer = api
        .post(&format!("{COMPANY}/events/3/retraction"), &because)
        .await;
    let event = answer.ok().json()["events"][0].clone();
    let event = event.as_str().expect("an event");
    let events = api
        .get(&format!("{COMPANY}/events?after_event={event}"))
        .await
        .ok()
        .json();
    assert_eq!(
        super::column(&events, "superseded_by"),
        [&json!(null), &json!(null), &json!(4), &json!(null)],
        "without its correction the event stands again"
    );
    assert_eq!(
        super::column(&events, "target"),
        [&json!(null), &json!(null), &json!(2), &json!(3)]
    );
}

async fn what_contradicts_is_refused_and_recorded_with_a_reason(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let mut body = json!({
        "event": "occupancy-started",
        "fields": {"carrier": "t-space"},
        "on": "2017-01-01"
    });
    let refused = api.post(&format!("{COMPANY}/events"), &body).await;
    assert_eq!(refused.problem(), "contradiction");
    let expected = json!([{"code": "start-while-open", "events": [2, 3]}]);
    assert_eq!(refused.json()["contradictions"], expected);
    body["despite"] = json!(true);
    body["because"] = json!("a second lease");
    api.post(&format!("{COMPANY}/events"), &body).await.ok();
}

async fn a_command_can_insist_on_the_record_as_it_was_read(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let tag = api.get(COMPANY).await.ok().header("etag").to_owned();
    let path = format!("/api/v1{COMPANY}/events");
    let send = |tag: &str, on: &str| {
        let body = json!({"event": "renamed", "fields": {"name": format!("新名{on}")}, "on": on});
        api.send(
            api.request(Method::POST, &path)
                .header("if-match", tag)
                .json(&body),
        )
    };
    assert_eq!(send("\"7\"", "2018").await.problem(), "precondition-failed");
    assert_eq!(send(&tag, "2018").await.ok().json()["sequence"], 3);
    assert_eq!(
        send(&tag, "2019").await.problem(),
        "precondition-failed",
        "it has moved on"
    );
    assert_eq!(send("\"x\"", "2019").await.problem(), "malformed-request");
    assert_eq!(send("*", "2019").await.ok().json()["sequence"], 4);
}

async fn each_refusal_says_what_where_and_how_to_mend_it(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let events = format!("{COMPANY}/events");
    let cases = [
        (
            &*events,
            json!({"event": "promoted"}),
            "invalid-event",
            "event",
        ),
        (
            &*events,
            json!({"event": "renamed"}),
            "invalid-event",
            "name",
        ),
        (
            &*events,
            json!({"event": "renamed", "fields": {"name": "乙", "colour": "red"}}),
            "invalid-event",
            "colour",
        ),
        (
            &*events,
            json!({"event": "renamed", "fields": {"name": "乙"}, "on": "2016-13"}),
            "invalid-event",
            "on",
        ),
        (
            &*events,
            json!({"event": "renamed", "fields": {"name": "乙"}, "because": "so"}),
            "invalid-event",
            "because",
        ),
        (
            &*events,
            json!({"event": "renamed", "fields": {"name": "乙"}, "despite": true}),
            "invalid-event",
            "because",
        ),
        (
            &*events,
            json!({"event": "occupancy-started", "fields": {"carrier": "nowhere"}}),
            "invalid-event",
            "carrier",
        ),
        (
            &*events,
            json!({"event": "renamed", "fields": {"name": 7}}),
            "malformed-request",
            "fields.name",
        ),
        (
            &*events,
            json!({"event": "renamed", "felds": {}}),
            "malformed-request",
            "felds",
        ),
        (
            "/companies/某某/events",
            json!({"event": "renamed", "fields": {"name": "乙"}}),
            "ambiguous",
            "reference",
        ),
        (
            "/companies/没有/events",
            json!({"event": "renamed", "fields": {"name": "乙"}}),
            "not-found",
            "reference",
        ),
        (
            "/carriers/a b/events",
            json!({"event": "declared"}),
            "not-found",
            "reference",
        ),
    ];
    for (path, body, code, field) in cases {
        let answer = api.post(path, &body).await;
        assert_eq!(answer.problem(), code, "{path} {body}: {}", answer.text);
        assert_eq!(
            answer.json()["field"],
            field,
            "{path} {body}: {}",
            answer.text
        );
    }
}

async fn what_stands_already_or_belongs_to_another_is_refused(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let events = format!("{COMPANY}/events");
    let again =
        json!({"event": "registered", "fields": {"name": "某某科技有限公司"}, "on": "2016-03-01"});
    assert_eq!(api.post(&events, &again).await.problem(), "refused");
    let taken = json!({"event": "registered", "fields": {"name": "乙", "identifier": "usci:91330103MA2J0XYC21"}});
    assert_eq!(
        api.post("/companies", &taken).await.problem(),
        "identifier-taken"
    );
    let target = format!("{events}/9/retraction");
    assert_eq!(
        api.post(&target, &json!({"because": "x"})).await.problem(),
        "not-found"
    );
}
