//! How long reads take over a store of many companies, against the program's own query asked with nothing in between.

use std::time::Instant;

use jiff::tz::TimeZone;
use nianlun::projector::Folds;
use nianlun::query::{PipelineFilter, Point, pipeline, state};
use nianlun::service::company;
use nianlun::store::{KnownAt, Store};
use nianlun_aggregates::Day;
use sqlx::Row;
use uuid::Uuid;

use super::client::Client;
use super::latency::Latencies;
use super::server::Server;
use crate::Plan;
use crate::database::Postgres;
use crate::import::filled;
use crate::table::{Measured, Table, Wanted};

/// Events in the store.
const EVENTS: u64 = 100_000;
/// Reads of companies.
const COMPANIES: i64 = 2_000;
/// Reads of the pipeline.
const PIPELINES: i16 = 100;

pub async fn measure(plan: &Plan, table: &mut Table) {
    let database = Postgres::new().await;
    let store = database.store().await;
    filled(&store, plan.scaled(EVENTS), plan.folder.path()).await;
    let head = store.sequence().await.expect("admitted").head.position;
    let server = Server::start(&database.url(), &[]);
    let mut client = Client::connect(server.address).await;
    client.reach(head).await;
    let ids = some(&database).await;

    let mut companies = vec![];
    let mut pipelines = vec![];
    for _ in 0..plan.repeat {
        companies.push((
            served_companies(&mut client, &ids).await,
            asked_companies(store.as_ref(), &ids).await,
        ));
        pipelines.push((
            served_pipelines(&mut client).await,
            asked_pipelines(store.as_ref()).await,
        ));
    }
    for (what, mut pairs) in [("a company", companies), ("the pipeline", pipelines)] {
        for (unit, hundredths) in [("ms, p50", 50), ("ms, p99", 99)] {
            let of = |(ours, theirs): &mut (Latencies, Latencies)| {
                (ours.percentile(hundredths), theirs.percentile(hundredths))
            };
            table.add(Measured {
                what: format!("reading {what} over HTTP, {} events", plan.scaled(EVENTS)),
                reference: "its query alone".to_owned(),
                unit,
                pairs: pairs.iter_mut().map(of).collect(),
                wanted: Wanted::Nothing,
            });
        }
    }
    drop(server);
    store.close().await;
    database.remove().await;
}

/// The ids of some companies.
async fn some(database: &Postgres) -> Vec<Uuid> {
    let mut connection = database.connection().await;
    let sql = "SELECT DISTINCT aggregate_id, md5(aggregate_id) AS shuffled FROM events \
        WHERE aggregate_type = 'company' ORDER BY shuffled LIMIT $1";
    let rows = sqlx::query(sql).bind(COMPANIES).fetch_all(&mut connection);
    let rows = rows.await.expect("ids");
    let id = |row: &sqlx::postgres::PgRow| row.get::<&str, _>(0).parse().expect("an id");
    rows.iter().map(id).collect()
}

/// Days on which something stands, each a different one.
fn days() -> impl Iterator<Item = Day> {
    (0..PIPELINES).map(|turn| {
        let text = format!("{}-{:02}-15", 2012 + turn % 9, 1 + turn % 12);
        text.parse().expect("a day")
    })
}

const fn point(day: Day) -> Point {
    Point {
        day,
        known: KnownAt::Latest,
    }
}

async fn served_companies(client: &mut Client, ids: &[Uuid]) -> Latencies {
    let mut latencies = Latencies::default();
    for id in ids {
        let sent = Instant::now();
        client.get(&format!("/companies/{id}")).await;
        latencies.add(sent.elapsed());
    }
    latencies
}

async fn asked_companies(store: &dyn Store, ids: &[Uuid]) -> Latencies {
    let today: Day = "2026-01-01".parse().expect("a day");
    let mut latencies = Latencies::default();
    for id in ids {
        let sent = Instant::now();
        let found = state(store, company(*id), point(today)).await;
        assert!(found.expect("answered").is_some(), "{id}");
        latencies.add(sent.elapsed());
    }
    latencies
}

async fn served_pipelines(client: &mut Client) -> Latencies {
    let mut latencies = Latencies::default();
    for day in days() {
        let sent = Instant::now();
        client.get(&format!("/pipeline?as_of={day}")).await;
        latencies.add(sent.elapsed());
    }
    latencies
}

async fn asked_pipelines(store: &dyn Store) -> Latencies {
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    let folds = Folds::shipped(zone).expect("folds");
    let ladder = folds.ladders().all().first().expect("a ladder");
    let mut latencies = Latencies::default();
    for day in days() {
        let sent = Instant::now();
        let counted = pipeline(store, ladder, point(day), &PipelineFilter::default()).await;
        counted.expect("answered");
        latencies.add(sent.elapsed());
    }
    latencies
}
