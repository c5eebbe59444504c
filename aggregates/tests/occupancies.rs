//! Units entered, moved between and left.

mod support;

use nianlun_aggregates::company::Life;
use nianlun_aggregates::history::ContradictionKind::StartWhileOpen;
use nianlun_aggregates::history::Manner;
use support::*;

#[test]
fn two_spells_of_one_day_follow_each_other() {
    company([
        on("2016-03-01", entered_with("101", Some("50 m2"))),
        on("2016-03-01", left("101")),
        on("2016-03-01", entered_with("101", Some("300 m2"))),
    ])
    .when_read()
    .then_contradictions([])
    .then_spells([
        "unit 101 [2016-03-01, 2016-03-01)",
        "unit 101 [2016-03-01, …)",
    ]);
}

#[test]
fn a_unit_is_left_and_entered_again_on_one_day() {
    company([
        on("2016-03-01", entered("101")),
        on("2018-05-31", left("101")),
    ])
    .when(record(on("2018-05-31", entered("101"))))
    .then_contradictions([])
    .then_spells([
        "unit 101 [2016-03-01, 2018-05-31)",
        "unit 101 [2018-05-31, …)",
    ]);
}

#[test]
fn leaving_without_naming_the_unit_leaves_them_all() {
    company([
        on("2016-03-01", entered("101")),
        on("2017-03-01", entered("102")),
        on("2017-04-01", entered("")),
        on("2016-04-01", entered("103")),
        on("2018-01-01", left("103")),
    ])
    .when(record(on("2018-05-31", left(""))))
    .then_contradictions([])
    .then_spells([
        "unit [2017-04-01, 2018-05-31)",
        "unit 101 [2016-03-01, 2018-05-31)",
        "unit 102 [2017-03-01, 2018-05-31)",
        "unit 103 [2016-04-01, 2018-01-01)",
    ]);
}

#[test]
fn leaving_everything_does_not_leave_what_is_entered_later() {
    company([
        on("2016-03-01", entered("101")),
        on("2019-03-01", entered("102")),
    ])
    .when(record(on("2018-05-31", left(""))))
    .then_contradictions([])
    .then_spells([
        "unit 101 [2016-03-01, 2018-05-31)",
        "unit 102 [2019-03-01, …)",
    ]);
}

#[test]
fn a_unit_left_in_the_year_in_which_everything_was_left_is_left_once() {
    company([
        on("2016-03-01", entered("101")),
        on("2016-03-01", entered("102")),
        on("2018", left("101")),
    ])
    .when(record(on("2018-05-31", left(""))))
    .then_contradictions([])
    .then_spells([
        "unit 101 [2016-03-01, 2018-05-31)",
        "unit 102 [2016-03-01, 2018-05-31)",
    ]);
}

#[test]
fn a_move_in_the_year_of_the_entry_comes_after_the_entry() {
    company([on("2016-03-01", entered("101"))])
        .when(record(on("2016", moved("101", "102"))))
        .then_contradictions([])
        .then_spells([
            "unit 101 [2016-03-01, 2016-03-02)",
            "unit 102 [2016-03-02, …)",
        ]);
}

#[test]
fn a_move_from_a_unit_not_named_leaves_the_unnamed_one_first() {
    company([
        on("2016-03-01", entered("")),
        on("2016-03-01", entered("101")),
    ])
    .when(record(on("2018-05-31", moved("", "102"))))
    .then_spells([
        "unit [2016-03-01, 2018-05-31)",
        "unit 101 [2016-03-01, …)",
        "unit 102 [2018-05-31, …)",
    ]);
}

#[test]
fn an_entry_of_a_year_in_which_everything_was_left_comes_after_if_it_is_left_later() {
    company([
        on("2016", entered("101")),
        on("2015-03-01", entered("102")),
        on("2017-03-01", left("101")),
    ])
    .when(record(on("2016-06-01", left(""))))
    .then_contradictions([])
    .then_spells([
        "unit 101 [2016-06-01, 2017-03-01)",
        "unit 102 [2015-03-01, 2016-06-01)",
    ]);
}

#[test]
fn a_unit_left_and_everything_left_without_dates_leave_a_unit_each() {
    company([
        on("2016-03-01", entered("101")),
        on("2016-03-01", entered("102")),
        on("unknown", left("101")),
    ])
    .when(record(on("unknown", left(""))))
    .then_contradictions([])
    .then_spells(["unit 101 [2016-03-01, ?)", "unit 102 [2016-03-01, ?)"]);
}

#[test]
fn a_move_into_a_unit_that_is_open_is_a_second_entry() {
    company([
        on("2016-03-01", entered("102")),
        on("2016-03-01", entered("101")),
    ])
    .when_sent(record(on("2018-05-31", moved("", "102"))), Manner::Import)
    .then_contradictions([(StartWhileOpen, &[2, 4])])
    .then_spells([
        "unit 101 [2016-03-01, 2018-05-31)",
        "unit 102 [2016-03-01, …) +1",
    ]);
}

#[test]
fn leavings_placed_on_one_day_stand_in_one_order_however_they_were_recorded() {
    for dates in [["2016", "2016-12-31"], ["2016-12-31", "2016"]] {
        let outcome = company(dates.map(|date| on(date, left("")))).when_read();
        let life = Life::of(outcome.company.timeline());
        let ends = life.spells.iter().filter_map(|spell| spell.closed);
        let ends: Vec<_> = ends
            .map(|edge| edge.said.assertion.on.to_string())
            .collect();
        assert_eq!(ends, ["2016-12-31", "2016"]);
    }
}
