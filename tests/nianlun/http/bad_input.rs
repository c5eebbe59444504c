//! Addresses, parameters and bodies that are wrong or hostile: a problem that says what and where, and nothing is recorded.

use reqwest::Method;
use serde_json::{Value, json};

use super::settled;
use crate::contract;
use crate::support::api::{Answer, Api};
use crate::support::database::Harness;
use crate::support::wire::answer_to;

contract!(
    json_that_is_none_is_refused_with_its_line_and_column,
    json_that_is_nested_without_end_is_refused,
    a_value_of_another_type_is_refused_with_its_field,
    what_is_said_twice_is_refused,
    what_is_no_utf_8_is_refused_wherever_it_stands,
    no_trick_in_a_path_leads_anywhere,
    an_encoded_body_is_refused,
);

const EVENTS: &str = "/companies/usci:91330103MA2J0XYC21/events";

/// POST of these bytes as JSON.
async fn raw(api: &Api, path: &str, bytes: impl Into<reqwest::Body>) -> Answer {
    let request = api.request(Method::POST, &format!("/api/v1{path}"));
    let request = request.header("content-type", "application/json");
    api.send(request.body(bytes)).await
}

#[track_caller]
fn says(answer: &Answer, code: &str, parts: &[&str]) {
    assert_eq!(answer.problem(), code, "{answer:?}");
    for part in parts {
        assert!(answer.text.contains(part), "{part}: {answer:?}");
    }
}

async fn recorded(harness: &Harness) -> i64 {
    harness.number("SELECT count(*) FROM events").await
}

async fn json_that_is_none_is_refused_with_its_line_and_column(harness: &Harness) {
    let api = Api::start(harness).await;
    for (body, place) in [
        ("", "line 1 column 0"),
        ("{\"event\": registered}", "line 1 column 11"),
        ("{\n  \"event\": \"registered\",\n}", "line 3 column 1"),
        ("{\"event\": \"registered\"", "line 1 column 22"),
        ("{\"event\": \"registered\"} {}", "line 1 column 25"),
        ("[]", "line 1 column"),
        ("null", "line 1 column 4"),
        ("{\"event\": \"\\ud800\"}", "line 1 column"),
    ] {
        let answer = raw(&api, "/companies", body).await;
        says(&answer, "malformed-request", &[place, "openapi.json"]);
    }
    let text = api.request(Method::POST, "/api/v1/companies").body("{}");
    says(
        &api.send(text).await,
        "unsupported-media-type",
        &["application/json"],
    );
    assert_eq!(recorded(harness).await, 0);
}

async fn json_that_is_nested_without_end_is_refused(harness: &Harness) {
    let api = Api::start(harness).await;
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    let objects = "{\"a\":".repeat(100_000);
    for body in [
        format!("{open}{close}"),
        format!("{{\"event\": \"registered\", \"fields\": {{\"name\": {open}{close}}}}}"),
        format!("{{\"event\": \"registered\", \"fields\": {objects}"),
        format!("{{\"event\": {open}"),
    ] {
        says(
            &raw(&api, "/companies", body).await,
            "malformed-request",
            &["line 1"],
        );
    }
    // Where every nesting would be of the right type.
    let inside = format!("{{\"because\": {objects}");
    let answer = raw(&api, &format!("{EVENTS}/1/retraction"), inside).await;
    assert_eq!(answer.status, 400, "{answer:?}");
}

/// Whether a value is of the type of another, and what is in it too.
fn fits(value: &Value, other: &Value) -> bool {
    match (value, other) {
        (Value::Array(values), Value::Array(others)) => {
            let (value, other) = (values.first(), others.first());
            value
                .zip(other)
                .is_none_or(|(value, other)| fits(value, other))
        }
        _ => std::mem::discriminant(value) == std::mem::discriminant(other),
    }
}

async fn a_value_of_another_type_is_refused_with_its_field(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let good = |path: &str| match path {
        "/companies" => {
            json!({"event": "registered", "fields": {"name": "甲"}, "on": "2016", "despite": false, "because": "x"})
        }
        "/identity/merge" => {
            json!({"loser": "a:1", "into": "a:2", "because": "x", "despite": false})
        }
        "/identity/distinct" => json!({"a": "a:1", "b": "a:2", "because": "x"}),
        "/identity/split" => {
            json!({"company": "a:1", "events": [1], "into": "a:2", "name": "x", "identifiers": ["a:3"], "because": "x", "despite": false})
        }
        "/identity/move" => {
            json!({"company": "a:1", "event": 1, "to": "a:2", "because": "x", "despite": false})
        }
        "/tokens" => {
            json!({"actor": "甲", "roles": ["analyst"], "carriers": ["t"], "read_only": false, "days": 1})
        }
        "/imports/abc/undo" => json!({"because": "x"}),
        _ => json!({"because": "x", "with_dependents": false, "despite": false}),
    };
    let values = [
        json!(7),
        json!(-1),
        json!(1.5),
        json!("text"),
        json!(true),
        json!([]),
        json!([7]),
        json!(["text"]),
        json!({}),
        json!({"name": 7}),
        json!({"name": [7]}),
        json!({"name": {"name": "x"}}),
        json!({"name": null}),
    ];
    let mut refused = 0;
    for path in [
        "/companies",
        "/identity/merge",
        "/identity/distinct",
        "/identity/split",
        "/identity/move",
        "/tokens",
        "/imports/abc/undo",
        &format!("{EVENTS}/1/retraction"),
    ] {
        let good = good(path);
        let fields = good.as_object().expect("an object");
        for (field, as_it_should) in fields {
            for value in &values {
                if fits(value, as_it_should) {
                    continue;
                }
                let mut body = good.clone();
                body[field] = value.clone();
                let answer = api.post(path, &body).await;
                assert_eq!(answer.problem(), "malformed-request", "{path} {body}");
                let told = answer.json()["field"].as_str().unwrap_or("").to_owned();
                assert!(
                    told.starts_with(field.as_str()),
                    "{path} {body}: {answer:?}"
                );
                refused += 1;
            }
        }
    }
    assert!(refused > 250, "{refused}");
    for value in [
        json!(7),
        json!([7]),
        json!({"a": "b"}),
        json!(null),
        json!(true),
    ] {
        let body = json!({"event": "registered", "fields": {"name": value}});
        let answer = api.post("/companies", &body).await;
        says(
            &answer,
            "malformed-request",
            &["fields.name", "a text, or a list of texts"],
        );
    }
    for name in ["abc", "-1", "1.5", "99999999999999999999"] {
        let path = format!("{EVENTS}/{name}/retraction");
        let answer = api.post(&path, &json!({"because": "x"})).await;
        assert_eq!(answer.problem(), "malformed-request", "{answer:?}");
    }
    assert_eq!(recorded(harness).await, 3, "what was there before");
}

async fn what_is_said_twice_is_refused(harness: &Harness) {
    let api = Api::start(harness).await;
    for (body, field) in [
        (
            "{\"event\": \"registered\", \"event\": \"renamed\"}",
            "event",
        ),
        (
            "{\"event\": \"registered\", \"fields\": {\"name\": \"甲\", \"name\": \"乙\"}}",
            "name",
        ),
    ] {
        says(
            &raw(&api, "/companies", body).await,
            "malformed-request",
            &[field, "line 1"],
        );
    }
    for query in [
        "limit=1&limit=2",
        "as_of=2016-01-01&as_of=2017-01-01",
        "fields=id&fields=name",
    ] {
        let answer = api.get(&format!("/companies?{query}")).await;
        let field = query.split('=').next().expect("a name");
        says(&answer, "malformed-request", &[field]);
    }
    assert_eq!(recorded(harness).await, 0);
}

async fn what_is_no_utf_8_is_refused_wherever_it_stands(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    for (path, field) in [
        ("/companies/%FF", "path"),
        ("/companies/%C0%AF", "path"),
        ("/companies/a%00b", "path"),
        ("/companies/usci:%00", "path"),
        ("/companies?as_of=%FF", "query"),
        ("/exports/events?company=%ED%A0%80", "query"),
        ("/exports/events?company=a%00b", "query"),
        ("/companies?%FF=1", "query"),
    ] {
        let answer = api.get(path).await;
        says(&answer, "malformed-request", &["percent-encoding"]);
        assert_eq!(answer.json()["field"], field, "{path}");
    }
    let raw_bytes = answer_to(
        &api,
        b"GET /api/v1/companies/\xff HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    );
    assert!(raw_bytes.starts_with("HTTP/1.1 400 "), "{raw_bytes}");
    let header = answer_to(
        &api,
        b"GET /api/v1/companies HTTP/1.1\r\nhost: localhost\r\naccept-language: \xff\xfe\r\nx-request-id: \xff\r\nconnection: close\r\n\r\n",
    );
    assert!(
        header.starts_with("HTTP/1.1 200 "),
        "it says nothing: {header}"
    );
    let body = b"{\"event\": \"registered\", \"fields\": {\"name\": \"\xff\"}}";
    says(
        &raw(&api, "/companies", &body[..]).await,
        "malformed-request",
        &["line 1"],
    );
    for body in [
        json!({"event": "registered", "fields": {"name": "a\0b"}}),
        json!({"event": "registered\0"}),
        json!({"event": "registered", "fields": {"a\0": "b"}}),
    ] {
        let answer = api.post("/companies", &body).await;
        says(&answer, "malformed-request", &["NUL"]);
    }
    let body = json!({"loser": "\0", "into": "a:1", "because": "x"});
    says(
        &api.post("/identity/merge", &body).await,
        "malformed-request",
        &["NUL"],
    );
    // A text that only looks so has none.
    let body = json!({"event": "registered", "fields": {"name": "\\u0000"}});
    api.post("/companies", &body).await.ok();
    assert_eq!(recorded(harness).await, 4);
}

async fn no_trick_in_a_path_leads_anywhere(harness: &Harness) {
    let api = Api::start(harness).await;
    for path in [
        "/../../../etc/passwd",
        "/problems/../Cargo.toml",
        "/problems/..%2fCargo",
        "/problems/%2e%2e%2fapi",
        "/problems/%2e%2e/%2e%2e/etc/passwd",
        "//api/v1/companies",
        "/api//v1/companies",
        "/api/v1//companies",
        "/api/v1/companies/",
        "/api/v1/./companies",
        "/api/v1/problems/../companies",
        "/API/V1/COMPANIES",
        "/api/v1/companies;x=1",
        "/api/v1/companies%2f",
        "/api/v1/companies/..%2f..%2ftokens",
        "/api/v1/imports/jobs/..%2f..",
        "/api/v1/companies/%2e%2e",
    ] {
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let answer = answer_to(&api, request);
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
        assert!(answer.contains("/problems/not-found"), "{path}: {answer}");
        assert!(!answer.contains("root:"), "{path}");
    }
    api.get("/companies").await.ok();
}

async fn an_encoded_body_is_refused(harness: &Harness) {
    let api = Api::start(harness).await;
    let body = json!({"event": "registered", "fields": {"name": "甲"}}).to_string();
    for encoding in ["gzip", "br", "identity, gzip", "zstd"] {
        let request = api.request(Method::POST, "/api/v1/companies");
        let request = request
            .header("content-type", "application/json")
            .header("content-encoding", encoding);
        let answer = api.send(request.body(body.clone())).await;
        says(
            &answer,
            "unsupported-media-type",
            &["content-encoding", "without Content-Encoding"],
        );
    }
    assert_eq!(recorded(harness).await, 0);
}
