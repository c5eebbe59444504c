//! What is no HTTP, or too much of it, or of two minds: a status or a closed connection, and the service goes on.

use std::time::Duration;

use nianlun::http::{Limits, Settings};
use serde_json::{Value, json};

use super::settled;
use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;
use crate::support::wire::{Wire, answer_to};

contract!(
    heads_of_a_megabyte_are_refused,
    a_body_that_is_too_large_is_refused_with_and_without_its_length,
    a_body_that_trickles_is_given_up,
    what_is_no_http_is_refused,
    a_request_of_two_minds_about_its_length_smuggles_nothing,
    older_http_and_requests_in_a_row_are_answered_in_their_order,
    what_may_be_said_once_is_said_once_and_the_host_of_the_address_counts,
    unknown_methods_are_refused,
);

/// That the service answers the next request.
async fn goes_on(api: &Api) {
    api.get("/companies").await.ok();
}

/// The problem in an answer off the wire, with its status.
#[track_caller]
fn problem(answer: &str) -> Value {
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let body: Value =
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
    assert!(
        head.starts_with(&format!("HTTP/1.1 {} ", body["status"])),
        "{answer}"
    );
    body
}

/// A command with these headers and this body.
fn command(headers: &str, body: &str) -> String {
    format!(
        "POST /api/v1/companies HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}\r\n\r\n{body}"
    )
}

async fn heads_of_a_megabyte_are_refused(harness: &Harness) {
    let api = Api::start(harness).await;
    let long = "x".repeat(1 << 20);
    let many = "x-a: b\r\n".repeat(1 << 17);
    for (request, statuses) in [
        (
            format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-long: {long}\r\n\r\n"),
            ["431"].as_slice(),
        ),
        (
            format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n{many}\r\n"),
            &["431"],
        ),
        // The address is part of the head.
        (
            format!("GET /{long} HTTP/1.1\r\nhost: localhost\r\n\r\n"),
            &["414", "431"],
        ),
        (
            format!("GET /api/v1/companies?fields={long} HTTP/1.1\r\nhost: localhost\r\n\r\n"),
            &["414", "431"],
        ),
    ] {
        let answer = answer_to(&api, request);
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(statuses.contains(&status), "{answer}");
        goes_on(&api).await;
    }
    let many = "a&".repeat(2_000);
    let refused = api.get(&format!("/companies?{many}")).await;
    assert_eq!(refused.problem(), "unknown-parameter");
    let many = "company=x&".repeat(1_500);
    let refused = api.get(&format!("/exports/events?{many}")).await;
    assert_eq!(refused.problem(), "not-found");
}

async fn a_body_that_is_too_large_is_refused_with_and_without_its_length(harness: &Harness) {
    let settings = Settings {
        body: 10_000,
        ..Settings::default()
    };
    let api = Api::with(harness, settings).await;
    let name = "x".repeat(20_000);
    let body = json!({"event": "registered", "fields": {"name": name}}).to_string();
    let answer = answer_to(
        &api,
        command(&format!("content-length: {}", body.len()), &body),
    );
    assert_eq!(problem(&answer)["type"], "/problems/payload-too-large");
    goes_on(&api).await;
    let mut wire = Wire::to(&api);
    wire.send(command("transfer-encoding: chunked", "").as_bytes());
    let piece = format!("400\r\n{}\r\n", " ".repeat(1_024));
    // A body without an end: at some time the service takes no more of it.
    let taken = (0..100_000)
        .take_while(|_| wire.send(piece.as_bytes()))
        .count();
    assert!(taken < 100_000);
    let answer = wire.rest();
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 413 "),
        "{answer}"
    );
    goes_on(&api).await;
    let announced = answer_to(&api, command("content-length: 99999999999", "{"));
    assert_eq!(problem(&announced)["type"], "/problems/payload-too-large");
    goes_on(&api).await;
}

async fn a_body_that_trickles_is_given_up(harness: &Harness) {
    let settings = Settings {
        limits: Limits {
            request_time: Duration::from_secs(1),
            ..Limits::default()
        },
        ..Settings::default()
    };
    let api = Api::with(harness, settings).await;
    let mut wire = Wire::to(&api);
    wire.send(command("content-length: 1000", "").as_bytes());
    let mut sent = 0;
    while sent < 1_000 && wire.send(b" ") {
        sent += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(sent < 1_000, "it was not taken to its end");
    let answer = wire.rest();
    assert!(
        answer.is_empty() || problem(&answer)["type"] == "/problems/timed-out",
        "{answer}"
    );
    goes_on(&api).await;
}

async fn what_is_no_http_is_refused(harness: &Harness) {
    let api = Api::start(harness).await;
    for request in [
        "GET /healthz HTTP/9.9\r\nhost: localhost\r\n\r\n",
        "GET  /healthz\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nhost : localhost\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: a\r\n b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: \0\r\n\r\n",
        "GET /a b HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let answer = answer_to(&api, request);
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
            "{request:?} was answered {answer}"
        );
        goes_on(&api).await;
    }
}

async fn a_request_of_two_minds_about_its_length_smuggles_nothing(harness: &Harness) {
    let api = Api::start(harness).await;
    let body = json!({"event": "registered", "fields": {"name": "smuggled"}}).to_string();
    let smuggled = command(&format!("content-length: {}", body.len()), &body);
    for headers in [
        "content-length: 2\r\ncontent-length: 3",
        "content-length: 2, 3",
        "content-length: +2",
        "content-length: -1",
        "content-length: 0x2",
        "transfer-encoding: xchunked",
        "transfer-encoding: chunked, identity",
        "transfer-encoding: gzip",
    ] {
        let answer = answer_to(&api, command(headers, &format!("{{}}{smuggled}")));
        assert!(answer.starts_with("HTTP/1.1 400 "), "{headers}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{headers}: {answer}");
        goes_on(&api).await;
    }
    // Who reads the length takes all of it for the body of one request; the chunks say otherwise, and they count.
    for headers in [
        "content-length: 500\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 500",
    ] {
        let chunks = "2\r\n{}\r\n0\r\n\r\n";
        let close = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        let answer = answer_to(&api, command(headers, &format!("{chunks}{close}")));
        assert!(answer.starts_with("HTTP/1.1 400 "), "{headers}: {answer}");
        assert!(
            answer.contains("missing field `event`"),
            "{headers}: {answer}"
        );
    }
    let events = harness.number("SELECT count(*) FROM events").await;
    assert_eq!(events, 0, "nothing is recorded");
}

async fn older_http_and_requests_in_a_row_are_answered_in_their_order(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let older = answer_to(
        &api,
        "GET /api/v1/companies?min_position=3 HTTP/1.0\r\nhost: localhost\r\n\r\n",
    );
    assert!(older.starts_with("HTTP/1.0 200 "), "{older}");
    assert!(older.contains("某某科技有限公司"), "{older}");
    let bare = answer_to(&api, "GET /healthz HTTP/1.0\r\n\r\n");
    assert!(bare.starts_with("HTTP/1.0 200 "), "{bare}");
    let chunked = answer_to(
        &api,
        "POST /api/v1/companies HTTP/1.0\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    );
    assert!(
        chunked.contains(" 400 "),
        "HTTP/1.0 has no chunks: {chunked}"
    );
    let one =
        |path: &str, rest: &str| format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{rest}\r\n");
    let row = [
        one("/healthz", ""),
        one("/nothing", ""),
        one("/api/v1/ladders", ""),
        one("/healthz", "connection: close\r\n"),
    ];
    let answers = answer_to(&api, row.concat());
    let statuses: Vec<_> = answers
        .match_indices("HTTP/1.1 ")
        .map(|(at, text)| &answers[at + text.len()..at + text.len() + 3])
        .collect();
    assert_eq!(statuses, ["200", "404", "200", "200"], "{answers}");
}

async fn what_may_be_said_once_is_said_once_and_the_host_of_the_address_counts(harness: &Harness) {
    let api = Api::start(harness).await;
    for (head, code) in [
        ("GET /api/v1/companies HTTP/1.1", "malformed-request"),
        (
            "GET /api/v1/companies HTTP/1.1\r\nhost: localhost\r\nhost: evil.example",
            "malformed-request",
        ),
        (
            "GET http://evil.example/api/v1/companies HTTP/1.1\r\nhost: localhost",
            "forbidden",
        ),
        (
            "GET /api/v1/companies HTTP/1.1\r\nhost: evil.example",
            "forbidden",
        ),
    ] {
        let answer = answer_to(&api, format!("{head}\r\nconnection: close\r\n\r\n"));
        let problem = problem(&answer);
        assert_eq!(problem["type"], format!("/problems/{code}"), "{head}");
        assert_eq!(problem["field"], "host", "{head}");
    }
    for (name, value) in [
        ("authorization", "Bearer a"),
        ("content-type", "text/plain"),
        ("if-match", "\"1\""),
    ] {
        let twice = format!("{name}: {value}\r\n{name}: application/json\r\ncontent-length: 2");
        let answer = answer_to(
            &api,
            command(&format!("{twice}\r\nconnection: close"), "{}"),
        );
        let problem = problem(&answer);
        assert_eq!(problem["type"], "/problems/malformed-request", "{name}");
        assert_eq!(problem["field"], name);
    }
    let proxied = answer_to(
        &api,
        "GET http://localhost/healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    );
    assert!(proxied.starts_with("HTTP/1.1 200 "), "{proxied}");
}

async fn unknown_methods_are_refused(harness: &Harness) {
    let api = Api::start(harness).await;
    for line in [
        "BREW /api/v1/companies",
        "PATCH /api/v1/companies",
        "TRACE /api/v1/companies",
        "get /api/v1/companies",
        "DELETE /api/v1/companies/usci:91330103MA2J0XYC21",
    ] {
        let request = format!("{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let problem = problem(&answer_to(&api, request));
        assert_eq!(problem["type"], "/problems/method-not-allowed", "{line}");
    }
    let tunnel = "CONNECT localhost:80 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let answer = answer_to(&api, tunnel);
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    goes_on(&api).await;
}
