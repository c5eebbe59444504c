//! Transactions in flight: SQLite has one writer at a time, so only PostgreSQL can be asked.

use nianlun::store::{StoreError, StreamId};
use sqlx::{Acquire, Executor, PgConnection};
use std::sync::Arc;
use std::time::Duration;

use crate::support::database::Harness;
use crate::support::events::{assert_exact, claim, company, note, persist, persisted, sequenced};

macro_rules! cases {
    ($($case:ident),+ $(,)?) => {
        mod postgres {
            $(#[test]
            fn $case() {
                $crate::on_fresh_database!($crate::support::database::Dialect::Postgres, super::$case);
            })+
        }
    };
}

cases!(
    a_slow_transaction_is_not_skipped,
    a_transaction_rolled_back_leaves_no_hole,
    an_idle_transaction_that_has_written_delays_nothing,
    savepoints_belong_to_their_transaction,
    a_second_registration_waits_for_the_first,
    a_backup_restored_in_another_cluster_continues,
    a_long_value_does_not_break_the_index,
);

async fn insert(connection: &mut PgConnection, stream: StreamId, sequence: usize, payload: &str) {
    let sql = "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
        VALUES ('company', $1, $2, 'Noted', '1.0', $3::jsonb, '{}')";
    sqlx::query(sql)
        .bind(stream.id.to_string())
        .bind(i64::try_from(sequence).expect("small"))
        .bind(payload)
        .execute(connection)
        .await
        .expect("inserted");
}

async fn a_slow_transaction_is_not_skipped(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[note(company(1), 1)]).await;
    assert_eq!(sequenced(&*store).await, 1);

    let mut connection = harness.postgres().await;
    let mut slow = connection.begin().await.expect("begun");
    insert(&mut slow, company(2), 1, "{}").await;
    // Others draw later numbers and are admitted meanwhile, in several rounds.
    for sequence in 2..=4 {
        persisted(&*store, &[note(company(1), sequence)]).await;
        assert_eq!(sequenced(&*store).await, 1);
    }
    insert(&mut slow, company(2), 2, "{}").await;
    assert_eq!(sequenced(&*store).await, 0);
    slow.commit().await.expect("committed");

    let round = store.sequence().await.expect("a round");
    assert_eq!((round.admitted, round.head.position), (2, 6));
    assert_eq!(sequenced(&*store).await, 0);
    assert_exact(&*store, 6).await;
    let late = store
        .histories(&[company(2)], i64::MAX)
        .await
        .expect("histories");
    assert!(
        late.iter()
            .all(|admitted| admitted.known.at == round.head.at)
    );
}

async fn a_transaction_rolled_back_leaves_no_hole(harness: &Harness) {
    let store = harness.open().await;
    let mut connection = harness.postgres().await;
    let mut doomed = connection.begin().await.expect("begun");
    insert(&mut doomed, company(2), 1, "{}").await;
    persisted(&*store, &[note(company(1), 1)]).await;
    assert_eq!(sequenced(&*store).await, 1);
    doomed.rollback().await.expect("rolled back");
    persisted(&*store, &[note(company(1), 2)]).await;
    assert_eq!(sequenced(&*store).await, 1);
    assert_exact(&*store, 2).await;
}

async fn an_idle_transaction_that_has_written_delays_nothing(harness: &Harness) {
    let store = harness.open().await;
    let mut connection = harness.postgres().await;
    let mut idle = connection.begin().await.expect("begun");
    insert(&mut idle, company(99), 1, "{}").await;
    for number in 1..=20 {
        persisted(&*store, &[note(company(number), 1)]).await;
        // One round is enough: it is there at once.
        let round = store.sequence().await.expect("a round");
        assert_eq!((round.admitted, round.head.position), (1, number as u64));
    }
    drop(idle);
    assert_exact(&*store, 20).await;
}

async fn savepoints_belong_to_their_transaction(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[note(company(9), 1)]).await;
    assert_eq!(sequenced(&*store).await, 1);
    let mut connection = harness.postgres().await;
    let mut transaction = connection.begin().await.expect("begun");
    insert(&mut transaction, company(1), 1, "{}").await;
    transaction
        .execute("SAVEPOINT kept")
        .await
        .expect("a savepoint");
    insert(&mut transaction, company(1), 2, "{}").await;
    transaction
        .execute("SAVEPOINT dropped")
        .await
        .expect("a savepoint");
    insert(&mut transaction, company(2), 1, "{}").await;
    persisted(&*store, &[note(company(9), 2)]).await;
    assert_eq!(sequenced(&*store).await, 1);
    transaction
        .execute("ROLLBACK TO dropped")
        .await
        .expect("rolled back");
    transaction.commit().await.expect("committed");
    assert_eq!(store.sequence().await.expect("a round").admitted, 2);
    assert_exact(&*store, 4).await;
}

async fn a_second_registration_waits_for_the_first(harness: &Harness) {
    for first_commits in [true, false] {
        let identifier = format!("uscc:{first_commits}");
        let payload = format!("{{\"claims\": [\"{identifier}\"]}}");
        let (first, second) = (
            company(10 + usize::from(first_commits)),
            company(20 + usize::from(first_commits)),
        );
        let store = harness.open().await;
        let mut connection = harness.postgres().await;
        let mut registration = connection.begin().await.expect("begun");
        insert(&mut registration, first, 1, &payload).await;

        let waiting = {
            let (store, event) = (Arc::clone(&store), claim(second, 1, &identifier));
            tokio::spawn(async move { persist(&*store, &[event]).await })
        };
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(
            !waiting.is_finished(),
            "the second registration did not wait"
        );
        if first_commits {
            registration.commit().await.expect("committed");
        } else {
            registration.rollback().await.expect("rolled back");
        }
        match waiting.await.expect("the task") {
            Err(StoreError::IdentifierTaken { holder, .. }) => {
                assert!(first_commits && holder == first);
            }
            Ok(()) => assert!(!first_commits),
            other => panic!("{other:?}"),
        }
    }
}

/// A second cluster costs seconds; what it would change is the system identifier, and that the rows' transaction ids are
/// not its own. Ids far ahead stand for an older cluster that was busier, one in flight here for a collision.
async fn a_backup_restored_in_another_cluster_continues(harness: &Harness) {
    let store = harness.open().await;
    for sequence in 1..=3 {
        persisted(&*store, &[note(company(1), sequence)]).await;
    }
    assert_eq!(sequenced(&*store).await, 3);
    persisted(&*store, &[note(company(2), 1), note(company(2), 2)]).await;

    let copy = harness.restored().await;
    let mut connection = copy.postgres().await;
    let mut in_flight = connection.begin().await.expect("begun");
    insert(&mut in_flight, company(3), 1, "{}").await;
    let collision: String = sqlx::query_scalar("SELECT pg_current_xact_id()::text")
        .fetch_one(&mut *in_flight)
        .await
        .expect("its id");
    copy.execute(&format!(
        "UPDATE log_state SET system = system - 1;
        UPDATE events SET xid = CASE WHEN sequence = 1 THEN '{collision}'::xid8 ELSE '9000000000'::xid8 END;"
    ))
    .await;

    let restored = copy.open().await;
    assert_eq!(restored.head().await.expect("head").position, 3);
    assert_eq!(sequenced(&*restored).await, 2);
    persisted(&*restored, &[note(company(1), 4)]).await;
    assert_eq!(sequenced(&*restored).await, 1);
    in_flight.commit().await.expect("committed");
    assert_eq!(sequenced(&*restored).await, 1);
    assert_eq!(sequenced(&*restored).await, 0);
    assert_exact(&*restored, 7).await;
    restored.close().await;
}

/// A row of an index holds 2,704 bytes at most; SQLite has no such limit.
async fn a_long_value_does_not_break_the_index(harness: &Harness) {
    harness.open().await;
    harness
        .execute(
            "INSERT INTO facts (projection, subject, id, kind, key, part, value, valid_from, valid_to, known_from_at,
                known_from_position, known_to_at, known_to_position, from_stated, to_stated, basis, flags, detail)
            SELECT 'p', 'company', gen_random_uuid(), 'attribute', 'scope', '',
                (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 500) n),
                0, 1, 0, 0, 1, 1, '', '', '[]', '[]', '{}'",
        )
        .await;
    assert_eq!(
        harness
            .number("SELECT length(value)::bigint FROM facts")
            .await,
        16_000
    );
}
