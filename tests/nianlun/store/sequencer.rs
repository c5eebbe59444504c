//! The order of the log: nothing skipped, nothing twice, nothing waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nianlun::store::{StoreError, system_clock};

use crate::contract;
use crate::support::child::Process;
use crate::support::database::Harness;
use crate::support::events::{assert_exact, company, log, note, persist, persisted, sequenced};

contract!(
    two_sequencers_at_once_stay_exact_under_concurrent_writers,
    a_transaction_is_admitted_whole_at_one_time,
    admitted_at_does_not_go_back_with_the_clock,
    an_idle_round_changes_nothing,
    a_failed_append_leaves_no_hole,
    nothing_is_admitted_while_the_clocks_disagree,
    a_killed_sequencer_is_taken_over,
    a_restored_backup_continues,
    what_waits_for_the_log_is_counted,
);

async fn two_sequencers_at_once_stay_exact_under_concurrent_writers(harness: &Harness) {
    const WRITERS: usize = 8;
    const EVENTS: usize = 12;
    let store = harness.open().await;
    let done = Arc::new(AtomicBool::new(false));
    // Stores of their own, as two processes have them.
    let mut sequencers = Vec::new();
    for _ in 0..2 {
        let (own, done) = (harness.open().await, Arc::clone(&done));
        sequencers.push(tokio::spawn(async move {
            let mut admitted = 0;
            while !done.load(Ordering::SeqCst) {
                admitted += own.sequence().await.expect("a round").admitted;
            }
            admitted
        }));
    }
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for round in 0..EVENTS {
                    let sequence = 3 * round + 1;
                    persisted(&*store, &[note(company(writer), sequence)]).await;
                    let pair = [
                        note(company(writer), sequence + 1),
                        note(company(writer), sequence + 2),
                    ];
                    store.append_bulk(&pair).await.expect("appended");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("a writer");
    }
    done.store(true, Ordering::SeqCst);
    let mut admitted = 0;
    for sequencer in sequencers {
        admitted += sequencer.await.expect("a sequencer");
    }
    admitted += sequenced(&*store).await;
    assert_eq!(admitted, 288);
    assert_exact(&*store, 288).await;
}

async fn a_transaction_is_admitted_whole_at_one_time(harness: &Harness) {
    let store = harness.open().await;
    let before = system_clock();
    store
        .append_bulk(&[
            note(company(1), 1),
            note(company(2), 1),
            note(company(1), 2),
        ])
        .await
        .expect("appended");
    let round = store.sequence().await.expect("a round");
    assert_eq!((round.admitted, round.head.position), (3, 3));
    assert_eq!(store.head().await.expect("head"), round.head);
    // SQLite's clock counts milliseconds.
    assert!(
        (before - 1_000..before + 60_000_000).contains(&round.head.at),
        "{} after {before}",
        round.head.at
    );
    assert!(
        log(&*store)
            .await
            .iter()
            .all(|(known, _)| known.at == round.head.at)
    );

    persisted(&*store, &[note(company(1), 3)]).await;
    let next = store.sequence().await.expect("a round");
    assert_eq!((next.admitted, next.head.position), (1, 4));
    assert!(next.head.at > round.head.at);
}

async fn admitted_at_does_not_go_back_with_the_clock(harness: &Harness) {
    let store = harness.open().await;
    // As if the clock had been an hour ahead, and were right again.
    let ahead = system_clock() + 3_600_000_000;
    harness
        .execute(&format!("UPDATE log_state SET admitted_at = {ahead}"))
        .await;
    for sequence in 1..=2 {
        persisted(&*store, &[note(company(1), sequence)]).await;
        let round = store.sequence().await.expect("a round");
        assert_eq!(
            round.head.at,
            ahead + i64::try_from(sequence).expect("small")
        );
    }
}

async fn an_idle_round_changes_nothing(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[note(company(1), 1)]).await;
    let round = store.sequence().await.expect("a round");
    for _ in 0..3 {
        let idle = store.sequence().await.expect("a round");
        assert_eq!((idle.admitted, idle.head), (0, round.head));
    }
    persisted(&*store, &[note(company(1), 2)]).await;
    assert_eq!(sequenced(&*store).await, 1);
}

async fn a_failed_append_leaves_no_hole(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[note(company(1), 1)]).await;
    // Both have drawn numbers before they fail.
    persist(
        &*store,
        &[
            note(company(2), 1),
            note(company(2), 2),
            note(company(2), 1),
        ],
    )
    .await
    .expect_err("a conflict");
    store
        .append_bulk(&[note(company(3), 1), note(company(1), 1)])
        .await
        .expect_err("a conflict");
    persisted(&*store, &[note(company(1), 2)]).await;
    assert_eq!(sequenced(&*store).await, 2);
    assert_exact(&*store, 2).await;
}

async fn nothing_is_admitted_while_the_clocks_disagree(harness: &Harness) {
    let right = harness.open().await;
    let slow = harness
        .open_with_clock(|| system_clock() - 61_000_000)
        .await;
    let fast = harness
        .open_with_clock(|| system_clock() + 3_600_000_000)
        .await;
    let nearly = harness
        .open_with_clock(|| system_clock() + 50_000_000)
        .await;
    persisted(&*right, &[note(company(1), 1)]).await;

    let refused = slow.sequence().await;
    assert!(
        matches!(refused, Err(StoreError::Clocks { seconds: 60..=62 })),
        "{refused:?}"
    );
    let refused = fast.sequence().await;
    assert!(
        matches!(
            refused,
            Err(StoreError::Clocks {
                seconds: -3600..=-3598
            })
        ),
        "{refused:?}"
    );
    assert_eq!(right.log_after(0, 10).await.expect("a page"), []);

    assert_eq!(nearly.sequence().await.expect("a round").admitted, 1);
}

async fn a_killed_sequencer_is_taken_over(harness: &Harness) {
    let store = harness.open().await;
    let mut sequencer = Process::start("store::children::entry", "sequencer", &harness.url);
    assert_eq!(sequencer.next().as_deref(), Some("ready"));
    // It is killed while it works, not while it waits: events keep coming until it is dead.
    let done = Arc::new(AtomicBool::new(false));
    let writer = {
        let (store, done) = (Arc::clone(&store), Arc::clone(&done));
        tokio::spawn(async move {
            let mut written = 0;
            while !done.load(Ordering::SeqCst) {
                persisted(&*store, &[note(company(written % 7), written / 7 + 1)]).await;
                written += 1;
            }
            written
        })
    };
    let mut said: Vec<_> = (0..10)
        .map(|_| sequencer.next().expect("it works on"))
        .collect();
    said.extend(sequencer.kill());
    done.store(true, Ordering::SeqCst);
    let written = writer.await.expect("the writer");

    let before: u64 = said
        .iter()
        .map(|said| said.parse::<u64>().expect("a number"))
        .sum();
    let rest = sequenced(&*store).await;
    assert_exact(&*store, written).await;
    // A last round may have been committed and not said.
    assert!(
        before >= 10 && before + rest <= written as u64,
        "{before} by the killed one, {rest} by its successor"
    );
}

async fn a_restored_backup_continues(harness: &Harness) {
    let store = harness.open().await;
    let claimed = crate::support::events::claim(company(1), 1, "uscc:1");
    persisted(&*store, &[claimed, note(company(1), 2)]).await;
    persisted(&*store, &[note(company(2), 1)]).await;
    assert_eq!(sequenced(&*store).await, 3);
    let head = store.head().await.expect("head");
    // Committed and not yet admitted when the backup is taken.
    persisted(&*store, &[note(company(2), 2), note(company(2), 3)]).await;

    let copy = harness.restored().await;
    let restored = copy.open().await;
    assert_eq!(restored.head().await.expect("head"), head);
    assert_eq!(sequenced(&*restored).await, 2);
    persisted(&*restored, &[note(company(2), 4)]).await;
    assert_eq!(sequenced(&*restored).await, 1);
    assert_exact(&*restored, 6).await;
    let taken = persist(
        &*restored,
        &[crate::support::events::claim(company(3), 1, "uscc:1")],
    )
    .await;
    assert!(
        matches!(taken, Err(StoreError::IdentifierTaken { .. })),
        "{taken:?}"
    );

    // The original goes its own way.
    assert_eq!(sequenced(&*store).await, 2);
    assert_exact(&*store, 5).await;
    restored.close().await;
}

async fn what_waits_for_the_log_is_counted(harness: &Harness) {
    let store = harness.open().await;
    let waiting = async || store.unadmitted().await.expect("a count");
    assert_eq!(waiting().await, 0);
    persisted(&*store, &[note(company(1), 1)]).await;
    assert_eq!(waiting().await, 1, "before the first round");
    sequenced(&*store).await;
    assert_eq!(waiting().await, 0);
    let pair = [note(company(1), 2), note(company(1), 3)];
    store.append_bulk(&pair).await.expect("appended");
    assert_eq!(waiting().await, 2);
    sequenced(&*store).await;
    assert_eq!(waiting().await, 0);
    let pool = store.pool();
    assert!(pool.size >= 1 && pool.size <= pool.limit, "{pool:?}");
    assert!(pool.idle <= pool.size, "{pool:?}");
}
