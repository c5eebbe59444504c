//! Clusters: their names, tiers and end.

use nianlun_aggregates::cluster::Change;
use nianlun_projections::kind;

use crate::support::words::{MEDICINE, company, joins};
use crate::support::{FIRST, NOW, On, given, retract, text};

fn declared() -> Change {
    Change::Declared {
        code: MEDICINE.parse().expect("well formed"),
        name: text("现代服务"),
    }
}

fn tier(name: &str) -> Change {
    Change::TierDeclared {
        tier: "core".parse().expect("well formed"),
        name: text(name),
    }
}

#[test]
fn one_cluster_can_be_stated_under_two_names() {
    given([
        declared().on("2015-01-01"),
        Change::AliasAdded {
            alias: text("跨境电子商务"),
        }
        .on("unknown"),
    ])
    .then(kind::NAME, NOW, &["2015-01-01.. 现代服务"])
    .then(kind::ALIAS, NOW, &["2015-01-01.. 跨境电子商务"]);
}

#[test]
fn a_tier_that_is_renamed_is_no_exit() {
    let renamed = Change::TierRenamed {
        tier: "core".parse().expect("well formed"),
        name: text("骨干企业"),
    };
    given([
        declared().on("2015-01-01"),
        tier("核心企业").on("2015-01-01"),
        renamed.on("2018-01-01"),
    ])
    .then(
        kind::TIER,
        NOW,
        &[
            "2015-01-01..2018-01-01 core 核心企业",
            "2018-01-01.. core 骨干企业",
        ],
    );
    // The member's own record knows the tier by its code, and nothing of its name.
    given([
        company().on("2012-01-05"),
        joins(Some("core")).on("2016-01-01"),
    ])
    .then(
        kind::MEMBERSHIP,
        NOW,
        &["2016-01-01.. medicine core member"],
    );
}

#[test]
fn a_closed_cluster_is_in_being_no_longer() {
    given([
        declared().on("2015-01-01"),
        Change::Closed {}.on("2020-01-01"),
    ])
    .then(kind::BEING, NOW, &["2015-01-01..2020-01-01 medicine open"]);
}

#[test]
fn a_new_name_holds_from_its_day_also_on_the_first() {
    let renamed = |name| Change::Renamed { name: text(name) };
    given([declared().on("unknown"), renamed("乙").on("2015-01-01")])
        .at("2015-01-01", NOW)
        .then(kind::NAME, &["乙"]);
    given([declared().on("2012-01-01"), renamed("乙").on("2015-01-01")]).then(
        kind::NAME,
        NOW,
        &["2012-01-01..2015-01-01 现代服务", "2015-01-01.. 乙"],
    );
}

#[test]
fn a_cluster_whose_declaration_is_retracted_has_no_facts() {
    let gone = given([
        declared().on("2015-01-01"),
        tier("核心企业").on("2015-01-01"),
    ])
    .later("2026-02-01", [retract(1)]);
    assert_eq!(gone.known(FIRST).len(), 3);
    assert_eq!(gone.known("2026-02-01"), []);
}
