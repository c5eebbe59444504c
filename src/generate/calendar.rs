//! Days, and dates as roughly as sources know them.

use nianlun_aggregates::{Day, Span};

use super::dice::Dice;

/// A day, counted from 1970-01-01.
pub(super) fn day(year: i16, month: i8, day: i8) -> i32 {
    Day::new(year, month, day).map_or(0, Day::number)
}

/// The day for which the counts are made.
pub(super) fn census() -> i32 {
    day(2017, 2, 28)
}

/// The last day that the histories tell of.
pub(super) fn last_day() -> i32 {
    day(2025, 12, 31)
}

/// The date of a day, exactly.
pub(super) fn exact(number: i32) -> Span {
    on(number).map_or(Span::Unknown, Span::Day)
}

/// True by a day, since when is not known.
pub(super) fn by(number: i32) -> Span {
    on(number).map_or(Span::Unknown, Span::By)
}

/// The date of a day as some source knows it: mostly to the day, else to the month, the quarter, the year, or about. It never
/// leaves the year, and never leaves open on which side of the census it lies.
pub(super) fn rough(dice: &mut Dice, number: i32) -> Span {
    let kind = dice.below(100);
    let early = number.saturating_sub(dice.between(5, 25));
    let late = number.saturating_add(dice.between(5, 25));
    let Some(day) = on(number) else {
        return Span::Unknown;
    };
    let (year, month) = (day.date().year(), day.date().month());
    let wanted = match kind {
        0..66 => None,
        66..82 => Day::new(year, month, 1).map(Span::Month),
        82..89 => Day::new(year, (month - 1) / 3 * 3 + 1, 1).map(Span::Quarter),
        89..95 => Day::new(year, 1, 1).map(Span::Year),
        _ => Some(Span::About(on(early), on(late))),
    };
    wanted
        .filter(|span| settled(*span))
        .unwrap_or(Span::Day(day))
}

/// The date of a day to the day or the month.
pub(super) fn close(dice: &mut Dice, number: i32) -> Span {
    let to_the_month = dice.chance(25);
    let Some(day) = on(number) else {
        return Span::Unknown;
    };
    Day::new(day.date().year(), day.date().month(), 1)
        .filter(|_| to_the_month)
        .map_or(Span::Day(day), Span::Month)
}

/// A month so many months after that of a day.
pub(super) fn month_after(number: i32, months: i32) -> Span {
    let month = on(number)
        .and_then(|day| day.plus_months(months))
        .and_then(|day| Day::new(day.date().year(), day.date().month(), 1));
    month.map_or(Span::Unknown, Span::Month)
}

fn on(number: i32) -> Option<Day> {
    Day::from_number(number)
}

fn settled(span: Span) -> bool {
    let (Some(first), Some(last)) = (span.earliest(), span.latest()) else {
        return false;
    };
    let astride = first.number() <= census() && census() < last.number();
    !astride && first.date().year() == last.date().year()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rough_date_holds_its_day_and_keeps_its_year_and_its_side_of_the_census() {
        let mut dice = Dice::new(7);
        for number in day(2016, 1, 1)..day(2018, 1, 1) {
            let span = rough(&mut dice, number);
            let (first, last) = (span.earliest().unwrap(), span.latest().unwrap());
            assert!(
                first.number() <= number && number <= last.number(),
                "{span}"
            );
            assert!(settled(span), "{span}");
        }
    }

    #[test]
    fn a_month_is_counted_on_from_a_day() {
        assert_eq!(month_after(day(2016, 11, 30), 3).to_string(), "2017-02");
    }
}
