//! Rows with a key: an edited file corrects what an earlier version of it said.

use nianlun::import::{Options, Report};
use nianlun::store::{KnownAt, Store};
use std::sync::Arc;

use super::{company, import_as, in_force, issues, said};
use crate::contract;
use crate::support::database::Harness;

contract!(
    an_edited_date_value_or_spell_is_corrected,
    an_end_that_is_added_is_added_and_one_that_changes_is_corrected,
    an_emptied_cell_is_silence,
    a_vanished_row_is_told_and_taken_back_when_asked,
    a_key_that_another_company_has_now_says_nothing_of_the_first,
    a_document_of_another_name_is_no_version_of_it,
    versions_of_an_archive_in_one_run_become_known_one_after_the_other,
);

const MAPPING: &str = r#"
name = "ledger"
title = "台账"
shape = "spells"
row_key = { column = "序号" }

[[subject.identify]]
scheme = "park"
id = { column = "编号" }

[subject.register]
name = { column = "企业" }

[[carrier]]
code = "t-space"
name = "T+SPACE"
[[carrier]]
code = "tianan"
name = "天安"

[[output]]
when = { "载体" = "*" }
opens = "occupancy-started"
from = { column = "入驻" }
ends = "occupancy-ended"
to = { column = "迁出" }
carrier = { column = "载体" }
area = { column = "面积" }

[[output]]
when = { "行业" = "*" }
event = "attribute-stated"
on = { column = "入驻" }
scheme = "industry"
value = { column = "行业" }
"#;

const HEADER: &str = "序号,编号,企业,载体,面积,入驻,迁出,行业";

fn file(rows: &[&str]) -> String {
    [&[HEADER], rows].concat().join("\n")
}

async fn version(store: &Arc<dyn Store>, rows: &[&str]) -> Report {
    let options = Options::default();
    import_as(store, MAPPING, &[("台账.csv", file(rows))], &options).await
}

async fn an_edited_date_value_or_spell_is_corrected(harness: &Harness) {
    let store = harness.open().await;
    let first = version(
        &store,
        &[
            "r1,1,甲,t-space,100,2016-03-01,2018-05-01,光学",
            "r2,2,乙,t-space,80,2017-01-01,,软件",
        ],
    )
    .await;
    // 2 carriers, 2 registrations, 2 openings, 1 end, 2 attributes.
    assert_eq!((first.events, first.corrected), (9, 0));
    let edited = [
        "r1,1,甲,tianan,100,2016-04-01,2018-06-01,激光",
        "r2,2,乙,t-space,80,2017-01-01,,软件",
    ];
    let second = version(&store, &edited).await;
    assert_eq!(
        (second.events, second.corrected, second.error_count),
        (3, 3, 0)
    );
    assert_eq!(issues(&second), [""; 0]);
    let now = in_force(&store, company("1")).await;
    assert_eq!(now.len(), 4, "{now:#?}");
    for (line, begins) in now.iter().zip([
        "2016-04-01 {\"attribute_stated\"",
        "2016-04-01 {\"occupancy_started\"",
        "2018-06-01 {\"occupancy_ended\"",
        "unknown {\"registered\"",
    ]) {
        assert!(line.starts_with(begins), "{line}\n{begins}");
    }
    assert!(now[0].contains("激光"), "{now:?}");
    assert_eq!(said(&store, company("2")).await.len(), 3, "乙 is as it was");

    let again = version(&store, &edited).await;
    assert_eq!((again.events, again.corrected, again.retracted), (0, 0, 0));
    let fresh = harness_of(&edited, harness).await;
    assert_eq!(now, fresh, "as if it had been said so first");
}

/// What is in force of the first company where only these rows were imported.
async fn harness_of(rows: &[&str], like: &Harness) -> Vec<String> {
    let other = Harness::new(like.dialect).await;
    let store = other.open().await;
    version(&store, rows).await;
    let said = in_force(&store, company("1")).await;
    store.close().await;
    said
}

async fn an_end_that_is_added_is_added_and_one_that_changes_is_corrected(harness: &Harness) {
    let store = harness.open().await;
    version(&store, &["r1,1,甲,t-space,100,2016-03-01,,"]).await;
    let ended = version(&store, &["r1,1,甲,t-space,100,2016-03-01,2018-05-01,"]).await;
    assert_eq!((ended.events, ended.corrected, ended.already), (1, 0, 1));
    let moved = version(&store, &["r1,1,甲,t-space,100,2016-03-01,2018-06-01,"]).await;
    assert_eq!((moved.events, moved.corrected), (1, 1));
    let before_its_start = version(&store, &["r1,1,甲,t-space,100,2016-03-01,2015-06-01,"]).await;
    assert_eq!(
        (before_its_start.events, before_its_start.error_count),
        (0, 1)
    );
    assert_eq!(
        said(&store, company("1")).await,
        [
            "Registered unknown",
            "OccupancyStarted 2016-03-01",
            "OccupancyEnded 2018-05-01",
            "EventCorrected ",
        ]
    );
}

async fn an_emptied_cell_is_silence(harness: &Harness) {
    let store = harness.open().await;
    version(&store, &["r1,1,甲,t-space,100,2016-03-01,2018-05-01,光学"]).await;
    let before = in_force(&store, company("1")).await;
    let emptied = version(&store, &["r1,1,甲,t-space,100,2016-03-01,,"]).await;
    assert_eq!((emptied.events, emptied.error_count), (0, 0));
    assert_eq!(in_force(&store, company("1")).await, before);
}

async fn a_vanished_row_is_told_and_taken_back_when_asked(harness: &Harness) {
    let store = harness.open().await;
    let both = [
        "r1,1,甲,t-space,100,2016-03-01,2018-05-01,",
        "r2,1,甲,tianan,50,2019-03-01,,",
        "r3,2,乙,tianan,50,2019-03-01,,",
    ];
    version(&store, &both).await;
    let kept = version(&store, &both[..1]).await;
    assert_eq!(
        (kept.events, kept.notice_count),
        (0, 2),
        "{:?}",
        issues(&kept)
    );
    assert!(issues(&kept)[0].contains("row_key"), "{:?}", issues(&kept));
    assert_eq!(in_force(&store, company("1")).await.len(), 4);

    let options = Options {
        retract_missing: true,
        ..Options::default()
    };
    let files = [("台账.csv", file(&both[..1]))];
    let retracted = import_as(&store, MAPPING, &files, &options).await;
    assert_eq!(
        (retracted.events, retracted.retracted),
        (retracted.retracted, retracted.retracted)
    );
    assert!(retracted.retracted >= 2, "{retracted:?}");
    let now = in_force(&store, company("1")).await;
    assert_eq!(now.len(), 3, "{now:?}");
    assert!(!now.iter().any(|said| said.starts_with("2019")), "{now:?}");
    let again = import_as(&store, MAPPING, &files, &options).await;
    assert_eq!(again.events, 0);
    // And it can come back.
    let back = version(&store, &both).await;
    assert!(
        back.events > 0 && back.error_count == 0,
        "{:?}",
        issues(&back)
    );
    assert_eq!(in_force(&store, company("1")).await.len(), 4);
    assert_eq!(in_force(&store, company("2")).await.len(), 2);
}

async fn a_key_that_another_company_has_now_says_nothing_of_the_first(harness: &Harness) {
    let store = harness.open().await;
    version(&store, &["r1,1,甲,t-space,100,2016-03-01,,"]).await;
    let options = Options {
        retract_missing: true,
        ..Options::default()
    };
    let moved = [("台账.csv", file(&["r1,2,乙,t-space,100,2016-03-01,,"]))];
    let report = import_as(&store, MAPPING, &moved, &options).await;
    assert_eq!(report.error_count, 0, "{:?}", issues(&report));
    let first = in_force(&store, company("1")).await;
    assert!(
        !first.iter().any(|said| said.contains("occupancy")),
        "{first:?}"
    );
    let second = in_force(&store, company("2")).await;
    assert!(
        second.iter().any(|said| said.contains("occupancy")),
        "{second:?}"
    );
}

async fn a_document_of_another_name_is_no_version_of_it(harness: &Harness) {
    let store = harness.open().await;
    version(&store, &["r1,1,甲,t-space,100,2016-03-01,,"]).await;
    let other = [("别的.csv", file(&["r2,2,乙,t-space,100,2016-03-01,,"]))];
    let report = import_as(&store, MAPPING, &other, &Options::default()).await;
    assert_eq!(report.notice_count, 0, "{:?}", issues(&report));
    let named = Options {
        document: Some("台账.csv".to_owned()),
        ..Options::default()
    };
    let other = [("三.csv", file(&["r2,2,乙,t-space,120,2016-03-01,,"]))];
    let report = import_as(&store, MAPPING, &other, &named).await;
    assert_eq!(
        (report.corrected, report.notice_count),
        (1, 1),
        "{:?}",
        issues(&report)
    );
}

async fn versions_of_an_archive_in_one_run_become_known_one_after_the_other(harness: &Harness) {
    let store = harness.open().await;
    let mapping = format!("{MAPPING}\n[backfill]\nasserted = {{ of = \"file\", within = true }}\n");
    let files = [
        (
            "台账2016-12-31.csv",
            file(&["r1,1,甲,t-space,100,2016-03-01,,"]),
        ),
        (
            "台账2015-12-31.csv",
            file(&["r1,1,甲,t-space,100,2015-03-01,,"]),
        ),
        (
            "台账2017-12-31.csv",
            file(&["r1,1,甲,t-space,100,2016-03-01,2017-06-01,"]),
        ),
    ];
    let report = import_as(&store, &mapping, &files, &Options::default()).await;
    assert_eq!(
        (report.error_count, report.corrected, report.clamped),
        (0, 1, 0),
        "{:?}",
        issues(&report)
    );
    assert_eq!(
        said(&store, company("1")).await,
        [
            "Registered unknown",
            "OccupancyStarted 2015-03-01",
            "EventCorrected ",
            "OccupancyEnded 2017-06-01"
        ]
    );
    super::caught_up(&store).await;
    let at = async |day: &str| {
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").expect("a zone");
        let known = nianlun::query::known_at(day, &zone).expect("a day");
        super::archive::occupancies(&store, known).await
    };
    assert_eq!(at("2015-12-30").await, [""; 0]);
    assert_eq!(at("2015-12-31").await, ["2015-03-01.."]);
    assert_eq!(at("2016-12-30").await, ["2015-03-01.."]);
    assert_eq!(at("2016-12-31").await, ["2016-03-01.."]);
    assert_eq!(at("2017-12-31").await, ["2016-03-01..2017-06-01"]);
    assert_eq!(
        super::archive::occupancies(&store, KnownAt::Latest).await,
        ["2016-03-01..2017-06-01"]
    );
}
