//! SQLite: against a bare multi-row INSERT of the same rows.

use std::path::Path;
use std::time::{Duration, Instant};

use nianlun::store::open;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, QueryBuilder, Row, Sqlite, SqliteConnection};

use super::rows::Ledger;
use super::run::import;
use crate::Plan;
use crate::table::{Measured, Table, Wanted, rate};

const EVENTS: u64 = 500_000;

/// Rows in a statement; one has at most 32,766 parameters.
const STATEMENT: usize = 1_000;

/// An event as stored.
type Stored = (String, String, i64, String, String, String, String);

pub async fn measure(plan: &Plan, table: &mut Table) {
    let ledger = Ledger::of_events(plan.scaled(EVENTS));
    let file = ledger.csv(plan.folder.path());
    let mut pairs = vec![];
    for _ in 0..plan.repeat {
        let folder = tempfile::tempdir_in(plan.folder.path()).expect("a folder");
        let path = folder.path().join("imported.db");
        let store = open(&format!("sqlite:{}", path.display())).await;
        let store = store.expect("the store opens");
        let took = import(&store, &file).await;
        store.close().await;
        let rows = all(&path).await;

        let path = folder.path().join("inserted.db");
        let store = open(&format!("sqlite:{}", path.display())).await;
        store.expect("the store opens").close().await;
        let inserted = insert(&path, &rows).await;
        eprintln!(
            "  INSERT: {} events, {:.2} s",
            rows.len(),
            inserted.as_secs_f64()
        );
        pairs.push((
            rate(took.report.events, took.all),
            rate(rows.len() as u64, inserted),
        ));
    }
    table.add(Measured {
        what: format!("SQLite, import of {} events from CSV", ledger.events()),
        reference: "bare multi-row INSERT of the same rows".to_owned(),
        unit: "events/s",
        pairs,
        wanted: Wanted::AtLeast(0.5),
    });
}

/// A connection as durable as the program's.
async fn connect(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    options.connect().await.expect("connected")
}

/// All events in the order in which they were written.
async fn all(path: &Path) -> Vec<Stored> {
    let sql = "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata FROM events \
        ORDER BY draw";
    let mut connection = connect(path).await;
    let rows = sqlx::query(sql).fetch_all(&mut connection).await;
    connection.close().await.expect("closed");
    let stored = |row: &SqliteRow| {
        (
            row.get(0),
            row.get(1),
            row.get(2),
            row.get(3),
            row.get(4),
            row.get(5),
            row.get(6),
        )
    };
    rows.expect("events").iter().map(stored).collect()
}

/// Statements of a thousand rows in one transaction.
async fn insert(path: &Path, rows: &[Stored]) -> Duration {
    let mut connection = connect(path).await;
    let start = Instant::now();
    let mut transaction = connection.begin().await.expect("a transaction");
    for chunk in rows.chunks(STATEMENT) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) ",
        );
        sql.push_values(chunk, |mut values, row| {
            values
                .push_bind(row.0.as_str())
                .push_bind(row.1.as_str())
                .push_bind(row.2)
                .push_bind(row.3.as_str())
                .push_bind(row.4.as_str())
                .push_bind(row.5.as_str())
                .push_bind(row.6.as_str());
        });
        sql.build()
            .execute(&mut *transaction)
            .await
            .expect("inserted");
    }
    transaction.commit().await.expect("committed");
    let took = start.elapsed();
    connection.close().await.expect("closed");
    took
}
