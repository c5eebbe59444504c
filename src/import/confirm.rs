//! What lists say that is recorded already, by others and perhaps better: a list confirms it, and nothing is added.

use nianlun_aggregates::company::{Change, Life, Spell};
use nianlun_aggregates::history::{Action, Assertion, InForce};
use nianlun_aggregates::window::point;
use nianlun_aggregates::{Day, Span};

use super::draft::Draft;
use super::record::{Stored, slot};
use super::steps::Wanted;

/// Leaves out what other sources and people have recorded in accord with the lists: somebody who is there anyhow, since a day that the
/// lists allow; an end within the days that they allow; a value that stands. An area that differs becomes a change of it. What the
/// lists themselves have said before stays, since it is not to be taken back.
pub fn unconfirmed(
    key: &str,
    wanted: Vec<Wanted<Change>>,
    stored: &Stored<Change>,
) -> Vec<Wanted<Change>> {
    let before = stored.said(key);
    let own: Vec<_> = before.iter().map(|(sequence, _)| *sequence).collect();
    let said = stored.history.timeline().in_force();
    let others: Vec<_> = said
        .into_iter()
        .filter(|said| !own.contains(&said.sequence))
        .collect();
    let life = Life::from_said(others);
    let stands = |wanted: &Wanted<Change>| before.iter().any(|(_, said)| *said == wanted.assertion);
    let kept = wanted.into_iter().filter_map(|wanted| {
        if stands(&wanted) {
            return Some(wanted);
        }
        match confirmed(&life, &wanted.assertion) {
            Confirmed::No => Some(wanted),
            Confirmed::Yes => None,
            Confirmed::But(change) => Some(instead(wanted, *change)),
        }
    });
    kept.collect()
}

enum Confirmed {
    No,
    Yes,
    /// Somebody is there, with something else that has changed.
    But(Box<Change>),
}

fn confirmed(life: &Life<'_>, assertion: &Assertion<Change>) -> Confirmed {
    let Some(seen) = assertion.on.latest().map(Day::number) else {
        return Confirmed::No;
    };
    let alone = Life::from_said(vec![InForce {
        assertion,
        sequence: 0,
    }]);
    let Some(spell) = alone.spells.first() else {
        return if states_the_same(life, assertion, seen) {
            Confirmed::Yes
        } else {
            Confirmed::No
        };
    };
    let same = life.spells.iter().filter(|other| other.key == spell.key);
    if spell.opened.is_some() {
        let mut there = same.filter(|other| other.holds_on(seen));
        match there.find(|other| begins_within(other, assertion.on)) {
            Some(other) => changed_area(other, &assertion.change, seen),
            None => Confirmed::No,
        }
    } else if same
        .into_iter()
        .any(|other| ends_within(other, assertion.on))
    {
        Confirmed::Yes
    } else {
        Confirmed::No
    }
}

fn begins_within(spell: &Spell<'_>, on: Span) -> bool {
    let begun = spell.opened.and_then(|opened| opened.day);
    let earliest = on.earliest().map(Day::number);
    earliest.is_none_or(|earliest| begun.is_some_and(|begun| earliest <= begun))
}

fn ends_within(spell: &Spell<'_>, on: Span) -> bool {
    let ended = spell.closed.and_then(|closed| closed.day);
    let (earliest, latest) = (on.earliest(), on.latest());
    ended.is_some_and(|ended| {
        earliest.is_none_or(|earliest| earliest.number() <= ended)
            && latest.is_none_or(|latest| ended <= latest.number())
    })
}

fn changed_area(spell: &Spell<'_>, opening: &Change, seen: i32) -> Confirmed {
    let Change::OccupancyStarted {
        carrier,
        unit,
        area: Some(area),
        ..
    } = opening
    else {
        return Confirmed::Yes;
    };
    let so_far = spell.opened.iter().chain(&spell.notes);
    let so_far = so_far.filter(|edge| edge.day.is_none_or(|day| day <= seen));
    let mut known = so_far.filter_map(|edge| match &edge.said.assertion.change {
        Change::OccupancyStarted { area, .. } => area.as_ref(),
        Change::OccupancyAreaChanged { area, .. } => Some(area),
        _ => None,
    });
    if known.next_back() == Some(area) {
        return Confirmed::Yes;
    }
    Confirmed::But(Box::new(Change::OccupancyAreaChanged {
        carrier: *carrier,
        unit: unit.clone(),
        area: area.clone(),
    }))
}

/// Whether the last that was said of the same thing by then says the same.
fn states_the_same(life: &Life<'_>, assertion: &Assertion<Change>, seen: i32) -> bool {
    let of = slot(&assertion.change);
    let before = life.said.iter().filter(|said| {
        point(said.assertion.on).is_some_and(|day| day <= seen)
            && slot(&said.assertion.change) == of
    });
    let last = before.max_by_key(|said| (point(said.assertion.on), said.sequence));
    last.is_some_and(|said| said.assertion.change == assertion.change)
}

fn instead(wanted: Wanted<Change>, change: Change) -> Wanted<Change> {
    let assertion = Assertion {
        on: wanted.assertion.on,
        change,
    };
    Wanted {
        slot: slot(&assertion.change),
        draft: Draft {
            action: Action::Record(vec![assertion.clone()]),
            ..wanted.draft
        },
        assertion,
    }
}
