//! Spells whose dates are not known to the day: where they are placed, where they certainly hold, where they may.

use nianlun_aggregates::window::{BEGINNING, Window};
use nianlun_aggregates::{Day, Span};
use nianlun_projections::{FOREVER, Fact};

/// How dates that leave room are taken (docs/time.md).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dates {
    /// As they are placed.
    #[default]
    Placed,
    /// What holds wherever its dates lie.
    Certain,
    /// What holds if its dates lie so.
    Possible,
}

impl Dates {
    /// Whether a spell holds on a day. Certain and possible look at the dates that the spell itself states, and at no others.
    #[must_use]
    pub fn hold(self, spell: &Fact, day: Day) -> bool {
        let day = day.number();
        match self {
            Self::Placed => spell.valid_from <= day && day < spell.valid_to,
            Self::Certain => {
                let (_, from) = opening(spell);
                let (to, _) = end(spell);
                from.is_some_and(|from| from <= day) && to.is_none_or(|to| day < to)
            }
            Self::Possible => {
                let (from, _) = opening(spell);
                let (_, to) = end(spell);
                from <= day && to.is_none_or(|to| day < to)
            }
        }
    }
}

/// The first day on which it can have begun, and the last; `None`: it may be any.
fn opening(spell: &Fact) -> (i32, Option<i32>) {
    match spell.from_stated.parse::<Span>() {
        Ok(stated) => (
            stated.earliest().map_or(BEGINNING, Day::number),
            stated.latest().map(Day::number),
        ),
        // Not the words of a source: the day on which it is placed.
        Err(_) => (spell.valid_from, Some(spell.valid_from)),
    }
}

/// The first day on which it can have been over, and the last; `None`: it is not over, or may be over on any later day.
fn end(spell: &Fact) -> (Option<i32>, Option<i32>) {
    if spell.to_stated.is_empty() {
        let to = (spell.valid_to != FOREVER).then_some(spell.valid_to);
        return (to, to);
    }
    let stated = spell.to_stated.parse::<Span>().unwrap_or(Span::Unknown);
    Window::of_end(stated).map_or((Some(BEGINNING), None), |window| {
        (Some(window.first), stated.latest().map(|_| window.last))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use nianlun_projections::{Known, Subject, kind};
    use uuid::Uuid;

    use super::*;

    const NEVER: [i8; 0] = [];

    /// The days of January 2020 on which a spell holds, as placed from `from` to `to`.
    fn days(dates: Dates, stated: (&str, &str), placed: (i32, i32)) -> Vec<i8> {
        let first = Day::new(2020, 1, 1).unwrap().number();
        let spell = Fact {
            subject: Subject::Company,
            id: Uuid::nil(),
            kind: kind::OCCUPANCY.to_owned(),
            key: String::new(),
            part: String::new(),
            value: String::new(),
            valid_from: placed.0.saturating_add(first - 1),
            valid_to: placed.1.saturating_add(first - 1),
            known_from: Known { at: 1, position: 1 },
            known_to: Known::OPEN,
            from_stated: stated.0.to_owned(),
            to_stated: stated.1.to_owned(),
            basis: vec![1],
            elsewhere: vec![],
            flags: vec![],
            detail: BTreeMap::new(),
        };
        let days = (1..=31_i8).filter(|day| dates.hold(&spell, Day::new(2020, 1, *day).unwrap()));
        days.collect()
    }

    fn range(from: i8, to: i8) -> Vec<i8> {
        (from..=to).collect()
    }

    #[test]
    fn between_two_lists_it_may_have_come_or_gone_on_any_day() {
        let seen = (
            "between 2020-01-03..2020-01-06",
            "between 2020-01-20..2020-01-25",
        );
        assert_eq!(days(Dates::Placed, seen, (6, 25)), range(6, 24));
        assert_eq!(days(Dates::Certain, seen, (6, 25)), range(6, 20));
        assert_eq!(days(Dates::Possible, seen, (6, 25)), range(4, 24));
    }

    #[test]
    fn what_is_known_to_the_day_is_certain_and_what_is_open_goes_on() {
        for dates in [Dates::Placed, Dates::Certain, Dates::Possible] {
            assert_eq!(
                days(dates, ("2020-01-05", "2020-01-09"), (5, 9)),
                range(5, 8)
            );
            assert_eq!(days(dates, ("2020-01-05", ""), (5, FOREVER)), range(5, 31));
        }
    }

    #[test]
    fn whoever_was_there_by_a_day_may_have_been_there_ever_before() {
        let by = ("by 2020-01-10", "");
        assert_eq!(days(Dates::Certain, by, (10, FOREVER)), range(10, 31));
        assert_eq!(days(Dates::Possible, by, (10, FOREVER)), range(1, 31));
        let gone = ("2020-01-05", "by 2020-01-10");
        assert_eq!(days(Dates::Certain, gone, (5, 10)), NEVER);
        assert_eq!(days(Dates::Possible, gone, (5, 10)), range(5, 9));
    }

    #[test]
    fn of_what_has_no_date_nothing_is_certain_and_everything_possible() {
        let unplaced = (FOREVER, FOREVER);
        for stated in [("unknown", ""), ("unknown", "unknown")] {
            assert_eq!(days(Dates::Placed, stated, unplaced), NEVER);
            assert_eq!(days(Dates::Certain, stated, unplaced), NEVER);
            assert_eq!(days(Dates::Possible, stated, unplaced), range(1, 31));
        }
        let over = ("2020-01-05", "unknown");
        assert_eq!(days(Dates::Certain, over, unplaced), NEVER);
        assert_eq!(days(Dates::Possible, over, unplaced), range(5, 31));
    }
}
