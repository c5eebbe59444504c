//! Irregularities: each as it is raised, and the near miss that raises none.

use nianlun_aggregates::Board::Star;
use nianlun_aggregates::company::ApplicationStep::{Accepted, Paused, Resumed};
use nianlun_aggregates::company::Programme::Incubation;
use nianlun_aggregates::company::SpellSet::{self, Application, Programme};
use nianlun_aggregates::company::{Change, Entity};
use nianlun_projections::company::IRREGULARITIES;
use nianlun_projections::kind;

use crate::support::words::*;
use crate::support::{FIRST, NOW, On, correct, given, text};

#[test]
fn two_incubators_at_once_are_flagged_while_they_are() {
    let both = given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-04-01"),
        incubation(TIANAN).on("2013-04-01"),
        quits(Incubation, T_SPACE).on("2013-10-01"),
        graduates(TIANAN).on("2015-04-01"),
    ]);
    both.then_findings(
        NOW,
        &["two-incubators irregular [2, 3] 2013-04-01..2013-10-01"],
    );
    both.at("2013-04-01", NOW).then(
        kind::PROGRAMME,
        &[
            "t-space incubation left !two-incubators",
            "tianan incubation graduated !two-incubators",
        ],
    );
    given([
        company().on("2012-01-05"),
        incubation(T_SPACE).on("2012-04-01"),
        quits(Incubation, T_SPACE).on("2013-04-01"),
        incubation(TIANAN).on("2013-04-01"),
        graduates(TIANAN).on("2015-04-01"),
        acceleration(T_SPACE).on("2013-04-01"),
    ])
    .then_findings(NOW, &[]);
}

#[test]
fn incubation_is_over_long_by_the_rule_of_its_first_day() {
    let stays = |from: &str, to: &str| {
        given([
            company().on("2012-01-05"),
            incubation(T_SPACE).on(from),
            quits(Incubation, T_SPACE).on(to),
        ])
    };
    // CN-2010-680: 42 months.
    stays("2012-04-01", "2015-10-01").then_findings(NOW, &[]);
    stays("2012-04-01", "2015-10-02")
        .then_findings(NOW, &["over-tenure irregular [2] 2015-10-01..2015-10-02"])
        // Time alone brings it: the incubation itself is as it was recorded.
        .then(
            kind::PROGRAMME,
            NOW,
            &["2012-04-01..2015-10-02 t-space incubation left"],
        );
    // CN-2018-300: 48 months from 2019 on, but not for those who came before.
    stays("2018-12-31", "2022-07-01")
        .then_findings(NOW, &["over-tenure irregular [2] 2022-06-30..2022-07-01"]);
    // No rule before the first.
    stays("2006-04-01", "2016-04-01").then_findings(NOW, &[]);
}

#[test]
fn an_open_incubation_becomes_over_long_by_itself() {
    given([
        company().on("2024-01-05"),
        incubation(T_SPACE).on("2024-04-01"),
    ])
    .then_findings(NOW, &["over-tenure irregular [2] 2028-04-01.."])
    .at("2028-03-31", NOW)
    .then(kind::FINDING, &[])
    .at("2028-04-01", NOW)
    .then(kind::FINDING, &["over-tenure irregular"]);
}

#[test]
fn doubtful_dates_are_read_in_the_companys_favour() {
    let stays = |from: &str, to: &str| {
        given([
            company().on("2012-01-05"),
            incubation(T_SPACE).on(from),
            quits(Incubation, T_SPACE).on(to),
        ])
    };
    // It may have come in December 2012, and have left in January 2016.
    stays("2012", "2016-06-30").then_findings(NOW, &[]);
    stays("2012-04-01", "2015").then_findings(NOW, &[]);
    stays("2012-04-01", "by 2017-02-28").then_findings(NOW, &[]);
    stays("by 2012-04-01", "2017-02-28").then_findings(NOW, &[]);
    stays("2012", "2016-07-01")
        .then_findings(NOW, &["over-tenure irregular [2] 2016-06-30..2016-07-01"]);
    stays("2012-04-01", "2016")
        .then_findings(NOW, &["over-tenure irregular [2] 2015-10-01..2016-12-31"]);
}

#[test]
fn who_is_over_two_years_old_at_entry_is_flagged_since_2019() {
    let enters_on = |formed: &str, entry: &str| {
        given([
            registered(Entity::Team).on("2012-01-05"),
            incorporated(None).on(formed),
            incubation(T_SPACE).on(entry),
            graduates(T_SPACE).on("2022-01-01"),
        ])
    };
    enters_on("2018-01-05", "2020-01-05").then_findings(NOW, &[]);
    enters_on("2018-01-05", "2020-01-06").then_findings(
        NOW,
        &["over-age-at-entry irregular [2, 3] 2020-01-06..2022-01-01"],
    );
    enters_on("2018", "2020-12-31").then_findings(NOW, &[]);
    enters_on("2010-01-05", "2018-12-31").then_findings(NOW, &[]);
    // Known to exist by then is no day of formation.
    enters_on("by 2010-01-05", "2020-01-06").then_findings(NOW, &[]);
}

/// A record with what is declared to be complete.
fn covered(sets: &[SpellSet], period: &str, says: Change) -> crate::support::Given<Change> {
    given([
        company().on("2012-01-05"),
        covers(sets, period).on("unknown"),
        says.on("2014-03-31"),
    ])
}

#[test]
fn absence_is_a_flag_only_where_a_source_has_declared_coverage() {
    let cases = [
        (
            graduates(T_SPACE),
            Programme,
            "graduated-without-incubation",
        ),
        (
            lists(Star, "688287"),
            Application,
            "listed-without-application",
        ),
        (acceleration(T_SPACE), Programme, "skipped-stage"),
    ];
    for (says, set, code) in cases {
        let finding = format!("{code} irregular [3] 2014-03-31..2014-03-31");
        for period in [
            "2014",
            "season 2010-01-01..2014-03-31",
            "about 2014-03-31..",
            "by 2014-03-31",
        ] {
            covered(&[set], period, says.clone()).then_findings(NOW, &[&finding]);
        }
        // Another period, another set, no period.
        covered(&[set], "2013", says.clone()).then_findings(NOW, &[]);
        covered(&[set], "season 2010-01-01..2014-03-30", says.clone()).then_findings(NOW, &[]);
        covered(&[SpellSet::Occupancy], "2014", says.clone()).then_findings(NOW, &[]);
        covered(&[set], "unknown", says.clone()).then_findings(NOW, &[]);
        given([company().on("2012-01-05"), says.on("2014-03-31")]).then_findings(NOW, &[]);
    }
}

#[test]
fn coverage_declared_later_raises_its_flags_then() {
    given([
        company().on("2012-01-05"),
        graduates(T_SPACE).on("2014-03-31"),
    ])
    .later("2026-02-01", [covers(&[Programme], "2014").on("unknown")])
    .then_findings(FIRST, &[])
    .then_findings(
        "2026-02-01",
        &["graduated-without-incubation irregular [2] 2014-03-31..2014-03-31"],
    );
}

#[test]
fn what_is_there_is_not_missed() {
    covered(&[Programme], "2014", graduates(T_SPACE))
        .later("2026-02-01", [incubation(T_SPACE).on("2012-04-01")])
        .then_findings(NOW, &[]);
    covered(&[Application], "2014", lists(Star, "688287"))
        .later("2026-02-01", [applies(Star, Accepted).on("2013-04-01")])
        .then_findings(NOW, &[]);
    // Begun on an unknown day, or ended with no recorded beginning: it may have been before.
    for before in [
        incubation(TIANAN).on("2012-04-01"),
        incubation(TIANAN).on("unknown"),
        quits(Incubation, TIANAN).on("2014-04-01"),
    ] {
        let findings = covered(&[Programme], "2014", acceleration(T_SPACE))
            .later("2026-02-01", [before])
            .known(NOW);
        assert!(findings.iter().all(|fact| fact.key != "skipped-stage"));
    }
    covered(&[Programme], "2014", acceleration(T_SPACE))
        .later(
            "2026-02-01",
            [
                incubation(TIANAN).on("2014-04-01"),
                quits(Incubation, TIANAN).on("2015-04-01"),
            ],
        )
        .then_findings(NOW, &["skipped-stage irregular [3] 2014-03-31..2014-03-31"]);
}

#[test]
fn a_date_more_than_400_days_ahead_of_its_recording_is_flagged() {
    // Recorded on 2026-01-01.
    let listing = |on: &str| given([company().on("2012-01-05"), lists(Star, "688287").on(on)]);
    listing("2027-02-05").then_findings(NOW, &[]);
    listing("2027-02-06").then_findings(NOW, &["far-future irregular [2] 2027-02-06..2027-02-06"]);
    listing("2027-02-06")
        .later(
            "2026-03-01",
            [correct(2, &lists(Star, "688287").on("2017-02-06"))],
        )
        .then_findings(
            "2026-02-28",
            &["far-future irregular [2] 2027-02-06..2027-02-06"],
        )
        .then_findings("2026-03-01", &[]);
}

#[test]
fn what_deregistration_leaves_open_is_shown() {
    given([
        company().on("2012-01-05"),
        moves_in(T_SPACE).on("2012-04-01"),
        joins(None).on("2012-04-01"),
        leaves().on("2014-06-01"),
        deregistered().on("2014-06-01"),
    ])
    .then_findings(
        NOW,
        &["closed-but-still-open irregular [2, 5] 2014-06-01.."],
    )
    .then(kind::OCCUPANCY, NOW, &["2012-04-01.. t-space"]);
    given([
        company().on("2012-01-05"),
        moves_in(T_SPACE).on("2012-04-01"),
        deregistered().on("2014-06-01"),
        moves_out(T_SPACE).on("2014-09-01"),
    ])
    .then_findings(
        NOW,
        &["closed-but-still-open irregular [2, 3] 2014-06-01..2014-09-01"],
    );
}

#[test]
fn a_label_and_a_revoked_licence_leave_nothing_open() {
    let granted = Change::RecognitionGranted {
        label: text("高新技术企业"),
        level: None,
        valid_until: None,
    };
    given([
        company().on("2012-01-05"),
        granted.on("2013-01-01"),
        deregistered().on("2014-06-01"),
    ])
    .then_findings(NOW, &[]);
    given([
        company().on("2012-01-05"),
        moves_in(T_SPACE).on("2012-04-01"),
        enters(nianlun_aggregates::company::LegalStatus::Revoked).on("2014-06-01"),
    ])
    .then_findings(NOW, &[]);
}

#[test]
fn a_paused_application_is_flagged_until_it_is_resumed_or_ends() {
    given([
        company().on("2012-01-05"),
        applies(Star, Accepted).on("2019-03-01"),
        applies(Star, Paused).on("2019-06-01"),
        applies(Star, Resumed).on("2019-09-01"),
        applies(Star, Paused).on("2020-01-01"),
        withdraws(Star).on("2020-03-01"),
    ])
    .then_findings(
        NOW,
        &[
            "application-paused irregular [3, 4] 2019-06-01..2019-09-01",
            "application-paused irregular [5] 2020-01-01..2020-03-01",
        ],
    )
    .then(
        kind::APPLICATION,
        NOW,
        &["2019-03-01..2020-03-01 STAR withdrawn"],
    );
    given([
        company().on("2012-01-05"),
        applies(Star, Accepted).on("2019-03-01"),
    ])
    .then_findings(NOW, &[]);
}

#[test]
fn every_irregularity_has_its_own_code_and_both_names() {
    let codes: std::collections::BTreeSet<_> =
        IRREGULARITIES.iter().map(|word| word.code).collect();
    assert_eq!(codes.len(), 11);
    assert_eq!(IRREGULARITIES.len(), 11);
    assert!(
        IRREGULARITIES
            .iter()
            .all(|word| !word.zh.is_empty() && !word.en.is_empty())
    );
}
