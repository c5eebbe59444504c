//! Boards, codes and applications as sources tell them.

mod support;

use nianlun_aggregates::Board;
use nianlun_aggregates::company::ApplicationStep::{Accepted, Approved, TutoringFiled};
use nianlun_aggregates::company::Change;
use nianlun_aggregates::company::DelistingReason::{Transfer, Unknown};
use support::*;

#[test]
fn a_transfer_between_boards_is_two_spells_and_no_contradiction() {
    company([
        on("2020-07-27", listed("BSE", "832317")),
        on("2022-04-26", delisted("BSE", Transfer)),
        on("2022-05-25", listed("STAR", "688287")),
    ])
    .when_read()
    .then_contradictions([])
    .then_spells(["STAR [2022-05-25, …)", "BSE [2020-07-27, 2022-04-26)"])
    .then_holds(["code:BSE/832317", "code:STAR/688287"]);
}

#[test]
fn a_delisting_from_the_main_board_ends_a_listing_on_the_merged_board() {
    company([
        on("2004-08-09", listed("SME", "002030")),
        on("2021-04-06", transferred("SME", "SZSE")),
    ])
    .when(record(on("2024-06-28", delisted("SZSE", Unknown))))
    .then_contradictions([])
    .then_spells(["SZSE [2004-08-09, 2024-06-28) +1"])
    .then_holds(["code:SZSE/002030"]);
}

#[test]
fn a_new_code_keeps_the_spell_and_both_codes() {
    company([on("2021-11-15", listed("BSE", "430017"))])
        .when(record(on("2025-10-09", code_changed("BSE", "920017"))))
        .then_contradictions([])
        .then_spells(["BSE [2021-11-15, …) +1"])
        .then_holds(["code:BSE/430017", "code:BSE/920017"]);
}

#[test]
fn a_listing_ends_its_application_and_no_other() {
    company([
        on("2019-01-10", applied("STAR", TutoringFiled)),
        on("2019-02-10", applied("SSE", TutoringFiled)),
        on("2021-06-01", applied("STAR", Accepted)),
    ])
    .when(record(on("2022-05-25", listed("STAR", "688287"))))
    .then_contradictions([])
    .then_spells([
        "application SSE [2019-02-10, …)",
        "application STAR [2019-01-10, 2022-05-25) +1",
        "STAR [2022-05-25, …)",
    ]);
}

#[test]
fn steps_of_a_year_stay_within_the_application_that_a_day_ended() {
    company([
        on("2020-01-10", applied("STAR", TutoringFiled)),
        on("2022", applied("STAR", Approved)),
    ])
    .when(record(on("2022-05-25", listed("STAR", "688287"))))
    .then_contradictions([])
    .then_spells([
        "application STAR [2020-01-10, 2022-05-25) +1",
        "STAR [2022-05-25, …)",
    ]);
    company([
        on("2020-01-10", applied("STAR", TutoringFiled)),
        on("2020-06-01", applied("STAR", Accepted)),
    ])
    .when(record(on("2020", withdrawn("STAR"))))
    .then_contradictions([])
    .then_spells(["application STAR [2020-01-10, 2020-12-31) +1"]);
}

#[test]
fn a_listing_of_some_day_of_a_year_follows_the_application_of_that_year() {
    company([on("2015-03-01", applied("OTC", TutoringFiled))])
        .when(record(on("2015", listed("OTC", ""))))
        .then_contradictions([])
        .then_spells([
            "application OTC [2015-03-01, 2015-03-02)",
            "OTC [2015-03-02, …)",
        ]);
}

#[test]
fn a_transfer_is_one_event_on_one_day() {
    company([on("2020-07-27", listed("BSE", "832317"))])
        .when(record(on(
            "2022-05-25",
            Change::SecurityTransferred {
                from: Board::Bse,
                to: Board::Star,
                code: Some("688287".parse().unwrap()),
            },
        )))
        .then_contradictions([])
        .then_spells(["STAR [2022-05-25, …)", "BSE [2020-07-27, 2022-05-25)"]);
}

#[test]
fn a_step_without_date_belongs_to_the_application_there_is() {
    company([
        on("2020-01-10", applied("STAR", TutoringFiled)),
        on("2022-05-25", listed("STAR", "688287")),
    ])
    .when(record(on("unknown", applied("STAR", Approved))))
    .then_contradictions([])
    .then_spells([
        "application STAR [2020-01-10, 2022-05-25) +1",
        "STAR [2022-05-25, …)",
    ]);
}

#[test]
fn an_application_ends_after_its_last_step() {
    company([
        on("2016-01-10", applied("BSE", TutoringFiled)),
        on("2016-06-01", applied("BSE", Accepted)),
        on("2016", withdrawn("BSE")),
    ])
    .when(record(on("2016", applied("BSE", TutoringFiled))))
    .then_contradictions([])
    .then_spells([
        "application BSE [2016-01-10, 2016-06-01) +1",
        "application BSE [2016-06-01, …)",
    ]);
}
