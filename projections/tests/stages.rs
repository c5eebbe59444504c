//! The stage of a day on the default ladder: the first rule that holds.

use nianlun_aggregates::Board::Star;
use nianlun_aggregates::company::ApplicationStep::TutoringFiled;
use nianlun_aggregates::company::DelistingReason::Forced;
use nianlun_aggregates::company::LegalStatus::{
    Abnormal, Deregistered, Dormant, Liquidating, Revoked,
};
use nianlun_aggregates::company::{Change, Programme};
use nianlun_projections::kind;

use crate::support::words::{
    MEDICINE, T_SPACE, TIANAN, acceleration, applies, company, delists, deregistered, enters,
    graduates, id, incubation, joins, lists, moves_in, moves_out, quits, seed, team,
};
use crate::support::{NOW, On, given, text};

#[test]
fn from_the_team_in_the_nursery_to_the_listing() {
    given([
        team().on("2012-01-05"),
        seed(T_SPACE).on("2012-02-01"),
        quits(Programme::Seed, T_SPACE).on("2013-01-10"),
        incubation(T_SPACE).on("2013-01-10"),
        graduates(T_SPACE).on("2015-06-30"),
        acceleration(TIANAN).on("2015-09-01"),
        quits(Programme::Acceleration, TIANAN).on("2017-09-01"),
        joins(None).on("2017-01-01"),
        applies(Star, TutoringFiled).on("2019-03-01"),
        lists(Star, "688287").on("2020-07-22"),
        delists(Star, Forced).on("2024-01-15"),
        deregistered().on("2025-05-01"),
    ])
    .then_stages(
        NOW,
        &[
            "2012-01-05 PROSPECT",
            "2012-02-01 SEED",
            "2013-01-10 INCUBATING",
            "2015-06-30 GRADUATED",
            "2015-09-01 ACCELERATING",
            "2017-09-01 CLUSTER_GROWTH",
            "2019-03-01 PRE_IPO",
            "2020-07-22 LISTED",
            "2024-01-15 DELISTED",
            "2025-05-01 CLOSED",
        ],
    );
}

#[test]
fn deregistration_closes_over_everything_and_so_does_revocation() {
    let listed = [
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-04-01"),
        lists(Star, "688287").on("2020-07-22"),
    ];
    for status in [Deregistered, Revoked] {
        given(listed.clone())
            .later("2026-02-01", [enters(status).on("2024-01-15")])
            .at("2024-01-14", NOW)
            .then_stage("LISTED")
            .at("2024-01-15", NOW)
            .then_stage("CLOSED");
    }
    for status in [Dormant, Abnormal, Liquidating] {
        given(listed.clone())
            .later("2026-02-01", [enters(status).on("2024-01-15")])
            .at("2024-01-15", NOW)
            .then_stage("LISTED");
    }
}

#[test]
fn a_company_restored_to_the_register_is_what_it_was() {
    given([
        company().on("2012-01-05"),
        moves_in(T_SPACE).on("2012-04-01"),
        enters(Revoked).on("2014-01-01"),
        Change::LegalStatusLifted {
            status: Some(Revoked),
        }
        .on("2015-01-01"),
    ])
    .then_stages(
        NOW,
        &[
            "2012-01-05 PROSPECT",
            "2012-04-01 TENANT",
            "2014-01-01 CLOSED",
            "2015-01-01 TENANT",
        ],
    );
}

#[test]
fn membership_never_promotes_a_company_in_a_programme() {
    given([
        company().on("2012-01-05"),
        joins(None).on("2012-02-01"),
        seed(T_SPACE).on("2012-03-01"),
        quits(Programme::Seed, T_SPACE).on("2012-06-01"),
    ])
    .then_stages(
        NOW,
        &[
            "2012-01-05 PROSPECT",
            "2012-02-01 CLUSTER_GROWTH",
            "2012-03-01 SEED",
            "2012-06-01 CLUSTER_GROWTH",
        ],
    );
}

#[test]
fn of_several_programmes_the_furthest_counts() {
    given([
        company().on("2012-01-05"),
        acceleration(TIANAN).on("2013-01-01"),
        seed(T_SPACE).on("2012-03-01"),
        incubation(T_SPACE).on("2012-06-01"),
        quits(Programme::Acceleration, TIANAN).on("2014-01-01"),
    ])
    .then_stages(
        NOW,
        &[
            "2012-01-05 PROSPECT",
            "2012-03-01 SEED",
            "2012-06-01 INCUBATING",
            "2013-01-01 ACCELERATING",
            "2014-01-01 INCUBATING",
        ],
    );
}

#[test]
fn a_graduate_is_one_whatever_has_closed_since() {
    let graduate = given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-04-01"),
        moves_in(T_SPACE).on("2012-04-01"),
        graduates(T_SPACE).on("2014-03-31"),
        moves_out(T_SPACE).on("2016-01-01"),
    ]);
    graduate.at("2014-03-30", NOW).then_stage("INCUBATING");
    // The room is kept after graduation.
    graduate
        .at("2014-03-31", NOW)
        .then_stage("GRADUATED")
        .then(kind::OCCUPANCY, &["t-space"])
        .then(kind::PROGRAMME, &[]);
    graduate
        .at("2016-01-01", NOW)
        .then_stage("GRADUATED")
        .then(kind::OCCUPANCY, &[]);
}

#[test]
fn a_graduate_who_is_incubated_again_is_incubating() {
    given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-04-01"),
        graduates(T_SPACE).on("2014-03-31"),
        incubation(TIANAN).on("2015-01-01"),
        quits(Programme::Incubation, TIANAN).on("2016-01-01"),
    ])
    .at("2015-06-01", NOW)
    .then_stage("INCUBATING")
    .at("2016-01-01", NOW)
    .then_stage("GRADUATED");
}

#[test]
fn who_leaves_without_graduation_has_exited_until_it_comes_back() {
    given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-04-01"),
        quits(Programme::Incubation, T_SPACE).on("2013-01-01"),
        incubation(T_SPACE).on("2014-01-01"),
    ])
    .then_stages(
        NOW,
        &[
            "2012-01-05 PROSPECT",
            "2012-04-01 INCUBATING",
            "2013-01-01 EXITED",
            "2014-01-01 INCUBATING",
        ],
    )
    .then(
        kind::PROGRAMME,
        NOW,
        &[
            "2012-04-01..2013-01-01 t-space incubation left",
            "2014-01-01.. t-space incubation",
        ],
    );
}

#[test]
fn nobody_has_exited_who_keeps_a_room() {
    given([
        company().on("2012-01-05"),
        moves_in(T_SPACE).on("2012-04-01"),
        incubation(T_SPACE).on("2012-04-01"),
        quits(Programme::Incubation, T_SPACE).on("2013-01-01"),
        moves_out(T_SPACE).on("2013-06-01"),
    ])
    .at("2013-01-01", NOW)
    .then_stage("TENANT")
    .at("2013-06-01", NOW)
    .then_stage("EXITED");
}

#[test]
fn an_exit_with_no_recorded_entry_is_an_exit() {
    given([
        company().on("2012-01-05"),
        moves_out(T_SPACE).on("2015-01-01"),
    ])
    .then_stages(NOW, &["2012-01-05 PROSPECT", "2015-01-01 EXITED"])
    .then(
        kind::OCCUPANCY,
        NOW,
        &["2015-01-01..2015-01-01 t-space !end-without-start !start-unknown"],
    );
}

#[test]
fn entry_and_graduation_on_one_day_make_a_graduate() {
    given([
        company().on("2012-01-05"),
        graduates(T_SPACE).on("2014-03-31"),
        incubation(T_SPACE).on("2014-03-31"),
    ])
    .then_stages(NOW, &["2012-01-05 PROSPECT", "2014-03-31 GRADUATED"])
    .then(
        kind::PROGRAMME,
        NOW,
        &["2014-03-31..2014-03-31 t-space incubation graduated"],
    )
    .then_findings(NOW, &[]);
}

#[test]
fn an_unlisted_acquisition_is_a_fact_and_no_stage() {
    given([
        company().on("2012-01-05"),
        moves_in(T_SPACE).on("2012-04-01"),
        Change::Acquired {
            by: Some(text("乙")),
        }
        .on("2015-01-01"),
    ])
    .at("2015-01-01", NOW)
    .then_stage("TENANT")
    .then(kind::ACQUIRED, &["乙"]);
}

#[test]
fn being_named_as_anchor_is_a_mention_and_no_membership() {
    let mention = Change::NamedAsAnchor {
        cluster: id(MEDICINE),
        source: text("S0"),
    };
    given([company().on("2012-01-05"), mention.on("2015-01-01")])
        .at("2015-01-01", NOW)
        .then_stage("PROSPECT")
        .then(kind::MEMBERSHIP, &[]);
}
