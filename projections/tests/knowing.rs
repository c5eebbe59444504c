//! What was known when, what is announced, and what has no day.

use nianlun_aggregates::Board::Star;
use nianlun_aggregates::company::ApplicationStep::Approved;
use nianlun_projections::kind;

use crate::support::words::{
    T_SPACE, applies, company, deregistered, graduates, incubation, lists, moves_in,
};
use crate::support::{FIRST, NOW, On, correct, given, retract};

#[test]
fn a_deregistration_learned_late_changes_what_is_known_and_not_what_was() {
    let late = given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-04-01"),
    ])
    .later("2026-03-01", [deregistered().on("2014-01-15")]);
    late.at("2014-06-01", "2026-02-28")
        .then_stage("INCUBATING")
        .at("2014-06-01", "2026-03-01")
        .then_stage("CLOSED")
        .at("2014-01-14", "2026-03-01")
        .then_stage("INCUBATING");
}

#[test]
fn an_announced_listing_comes_true_by_itself_on_its_day() {
    let announced = given([
        company().on("2012-01-05"),
        applies(Star, Approved).on("2025-10-01"),
        lists(Star, "688287").on("2026-03-16"),
    ]);
    announced
        .at(FIRST, FIRST)
        .then_stage("PRE_IPO")
        .at("2026-03-15", FIRST)
        .then_stage("PRE_IPO")
        .at("2026-03-16", FIRST)
        .then_stage("LISTED");
    announced.then_findings(FIRST, &[]);
}

#[test]
fn a_corrected_date_moves_the_stage_as_known_from_then_on() {
    let corrected = given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-04-01"),
    ])
    .later(
        "2026-02-01",
        [correct(2, &incubation(T_SPACE).on("2012-06-01"))],
    );
    corrected
        .at("2012-05-01", "2026-01-31")
        .then_stage("INCUBATING")
        .at("2012-05-01", "2026-02-01")
        .then_stage("PROSPECT");
}

#[test]
fn a_retracted_event_leaves_the_stage_and_a_retracted_retraction_restores_it() {
    let company = given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-04-01"),
    ])
    .later("2026-02-01", [retract(2)])
    .later("2026-03-01", [retract(3)]);
    for (known, stage) in [
        ("2026-01-31", "INCUBATING"),
        ("2026-02-01", "PROSPECT"),
        ("2026-03-01", "INCUBATING"),
    ] {
        company.at("2013-01-01", known).then_stage(stage);
    }
}

#[test]
fn what_has_no_day_stands_on_none_and_is_listed_apart() {
    let company = given([
        company().on("2012-01-05"),
        moves_in(T_SPACE).on("unknown"),
        graduates(T_SPACE).on("unknown"),
    ]);
    company.then_stages(NOW, &["2012-01-05 PROSPECT"]);
    company.then(kind::OCCUPANCY, NOW, &["undated t-space !start-unknown"]);
    company.then(kind::GRADUATED, NOW, &["undated t-space"]);
}

#[test]
fn a_company_of_which_no_day_is_known_has_its_stage_on_none() {
    given([company().on("unknown"), moves_in(T_SPACE).on("unknown")])
        .then_stages(NOW, &["undated "])
        .then(kind::NAME, NOW, &["undated 甲 !start-unknown"]);
}

#[test]
fn a_company_whose_registration_is_retracted_has_no_facts() {
    let gone = given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-04-01"),
    ])
    .later("2026-02-01", [retract(1)]);
    assert!(!gone.known(FIRST).is_empty());
    assert_eq!(gone.known("2026-02-01"), []);
}
