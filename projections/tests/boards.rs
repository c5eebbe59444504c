//! Listing, applying and delisting on the default ladder.

use nianlun_aggregates::Board::{Bse, ChiNext, Neeq, Star, SzseMain, SzseSme};
use nianlun_aggregates::company::ApplicationOutcome::{Lapsed, Rejected, Terminated, Withdrawn};
use nianlun_aggregates::company::ApplicationStep::{
    Accepted, Approved, Paused, Resumed, TutoringFiled,
};
use nianlun_aggregates::company::DelistingReason::{Forced, Transfer};
use nianlun_aggregates::company::{Change, Entity};
use nianlun_projections::kind;

use crate::support::words::{
    T_SPACE, TIANAN, acceleration, applies, company, delists, joins, leaves, lists,
    local_entity_of, moves_in, moves_out, registered, renamed, withdraws,
};
use crate::support::{NOW, On, given, text};

#[test]
fn a_quotation_is_no_listing() {
    given([
        company().on("2012-01-05"),
        lists(Neeq, "832317").on("2015-04-01"),
    ])
    .at("2016-01-01", NOW)
    .then_stage("PROSPECT")
    .then(kind::SECURITY, &["NEEQ"]);
}

#[test]
fn an_application_is_open_until_it_ends_and_a_paused_one_stays_flagged() {
    given([
        company().on("2012-01-05"),
        moves_in(T_SPACE).on("2012-01-05"),
        applies(ChiNext, Accepted).on("2019-03-01"),
        applies(ChiNext, Paused).on("2019-06-01"),
        applies(ChiNext, Resumed).on("2019-09-01"),
        applies(ChiNext, Approved).on("2019-12-01"),
        withdraws(ChiNext).on("2020-02-01"),
    ])
    .then_stages(
        NOW,
        &[
            "2012-01-05 TENANT",
            "2019-03-01 PRE_IPO",
            "2019-06-01 PRE_IPO !application-paused",
            "2019-09-01 PRE_IPO",
            "2020-02-01 TENANT",
        ],
    );
}

#[test]
fn an_application_that_comes_to_nothing_leaves_the_pipeline_however_it_ends() {
    for outcome in [Withdrawn, Rejected, Terminated, Lapsed] {
        given([
            company().on("2012-01-05"),
            applies(Star, TutoringFiled).on("2019-03-01"),
            Change::ApplicationEnded {
                board: Star,
                outcome,
            }
            .on("2020-02-01"),
        ])
        .at("2020-01-31", NOW)
        .then_stage("PRE_IPO")
        .at("2020-02-01", NOW)
        .then_stage("EXITED");
    }
}

#[test]
fn a_company_on_one_board_that_applies_for_another_is_listed() {
    given([
        company().on("2012-01-05"),
        lists(Bse, "832317").on("2021-11-15"),
        applies(Star, Accepted).on("2022-01-01"),
    ])
    .at("2022-02-01", NOW)
    .then_stage("LISTED");
}

#[test]
fn the_select_tier_counts_and_the_day_of_the_new_exchange_changes_nothing() {
    given([
        company().on("2012-01-05"),
        lists(Bse, "832317").on("2020-07-27"),
    ])
    .then_stages(NOW, &["2012-01-05 PROSPECT", "2020-07-27 LISTED"]);
}

#[test]
fn a_transfer_between_boards_is_no_failure() {
    // 观典防务
    given([
        company().on("2004-08-16"),
        lists(Neeq, "832317").on("2015-04-01"),
        delists(Neeq, Transfer).on("2020-07-27"),
        lists(Bse, "832317").on("2020-07-27"),
        delists(Bse, Transfer).on("2022-04-26"),
        lists(Star, "688287").on("2022-05-25"),
    ])
    .then_stages(
        NOW,
        &[
            "2004-08-16 PROSPECT",
            "2020-07-27 LISTED",
            "2022-04-26 LISTED !between-boards",
            "2022-05-25 LISTED",
        ],
    );
}

#[test]
fn who_does_not_arrive_within_twelve_months_is_delisted() {
    given([
        company().on("2004-08-16"),
        lists(Bse, "832317").on("2020-07-27"),
        delists(Bse, Transfer).on("2022-04-26"),
    ])
    .at("2023-04-25", NOW)
    .then_stage("LISTED !between-boards")
    .at("2023-04-26", NOW)
    .then_stage("DELISTED");
}

#[test]
fn who_has_arrived_is_between_boards_no_longer() {
    given([
        company().on("2004-08-16"),
        lists(Bse, "832317").on("2020-07-27"),
        delists(Bse, Transfer).on("2022-04-26"),
        lists(Star, "688287").on("2022-05-25"),
        delists(Star, Forced).on("2022-09-01"),
    ])
    .at("2022-08-31", NOW)
    .then_stage("LISTED")
    .at("2022-09-01", NOW)
    .then_stage("DELISTED");
}

#[test]
fn a_forced_delisting_has_no_grace() {
    given([
        company().on("2004-08-16"),
        lists(SzseMain, "002030").on("2010-01-05"),
        delists(SzseMain, Forced).on("2022-04-26"),
    ])
    .at("2022-04-25", NOW)
    .then_stage("LISTED")
    .at("2022-04-26", NOW)
    .then_stage("DELISTED");
}

#[test]
fn a_delisted_company_stays_so_until_something_begins() {
    let delisted = [
        company().on("2004-08-16"),
        moves_in(T_SPACE).on("2005-01-01"),
        lists(SzseMain, "002030").on("2010-01-05"),
        delists(SzseMain, Forced).on("2022-04-26"),
    ];
    // The room it has had all along is no beginning.
    given(delisted.clone())
        .at("2025-01-01", NOW)
        .then_stage("DELISTED");
    for (begins, stage) in [
        (moves_in(TIANAN), "TENANT"),
        (joins(None), "CLUSTER_GROWTH"),
        (acceleration(TIANAN), "ACCELERATING"),
        (lists(Star, "688287"), "LISTED"),
    ] {
        given(delisted.clone())
            .later("2026-02-01", [begins.on("2023-01-01")])
            .at("2022-12-31", NOW)
            .then_stage("DELISTED")
            .at("2023-01-01", NOW)
            .then_stage(stage);
    }
    // Nor does it become a tenant again when what has begun is over: it has simply left.
    given(delisted)
        .later(
            "2026-02-01",
            [
                joins(None).on("2023-01-01"),
                leaves().on("2024-01-01"),
                moves_out(T_SPACE).on("2024-01-01"),
            ],
        )
        .at("2024-01-01", NOW)
        .then_stage("EXITED");
}

#[test]
fn a_groups_listing_never_lifts_its_local_entity() {
    // 迪安诊断, 300244, listed since 2011-07-19.
    let linked = Change::GroupLinked {
        group: text("迪安诊断"),
        relation: text("子公司"),
    };
    given([
        local_entity_of("迪安诊断").on("by 2017-02-28"),
        linked.on("2011-07-19"),
        moves_in(TIANAN).on("2017-02-28"),
    ])
    .at("2017-02-28", NOW)
    .then_stage("TENANT")
    .then_highest("")
    .then(kind::GROUP, &["迪安诊断 子公司"])
    .then(kind::ENTITY, &["unnamed_local_entity"]);
}

#[test]
fn a_merged_board_and_a_new_name_are_no_exit() {
    // 达安基因, 002030: on the SME board until it was merged into the main board on 2021-04-06.
    let company = given([
        registered(Entity::Company).on("2001-03-08"),
        lists(SzseSme, "002030").on("2004-08-09"),
        renamed("广州达安基因股份有限公司").on("2021-05-01"),
    ]);
    company
        .then_stages(NOW, &["2001-03-08 PROSPECT", "2004-08-09 LISTED"])
        .then(kind::SECURITY, NOW, &["2004-08-09.. SZSE"])
        .then(kind::CODE, NOW, &["2004-08-09.. SZSE 002030"])
        .then(
            kind::NAME,
            NOW,
            &[
                "2001-03-08..2021-05-01 甲",
                "2021-05-01.. 广州达安基因股份有限公司",
            ],
        )
        .then(kind::ALIAS, NOW, &["2001-03-08.. 甲"]);
    given([
        registered(Entity::Company).on("2001-03-08"),
        lists(SzseSme, "002030").on("2004-08-09"),
        delists(SzseMain, Forced).on("2022-01-01"),
    ])
    .at("2022-01-01", NOW)
    .then_stage("DELISTED")
    .then(kind::SECURITY, &[]);
}
