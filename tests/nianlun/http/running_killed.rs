//! A service that is killed again and again under writers, who send again under their keys what was not answered.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::contract;
use crate::support::database::{Dialect, Harness};
use crate::support::served::Served;

contract!(what_is_sent_until_it_is_answered_is_recorded_once_through_thirty_kills,);

const KILLS: usize = 30;

/// Writers of new companies, and writers who all write to one company.
const WRITERS: usize = 6;

/// What writers share.
#[derive(Clone)]
struct Shared {
    base: watch::Receiver<String>,
    told: Arc<AtomicUsize>,
    done: Arc<AtomicBool>,
}

/// A command and what was answered.
struct Told {
    key: String,
    path: &'static str,
    body: Value,
    answer: Value,
}

/// The command of a writer, which says its key in a field.
fn command(writer: usize, number: usize) -> (String, &'static str, Value) {
    let key = format!("{writer}-{number}");
    if writer.is_multiple_of(2) {
        let body = json!({"event": "registered", "fields": {"name": key}});
        return (key, "/api/v1/companies", body);
    }
    let fields = json!({"scheme": key, "value": "x"});
    let body = json!({"event": "attribute-stated", "fields": fields, "on": "2020"});
    (key, "/api/v1/companies/park:1/events", body)
}

/// One answer, if the service lives long enough to give it.
async fn send(client: &Client, base: &str, told: &(String, &str, Value)) -> Option<(bool, Value)> {
    let (key, path, body) = told;
    let request = client.post(format!("{base}{path}")).json(body);
    let answer = request.header("idempotency-key", key).send().await.ok()?;
    if answer.status() != StatusCode::CREATED {
        // Others were first on the record, again and again.
        assert_eq!(answer.status(), StatusCode::CONFLICT, "{answer:?}");
        let problem: Value = answer.json().await.ok()?;
        assert_eq!(problem["type"], "/problems/contended", "{problem}");
        return None;
    }
    let replayed = answer.headers().contains_key("idempotency-replayed");
    Some((replayed, answer.json().await.ok()?))
}

/// Sends one command after the other, each until it is answered.
async fn write(writer: usize, mut shared: Shared) -> Vec<Told> {
    let mut all = vec![];
    for number in 0.. {
        if shared.done.load(Ordering::Relaxed) {
            break;
        }
        let command = command(writer, number);
        let mut tries = 0;
        let answer = loop {
            let base = shared.base.borrow_and_update().clone();
            // Connections to a service that was killed are of no use.
            if let Some((_, answer)) = send(&Client::new(), &base, &command).await {
                break answer;
            }
            tries += 1;
            assert!(tries < 200, "{} is never answered", command.0);
            // The next service, or the same again if it lives.
            let next = shared.base.changed();
            let _ = tokio::time::timeout(Duration::from_millis(100), next).await;
        };
        shared.told.fetch_add(1, Ordering::Relaxed);
        let (key, path, body) = command;
        all.push(Told {
            key,
            path,
            body,
            answer,
        });
    }
    all
}

/// Waits until so many commands are answered.
async fn answered(told: &AtomicUsize, count: usize) {
    for _ in 0..6_000 {
        if told.load(Ordering::Relaxed) >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the writers do not get on");
}

async fn what_is_sent_until_it_is_answered_is_recorded_once_through_thirty_kills(
    harness: &Harness,
) {
    let served = Served::start(harness, &[], &[]);
    let first = json!({"event": "registered", "fields": {"name": "shared"}});
    let path = format!("{}/api/v1/companies/park:1/events", served.base);
    let answer = Client::new().post(path).json(&first).send().await;
    assert_eq!(answer.expect("an answer").status(), StatusCode::CREATED);
    let (base, follow) = watch::channel(served.base.clone());
    let shared = Shared {
        base: follow,
        told: Arc::default(),
        done: Arc::default(),
    };
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(writer, shared.clone()));
    }
    let mut running = served;
    for kill in 0..KILLS {
        // At another moment each time.
        let before = shared.told.load(Ordering::Relaxed);
        answered(&shared.told, before + 1 + kill % 7).await;
        running.kill();
        running = Served::start(harness, &[], &[]);
        base.send_replace(running.base.clone());
    }
    shared.done.store(true, Ordering::Relaxed);
    let mut told = vec![];
    while let Some(one) = writers.join_next().await {
        told.extend(one.expect("a writer"));
    }
    assert!(told.len() > KILLS);
    each_is_there_once(harness, &told).await;
    let events = harness.number("SELECT count(*) FROM events").await;
    let client = Client::new();
    for one in &told {
        let command = (one.key.clone(), one.path, one.body.clone());
        let again = send(&client, &running.base, &command).await;
        let (replayed, again) = again.expect("an answer");
        assert!(replayed, "{}", one.key);
        for name in ["id", "sequence", "events"] {
            assert_eq!(again[name], one.answer[name], "{}", one.key);
        }
    }
    let after = harness.number("SELECT count(*) FROM events").await;
    assert_eq!(after, events, "nothing is recorded again");
    let read = format!("{}/api/v1/companies?min_position={events}", running.base);
    let answer = client.get(read).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK, "all of it is in the facts");
}

/// That each answered command has its one event, where the answer says, and that there are no others.
async fn each_is_there_once(harness: &Harness, told: &[Told]) {
    let (id, key) = match harness.dialect {
        Dialect::Postgres => ("aggregate_id::text", "metadata ->> 'idempotency_key'"),
        Dialect::Sqlite => ("aggregate_id", "metadata ->> '$.idempotency_key'"),
    };
    let sql = format!(
        "SELECT 'company/' || {id} || '/' || sequence || ' ' || ({key}) FROM events WHERE ({key}) IS NOT NULL"
    );
    let found = harness.texts(&sql).await;
    let expected: BTreeSet<_> = told
        .iter()
        .map(|one| {
            let events = one.answer["events"].as_array().expect("events");
            assert_eq!(events.len(), 1);
            let event = events[0].as_str().expect("an event");
            format!("{event} {} {}", "tester", one.key)
        })
        .collect();
    assert_eq!(expected.len(), told.len(), "no two answers name one event");
    assert_eq!(found.len(), told.len(), "nothing is recorded twice");
    let found: BTreeSet<_> = found.into_iter().collect();
    assert_eq!(found, expected);
}
