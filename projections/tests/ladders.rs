//! The other ladders that ship, over the same spells.

use nianlun_aggregates::Board::{Bse, Star};
use nianlun_aggregates::company::DelistingReason::{Transfer, Voluntary};
use nianlun_aggregates::company::SpaceRole::{Accelerator, Headquarters, Incubator, IndustryPark};
use nianlun_projections::kind;

use crate::support::words::*;
use crate::support::{NOW, On, given};

#[test]
fn the_second_ladder_goes_by_the_role_that_an_occupancy_states() {
    let company = given([
        company().on("2012-01-05"),
        room(T_SPACE, Some("A-101"), Some(Incubator)).on("2012-02-01"),
        room(T_SPACE, Some("B-2"), Some(Accelerator)).on("2014-02-01"),
        room(TIANAN, None, Some(IndustryPark)).on("2016-02-01"),
        moves_out(T_SPACE).on("2016-06-01"),
        room(TIANAN, Some("整层物业"), Some(Headquarters)).on("2018-02-01"),
        moves_out(TIANAN).on("2020-02-01"),
        moves_in(T_SPACE).on("2021-02-01"),
        deregistered().on("2022-02-01"),
    ]);
    let stages = [
        "2012-01-05 PROSPECT",
        "2012-02-01 INCUBATOR",
        "2014-02-01 ACCELERATOR",
        "2016-02-01 INDUSTRY_PARK",
        "2018-02-01 HEADQUARTERS",
        "2020-02-01 EXITED",
        "2021-02-01 TENANT",
        "2022-02-01 CLOSED",
    ];
    let highest = [
        "2012-02-01 INCUBATOR",
        "2014-02-01 ACCELERATOR",
        "2016-02-01 INDUSTRY_PARK",
        "2018-02-01 HEADQUARTERS",
    ];
    company.then_on("carrier-roles", kind::STAGE, NOW, &stages);
    company.then_on("carrier-roles", kind::HIGHEST, NOW, &highest);
    // On the default ladder the same rooms are rooms.
    company
        .at("2018-02-01", NOW)
        .then_stage("TENANT")
        .then_highest("");
}

#[test]
fn the_role_is_never_derived_from_a_programme_or_a_listing() {
    given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-02-01"),
        lists(Star, "688287").on("2020-07-22"),
    ])
    .at("2021-01-01", NOW)
    .then_stage_on("carrier-roles", "PROSPECT")
    .then_stage("LISTED");
}

#[test]
fn without_the_select_tier_a_listing_begins_with_the_exchange() {
    let company = given([
        company().on("2012-01-05"),
        lists(Bse, "832317").on("2020-07-27"),
    ]);
    company.then_on(
        "listing-only",
        kind::STAGE,
        NOW,
        &["2012-01-05 PROSPECT", "2021-11-15 LISTED"],
    );
    company
        .at("2021-11-14", NOW)
        .then_stage("LISTED")
        .then_stage_on("listing-only", "PROSPECT")
        .at("2021-11-15", NOW)
        .then_stage_on("listing-only", "LISTED");
}

#[test]
fn who_left_the_select_tier_was_never_delisted_where_it_does_not_count() {
    for reason in [Voluntary, Transfer] {
        given([
            company().on("2012-01-05"),
            moves_in(T_SPACE).on("2012-01-05"),
            lists(Bse, "832317").on("2020-07-27"),
            delists(Bse, reason).on("2021-11-15"),
        ])
        .at("2023-01-01", NOW)
        .then_stage("DELISTED")
        .then_stage_on("listing-only", "TENANT");
    }
}

#[test]
fn each_ladder_keeps_its_own_highest_stage() {
    given([
        company().on("2012-01-05"),
        joins(None).on("2015-01-01"),
        lists(Bse, "832317").on("2020-07-27"),
        delists(Bse, Voluntary).on("2021-01-01"),
    ])
    .then_on(
        "zero-one-n",
        kind::HIGHEST,
        NOW,
        &["2015-01-01 CLUSTER_GROWTH", "2020-07-27 LISTED"],
    )
    .then_on(
        "listing-only",
        kind::HIGHEST,
        NOW,
        &["2015-01-01 CLUSTER_GROWTH"],
    )
    .then_on("carrier-roles", kind::HIGHEST, NOW, &[]);
}
