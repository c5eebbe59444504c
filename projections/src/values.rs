//! Values that hold until the next is stated.

use std::collections::BTreeMap;

use nianlun_aggregates::history::{Change, InForce, Sequence};
use nianlun_aggregates::window::point;
use nianlun_aggregates::{Quantity, Span, Text};
use uuid::Uuid;

use crate::fact::{FOREVER, Fact, Subject, kind};

/// Which of the statements of one day comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// It was so from the beginning: whatever is said of that day changes it.
    First,
    /// As any other.
    #[default]
    Within,
    /// It ends what was stated that day.
    Last,
}

/// A value as stated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stated<T> {
    /// The day on which it is placed; `None` if unknown.
    pub day: Option<i32>,
    /// Its turn among those of that day.
    pub turn: Turn,
    /// The value; `None` ends the one before.
    pub value: Option<T>,
    /// The date as stated.
    pub on: Span,
    /// By which event.
    pub sequence: Sequence,
}

/// A value and the days `[from, to)` on which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held<T> {
    /// First day.
    pub from: i32,
    /// First day no longer.
    pub to: i32,
    /// What was stated.
    pub stated: Stated<T>,
    /// The events that state it in the same words.
    pub stated_by: Vec<Sequence>,
    /// The events that ended it in the same words.
    pub ended_by: Vec<Sequence>,
}

/// Makes a statement of what an event in force says.
pub fn stated<C: Change, T>(said: &InForce<'_, C>, value: Option<T>) -> Stated<T> {
    Stated {
        day: point(said.assertion.on),
        turn: Turn::default(),
        value,
        on: said.assertion.on,
        sequence: said.sequence,
    }
}

/// Values by day, each until the next; those without a day hold on no day and come last, from [`FOREVER`].
///
/// Two on one day: the greater one stands, whichever was recorded first. A value stated again does not begin again.
pub fn held<T: Clone + Ord>(statements: impl IntoIterator<Item = Stated<T>>) -> Vec<Held<T>> {
    let mut statements: Vec<_> = statements.into_iter().collect();
    statements.sort_by(|a, b| {
        let order = |a: &Stated<T>| (a.day.is_none(), a.day, a.turn);
        (order(a), &a.value, a.on).cmp(&(order(b), &b.value, b.on))
    });
    let mut held: Vec<Held<T>> = vec![];
    let same = |a: &Stated<T>, b: &Stated<T>| {
        (a.day, a.turn, &a.value, a.on) == (b.day, b.turn, &b.value, b.on)
    };
    // Said twice in the same words is said once, by both: neither stands for the other.
    for said in statements.chunk_by(same) {
        let Some(statement) = said.first().cloned() else {
            continue;
        };
        let by: Vec<_> = said.iter().map(|stated| stated.sequence).collect();
        let Some(day) = statement.day else {
            if statement.value.is_some() {
                held.push(Held {
                    from: FOREVER,
                    to: FOREVER,
                    stated: statement,
                    stated_by: by,
                    ended_by: vec![],
                });
            }
            continue;
        };
        if let Some(current) = held
            .last_mut()
            .filter(|current| current.to == FOREVER && current.from != FOREVER)
        {
            if current.stated.value == statement.value {
                continue;
            }
            current.to = day;
            current.ended_by.clone_from(&by);
        }
        if statement.value.is_some() {
            held.push(Held {
                from: day,
                to: FOREVER,
                stated: statement,
                stated_by: by,
                ended_by: vec![],
            });
        }
    }
    held
}

/// Values and figures of a subject, gathered to be facts.
pub struct Statements {
    subject: Subject,
    id: Uuid,
    /// The first day of which anything is known.
    pub begin: i32,
    values: BTreeMap<(&'static str, String), Vec<Stated<String>>>,
    figures: Vec<Fact>,
}

impl Statements {
    /// For a subject whose events in force are these.
    pub fn of<C: Change>(subject: Subject, id: Uuid, said: &[InForce<'_, C>]) -> Self {
        let begin = said
            .iter()
            .filter_map(|said| point(said.assertion.on))
            .min()
            .unwrap_or(FOREVER);
        Self {
            subject,
            id,
            begin,
            values: BTreeMap::new(),
            figures: vec![],
        }
    }

    /// The value of a kind and key from the day of the event on; `None` ends the one before.
    pub fn state<C: Change>(
        &mut self,
        said: &InForce<'_, C>,
        kind: &'static str,
        key: &str,
        value: Option<String>,
    ) {
        self.values
            .entry((kind, key.to_string()))
            .or_default()
            .push(stated(said, value));
    }

    /// The value from the subject's beginning on.
    pub fn state_from_begin<C: Change>(
        &mut self,
        said: &InForce<'_, C>,
        kind: &'static str,
        key: &str,
        value: String,
    ) {
        let statement = Stated {
            day: Some(self.begin),
            turn: Turn::First,
            ..stated(said, Some(value))
        };
        self.values
            .entry((kind, key.to_string()))
            .or_default()
            .push(statement);
    }

    /// A figure as reported, on its day.
    pub fn figure<C: Change>(
        &mut self,
        said: &InForce<'_, C>,
        metric: &Text,
        quantity: &Quantity,
        period: Option<Span>,
    ) {
        let day = point(said.assertion.on).unwrap_or(FOREVER);
        let period = period.map(|period| period.to_string()).unwrap_or_default();
        let fact = Fact::new(self.subject, self.id, kind::FIGURE, day, day)
            .keyed(metric.as_str())
            .parted(period);
        let fact = fact.valued(quantity.to_string()).based([said.sequence]);
        self.figures.push(Fact {
            from_stated: said.assertion.on.to_string(),
            ..fact
        });
    }

    /// All of it as facts.
    pub fn facts(self) -> Vec<Fact> {
        let Self {
            subject,
            id,
            values,
            figures: mut facts,
            ..
        } = self;
        for ((kind, key), statements) in values {
            facts.extend(
                held(statements)
                    .iter()
                    .map(|held| held_fact(subject, id, kind, &key, held)),
            );
        }
        facts
    }
}

/// A held value as a fact.
pub fn held_fact(subject: Subject, id: Uuid, kind: &str, key: &str, held: &Held<String>) -> Fact {
    let basis = held.stated_by.iter().chain(&held.ended_by).copied();
    let fact = Fact::new(subject, id, kind, held.from, held.to)
        .keyed(key)
        .based(basis);
    let flags = if held.stated.on.start_is_known() {
        vec![]
    } else {
        vec!["start-unknown".to_owned()]
    };
    let value = held.stated.value.clone().unwrap_or_default();
    Fact {
        from_stated: held.stated.on.to_string(),
        flags,
        ..fact.valued(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(day: i32, value: Option<&str>) -> Stated<String> {
        Stated {
            day: Some(day),
            turn: Turn::Within,
            value: value.map(str::to_owned),
            on: Span::Unknown,
            sequence: 1,
        }
    }

    fn days(statements: Vec<Stated<String>>) -> Vec<(i32, i32, String)> {
        held(statements)
            .into_iter()
            .map(|held| (held.from, held.to, held.stated.value.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn a_value_holds_until_the_next() {
        let expected = vec![(1, 5, "a".to_owned()), (5, FOREVER, "b".to_owned())];
        assert_eq!(days(vec![say(5, Some("b")), say(1, Some("a"))]), expected);
    }

    #[test]
    fn what_was_so_from_the_beginning_gives_way_to_what_is_said_of_that_day() {
        let first = Stated {
            turn: Turn::First,
            ..say(1, Some("z"))
        };
        assert_eq!(
            days(vec![first, say(1, Some("a"))]),
            vec![(1, 1, "z".to_owned()), (1, FOREVER, "a".to_owned())]
        );
    }

    #[test]
    fn a_value_stated_again_does_not_begin_again() {
        assert_eq!(
            days(vec![say(1, Some("a")), say(5, Some("a"))]),
            vec![(1, FOREVER, "a".to_owned())]
        );
    }

    #[test]
    fn a_value_can_end_without_another() {
        assert_eq!(
            days(vec![say(1, Some("a")), say(5, None)]),
            vec![(1, 5, "a".to_owned())]
        );
    }

    #[test]
    fn a_value_without_a_day_holds_on_none() {
        let unknown = Stated {
            day: None,
            ..say(0, Some("c"))
        };
        assert_eq!(
            days(vec![unknown, say(1, Some("a"))]),
            vec![
                (1, FOREVER, "a".to_owned()),
                (FOREVER, FOREVER, "c".to_owned())
            ]
        );
    }
}
