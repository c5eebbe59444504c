//! Appending, one command or many events at a time.

use std::sync::Arc;

use cqrs_es::persist::PersistedEventRepository;
use cqrs_es::{AggregateError, EventStore};
use nianlun::store::StoreError;
use serde_json::json;

use crate::contract;
use crate::support::aggregate::{Noted, TestAggregate, event_store, noted};
use crate::support::database::Harness;
use crate::support::events::{assert_exact, company, event, note, persist, persisted, sequenced};

contract!(
    a_command_is_appended_and_read_back,
    a_taken_sequence_is_a_conflict,
    many_streams_are_read_at_once,
    bulk_stores_what_single_appends_store,
    a_bulk_append_with_a_conflict_writes_nothing,
    a_bulk_append_of_many_statements_is_one_transaction,
    an_empty_bulk_append_is_nothing,
    bulk_and_single_appends_mix,
    what_is_acknowledged_is_stored,
);

async fn a_command_is_appended_and_read_back(harness: &Harness) {
    let store = harness.open().await;
    assert_eq!(
        noted(&*store, company(1), "first").await.expect("appended"),
        1
    );
    assert_eq!(
        noted(&*store, company(1), "second")
            .await
            .expect("appended"),
        2
    );

    let id = company(1).id.to_string();
    let loaded = event_store(&*store)
        .load_aggregate(&id)
        .await
        .expect("loaded");
    assert_eq!(loaded.aggregate.notes, ["first", "second"]);
    assert_eq!(loaded.current_sequence, 2);

    let stream = store.stream(company(1)).await.expect("read");
    assert_eq!(stream.len(), 2);
    assert_eq!(stream[1].sequence, 2);
    assert_eq!(stream[1].aggregate_type, "company");
    assert_eq!(stream[1].payload, json!({"note": "second"}));
    assert_eq!(store.stream(company(2)).await.expect("read"), []);

    let mut replay = store
        .repository()
        .stream_events::<TestAggregate>(&id)
        .await
        .expect("a stream");
    let mut notes = Vec::new();
    while let Some(event) = replay.next::<TestAggregate>(&[]).await {
        notes.push(event.expect("an event").payload.note);
    }
    assert_eq!(notes, ["first", "second"]);
}

async fn a_taken_sequence_is_a_conflict(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[note(company(1), 1)]).await;
    let again = persist(&*store, &[note(company(1), 2), note(company(1), 1)]).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    assert_eq!(store.stream(company(1)).await.expect("read").len(), 1);

    // The same for whoever goes through cqrs-es alone.
    let events = event_store(&*store);
    let context = events
        .load_aggregate(&company(1).id.to_string())
        .await
        .expect("loaded");
    noted(&*store, company(1), "faster")
        .await
        .expect("appended");
    let event = Noted::from("slower");
    let refused = events
        .commit(vec![event], context, std::collections::HashMap::new())
        .await;
    assert!(matches!(refused, Err(AggregateError::AggregateConflict)));
}

async fn many_streams_are_read_at_once(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[note(company(1), 1), note(company(1), 2)]).await;
    persisted(&*store, &[note(company(3), 1)]).await;
    let streams = store
        .streams(&[company(3), company(2), company(1)])
        .await
        .expect("read");
    let lengths: Vec<_> = streams
        .iter()
        .map(|(stream, events)| (*stream, events.len()))
        .collect();
    assert_eq!(lengths, [(company(1), 2), (company(3), 1)]);
    assert!(store.streams(&[]).await.expect("read").is_empty());
}

async fn bulk_stores_what_single_appends_store(harness: &Harness) {
    let store = harness.open().await;
    let hard = json!({
        "text": "tab\t line\n return\r backslash\\ null \\N end \\. quote\" 'single' 年轮 🪵 {curly} $1 ?1 %s",
        "nested": {"list": [1, -2, true, null, "x"]},
        "big": 9_007_199_254_740_993_i64,
    });
    persisted(&*store, &[event(company(1), 1, hard.clone())]).await;
    store
        .append_bulk(&[event(company(2), 1, hard.clone())])
        .await
        .expect("appended");

    let single = store.stream(company(1)).await.expect("read").remove(0);
    let mut bulk = store.stream(company(2)).await.expect("read").remove(0);
    assert_eq!(single.payload, hard);
    bulk.aggregate_id.clone_from(&single.aggregate_id);
    assert_eq!(bulk, single);
}

async fn a_bulk_append_with_a_conflict_writes_nothing(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[note(company(5), 1)]).await;
    let mut events: Vec<_> = (1..=9).map(|number| note(company(number), 1)).collect();
    let refused = store.append_bulk(&events).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 1);

    // The connection is as good as before.
    events.remove(4);
    store.append_bulk(&events).await.expect("appended");
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 9);
}

async fn a_bulk_append_of_many_statements_is_one_transaction(harness: &Harness) {
    let store = harness.open().await;
    let mut events: Vec<_> = (1..=2_501)
        .map(|sequence| note(company(1), sequence))
        .collect();
    events.push(note(company(1), 1));
    let refused = store.append_bulk(&events).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 0);

    events.pop();
    store.append_bulk(&events).await.expect("appended");
    assert_eq!(store.stream(company(1)).await.expect("read"), events);
    assert_eq!(sequenced(&*store).await, 2_501);
    assert_exact(&*store, 2_501).await;
}

async fn an_empty_bulk_append_is_nothing(harness: &Harness) {
    let store = harness.open().await;
    store.append_bulk(&[]).await.expect("nothing");
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 0);
}

async fn bulk_and_single_appends_mix(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[note(company(1), 1)]).await;
    store
        .append_bulk(&[
            note(company(1), 2),
            note(company(2), 1),
            note(company(1), 3),
        ])
        .await
        .expect("appended");
    persisted(&*store, &[note(company(1), 4)]).await;
    persisted(&*store, &[note(company(2), 2)]).await;
    assert_eq!(sequenced(&*store).await, 6);
    assert_exact(&*store, 6).await;
}

async fn what_is_acknowledged_is_stored(harness: &Harness) {
    let store = harness.open().await;
    let writers: Vec<_> = (0..32)
        .map(|writer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for round in 0..4 {
                    let note = format!("{writer}/{round}");
                    // Four writers share a stream: who loses loads again.
                    let stream = company(writer % 8);
                    let sequence = loop {
                        match noted(&*store, stream, note.as_str()).await {
                            Ok(sequence) => break sequence,
                            Err(AggregateError::AggregateConflict) => {}
                            Err(other) => panic!("{other}"),
                        }
                    };
                    acknowledged.push((stream, sequence, note));
                }
                acknowledged
            })
        })
        .collect();

    let mut acknowledged = 0;
    for writer in writers {
        for (stream, sequence, note) in writer.await.expect("a writer") {
            let events = store.stream(stream).await.expect("read");
            assert_eq!(events[sequence - 1].payload, json!({"note": note}));
            acknowledged += 1;
        }
    }
    assert_eq!(acknowledged, 128);
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 128);
    assert_eq!(sequenced(&*store).await, 128);
    assert_exact(&*store, 128).await;
}
