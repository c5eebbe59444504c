//! Archives (补录): what their source said counts as known from when it said so.

use std::sync::Arc;

use jiff::tz::TimeZone;
use nianlun::import::{Options, Report};
use nianlun::query::known_at;
use nianlun::store::{FactQuery, KnownAt, Store};
use nianlun_projections::{FOREVER, kind};

use super::{caught_up, company, import_as, issues};
use crate::contract;
use crate::support::database::Harness;
use crate::support::facts::everything;
use crate::support::program::Program;

contract!(
    an_archive_is_known_from_the_end_of_the_day_on_which_it_was_said,
    a_time_with_an_offset_is_exact_and_a_row_without_one_is_refused,
    what_was_said_late_of_a_company_is_known_no_earlier_and_counted,
    nothing_is_known_after_its_admission,
    the_command_line_shows_what_the_source_had_said_by_then,
);

const MAPPING: &str = r#"
name = "archive"
title = "旧台账"
shape = "spells"

[[subject.identify]]
scheme = "park"
id = { column = "编号" }

[subject.register]
name = { column = "企业" }

[[carrier]]
code = "t-space"
name = "T+SPACE"

[backfill]
asserted = { column = "登记日" }

[[output]]
opens = "occupancy-started"
from = { column = "入驻" }
ends = "occupancy-ended"
to = { column = "迁出" }
carrier = "t-space"

[[output]]
opens = "programme-started"
from = { column = "入驻" }
ends = "programme-ended"
to = { column = "迁出" }
carrier = "t-space"
programme = "incubation"
on_end = { outcome = "left" }
"#;

fn file(rows: &[&str]) -> String {
    [&["编号,企业,入驻,迁出,登记日"], rows].concat().join("\n")
}

async fn archive(store: &Arc<dyn Store>, rows: &[&str]) -> Report {
    let files = [("旧台账.csv", file(rows))];
    let report = import_as(store, MAPPING, &files, &Options::default()).await;
    caught_up(store).await;
    report
}

/// The occupancies of the first company as known then: from and to, as placed.
pub async fn occupancies(store: &Arc<dyn Store>, known: KnownAt) -> Vec<String> {
    let query = FactQuery {
        id: Some(company("1").id),
        kinds: vec![kind::OCCUPANCY.to_owned()],
        known,
        ..everything()
    };
    let facts = store.facts(&query).await.expect("facts");
    let line = |from: &str, to: i32, to_stated: &str| {
        let to = if to == FOREVER { "" } else { to_stated };
        format!("{from}..{to}")
    };
    let lines = facts
        .iter()
        .map(|fact| line(&fact.from_stated, fact.valid_to, &fact.to_stated));
    lines.collect()
}

fn then(text: &str) -> KnownAt {
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    known_at(text, &zone).expect("a time")
}

async fn an_archive_is_known_from_the_end_of_the_day_on_which_it_was_said(harness: &Harness) {
    let store = harness.open().await;
    // In the file in another order than it was said in.
    let report = archive(
        &store,
        &[
            "1,甲,2015-03-01,2017-06-01,2017-06-30",
            "1,甲,2015-03-01,,2015-03-31",
        ],
    )
    .await;
    assert_eq!(
        (report.error_count, report.clamped),
        (0, 0),
        "{:?}",
        issues(&report)
    );
    assert_eq!(occupancies(&store, then("2015-03-30")).await, [""; 0]);
    assert_eq!(
        occupancies(&store, then("2015-03-31T23:59:59.999998+08:00")).await,
        [""; 0]
    );
    assert_eq!(
        occupancies(&store, then("2015-03-31T23:59:59.999999+08:00")).await,
        ["2015-03-01.."]
    );
    assert_eq!(
        occupancies(&store, then("2015-03-31")).await,
        ["2015-03-01.."]
    );
    assert_eq!(
        occupancies(&store, then("2017-06-29")).await,
        ["2015-03-01.."]
    );
    assert_eq!(
        occupancies(&store, then("2017-06-30")).await,
        ["2015-03-01..2017-06-01"]
    );
    let again = archive(&store, &["1,甲,2015-03-01,,2015-03-31"]).await;
    assert_eq!((again.events, again.clamped), (0, 0));
}

async fn a_time_with_an_offset_is_exact_and_a_row_without_one_is_refused(harness: &Harness) {
    let store = harness.open().await;
    let report = archive(
        &store,
        &[
            "1,甲,2015-03-01,,2015-03-31T12:00:00+08:00",
            "2,乙,2015-03-01,,",
            "3,丙,2015-03-01,,unknown",
        ],
    )
    .await;
    assert_eq!(report.error_count, 2);
    let told = issues(&report);
    assert!(
        told[0].contains("every row of an archive says when its source said so"),
        "{told:?}"
    );
    assert!(told[1].contains("not known to any day"), "{told:?}");
    assert_eq!(
        occupancies(&store, then("2015-03-31T03:59:59.999999Z")).await,
        [""; 0]
    );
    assert_eq!(
        occupancies(&store, then("2015-03-31T04:00:00Z")).await,
        ["2015-03-01.."]
    );
}

async fn what_was_said_late_of_a_company_is_known_no_earlier_and_counted(harness: &Harness) {
    let store = harness.open().await;
    archive(
        &store,
        &["1,甲,2016-03-01,,2016-03-31", "2,乙,2016-03-01,,2016-03-31"],
    )
    .await;
    // An older archive comes in later: of 甲 something later is known already, of 丙 nothing.
    let older = [
        "1,甲,2014-01-01,2015-01-01,2015-01-31",
        "3,丙,2014-01-01,,2015-01-31",
    ];
    let preview = Options {
        dry_run: true,
        ..Options::default()
    };
    let files = [("旧台账.csv", file(&older))];
    let would = import_as(&store, MAPPING, &files, &preview).await;
    let report = archive(&store, &older).await;
    // An opening and an end of two periods.
    assert_eq!((would.clamped, report.clamped, report.events), (4, 4, 7));
    assert_eq!(occupancies(&store, then("2016-03-30")).await, [""; 0]);
    assert_eq!(
        occupancies(&store, then("2016-03-31")).await,
        ["2014-01-01..2015-01-01", "2016-03-01.."],
        "known from 2015-01-31 by what the source says, but never before what was known of the company already"
    );
    let both = occupancies(&store, KnownAt::Latest).await;
    assert_eq!(both, ["2014-01-01..2015-01-01", "2016-03-01.."]);
    let late = FactQuery {
        kinds: vec![kind::FINDING.to_owned()],
        keys: vec!["known-later-than-asserted".to_owned()],
        ..everything()
    };
    let found = store.facts(&late).await.expect("facts");
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found.iter().all(|fact| fact.id == company("1").id));
}

async fn nothing_is_known_after_its_admission(harness: &Harness) {
    let store = harness.open().await;
    let report = archive(&store, &["1,甲,2016-03-01,,2199-12-31"]).await;
    assert_eq!(report.error_count, 0);
    assert_eq!(occupancies(&store, KnownAt::Latest).await, ["2016-03-01.."]);
    let admitted = harness.number("SELECT max(admitted_at) FROM log").await;
    assert_eq!(
        occupancies(&store, KnownAt::Time(admitted)).await,
        ["2016-03-01.."]
    );
    assert_eq!(
        occupancies(&store, KnownAt::Time(admitted - 1)).await,
        [""; 0]
    );
}

async fn the_command_line_shows_what_the_source_had_said_by_then(harness: &Harness) {
    let program = Program::over(harness);
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let rows = file(&[
        "1,甲,2015-03-01,2017-06-01,2017-06-30",
        "1,甲,2015-03-01,,2015-03-31",
    ]);
    std::fs::write(path("rows.csv"), rows).expect("written");
    std::fs::write(path("m.toml"), MAPPING).expect("written");
    program.done(&["import", &path("rows.csv"), "--mapping", &path("m.toml")]);

    let show = |known: &str| {
        program.run(&[
            "company",
            "show",
            "park:1",
            "--as-of",
            "2018-01-01",
            "--known-at",
            known,
        ])
    };
    assert_eq!(show("2015-03-30").code, Some(2), "not known yet");
    let before = show("2017-06-29");
    assert_eq!(before.code, Some(0), "{}", before.err);
    assert!(before.out.contains("2015-03-01"), "{}", before.out);
    let after = show("2017-06-30");
    assert_ne!(before.out, after.out);

    let incubating = |known: &str| {
        let rows = program.rows(&["pipeline", "--as-of", "2018-01-01", "--known-at", known]);
        let row = rows
            .iter()
            .find(|row| row["code"] == "INCUBATING" || row["stage"] == "INCUBATING");
        row.map_or(-1, |row| row["companies"].as_i64().unwrap_or(-2))
    };
    assert_eq!(incubating("2015-03-30"), 0);
    assert_eq!(incubating("2017-06-29"), 1);
    assert_eq!(incubating("2017-06-30"), 0);
}
