//! Previews write nothing and say what a run would do; a strict run writes all or nothing.

use nianlun::import::{Options, Report};

use super::{HEADER, MAPPING, USCI, caught_up, company, counts, import_as, issues, said};
use crate::contract;
use crate::support::database::Harness;

contract!(
    a_preview_writes_nothing_and_says_what_the_run_then_does,
    a_preview_of_an_edited_file_tells_its_corrections,
    a_strict_run_writes_nothing_where_a_row_is_bad,
    a_strict_run_writes_nothing_where_deciding_finds_the_error,
    a_strict_roster_that_is_refused_is_no_list,
    a_strict_run_without_errors_is_one_transaction,
);

const ROWS: &[&str] = &[
    "91330103MA2J0XYC21,1,甲,T空间,2016-03-01,2018-05,",
    "91330103MA2J0XYC22,2,乙,T空间,2016年初,,",
    ",3,丙,T空间,2016/3/1,2017.4,",
    ",3,丙,T空间,2016-06-01,,",
    ",4,丁,,2020-01-01,,688287",
    ",5,戊,天安,,by 2017-02-28,",
    ",6,庚,火星,2016,,",
    ",7,辛,,2020-01-01,,688287",
    ",8,壬,天安,2018-01-01,2017-01-01,",
];

fn file(rows: &[&str]) -> Vec<(&'static str, String)> {
    vec![("名册.csv", [&[HEADER], rows].concat().join("\n"))]
}

fn preview() -> Options {
    Options {
        dry_run: true,
        ..Options::default()
    }
}

fn strict() -> Options {
    Options {
        strict: true,
        ..Options::default()
    }
}

/// What a preview and the run must agree on.
fn told(report: Report) -> Report {
    Report {
        run: String::new(),
        nothing_written: false,
        ..report
    }
}

async fn a_preview_writes_nothing_and_says_what_the_run_then_does(harness: &Harness) {
    let store = harness.open().await;
    let known = file(&[",3,丙,T空间,2016/3/1,,"]);
    import_as(&store, MAPPING, &known, &Options::default()).await;
    caught_up(&store).await;
    let before = counts(harness).await;
    let would = import_as(&store, MAPPING, &file(ROWS), &preview()).await;
    assert_eq!(counts(harness).await, before);
    assert!(would.nothing_written);
    // 丁 gets the code, not 辛; the seventh row names no carrier, the ninth ends before it begins.
    assert_eq!(would.error_count, 3, "{:#?}", issues(&would));
    assert_eq!((would.rows, would.new_subjects), (9, 7));
    assert!(
        would.contradictions.contains_key("start-while-open"),
        "{would:?}"
    );
    assert_eq!(would.preview.len() as u64, would.events);
    assert_eq!(would.by_type.values().sum::<u64>(), would.events);

    let did = import_as(&store, MAPPING, &file(ROWS), &Options::default()).await;
    let stored = harness.number("SELECT count(*) FROM events").await;
    assert_eq!(
        stored - before["events"],
        i64::try_from(did.events).expect("small")
    );
    assert_eq!(told(would), told(did));
}

async fn a_preview_of_an_edited_file_tells_its_corrections(harness: &Harness) {
    let store = harness.open().await;
    let keyed = MAPPING.replace(
        "shape = \"spells\"",
        "shape = \"spells\"\nrow_key = { column = \"编号\" }",
    );
    let first = file(&[",1,甲,T空间,2016-03-01,,", ",2,乙,天安,2016-03-01,,"]);
    import_as(&store, &keyed, &first, &Options::default()).await;
    caught_up(&store).await;
    let before = counts(harness).await;
    let edited = file(&[",1,甲,T空间,2016-04-01,,"]);
    let options = Options {
        retract_missing: true,
        ..preview()
    };
    let would = import_as(&store, &keyed, &edited, &options).await;
    assert_eq!(counts(harness).await, before);
    assert_eq!(would.corrected, 1);
    assert!(would.retracted > 0);
    assert!(
        would.by_type.contains_key("corrected occupancy-started"),
        "{:?}",
        would.by_type
    );
    let options = Options {
        dry_run: false,
        ..options
    };
    let did = import_as(&store, &keyed, &edited, &options).await;
    assert_eq!(told(would), told(did));
}

async fn a_strict_run_writes_nothing_where_a_row_is_bad(harness: &Harness) {
    let store = harness.open().await;
    let before = counts(harness).await;
    let rows = [",1,甲,T空间,2016-03-01,,", ",2,乙,T空间"];
    let report = import_as(&store, MAPPING, &file(&rows), &strict()).await;
    assert!(
        report.nothing_written && report.error_count == 1,
        "{:?}",
        issues(&report)
    );
    assert_eq!(counts(harness).await, before);
}

async fn a_strict_run_writes_nothing_where_deciding_finds_the_error(harness: &Harness) {
    let store = harness.open().await;
    let before = counts(harness).await;
    // Enough of them that some have been written to the transaction when the last is decided.
    let mut rows: Vec<String> = (1..2_500)
        .map(|number| format!(",{number},企业{number},T空间,2016-03-01,,"))
        .collect();
    rows.push(",x,坏,T空间,2016-03-01,2015-03-01,".to_owned());
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let report = import_as(&store, MAPPING, &file(&rows), &strict()).await;
    assert!(
        report.nothing_written && report.error_count == 1,
        "{:?}",
        issues(&report)
    );
    assert_eq!(counts(harness).await, before);
    // Mended, it goes in.
    let report = import_as(&store, MAPPING, &file(&rows[..10]), &strict()).await;
    assert_eq!((report.error_count, report.nothing_written), (0, false));
    assert_eq!(said(&store, company("1")).await.len(), 2);
}

async fn a_strict_roster_that_is_refused_is_no_list(harness: &Harness) {
    let store = harness.open().await;
    let roster = r#"
        name = "list"
        title = "名单"
        shape = "roster"
        [roster]
        observed_on = { of = "file", within = true }
        [[subject.identify]]
        scheme = "park"
        id = { column = "编号" }
        [subject.register]
        name = { column = "企业" }
        [[carrier]]
        code = "t-space"
        name = "T+SPACE"
        [[output]]
        opens = "occupancy-started"
        ends = "occupancy-ended"
        carrier = "t-space"
        [[output]]
        when = { "入驻" = "*" }
        event = "incorporated"
        on = { column = "入驻" }
    "#;
    let list = |name, rows: &[&str]| (name, [&["编号,企业,入驻"], rows].concat().join("\n"));
    let first = list("名单2016-03-31.csv", &["1,甲,", "2,乙,"]);
    import_as(&store, roster, &[first], &strict()).await;
    caught_up(&store).await;
    let before = counts(harness).await;
    // Two foundings contradict each other or are refused; a date that no calendar has is refused late, when the rows are decided.
    let bad = list("名单2016-04-30.csv", &["1,甲,2016-02-30"]);
    let report = import_as(&store, roster, &[bad], &strict()).await;
    assert!(
        report.nothing_written && report.error_count > 0,
        "{:?}",
        issues(&report)
    );
    assert_eq!(counts(harness).await, before);
    let next = list("名单2016-05-31.csv", &["1,甲,", "2,乙,"]);
    let report = import_as(&store, roster, &[next], &strict()).await;
    assert_eq!(
        (report.events, report.error_count),
        (0, 0),
        "nobody went: {:?}",
        report.preview
    );
}

async fn a_strict_run_without_errors_is_one_transaction(harness: &Harness) {
    let store = harness.open().await;
    let rows: Vec<String> = (1..2_500)
        .map(|number| format!(",{number},企业{number},T空间,2016-03-01,,"))
        .collect();
    let mut rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let first = format!("{USCI},1,甲,天安,2018,,");
    rows.push(&first);
    let report = import_as(&store, MAPPING, &file(&rows), &strict()).await;
    assert_eq!(
        (report.error_count, report.nothing_written),
        (0, false),
        "{:?}",
        issues(&report)
    );
    let other = Harness::new(harness.dialect).await;
    let other_store = other.open().await;
    let loose = import_as(&other_store, MAPPING, &file(&rows), &Options::default()).await;
    assert_eq!(told(report), told(loose));
    other_store.close().await;
}
