//! Repairs that are sent again under their key: done once, answered the same. Where a key means nothing it is refused.

use futures_util::future::join_all;
use nianlun::http::access::Role;
use nianlun::http::document;
use reqwest::Method;
use serde_json::{Value, json};

use super::access::{closed, token};
use crate::contract;
use crate::support::api::{Answer, Api};
use crate::support::database::Harness;

contract!(
    each_repair_is_done_once_and_answered_the_same,
    the_key_of_another_repair_or_command_is_refused,
    a_repair_that_was_refused_is_decided_anew,
    one_repair_that_is_sent_many_times_at_once_to_two_processes_is_done_once,
    repairs_remember_by_which_token_they_came,
    where_keys_and_tags_mean_nothing_they_are_refused,
);

async fn send(api: &Api, path: &str, key: &str, body: &Value) -> Answer {
    let request = api.request(Method::POST, &format!("/api/v1{path}"));
    let request = request.header("idempotency-key", key);
    api.send(request.json(body)).await
}

/// Registers these as park:1, park:2 …, each with an attribute as its second event.
async fn registered(api: &Api, names: &[&str]) {
    registered_from(api, 1, names).await;
}

async fn registered_from(api: &Api, first: usize, names: &[&str]) {
    for (number, name) in (first..).zip(names) {
        let path = format!("/companies/park:{number}/events");
        let body = json!({"event": "registered", "fields": {"name": name}, "on": "2015-01-01"});
        api.post(&path, &body).await.ok();
        let fields = json!({"scheme": "行业", "value": "医药"});
        let body = json!({"event": "attribute-stated", "fields": fields, "on": "2017-01-01"});
        api.post(&path, &body).await.ok();
    }
}

/// Whether the document says that this repair tells of being answered before.
fn says_replayed(path: &str) -> bool {
    let path = if path.ends_with("/undo") {
        "/identity/repairs/{correlation}/undo"
    } else {
        path
    };
    let document = serde_json::to_value(document()).expect("JSON");
    let operation = &document["paths"][format!("/api/v1{path}")]["post"];
    let header = &operation["responses"]["201"]["headers"]["Idempotency-Replayed"];
    header.is_object()
}

async fn events(harness: &Harness) -> i64 {
    harness.number("SELECT count(*) FROM events").await
}

/// What an answer says but for the position, which the log may not have admitted the first time.
fn said(answer: &Answer) -> Value {
    let mut said = answer.json();
    said["position"].take();
    said
}

async fn each_repair_is_done_once_and_answered_the_same(harness: &Harness) {
    let api = Api::start(harness).await;
    registered(&api, &["甲", "乙", "丙", "丁", "戊", "己"]).await;
    let merge = json!({"loser": "park:2", "into": "park:1", "because": "同一企业"});
    let merged = send(&api, "/identity/merge", "k-1", &merge).await.ok();
    let correlation = merged.json()["correlation"].clone();
    let undo = format!(
        "/identity/repairs/{}/undo",
        correlation.as_str().expect("a correlation")
    );
    for (path, key, body, recorded) in [
        ("/identity/merge", "k-1", merge, 0),
        (&undo, "k-2", json!({"because": "不是"}), 2),
        (
            "/identity/distinct",
            "k-3",
            json!({"a": "park:3", "b": "park:4", "because": "两家"}),
            2,
        ),
        (
            "/identity/split",
            "k-4",
            json!({"company": "park:5", "events": [2], "name": "庚", "identifiers": ["list:9"], "because": "两家"}),
            3,
        ),
        (
            "/identity/move",
            "k-5",
            json!({"company": "park:6", "event": 2, "to": "park:5", "because": "记错"}),
            2,
        ),
    ] {
        let before = events(harness).await;
        let first = send(&api, path, key, &body).await;
        assert_eq!(first.status, 201, "{first:?}");
        assert_eq!(events(harness).await, before + recorded, "{path}");
        let again = send(&api, path, key, &body).await;
        assert_eq!(again.status, 201, "{again:?}");
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert!(
            says_replayed(path),
            "{path}: the document does not name the header"
        );
        assert_eq!(said(&again), said(&first), "{path}");
        assert_eq!(events(harness).await, before + recorded, "{path}");
    }
    let merge = json!({"loser": "park:2", "into": "park:1", "because": "同一企业"});
    let again = send(&api, "/identity/merge", "k-1", &merge).await;
    assert_eq!(said(&again), said(&merged), "also after it was undone");
}

async fn the_key_of_another_repair_or_command_is_refused(harness: &Harness) {
    let api = Api::start(harness).await;
    registered(&api, &["甲", "乙", "丙"]).await;
    let merge = json!({"loser": "park:2", "into": "park:1", "because": "同一企业"});
    send(&api, "/identity/merge", "k-1", &merge).await.ok();
    let renamed = json!({"event": "renamed", "fields": {"name": "新"}, "on": "2018"});
    let path = "/companies/park:3/events";
    send(&api, path, "k-2", &renamed).await.ok();
    let before = events(harness).await;
    let other = json!({"loser": "park:3", "into": "park:1", "because": "同一企业"});
    for (path, key, body) in [
        ("/identity/merge", "k-1", &other),
        ("/identity/merge", "k-2", &other),
        (path, "k-1", &renamed),
    ] {
        let refused = send(&api, path, key, body).await;
        assert_eq!(refused.problem(), "idempotency-mismatch", "{path} {key}");
        assert_eq!(refused.json()["field"], "idempotency-key");
    }
    assert_eq!(events(harness).await, before);
}

async fn a_repair_that_was_refused_is_decided_anew(harness: &Harness) {
    let api = Api::start(harness).await;
    registered(&api, &["甲"]).await;
    let merge = json!({"loser": "park:2", "into": "park:1", "because": "同一企业"});
    let refused = send(&api, "/identity/merge", "k-1", &merge).await;
    assert_eq!(refused.problem(), "not-found");
    registered_from(&api, 2, &["乙"]).await;
    let done = send(&api, "/identity/merge", "k-1", &merge).await.ok();
    assert_eq!(done.header("idempotency-replayed"), "");
}

async fn one_repair_that_is_sent_many_times_at_once_to_two_processes_is_done_once(
    harness: &Harness,
) {
    let (one, other) = (Api::start(harness).await, Api::start(harness).await);
    registered(&one, &["甲", "乙"]).await;
    let split = json!({"company": "park:1", "events": [2], "name": "丙", "because": "两家"});
    let before = events(harness).await;
    let sent = (0..16).map(|number| {
        let api = if number % 2 == 0 { &one } else { &other };
        send(api, "/identity/split", "k-1", &split)
    });
    let answers = join_all(sent).await;
    let new: Vec<_> = answers
        .iter()
        .filter(|answer| answer.header("idempotency-replayed").is_empty())
        .collect();
    assert_eq!(new.len(), 1, "{answers:?}");
    for answer in &answers {
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(said(answer), said(new[0]));
    }
    assert_eq!(events(harness).await, before + 3);
}

async fn repairs_remember_by_which_token_they_came(harness: &Harness) {
    let api = closed(harness).await;
    registered(&api, &["甲", "乙"]).await;
    let merge = json!({"loser": "park:2", "into": "park:1", "because": "同一企业"});
    let answer = api.post("/identity/merge", &merge).await.ok().json();
    let [token] = &api.store().tokens().await.expect("tokens")[..] else {
        panic!("one token")
    };
    let after = answer["events"][1].as_str().expect("an event");
    let path = format!("/companies/park:1/events?after_event={after}");
    let events = api.get(&path).await.ok().json();
    let last = events["data"].as_array().and_then(|rows| rows.last());
    let says = &last.expect("an event")["metadata"];
    assert_eq!(says["actor"], "the admin");
    assert_eq!(says["token"], token.id.to_string());
    assert_eq!(says["correlation"], answer["correlation"]);
}

async fn where_keys_and_tags_mean_nothing_they_are_refused(harness: &Harness) {
    let mut api = closed(harness).await;
    api.bearer = Some(token(&api, Role::Admin, &[]).await);
    let key = ("idempotency-key", "k-1");
    let tag = ("if-match", "\"7\"");
    let id = "00000000-0000-0000-0000-000000000000";
    let revoking = format!("/tokens/{id}");
    for (method, path, (name, value)) in [
        (Method::POST, "/tokens", key),
        (Method::DELETE, revoking.as_str(), key),
        (Method::POST, "/imports", key),
        (Method::POST, "/imports/suggestions", key),
        (Method::POST, "/imports/abc/undo", key),
        (Method::POST, "/identity/merge", tag),
        (Method::POST, "/tokens", tag),
    ] {
        let request = api.request(method, &format!("/api/v1{path}"));
        let request = request.header(name, value).json(&json!({}));
        let refused = api.send(request).await;
        assert_eq!(refused.problem(), "unknown-parameter", "{path}");
        assert_eq!(refused.json()["field"], name, "{path}");
    }
    let read = api.request(Method::GET, "/api/v1/companies");
    api.send(read.header(key.0, key.1)).await.ok();
    let twice = api.request(Method::POST, "/api/v1/companies");
    let twice = twice.header(key.0, "k-1").header(key.0, "k-2");
    let body = json!({"event": "registered", "fields": {"name": "甲"}});
    let refused = api.send(twice.json(&body)).await;
    assert_eq!(refused.problem(), "malformed-request");
    assert_eq!(refused.json()["field"], key.0);
}
