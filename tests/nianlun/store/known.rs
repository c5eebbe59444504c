//! Facts on both time axes, at the edges of their intervals.

use nianlun::store::{FactQuery, KnownAt, Valid};
use nianlun_projections::{FOREVER, Fact, Known};

use crate::contract;
use crate::support::database::Harness;
use crate::support::events::company;
use crate::support::facts::{everything, fact, given, known, values};

contract!(
    a_fact_holds_from_its_first_day_to_before_its_last,
    a_fact_is_known_until_it_is_not,
    both_axes_at_once
);

async fn a_fact_holds_from_its_first_day_to_before_its_last(harness: &Harness) {
    let store = harness.open().await;
    given(
        &*store,
        &[
            fact(company(1), "stage", "ladder", "ended", 10, 20),
            fact(company(2), "stage", "ladder", "open", 15, FOREVER),
            fact(company(3), "stage", "ladder", "unplaced", FOREVER, FOREVER),
        ],
    )
    .await;
    let found = async |valid| {
        values(
            &*store,
            &FactQuery {
                valid,
                ..everything()
            },
        )
        .await
    };

    assert_eq!(found(Valid::Any).await, ["ended", "open", "unplaced"]);
    assert!(found(Valid::On(9)).await.is_empty());
    assert_eq!(found(Valid::On(10)).await, ["ended"]);
    assert_eq!(found(Valid::On(15)).await, ["ended", "open"]);
    assert_eq!(found(Valid::On(19)).await, ["ended", "open"]);
    assert_eq!(found(Valid::On(20)).await, ["open"]);
    assert_eq!(found(Valid::On(FOREVER - 1)).await, ["open"]);

    assert!(found(Valid::BeganIn(0, 10)).await.is_empty());
    assert_eq!(found(Valid::BeganIn(10, 11)).await, ["ended"]);
    assert_eq!(found(Valid::BeganIn(10, FOREVER)).await, ["ended", "open"]);
    assert!(found(Valid::EndedIn(0, 20)).await.is_empty());
    assert_eq!(found(Valid::EndedIn(20, 21)).await, ["ended"]);
    assert_eq!(found(Valid::EndedIn(0, FOREVER)).await, ["ended"]);
    assert_eq!(found(Valid::Unplaced).await, ["unplaced"]);
}

async fn a_fact_is_known_until_it_is_not(harness: &Harness) {
    let store = harness.open().await;
    let within_a_round = Known {
        at: 300,
        position: 4,
    };
    given(
        &*store,
        &[
            Fact {
                known_from: known(2),
                known_to: known(5),
                ..fact(company(1), "stage", "ladder", "revised", 0, 10)
            },
            Fact {
                known_from: known(5),
                ..fact(company(2), "stage", "ladder", "believed", 0, 10)
            },
            // Said and taken back within one round: no time shows it, but its positions do.
            Fact {
                known_from: known(3),
                known_to: within_a_round,
                ..fact(company(3), "stage", "ladder", "brief", 0, 10)
            },
        ],
    )
    .await;
    let found = async |known| {
        values(
            &*store,
            &FactQuery {
                known,
                ..everything()
            },
        )
        .await
    };

    assert!(found(KnownAt::Time(199)).await.is_empty());
    assert_eq!(found(KnownAt::Time(200)).await, ["revised"]);
    assert_eq!(found(KnownAt::Time(300)).await, ["revised"]);
    assert_eq!(found(KnownAt::Time(499)).await, ["revised"]);
    assert_eq!(found(KnownAt::Time(500)).await, ["believed"]);
    assert_eq!(found(KnownAt::Time(i64::MAX)).await, ["believed"]);
    assert!(found(KnownAt::Time(i64::MIN)).await.is_empty());

    assert!(found(KnownAt::Position(0)).await.is_empty());
    assert!(found(KnownAt::Position(1)).await.is_empty());
    assert_eq!(found(KnownAt::Position(2)).await, ["revised"]);
    assert_eq!(found(KnownAt::Position(3)).await, ["revised", "brief"]);
    assert_eq!(found(KnownAt::Position(4)).await, ["revised"]);
    assert_eq!(found(KnownAt::Position(5)).await, ["believed"]);
    assert_eq!(found(KnownAt::Position(u64::MAX)).await, ["believed"]);
    assert_eq!(found(KnownAt::Latest).await, ["believed"]);
}

/// A company was thought to have listed on day 10; at position 5 it was learned that it was day 20.
async fn both_axes_at_once(harness: &Harness) {
    let store = harness.open().await;
    let thought = Fact {
        known_to: known(5),
        ..fact(company(1), "stage", "ladder", "thought", 10, FOREVER)
    };
    let learned = Fact {
        known_from: known(5),
        ..fact(company(1), "stage", "ladder", "learned", 20, FOREVER)
    };
    given(&*store, &[thought, learned]).await;
    let found = async |day, known| {
        values(
            &*store,
            &FactQuery {
                valid: Valid::On(day),
                known,
                ..everything()
            },
        )
        .await
    };

    for (before, after) in [
        (KnownAt::Time(499), KnownAt::Time(500)),
        (KnownAt::Position(4), KnownAt::Position(5)),
    ] {
        assert_eq!(found(15, before).await, ["thought"]);
        assert!(found(15, after).await.is_empty());
        assert_eq!(found(20, before).await, ["thought"]);
        assert_eq!(found(20, after).await, ["learned"]);
    }
}
