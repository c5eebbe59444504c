//! Reading the log.

use nianlun::store::StreamId;
use nianlun_projections::{Known, Subject};
use uuid::Uuid;

use crate::contract;
use crate::support::database::Harness;
use crate::support::events::{company, event, note, persisted, sequenced};

contract!(
    an_empty_log_has_its_head_at_zero,
    the_log_is_read_page_by_page,
    the_events_of_the_log_are_read_page_by_page_up_to_a_position,
    histories_end_with_a_whole_round,
    streams_are_walked_in_order,
    what_is_not_admitted_is_not_in_the_log,
);

async fn an_empty_log_has_its_head_at_zero(harness: &Harness) {
    let store = harness.open().await;
    let zero = Known { at: 0, position: 0 };
    assert_eq!(store.head().await.expect("head"), zero);
    let round = store.sequence().await.expect("a round");
    assert_eq!((round.admitted, round.head), (0, zero));
    assert_eq!(store.log_after(0, 10).await.expect("a page"), []);
    assert_eq!(store.stream_ids(None, 10).await.expect("ids"), []);
}

async fn the_log_is_read_page_by_page(harness: &Harness) {
    let store = harness.open().await;
    for sequence in 1..=3 {
        persisted(&*store, &[note(company(1), sequence)]).await;
        persisted(&*store, &[note(company(2), sequence)]).await;
    }
    assert_eq!(sequenced(&*store).await, 6);
    let page = store.log_after(1, 3).await.expect("a page");
    let seen: Vec<_> = page
        .iter()
        .map(|(known, stream)| (known.position, *stream))
        .collect();
    assert_eq!(seen, [(2, company(2)), (3, company(1)), (4, company(2))]);
    assert_eq!(store.log_after(6, 3).await.expect("a page"), []);
    assert_eq!(store.log_after(u64::MAX, 3).await.expect("a page"), []);
}

async fn the_events_of_the_log_are_read_page_by_page_up_to_a_position(harness: &Harness) {
    let store = harness.open().await;
    for sequence in 1..=3 {
        persisted(&*store, &[note(company(1), sequence)]).await;
        persisted(&*store, &[note(company(2), sequence)]).await;
    }
    let head = store.sequence().await.expect("a round").head;
    persisted(&*store, &[note(company(1), 4)]).await;

    let page = async |after, until, limit| {
        let read = store.admitted_after(after, until, limit).await;
        let events = read.expect("a page").into_iter();
        events
            .map(|admitted| (admitted.known.position, admitted.stream, admitted.event))
            .collect::<Vec<_>>()
    };
    let expected = |position: u64| {
        let number = if position % 2 == 1 { 1 } else { 2 };
        let sequence = usize::try_from(position.div_ceil(2)).expect("small");
        (position, company(number), note(company(number), sequence))
    };
    let expected =
        |positions: std::ops::RangeInclusive<u64>| -> Vec<_> { positions.map(expected).collect() };
    assert_eq!(page(0, 6, 4).await, expected(1..=4));
    assert_eq!(page(4, 6, 4).await, expected(5..=6));
    assert_eq!(page(1, 3, 10).await, expected(2..=3));
    assert_eq!(page(0, u64::MAX, 10).await, expected(1..=6));
    assert_eq!(page(6, u64::MAX, 10).await, []);
    assert_eq!(page(3, 2, 10).await, []);
    let read = store.admitted_after(5, 6, 1).await.expect("a page");
    assert_eq!(read[0].known, head);
}

async fn histories_end_with_a_whole_round(harness: &Harness) {
    let store = harness.open().await;
    store
        .append_bulk(&[
            note(company(2), 1),
            note(company(1), 1),
            note(company(1), 2),
        ])
        .await
        .expect("appended");
    let first = store.sequence().await.expect("a round").head;
    persisted(&*store, &[note(company(1), 3)]).await;
    let second = store.sequence().await.expect("a round").head;
    persisted(&*store, &[note(company(1), 4)]).await;
    assert_eq!((first.position, second.position), (3, 4));

    let until = async |until| {
        let read = store
            .histories(&[company(1), company(2), company(9)], until)
            .await
            .expect("histories");
        read.into_iter()
            .map(|admitted| (admitted.stream, admitted.event.sequence, admitted.known))
            .collect::<Vec<_>>()
    };
    let at = |position| Known {
        at: first.at,
        position,
    };
    let early = vec![
        (company(1), 1, at(2)),
        (company(1), 2, at(3)),
        (company(2), 1, at(1)),
    ];
    assert_eq!(until(first.at - 1).await, []);
    assert_eq!(until(first.at).await, early);
    assert_eq!(until(second.at - 1).await, early);
    let mut late = early.clone();
    late.insert(2, (company(1), 3, second));
    assert_eq!(until(second.at).await, late);

    let whole = store
        .histories(&[company(1)], i64::MAX)
        .await
        .expect("histories");
    assert_eq!(whole[2].event, note(company(1), 3));
}

async fn streams_are_walked_in_order(harness: &Harness) {
    let store = harness.open().await;
    let stream = |subject, number| StreamId {
        subject,
        id: Uuid::from_u128(number),
    };
    let unordered = [
        stream(Subject::Company, 2),
        stream(Subject::Cluster, 9),
        stream(Subject::Company, 1),
        stream(Subject::Carrier, 5),
    ];
    for id in unordered {
        let first = event(id, 1, serde_json::json!({}));
        store
            .append_bulk(&[first, note(id, 2)])
            .await
            .expect("appended");
    }
    assert_eq!(sequenced(&*store).await, 8);

    let ordered = [unordered[3], unordered[1], unordered[2], unordered[0]];
    assert_eq!(store.stream_ids(None, 10).await.expect("ids"), ordered);
    assert_eq!(store.stream_ids(None, 2).await.expect("ids"), ordered[..2]);
    assert_eq!(
        store.stream_ids(Some(ordered[1]), 10).await.expect("ids"),
        ordered[2..]
    );
    assert_eq!(
        store.stream_ids(Some(ordered[3]), 10).await.expect("ids"),
        []
    );
}

async fn what_is_not_admitted_is_not_in_the_log(harness: &Harness) {
    let store = harness.open().await;
    persisted(&*store, &[note(company(1), 1)]).await;
    assert_eq!(store.stream(company(1)).await.expect("read").len(), 1);
    assert_eq!(store.log_after(0, 10).await.expect("a page"), []);
    assert_eq!(
        store
            .histories(&[company(1)], i64::MAX)
            .await
            .expect("histories"),
        []
    );
}
