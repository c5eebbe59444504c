//! PostgreSQL: against a bare COPY of the same rows, and against one command after another.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::{Action, Command, Entry, Event, History, Manner};
use postgres_es::postgres_cqrs;
use sqlx::postgres::{PgConnection, PgPoolOptions};
use sqlx::{Connection, Executor, Row};

use super::rows::Ledger;
use super::run::import;
use crate::Plan;
use crate::database::Postgres;
use crate::table::{Measured, Table, Wanted, rate};

const EVENTS: u64 = 500_000;
const COMMANDS: i64 = 20_000;
const WRITERS: u32 = 32;

const COLUMNS: &str =
    "events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)";

pub async fn measure(plan: &Plan, table: &mut Table) {
    let ledger = Ledger::of_events(plan.scaled(EVENTS));
    let file = ledger.csv(plan.folder.path());
    let (mut against_copy, mut against_commands) = (vec![], vec![]);
    for _ in 0..plan.repeat {
        let database = Postgres::new().await;
        let store = database.store().await;
        database.settle().await;
        let took = import(&store, &file).await;
        store.close().await;
        let ours = rate(took.report.events, took.all);

        let dump = plan.folder.path().join("events.copy");
        let mut connection = database.connection().await;
        let rows = dump_to(&mut connection, &dump).await;
        let commands = commands(&mut connection).await;
        // Not in the transaction that copies: what it fills anew itself need not be logged.
        connection
            .execute("TRUNCATE events, identifiers")
            .await
            .expect("emptied");
        database.settle().await;
        let copied = copy(&mut connection, &dump).await;
        eprintln!("  COPY: {rows} events, {:.2} s", copied.as_secs_f64());
        against_copy.push((ours, rate(rows, copied)));
        connection.close().await.expect("closed");
        database.remove().await;

        let count = commands.len() as u64;
        against_commands.push((ours, rate(count, one_by_one(commands).await)));
    }
    let what = format!("PostgreSQL, import of {} events from CSV", ledger.events());
    table.add(Measured {
        what: what.clone(),
        reference: "bare COPY of the same rows".to_owned(),
        unit: "events/s",
        pairs: against_copy,
        wanted: Wanted::AtLeast(0.5),
    });
    table.add(Measured {
        what,
        reference: format!("CqrsFramework::execute, {WRITERS} writers"),
        unit: "events/s",
        pairs: against_commands,
        wanted: Wanted::AtLeast(8.0),
    });
}

/// Writes all events out as COPY takes them, in the order in which they were written.
async fn dump_to(connection: &mut PgConnection, path: &Path) -> u64 {
    let mut file = File::create(path).expect("a file");
    let columns = COLUMNS.trim_start_matches("events (").trim_end_matches(')');
    let sql = format!("COPY (SELECT {columns} FROM events ORDER BY xid, draw) TO STDOUT");
    let mut rows = 0;
    let mut out = connection.copy_out_raw(&sql).await.expect("a dump");
    while let Some(chunk) = out.try_next().await.expect("dumped") {
        rows += memchr::memchr_iter(b'\n', &chunk).count() as u64;
        file.write_all(&chunk).expect("written");
    }
    rows
}

/// One COPY in one transaction.
async fn copy(connection: &mut PgConnection, path: &Path) -> Duration {
    let mut file = File::open(path).expect("a file");
    let mut chunk = vec![0; 1 << 20];
    let start = Instant::now();
    let sql = format!("COPY {COLUMNS} FROM STDIN");
    let mut copy = connection.copy_in_raw(&sql).await.expect("a copy");
    loop {
        let read = file.read(&mut chunk).expect("read");
        if read == 0 {
            break;
        }
        copy.send(&chunk[..read]).await.expect("sent");
    }
    copy.finish().await.expect("copied");
    start.elapsed()
}

/// The commands that record the first companies' events one by one.
async fn commands(connection: &mut PgConnection) -> Vec<(String, Command<Change>)> {
    let sql = "SELECT aggregate_id, payload::text FROM events WHERE aggregate_type = 'company' \
        ORDER BY aggregate_id, sequence LIMIT $1";
    let rows = sqlx::query(sql)
        .bind(COMMANDS)
        .fetch_all(connection)
        .await
        .expect("events");
    let command = |row: &sqlx::postgres::PgRow| {
        let event: Event<Change> =
            serde_json::from_str(row.get::<&str, _>(1)).expect("a readable event");
        let Entry::Asserted(assertion) = event.entry else {
            panic!("an import of a new file corrects nothing");
        };
        let command = Command {
            action: Action::Record(vec![assertion]),
            manner: Manner::Import,
        };
        (row.get(0), command)
    };
    rows.iter().map(command).collect()
}

/// Each command loaded, decided and committed by cqrs-es, a company's in their order, by many writers at once.
async fn one_by_one(commands: Vec<(String, Command<Change>)>) -> Duration {
    let database = Postgres::new().await;
    database.store().await.close().await;
    let pool = PgPoolOptions::new()
        .max_connections(WRITERS)
        .min_connections(WRITERS)
        .connect_with(database.connect())
        .await
        .expect("a pool");
    let framework = std::sync::Arc::new(postgres_cqrs::<History<Change>>(pool.clone(), vec![], ()));
    let mut shares = vec![vec![]; WRITERS as usize];
    for (turn, company) in commands.chunk_by(|a, b| a.0 == b.0).enumerate() {
        shares[turn % WRITERS as usize].extend_from_slice(company);
    }
    database.settle().await;
    let start = Instant::now();
    let writers = shares.into_iter().map(|share| {
        let framework = std::sync::Arc::clone(&framework);
        tokio::spawn(async move {
            for (company, command) in share {
                let metadata = HashMap::from([("actor".to_owned(), "bench".to_owned())]);
                framework
                    .execute_with_metadata(&company, command, metadata)
                    .await
                    .expect("executed");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("a writer");
    }
    let took = start.elapsed();
    pool.close().await;
    database.remove().await;
    took
}
