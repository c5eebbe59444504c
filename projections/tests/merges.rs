//! Records of one company that were merged: what each says before, while and after, on both axes.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::company::{Change, Entity};
use nianlun_aggregates::history::{Entry, Event};
use nianlun_projections::{Admitted, FOREVER, Fact, Known, kind};
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::any::{Step, Trial, decided, record};
use crate::support::words::*;
use crate::support::{LADDERS, On, POLICY, day, retract, text};

const ONE: Uuid = Uuid::from_u128(1);
const TWO: Uuid = Uuid::from_u128(2);
const THREE: Uuid = Uuid::from_u128(3);

/// Histories of several records as they became known.
#[derive(Clone, Default)]
struct Records {
    histories: BTreeMap<Uuid, Vec<Admitted<Change>>>,
    position: u64,
}

impl Records {
    /// On a day this becomes known of a record.
    fn learn(
        mut self,
        known: &str,
        id: Uuid,
        entries: impl IntoIterator<Item = Entry<Change>>,
    ) -> Self {
        let day = day(known).number();
        for entry in entries {
            self.position += 1;
            let known = Known {
                at: i64::from(day) * 86_400_000_000,
                position: self.position,
            };
            let event = Event {
                entry,
                despite: None,
                claims: vec![],
                asserted: None,
                releases: vec![],
            };
            let admitted = Admitted {
                known,
                admitted_at: known.at,
                day,
                event,
            };
            self.histories.entry(id).or_default().push(admitted);
        }
        self
    }

    fn merged(self, known: &str, loser: Uuid, survivor: Uuid) -> Self {
        self.learn(known, loser, [into(survivor)])
            .learn(known, survivor, [taken(loser)])
    }

    fn fold(&self) -> BTreeMap<Uuid, Vec<Fact>> {
        fold(&self.histories)
    }

    /// The facts of a kind that a record has, as known at the end of a day: days, key, part, value, and the events.
    fn facts(&self, id: Uuid, kind: &str, known: &str) -> Vec<String> {
        let at = i64::from(day(known).number()) * 86_400_000_000;
        let mut facts = self.fold().remove(&id).unwrap_or_default();
        facts.retain(|fact| fact.kind == kind && fact.known_from.at <= at && at < fact.known_to.at);
        facts.iter().map(line).collect()
    }
}

fn line(fact: &Fact) -> String {
    let number = |day: i32| {
        if day == FOREVER {
            "…".to_owned()
        } else {
            nianlun_aggregates::Day::from_number(day)
                .expect("a day")
                .to_string()
        }
    };
    let events: Vec<_> = fact
        .basis
        .iter()
        .map(u64::to_string)
        .chain(
            fact.elsewhere
                .iter()
                .map(|event| format!("{}/{}", event.id.as_u128(), event.sequence)),
        )
        .collect();
    let said: Vec<_> = [&fact.key, &fact.part, &fact.value]
        .into_iter()
        .filter(|said| !said.is_empty())
        .cloned()
        .collect();
    format!(
        "{}..{} {} by {}",
        number(fact.valid_from),
        number(fact.valid_to),
        said.join(" "),
        events.join(" ")
    )
}

fn fold(histories: &BTreeMap<Uuid, Vec<Admitted<Change>>>) -> BTreeMap<Uuid, Vec<Fact>> {
    let group = histories
        .iter()
        .map(|(id, history)| (*id, history.as_slice()))
        .collect();
    nianlun_projections::company::group_facts(&group, &LADDERS, &POLICY)
}

fn called(name: &str) -> Entry<Change> {
    Change::Registered {
        entity: Entity::Company,
        name: text(name),
        identifiers: vec![],
    }
    .on("2015-01-01")
}

fn into(survivor: Uuid) -> Entry<Change> {
    let reason = text("同一企业");
    Change::RecordMerged { survivor, reason }.on("unknown")
}

fn taken(other: Uuid) -> Entry<Change> {
    let reason = text("同一企业");
    Change::RecordTakenIn { other, reason }.on("unknown")
}

fn in_room(room: &str) -> Change {
    Change::OccupancyStarted {
        carrier: id(T_SPACE),
        unit: Some(text(room)),
        tenure: None,
        area: None,
        role: None,
        planned_end: None,
    }
}

fn two() -> Records {
    Records::default()
        .learn(
            "2026-01-01",
            ONE,
            [called("甲"), in_room("101").on("2016-03-01")],
        )
        .learn(
            "2026-01-01",
            TWO,
            [called("乙"), in_room("202").on("2017-03-01")],
        )
}

#[test]
fn the_record_that_goes_on_is_read_from_both_and_the_other_has_no_other_fact_than_that() {
    let records = two().merged("2026-02-01", TWO, ONE);
    let rooms = format!("{}", id(T_SPACE));
    assert_eq!(
        records.facts(ONE, kind::OCCUPANCY, "2026-02-01"),
        [
            format!("2016-03-01..… {rooms} 101 by 2"),
            format!("2017-03-01..… {rooms} 202 by 2/2"),
        ]
    );
    assert_eq!(
        records.facts(ONE, kind::NAME, "2026-02-01"),
        ["2015-01-01..… 甲 by 1"]
    );
    assert_eq!(
        records.facts(ONE, kind::ALIAS, "2026-02-01"),
        ["2015-01-01..… 乙 by 2/1"]
    );
    let of_two = records.fold().remove(&TWO).unwrap_or_default();
    let believed: Vec<_> = of_two
        .iter()
        .filter(|fact| fact.known_to == Known::OPEN)
        .map(line)
        .collect();
    assert_eq!(believed, [format!("1800-01-01..… {ONE} by 3 1/3")]);
}

#[test]
fn before_a_merge_was_known_both_records_stand_by_themselves() {
    let (before, after) = (two(), two().merged("2026-02-01", TWO, ONE));
    for id in [ONE, TWO] {
        for kind in [kind::OCCUPANCY, kind::NAME, kind::STAGE] {
            assert_eq!(
                after.facts(id, kind, "2026-01-31"),
                before.facts(id, kind, "2026-01-31")
            );
        }
    }
}

#[test]
fn an_undone_merge_leaves_both_records_as_they_were() {
    let records = two()
        .merged("2026-02-01", TWO, ONE)
        .learn("2026-03-01", TWO, [retract(3)])
        .learn("2026-03-01", ONE, [retract(3)]);
    for id in [ONE, TWO] {
        for kind in [
            kind::OCCUPANCY,
            kind::NAME,
            kind::ALIAS,
            kind::STAGE,
            kind::MERGED,
        ] {
            assert_eq!(
                records.facts(id, kind, "2026-03-01"),
                two().facts(id, kind, "2026-03-01")
            );
        }
    }
    assert_eq!(records.facts(TWO, kind::MERGED, "2026-02-01").len(), 1);
}

#[test]
fn half_a_merge_is_none() {
    for (id, half) in [(TWO, into(ONE)), (ONE, taken(TWO))] {
        let records = two().learn("2026-02-01", id, [half]);
        for id in [ONE, TWO] {
            for kind in [kind::OCCUPANCY, kind::NAME, kind::MERGED] {
                assert_eq!(
                    records.facts(id, kind, "2026-03-01"),
                    two().facts(id, kind, "2026-03-01")
                );
            }
        }
    }
}

#[test]
fn a_merge_is_known_from_its_second_half_on() {
    let records =
        two()
            .learn("2026-02-01", TWO, [into(ONE)])
            .learn("2026-03-01", ONE, [taken(TWO)]);
    assert_eq!(records.facts(ONE, kind::OCCUPANCY, "2026-02-28").len(), 1);
    assert_eq!(records.facts(ONE, kind::OCCUPANCY, "2026-03-01").len(), 2);
}

#[test]
fn records_merged_in_a_chain_are_one() {
    let records = two()
        .learn(
            "2026-01-01",
            THREE,
            [called("丙"), in_room("303").on("2018-03-01")],
        )
        .merged("2026-02-01", TWO, ONE)
        .merged("2026-03-01", ONE, THREE);
    assert_eq!(records.facts(THREE, kind::OCCUPANCY, "2026-03-01").len(), 3);
    assert_eq!(
        records.facts(TWO, kind::MERGED, "2026-02-01"),
        [format!("1800-01-01..… {ONE} by 3 1/3")]
    );
    assert_eq!(
        records.facts(TWO, kind::MERGED, "2026-03-01"),
        [format!("1800-01-01..… {THREE} by 3 1/3 1/4 3/3")]
    );
    assert_eq!(
        records.facts(ONE, kind::OCCUPANCY, "2026-03-01"),
        [] as [String; 0]
    );
}

#[test]
fn records_merged_in_a_ring_stand_by_themselves() {
    let records = two()
        .merged("2026-02-01", TWO, ONE)
        .merged("2026-02-01", ONE, TWO);
    for id in [ONE, TWO] {
        assert_eq!(
            records.facts(id, kind::MERGED, "2026-02-01"),
            [] as [String; 0]
        );
        assert_eq!(records.facts(id, kind::OCCUPANCY, "2026-02-01").len(), 1);
    }
}

#[test]
fn the_same_thing_said_by_both_records_is_one_thing() {
    let records = Records::default()
        .learn(
            "2026-01-01",
            ONE,
            [called("甲"), in_room("101").on("2016-03-01")],
        )
        .learn(
            "2026-01-01",
            TWO,
            [called("甲"), in_room("101").on("2016-03-01")],
        )
        .merged("2026-02-01", TWO, ONE);
    assert_eq!(
        records.facts(ONE, kind::OCCUPANCY, "2026-02-01"),
        [format!("2016-03-01..… {} 101 by 2", id(T_SPACE))]
    );
    assert_eq!(
        records.facts(ONE, kind::FINDING, "2026-02-01"),
        [] as [String; 0]
    );
}

#[test]
fn one_room_entered_twice_by_both_records_is_the_ordinary_contradiction() {
    let records = Records::default()
        .learn(
            "2026-01-01",
            ONE,
            [called("甲"), in_room("101").on("2016-03-01")],
        )
        .learn(
            "2026-01-01",
            TWO,
            [called("乙"), in_room("101").on("2016-05-01")],
        )
        .merged("2026-02-01", TWO, ONE);
    assert_eq!(
        records.facts(ONE, kind::FINDING, "2026-02-01"),
        ["2016-05-01..2016-05-01 start-while-open contradiction by 2 2/2"]
    );
}

#[test]
fn two_uscis_of_records_that_were_merged_all_the_same_are_a_contradiction() {
    let with = |name: &str, usci: &str| {
        Change::Registered {
            entity: Entity::Company,
            name: text(name),
            identifiers: vec![nianlun_aggregates::Identifier::Usci(
                usci.parse().expect("a code"),
            )],
        }
        .on("2015-01-01")
    };
    let records = Records::default()
        .learn("2026-01-01", ONE, [with("甲", "91330103MA2J0XYC21")])
        .learn("2026-01-01", TWO, [with("乙", "91130102MA08L76U1Y")])
        .merged("2026-02-01", TWO, ONE);
    assert_eq!(
        records.facts(ONE, kind::FINDING, "2026-02-01"),
        ["2015-01-01..… two-uscis contradiction by 1 2/1"]
    );
}

#[test]
fn a_branch_that_was_recorded_beside_its_company_does_not_forbid_its_shares() {
    let branch = Change::Registered {
        entity: Entity::Branch,
        name: text("乙"),
        identifiers: vec![],
    };
    let board = "STAR".parse().expect("a board");
    let records = Records::default()
        .learn(
            "2026-01-01",
            ONE,
            [
                called("甲"),
                Change::Listed { board, code: None }.on("2020-01-01"),
            ],
        )
        .learn("2026-01-01", TWO, [branch.on("2014-01-01")])
        .merged("2026-02-01", TWO, ONE);
    assert_eq!(
        records.facts(ONE, kind::FINDING, "2026-02-01"),
        [] as [String; 0]
    );
    assert_eq!(
        records.facts(ONE, kind::ENTITY, "2026-02-01"),
        ["2014-01-01..… company by 1"]
    );
}

#[test]
fn records_said_to_be_of_two_companies_say_so() {
    let reason = text("同名");
    let records = two().learn(
        "2026-02-01",
        ONE,
        [Change::RecordDistinct { other: TWO, reason }.on("unknown")],
    );
    assert_eq!(
        records.facts(ONE, kind::DISTINCT, "2026-02-01"),
        [format!("2015-01-01..… {TWO} by 3")]
    );
}

/// Three records with what is learned of them in turn, merged now and then, and some of the merges taken back.
fn mingled(
    drawn: &[(nianlun_aggregates::company::Assertion, Vec<Step>)],
    merges: &[(usize, usize, bool)],
) -> Records {
    use cqrs_es::Aggregate;
    use nianlun_aggregates::company::Company;

    let ids = [ONE, TWO, THREE];
    let mut records = Records::default();
    let mut companies = vec![Company::default(); ids.len()];
    let round = |turn: usize| {
        day("2019-01-01")
            .plus_months(2 * i32::try_from(turn).expect("few"))
            .expect("a day")
            .to_string()
    };
    let longest = drawn
        .iter()
        .map(|(_, steps)| steps.len())
        .max()
        .unwrap_or(0)
        + 1;
    for turn in 0..longest {
        let known = round(turn);
        for (place, (registration, steps)) in drawn.iter().enumerate() {
            let company = &mut companies[place];
            let trial = match turn.checked_sub(1) {
                None => Trial::Record(vec![registration.clone()]),
                Some(step) => match steps.get(step) {
                    Some(step) => step.trial.clone(),
                    None => continue,
                },
            };
            let entries: Vec<_> = decided(company, &trial)
                .into_iter()
                .map(|event| {
                    company.apply(event.clone());
                    event.entry
                })
                .collect();
            records = records.learn(&known, ids[place], entries);
        }
        if let Some(&(loser, survivor, back)) = merges.get(turn).filter(|(a, b, _)| a != b) {
            records = records.merged(&known, ids[loser], ids[survivor]);
            let last =
                |records: &Records, place: usize| records.histories[&ids[place]].len() as u64;
            let (of_loser, of_survivor) = (last(&records, loser), last(&records, survivor));
            if back {
                let known = round(turn + 1);
                // The other records go on meanwhile.
                records = records
                    .learn(&known, ids[loser], [retract(of_loser)])
                    .learn(&known, ids[survivor], [retract(of_survivor)]);
            }
            // The aggregates do not decide on merges; they keep their sequences in step.
            for place in [loser, survivor] {
                companies[place] = Company::default();
                for admitted in &records.histories[&ids[place]] {
                    companies[place].apply(admitted.event.clone());
                }
            }
        }
    }
    records
}

fn said(facts: &[Fact], believed: impl Fn(&Fact) -> bool) -> BTreeSet<Fact> {
    let without = |fact: &Fact| Fact {
        known_from: Known::OPEN,
        known_to: Known::OPEN,
        ..fact.clone()
    };
    facts
        .iter()
        .filter(|fact| believed(fact))
        .map(without)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(120) })]

    #[test]
    fn the_facts_at_a_time_are_those_of_the_histories_known_by_then(
        drawn in prop::collection::vec(record(1..7), 3),
        merges in prop::collection::vec((0..3usize, 0..3usize, any::<bool>()), 0..6),
    ) {
        let records = mingled(&drawn, &merges);
        let all = records.fold();
        let times: BTreeSet<i64> = records.histories.values().flatten().map(|admitted| admitted.known.at).collect();
        for time in times {
            let mut then = records.histories.clone();
            for history in then.values_mut() {
                history.retain(|admitted| admitted.known.at <= time);
            }
            // Neither may it depend on how that came about.
            let mut at_once = then.clone();
            for admitted in at_once.values_mut().flatten() {
                admitted.known = Known { at: 0, position: 1 };
                admitted.admitted_at = 0;
            }
            let (then, at_once) = (fold(&then), fold(&at_once));
            for (id, facts) in &all {
                let selected = said(facts, |fact| fact.known_from.at <= time && time < fact.known_to.at);
                let open = |fact: &Fact| fact.known_to == Known::OPEN;
                prop_assert_eq!(&selected, &said(&then[id], open));
                prop_assert_eq!(&selected, &said(&at_once[id], open));
            }
        }
        for fact in all.values().flatten() {
            prop_assert!(!fact.basis.is_empty() || !fact.elsewhere.is_empty(), "{fact:?}");
            prop_assert!(fact.known_from < fact.known_to, "{fact:?}");
            for event in &fact.elsewhere {
                prop_assert!(event.id != fact.id && event.sequence <= records.histories[&event.id].len() as u64, "{fact:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(80) })]

    #[test]
    fn merged_records_say_the_same_in_whatever_order_their_events_came(
        drawn in prop::collection::vec(record(1..7), 3),
        merges in prop::collection::vec((0..3usize, 0..3usize, Just(false)), 1..3),
        seed in any::<u64>(),
    ) {
        // Only what was asserted, each thing once in a record, and all of it known at once.
        let mut recorded = mingled(&drawn, &merges).histories;
        for history in recorded.values_mut() {
            let mut once = BTreeSet::new();
            history.retain(|admitted| matches!(&admitted.event.entry, Entry::Asserted(said) if once.insert(said.clone())));
            for admitted in history {
                admitted.known = Known { at: 5, position: 1 };
                admitted.admitted_at = 5;
                admitted.day = 18_000;
            }
        }
        let mut orders = BTreeMap::new();
        let mut shuffled = BTreeMap::new();
        for (id, history) in &recorded {
            let mut order: Vec<usize> = (0..history.len()).collect();
            order.sort_by_key(|place| (*place as u64 + 1).wrapping_mul(seed | 1).rotate_left(29));
            shuffled.insert(*id, order.iter().map(|place| history[*place].clone()).collect::<Vec<_>>());
            orders.insert(*id, order);
        }
        let before = |id: Uuid, event: u64| orders[&id][usize::try_from(event).unwrap() - 1] as u64 + 1;
        let mut again = fold(&shuffled);
        for (id, facts) in &mut again {
            for fact in facts.iter_mut() {
                for event in &mut fact.basis {
                    *event = before(*id, *event);
                }
                fact.basis.sort_unstable();
                for event in &mut fact.elsewhere {
                    event.sequence = before(event.id, event.sequence);
                }
                fact.elsewhere.sort_unstable();
            }
            facts.sort();
        }
        prop_assert_eq!(again, fold(&recorded));
    }
}
