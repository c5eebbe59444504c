//! What holds of every history.

mod random;
mod support;

use std::collections::BTreeSet;

use cqrs_es::Aggregate;
use nianlun_aggregates::company::{Assertion, Company, CompanyEvent, Edge, Life, Spell};
use nianlun_aggregates::history::{Change as _, Command, Manner};
use nianlun_aggregates::window::Window;
use nianlun_aggregates::{Day, Span};
use proptest::collection::vec;
use proptest::prelude::*;
use random::{Step, assertion, content, dated, recorded, step};
use support::*;

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

/// The histories after each accepted command.
fn played(steps: &[Step], manner: &Manner) -> Vec<(Company, Vec<CompanyEvent>, Company)> {
    let mut company = recorded(&[registration()]);
    let mut past = vec![];
    for step in steps {
        let command = Command {
            action: step.action(company.timeline().last()),
            manner: manner.clone(),
        };
        let Ok(events) = company.decide(&command) else {
            continue;
        };
        let mut after = company.clone();
        for event in &events {
            after.apply(event.clone());
        }
        past.push((company, events, after.clone()));
        company = after;
    }
    past
}

fn within(edge: Option<Edge<'_>>) -> Result<(), TestCaseError> {
    if let Some((day, on)) = edge.and_then(|edge| Some((edge.day?, edge.said.assertion.on))) {
        let number = |day: Option<Day>| day.map(Day::number);
        prop_assert!(
            number(on.earliest()).is_none_or(|first| first <= day),
            "{on}"
        );
        prop_assert!(number(on.latest()).is_none_or(|last| day <= last), "{on}");
    }
    Ok(())
}

fn check_spells(company: &Company) -> Result<(), TestCaseError> {
    let life = Life::of(company.timeline());
    let mut openings = BTreeSet::new();
    for spell in &life.spells {
        within(spell.opened)?;
        within(spell.closed)?;
        if let Some(opened) = spell.opened {
            prop_assert!(
                openings.insert(opened.said.sequence),
                "one opening opens once"
            );
        }
        if let Some((from, Some(to))) = spell.placed() {
            prop_assert!(from <= to, "{}", shown(spell));
        }
    }
    let in_stock = |spell: &&Spell<'_>| spell.placed().is_some_and(|(from, to)| to != Some(from));
    let in_stock: Vec<_> = life.spells.iter().filter(in_stock).collect();
    for pair in in_stock
        .windows(2)
        .filter(|pair| pair[0].key == pair[1].key)
    {
        let [before, after] = [pair[0], pair[1]];
        let end = before.placed().and_then(|(_, to)| to);
        let start = after.placed().map(|(from, _)| from);
        prop_assert!(
            end.is_some() && end <= start,
            "{} {}",
            shown(before),
            shown(after)
        );
    }
    Ok(())
}

/// Whether these openings and ends can follow each other in turn, each within its dates: found by trying every order.
fn some_order_fits(opens: &[Window], ends: &[Window], now: i32) -> bool {
    let without = |windows: &[Window], index: usize| {
        let mut rest = windows.to_vec();
        rest.remove(index);
        rest
    };
    if opens.is_empty() {
        return ends.is_empty();
    }
    (0..opens.len()).any(|opening| {
        let opened = opens[opening].first.max(now);
        let opens_left = without(opens, opening);
        if opened > opens[opening].last {
            return false;
        }
        if opens_left.is_empty() && ends.is_empty() {
            return true;
        }
        (0..ends.len()).any(|end| {
            let ended = ends[end].first.max(opened);
            ended <= ends[end].last && some_order_fits(&opens_left, &without(ends, end), ended)
        })
    })
}

fn tenancy(opens: &[Span], ends: &[Span]) -> Vec<Assertion> {
    // The area tells openings of one date apart, and counts for nothing.
    let entry = |(place, on): (usize, &Span)| Assertion {
        on: *on,
        change: entered_with("101", Some(&format!("{place} m2"))),
    };
    let exit = |on: &Span| Assertion {
        on: *on,
        change: left("101"),
    };
    opens
        .iter()
        .enumerate()
        .map(entry)
        .chain(ends.iter().map(exit))
        .collect()
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn the_order_in_which_events_were_recorded_changes_nothing(
        (one, other) in vec(assertion(), 0..9).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))
    ) {
        let first = |rest: Vec<Assertion>| recorded(&[vec![registration()], rest].concat());
        prop_assert_eq!(content(&first(one)), content(&first(other)));
    }

    #[test]
    fn a_corrected_history_reads_as_if_its_last_words_had_been_the_first(
        steps in vec(step(), 0..12), seed in any::<prop::sample::Selector>()
    ) {
        let past = played(&steps, &Manner::Import);
        let Some((.., company)) = past.last() else {
            return Ok(());
        };
        let said = company.timeline().in_force();
        let (registration, mut rest): (Vec<_>, Vec<_>) = said
            .iter()
            .map(|said| said.assertion.clone())
            .partition(|assertion| assertion.change.registers());
        let first = seed.try_select(0..rest.len()).unwrap_or(0);
        rest.rotate_left(first);
        prop_assert_eq!(content(company), content(&recorded(&[registration, rest].concat())));
    }

    #[test]
    fn spells_of_one_key_never_overlap_and_stand_within_their_dates(steps in vec(step(), 0..12)) {
        for (.., after) in played(&steps, &Manner::Import) {
            check_spells(&after)?;
        }
    }

    #[test]
    fn a_record_has_one_registration_and_says_nothing_twice(steps in vec(step(), 0..14)) {
        for (.., after) in played(&steps, &Manner::Import) {
            let said = after.timeline().in_force();
            let words: BTreeSet<_> = said.iter().map(|said| said.assertion).collect();
            prop_assert_eq!(words.len(), said.len());
            let registrations = said.iter().filter(|said| said.assertion.change.registers());
            prop_assert_eq!(registrations.count(), usize::from(!said.is_empty()));
        }
    }

    #[test]
    fn claims_and_releases_are_what_changes_in_the_identifiers_held(steps in vec(step(), 0..12)) {
        for (before, events, after) in played(&steps, &Manner::Import) {
            let mut company = before;
            for event in events {
                let held = company.identifiers();
                let (claims, releases) = (event.claims.clone(), event.releases.clone());
                company.apply(event);
                let holds = company.identifiers();
                prop_assert_eq!(claims, holds.difference(&held).cloned().collect::<Vec<_>>());
                prop_assert_eq!(releases, held.difference(&holds).cloned().collect::<Vec<_>>());
            }
            prop_assert_eq!(company, after);
        }
    }

    #[test]
    fn every_event_is_read_as_it_was_written(steps in vec(step(), 0..8)) {
        for (_, events, after) in played(&steps, &Manner::Despite(text("the source insists"))) {
            for event in events {
                let written = serde_json::to_string(&event).unwrap();
                prop_assert_eq!(serde_json::from_str::<CompanyEvent>(&written).unwrap(), event);
            }
            let written = serde_json::to_string(&after).unwrap();
            prop_assert_eq!(serde_json::from_str::<Company>(&written).unwrap(), after);
        }
    }

    #[test]
    fn a_live_command_that_is_accepted_adds_no_contradiction(steps in vec(step(), 0..14)) {
        for (before, _, after) in played(&steps, &Manner::Live) {
            let known: BTreeSet<_> = Life::of(before.timeline()).contradictions.into_iter().collect();
            for found in Life::of(after.timeline()).contradictions {
                prop_assert!(known.contains(&found), "{found:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn entries_and_exits_contradict_only_if_no_order_of_them_fits_their_dates(
        opens in vec(dated(), 0..5), ends in vec(dated(), 0..5)
    ) {
        let company = recorded(&[vec![registration()], tenancy(&opens, &ends)].concat());
        // What is said twice is recorded once.
        let ends: Vec<_> = ends.into_iter().collect::<BTreeSet<_>>().into_iter().filter_map(Window::of_end).collect();
        let opens: Vec<_> = opens.into_iter().filter_map(Window::of_opening).collect();
        let fits = some_order_fits(&opens, &ends, i32::MIN);
        prop_assert_eq!(Life::of(company.timeline()).contradictions.is_empty(), fits);
    }
}
