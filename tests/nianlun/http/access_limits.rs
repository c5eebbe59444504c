//! Limits, and what browsers are told.

use std::num::NonZeroU32;
use std::time::Duration;

use futures_util::future::join_all;
use nianlun::http::access::{AccessSettings, LimitSettings, Role};
use reqwest::Method;
use serde_json::json;

use super::access::token;
use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;

contract!(
    who_asks_too_much_is_told_when_to_ask_again,
    strangers_keep_nobody_from_seeing_how_the_service_is,
    failed_authentications_are_counted_by_address,
    who_has_failed_too_often_is_refused_before_the_database_is_asked,
    every_answer_tells_browsers_to_be_careful,
    only_pages_of_allowed_origins_may_call,
    without_authentication_only_this_machine_is_answered,
);

fn limited(requests: u32, failures: u32) -> AccessSettings {
    let number = |number| NonZeroU32::new(number).expect("more than none");
    AccessSettings {
        limits: LimitSettings {
            requests_per_second: NonZeroU32::MIN,
            burst: number(requests),
            failures_per_minute: number(failures),
        },
        ..AccessSettings::default()
    }
}

async fn who_asks_too_much_is_told_when_to_ask_again(harness: &Harness) {
    let mut api = Api::closed(harness, limited(2, 10)).await;
    let one = token(&api, Role::Analyst, &[]).await;
    let other = token(&api, Role::Analyst, &[]).await;
    api.bearer = Some(one);
    let mut limited = None;
    for _ in 0..20 {
        let answer = api.get("/companies").await;
        if answer.status == 429 {
            limited = Some(answer);
            break;
        }
    }
    let limited = limited.expect("20 requests come sooner than in 20 seconds");
    assert_eq!(limited.problem(), "rate-limited");
    // One request a second comes free.
    assert_eq!(limited.header("retry-after"), "1");
    api.bearer = Some(other);
    api.get("/companies").await.ok();
}

async fn strangers_keep_nobody_from_seeing_how_the_service_is(harness: &Harness) {
    let api = Api::closed(harness, limited(2, 10)).await;
    let mut statuses = vec![];
    for _ in 0..20 {
        statuses.push(api.get("/companies").await.status.as_u16());
    }
    assert!(statuses.contains(&429), "{statuses:?}");
    for _ in 0..3 {
        for path in ["/healthz", "/readyz", "/metrics"] {
            let request = api.request(Method::GET, path);
            api.send(request).await.ok();
        }
    }
}

async fn failed_authentications_are_counted_by_address(harness: &Harness) {
    let mut api = Api::closed(harness, limited(1_000, 2)).await;
    let good = token(&api, Role::Analyst, &[]).await;
    api.bearer = Some("nln_guess".to_owned());
    assert_eq!(api.get("/companies").await.status, 401);
    assert_eq!(api.get("/companies").await.status, 401);
    let limited = api.get("/companies").await;
    assert_eq!(limited.problem(), "rate-limited");
    let wait: u16 = limited.header("retry-after").parse().expect("seconds");
    assert!(
        (1..=30).contains(&wait),
        "two a minute are one in 30 s: {wait}"
    );
    api.bearer = Some(good);
    api.get("/companies").await.ok();
}

async fn who_has_failed_too_often_is_refused_before_the_database_is_asked(harness: &Harness) {
    let mut api = Api::closed(harness, limited(1_000, 1)).await;
    api.bearer = Some("nln_guess".to_owned());
    assert_eq!(api.get("/companies").await.status, 401);
    assert_eq!(api.get("/companies").await.problem(), "rate-limited");
    // Tokens of which only the database knows that they are good: who asks it lets all of them in.
    let mut good = vec![];
    for _ in 0..60 {
        good.push(token(&api, Role::Analyst, &[]).await);
    }
    let ask = |secret: String| {
        let request = api.client.get(format!("{}/api/v1/companies", api.base));
        api.send(request.bearer_auth(secret))
    };
    let answers = join_all(good.iter().cloned().map(ask)).await;
    let statuses: Vec<_> = answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    let of = |status: u16| statuses.iter().position(|one| *one == status);
    let (Some(known), Some(unknown)) = (of(200), of(429)) else {
        panic!("some are looked up and some are not: {statuses:?}");
    };
    assert_eq!(answers[unknown].header("retry-after"), "1");
    // One that was found before is let in whatever others do, and another a little later.
    ask(good[known].clone()).await.ok();
    tokio::time::sleep(Duration::from_secs(1)).await;
    ask(good[unknown].clone()).await.ok();
}

async fn every_answer_tells_browsers_to_be_careful(harness: &Harness) {
    let api = Api::start(harness).await;
    for path in ["/companies", "/nothing", "/companies?x=1"] {
        let answer = api.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; frame-ancestors 'none'"
        );
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(
            answer.header("strict-transport-security"),
            "",
            "not over TLS"
        );
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

async fn only_pages_of_allowed_origins_may_call(harness: &Harness) {
    let settings = AccessSettings {
        origins: vec!["https://board.example.org".to_owned()],
        ..AccessSettings::default()
    };
    let api = Api::closed(harness, settings).await;
    for (origin, allowed) in [
        ("https://board.example.org", "https://board.example.org"),
        ("https://evil.example", ""),
    ] {
        let asked = api
            .request(Method::OPTIONS, "/api/v1/companies")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization");
        let answer = api.send(asked).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed);
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        let asked = api
            .request(Method::GET, "/api/v1/companies")
            .header("origin", origin);
        let answer = api.send(asked).await;
        assert_eq!(answer.problem(), "unauthenticated");
        assert_eq!(answer.header("access-control-allow-origin"), allowed);
        let read = answer.header("access-control-expose-headers");
        assert!(read.contains("idempotency-replayed"), "{read}");
    }
}

async fn without_authentication_only_this_machine_is_answered(harness: &Harness) {
    let api = Api::start(harness).await;
    let ask = |name: &'static str, value: &'static str| {
        let request = api.request(Method::GET, "/api/v1/companies");
        api.send(request.header(name, value))
    };
    let rebound = ask("host", "evil.example:7316").await;
    assert_eq!(rebound.problem(), "forbidden");
    assert_eq!(rebound.json()["field"], "host");
    assert_eq!(ask("host", "localhost:7316").await.status, 200);
    assert_eq!(ask("host", "[::1]:7316").await.status, 200);
    let foreign = ask("origin", "https://evil.example").await;
    assert_eq!(foreign.problem(), "forbidden");
    assert_eq!(foreign.json()["field"], "origin");
    assert_eq!(ask("origin", "http://localhost:5173").await.status, 200);
    let body = json!({"event": "registered", "fields": {"name": "甲"}, "on": "2020"});
    let made = api.post("/companies", &body).await.ok().json();
    let path = format!(
        "/companies/{}/events?min_position=1",
        made["id"].as_str().expect("an id")
    );
    let events = api.get(&path).await.ok().json();
    assert_eq!(events["data"][0]["metadata"], json!({"actor": "local"}));
}
