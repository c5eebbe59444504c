//! Requests that are sent again under their key: recorded once, answered the same.

use std::time::Duration;

use nianlun::http::Settings;
use nianlun::store::open;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::settled;
use crate::contract;
use crate::support::api::{Answer, Api};
use crate::support::database::Harness;

contract!(
    what_was_accepted_is_answered_again_and_recorded_once,
    the_key_of_another_request_is_refused,
    a_refusal_is_decided_anew,
    many_at_once_under_one_key_record_once,
    a_new_company_is_made_once_even_by_another_process,
    keys_of_others_are_others,
    a_key_that_is_none_is_refused,
);

const EVENTS: &str = "/api/v1/companies/usci:91330103MA2J0XYC21/events";

fn renamed(name: &str) -> Value {
    json!({"event": "renamed", "fields": {"name": name}, "on": "2018"})
}

fn keyed(api: &Api, path: &str, key: &str, body: &Value) -> RequestBuilder {
    let request = api.request(Method::POST, path);
    request.header("idempotency-key", key).json(body)
}

async fn send(api: &Api, key: &str, body: &Value) -> Answer {
    api.send(keyed(api, EVENTS, key, body)).await
}

/// How many events the company has.
async fn events(api: &Api) -> u64 {
    let page = api.get("/companies/usci:91330103MA2J0XYC21").await.ok();
    page.json()["sequence"].as_u64().expect("a sequence")
}

async fn what_was_accepted_is_answered_again_and_recorded_once(harness: &Harness) {
    let settings = Settings {
        admission: Duration::from_secs(20),
        ..Settings::default()
    };
    let api = Api::with(harness, settings).await;
    settled(&api).await;
    let first = send(&api, "\"k-1\"", &renamed("新名")).await.ok();
    assert_eq!(first.header("idempotency-replayed"), "");
    send(&api, "k-2", &renamed("别名")).await.ok();
    let again = send(&api, "k-1", &renamed("新名")).await.ok();
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.status, first.status);
    assert_eq!(again.json(), first.json(), "also its position");
    for name in ["etag", "location"] {
        assert_eq!(again.header(name), first.header(name));
    }
    assert_eq!(events(&api).await, 4);
    let insisting = keyed(&api, EVENTS, "k-1", &renamed("新名")).header("if-match", "\"2\"");
    assert_eq!(
        api.send(insisting).await.ok().json(),
        first.json(),
        "it was accepted when it was the record's last"
    );
}

async fn the_key_of_another_request_is_refused(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    send(&api, "k-1", &renamed("新名")).await.ok();
    let other = send(&api, "k-1", &renamed("别名")).await;
    assert_eq!(other.problem(), "idempotency-mismatch");
    assert_eq!(other.json()["field"], "idempotency-key");
    let elsewhere = keyed(
        &api,
        "/api/v1/carriers/t-space/events",
        "k-1",
        &renamed("新名"),
    );
    assert_eq!(api.send(elsewhere).await.problem(), "idempotency-mismatch");
    assert_eq!(events(&api).await, 3);
}

async fn a_refusal_is_decided_anew(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let there = json!({"event": "occupancy-started", "fields": {"carrier": "later"}, "on": "2019"});
    assert_eq!(send(&api, "k-1", &there).await.problem(), "invalid-event");
    let carrier = json!({"event": "registered", "fields": {"name": "后来", "types": "孵化器"}});
    api.post("/carriers/later/events", &carrier).await.ok();
    send(&api, "k-1", &there).await.ok();
    assert_eq!(events(&api).await, 3);
}

async fn many_at_once_under_one_key_record_once(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let body = renamed("新名");
    let answers = futures_util::future::join_all((0..16).map(|_| send(&api, "k-1", &body))).await;
    let first = answers[0].json()["events"].clone();
    assert_eq!(
        first[0].as_str().map(|event| event.ends_with("/3")),
        Some(true)
    );
    for answer in answers {
        assert_eq!(answer.ok().json()["events"], first);
    }
    assert_eq!(events(&api).await, 3);
}

async fn a_new_company_is_made_once_even_by_another_process(harness: &Harness) {
    let (one, other) = (Api::start(harness).await, Api::start(harness).await);
    let body = json!({"event": "registered", "fields": {"name": "甲队", "entity": "team"}});
    let send = |api| keyed(api, "/api/v1/companies", "k-1", &body);
    let (a, b) = tokio::join!(one.send(send(&one)), other.send(send(&other)));
    let (a, b) = (a.ok().json(), b.ok().json());
    assert_eq!((&a["id"], &a["events"]), (&b["id"], &b["events"]));
    let store = open(&harness.url).await.expect("a store");
    let id = a["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("an id");
    let stored = store
        .stream(nianlun::service::company(id))
        .await
        .expect("read");
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].metadata["idempotency_key"], "local k-1");
}

async fn keys_of_others_are_others(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    for key in ["k-1", "k-2", "K-1"] {
        send(&api, key, &renamed(key)).await.ok();
    }
    assert_eq!(events(&api).await, 5);
}

async fn a_key_that_is_none_is_refused(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let long = "x".repeat(256);
    // With a space, "lei 1" of "li" would be "1" of "li lei".
    for key in [
        "",
        "\"\"",
        long.as_str(),
        "\u{e4}",
        "lei 1",
        "\"lei 1\"",
        "\" 1\"",
        "a\tb",
    ] {
        let refused = send(&api, key, &renamed("新名")).await;
        assert_eq!(refused.problem(), "malformed-request");
        assert_eq!(refused.json()["field"], "idempotency-key");
    }
    assert_eq!(events(&api).await, 2);
}
