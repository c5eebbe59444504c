//! `nianlun import`: how it ends and what it reports.

use std::fs;

use serde_json::Value;

use super::town::{ROWS, written};
use super::{aligned, fails, says};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::Program;

contract!(
    an_import_says_what_it_did_and_the_second_adds_nothing,
    row_errors_end_with_3_and_the_other_rows_are_recorded,
    what_cannot_be_read_is_refused_before_the_first_row,
);

async fn an_import_says_what_it_did_and_the_second_adds_nothing(harness: &Harness) {
    let program = Program::over(harness);
    let (_folder, rows, mapping) = written();
    let import = ["import", &rows, "--mapping", &mapping];
    // 12 rows and 8 registrations. The town's 2 carriers, one of them with an alias, and its cluster are recorded before them.
    let first = program.done(&import);
    says(
        &first,
        &["12 rows:", "0 row errors", "1 contradictions", "Run "],
    );
    let log = harness.number("SELECT count(*) FROM events").await;
    assert!(log >= 12 + 8 + 4, "{log} events");

    let second = program.done(&import);
    says(&second, &["12 rows: 0 events recorded, 0 new subjects"]);
    assert_eq!(harness.number("SELECT count(*) FROM events").await, log);
    let chinese = program.done(&[&["--lang", "zh"], &import[..]].concat());
    says(&chinese, &["12 行：新记事件 0，新主体 0"]);
}

async fn row_errors_end_with_3_and_the_other_rows_are_recorded(harness: &Harness) {
    let program = Program::over(harness);
    let (_folder, rows, mapping) = written();
    let slips = ROWS
        .replace("2019-07-22", "2019-13-22")
        .replace("STAR,accepted", "MOON,accepted");
    fs::write(&rows, slips).expect("written");
    let import = ["import", &rows, "--mapping", &mapping];

    let ran = program.run(&import);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    aligned(&ran.out);
    says(&ran.out, &["2019-13-22", "MOON", "2 row errors"]);
    let listed = program.rows(&["company", "list", "--as-of", "2018-12-31"]);
    assert_eq!(listed.len(), 8, "everybody is there all the same");

    let json = program.run(&[&import[..], &["--format", "json"]].concat());
    assert_eq!(json.code, Some(3));
    says(&json.err, &["2 row errors"]);
    let issues: Vec<Value> = serde_json::from_str(&json.out).expect("JSON");
    let rows_of: Vec<_> = issues.iter().map(|issue| issue["row"].as_u64()).collect();
    // The header is row 1.
    assert_eq!(rows_of, [Some(4), Some(9)]);

    let csv = program.run(&[&import[..], &["--format", "csv", "--show", "1"]].concat());
    assert_eq!(csv.code, Some(3));
    let mut reader = csv::Reader::from_reader(csv.out.as_bytes());
    assert_eq!(
        reader.headers().expect("a header"),
        ["row", "grade", "column", "value", "reason"].as_slice()
    );
    assert_eq!(reader.records().count(), 1, "--show 1");
    says(&csv.err, &["1 more (--show 0 shows all)"]);
}

async fn what_cannot_be_read_is_refused_before_the_first_row(harness: &Harness) {
    let program = Program::over(harness);
    let (folder, rows, mapping) = written();
    let missing = folder.path().join("missing").display().to_string();
    says(
        &fails(&program, 1, &["import", &missing, "--mapping", &mapping]),
        &[&missing],
    );
    says(
        &fails(&program, 1, &["import", &rows, "--mapping", &missing]),
        &[&missing],
    );

    fs::write(&mapping, "name = \"town\"\ncolour = \"red\"\n").expect("written");
    let refused = fails(&program, 2, &["import", &rows, "--mapping", &mapping]);
    says(&refused, &["colour"]);
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 0);
    assert_eq!(program.run(&["import", &rows]).code, Some(2), "no mapping");
}
