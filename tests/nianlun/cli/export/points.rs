//! What was exported then can be exported now, and all forms say the same.

use super::super::town::town;
use super::{CENSUS, csv_table, exported, folder, line_table, lines, park, workbook_tables};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::text;

contract!(
    three_forms_hold_the_same_rows,
    an_export_of_what_was_known_is_the_one_made_then,
    every_event_is_exported_in_the_order_of_the_log,
);

async fn three_forms_hold_the_same_rows(harness: &Harness) {
    let program = park(harness);
    let folder = folder();
    let park = ["--carrier", "synthetic-park"];
    let exports: [&[&str]; 5] = [
        &["events"],
        &["facts", "--as-of", CENSUS],
        &["facts", "--kind", "figure"],
        &["companies", "--as-of", CENSUS],
        &["roster", park[0], park[1], "--as-of", CENSUS],
    ];
    for (number, args) in exports.iter().enumerate() {
        let export =
            |ending: &str| exported(&program, folder.path(), &format!("{number}.{ending}"), args);
        let csv = csv_table(&export("csv"));
        assert!(csv.len() > 300, "{args:?}: {}", csv.len());
        let workbook = workbook_tables(export("xlsx"));
        assert_eq!(workbook.keys().collect::<Vec<_>>(), [args[0]]);
        assert_eq!(workbook[args[0]], csv, "{args:?}");
        assert_eq!(line_table(&export("jsonl"), &csv[0]), csv, "{args:?}");
    }
}

async fn an_export_of_what_was_known_is_the_one_made_then(harness: &Harness) {
    let program = town(harness);
    let day = ["--as-of", "2018-12-31"];
    let exports: [&[&str]; 5] = [
        &["events"],
        &["facts"],
        &["facts", "--as-of", "2018-12-31"],
        &["companies", day[0], day[1]],
        &["roster", "--carrier", "hub", day[0], day[1]],
    ];
    let export = |args: &[&str], known: &[&str], form: &str| {
        program.done(&[&["export"], args, known, &["--format", form]].concat())
    };
    let then: Vec<_> = exports
        .iter()
        .flat_map(|args| ["csv", "jsonl"].map(|form| export(args, &[], form)))
        .collect();
    let last = lines(&program, &["events"]).len().to_string();

    program.done(&[
        "record",
        "company",
        "town:1",
        "renamed",
        "name=甲光电股份有限公司",
        "--on",
        "2016-01-01",
    ]);
    program.done(&[
        "record",
        "company",
        "town:2",
        "--retract",
        "3",
        "--because",
        "a slip",
    ]);
    program.done(&[
        "record",
        "company",
        "town:9",
        "registered",
        "name=壬",
        "--on",
        "2015-01-01",
    ]);
    let moved_in = ["occupancy-started", "carrier=hub", "--on", "2016-05-01"];
    program.done(&[&["record", "company", "town:9"], &moved_in[..]].concat());

    let known = ["--known-at", &last];
    let again = exports
        .iter()
        .flat_map(|args| ["csv", "jsonl"].map(|form| export(args, &known, form)));
    for (then, again) in then.iter().zip(again) {
        assert_eq!(*then, again);
    }
    for args in exports {
        assert_ne!(
            export(args, &[], "csv"),
            export(args, &known, "csv"),
            "{args:?}"
        );
    }
}

async fn every_event_is_exported_in_the_order_of_the_log(harness: &Harness) {
    let program = town(harness);
    let correct = ["--correct", "2", "--because", "the lease"];
    let moved_in = [
        "occupancy-started",
        "carrier=hub",
        "unit=A101",
        "--on",
        "2016-02",
    ];
    program.done(&[&["record", "company", "town:2"], &moved_in[..], &correct].concat());
    let events = lines(&program, &["events"]);
    let positions: Vec<_> = events.iter().map(|row| row["position"].as_u64()).collect();
    let expected: Vec<_> = (1..=events.len() as u64).map(Some).collect();
    assert_eq!(positions, expected);
    assert_eq!(
        i64::try_from(events.len()).expect("few"),
        harness.number("SELECT count(*) FROM events").await
    );

    let listed = events
        .iter()
        .find(|row| text(row, "event_type") == "Listed")
        .expect("the listing");
    assert_eq!(text(listed, "on"), "2019-07-22");
    assert_eq!(
        listed["payload"]["entry"]["asserted"]["change"]["listed"]["board"],
        "STAR"
    );
    let noted = ["actor", "source", "row"].map(|key| text(listed, key));
    assert_eq!(noted, ["tester", "town", "4"]);
    assert_eq!(text(listed, "file").len(), 64);
    assert!(text(listed, "admitted_at").ends_with("+08:00"), "{listed}");
    let corrected = events.last().expect("the correction");
    let said = ["event_type", "on", "actor", "run"].map(|key| text(corrected, key));
    assert_eq!(said, ["EventCorrected", "2016-02", "tester", ""]);
}
