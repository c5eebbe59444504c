//! On which days imprecise dates are placed.

mod support;

use nianlun_aggregates::history::ContradictionKind::{EndWithoutStart, StartWhileOpen};
use support::*;

/// The one spell of a unit entered and left on these dates.
#[track_caller]
fn spell(entry: &str, leaving: Option<&str>, expected: &str) {
    let leaving = leaving.map(|date| on(date, left("101")));
    company([on(entry, entered("101"))].into_iter().chain(leaving))
        .when_read()
        .then_contradictions([])
        .then_spells([&format!("unit 101 {expected}")]);
}

#[test]
fn an_opening_stands_on_the_earliest_feasible_day() {
    for (date, day) in [
        ("2016-03-01", "2016-03-01"),
        ("2016-02", "2016-02-01"),
        ("2016-Q4", "2016-10-01"),
        ("2016", "2016-01-01"),
        ("season 2012-01-15..2012-03-31", "2012-01-15"),
        ("about 2016-01-01..2016-04-30", "2016-01-01"),
        ("about 2016-01-01..", "2016-01-01"),
        ("about ..2016-04-30", "2016-04-30"),
        ("between 2016-01-31..2016-02-29", "2016-02-29"),
        ("by 2017-02-28", "2017-02-28"),
    ] {
        spell(date, None, &format!("[{day}, …)"));
    }
}

#[test]
fn an_end_stands_on_the_latest_feasible_day() {
    for (date, day) in [
        ("2016-03-01", "2016-03-01"),
        ("2016-02", "2016-02-29"),
        ("2016-Q4", "2016-12-31"),
        ("2016", "2016-12-31"),
        ("season 2012-01-01..2012-03-15", "2012-03-15"),
        ("about 2016-01-01..2016-04-30", "2016-04-30"),
        ("about 2016-01-01..", "2016-01-01"),
        ("about ..2016-04-30", "2016-04-30"),
        ("between 2016-01-31..2016-02-29", "2016-02-29"),
        ("by 2017-02-28", "2017-02-28"),
    ] {
        spell("2010-01-01", Some(date), &format!("[2010-01-01, {day})"));
    }
}

#[test]
fn an_unknown_date_is_not_placed() {
    spell("unknown", None, "[?, …)");
    spell("2016-03-01", Some("unknown"), "[2016-03-01, ?)");
    spell("unknown", Some("unknown"), "[?, ?)");
}

#[test]
fn an_undated_opening_explains_a_stray_end() {
    spell("unknown", Some("2018-05-31"), "[?, 2018-05-31)");
    company([
        on("unknown", entered("101")),
        on("2015-05-31", left("101")),
        on("2016-03-01", entered("101")),
        on("2018-05-31", left("101")),
    ])
    .when_read()
    .then_contradictions([])
    .then_spells([
        "unit 101 [2016-03-01, 2018-05-31)",
        "unit 101 [?, 2015-05-31)",
    ]);
}

#[test]
fn an_undated_opening_explains_the_earliest_of_two_stray_ends() {
    company([
        on("unknown", entered("101")),
        on("2018-05-31", left("101")),
        on("2015-05-31", left("101")),
    ])
    .when_read()
    .then_contradictions([(EndWithoutStart, &[3])])
    .then_spells(["unit 101 [-, 2018-05-31)", "unit 101 [?, 2015-05-31)"]);
}

#[test]
fn an_undated_end_explains_a_second_opening() {
    company([
        on("2016-03-01", entered("101")),
        on("2018-03-01", entered("101")),
        on("unknown", left("101")),
    ])
    .when_read()
    .then_contradictions([])
    .then_spells(["unit 101 [2018-03-01, …)", "unit 101 [2016-03-01, ?)"]);
}

#[test]
fn an_undated_period_leaves_a_dated_opening_open() {
    company([
        on("2020-01-01", entered("101")),
        on("unknown", entered("101")),
    ])
    .when(record(on("unknown", left("101"))))
    .then_contradictions([])
    .then_spells(["unit 101 [2020-01-01, …)", "unit 101 [?, ?)"]);
}

#[test]
fn a_stray_end_without_date_is_not_placed() {
    company([on("unknown", left("101"))])
        .when_read()
        .then_contradictions([(EndWithoutStart, &[2])])
        .then_spells(["unit 101 [-, ?)"]);
}

#[test]
fn an_undated_graduation_closes_an_open_incubation() {
    company([on("2014-03-01", incubated("A"))])
        .when(record(on("unknown", graduated("A"))))
        .then_contradictions([])
        .then_spells(["incubation [2014-03-01, ?)"]);
    company([on("unknown", incubated("A"))])
        .when(record(on("2017", graduated("A"))))
        .then_contradictions([])
        .then_spells(["incubation [?, 2017-12-31)"]);
}

#[test]
fn an_end_comes_at_least_a_day_after_its_opening() {
    spell("2016", Some("2016"), "[2016-01-01, 2016-12-31)");
    spell("2016-02", Some("2016-02"), "[2016-02-01, 2016-02-29)");
    spell(
        "2016-02-15",
        Some("about 2016-01-01.."),
        "[2016-02-15, 2016-02-16)",
    );
    spell(
        "between 2016-01-31..2016-02-29",
        Some("2016-02"),
        "[2016-02-28, 2016-02-29)",
    );
    spell(
        "between 2016-01-31..2016-02-29",
        Some("2016-02-10"),
        "[2016-02-09, 2016-02-10)",
    );
}

#[test]
fn an_end_on_the_only_day_left_is_the_day_of_its_opening() {
    spell("2016-03-01", Some("2016-03-01"), "[2016-03-01, 2016-03-01)");
    spell("2016-02-29", Some("2016-02"), "[2016-02-29, 2016-02-29)");
    spell("2016", Some("2016-01-01"), "[2016-01-01, 2016-01-01)");
    spell(
        "between 2016-01-31..2016-02-29",
        Some("2016-02-01"),
        "[2016-02-01, 2016-02-01)",
    );
}

/// The spells of a unit entered, left and entered again.
#[track_caller]
fn again(entry: &str, leaving: &str, next: &str, expected: [&str; 2]) {
    let expected = expected.map(|days| format!("unit 101 {days}"));
    company([
        on(entry, entered_with("101", Some("50 m2"))),
        on(leaving, left("101")),
        on(next, entered_with("101", Some("300 m2"))),
    ])
    .when_read()
    .then_contradictions([])
    .then_spells([&expected[0], &expected[1]]);
}

#[test]
fn an_end_comes_no_later_than_the_next_opening() {
    again(
        "2015",
        "2016",
        "2016-09-01",
        ["[2015-01-01, 2016-09-01)", "[2016-09-01, …)"],
    );
    again(
        "2015",
        "2016-Q3",
        "2016",
        ["[2015-01-01, 2016-07-01)", "[2016-07-01, …)"],
    );
    again(
        "2015",
        "2016",
        "between 2016-04-30..2016-05-31",
        ["[2015-01-01, 2016-05-31)", "[2016-05-31, …)"],
    );
    again(
        "2015",
        "2016",
        "about ..2017-04-30",
        ["[2015-01-01, 2016-12-31)", "[2017-04-30, …)"],
    );
    again(
        "2016-03-01",
        "2016-03",
        "2016-03",
        ["[2016-03-01, 2016-03-02)", "[2016-03-02, …)"],
    );
    again(
        "2015",
        "by 2018-01-01",
        "2016-03-01",
        ["[2015-01-01, 2016-03-01)", "[2016-03-01, …)"],
    );
}

#[test]
fn an_opening_of_a_year_follows_the_spell_that_its_days_meet() {
    again(
        "2016-03-01",
        "2016-06-01",
        "2016",
        ["[2016-03-01, 2016-06-01)", "[2016-06-01, …)"],
    );
}

#[test]
fn two_openings_of_one_day_are_one_spell_of_no_length_and_another() {
    again(
        "2016-03-01",
        "2016-03",
        "2016-03-01",
        ["[2016-03-01, 2016-03-01)", "[2016-03-01, …)"],
    );
}

#[test]
fn an_imprecise_end_goes_where_it_fits() {
    company([
        on("2016-01-10", entered("101")),
        on("2016-03-01", entered("101")),
        on("2016-06-01", left("101")),
        on("2016", left("101")),
    ])
    .when_read()
    .then_contradictions([])
    .then_spells([
        "unit 101 [2016-01-10, 2016-03-01)",
        "unit 101 [2016-03-01, 2016-06-01)",
    ]);
}

#[test]
fn an_opening_that_found_the_spell_open_is_a_note_within_it() {
    let outcome = company([
        on("2016-03-01", entered_with("101", Some("50 m2"))),
        on("2017", entered_with("101", Some("300 m2"))),
        on("2018-05-31", left("101")),
    ])
    .when_read()
    .then_contradictions([(StartWhileOpen, &[2, 3])])
    .then_spells(["unit 101 [2016-03-01, 2018-05-31) +1"]);
    let life = nianlun_aggregates::company::Life::of(outcome.company.timeline());
    let noted = life.spells[0].notes[0].day;
    assert_eq!(
        noted.and_then(nianlun_aggregates::Day::from_number),
        "2017-01-01".parse().ok()
    );
}

#[test]
fn a_change_stands_on_the_later_observation_and_within_its_spell() {
    for (date, day) in [
        ("2017-03-01", "2017-03-01"),
        ("2017", "2017-01-01"),
        ("2016", "2016-03-01"),
        ("between 2017-01-31..2017-02-28", "2017-02-28"),
        ("by 2017-02-28", "2017-02-28"),
        ("by 2020-01-01", "2018-05-31"),
    ] {
        let outcome = company([
            on("2016-03-01", entered("101")),
            on("2018-05-31", left("101")),
        ])
        .when(record(on(date, area_changed("101", "300 m2"))))
        .then_contradictions([]);
        let life = nianlun_aggregates::company::Life::of(outcome.company.timeline());
        let noted = life.spells[0].notes[0].day;
        assert_eq!(
            noted.and_then(nianlun_aggregates::Day::from_number),
            day.parse().ok(),
            "{date}"
        );
    }
}

#[test]
fn a_change_on_the_day_of_a_new_entry_belongs_to_the_new_spell() {
    company([
        on("2016-03-01", entered("101")),
        on("2018-05-31", left("101")),
        on("2018-05-31", entered("101")),
    ])
    .when(record(on("2018-05-31", area_changed("101", "300 m2"))))
    .then_spells([
        "unit 101 [2016-03-01, 2018-05-31)",
        "unit 101 [2018-05-31, …) +1",
    ]);
}
