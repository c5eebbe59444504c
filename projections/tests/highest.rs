//! The highest stage reached: it never falls along the days, and may fall along what is known.

use nianlun_aggregates::Board::Star;
use nianlun_aggregates::company::ApplicationStep::Accepted;
use nianlun_aggregates::company::DelistingReason::Forced;
use nianlun_aggregates::company::Programme::{Acceleration, Incubation, Seed};
use nianlun_projections::kind;

use crate::support::words::*;
use crate::support::{NOW, On, correct, given, retract};

#[test]
fn it_never_falls_along_the_days() {
    given([
        company().on("2012-01-05"),
        seed(T_SPACE).on("2012-02-01"),
        quits(Seed, T_SPACE).on("2012-06-01"),
        incubation(T_SPACE).on("2012-06-01"),
        graduates(T_SPACE).on("2014-03-31"),
        acceleration(TIANAN).on("2014-06-01"),
        quits(Acceleration, TIANAN).on("2015-01-01"),
        joins(None).on("2015-06-01"),
        leaves().on("2016-01-01"),
        incubation(T_SPACE).on("2016-06-01"),
        applies(Star, Accepted).on("2019-03-01"),
        lists(Star, "688287").on("2020-07-22"),
        delists(Star, Forced).on("2024-01-15"),
        deregistered().on("2025-01-15"),
    ])
    .then_on(
        "zero-one-n",
        kind::HIGHEST,
        NOW,
        &[
            "2012-02-01 SEED",
            "2012-06-01 INCUBATING",
            "2014-03-31 GRADUATED",
            "2014-06-01 ACCELERATING",
            "2015-06-01 CLUSTER_GROWTH",
            "2019-03-01 PRE_IPO",
            "2020-07-22 LISTED",
        ],
    );
}

#[test]
fn prospects_tenants_and_leavers_have_reached_none() {
    given([
        company().on("2012-01-05"),
        moves_in(T_SPACE).on("2012-02-01"),
        moves_out(T_SPACE).on("2013-02-01"),
        deregistered().on("2014-01-01"),
    ])
    .then_on("zero-one-n", kind::HIGHEST, NOW, &[]);
}

#[test]
fn it_may_fall_along_the_known_axis_by_a_correction() {
    let company = given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-04-01"),
        acceleration(T_SPACE).on("2014-04-01"),
    ])
    .later(
        "2026-02-01",
        [correct(3, &incubation(TIANAN).on("2014-04-01"))],
    )
    .later("2026-03-01", [retract(2), retract(4)]);
    company
        .at("2015-01-01", "2026-01-31")
        .then_highest("ACCELERATING")
        .at("2015-01-01", "2026-02-01")
        .then_highest("INCUBATING")
        // The correction taken back restores what it replaced.
        .at("2015-01-01", "2026-03-01")
        .then_highest("ACCELERATING")
        .at("2013-01-01", "2026-03-01")
        .then_highest("");
}

#[test]
fn a_spell_of_no_length_counts() {
    let company = given([
        company().on("2012-01-05"),
        acceleration(T_SPACE).on("2014-04-01"),
        quits(Acceleration, T_SPACE).on("2014-04-01"),
    ]);
    company.then_stages(NOW, &["2012-01-05 PROSPECT", "2014-04-01 EXITED"]);
    company
        .at("2014-03-31", NOW)
        .then_highest("")
        .at("2014-04-01", NOW)
        .then_highest("ACCELERATING");
}

#[test]
fn who_left_a_programme_must_have_been_in_it() {
    given([
        company().on("2012-01-05"),
        quits(Incubation, T_SPACE).on("2014-04-01"),
    ])
    .then_stages(NOW, &["2012-01-05 PROSPECT", "2014-04-01 EXITED"])
    .at("2014-04-01", NOW)
    .then_highest("INCUBATING");
}

#[test]
fn membership_within_a_programme_is_no_higher_stage() {
    given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-02-01"),
        joins(None).on("2012-03-01"),
    ])
    .at("2020-01-01", NOW)
    .then_highest("INCUBATING");
}

#[test]
fn it_keeps_the_events_by_which_it_was_reached() {
    let company = given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-02-01"),
        graduates(T_SPACE).on("2014-03-31"),
        moves_in(TIANAN).on("2014-06-01"),
    ]);
    let highest: Vec<_> = company
        .known(NOW)
        .into_iter()
        .filter(|fact| fact.kind == kind::HIGHEST && fact.key == "zero-one-n")
        .map(|fact| (fact.value, fact.basis))
        .collect();
    assert_eq!(
        highest,
        [
            ("GRADUATED".to_owned(), vec![3]),
            ("INCUBATING".to_owned(), vec![2])
        ]
    );
}
