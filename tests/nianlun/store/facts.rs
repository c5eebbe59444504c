//! Choosing and counting facts.

use nianlun::store::{FactColumn, FactQuery, Having, KnownAt, StreamId, TallyRow, Valid};
use nianlun_projections::{FOREVER, Fact, Subject};
use uuid::Uuid;

use crate::contract;
use crate::support::database::Harness;
use crate::support::events::company;
use crate::support::facts::{everything, fact, given, known, values};

contract!(
    facts_are_chosen_by_every_column,
    facts_come_in_order,
    facts_are_read_by_a_range_of_ids,
    long_values_are_told_apart,
    a_value_is_data_and_not_sql,
    a_tally_counts_subjects_and_facts,
    a_tally_counts_what_held_and_was_known,
    having_asks_for_another_fact_of_the_same_subject,
);

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

async fn facts_are_chosen_by_every_column(harness: &Harness) {
    let store = harness.open().await;
    let carrier = StreamId {
        subject: Subject::Carrier,
        id: company(1).id,
    };
    given(
        &*store,
        &[
            fact(company(1), "stage", "growth", "a", 0, 10),
            fact(company(1), "membership", "board", "b", 0, 10),
            Fact {
                part: "tier".to_owned(),
                ..fact(company(2), "membership", "scheme", "c", 0, 10)
            },
            fact(carrier, "stage", "growth", "d", 0, 10),
        ],
    )
    .await;
    let found = async |query: FactQuery| values(&*store, &query).await;

    assert_eq!(found(everything()).await, ["b", "a", "c"]);
    assert_eq!(
        found(FactQuery {
            subject: Subject::Carrier,
            ..everything()
        })
        .await,
        ["d"]
    );
    assert!(
        found(FactQuery {
            subject: Subject::Cluster,
            ..everything()
        })
        .await
        .is_empty()
    );
    assert_eq!(
        found(FactQuery {
            id: Some(company(2).id),
            ..everything()
        })
        .await,
        ["c"]
    );
    assert_eq!(
        found(FactQuery {
            kinds: texts(&["stage", "absent"]),
            ..everything()
        })
        .await,
        ["a"]
    );
    assert_eq!(
        found(FactQuery {
            keys: texts(&["board", "scheme"]),
            ..everything()
        })
        .await,
        ["b", "c"]
    );
    assert_eq!(
        found(FactQuery {
            parts: texts(&["tier"]),
            ..everything()
        })
        .await,
        ["c"]
    );
    assert_eq!(
        found(FactQuery {
            parts: texts(&[""]),
            ..everything()
        })
        .await,
        ["b", "a"]
    );
    assert_eq!(
        found(FactQuery {
            values: texts(&["a", "c", "d"]),
            ..everything()
        })
        .await,
        ["a", "c"]
    );
    let both = FactQuery {
        kinds: texts(&["membership"]),
        values: texts(&["a"]),
        ..everything()
    };
    assert!(found(both).await.is_empty());
}

async fn facts_are_read_by_a_range_of_ids(harness: &Harness) {
    let store = harness.open().await;
    let facts: Vec<_> = (1..=5)
        .map(|number| {
            fact(
                company(number),
                "stage",
                "growth",
                &number.to_string(),
                0,
                10,
            )
        })
        .collect();
    given(&*store, &facts).await;
    let found = async |query: FactQuery, first: usize, last: usize| {
        let found = store
            .facts_between(&query, company(first).id, company(last).id)
            .await;
        let values = found.expect("facts").into_iter().map(|fact| fact.value);
        values.collect::<Vec<_>>()
    };
    assert_eq!(found(everything(), 2, 4).await, ["2", "3", "4"]);
    assert_eq!(found(everything(), 5, 9).await, ["5"]);
    assert!(found(everything(), 4, 2).await.is_empty());
    let of_one = FactQuery {
        values: texts(&["1", "3"]),
        ..everything()
    };
    assert_eq!(found(of_one, 2, 4).await, ["3"]);
}

async fn facts_come_in_order(harness: &Harness) {
    let store = harness.open().await;
    let high = StreamId {
        subject: Subject::Company,
        id: Uuid::from_u128(u128::MAX),
    };
    let ordered = [
        fact(company(1), "A", "z", "1", 9, 10),
        fact(company(1), "a", "A", "2", 9, 10),
        fact(company(1), "a", "a", "3", -5, 10),
        fact(company(1), "a", "a", "4", 5, 10),
        Fact {
            part: "p".to_owned(),
            ..fact(company(1), "a", "a", "5", 0, 10)
        },
        fact(company(1), "a", "é", "6", 0, 10),
        fact(company(1), "a", "年", "7", 0, 10),
        fact(company(2), "A", "a", "8", 0, 10),
        fact(high, "A", "a", "9", 0, 10),
    ];
    let mut shuffled = ordered.to_vec();
    shuffled.reverse();
    shuffled.swap(2, 6);
    given(&*store, &shuffled).await;
    assert_eq!(store.facts(&everything()).await.expect("facts"), ordered);
}

/// The index holds only the head of a value; and a scope of business exceeds what an index row may hold.
async fn long_values_are_told_apart(harness: &Harness) {
    let store = harness.open().await;
    let head = "经营范围".repeat(16);
    assert_eq!(head.chars().count(), 64);
    let long: String = (0..400)
        .map(|number| {
            Uuid::from_u128(number * 0x9E37_79B9_7F4A_7C15)
                .simple()
                .to_string()
        })
        .collect();
    let all = [head.clone(), format!("{head}一"), format!("{head}二"), long];
    let facts: Vec<_> = all
        .iter()
        .map(|value| fact(company(1), "attribute", "scope", value, 0, 10))
        .collect();
    given(&*store, &facts).await;
    for value in all {
        assert_eq!(
            values(
                &*store,
                &FactQuery {
                    values: vec![value.clone()],
                    ..everything()
                }
            )
            .await,
            [value]
        );
    }
}

async fn a_value_is_data_and_not_sql(harness: &Harness) {
    let store = harness.open().await;
    let hostile = "'; DROP TABLE facts; -- \" $1 ?1 {} %";
    given(
        &*store,
        &[fact(company(1), hostile, hostile, hostile, 0, 10)],
    )
    .await;
    let query = FactQuery {
        kinds: texts(&[hostile]),
        keys: texts(&[hostile]),
        values: texts(&[hostile]),
        having: vec![Having {
            kind: hostile.to_owned(),
            key: hostile.to_owned(),
            value: Some(hostile.to_owned()),
            valid: Valid::On(0),
        }],
        ..everything()
    };
    assert_eq!(values(&*store, &query).await, [hostile]);
    let other = FactQuery {
        values: texts(&["' OR '1' = '1"]),
        ..everything()
    };
    assert!(values(&*store, &other).await.is_empty());
}

fn rows(expected: &[(&[&str], u64, u64)]) -> Vec<TallyRow> {
    expected
        .iter()
        .map(|(group, subjects, facts)| TallyRow {
            group: texts(group),
            subjects: *subjects,
            facts: *facts,
        })
        .collect()
}

async fn a_tally_counts_subjects_and_facts(harness: &Harness) {
    let store = harness.open().await;
    given(
        &*store,
        &[
            // Company 1 was in the programme twice.
            fact(company(1), "programme", "torch", "in", 0, 10),
            fact(company(1), "programme", "torch", "in", 20, 30),
            fact(company(2), "programme", "torch", "in", 0, 10),
            fact(company(2), "programme", "torch", "out", 10, 20),
            fact(company(3), "programme", "spark", "in", 0, 10),
            fact(company(3), "stage", "growth", "seed", 0, 10),
        ],
    )
    .await;
    let programmes = FactQuery {
        kinds: texts(&["programme"]),
        ..everything()
    };
    let tally =
        async |query: &FactQuery, by: &[FactColumn]| store.tally(query, by).await.expect("a tally");

    assert_eq!(tally(&programmes, &[]).await, rows(&[(&[], 3, 5)]));
    assert_eq!(
        tally(&programmes, &[FactColumn::Key]).await,
        rows(&[(&["spark"], 1, 1), (&["torch"], 2, 4)])
    );
    assert_eq!(
        tally(&programmes, &[FactColumn::Value, FactColumn::Key]).await,
        rows(&[
            (&["in", "spark"], 1, 1),
            (&["in", "torch"], 2, 3),
            (&["out", "torch"], 1, 1)
        ])
    );
    assert_eq!(
        tally(&programmes, &[FactColumn::Part]).await,
        rows(&[(&[""], 3, 5)])
    );

    let none = FactQuery {
        kinds: texts(&["absent"]),
        ..everything()
    };
    assert_eq!(tally(&none, &[]).await, rows(&[(&[], 0, 0)]));
    assert_eq!(tally(&none, &[FactColumn::Key]).await, []);
}

async fn a_tally_counts_what_held_and_was_known(harness: &Harness) {
    let store = harness.open().await;
    given(
        &*store,
        &[
            fact(company(1), "stage", "growth", "seed", 0, 10),
            fact(company(1), "stage", "growth", "series-a", 10, FOREVER),
            Fact {
                known_to: known(3),
                ..fact(company(2), "stage", "growth", "seed", 0, FOREVER)
            },
            Fact {
                known_from: known(3),
                ..fact(company(2), "stage", "growth", "seed", 5, FOREVER)
            },
        ],
    )
    .await;
    let tally = async |day, known| {
        let query = FactQuery {
            valid: Valid::On(day),
            known,
            kinds: texts(&["stage"]),
            ..everything()
        };
        store
            .tally(&query, &[FactColumn::Value])
            .await
            .expect("a tally")
    };

    assert_eq!(
        tally(4, KnownAt::Position(2)).await,
        rows(&[(&["seed"], 2, 2)])
    );
    assert_eq!(
        tally(4, KnownAt::Position(3)).await,
        rows(&[(&["seed"], 1, 1)])
    );
    assert_eq!(tally(5, KnownAt::Latest).await, rows(&[(&["seed"], 2, 2)]));
    assert_eq!(
        tally(10, KnownAt::Time(300)).await,
        rows(&[(&["seed"], 1, 1), (&["series-a"], 1, 1)])
    );
    assert_eq!(tally(10, KnownAt::Time(0)).await, []);
}

async fn having_asks_for_another_fact_of_the_same_subject(harness: &Harness) {
    let store = harness.open().await;
    given(
        &*store,
        &[
            fact(company(1), "occupancy", "carrier", "one", 0, FOREVER),
            fact(company(1), "stage", "growth", "seed", 0, 10),
            fact(company(2), "occupancy", "carrier", "two", 0, FOREVER),
            fact(company(2), "stage", "growth", "seed", 10, FOREVER),
            fact(company(3), "occupancy", "carrier", "three", 0, FOREVER),
            // Learned later.
            Fact {
                known_from: known(5),
                ..fact(company(3), "stage", "growth", "seed", 0, 10)
            },
        ],
    )
    .await;
    let seed = |valid| Having {
        kind: "stage".to_owned(),
        key: "growth".to_owned(),
        value: Some("seed".to_owned()),
        valid,
    };
    let found = async |known, having: Vec<Having>| {
        values(
            &*store,
            &FactQuery {
                kinds: texts(&["occupancy"]),
                known,
                having,
                ..everything()
            },
        )
        .await
    };

    let latest = KnownAt::Latest;
    assert_eq!(found(latest, vec![]).await, ["one", "two", "three"]);
    assert_eq!(
        found(latest, vec![seed(Valid::Any)]).await,
        ["one", "two", "three"]
    );
    assert_eq!(
        found(latest, vec![seed(Valid::On(9))]).await,
        ["one", "three"]
    );
    assert_eq!(found(latest, vec![seed(Valid::On(10))]).await, ["two"]);
    assert_eq!(
        found(KnownAt::Position(4), vec![seed(Valid::On(9))]).await,
        ["one"]
    );
    assert!(
        found(latest, vec![seed(Valid::On(9)), seed(Valid::On(10))])
            .await
            .is_empty()
    );
    let elsewhere = Having {
        key: "other".to_owned(),
        ..seed(Valid::Any)
    };
    assert!(found(latest, vec![elsewhere]).await.is_empty());

    let query = FactQuery {
        kinds: texts(&["occupancy"]),
        having: vec![seed(Valid::On(9))],
        ..everything()
    };
    let tally = store
        .tally(&query, &[FactColumn::Key])
        .await
        .expect("a tally");
    assert_eq!(tally, rows(&[(&["carrier"], 2, 2)]));
}
