//! Commands a second of 32 clients, against one cqrs-es `execute` after another by 32 writers.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::body::Bytes;
use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::{Command, History};
use postgres_es::postgres_cqrs;
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

use super::client::Client;
use super::latency::Latencies;
use super::server::Server;
use super::story::{CARRIERS, CLUSTER, EVENTS, Story, stories};
use crate::Plan;
use crate::database::Postgres;
use crate::table::{Measured, Table, Wanted, rate};

const COMMANDS: u64 = 20_000;
const CLIENTS: usize = 32;

/// A rate, and the 99th percentile.
struct Speed {
    rate: f64,
    slowest: f64,
}

impl Speed {
    fn of(mut latencies: Latencies, took: Duration) -> Self {
        Self {
            rate: rate(latencies.count(), took),
            slowest: latencies.percentile(99),
        }
    }
}

/// A way in which the service runs.
struct Way {
    what: &'static str,
    arguments: &'static [&'static str],
    keyed: bool,
    wanted: Wanted,
}

const WAYS: [Way; 3] = [
    Way {
        what: "sequencer and projector elsewhere",
        arguments: &["--no-projector"],
        keyed: false,
        wanted: Wanted::AtLeast(0.9),
    },
    Way {
        what: "sequencer and projector running",
        arguments: &[],
        keyed: false,
        wanted: Wanted::AtLeast(0.7),
    },
    Way {
        what: "the same, under idempotency keys",
        arguments: &[],
        keyed: true,
        wanted: Wanted::Nothing,
    },
];

pub async fn measure(plan: &Plan, table: &mut Table) {
    let companies = plan.scaled(COMMANDS) / EVENTS;
    let mut measured: [Vec<(Speed, Speed)>; WAYS.len()] = Default::default();
    for _ in 0..plan.repeat {
        for (way, pairs) in WAYS.iter().zip(&mut measured) {
            let theirs = executed(companies).await;
            let ours = served(way, companies).await;
            eprintln!(
                "  {}: {:.0}/s, p99 {:.1} ms; execute: {:.0}/s, p99 {:.1} ms",
                way.what, ours.rate, ours.slowest, theirs.rate, theirs.slowest
            );
            pairs.push((ours, theirs));
        }
    }
    for (way, pairs) in WAYS.iter().zip(measured) {
        let what = format!("commands over HTTP, {}", way.what);
        let reference = format!("CqrsFramework::execute, {CLIENTS} writers");
        table.add(Measured {
            what: what.clone(),
            reference: reference.clone(),
            unit: "commands/s",
            pairs: pairs.iter().map(|(a, b)| (a.rate, b.rate)).collect(),
            wanted: way.wanted,
        });
        table.add(Measured {
            what,
            reference,
            unit: "ms, p99",
            pairs: pairs.iter().map(|(a, b)| (a.slowest, b.slowest)).collect(),
            wanted: Wanted::Nothing,
        });
    }
}

/// Who sends what: a company's commands in their order, by one client.
fn shares(companies: u64) -> Vec<Vec<Story>> {
    let mut shares = vec![vec![]; CLIENTS];
    for (turn, story) in stories(companies).into_iter().enumerate() {
        shares[turn % CLIENTS].push(story);
    }
    shares
}

async fn executed(companies: u64) -> Speed {
    let database = Postgres::new().await;
    database.store().await.close().await;
    let writers = u32::try_from(CLIENTS).expect("small");
    let pool = PgPoolOptions::new()
        .max_connections(writers)
        .min_connections(writers)
        .connect_with(database.connect())
        .await
        .expect("a pool");
    let framework = Arc::new(postgres_cqrs::<History<Change>>(pool.clone(), vec![], ()));
    let shares: Vec<Vec<(String, Vec<Command<Change>>)>> = shares(companies)
        .iter()
        .map(|share| {
            let commands = |story: &Story| {
                story
                    .steps
                    .iter()
                    .map(super::story::Step::command)
                    .collect()
            };
            let of = |story: &Story| (story.id.to_string(), commands(story));
            share.iter().map(of).collect()
        })
        .collect();
    database.settle().await;
    let start = Instant::now();
    let writers = shares.into_iter().map(|share| {
        let framework = Arc::clone(&framework);
        tokio::spawn(async move {
            let mut latencies = Latencies::default();
            for (company, commands) in share {
                for command in commands {
                    let metadata = HashMap::from([("actor".to_owned(), "bench".to_owned())]);
                    let sent = Instant::now();
                    framework
                        .execute_with_metadata(&company, command, metadata)
                        .await
                        .expect("executed");
                    latencies.add(sent.elapsed());
                }
            }
            latencies
        })
    });
    let latencies = joined(writers.collect()).await;
    let took = start.elapsed();
    pool.close().await;
    database.remove().await;
    Speed::of(latencies, took)
}

async fn served(way: &Way, companies: u64) -> Speed {
    let database = Postgres::new().await;
    let server = Server::start(&database.url(), way.arguments);
    let address = server.address;
    places(address).await;
    let shares: Vec<Vec<(String, Vec<Bytes>)>> = shares(companies)
        .iter()
        .map(|share| {
            let bodies = |story: &Story| story.steps.iter().map(super::story::Step::body).collect();
            let of = |story: &Story| (format!("/companies/{}/events", story.id), bodies(story));
            share.iter().map(of).collect()
        })
        .collect();
    database.settle().await;
    let keyed = way.keyed;
    let start = Instant::now();
    let clients = shares.into_iter().map(|share| {
        tokio::spawn(async move {
            let mut client = Client::connect(address).await;
            let mut latencies = Latencies::default();
            for (path, bodies) in share {
                for body in bodies {
                    let key = keyed.then(|| Uuid::new_v4().to_string());
                    let sent = Instant::now();
                    client.post(&path, &body, key.as_deref()).await;
                    latencies.add(sent.elapsed());
                }
            }
            latencies
        })
    });
    let latencies = joined(clients.collect()).await;
    let took = start.elapsed();
    if way.arguments.is_empty() {
        // What the projector has yet to do then is told, and not part of the rate.
        let mut client = Client::connect(address).await;
        let head = latencies.count() + u64::try_from(CARRIERS.len() + 1).expect("small");
        let behind = Instant::now();
        client.reach(head).await;
        eprintln!(
            "  the facts were {:.2} s behind",
            behind.elapsed().as_secs_f64()
        );
    }
    drop(server);
    database.remove().await;
    Speed::of(latencies, took)
}

/// Records the carriers and the cluster.
pub async fn places(address: SocketAddr) {
    let mut client = Client::connect(address).await;
    for (code, types) in CARRIERS {
        let fields = json!({"name": code, "types": types});
        let body = json!({"event": "registered", "on": "2010", "fields": fields});
        let path = format!("/carriers/{code}/events");
        client
            .post(&path, &Bytes::from(body.to_string()), None)
            .await;
    }
    let fields = json!({"name": CLUSTER});
    let body = json!({"event": "declared", "on": "2010", "fields": fields});
    let path = format!("/clusters/{CLUSTER}/events");
    client
        .post(&path, &Bytes::from(body.to_string()), None)
        .await;
}

async fn joined(tasks: Vec<tokio::task::JoinHandle<Latencies>>) -> Latencies {
    let mut all = Latencies::default();
    for task in tasks {
        all.join(task.await.expect("a client"));
    }
    all
}
