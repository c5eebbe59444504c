//! What holds of every history: the facts selected at a day and a time of knowledge are those of the history as it was then.

use std::collections::BTreeSet;

use cqrs_es::Aggregate;
use jiff::Timestamp;
use nianlun_aggregates::company::{Assertion, Change, Company, CompanyEvent};
use nianlun_aggregates::history::Entry;
use nianlun_projections::{Admitted, FOREVER, Fact, Known, kind, known};
use proptest::prelude::*;

use crate::support::any::{Step, Trial, decided, record};
use crate::support::{Folds, LADDERS};

const CASES: u32 = 200;
/// The finding that an archive came in too late.
const KNOWN_LATER: &str = "known-later-than-asserted";
/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// The history that these steps make. Every round has its day; other records' events lie between.
fn history(registration: Assertion, steps: &[Step]) -> Vec<Admitted<Change>> {
    let mut company = Company::default();
    let (mut round, mut position) = (0, 0);
    let mut history: Vec<Admitted<Change>> = vec![];
    let mut add =
        |company: &mut Company, events: Vec<CompanyEvent>, round: i32, archived: Option<i32>| {
            for mut event in events {
                position += 1 + u64::from(position % 3 == 0);
                // Rounds are half a year apart, so that what was far ahead comes near.
                let day = 18_000 + 180 * round;
                let admission = Known {
                    at: i64::from(day) * DAY + 5,
                    position,
                };
                let asserted = archived.map(|days| admission.at - i64::from(days) * DAY);
                event.asserted = asserted.and_then(|at| Timestamp::from_microsecond(at).ok());
                let before = history.last().map(|last| last.known);
                let known = known(admission, asserted, before);
                history.push(Admitted {
                    known,
                    admitted_at: admission.at,
                    day: i32::try_from(known.at / DAY).expect("a day"),
                    event: event.clone(),
                });
                company.apply(event);
            }
        };
    let registered = decided(&company, &Trial::Record(vec![registration]));
    add(&mut company, registered, round, Some(700));
    for step in steps {
        let events = decided(&company, &step.trial);
        add(&mut company, events, round, step.archived);
        round += i32::from(step.ends_round);
    }
    history
}

/// A fact without when it was believed.
fn said(fact: &Fact) -> Fact {
    Fact {
        known_from: Known::OPEN,
        known_to: Known::OPEN,
        ..fact.clone()
    }
}

/// Every day on which a fact begins or ends, with the days before and after.
fn edges(facts: &[Fact]) -> BTreeSet<i32> {
    let ends = facts
        .iter()
        .flat_map(|fact| [fact.valid_from, fact.valid_to]);
    ends.filter(|day| *day != FOREVER)
        .flat_map(|day| [day - 1, day, day + 1])
        .collect()
}

fn holding(facts: &[Fact], day: i32) -> BTreeSet<Fact> {
    facts
        .iter()
        .filter(|fact| fact.valid_from <= day && day < fact.valid_to)
        .map(said)
        .collect()
}

/// The law for one way of asking: `asked` says whether something known then counts.
fn holds_for(
    history: &[Admitted<Change>],
    asked: impl Fn(Known) -> bool,
) -> Result<(), TestCaseError> {
    let all = Change::fold(history);
    // What a round makes known at one time is known whole or not at all.
    let rounds =
        history.chunk_by(|a, b| (a.known.at, a.admitted_at) == (b.known.at, b.admitted_at));
    let truncated: Vec<_> = rounds
        .filter(|round| round.last().is_some_and(|last| asked(last.known)))
        .flatten()
        .cloned()
        .collect();
    let believed = |fact: &&Fact| asked(fact.known_from) && !asked(fact.known_to);
    let selected: Vec<_> = all.iter().filter(believed).cloned().collect();
    let then = Change::fold(&truncated);
    let then: Vec<_> = then
        .into_iter()
        .filter(|fact| fact.known_to == Known::OPEN)
        .collect();
    // What is asked of the shorter history may not depend on how it came about, but for the one finding that tells just that.
    let mut at_once = truncated;
    for admitted in &mut at_once {
        admitted.known = Known { at: 0, position: 1 };
        admitted.admitted_at = 0;
    }
    let at_once = Change::fold(&at_once);
    let anyhow = |facts: BTreeSet<Fact>| -> BTreeSet<Fact> {
        let facts = facts.into_iter().filter(|fact| fact.key != KNOWN_LATER);
        facts
            .map(|mut fact| {
                fact.flags.retain(|flag| flag != KNOWN_LATER);
                fact
            })
            .collect()
    };
    for day in edges(&all) {
        prop_assert_eq!(holding(&selected, day), holding(&then, day));
        prop_assert_eq!(
            anyhow(holding(&selected, day)),
            anyhow(holding(&at_once, day))
        );
    }
    // And so for every day, and for what stands on none.
    let whole = |facts: &[Fact]| facts.iter().map(said).collect::<BTreeSet<_>>();
    prop_assert_eq!(whole(&selected), whole(&then));
    prop_assert_eq!(anyhow(whole(&selected)), anyhow(whole(&at_once)));
    prop_assert_eq!(
        selected.len(),
        whole(&selected).len(),
        "no fact is believed twice over"
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) })]

    #[test]
    fn the_facts_at_a_time_are_those_of_the_history_known_by_then((registration, steps) in record(1..14)) {
        let history = history(registration, &steps);
        let times: BTreeSet<i64> = history.iter().map(|admitted| admitted.known.at).collect();
        for time in times {
            // The very time, and the last before it.
            holds_for(&history, |known| known.at <= time)?;
            holds_for(&history, |known| known.at < time)?;
        }
        holds_for(&history, |known| known != Known::OPEN)?;
    }

    #[test]
    fn the_facts_at_a_position_are_those_of_the_rounds_complete_by_then((registration, steps) in record(1..10)) {
        let history = history(registration, &steps);
        for position in 0..=history.last().map_or(0, |last| last.known.position) {
            holds_for(&history, |known| known.position <= position)?;
        }
    }

    #[test]
    fn every_day_has_one_stage_on_each_ladder_and_the_highest_never_falls((registration, steps) in record(1..14)) {
        let history = history(registration, &steps);
        let believed: Vec<_> = Change::fold(&history).into_iter().filter(|fact| fact.known_to == Known::OPEN).collect();
        for ladder in LADDERS.all() {
            let of = |kind: &str| {
                let mut spans: Vec<_> = believed.iter().filter(|fact| fact.kind == kind && fact.key == ladder.code && fact.valid_from != FOREVER).collect();
                spans.sort_by_key(|fact| fact.valid_from);
                spans
            };
            for kind in [kind::STAGE, kind::HIGHEST] {
                let spans = of(kind);
                prop_assert!(spans.windows(2).all(|pair| pair[0].valid_to == pair[1].valid_from), "{kind}: {spans:?}");
                prop_assert!(spans.iter().all(|fact| fact.valid_from < fact.valid_to), "{kind}: {spans:?}");
                prop_assert!(spans.last().is_none_or(|last| last.valid_to == FOREVER), "{kind}: {spans:?}");
            }
            let rank = |fact: &Fact| ladder.stages.iter().find(|stage| stage.code == fact.value).and_then(|stage| stage.rank);
            prop_assert!(of(kind::HIGHEST).is_sorted_by_key(|fact| rank(fact)));
            prop_assert!(of(kind::HIGHEST).iter().all(|fact| rank(fact).is_some()));
        }
    }

    #[test]
    fn a_fact_stands_on_events_of_its_history_and_ends_no_earlier_than_it_begins((registration, steps) in record(1..14)) {
        let history = history(registration, &steps);
        for fact in Change::fold(&history) {
            prop_assert!(!fact.basis.is_empty(), "{fact:?}");
            prop_assert!(fact.basis.iter().all(|event| (1..=history.len() as u64).contains(event)), "{fact:?}");
            prop_assert!(fact.valid_from <= fact.valid_to, "{fact:?}");
            prop_assert!(fact.known_from < fact.known_to, "{fact:?}");
        }
    }

    #[test]
    fn the_same_events_give_the_same_facts_in_whatever_order_they_came((registration, steps) in record(1..10), seed in any::<u64>()) {
        // Without its retraction an event would stand beside the same one recorded again, which no decision accepts.
        let mut once = BTreeSet::new();
        let recorded: Vec<_> = history(registration, &steps)
            .into_iter()
            .filter(|admitted| matches!(&admitted.event.entry, Entry::Asserted(said) if once.insert(said.clone())))
            .map(|admitted| Admitted { known: Known { at: 5, position: 1 }, admitted_at: 5, day: 18_000, ..admitted })
            .collect();
        // An order of its own for each seed.
        let mut order: Vec<usize> = (0..recorded.len()).collect();
        order.sort_by_key(|place| (*place as u64 + 1).wrapping_mul(seed | 1).rotate_left(29));
        let shuffled: Vec<_> = order.iter().map(|place| recorded[*place].clone()).collect();
        let mut again = Change::fold(&shuffled);
        for fact in &mut again {
            for event in &mut fact.basis {
                *event = order[usize::try_from(*event).unwrap() - 1] as u64 + 1;
            }
            fact.basis.sort_unstable();
        }
        again.sort();
        prop_assert_eq!(again, Change::fold(&recorded));
    }
}
