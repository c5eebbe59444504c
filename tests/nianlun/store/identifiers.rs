//! An identifier belongs to one stream.

use std::sync::Arc;

use nianlun::store::{StoreError, StreamId};
use serde_json::json;

use crate::contract;
use crate::support::aggregate::{Noted, noted};
use crate::support::database::Harness;
use crate::support::events::{claim, company, event, note, persist, persisted, release};

contract!(
    of_concurrent_registrations_one_wins_and_the_others_are_told,
    a_refused_command_is_told_the_holder,
    a_released_identifier_can_be_claimed_by_another,
    a_release_by_a_stranger_releases_nothing,
    claiming_again_is_no_claim_against_oneself,
    one_event_may_release_and_claim,
    a_bulk_append_with_a_taken_identifier_writes_nothing,
    two_claims_in_one_bulk_append_are_told_apart,
    events_without_claims_leave_the_register_alone,
);

const USCC: &str = "uscc:91110108MA01ABCD2X";

fn holder_in(result: Result<(), StoreError>) -> (String, StreamId) {
    match result {
        Err(StoreError::IdentifierTaken { identifier, holder }) => (identifier, holder),
        other => panic!("not taken: {other:?}"),
    }
}

async fn of_concurrent_registrations_one_wins_and_the_others_are_told(harness: &Harness) {
    let store = harness.open().await;
    let barrier = Arc::new(tokio::sync::Barrier::new(24));
    let tasks: Vec<_> = (0..24)
        .map(|number| {
            let (store, barrier) = (Arc::clone(&store), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                let event = claim(company(number), 1, USCC);
                // Both ways of writing meet the same register.
                let result = if number % 2 == 0 {
                    persist(&*store, &[event]).await
                } else {
                    store.append_bulk(&[event]).await
                };
                (company(number), result)
            })
        })
        .collect();

    let (mut winners, mut told) = (Vec::new(), Vec::new());
    for task in tasks {
        match task.await.expect("a task") {
            (stream, Ok(())) => winners.push(stream),
            (_, refused) => told.push(holder_in(refused)),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(told.len(), 23);
    assert!(
        told.iter()
            .all(|(identifier, holder)| identifier == USCC && *holder == winners[0])
    );
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 1);
    let holders = store
        .holders(&[USCC.to_owned(), "uscc:free".to_owned()])
        .await
        .expect("holders");
    assert_eq!(
        holders.into_iter().collect::<Vec<_>>(),
        [(USCC.to_owned(), winners[0])]
    );
}

/// As the command service sees it: through cqrs-es's own error.
async fn a_refused_command_is_told_the_holder(harness: &Harness) {
    let store = harness.open().await;
    let register = || Noted {
        note: "registered".to_owned(),
        claims: vec![USCC.to_owned()],
    };
    noted(&*store, company(1), register())
        .await
        .expect("appended");
    let error = noted(&*store, company(2), register())
        .await
        .expect_err("refused");
    let Err(error) = StoreError::from_aggregate_error(error);
    assert_eq!(
        error.to_string(),
        format!(
            "identifier {USCC} already belongs to company {}",
            company(1).id
        )
    );
    assert_eq!(holder_in(Err(error)), (USCC.to_owned(), company(1)));
}

async fn a_released_identifier_can_be_claimed_by_another(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[claim(company(1), 1, USCC)]).await;
    assert_eq!(
        holder_in(persist(&*store, &[claim(company(2), 1, USCC)]).await),
        (USCC.to_owned(), company(1))
    );

    persisted(&*store, &[release(company(1), 2, USCC)]).await;
    assert!(
        store
            .holders(&[USCC.to_owned()])
            .await
            .expect("holders")
            .is_empty()
    );
    persisted(&*store, &[claim(company(2), 1, USCC)]).await;
    assert_eq!(
        holder_in(persist(&*store, &[claim(company(1), 3, USCC)]).await),
        (USCC.to_owned(), company(2))
    );
}

async fn a_release_by_a_stranger_releases_nothing(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[claim(company(1), 1, USCC)]).await;
    persisted(&*store, &[release(company(2), 1, USCC)]).await;
    assert_eq!(
        store.holders(&[USCC.to_owned()]).await.expect("holders")[USCC],
        company(1)
    );
}

async fn claiming_again_is_no_claim_against_oneself(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[claim(company(1), 1, USCC)]).await;
    persisted(&*store, &[claim(company(1), 2, USCC)]).await;
    store
        .append_bulk(&[claim(company(1), 3, USCC), claim(company(1), 4, USCC)])
        .await
        .expect("appended");
    assert_eq!(harness.number("SELECT count(*) FROM identifiers").await, 1);
}

async fn one_event_may_release_and_claim(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[claim(company(1), 1, "name:old")]).await;
    let renamed = event(
        company(1),
        2,
        json!({"releases": ["name:old"], "claims": ["name:a", "name:b"]}),
    );
    persisted(&*store, &[renamed]).await;
    let asked = ["name:old", "name:a", "name:b"].map(str::to_owned);
    let holders = store.holders(&asked).await.expect("holders");
    assert_eq!(
        holders.into_keys().collect::<Vec<_>>(),
        ["name:a", "name:b"]
    );
}

async fn a_bulk_append_with_a_taken_identifier_writes_nothing(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[claim(company(1), 1, USCC)]).await;
    let batch = [
        note(company(2), 1),
        claim(company(2), 2, "uscc:other"),
        claim(company(3), 1, USCC),
        note(company(3), 2),
    ];
    assert_eq!(
        holder_in(store.append_bulk(&batch).await),
        (USCC.to_owned(), company(1))
    );
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 1);
    assert_eq!(harness.number("SELECT count(*) FROM identifiers").await, 1);
}

async fn two_claims_in_one_bulk_append_are_told_apart(harness: &Harness) {
    let store = harness.open().await;
    let batch = [claim(company(1), 1, USCC), claim(company(2), 1, USCC)];
    assert_eq!(
        holder_in(store.append_bulk(&batch).await),
        (USCC.to_owned(), company(1))
    );
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 0);
    assert_eq!(harness.number("SELECT count(*) FROM identifiers").await, 0);
}

async fn events_without_claims_leave_the_register_alone(harness: &Harness) {
    let store = harness.open().await;
    let payloads = [
        json!({"note": "none"}),
        json!({"claims": null, "releases": null}),
        json!({"claims": [], "releases": []}),
        json!({"nested": {"claims": [USCC]}}),
    ];
    let events: Vec<_> = (1..)
        .zip(payloads)
        .map(|(sequence, payload)| event(company(1), sequence, payload))
        .collect();
    persisted(&*store, &events).await;
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 4);
    assert_eq!(harness.number("SELECT count(*) FROM identifiers").await, 0);
}
