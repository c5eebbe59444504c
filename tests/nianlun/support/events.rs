//! Streams, events, and what must hold of every log.

use std::collections::BTreeMap;

use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use nianlun::store::{Store, StoreError, StreamId};
use nianlun_projections::{Known, Subject};
use serde_json::{Value, json};
use uuid::Uuid;

use super::aggregate::TestAggregate;

/// The stream of the company with this number.
pub fn company(number: usize) -> StreamId {
    StreamId {
        subject: Subject::Company,
        id: Uuid::from_u128(number as u128),
    }
}

pub fn event(stream: StreamId, sequence: usize, payload: Value) -> SerializedEvent {
    SerializedEvent::new(
        stream.id.to_string(),
        sequence,
        stream.subject.as_str().to_owned(),
        "Noted".to_owned(),
        "1.0".to_owned(),
        payload,
        json!({"actor": "tester"}),
    )
}

/// An event that says only which it is.
pub fn note(stream: StreamId, sequence: usize) -> SerializedEvent {
    event(stream, sequence, json!({"note": sequence.to_string()}))
}

/// An event that claims an identifier.
pub fn claim(stream: StreamId, sequence: usize, identifier: &str) -> SerializedEvent {
    event(stream, sequence, json!({"claims": [identifier]}))
}

/// An event that releases an identifier.
pub fn release(stream: StreamId, sequence: usize, identifier: &str) -> SerializedEvent {
    event(stream, sequence, json!({"releases": [identifier]}))
}

/// Appends as a command does: through cqrs-es's repository.
pub async fn persist(store: &dyn Store, events: &[SerializedEvent]) -> Result<(), StoreError> {
    Ok(store
        .repository()
        .persist::<TestAggregate>(events, None)
        .await?)
}

/// Appends what must succeed.
pub async fn persisted(store: &dyn Store, events: &[SerializedEvent]) {
    persist(store, events).await.expect("appended");
}

/// Admits until nothing is new; how many it were.
pub async fn sequenced(store: &dyn Store) -> u64 {
    let mut admitted = 0;
    loop {
        match store.sequence().await.expect("a round").admitted {
            0 => return admitted,
            more => admitted += more,
        }
    }
}

/// The whole log, page by page.
pub async fn log(store: &dyn Store) -> Vec<(Known, StreamId)> {
    let mut entries: Vec<(Known, StreamId)> = Vec::new();
    loop {
        let after = entries.last().map_or(0, |(known, _)| known.position);
        let page = store.log_after(after, 1_000).await.expect("a page");
        if page.is_empty() {
            return entries;
        }
        entries.extend(page);
    }
}

/// The log is exact: `events` entries with positions 1, 2, 3, …, times that never fall, and every stream's events once
/// each, in their order.
pub async fn assert_exact(store: &dyn Store, events: usize) {
    let entries = log(store).await;
    let positions: Vec<_> = entries.iter().map(|(known, _)| known.position).collect();
    assert_eq!(
        positions,
        (1..=events as u64).collect::<Vec<_>>(),
        "positions are gapless"
    );
    assert!(
        entries.is_sorted_by_key(|(known, _)| known.at),
        "admitted_at never goes back"
    );

    let mut lengths: BTreeMap<StreamId, usize> = BTreeMap::new();
    for (_, stream) in &entries {
        *lengths.entry(*stream).or_default() += 1;
    }
    let streams: Vec<_> = lengths.keys().copied().collect();
    let mut histories: BTreeMap<StreamId, Vec<(u64, usize)>> = BTreeMap::new();
    for admitted in store
        .histories(&streams, i64::MAX)
        .await
        .expect("histories")
    {
        histories
            .entry(admitted.stream)
            .or_default()
            .push((admitted.known.position, admitted.event.sequence));
    }
    for (stream, length) in lengths {
        let history = &histories[&stream];
        let sequences: Vec<_> = history.iter().map(|(_, sequence)| *sequence).collect();
        assert_eq!(
            sequences,
            (1..=length).collect::<Vec<_>>(),
            "each event of {stream:?} once"
        );
        assert!(
            history.is_sorted_by_key(|(position, _)| *position),
            "{stream:?} in its order"
        );
    }
}
