//! SQLite's files: readers beside the one writer, and writers of other processes.

use sqlx::Executor;
use std::sync::Arc;
use std::time::Duration;

use crate::support::database::Harness;
use crate::support::events::{assert_exact, company, note, persist, persisted, sequenced};

macro_rules! cases {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $case() {
                $crate::on_fresh_database!($crate::support::database::Dialect::Sqlite, super::$case);
            })+
        }
    };
}

cases!(
    a_reader_delays_no_writer,
    the_writer_of_another_process_is_waited_for,
    vacuum_does_not_disturb_the_order
);

async fn a_reader_delays_no_writer(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[note(company(1), 1)]).await;
    let mut reader = harness.sqlite().await;
    reader.execute("BEGIN").await.expect("begun");
    reader
        .fetch_one("SELECT count(*) FROM events")
        .await
        .expect("read");
    persisted(&*store, &[note(company(1), 2)]).await;
    assert_eq!(sequenced(&*store).await, 2);
    reader.execute("COMMIT").await.expect("ended");
}

/// The nearest to a transaction in flight: another process writes, ours waits its turn and nothing is lost.
async fn the_writer_of_another_process_is_waited_for(harness: &Harness) {
    let store = harness.open().await;
    let mut other = harness.sqlite().await;
    other.execute("BEGIN IMMEDIATE").await.expect("begun");
    let id = company(2).id;
    other
        .execute(
            format!(
                "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
                VALUES ('company', '{id}', 1, 'Noted', '1.0', '{{}}', '{{}}')"
            )
            .as_str(),
        )
        .await
        .expect("inserted");

    let waiting = {
        let store = Arc::clone(&store);
        tokio::spawn(async move { persist(&*store, &[note(company(1), 1)]).await })
    };
    // A round without news waits for nobody.
    assert_eq!(store.sequence().await.expect("a round").admitted, 0);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished(), "the writer did not wait");
    other.execute("COMMIT").await.expect("committed");
    waiting.await.expect("the task").expect("appended");
    assert_eq!(sequenced(&*store).await, 2);
    assert_exact(&*store, 2).await;
}

async fn vacuum_does_not_disturb_the_order(harness: &Harness) {
    let store = harness.open().await;
    for sequence in 1..=5 {
        persisted(&*store, &[note(company(1), sequence)]).await;
    }
    assert_eq!(sequenced(&*store).await, 5);
    persisted(&*store, &[note(company(1), 6)]).await;
    harness.execute("VACUUM").await;
    persisted(&*store, &[note(company(1), 7)]).await;
    assert_eq!(sequenced(&*store).await, 2);
    assert_exact(&*store, 7).await;
}
