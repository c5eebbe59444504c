//! Where an imprecise date can be placed (docs/time.md: placement is deterministic, linear in the events, made anew each time).

use crate::span::Span;

/// Before every day that a record may speak of.
pub const BEGINNING: i32 = -70_000;
/// After every day that a record may speak of.
pub const END: i32 = 90_000;

/// The days on which an event can lie, first and last, and the one it is placed on if nothing forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// First feasible day.
    pub first: i32,
    /// Last feasible day.
    pub last: i32,
    /// Whether it is placed as late as it can be: an end, or an opening between two observations.
    pub prefers_last: bool,
}

impl Window {
    /// The window of an opening; `None` if its date is unknown. "By" stands at its bound, on which it
    /// was true: the start itself is unknown.
    #[must_use]
    pub fn of_opening(span: Span) -> Option<Self> {
        let (earliest, latest) = (
            span.earliest().map(super::day::Day::number),
            span.latest().map(super::day::Day::number),
        );
        match (earliest, latest) {
            (None, None) => None,
            (None, Some(bound)) => Some(Self {
                first: if matches!(span, Span::By(_)) {
                    bound
                } else {
                    BEGINNING
                },
                last: bound,
                prefers_last: true,
            }),
            (Some(first), last) => Some(Self {
                first,
                last: last.unwrap_or(END),
                prefers_last: matches!(span, Span::Between(..)),
            }),
        }
    }

    /// The window of an end; `None` if its date is unknown. "By" can lie anywhere before its bound; without a last day it is
    /// placed on the first feasible one.
    #[must_use]
    pub fn of_end(span: Span) -> Option<Self> {
        let (earliest, latest) = (
            span.earliest().map(super::day::Day::number),
            span.latest().map(super::day::Day::number),
        );
        match (earliest, latest) {
            (None, None) => None,
            (first, Some(last)) => Some(Self {
                first: first.unwrap_or(BEGINNING),
                last,
                prefers_last: true,
            }),
            (Some(first), None) => Some(Self {
                first,
                last: END,
                prefers_last: false,
            }),
        }
    }

    /// Anywhere the date allows, for a statement that must only find its place; `None` if its date is unknown.
    #[must_use]
    pub fn of_statement(span: Span) -> Option<Self> {
        let first = span.earliest().map(super::day::Day::number);
        let window = Self::of_opening(span)?;
        Some(Self {
            first: first.unwrap_or(BEGINNING),
            prefers_last: window.prefers_last || first.is_none(),
            ..window
        })
    }

    /// The day on which it is placed if nothing forbids.
    #[must_use]
    pub const fn preferred(self) -> i32 {
        if self.prefers_last {
            self.last
        } else {
            self.first
        }
    }

    /// The preferred day moved between these two, as far as the window allows.
    #[must_use]
    pub fn day_within(self, from: i32, to: i32) -> i32 {
        self.preferred()
            .min(to)
            .max(from)
            .clamp(self.first, self.last)
    }

    /// One day: where an event that closes one spell and opens another is placed, or one that only states a value.
    #[must_use]
    pub fn of_point(span: Span) -> Option<Self> {
        Self::of_opening(span).map(|window| Self::of_day(window.preferred()))
    }

    /// This day and no other.
    #[must_use]
    pub const fn of_day(day: i32) -> Self {
        Self {
            first: day,
            last: day,
            prefers_last: false,
        }
    }
}

/// The day on which a statement of a value, a point in time, is placed; `None` if its date is unknown.
#[must_use]
pub fn point(span: Span) -> Option<i32> {
    Window::of_point(span).map(|window| window.first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i32 {
        text.parse::<crate::Day>().unwrap().number()
    }

    #[test]
    fn an_end_by_a_day_may_lie_anywhere_before_it() {
        let window = Window::of_end("by 2017-02-28".parse().unwrap()).unwrap();
        assert_eq!((window.first, window.last), (BEGINNING, day("2017-02-28")));
    }

    #[test]
    fn a_value_seen_between_two_observations_stands_at_the_later() {
        assert_eq!(
            point("between 2016-01-31..2016-02-29".parse().unwrap()),
            Some(day("2016-02-29"))
        );
        assert_eq!(point("2016".parse().unwrap()), Some(day("2016-01-01")));
        assert_eq!(
            point("by 2017-02-28".parse().unwrap()),
            Some(day("2017-02-28"))
        );
        assert_eq!(point(Span::Unknown), None);
    }
}
