//! Contradictions as findings: recorded, graded, with the events that collide, and on their facts as flags.

use nianlun_aggregates::Board::{Bse, Neeq, Star};
use nianlun_aggregates::company::DelistingReason::Voluntary;
use nianlun_aggregates::company::Programme::Incubation;
use nianlun_aggregates::company::{Change, Entity};
use nianlun_aggregates::identifier::SecurityCode;
use nianlun_projections::kind;

use crate::support::words::*;
use crate::support::{FIRST, NOW, On, given, retract};

#[test]
fn leaving_with_no_recorded_entry() {
    for (leaves, spell) in [
        (moves_out(T_SPACE), (kind::OCCUPANCY, "t-space")),
        (
            quits(Incubation, T_SPACE),
            (kind::PROGRAMME, "t-space incubation left"),
        ),
        (leaves(), (kind::MEMBERSHIP, "medicine")),
        (withdraws(Star), (kind::APPLICATION, "STAR withdrawn")),
    ] {
        let (kind, line) = spell;
        let line = format!("2015-01-01..2015-01-01 {line} !end-without-start !start-unknown");
        given([company().on("2012-01-05"), leaves.on("2015-01-01")])
            .then_findings(
                NOW,
                &["end-without-start contradiction [2] 2015-01-01..2015-01-01"],
            )
            .then(kind, NOW, &[&line]);
    }
    given([
        company().on("2012-01-05"),
        moves_in(T_SPACE).on("2014"),
        moves_out(T_SPACE).on("2015-01-01"),
    ])
    .then_findings(NOW, &[]);
}

#[test]
fn delisting_what_was_never_listed_leaves_a_delisted_company() {
    given([
        company().on("2012-01-05"),
        delists(Bse, Voluntary).on("2022-01-01"),
    ])
    .then_findings(
        NOW,
        &["end-without-start contradiction [2] 2022-01-01..2022-01-01"],
    )
    .then_stages(NOW, &["2012-01-05 PROSPECT", "2022-01-01 DELISTED"]);
}

#[test]
fn entering_what_is_open_already() {
    given([
        company().on("2012-01-05"),
        moves_in(T_SPACE).on("2013-01-01"),
        moves_in(T_SPACE).on("2014-01-01"),
    ])
    .then_findings(
        NOW,
        &["start-while-open contradiction [2, 3] 2014-01-01..2014-01-01"],
    )
    .then(
        kind::OCCUPANCY,
        NOW,
        &["2013-01-01.. t-space !start-while-open"],
    );
    given([
        company().on("2012-01-05"),
        room(T_SPACE, Some("A"), None).on("2013-01-01"),
        room(T_SPACE, Some("B"), None).on("2014-01-01"),
    ])
    .then_findings(NOW, &[]);
}

#[test]
fn a_change_of_something_that_is_not_there() {
    let code: SecurityCode = "920017".parse().unwrap();
    let changed = Change::SecurityCodeChanged { board: Bse, code };
    given([company().on("2012-01-05"), changed.clone().on("2025-10-09")]).then_findings(
        NOW,
        &["change-outside-spell contradiction [2] 2025-10-09..2025-10-09"],
    );
    given([
        company().on("2012-01-05"),
        lists(Bse, "832317").on("2021-11-15"),
        changed.on("2025-10-09"),
    ])
    .then_findings(NOW, &[]);
}

#[test]
fn an_opening_after_deregistration() {
    let closed = |opening: &str| {
        given([
            company().on("2012-01-05"),
            deregistered().on("2014-06-01"),
            room(T_SPACE, None, None).on(opening),
            moves_out(T_SPACE).on("2014-09-01"),
        ])
    };
    closed("2014-06-02").then_findings(
        NOW,
        &[
            "closed-but-still-open irregular [2, 3] 2014-06-02..2014-09-01",
            "opened-after-deregistration contradiction [2, 3] 2014-06-02..2014-06-02",
        ],
    );
    // On the very day it may have been before.
    closed("2014-06-01").then_findings(
        NOW,
        &["closed-but-still-open irregular [2, 3] 2014-06-01..2014-09-01"],
    );
}

#[test]
fn shares_of_what_is_no_company() {
    for entity in [Entity::Team, Entity::Branch, Entity::SoleProprietorship] {
        given([
            registered(entity).on("2012-01-05"),
            lists(Neeq, "832317").on("2015-04-01"),
        ])
        .then_findings(
            NOW,
            &["listed-without-company contradiction [1, 2] 2015-04-01..2015-04-01"],
        )
        .then(
            kind::SECURITY,
            NOW,
            &["2015-04-01.. NEEQ !listed-without-company"],
        );
    }
    for entity in [Entity::Company, Entity::Institution] {
        given([
            registered(entity).on("2012-01-05"),
            lists(Neeq, "832317").on("2015-04-01"),
        ])
        .then_findings(NOW, &[]);
    }
    given([
        team().on("2012-01-05"),
        incorporated(None).on("2015-04-01"),
        lists(Neeq, "832317").on("2015-04-01"),
    ])
    .then_findings(NOW, &[]);
}

#[test]
fn a_contradiction_lasts_until_it_is_mended_as_known() {
    let mended = given([
        company().on("2012-01-05"),
        moves_out(T_SPACE).on("2015-01-01"),
    ])
    .later("2026-02-01", [moves_in(T_SPACE).on("2013-01-01")])
    .later("2026-03-01", [retract(3)]);
    let contradiction = "end-without-start contradiction [2] 2015-01-01..2015-01-01";
    mended
        .then_findings(FIRST, &[contradiction])
        .then_findings("2026-02-01", &[])
        .then_findings("2026-03-01", &[contradiction]);
    mended.then(
        kind::OCCUPANCY,
        "2026-02-01",
        &["2013-01-01..2015-01-01 t-space"],
    );
}

#[test]
fn a_contradiction_without_a_day_is_listed_apart() {
    given([company().on("2012-01-05"), moves_out(T_SPACE).on("unknown")])
        .then_findings(NOW, &["end-without-start contradiction [2] undated"]);
}
