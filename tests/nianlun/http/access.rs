//! Tokens and roles: who is let in, and to what.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use nianlun::http::access::{
    AccessSettings, LimitSettings, Needs, NewToken, Right, Role, issue, needs,
};
use nianlun::http::document;
use nianlun::store::{Token, TokenHash, system_clock};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{column, settled};
use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;

contract!(
    each_role_may_do_what_the_table_says_and_nothing_else,
    nobody_gets_in_without_a_token_but_to_what_the_table_opens,
    a_token_is_made_once_shown_used_and_revoked,
    a_token_that_another_process_revokes_stops_within_seconds,
    a_token_that_has_expired_or_is_made_up_is_refused_without_a_word_of_it,
    a_token_that_only_reads_records_nothing,
    what_a_token_needs_is_told,
    events_remember_who_recorded_them_and_by_which_token,
);

/// A token of a role.
pub async fn token(api: &Api, role: Role, carriers: &[&str]) -> String {
    let wanted = NewToken {
        actor: format!("the {}", role.code()),
        roles: BTreeSet::from([role]),
        carriers: carriers
            .iter()
            .map(|code| code.parse().expect("a code"))
            .collect(),
        read_only: false,
        days: 1,
    };
    let (secret, _) = issue(api.store().as_ref(), wanted, "test")
        .await
        .expect("made");
    secret
}

/// A service that asks everybody for a token, and its administrator.
pub async fn closed(harness: &Harness) -> Api {
    let mut api = Api::closed(harness, patient()).await;
    api.bearer = Some(token(&api, Role::Admin, &[]).await);
    api
}

/// Without limits that a test would meet.
fn patient() -> AccessSettings {
    let many = 1_000_000.try_into().expect("more than none");
    AccessSettings {
        limits: LimitSettings {
            requests_per_second: many,
            burst: many,
            failures_per_minute: many,
        },
        ..AccessSettings::default()
    }
}

/// Every operation: its id, method and address.
fn operations() -> Vec<(String, Method, String)> {
    let document = serde_json::to_value(document()).expect("JSON");
    let mut all = vec![];
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            let Some(id) = operation["operationId"].as_str() else {
                continue;
            };
            let parts = path.split('/').map(|part| match part {
                "{sequence}" => "1",
                part if part.starts_with('{') => "x",
                part => part,
            });
            let path: Vec<_> = parts.collect();
            all.push((id.to_owned(), method, path.join("/")));
        }
    }
    assert!(all.len() >= 17, "{all:?}");
    all
}

/// What a role may do, in the words of docs/access.md.
fn may(role: Role, right: Right) -> bool {
    let all = match role {
        Role::Operator => vec![Right::Read, Right::Record],
        Role::Reviewer => vec![Right::Read, Right::Decide],
        Role::Analyst => vec![Right::Read],
        Role::Auditor => vec![Right::Read, Right::Inspect],
        Role::Admin => return true,
    };
    all.contains(&right)
}

async fn status(api: &Api, method: &Method, path: &str) -> StatusCode {
    let mut request = api.request(method.clone(), path);
    if *method != Method::GET {
        request = request.json(&json!({}));
    }
    request.send().await.expect("an answer").status()
}

async fn each_role_may_do_what_the_table_says_and_nothing_else(harness: &Harness) {
    let mut api = closed(harness).await;
    for role in Role::ALL {
        api.bearer = Some(token(&api, role, &["t-space"]).await);
        for (id, method, path) in operations() {
            let open = match needs(&id).expect("stated") {
                Needs::Nothing => true,
                Needs::This(right) => may(role, right),
            };
            let status = status(&api, &method, &path).await;
            assert_eq!(
                status != StatusCode::FORBIDDEN,
                open,
                "{role:?} {id}: {status}"
            );
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{role:?} {id}");
        }
    }
}

async fn nobody_gets_in_without_a_token_but_to_what_the_table_opens(harness: &Harness) {
    let api = Api::closed(harness, patient()).await;
    for (id, method, path) in operations() {
        let open = needs(&id).expect("stated") == Needs::Nothing;
        let status = status(&api, &method, &path).await;
        assert_eq!(status != StatusCode::UNAUTHORIZED, open, "{id}: {status}");
    }
    let document = api.get("/openapi.json").await.ok();
    assert_eq!(document.json()["openapi"], "3.1.0");
    let refused = api.get("/companies").await;
    assert_eq!(refused.problem(), "unauthenticated");
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    for value in ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "nln_1"] {
        let request = api
            .request(Method::GET, "/api/v1/companies")
            .header("authorization", value);
        assert_eq!(
            api.send(request).await.problem(),
            "unauthenticated",
            "{value:?}"
        );
    }
    let misused = api
        .send(api.request(Method::PUT, "/api/v1/companies"))
        .await;
    assert_eq!(misused.status, 401, "before it is told what is taken");
}

async fn a_token_is_made_once_shown_used_and_revoked(harness: &Harness) {
    let mut api = closed(harness).await;
    let admin = api.bearer.clone();
    let body = json!({"actor": "甲", "roles": ["operator", "analyst"], "carriers": ["t-space"], "days": 30});
    let made = api.post("/tokens", &body).await.ok();
    assert_eq!(made.status, 201);
    assert_eq!(made.header("cache-control"), "no-store");
    let made = made.json();
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    // 256 bits in hexadecimal.
    assert_eq!(secret.strip_prefix("nln_").map(str::len), Some(64));
    assert_eq!(made["token"]["state"], "valid");
    let listed = api.get("/tokens").await.ok();
    assert!(!listed.text.contains(&secret));
    let listed = listed.json();
    assert_eq!(
        column(&listed, "actor"),
        [&json!("the admin"), &json!("甲")]
    );
    assert_eq!(
        column(&listed, "roles"),
        [&json!(["admin"]), &json!(["operator", "analyst"])]
    );
    assert_eq!(
        column(&listed, "created_by"),
        [&json!("test"), &json!("the admin")]
    );
    let id = made["token"]["id"].as_str().expect("an id");
    api.bearer = Some(secret.clone());
    api.get("/companies").await.ok();
    assert_eq!(api.get("/tokens").await.problem(), "forbidden");
    api.bearer.clone_from(&admin);
    let path = format!("/api/v1/tokens/{id}");
    for _ in 0..2 {
        let revoked = api.send(api.request(Method::DELETE, &path)).await;
        assert_eq!(revoked.status, 204, "revoking twice is once");
    }
    api.bearer = Some(secret);
    let refused = api.get("/companies").await;
    assert_eq!(refused.problem(), "unauthenticated", "at once");
    api.bearer = admin;
    let listed = api.get("/tokens").await.ok().json();
    assert_eq!(
        column(&listed, "state"),
        [&json!("valid"), &json!("revoked")]
    );
    for word in ["x", "00000000-0000-0000-0000-000000000000"] {
        let path = format!("/api/v1/tokens/{word}");
        let unknown = api.send(api.request(Method::DELETE, &path)).await;
        assert_eq!(unknown.problem(), "not-found");
    }
}

async fn a_token_that_another_process_revokes_stops_within_seconds(harness: &Harness) {
    let api = closed(harness).await;
    api.get("/companies").await.ok();
    let [token] = &api.store().tokens().await.expect("tokens")[..] else {
        panic!("one token")
    };
    let other = harness.open().await;
    assert!(
        other
            .revoke_token(token.id, system_clock())
            .await
            .expect("revoked")
    );
    assert!(
        !other
            .revoke_token(token.id, system_clock())
            .await
            .expect("once")
    );
    let began = Instant::now();
    while api.get("/companies").await.status != 401 {
        assert!(began.elapsed() < Duration::from_secs(6), "it still counts");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn a_token_that_has_expired_or_is_made_up_is_refused_without_a_word_of_it(harness: &Harness) {
    let mut api = closed(harness).await;
    let expired = "nln_expired";
    let kept = Token {
        id: Uuid::from_u128(7),
        actor: "乙".to_owned(),
        roles: vec!["admin".to_owned()],
        carriers: vec![],
        read_only: false,
        created_by: "test".to_owned(),
        created_at: 0,
        expires_at: system_clock() - 1,
        revoked_at: None,
    };
    let hash = TokenHash(Sha256::digest(expired).into());
    api.store().keep_token(&kept, &hash).await.expect("kept");
    for (secret, detail) in [
        (expired, "this token has expired"),
        ("nln_made_up", "this token is not known"),
        ("eyJhbGciOiJub25lIn0.e30.", "this token is not known"),
    ] {
        api.bearer = Some(secret.to_owned());
        let refused = api.get("/companies").await;
        assert_eq!(refused.problem(), "unauthenticated");
        assert_eq!(refused.json()["detail"], detail);
        assert!(!refused.text.contains(secret), "{}", refused.text);
    }
}

async fn a_token_that_only_reads_records_nothing(harness: &Harness) {
    let mut api = closed(harness).await;
    let body = json!({"actor": "丙", "roles": ["admin"], "read_only": true});
    let made = api.post("/tokens", &body).await.ok().json();
    api.bearer = made["secret"].as_str().map(str::to_owned);
    api.get("/companies").await.ok();
    let body = json!({"event": "registered", "fields": {"name": "甲"}, "on": "2020"});
    assert_eq!(api.post("/companies", &body).await.problem(), "forbidden");
}

async fn what_a_token_needs_is_told(harness: &Harness) {
    let api = closed(harness).await;
    for (body, field) in [
        (json!({"actor": " ", "roles": ["admin"]}), "actor"),
        (json!({"actor": "甲", "roles": []}), "roles"),
        (json!({"actor": "甲", "roles": ["king"]}), "roles[0]"),
        (json!({"actor": "甲", "roles": ["operator"]}), "carriers"),
        (
            json!({"actor": "甲", "roles": ["operator"], "carriers": ["a b"]}),
            "carriers",
        ),
        (
            json!({"actor": "甲", "roles": ["admin"], "days": 0}),
            "days",
        ),
        (
            json!({"actor": "甲", "roles": ["admin"], "days": 3661}),
            "days",
        ),
        (
            json!({"actor": "甲", "roles": ["admin"], "scope": "all"}),
            "scope",
        ),
    ] {
        let refused = api.post("/tokens", &body).await;
        assert_eq!(refused.problem(), "malformed-request", "{body}");
        assert_eq!(refused.json()["field"], field, "{body}");
    }
    let tokens = api.get("/tokens").await.ok().json();
    assert_eq!(tokens["total"], 1, "none of them was made");
}

async fn events_remember_who_recorded_them_and_by_which_token(harness: &Harness) {
    let api = closed(harness).await;
    settled(&api).await;
    let [token] = &api.store().tokens().await.expect("tokens")[..] else {
        panic!("one token")
    };
    let path = "/companies/usci:91330103MA2J0XYC21/events?min_position=3";
    let events = api.get(path).await.ok().json();
    let says: &Value = &events["data"][0]["metadata"];
    assert_eq!(
        says,
        &json!({"actor": "the admin", "token": token.id.to_string()})
    );
}
