//! A small language for histories: `given(events).when(command).then(events)`.

#![expect(dead_code, reason = "each test file uses the words that it needs")]

use std::fmt::Debug;

use cqrs_es::Aggregate;
use nianlun_aggregates::company::{
    Assertion, Capacity, Change, Company, CompanyEvent, DelistingReason, Entity, LegalStatus, Life,
    Programme, ProgrammeOutcome, Spell,
};
use nianlun_aggregates::history::{
    Action, Command, Contradiction, ContradictionKind, Entry, Manner, Refusal, Sequence,
};
use nianlun_aggregates::identifier::{ExternalId, derived_id};
use nianlun_aggregates::{Board, Identifier, Quantity, Text};
use uuid::Uuid;

pub mod words;
pub use words::*;

/// What was recorded before.
#[derive(Clone)]
pub struct Given {
    pub company: Company,
}

/// What a command led to.
pub struct Outcome {
    pub company: Company,
    pub answer: Result<Vec<CompanyEvent>, Refusal>,
}

/// A company of which these were recorded, as an import would: nothing is asked.
#[track_caller]
pub fn given(assertions: impl IntoIterator<Item = Assertion>) -> Given {
    assertions.into_iter().fold(nothing(), |given, assertion| {
        given.and_when(Action::Record(vec![assertion]), Manner::Import)
    })
}

/// A company called 观典防务, registered in 2000, and what was recorded of it.
#[track_caller]
pub fn company(assertions: impl IntoIterator<Item = Assertion>) -> Given {
    given([registration()].into_iter().chain(assertions))
}

/// No record yet.
pub fn nothing() -> Given {
    Given {
        company: Company::default(),
    }
}

impl Given {
    /// An earlier command that was accepted.
    #[track_caller]
    pub fn and_when(mut self, action: Action<Change>, manner: Manner) -> Self {
        let command = Command { action, manner };
        let events = self.company.decide(&command).expect("the past is accepted");
        for event in events {
            self.company.apply(event);
        }
        self
    }

    /// An earlier correction.
    #[track_caller]
    pub fn and_corrected(self, target: Sequence, replacement: Assertion) -> Self {
        self.and_when(correction(target, replacement), Manner::Import)
    }

    /// An earlier retraction.
    #[track_caller]
    pub fn and_retracted(self, target: Sequence) -> Self {
        self.and_when(retraction(target), Manner::Import)
    }

    /// A live command.
    pub fn when(self, action: Action<Change>) -> Outcome {
        self.when_sent(action, Manner::Live)
    }

    /// A command sent in this manner.
    pub fn when_sent(self, action: Action<Change>, manner: Manner) -> Outcome {
        let mut company = self.company;
        let answer = company.decide(&Command { action, manner });
        for event in answer.iter().flatten() {
            company.apply(event.clone());
        }
        Outcome { company, answer }
    }

    /// What is recorded.
    pub fn when_read(self) -> Outcome {
        Outcome {
            company: self.company,
            answer: Ok(vec![]),
        }
    }
}

impl Outcome {
    /// These events were added.
    #[track_caller]
    pub fn then(self, events: impl IntoIterator<Item = CompanyEvent>) -> Self {
        let expected: Vec<_> = events.into_iter().collect();
        assert_eq!(self.answer.as_ref(), Ok(&expected));
        self
    }

    /// It was refused for this reason.
    #[track_caller]
    pub fn then_refused(self, reason: impl Into<Refusal>) {
        assert_eq!(self.answer, Err(reason.into()));
    }

    /// It was accepted, and these contradictions stand now.
    #[track_caller]
    pub fn then_contradictions<const N: usize>(
        self,
        expected: [(ContradictionKind, &[Sequence]); N],
    ) -> Self {
        assert!(self.answer.is_ok(), "{:?}", self.answer);
        let life = Life::of(self.company.timeline());
        assert_eq!(life.contradictions, contradictions(expected));
        self
    }

    /// It was accepted, and these spells stand now, each as [`shown`].
    #[track_caller]
    pub fn then_spells<const N: usize>(self, expected: [&str; N]) -> Self {
        assert!(self.answer.is_ok(), "{:?}", self.answer);
        let life = Life::of(self.company.timeline());
        let spells: Vec<_> = life.spells.iter().map(shown).collect();
        assert_eq!(spells, expected);
        self
    }

    /// It was accepted, and the subject holds these identifiers.
    #[track_caller]
    pub fn then_holds<const N: usize>(self, expected: [&str; N]) -> Self {
        let held: Vec<_> = self.company.identifiers().into_iter().collect();
        assert_eq!(held, expected);
        self
    }

    /// The claims and releases of each event that was added.
    #[track_caller]
    pub fn then_register<const N: usize>(self, expected: [(&[&str], &[&str]); N]) -> Self {
        let events = self.answer.as_ref().expect("accepted");
        let found: Vec<_> = events
            .iter()
            .map(|event| (strs(&event.claims), strs(&event.releases)))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(claims, releases)| (claims.to_vec(), releases.to_vec()))
            .collect();
        assert_eq!(found, expected);
        self
    }
}

fn strs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// A spell in one line: `key [start, end) notes n`, with `?` for a day not placed, `…` while open, `-` for no start recorded.
pub fn shown(spell: &Spell<'_>) -> String {
    let day = |day: Option<i32>| {
        day.and_then(nianlun_aggregates::Day::from_number)
            .map_or("?".to_owned(), |day| day.to_string())
    };
    let opened = spell.opened.map_or("-".to_owned(), |edge| day(edge.day));
    let closed = spell.closed.map_or("…".to_owned(), |edge| day(edge.day));
    let notes = match spell.notes.len() {
        0 => String::new(),
        notes => format!(" +{notes}"),
    };
    format!("{} [{opened}, {closed}){notes}", words::key(&spell.key))
}

/// Contradictions as the product lists them.
pub fn contradictions<const N: usize>(
    expected: [(ContradictionKind, &[Sequence]); N],
) -> Vec<Contradiction> {
    let mut all: Vec<_> = expected
        .into_iter()
        .map(|(kind, events)| Contradiction::new(kind, events.iter().copied()))
        .collect();
    all.sort();
    all
}

/// An event without claims.
pub fn event(entry: Entry<Change>) -> CompanyEvent {
    CompanyEvent {
        entry,
        despite: None,
        claims: vec![],
        asserted: None,
        releases: vec![],
    }
}

/// An asserted event without claims.
pub fn said(assertion: Assertion) -> CompanyEvent {
    event(Entry::Asserted(assertion))
}

/// An event with identifiers claimed and released.
pub fn tied(event: CompanyEvent, claims: &[&str], releases: &[&str]) -> CompanyEvent {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    CompanyEvent {
        claims: owned(claims),
        releases: owned(releases),
        ..event
    }
}
