//! Random histories over few keys, with dates of every kind.

use cqrs_es::Aggregate;
use nianlun_aggregates::company::ApplicationStep::{Accepted, Approved, Paused, TutoringFiled};
use nianlun_aggregates::company::DelistingReason::Unknown;
use nianlun_aggregates::company::LegalStatus::{Abnormal, Deregistered};
use nianlun_aggregates::company::{Assertion, Capacity, Change, Company, Edge, Entity, Life};
use nianlun_aggregates::history::{Action, Command, ContradictionKind, Manner, Sequence};
use nianlun_aggregates::{Day, Span};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::*;

fn day() -> impl Strategy<Value = Day> {
    // Few days, so that dates meet.
    (1i8..=12, select(vec![1i8, 2, 15, 28]))
        .prop_map(|(month, day)| Day::new(2016, month, day).expect("a day of 2016"))
}

fn two_days() -> impl Strategy<Value = (Day, Day)> {
    (day(), day()).prop_map(|(a, b)| (a.min(b), a.max(b)))
}

/// A date, of every kind but unknown.
pub fn dated() -> impl Strategy<Value = Span> {
    prop_oneof![
        8 => day().prop_map(Span::Day),
        2 => day().prop_map(|day| format!("{}", day.date().strftime("%Y-%m")).parse().expect("a month")),
        1 => select(vec!["2016-Q1", "2016-Q2", "2016-Q3", "2016-Q4"]).prop_map(|quarter| quarter.parse().expect("a quarter")),
        2 => Just("2016".parse().expect("a year")),
        1 => two_days().prop_map(|(a, b)| Span::season(a, b).expect("in order")),
        1 => two_days().prop_map(|(a, b)| Span::About(Some(a), Some(b))),
        1 => day().prop_map(|day| Span::About(Some(day), None)),
        1 => day().prop_map(|day| Span::About(None, Some(day))),
        1 => two_days().prop_filter_map("two days", |(a, b)| Span::between(a, b).ok()),
        1 => day().prop_map(Span::By),
    ]
}

pub fn date() -> impl Strategy<Value = Span> {
    prop_oneof![12 => dated(), 1 => Just(Span::Unknown)]
}

/// What can happen, over few keys.
pub fn changes() -> Vec<Change> {
    vec![
        entered("101"),
        entered_with("101", Some("300 m2")),
        entered("102"),
        entered(""),
        left("101"),
        left("102"),
        left(""),
        moved("101", "102"),
        moved("102", "101"),
        moved("", "102"),
        moved("101", "101"),
        area_changed("101", "50 m2"),
        area_changed("", "60 m2"),
        incubated("A"),
        incubated("B"),
        incubation_left("A"),
        graduated("A"),
        Change::Graduated { carrier: None },
        joined("gold"),
        joined(""),
        tier_changed("gold", "silver", Capacity::Member),
        tier_changed("", "gold", Capacity::Anchor),
        quit("gold"),
        quit(""),
        applied("BSE", TutoringFiled),
        applied("BSE", Accepted),
        applied("BSE", Paused),
        applied("BSE", Approved),
        withdrawn("BSE"),
        listed("BSE", "832317"),
        listed("BSE", ""),
        listed("SME", "002030"),
        delisted("SZSE", Unknown),
        delisted("BSE", Unknown),
        transferred("BSE", "STAR"),
        transferred("SME", "SZSE"),
        code_changed("BSE", "920017"),
        granted("瞪羚"),
        revoked("瞪羚"),
        status(Abnormal),
        status(Deregistered),
        lifted(Some(Deregistered)),
        lifted(None),
        incorporated(),
        identifier(external("park", "17")),
        identifier(external("park", "18")),
        renamed("甲"),
        registered(Entity::Team),
        registered(Entity::Company),
    ]
}

pub fn assertion() -> impl Strategy<Value = Assertion> {
    (date(), select(changes())).prop_map(|(on, change)| Assertion { on, change })
}

/// Something that an operator could do; targets are taken modulo the length of the record.
#[derive(Clone, Debug)]
pub enum Step {
    Record(Assertion),
    Correct(Sequence, Assertion),
    Retract(Sequence, bool),
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => assertion().prop_map(Step::Record),
        2 => (any::<u64>(), assertion()).prop_map(|(target, assertion)| Step::Correct(target, assertion)),
        2 => (any::<u64>(), any::<bool>()).prop_map(|(target, all)| Step::Retract(target, all)),
    ]
}

impl Step {
    /// The command against a record of this length. Now and then it names an event that does not exist.
    pub fn action(&self, last: Sequence) -> Action<Change> {
        match self {
            Self::Record(assertion) => record(assertion.clone()),
            Self::Correct(target, replacement) => {
                correction(target % (last + 2), replacement.clone())
            }
            Self::Retract(target, false) => retraction(target % (last + 2)),
            Self::Retract(target, true) => retraction_with_dependents(target % (last + 2)),
        }
    }
}

/// A company of which these are recorded as they stand, whatever they contradict; what is said twice once.
pub fn recorded(assertions: &[Assertion]) -> Company {
    let mut company = Company::default();
    for assertion in assertions {
        let command = Command {
            action: record(assertion.clone()),
            manner: Manner::Import,
        };
        for event in company.decide(&command).unwrap_or_default() {
            company.apply(event);
        }
    }
    company
}

/// A spell by what it says: key, start, end and notes, each with its day.
type Content = (String, Option<Told>, Option<Told>, Vec<Told>);
type Told = (Option<i32>, Assertion);

/// The spells and contradictions of a company by what they say, not by which event says it.
pub fn content(company: &Company) -> (Vec<Content>, Vec<(ContradictionKind, Vec<Assertion>)>) {
    let life = Life::of(company.timeline());
    let told = |edge: &Edge<'_>| (edge.day, edge.said.assertion.clone());
    let spells = life
        .spells
        .iter()
        .map(|spell| {
            (
                key(&spell.key),
                spell.opened.as_ref().map(told),
                spell.closed.as_ref().map(told),
                spell.notes.iter().map(told).collect(),
            )
        })
        .collect();
    let words = |sequence: &Sequence| {
        let event = company.timeline().get(*sequence).expect("a recorded event");
        event.entry.assertion().expect("an assertion").clone()
    };
    let mut found: Vec<_> = life
        .contradictions
        .iter()
        .map(|contradiction| {
            let mut events: Vec<_> = contradiction.events.iter().map(words).collect();
            events.sort();
            (contradiction.kind, events)
        })
        .collect();
    found.sort();
    (spells, found)
}
