//! What was acknowledged outlives the process.

use crate::contract;
use crate::support::child::Process;
use crate::support::database::{Dialect, Harness};
use crate::support::events::{assert_exact, company, note, persisted, sequenced};

contract!(
    what_a_killed_process_acknowledged_is_there,
    a_reopened_store_continues,
    commits_reach_the_disk,
);

async fn what_a_killed_process_acknowledged_is_there(harness: &Harness) {
    let mut writer = Process::start("store::children::entry", "writer", &harness.url);
    assert_eq!(writer.next().as_deref(), Some("ready"));
    let mut acknowledged: Vec<_> = (0..60)
        .map(|_| writer.next().expect("it writes on"))
        .collect();
    acknowledged.extend(writer.kill());
    let last: usize = acknowledged
        .last()
        .expect("some")
        .parse()
        .expect("a sequence");
    assert_eq!(acknowledged.len(), last);

    harness.settled().await;
    let store = harness.open().await;
    let stored = store.stream(company(1)).await.expect("read");
    assert!(
        stored.len() >= last,
        "{last} acknowledged, {} stored",
        stored.len()
    );
    // It was killed at most one append ahead of what it said, and a bulk append is whole or absent.
    assert!(stored.len() <= last + 2);
    assert_ne!(stored.len() % 3, 2, "half a bulk append");
    assert_eq!(sequenced(&*store).await, stored.len() as u64);
    assert_exact(&*store, stored.len()).await;
    persisted(&*store, &[note(company(1), stored.len() + 1)]).await;
}

async fn a_reopened_store_continues(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[note(company(1), 1)]).await;
    assert_eq!(sequenced(&*store).await, 1);
    store
        .set_setting("zone", "Asia/Urumqi")
        .await
        .expect("kept");
    store
        .set_setting("zone", "Asia/Shanghai")
        .await
        .expect("kept");
    let head = store.head().await.expect("head");
    store.close().await;

    let store = harness.open().await;
    assert_eq!(store.head().await.expect("head"), head);
    assert_eq!(
        store.setting("zone").await.expect("read").as_deref(),
        Some("Asia/Shanghai")
    );
    assert_eq!(store.setting("absent").await.expect("read"), None);
    persisted(&*store, &[note(company(1), 2)]).await;
    assert_eq!(sequenced(&*store).await, 1);
    assert_exact(&*store, 2).await;
}

async fn commits_reach_the_disk(harness: &Harness) {
    let store = harness.open().await;
    let report = store.report().await.expect("a report");
    // SQLite's FULL is 2.
    let wanted = match harness.dialect {
        Dialect::Postgres => "fsync on, synchronous_commit on",
        Dialect::Sqlite => "journal wal, synchronous 2",
    };
    assert_eq!(report["durability"], wanted);
    assert_eq!(report["schema"], "9");
    for name in ["events", "log", "facts", "identifiers"] {
        assert_eq!(report[name], "0", "{name}");
    }
}
