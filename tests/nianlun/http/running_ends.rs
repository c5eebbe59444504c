//! A service that ends in peace while writers write: each acknowledged command is there, once.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::contract;
use crate::support::database::{Dialect, Harness};
use crate::support::program::Program;
use crate::support::served::Served;

contract!(
    a_service_that_is_terminated_loses_no_acknowledged_command,
    a_request_that_runs_is_answered_before_the_service_ends,
    services_without_a_projector_read_what_another_process_projects,
);

/// Writers at once.
const WRITERS: usize = 4;

/// Companies that writers were told are recorded: id and name.
type Told = Vec<(String, String)>;

/// Writers that go on until nobody answers.
fn writers(base: &str, run: usize, told: &Arc<AtomicUsize>) -> JoinSet<Told> {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (base, told) = (base.to_owned(), Arc::clone(told));
        writers.spawn(async move {
            let client = Client::new();
            let mut acknowledged = vec![];
            for number in 0.. {
                let name = format!("{run}-{writer}-{number}");
                let body = json!({"event": "registered", "fields": {"name": name}});
                let sent = client.post(format!("{base}/api/v1/companies"));
                let Ok(answer) = sent.json(&body).send().await else {
                    break;
                };
                if answer.status() != StatusCode::CREATED {
                    // A connection that breaks within the answer is no acknowledgement.
                    break;
                }
                let Ok(recorded) = answer.json::<Value>().await else {
                    break;
                };
                let id = recorded["id"].as_str().expect("an id").to_owned();
                acknowledged.push((id, name));
                told.fetch_add(1, Ordering::Relaxed);
            }
            acknowledged
        });
    }
    writers
}

/// Waits until so many commands are acknowledged.
async fn acknowledged(told: &AtomicUsize, count: usize) {
    for _ in 0..3_000 {
        if told.load(Ordering::Relaxed) >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the writers do not get on");
}

async fn all(mut writers: JoinSet<Told>) -> Told {
    let mut told = vec![];
    while let Some(one) = writers.join_next().await {
        told.extend(one.expect("a writer"));
    }
    told
}

/// That each of these was recorded once, and nothing twice.
async fn each_is_there_once(harness: &Harness, told: &Told) {
    let (id, payload) = match harness.dialect {
        Dialect::Postgres => ("aggregate_id::text", "payload::text"),
        Dialect::Sqlite => ("aggregate_id", "CAST(payload AS TEXT)"),
    };
    let sql = format!("SELECT {id} || ' ' || {payload} FROM events");
    let events = harness.texts(&sql).await;
    let mut found = std::collections::BTreeMap::<&str, Vec<&str>>::new();
    for event in &events {
        let (id, payload) = event.split_once(' ').expect("an id");
        found.entry(id).or_default().push(payload);
    }
    assert!(
        found.values().all(|events| events.len() == 1),
        "one event each"
    );
    for (id, name) in told {
        let events = found.get(id.as_str());
        let payload = events.unwrap_or_else(|| panic!("{name} is lost")).first();
        assert!(
            payload.is_some_and(|payload| payload.contains(name)),
            "{name}"
        );
    }
    let mut payloads: Vec<_> = found.values().flatten().collect();
    payloads.sort();
    let all = payloads.len();
    payloads.dedup();
    assert_eq!(payloads.len(), all, "no name is recorded twice");
}

async fn a_service_that_is_terminated_loses_no_acknowledged_command(harness: &Harness) {
    let mut told = vec![];
    for run in 0..3 {
        let served = Served::start(harness, &[], &[]);
        let count = Arc::new(AtomicUsize::new(0));
        let writers = writers(&served.base, run, &count);
        acknowledged(&count, 10).await;
        served.terminate();
        told.extend(all(writers).await);
        let patience = Duration::from_secs(20);
        let ended = tokio::task::spawn_blocking(move || served.ended(patience));
        let (code, log) = ended.await.expect("ended");
        assert_eq!(code, Some(0), "{log}");
        assert!(!log.contains("given up"), "{log}");
    }
    assert!(told.len() >= 30);
    each_is_there_once(harness, &told).await;
    let events = harness.number("SELECT count(*) FROM events").await;
    let facts = harness.number("SELECT position FROM checkpoints").await;
    assert_eq!(facts, events, "the last round has folded everything");
}

async fn a_request_that_runs_is_answered_before_the_service_ends(harness: &Harness) {
    let served = Served::start(harness, &[], &[]);
    let (begin, rest) = (
        r#"{"event": "registered", "#,
        r#""fields": {"name": "slow"}}"#,
    );
    let address = served.base.trim_start_matches("http://").to_owned();
    let length = begin.len() + rest.len();
    let mut stream = std::net::TcpStream::connect(&address).expect("connected");
    let head = format!(
        "POST /api/v1/companies HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    let mut send = |text: &str| std::io::Write::write_all(&mut stream, text.as_bytes());
    send(&head).expect("sent");
    send(begin).expect("sent");
    tokio::time::sleep(Duration::from_millis(300)).await;
    served.terminate();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(
        std::net::TcpStream::connect(&address).is_err(),
        "no more connections are taken"
    );
    send(rest).expect("sent");
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let (code, log) = served.ended(Duration::from_secs(20));
    assert_eq!(code, Some(0), "{log}");
    let recorded = harness.number("SELECT count(*) FROM events").await;
    assert_eq!(recorded, 1);
}

async fn services_without_a_projector_read_what_another_process_projects(harness: &Harness) {
    let served = Served::start(harness, &["--no-projector"], &[]);
    let client = Client::new();
    let companies = format!("{}/api/v1/companies", served.base);
    let body = json!({"event": "registered", "fields": {"name": "first"}});
    let sent = client.post(&companies).json(&body).send().await;
    assert_eq!(sent.expect("an answer").status(), StatusCode::CREATED);
    let read = format!("{companies}?min_position=1");
    let lacking = client.get(&read).send().await.expect("an answer");
    let lacking: Value = lacking.json().await.expect("a problem");
    assert_eq!(lacking["type"], "/problems/not-yet");
    let waiting = figure(&served, "nianlun_sequencer_lag_positions").await;
    assert_eq!(waiting, "1");

    let mut projector = Program::over(harness)
        .command(&["project"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let read = client.get(&read).send().await.expect("an answer");
    assert_eq!(read.status(), StatusCode::OK);
    let waiting = figure(&served, "nianlun_sequencer_lag_positions").await;
    assert_eq!(waiting, "0");
    let terminated = Command::new("kill")
        .args(["-TERM", &projector.id().to_string()])
        .status();
    assert!(terminated.expect("kill").success());
    assert_eq!(projector.wait().expect("ended").code(), Some(0));
}

async fn figure(served: &Served, name: &str) -> String {
    let metrics = reqwest::get(format!("{}/metrics", served.base)).await;
    let text = metrics.expect("an answer").text().await.expect("figures");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in\n{text}"))
        .to_owned()
}
