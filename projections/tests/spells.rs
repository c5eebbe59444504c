//! Spells as facts: their days, how they ended, and what was stated of them.

use nianlun_aggregates::Board::{Bse, Neeq, Star};
use nianlun_aggregates::company::ApplicationStep::{Accepted, Approved, TutoringFiled};
use nianlun_aggregates::company::LegalStatus::{Abnormal, Dormant};
use nianlun_aggregates::company::Programme::Incubation;
use nianlun_aggregates::company::{Capacity, Change, RecognitionLevel, Tenure};
use nianlun_aggregates::quantity::{Area, Quantity};
use nianlun_projections::kind;

use crate::support::words::*;
use crate::support::{NOW, On, given, span, text};

#[test]
fn an_imprecise_opening_begins_at_its_earliest_day_and_an_end_at_its_latest() {
    let stays = |from: &str, to: &str| {
        let record = given([
            company().on("2000-01-05"),
            moves_in(T_SPACE).on(from),
            moves_out(T_SPACE).on(to),
        ]);
        let facts = record.known(NOW);
        let spell = facts
            .into_iter()
            .find(|fact| fact.kind == kind::OCCUPANCY)
            .unwrap();
        assert_eq!(
            (spell.from_stated.as_str(), spell.to_stated.as_str()),
            (from, to)
        );
        record
    };
    for (from, to, days) in [
        ("2012-04", "2014-06", "2012-04-01..2014-06-30 t-space"),
        ("2012-Q2", "2014-Q2", "2012-04-01..2014-06-30 t-space"),
        ("2012", "2014", "2012-01-01..2014-12-31 t-space"),
        (
            "season 2012-03-01..2012-05-31",
            "about 2014-01-01..2014-04-30",
            "2012-03-01..2014-04-30 t-space",
        ),
        (
            "between 2012-01-31..2012-02-29",
            "between 2014-01-31..2014-02-28",
            "2012-02-29..2014-02-28 t-space",
        ),
        (
            "by 2012-02-28",
            "by 2014-02-28",
            "2012-02-28..2014-02-28 t-space !end-unknown !start-unknown",
        ),
        // At least a day after its opening.
        ("2012-04", "2012-04", "2012-04-01..2012-04-30 t-space"),
        ("2012-04-30", "2012-04", "2012-04-30..2012-04-30 t-space"),
    ] {
        stays(from, to).then(kind::OCCUPANCY, NOW, &[days]);
    }
}

#[test]
fn an_end_gives_way_to_the_next_opening() {
    given([
        company().on("2000-01-05"),
        moves_in(T_SPACE).on("2012-04-01"),
        moves_out(T_SPACE).on("2014"),
        moves_in(T_SPACE).on("2014-06-01"),
    ])
    .then(
        kind::OCCUPANCY,
        NOW,
        &["2012-04-01..2014-06-01 t-space", "2014-06-01.. t-space"],
    )
    .then_findings(NOW, &[]);
}

#[test]
fn a_spell_whose_end_has_no_day_is_listed_apart() {
    given([
        company().on("2000-01-05"),
        moves_in(T_SPACE).on("2012-04-01"),
        moves_out(T_SPACE).on("unknown"),
    ])
    .then(kind::OCCUPANCY, NOW, &["undated t-space !end-unknown"]);
}

#[test]
fn a_tier_that_changes_is_another_membership_and_no_exit() {
    let changes = Change::MembershipTierChanged {
        cluster: id(MEDICINE),
        from: Some("core".parse().unwrap()),
        to: "anchor".parse().unwrap(),
        capacity: Capacity::Anchor,
    };
    given([
        company().on("2012-01-05"),
        joins(Some("core")).on("2013-01-01"),
        changes.on("2014-01-01"),
    ])
    .then(
        kind::MEMBERSHIP,
        NOW,
        &[
            "2013-01-01..2014-01-01 medicine core member",
            "2014-01-01.. medicine anchor anchor",
        ],
    )
    .then_stages(NOW, &["2012-01-05 PROSPECT", "2013-01-01 CLUSTER_GROWTH"])
    .then_findings(NOW, &[]);
}

#[test]
fn a_move_within_the_carrier_closes_one_room_and_opens_another() {
    let moved = Change::OccupancyMoved {
        carrier: id(T_SPACE),
        from: Some(text("A")),
        to: text("B"),
    };
    given([
        company().on("2012-01-05"),
        room(T_SPACE, Some("A"), None).on("2013-01-01"),
        moved.on("2014-01-01"),
    ])
    .then(
        kind::OCCUPANCY,
        NOW,
        &["2013-01-01..2014-01-01 t-space A", "2014-01-01.. t-space B"],
    );
}

fn area(text: &str) -> Area {
    let quantity: Quantity = text.parse().expect("a quantity");
    quantity.try_into().expect("an area")
}

#[test]
fn a_room_keeps_the_latest_area_and_a_planned_end_is_no_exit() {
    let lease = Change::OccupancyStarted {
        carrier: id(T_SPACE),
        unit: None,
        tenure: Some(Tenure::Lease),
        area: Some(area("120 m2")),
        role: None,
        planned_end: Some(span("2015-12-31")),
    };
    let changed = Change::OccupancyAreaChanged {
        carrier: id(T_SPACE),
        unit: None,
        area: area("150 m2"),
    };
    let record = given([
        company().on("2012-01-05"),
        lease.on("2013-01-01"),
        changed.on("2014-01-01"),
    ]);
    record.then(kind::OCCUPANCY, NOW, &["2013-01-01.. t-space lease"]);
    let facts = record.known(NOW);
    let room = facts
        .iter()
        .find(|fact| fact.kind == kind::OCCUPANCY)
        .unwrap();
    assert_eq!(
        (
            room.detail["area"].as_str(),
            room.detail["planned_end"].as_str()
        ),
        ("150 m2", "2015-12-31")
    );
    assert_eq!(room.basis, [2, 3]);
}

#[test]
fn an_application_tells_the_step_of_the_day_and_ends_with_the_listing() {
    given([
        company().on("2012-01-05"),
        applies(Star, TutoringFiled).on("2019-03-01"),
        applies(Star, Accepted).on("2019-09-01"),
        applies(Star, Approved).on("2020-03-01"),
        lists(Star, "688287").on("2020-07-22"),
    ])
    .at("2019-12-31", NOW)
    .then(kind::STEP, &["STAR accepted"])
    .at("2020-07-21", NOW)
    .then(kind::STEP, &["STAR approved"])
    .then(kind::APPLICATION, &["STAR listed"])
    .at("2020-07-22", NOW)
    .then(kind::STEP, &[])
    .then(kind::APPLICATION, &[])
    .then(kind::SECURITY, &["STAR"]);
}

#[test]
fn a_transfer_on_one_day_takes_the_code_along() {
    let transfer = Change::SecurityTransferred {
        from: Bse,
        to: Star,
        code: Some("688287".parse().unwrap()),
    };
    let record = given([
        company().on("2012-01-05"),
        lists(Bse, "832317").on("2021-11-15"),
        transfer.on("2022-05-25"),
    ]);
    record.then(
        kind::SECURITY,
        NOW,
        &["2021-11-15..2022-05-25 BSE transfer", "2022-05-25.. STAR"],
    );
    record.then(
        kind::CODE,
        NOW,
        &[
            "2021-11-15..2022-05-25 BSE 832317",
            "2022-05-25.. STAR 688287",
        ],
    );
    record.then_stages(NOW, &["2012-01-05 PROSPECT", "2021-11-15 LISTED"]);
}

#[test]
fn a_code_changes_without_the_listing_and_ends_with_it() {
    let renumbered = Change::SecurityCodeChanged {
        board: Bse,
        code: "920017".parse().unwrap(),
    };
    given([
        company().on("2012-01-05"),
        lists(Bse, "832317").on("2021-11-15"),
        renumbered.on("2025-10-09"),
        delists(Bse, nianlun_aggregates::company::DelistingReason::Voluntary).on("2026-06-01"),
    ])
    .then(
        kind::CODE,
        NOW,
        &[
            "2021-11-15..2025-10-09 BSE 832317",
            "2025-10-09..2026-06-01 BSE 920017",
        ],
    )
    .then(
        kind::SECURITY,
        NOW,
        &["2021-11-15..2026-06-01 BSE voluntary"],
    );
    given([
        company().on("2012-01-05"),
        lists(Neeq, "832317").on("2015-04-01"),
        delists(Neeq, nianlun_aggregates::company::DelistingReason::Unknown).on("2015-04-01"),
    ])
    .then(kind::CODE, NOW, &["2015-04-01..2015-04-01 NEEQ 832317"]);
}

#[test]
fn a_label_stands_until_revoked_and_its_validity_is_no_end() {
    let (label, level) = (text("高新技术企业"), Some(RecognitionLevel::National));
    let until = |day: &str| Some(span(day));
    let granted = Change::RecognitionGranted {
        label: label.clone(),
        level,
        valid_until: until("2016-01-01"),
    };
    let renewed = Change::RecognitionRenewed {
        label: label.clone(),
        level,
        valid_until: until("2019-01-01"),
    };
    let revoked = Change::RecognitionRevoked { label, level: None };
    let record = given([
        company().on("2012-01-05"),
        granted.on("2013-01-01"),
        renewed.on("2016-01-01"),
    ]);
    record.then(
        kind::RECOGNITION,
        NOW,
        &["2013-01-01.. 高新技术企业 national"],
    );
    let facts = record.known(NOW);
    let fact = facts
        .iter()
        .find(|fact| fact.kind == kind::RECOGNITION)
        .unwrap();
    assert_eq!(fact.detail["valid_until"], "2019-01-01");
    record.later("2026-02-01", [revoked.on("2018-01-01")]).then(
        kind::RECOGNITION,
        NOW,
        &["2013-01-01..2018-01-01 高新技术企业 national"],
    );
}

#[test]
fn several_legal_statuses_stand_side_by_side() {
    let lifted = Change::LegalStatusLifted { status: None };
    given([
        company().on("2012-01-05"),
        enters(Dormant).on("2013-01-01"),
        enters(Abnormal).on("2014-01-01"),
        lifted.on("2015-01-01"),
    ])
    .at("2014-06-01", NOW)
    .then(kind::LEGAL, &["dormant", "abnormal"])
    .at("2015-01-01", NOW)
    .then(kind::LEGAL, &[]);
}

#[test]
fn a_graduation_that_names_no_carrier_ends_the_incubation_that_is_open() {
    let graduated = Change::Graduated { carrier: None };
    given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-04-01"),
        quits(Incubation, T_SPACE).on("2013-04-01"),
        incubation(TIANAN).on("2013-04-01"),
        graduated.on("2014-06"),
    ])
    .then(
        kind::PROGRAMME,
        NOW,
        &[
            "2012-04-01..2013-04-01 t-space incubation left",
            "2013-04-01..2014-06-30 tianan incubation graduated",
        ],
    )
    // It graduates on the day on which the incubation is taken to end.
    .then(kind::GRADUATED, NOW, &["2014-06-30.."]);
}

#[test]
fn an_event_in_a_spell_is_on_its_basis() {
    let record = given([
        company().on("2012-01-05"),
        applies(Star, TutoringFiled).on("2019-03-01"),
        applies(Star, Accepted).on("2019-09-01"),
        withdraws(Star).on("2020-03-01"),
    ]);
    let facts = record.known(NOW);
    let spell = facts
        .iter()
        .find(|fact| fact.kind == kind::APPLICATION)
        .unwrap();
    assert_eq!(spell.basis, [2, 3, 4]);
}
