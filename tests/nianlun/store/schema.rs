//! Opening: new, older, newer and impossible databases.

use std::borrow::Cow;

use nianlun::store::{StoreError, open};
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::contract;
use crate::support::database::{Dialect, Harness};
use crate::support::events::{assert_exact, company, note, persist, persisted, sequenced};

contract!(
    an_older_database_is_brought_up_to_date,
    a_newer_database_is_refused,
    many_processes_may_open_a_new_database_at_once,
);

/// The first schema, as the first program left it.
async fn first_schema(harness: &Harness) {
    let sql = match harness.dialect {
        Dialect::Postgres => include_str!("../../../migrations/postgres/0001_events.sql"),
        Dialect::Sqlite => include_str!("../../../migrations/sqlite/0001_events.sql"),
    };
    let first = Migration::new(1, "events".into(), MigrationType::Simple, sql.into(), false);
    let migrator = Migrator {
        migrations: Cow::Owned(vec![first]),
        ..Migrator::DEFAULT
    };
    match harness.dialect {
        Dialect::Postgres => migrator.run_direct(&mut harness.postgres().await).await,
        Dialect::Sqlite => migrator.run_direct(&mut harness.sqlite().await).await,
    }
    .expect("the first schema");
}

async fn an_older_database_is_brought_up_to_date(harness: &Harness) {
    first_schema(harness).await;
    let id = |number| company(number).id;
    harness
        .execute(&format!(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
            VALUES ('company', '{}', 1, 'Noted', '1.0', '{{\"claims\": [\"uscc:1\"]}}', '{{}}'),
                ('company', '{}', 1, 'Noted', '1.0', '{{\"note\": \"1\"}}', '{{}}'),
                ('company', '{}', 2, 'Noted', '1.0', '{{\"note\": \"2\"}}', '{{}}')",
            id(1),
            id(2),
            id(1),
        ))
        .await;

    let store = harness.open().await;
    assert_eq!(store.stream(company(1)).await.expect("read").len(), 2);
    assert_eq!(sequenced(&*store).await, 3);
    persisted(&*store, &[note(company(1), 3)]).await;
    assert_eq!(sequenced(&*store).await, 1);
    assert_exact(&*store, 4).await;
    let taken = persist(
        &*store,
        &[crate::support::events::claim(company(2), 2, "uscc:1")],
    )
    .await;
    assert!(
        matches!(taken, Err(StoreError::IdentifierTaken { .. })),
        "{taken:?}"
    );
}

async fn a_newer_database_is_refused(harness: &Harness) {
    harness.open().await.close().await;
    harness
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES (9999, 'of the future', true, '', 0)",
        )
        .await;
    let refused = open(&harness.url).await.err().expect("refused");
    assert!(
        matches!(refused, StoreError::Newer { version: 9999 }),
        "{refused:?}"
    );
}

async fn many_processes_may_open_a_new_database_at_once(harness: &Harness) {
    let opened: Vec<_> = (0..4)
        .map(|_| {
            let url = harness.url.clone();
            tokio::spawn(async move { open(&url).await })
        })
        .collect();
    for (number, store) in opened.into_iter().enumerate() {
        let store = store.await.expect("a task").expect("opened");
        persisted(&*store, &[note(company(number), 1)]).await;
    }
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 4);
}

async fn refusal(url: &str) -> StoreError {
    open(url)
        .await
        .err()
        .unwrap_or_else(|| panic!("{url} was opened"))
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_shown_without_its_password() {
    for url in [
        "mysql://u:secret@h/db",
        "nianlun.db",
        "sqlite:",
        "sqlite::memory:",
        "postgres://u:secret@h:port/db",
    ] {
        let error = refusal(url).await;
        assert!(
            matches!(error, StoreError::Address { .. }),
            "{url}: {error:?}"
        );
        assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_unreachable() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("its address")
        .port();
    for url in [
        format!("postgres://u:secret@127.0.0.1:{port}/db"),
        "sqlite:/nonexistent/directory/a.db".to_owned(),
    ] {
        let error = refusal(&url).await;
        assert!(
            matches!(error, StoreError::Unreachable(_)),
            "{url}: {error:?}"
        );
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
