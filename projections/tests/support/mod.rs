//! `given(events).at(day, known).then(kind, lines)`.
//!
//! What is given at once becomes known at once. Facts are compared as lines: key, part and value, the flags behind `!`;
//! for a whole record each line begins with the days on which it holds.

pub mod any;
pub mod words;

use std::sync::LazyLock;

use nianlun_aggregates::history::{Assertion, Entry, Event};
use nianlun_aggregates::{Day, Span, Text, carrier, cluster, company};
use nianlun_projections::{Admitted, FOREVER, Fact, Known, Ladders, Policy, kind};
use uuid::Uuid;

/// When what is given first becomes known.
pub const FIRST: &str = "2026-01-01";
/// As known now.
pub const NOW: &str = "2199-12-31";

pub static LADDERS: LazyLock<Ladders> = LazyLock::new(|| Ladders::shipped().expect("well formed"));
pub static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::shipped().expect("well formed"));

/// A kind of subject with its fold.
pub trait Folds: nianlun_aggregates::history::Change {
    fn fold(history: &[Admitted<Self>]) -> Vec<Fact>;
}

impl Folds for company::Change {
    fn fold(history: &[Admitted<Self>]) -> Vec<Fact> {
        nianlun_projections::company::facts(Uuid::from_u128(1), history, &LADDERS, &POLICY)
    }
}

impl Folds for carrier::Change {
    fn fold(history: &[Admitted<Self>]) -> Vec<Fact> {
        nianlun_projections::carrier::facts(words::id(words::T_SPACE), history)
    }
}

impl Folds for cluster::Change {
    fn fold(history: &[Admitted<Self>]) -> Vec<Fact> {
        nianlun_projections::cluster::facts(words::id(words::MEDICINE), history)
    }
}

/// Says when.
pub trait On: Sized {
    /// `date` in the grammar of dates.
    fn on(self, date: &str) -> Entry<Self>;
}

impl<C: Folds> On for C {
    fn on(self, date: &str) -> Entry<Self> {
        Entry::Asserted(Assertion {
            on: span(date),
            change: self,
        })
    }
}

/// The event with this sequence should have said this.
pub fn correct<C: Folds>(target: u64, replacement: &Entry<C>) -> Entry<C> {
    Entry::Corrected {
        target,
        replacement: replacement.assertion().expect("well formed").clone(),
        reason: text("抄录有误"),
    }
}

/// The event with this sequence should not be there.
pub fn retract<C: Folds>(target: u64) -> Entry<C> {
    Entry::Retracted {
        target,
        reason: text("记错"),
    }
}

pub fn day(text: &str) -> Day {
    text.parse().expect("well formed")
}

pub fn span(text: &str) -> Span {
    text.parse().expect("well formed")
}

pub fn text(raw: &str) -> Text {
    Text::new(raw).expect("well formed")
}

/// A history as it became known.
pub struct Given<C>(Vec<Admitted<C>>);

/// A record of which this becomes known first.
pub fn given<C: Folds>(entries: impl IntoIterator<Item = Entry<C>>) -> Given<C> {
    Given(vec![]).later(FIRST, entries)
}

impl<C: Folds> Given<C> {
    /// On a later day, this becomes known.
    #[must_use]
    pub fn later(mut self, known: &str, entries: impl IntoIterator<Item = Entry<C>>) -> Self {
        let day = day(known).number();
        for entry in entries {
            let known = Known {
                at: end_of(day),
                position: self.0.len() as u64 + 1,
            };
            let event = Event {
                entry,
                despite: None,
                claims: vec![],
                asserted: None,
                releases: vec![],
            };
            self.0.push(Admitted {
                known,
                admitted_at: known.at,
                day,
                event,
            });
        }
        self
    }

    /// What holds on a day, as known at the end of another.
    pub fn at(&self, day: &str, known: &str) -> At<'_, C> {
        let number = self::day(day).number();
        let holds = |fact: &Fact| fact.valid_from <= number && number < fact.valid_to;
        At {
            given: self,
            facts: self.known(known).into_iter().filter(holds).collect(),
            what: format!("{day}, known {known}"),
        }
    }

    /// All facts of a kind, as known at the end of a day, by their days.
    #[track_caller]
    pub fn then(&self, kind: &str, known: &str, expected: &[&str]) -> &Self {
        let facts = self.known(known);
        let of_kind: Vec<_> = facts.iter().filter(|fact| fact.kind == kind).collect();
        assert_eq!(lines(&of_kind, true), expected, "{kind}, known {known}");
        self
    }

    /// The stages of all days on the default ladder, as known at the end of a day.
    #[track_caller]
    pub fn then_stages(&self, known: &str, expected: &[&str]) -> &Self {
        self.then_on("zero-one-n", kind::STAGE, known, expected)
    }

    /// The stages or highest stages of all days on a ladder.
    #[track_caller]
    pub fn then_on(&self, ladder: &str, kind: &str, known: &str, expected: &[&str]) -> &Self {
        let facts = self.known(known);
        let mut of_ladder: Vec<_> = facts
            .iter()
            .filter(|fact| fact.kind == kind && fact.key == ladder)
            .collect();
        of_ladder.sort_by_key(|fact| fact.valid_from);
        let mut said: Vec<_> = of_ladder
            .iter()
            .map(|fact| (first_day(fact), format!("{}{}", fact.value, flags(fact))))
            .collect();
        // Stages that differ only in the events they stand on.
        said.dedup_by_key(|(_, stage)| stage.clone());
        let said: Vec<_> = said
            .iter()
            .map(|(from, stage)| format!("{from} {stage}"))
            .collect();
        assert_eq!(said, expected, "{kind} on {ladder}, known {known}");
        self
    }

    /// The findings that there are, with the days on which they hold and the events that raise them.
    #[track_caller]
    pub fn then_findings(&self, known: &str, expected: &[&str]) -> &Self {
        let facts = self.known(known);
        let mut said: Vec<_> = facts
            .iter()
            .filter(|fact| fact.kind == kind::FINDING)
            .map(|fact| format!("{} {} {:?} {}", fact.key, fact.part, fact.basis, days(fact)))
            .collect();
        said.sort();
        assert_eq!(said, expected, "findings, known {known}");
        self
    }

    /// All facts, as known at the end of a day.
    pub fn known(&self, known: &str) -> Vec<Fact> {
        let at = end_of(day(known).number());
        let believed = |fact: &Fact| fact.known_from.at <= at && at < fact.known_to.at;
        C::fold(&self.0).into_iter().filter(believed).collect()
    }
}

/// What holds at a point on both axes.
pub struct At<'a, C> {
    given: &'a Given<C>,
    facts: Vec<Fact>,
    what: String,
}

impl<C: Folds> At<'_, C> {
    /// The facts of a kind are these.
    #[track_caller]
    pub fn then(&self, kind: &str, expected: &[&str]) -> &Self {
        let of_kind: Vec<_> = self.facts.iter().filter(|fact| fact.kind == kind).collect();
        assert_eq!(lines(&of_kind, false), expected, "{kind} on {}", self.what);
        self
    }

    /// The stage on the default ladder.
    #[track_caller]
    pub fn then_stage(&self, expected: &str) -> &Self {
        self.then_stage_on("zero-one-n", expected)
    }

    /// The stage on a ladder.
    #[track_caller]
    pub fn then_stage_on(&self, ladder: &str, expected: &str) -> &Self {
        assert_eq!(
            self.values(kind::STAGE, ladder),
            [expected],
            "stage on {}",
            self.what
        );
        self
    }

    /// The highest stage on the default ladder; empty if none was reached.
    #[track_caller]
    pub fn then_highest(&self, expected: &str) -> &Self {
        let highest = self.values(kind::HIGHEST, "zero-one-n").concat();
        assert_eq!(highest, expected, "highest stage on {}", self.what);
        self
    }

    /// The same record at another point.
    pub fn at(&self, day: &str, known: &str) -> Self {
        self.given.at(day, known)
    }

    fn values(&self, kind: &str, key: &str) -> Vec<String> {
        let found = self
            .facts
            .iter()
            .filter(|fact| fact.kind == kind && fact.key == key);
        found
            .map(|fact| format!("{}{}", fact.value, flags(fact)))
            .collect()
    }
}

/// The last microsecond of a day.
fn end_of(day: i32) -> i64 {
    (i64::from(day) + 1) * 86_400_000_000 - 1
}

fn lines(facts: &[&Fact], with_days: bool) -> Vec<String> {
    let mut lines: Vec<_> = facts
        .iter()
        .map(|fact| {
            let days = if with_days { days(fact) } else { String::new() };
            let key = words::code_of(&fact.key);
            let words = [&days, &key, &fact.part, &fact.value];
            let said: Vec<_> = words
                .into_iter()
                .filter(|word| !word.is_empty())
                .cloned()
                .collect();
            (
                fact.valid_from,
                format!("{}{}", said.join(" "), flags(fact)),
            )
        })
        .collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

fn flags(fact: &Fact) -> String {
    let mark = |said: String, flag: &String| said + " !" + flag;
    fact.flags.iter().fold(String::new(), mark)
}

fn days(fact: &Fact) -> String {
    match (fact.valid_from, fact.valid_to) {
        (FOREVER, _) => "undated".to_owned(),
        (_, FOREVER) => format!("{}..", first_day(fact)),
        (_, to) => format!(
            "{}..{}",
            first_day(fact),
            Day::from_number(to).expect("well formed")
        ),
    }
}

fn first_day(fact: &Fact) -> String {
    Day::from_number(fact.valid_from).map_or_else(|| "undated".to_owned(), |day| day.to_string())
}
