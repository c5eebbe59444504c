//! Writing facts: the difference, the checkpoint, the rebuild.

use std::sync::Arc;

use async_trait::async_trait;
use nianlun::store::{Checkpoint, FactSource, Projected, Store, StoreError};
use nianlun_projections::{EventOf, Fact, Known};

use crate::contract;
use crate::support::database::Harness;
use crate::support::events::company;
use crate::support::facts::{PROJECTION, at, everything, fact, given, known, projected, values};

contract!(
    a_fact_comes_back_as_it_was_written,
    only_the_difference_is_written,
    what_is_no_longer_said_is_removed,
    a_moved_checkpoint_is_refused_and_nothing_is_written,
    of_two_projectors_at_once_one_wins,
    projections_do_not_touch_each_others_facts,
    many_facts_are_written_at_once,
    a_rebuild_is_seen_when_it_is_whole,
    a_failed_rebuild_leaves_all_as_it_was,
);

async fn a_fact_comes_back_as_it_was_written(harness: &Harness) {
    let store = harness.open().await;
    let full = Fact {
        part: "层\"2\"".to_owned(),
        known_to: Known {
            at: 1_700_000_000_123_456,
            position: 9,
        },
        from_stated: "2016年初".to_owned(),
        to_stated: "?".to_owned(),
        basis: vec![1, 7, 9_007_199_254_740_993],
        elsewhere: vec![EventOf {
            id: company(2).id,
            sequence: 3,
        }],
        flags: vec!["late".to_owned(), "a \\ b".to_owned()],
        detail: [("名".to_owned(), "value\nof two lines".to_owned())].into(),
        ..fact(company(1), "occupancy", "carrier", "unit", -100, i32::MAX)
    };
    given(&*store, std::slice::from_ref(&full)).await;
    let mut query = everything();
    query.known = nianlun::store::KnownAt::Position(1);
    assert_eq!(store.facts(&query).await.expect("facts"), [full]);
    assert_eq!(
        store.checkpoint(PROJECTION).await.expect("read"),
        Some(at(1))
    );
    assert_eq!(store.checkpoint("another").await.expect("read"), None);
}

/// The row in which a value stands.
async fn row(harness: &Harness, value: &str) -> i64 {
    harness
        .number(&format!("SELECT fact FROM facts WHERE value = '{value}'"))
        .await
}

async fn only_the_difference_is_written(harness: &Harness) {
    let store = harness.open().await;
    let stays = fact(company(1), "stage", "ladder", "stays", 0, 10);
    let ends = fact(company(1), "stage", "ladder", "ends", 10, 20);
    let other = fact(company(2), "stage", "ladder", "other", 0, 10);
    given(&*store, &[stays.clone(), ends.clone(), other.clone()]).await;
    let rows = [
        row(harness, "stays").await,
        row(harness, "ends").await,
        row(harness, "other").await,
    ];

    let ended = Fact {
        known_to: known(2),
        ..ends
    };
    let opened = Fact {
        known_from: known(2),
        ..fact(company(1), "stage", "ladder", "opened", 10, 30)
    };
    let folded = [stays.clone(), ended.clone(), opened.clone()];
    store
        .project(PROJECTION, Some(&at(1)), &at(2), &projected(&[], &folded))
        .await
        .expect("projected");

    assert_eq!(
        [
            row(harness, "stays").await,
            row(harness, "ends").await,
            row(harness, "other").await
        ],
        rows
    );
    assert_eq!(harness.number("SELECT count(*) FROM facts").await, 4);
    let mut query = everything();
    assert_eq!(
        store.facts(&query).await.expect("facts"),
        [stays.clone(), opened, other.clone()]
    );
    query.known = nianlun::store::KnownAt::Position(1);
    assert_eq!(
        store.facts(&query).await.expect("facts"),
        [stays, ended, other]
    );
    assert_eq!(
        store.checkpoint(PROJECTION).await.expect("read"),
        Some(at(2))
    );
}

async fn what_is_no_longer_said_is_removed(harness: &Harness) {
    let store = harness.open().await;
    let facts = [1, 2, 3].map(|number| {
        fact(
            company(number),
            "stage",
            "ladder",
            &number.to_string(),
            0,
            10,
        )
    });
    given(&*store, &facts).await;
    // The fold of stream 1 says nothing any more, that of 2 something else; 3 was not folded.
    let corrected = fact(company(2), "stage", "ladder", "corrected", 0, 10);
    let change = projected(&[company(1)], &[corrected]);
    store
        .project(PROJECTION, Some(&at(1)), &at(2), &change)
        .await
        .expect("projected");
    assert_eq!(values(&*store, &everything()).await, ["corrected", "3"]);
    assert_eq!(harness.number("SELECT count(*) FROM facts").await, 2);
}

async fn a_moved_checkpoint_is_refused_and_nothing_is_written(harness: &Harness) {
    let store = harness.open().await;
    given(
        &*store,
        &[fact(company(1), "stage", "ladder", "first", 0, 10)],
    )
    .await;
    let change = projected(&[], &[fact(company(1), "stage", "ladder", "second", 0, 10)]);
    let elsewhere = [
        None,
        Some(at(0)),
        Some(at(2)),
        Some(Checkpoint {
            version: "2".to_owned(),
            ..at(1)
        }),
    ];
    for from in elsewhere {
        let refused = store
            .project(PROJECTION, from.as_ref(), &at(3), &change)
            .await;
        assert!(
            matches!(refused, Err(StoreError::CheckpointMoved)),
            "{from:?}: {refused:?}"
        );
    }
    assert_eq!(values(&*store, &everything()).await, ["first"]);
    assert_eq!(
        store.checkpoint(PROJECTION).await.expect("read"),
        Some(at(1))
    );
    // Nor may a projection begin in the middle.
    let refused = store
        .project("unknown", Some(&at(1)), &at(2), &change)
        .await;
    assert!(
        matches!(refused, Err(StoreError::CheckpointMoved)),
        "{refused:?}"
    );
}

async fn of_two_projectors_at_once_one_wins(harness: &Harness) {
    let store = harness.open().await;
    for round in 0..5 {
        let from = (round > 0).then(|| at(round));
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let (store, from) = (Arc::clone(&store), from.clone());
                tokio::spawn(async move {
                    let said = fact(company(1), "stage", "ladder", &round.to_string(), 0, 10);
                    store
                        .project(
                            PROJECTION,
                            from.as_ref(),
                            &at(round + 1),
                            &projected(&[], &[said]),
                        )
                        .await
                })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.expect("a task") {
                Ok(()) => won += 1,
                Err(error) => assert!(matches!(error, StoreError::CheckpointMoved), "{error:?}"),
            }
        }
        assert_eq!(won, 1);
        assert_eq!(values(&*store, &everything()).await, [round.to_string()]);
    }
}

async fn projections_do_not_touch_each_others_facts(harness: &Harness) {
    let store = harness.open().await;
    given(
        &*store,
        &[fact(company(1), "stage", "ladder", "own", 0, 10)],
    )
    .await;
    let joined = projected(
        &[],
        &[fact(company(1), "z-joined", "level", "joined", 0, 10)],
    );
    store
        .project("joined", None, &at(1), &joined)
        .await
        .expect("projected");
    assert_eq!(values(&*store, &everything()).await, ["own", "joined"]);

    store
        .project(
            PROJECTION,
            Some(&at(1)),
            &at(2),
            &projected(&[company(1)], &[]),
        )
        .await
        .expect("projected");
    assert_eq!(values(&*store, &everything()).await, ["joined"]);
    store
        .rebuild(PROJECTION, &at(3), &mut Batches(Vec::new()))
        .await
        .expect("rebuilt");
    assert_eq!(values(&*store, &everything()).await, ["joined"]);
}

async fn many_facts_are_written_at_once(harness: &Harness) {
    let store = harness.open().await;
    let facts: Vec<_> = (0..6_001)
        .map(|number| {
            fact(
                company(number % 100),
                "stage",
                "ladder",
                &number.to_string(),
                0,
                10,
            )
        })
        .collect();
    given(&*store, &facts).await;
    assert_eq!(
        store.facts(&everything()).await.expect("facts").len(),
        6_001
    );

    let streams: Vec<_> = (0..100).map(company).collect();
    let closed: Vec<_> = facts[..4_000]
        .iter()
        .map(|fact| Fact {
            known_to: known(2),
            ..fact.clone()
        })
        .collect();
    store
        .project(
            PROJECTION,
            Some(&at(1)),
            &at(2),
            &projected(&streams, &closed),
        )
        .await
        .expect("projected");
    assert_eq!(harness.number("SELECT count(*) FROM facts").await, 4_000);
    assert_eq!(store.facts(&everything()).await.expect("facts"), []);
}

/// Batches that are ready.
struct Batches(Vec<Projected>);

#[async_trait]
impl FactSource for Batches {
    async fn next(&mut self) -> Result<Option<Projected>, StoreError> {
        Ok(self.0.pop())
    }
}

/// Two batches; between them it looks at what readers see. Then it ends, or fails.
struct Watching {
    store: Arc<dyn Store>,
    batch: u32,
    seen: Vec<Vec<String>>,
    fails: bool,
}

#[async_trait]
impl FactSource for Watching {
    async fn next(&mut self) -> Result<Option<Projected>, StoreError> {
        self.seen.push(values(&*self.store, &everything()).await);
        self.batch += 1;
        match self.batch {
            1 => Ok(Some(projected(
                &[],
                &[fact(company(1), "stage", "ladder", "new one", 0, 10)],
            ))),
            2 => Ok(Some(projected(
                &[],
                &[fact(company(2), "stage", "ladder", "new two", 0, 10)],
            ))),
            _ if self.fails => Err(StoreError::Unreachable("the source is gone".to_owned())),
            _ => Ok(None),
        }
    }
}

async fn rebuilding(
    harness: &Harness,
    fails: bool,
) -> (Arc<dyn Store>, Watching, Result<(), StoreError>) {
    let store = harness.open().await;
    given(
        &*store,
        &[fact(company(3), "stage", "ladder", "old", 0, 10)],
    )
    .await;
    let mut source = Watching {
        store: Arc::clone(&store),
        batch: 0,
        seen: Vec::new(),
        fails,
    };
    let to = Checkpoint {
        position: 7,
        version: "2".to_owned(),
    };
    let result = store.rebuild(PROJECTION, &to, &mut source).await;
    (store, source, result)
}

async fn a_rebuild_is_seen_when_it_is_whole(harness: &Harness) {
    let (store, source, result) = rebuilding(harness, false).await;
    result.expect("rebuilt");
    assert_eq!(source.seen, [["old"], ["old"], ["old"]]);
    assert_eq!(values(&*store, &everything()).await, ["new one", "new two"]);
    let to = Checkpoint {
        position: 7,
        version: "2".to_owned(),
    };
    assert_eq!(store.checkpoint(PROJECTION).await.expect("read"), Some(to));
    // A projector that still folds the old way is told.
    let refused = store
        .project(PROJECTION, Some(&at(1)), &at(2), &projected(&[], &[]))
        .await;
    assert!(
        matches!(refused, Err(StoreError::CheckpointMoved)),
        "{refused:?}"
    );
}

async fn a_failed_rebuild_leaves_all_as_it_was(harness: &Harness) {
    let (store, source, result) = rebuilding(harness, true).await;
    assert!(
        matches!(result, Err(StoreError::Unreachable(_))),
        "{result:?}"
    );
    assert_eq!(source.seen, [["old"], ["old"], ["old"]]);
    assert_eq!(values(&*store, &everything()).await, ["old"]);
    assert_eq!(
        store.checkpoint(PROJECTION).await.expect("read"),
        Some(at(1))
    );
}
