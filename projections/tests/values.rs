//! What an event states by itself: values that hold until the next, and what happens on a day.

use nianlun_aggregates::company::SpellSet::{Application, Programme};
use nianlun_aggregates::company::{Change, Entity};
use nianlun_projections::kind;

use crate::support::words::*;
use crate::support::{FIRST, NOW, On, correct, given, span, text};

#[test]
fn an_attribute_holds_until_the_next_and_each_scheme_by_itself() {
    given([
        company().on("2012-01-05"),
        attribute("industry", "医药").on("2012-01-05"),
        attribute("address", "太阳路1号").on("2013-01-01"),
        attribute("industry", "信息").on("2015-01-01"),
        attribute("industry", "信息").on("2016-01-01"),
    ])
    .then(
        kind::ATTRIBUTE,
        NOW,
        &[
            "2012-01-05..2015-01-01 industry 医药",
            "2013-01-01.. address 太阳路1号",
            "2015-01-01.. industry 信息",
        ],
    );
}

#[test]
fn an_attribute_corrected_says_the_new_value_as_known_from_then_on() {
    let corrected = given([
        company().on("2012-01-05"),
        attribute("industry", "医药").on("2012-01-05"),
    ])
    .later(
        "2026-02-01",
        [correct(2, &attribute("industry", "信息").on("2012-01-05"))],
    );
    corrected
        .then(
            kind::ATTRIBUTE,
            "2026-01-31",
            &["2012-01-05.. industry 医药"],
        )
        .then(
            kind::ATTRIBUTE,
            "2026-02-01",
            &["2012-01-05.. industry 信息"],
        );
    let believed: Vec<_> = corrected
        .known("2026-02-01")
        .into_iter()
        .filter(|fact| fact.kind == kind::ATTRIBUTE)
        .map(|fact| fact.known_from.position)
        .collect();
    assert_eq!(believed, [3]);
}

#[test]
fn a_value_without_a_day_is_listed_apart_and_ends_nothing() {
    given([
        company().on("2012-01-05"),
        attribute("industry", "医药").on("2012-01-05"),
        attribute("industry", "信息").on("unknown"),
        attribute("size", "小型").on("by 2017-02-28"),
    ])
    .then(
        kind::ATTRIBUTE,
        NOW,
        &[
            "2012-01-05.. industry 医药",
            "2017-02-28.. size 小型 !start-unknown",
            "undated industry 信息 !start-unknown",
        ],
    );
}

#[test]
fn of_two_values_on_one_day_the_greater_stands_in_whatever_order_they_came() {
    for [first, second] in [["a", "b"], ["b", "a"]] {
        given([
            company().on("2012-01-05"),
            attribute("industry", first).on("2013-01-01"),
            attribute("industry", second).on("2013-01-01"),
        ])
        .at("2013-01-01", NOW)
        .then(kind::ATTRIBUTE, &["industry b"]);
    }
}

#[test]
fn a_source_that_lists_a_company_no_longer_ends_its_presence() {
    let seen = |present| Change::PresenceObserved {
        source: text("名册"),
        present,
    };
    let status = |value| Change::StatusObserved {
        source: text("名册"),
        value: text(value),
    };
    given([
        company().on("2012-01-05"),
        seen(true).on("2013-01-01"),
        seen(false).on("2014-01-01"),
        status("在孵").on("2013-01-01"),
        status("毕业").on("2013-06-01"),
    ])
    .then(
        kind::PRESENCE,
        NOW,
        &["2013-01-01..2014-01-01 名册 present"],
    )
    .then(
        kind::STATUS,
        NOW,
        &["2013-01-01..2013-06-01 名册 在孵", "2013-06-01.. 名册 毕业"],
    )
    .at("2013-07-01", NOW)
    .then_stage("PROSPECT");
}

#[test]
fn the_name_of_the_day_is_the_latest_and_former_ones_stay_aliases() {
    let alias = Change::AliasAdded {
        alias: text("甲公司"),
    };
    given([
        company().on("2012-01-05"),
        alias.on("unknown"),
        renamed("乙").on("2014-01-01"),
        renamed("丙").on("unknown"),
    ])
    .then(
        kind::NAME,
        NOW,
        &["2012-01-05..2014-01-01 甲", "2014-01-01.. 乙"],
    )
    .then(
        kind::ALIAS,
        NOW,
        &["2012-01-05.. 丙", "2012-01-05.. 甲", "2012-01-05.. 甲公司"],
    );
}

#[test]
fn a_name_given_on_the_first_day_of_which_anything_is_known_is_the_name() {
    // Both sort before and after the registered name.
    for name in ["一公司", "龙公司"] {
        given([
            registered(Entity::Team).on("unknown"),
            incorporated(Some(name)).on("2015-05-01"),
        ])
        .at("2015-05-01", NOW)
        .then(kind::NAME, &[name]);
    }
}

#[test]
fn an_identifier_named_twice_is_one_fact_since_it_was_first_known() {
    let usci: nianlun_aggregates::identifier::Usci = "91330103MA2J0XYC21".parse().unwrap();
    let identifier = nianlun_aggregates::Identifier::Usci(usci);
    let twice = Change::Registered {
        entity: Entity::Company,
        name: text("甲"),
        identifiers: vec![identifier.clone(), identifier],
    };
    given([twice.on("2012-01-05")])
        .later("2026-02-01", [moves_in(T_SPACE).on("2012-04-01")])
        .then(
            kind::IDENTIFIER,
            FIRST,
            &["2012-01-05.. usci 91330103MA2J0XYC21"],
        )
        .then(
            kind::IDENTIFIER,
            NOW,
            &["2012-01-05.. usci 91330103MA2J0XYC21"],
        );
}

#[test]
fn what_happens_on_a_day_is_in_no_stock_of_it() {
    let funding = Change::FundingReceived {
        round: Some(text("A")),
        amount: Some("> 500 CNY".parse().unwrap()),
        investor: None,
    };
    let figure = Change::FigureReported {
        metric: text("revenue"),
        quantity: "1200 CNY".parse().unwrap(),
        period: Some(span("2013")),
    };
    let mention = Change::NamedAsAnchor {
        cluster: id(MEDICINE),
        source: text("S0"),
    };
    let record = given([
        company().on("2012-01-05"),
        funding.on("2013-01-01"),
        figure.on("2014-03-01"),
        mention.on("2015"),
    ]);
    record
        .then(kind::FUNDING, NOW, &["2013-01-01..2013-01-01 A > 500 CNY"])
        .then(
            kind::FIGURE,
            NOW,
            &["2014-03-01..2014-03-01 revenue 2013 1200 CNY"],
        )
        .then(kind::MENTION, NOW, &["2015-01-01..2015-01-01 medicine S0"]);
    record.at("2013-01-01", NOW).then(kind::FUNDING, &[]);
}

#[test]
fn what_is_so_from_a_day_on_stays() {
    let absorbed = Change::Absorbed {
        by: Some(text("乙")),
    };
    let divided = Change::Divided {
        into: vec![text("丙"), text("丁")],
    };
    given([
        company().on("2012-01-05"),
        absorbed.on("2020-01-01"),
        divided.on("2019-01-01"),
    ])
    .then(
        kind::SUCCESSION,
        NOW,
        &["2019-01-01.. divided 丙; 丁", "2020-01-01.. absorbed 乙"],
    );
}

#[test]
fn what_a_source_covers_is_shown_on_the_days_of_its_period_and_is_nothing_that_happened() {
    let covers = |period| covers(&[Programme, Application], period).on("unknown");
    let record = given([
        company().on("2012-01-05"),
        covers("2010"),
        covers("by 2014-03-31"),
        covers("unknown"),
    ]);
    record.then(
        kind::COVERAGE,
        NOW,
        &[
            "2010-01-01..2011-01-01 名册 programme application",
            "2012-01-05..2014-04-01 名册 programme application",
            "undated 名册 programme application",
        ],
    );
    record.then_stages(NOW, &["2012-01-05 PROSPECT"]);
}
