//! What a service tells of its running: health, figures, log, tags of compressed answers.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use nianlun::http::{Limits, Settings};
use reqwest::Method;
use serde_json::{Value, json};

use super::settled;
use crate::contract;
use crate::support::api::{Answer, Api};
use crate::support::database::Harness;
use crate::support::served::Served;

contract!(
    health_is_told_to_anybody_and_is_in_the_document,
    the_projector_that_does_not_go_on_is_named,
    figures_count_requests_commands_and_positions,
    a_line_of_the_log_names_a_request_and_nothing_secret,
    a_request_keeps_a_well_formed_id_and_no_other,
    large_answers_are_compressed_and_their_tags_are_weak,
    metrics_hold_no_value_that_a_caller_makes_up,
);

async fn at(api: &Api, path: &str) -> Answer {
    api.send(api.request(Method::GET, path)).await
}

/// The value of a figure, with its labels.
#[track_caller]
fn figure(text: &str, name: &str) -> f64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let line = line.unwrap_or_else(|| panic!("{name} is not in\n{text}"));
    line.parse().expect("a number")
}

async fn health_is_told_to_anybody_and_is_in_the_document(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    at(&api, "/healthz").await.ok();
    let reached = api.get("/companies?min_position=3").await.ok();
    assert_eq!(reached.header("nianlun-position"), "3");
    let ready = at(&api, "/readyz").await.ok().json();
    assert_eq!(ready, json!({"log": 3, "facts": 3}));
    let document = api.get("/openapi.json").await.ok().json();
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert!(document["paths"][path]["get"].is_object(), "{path}");
        let unknown = at(&api, &format!("{path}?x=1")).await;
        assert_eq!(unknown.problem(), "unknown-parameter");
    }
}

async fn the_projector_that_does_not_go_on_is_named(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    api.get("/companies?min_position=3").await.ok();
    harness
        .execute("UPDATE checkpoints SET version = 'of another program'")
        .await;
    let not_ready = until(&api, "/readyz", 503).await;
    assert_eq!(not_ready.problem(), "not-ready");
    assert_eq!(not_ready.json()["field"], "projector");
    assert_eq!(not_ready.header("retry-after"), "5");
    at(&api, "/healthz").await.ok();
}

/// An answer, once it has this status.
async fn until(api: &Api, path: &str, status: u16) -> Answer {
    for _ in 0..100 {
        let answer = at(api, path).await;
        if answer.status == status {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} never answers {status}");
}

async fn figures_count_requests_commands_and_positions(harness: &Harness) {
    let served = Served::start(harness, &[], &[]);
    let api = Api::at(&served.base);
    settled(&api).await;
    let refused = json!({"event": "promoted"});
    let path = "/companies/usci:91330103MA2J0XYC21/events";
    assert_eq!(api.post(path, &refused).await.problem(), "invalid-event");
    api.get("/companies?min_position=3").await.ok();
    assert_eq!(at(&api, "/nothing").await.problem(), "not-found");
    let answer = at(&api, "/metrics").await.ok();
    assert!(answer.header("content-type").starts_with("text/plain"));
    let text = answer.text;
    let record = r#"route="/api/v1/companies/{company}/events",method="POST""#;
    let expected = [
        (
            format!(r#"nianlun_http_requests_total{{{record},status="201"}}"#),
            2.0,
        ),
        (
            format!(r#"nianlun_http_requests_total{{{record},status="422"}}"#),
            1.0,
        ),
        (
            format!(r#"nianlun_http_request_duration_seconds_count{{{record},status="201"}}"#),
            2.0,
        ),
        (
            r#"nianlun_http_requests_total{route="none",method="GET",status="404"}"#.to_owned(),
            1.0,
        ),
        (
            r#"nianlun_commands_total{outcome="accepted"}"#.to_owned(),
            3.0,
        ),
        (
            r#"nianlun_commands_total{outcome="invalid-event"}"#.to_owned(),
            1.0,
        ),
        ("nianlun_log_position".to_owned(), 3.0),
        ("nianlun_projector_position".to_owned(), 3.0),
        ("nianlun_projector_lag_positions".to_owned(), 0.0),
        ("nianlun_sequencer_lag_positions".to_owned(), 0.0),
        ("nianlun_sequencer_lag_seconds".to_owned(), 0.0),
        ("nianlun_projector_failing".to_owned(), 0.0),
        ("nianlun_sequencer_failing".to_owned(), 0.0),
        ("nianlun_store_up".to_owned(), 1.0),
    ];
    for (name, value) in expected {
        assert!(
            (figure(&text, &name) - value).abs() < 1e-9,
            "{name}\n{text}"
        );
    }
    assert!(figure(&text, "nianlun_projector_lag_seconds") < 5.0);
    let size = figure(&text, "nianlun_pool_connections");
    let parts = figure(&text, "nianlun_pool_connections_idle")
        + figure(&text, "nianlun_pool_connections_used");
    assert!(size >= 1.0 && (size - parts).abs() < 1e-9, "{text}");
}

async fn metrics_hold_no_value_that_a_caller_makes_up(harness: &Harness) {
    let served = Served::start(harness, &[], &[]);
    let api = Api::at(&served.base);
    for number in 0..20 {
        at(&api, &format!("/made-up-{number}")).await;
        at(&api, &format!("/api/v1/companies/made-up-{number}")).await;
        let method = Method::from_bytes(format!("MADEUP{number}").as_bytes()).expect("a method");
        api.send(api.request(method, "/api/v1/companies")).await;
    }
    let text = at(&api, "/metrics").await.ok().text.to_lowercase();
    assert!(!text.contains("made"), "{text}");
}

async fn a_line_of_the_log_names_a_request_and_nothing_secret(harness: &Harness) {
    let served = Served::start(harness, &[], &[("NIANLUN_LOG_FORMAT", "json")]);
    let api = Api::at(&served.base);
    let request = api
        .request(Method::GET, "/api/v1/companies?fields=colour-of-somebody")
        .header("x-request-id", "asked-7");
    let answer = api.send(request).await;
    assert_eq!(answer.json()["instance"], "asked-7");
    let stranger = api
        .request(Method::GET, "/api/v1/companies")
        .header("authorization", "Bearer very-secret");
    assert_eq!(api.send(stranger).await.problem(), "unauthenticated");
    let log = served.kill();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let answered = lines.iter().find(|line| line["message"] == "answered");
    let line = answered.unwrap_or_else(|| panic!("{log}"));
    assert_eq!(line["status"], 400);
    assert_eq!(line["problem"], "malformed-request");
    assert_eq!(line["actor"], "tester");
    assert_eq!(line["span"]["id"], "asked-7");
    assert_eq!(line["span"]["method"], "GET");
    assert_eq!(line["span"]["route"], "/api/v1/companies");
    assert!(line["milliseconds"].is_number());
    for hidden in ["very-secret", "colour-of-somebody"] {
        assert!(!log.contains(hidden), "{hidden}\n{log}");
    }
}

async fn a_request_keeps_a_well_formed_id_and_no_other(harness: &Harness) {
    let api = Api::start(harness).await;
    for (given, kept) in [
        ("a-1_b.c:2", true),
        ("a b", false),
        (&"x".repeat(129), false),
    ] {
        let request = api.request(Method::GET, "/healthz");
        let answer = api.send(request.header("x-request-id", given)).await;
        let answered = answer.header("x-request-id");
        assert_eq!(
            answered == given,
            kept,
            "{given:?} was answered {answered:?}"
        );
        assert!(!answered.is_empty());
    }
}

async fn large_answers_are_compressed_and_their_tags_are_weak(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let path = "/api/v1/openapi.json";
    let plain = at(&api, path).await.ok();
    let tag = plain.header("etag").to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    assert_eq!(plain.header("content-encoding"), "");
    let request = api
        .request(Method::GET, path)
        .header("accept-encoding", "gzip");
    let packed = request.send().await.expect("an answer");
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(packed.headers()["etag"], format!("W/{tag}").as_str());
    let bytes = packed.bytes().await.expect("a body");
    assert!(bytes.len() < plain.text.len() / 2);
    assert_eq!(bytes.first_chunk(), Some(&[0x1f, 0x8b]), "gzip begins so");
    let again = api
        .request(Method::GET, path)
        .header("accept-encoding", "gzip")
        .header("if-none-match", format!("W/{tag}"));
    assert_eq!(api.send(again).await.status, 304);
    let small = api
        .request(Method::GET, "/healthz")
        .header("accept-encoding", "gzip");
    let small = api.send(small).await.ok();
    assert_eq!(small.header("content-encoding"), "");
    assert!(small.header("etag").starts_with('"'));
}

mod limits {
    use super::*;

    contract!(
        requests_beyond_the_room_are_refused_and_health_is_not,
        a_body_that_pauses_is_given_up,
        a_head_that_does_not_come_is_given_up,
        a_head_that_is_too_large_is_refused,
        what_takes_too_long_is_given_up,
        a_connection_beyond_the_room_waits_for_another_to_end,
    );

    fn with(limits: Limits) -> Settings {
        Settings {
            limits,
            ..Settings::default()
        }
    }

    /// Sends bytes to the service as they are; what it answers until it ends the connection.
    async fn raw(api: &Api, bytes: &[u8]) -> String {
        let address = api.base.strip_prefix("http://").expect("HTTP").to_owned();
        let bytes = bytes.to_owned();
        let talk = move || {
            let mut stream = std::net::TcpStream::connect(address).expect("connected");
            let patience = Some(Duration::from_secs(20));
            stream.set_read_timeout(patience).expect("a socket");
            // The service may have answered and closed before all is sent.
            let _ = stream.write_all(&bytes);
            let mut answer = vec![];
            let _ = stream.read_to_end(&mut answer);
            String::from_utf8_lossy(&answer).into_owned()
        };
        tokio::task::spawn_blocking(talk).await.expect("talked")
    }

    async fn requests_beyond_the_room_are_refused_and_health_is_not(harness: &Harness) {
        let limits = Limits {
            requests: 2,
            writes: 1,
            body_pause: Duration::from_secs(20),
            ..Limits::default()
        };
        let api = Api::with(harness, with(limits)).await;
        let head = "POST /api/v1/companies HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
        let slow = format!("{head}content-length: 100\r\nexpect: 100-continue\r\n\r\n");
        let mut writer = std::net::TcpStream::connect(api.base.trim_start_matches("http://"))
            .expect("connected");
        writer.write_all(slow.as_bytes()).expect("sent");
        // It is told to go on once its body is waited for: then it has its place.
        let mut told = [0; 12];
        writer.read_exact(&mut told).expect("an answer");
        assert_eq!(&told, b"HTTP/1.1 100");
        let body = json!({"event": "registered", "fields": {"name": "甲"}});
        let refused = api.post("/companies", &body).await;
        assert_eq!(refused.problem(), "overloaded");
        assert_eq!(refused.header("retry-after"), "1");
        api.get("/companies").await.ok();
        at(&api, "/readyz").await.ok();
        drop(writer);
        let accepted = async {
            for _ in 0..200 {
                if api.post("/companies", &body).await.status == 201 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            panic!("the room is never free again")
        };
        accepted.await;
    }

    async fn a_body_that_pauses_is_given_up(harness: &Harness) {
        let limits = Limits {
            body_pause: Duration::from_millis(300),
            ..Limits::default()
        };
        let api = Api::with(harness, with(limits)).await;
        let head = "POST /api/v1/companies HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
        let answer = raw(
            &api,
            format!("{head}content-length: 100\r\n\r\n{{").as_bytes(),
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("/problems/timed-out"), "{answer}");
    }

    async fn a_head_that_does_not_come_is_given_up(harness: &Harness) {
        let limits = Limits {
            head_time: Duration::from_millis(300),
            ..Limits::default()
        };
        let api = Api::with(harness, with(limits)).await;
        let started = std::time::Instant::now();
        let answer = raw(&api, b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n").await;
        assert_eq!(answer, "");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    async fn a_head_that_is_too_large_is_refused(harness: &Harness) {
        let api = Api::with(harness, with(Limits::default())).await;
        let large = format!(
            "GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-large: {}\r\n\r\n",
            "x".repeat(64 << 10)
        );
        let answer = raw(&api, large.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
        let answer = raw(&api, b"this is no HTTP\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        at(&api, "/healthz").await.ok();
    }

    async fn what_takes_too_long_is_given_up(harness: &Harness) {
        let limits = Limits {
            request_time: Duration::from_millis(300),
            ..Limits::default()
        };
        let api = Api::with(harness, with(limits)).await;
        // Nothing is recorded, so that it would wait for five seconds.
        let read = api.get("/companies?min_position=1").await;
        assert_eq!(read.problem(), "timed-out");
        let head = "POST /api/v1/companies HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
        for (key, mend) in [
            ("idempotency-key: k\r\n", "the same Idempotency-Key"),
            ("", "look whether it was recorded"),
        ] {
            let slow = format!("{head}{key}content-length: 100\r\n\r\n{{");
            let write = raw(&api, slow.as_bytes()).await;
            assert!(write.starts_with("HTTP/1.1 408 "), "{write}");
            assert!(write.contains(mend), "{write}");
        }
    }

    async fn a_connection_beyond_the_room_waits_for_another_to_end(harness: &Harness) {
        let limits = Limits {
            connections: 1,
            ..Limits::default()
        };
        let api = Api::with(harness, with(limits)).await;
        let address = api.base.trim_start_matches("http://").to_owned();
        let held = std::net::TcpStream::connect(address).expect("connected");
        let patience = Duration::from_millis(500);
        let path = format!("{}/healthz", api.base);
        let waits = api.client.get(&path).timeout(patience).send().await;
        assert!(waits.is_err_and(|error| error.is_timeout()));
        drop(held);
        let answered = api.client.get(&path).send().await.expect("an answer");
        assert_eq!(answered.status(), 200);
    }
}
