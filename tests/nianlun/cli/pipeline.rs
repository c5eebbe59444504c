//! `nianlun pipeline`

use serde_json::Value;

use super::town::town;
use super::{aligned, fails, says};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, count, text};

contract!(
    each_company_stands_on_one_stage_and_teams_and_branches_are_counted_apart,
    a_series_shows_the_end_of_each_period,
    filters_leave_those_who_fit,
    ladders_are_shown_and_chosen,
    what_there_is_not_is_refused_with_what_there_is,
);

const LAST: &str = "2020-12-31";

fn stages(rows: &[Value], column: &str) -> Vec<(String, u64)> {
    rows.iter()
        .filter(|row| row[column].as_u64().is_some_and(|count| count > 0))
        .map(|row| (text(row, "stage").to_owned(), count(row, column)))
        .collect()
}

fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected
        .iter()
        .map(|(stage, count)| ((*stage).to_owned(), *count))
        .collect()
}

async fn each_company_stands_on_one_stage_and_teams_and_branches_are_counted_apart(
    harness: &Harness,
) {
    let program = town(harness);
    let rows = program.rows(&["pipeline", "--as-of", LAST]);
    let companies = [
        ("CLOSED", 1),
        ("LISTED", 1),
        ("PRE_IPO", 1),
        ("CLUSTER_GROWTH", 1),
        ("EXITED", 2),
    ];
    assert_eq!(stages(&rows, "companies"), pairs(&companies));
    assert_eq!(stages(&rows, "teams"), pairs(&[("SEED", 1)]));
    let highest = [
        ("LISTED", 1),
        ("PRE_IPO", 1),
        ("SEED", 1),
        ("CLUSTER_GROWTH", 1),
    ];
    assert_eq!(stages(&rows, "highest"), pairs(&highest));

    let ran = program.run(&["pipeline", "--as-of", LAST]);
    says(
        &ran.out,
        &["companies 6 · teams 1", "1 branches are not counted."],
    );
    assert!(!ran.out.contains("generator"), "nobody here is made up");
    let chinese = program.done(&["--lang", "zh", "pipeline", "--as-of", LAST]);
    says(&chinese, &["企业合计 6 · 团队合计 1", "拟上市"]);
    assert_eq!(aligned(&ran.out).len(), aligned(&chinese).len());

    let earlier = program.rows(&["pipeline", "--as-of", "2016-12-31"]);
    let companies = [("INCUBATING", 1), ("TENANT", 1), ("PROSPECT", 1)];
    assert_eq!(stages(&earlier, "companies"), pairs(&companies));
}

async fn a_series_shows_the_end_of_each_period(harness: &Harness) {
    let program = town(harness);
    let series = |args: &[&str]| program.rows(&[&["pipeline", "--as-of", LAST], args].concat());
    let column = |rows: &[Value], stage: &str| -> Vec<u64> {
        rows.iter().map(|row| count(row, stage)).collect()
    };

    let years = series(&["--series", "year"]);
    let days: Vec<_> = years.iter().map(|row| text(row, "day")).collect();
    assert_eq!(
        days,
        [
            "2015-12-31",
            "2016-12-31",
            "2017-12-31",
            "2018-12-31",
            "2019-12-31",
            LAST
        ]
    );
    assert_eq!(column(&years, "INCUBATING"), [1, 1, 0, 0, 0, 0]);
    assert_eq!(column(&years, "GRADUATED"), [0, 0, 1, 1, 0, 0]);
    assert_eq!(column(&years, "LISTED"), [0, 0, 0, 0, 1, 1]);
    assert_eq!(column(&years, "TENANT"), [0, 1, 1, 1, 0, 0]);
    assert_eq!(column(&years, "SEED"), [0, 0, 0, 1, 1, 1]);

    let months = series(&["--series", "month", "--from", "2020-04-15"]);
    assert_eq!(months.len(), 9, "April to December");
    assert_eq!(column(&months, "PRE_IPO"), [0, 0, 1, 1, 1, 1, 1, 1, 1]);

    let alone = program.run(&["pipeline", "--from", "2020-01-01"]);
    assert_eq!(alone.code, Some(2), "--from needs --series");
}

async fn filters_leave_those_who_fit(harness: &Harness) {
    let program = town(harness);
    let filtered = |args: &[&str]| {
        let rows = program.rows(&[&["pipeline"], args].concat());
        stages(&rows, "companies")
    };
    let area = filtered(&["--where", "area=重庆", "--as-of", LAST]);
    assert_eq!(area, pairs(&[("PRE_IPO", 1)]));
    let before = filtered(&["--where", "area=重庆", "--as-of", "2017-12-31"]);
    assert_eq!(before, pairs(&[]), "the attribute was not there yet");
    for cluster in ["optics", "光电集群"] {
        let members = filtered(&["--cluster", cluster, "--as-of", LAST]);
        assert_eq!(members, pairs(&[("CLUSTER_GROWTH", 1)]));
    }
    let tenants = filtered(&["--carrier", "hub", "--as-of", "2018-12-31"]);
    assert_eq!(tenants, pairs(&[("TENANT", 1)]));
}

async fn ladders_are_shown_and_chosen(harness: &Harness) {
    let program = town(harness);
    let ladders = program.rows(&["pipeline", "--ladders"]);
    let codes: Vec<_> = ladders.iter().map(|row| text(row, "ladder")).collect();
    assert_eq!(codes, ["zero-one-n", "carrier-roles", "listing-only"]);
    aligned(&program.done(&["pipeline", "--ladders", "--lang", "zh"]));

    let roles = program.rows(&[
        "pipeline",
        "--ladder",
        "carrier-roles",
        "--as-of",
        "2018-12-31",
    ]);
    let tenants = stages(&roles, "companies");
    assert!(
        tenants.contains(&("TENANT".to_owned(), 1)),
        "space without a role: {tenants:?}"
    );
}

async fn what_there_is_not_is_refused_with_what_there_is(harness: &Harness) {
    let program: Program = town(harness);
    let refused = |args: &[&str]| fails(&program, 2, &[&["pipeline"], args].concat());
    says(
        &refused(&["--ladder", "golden"]),
        &["\"golden\"", "zero-one-n, carrier-roles, listing-only"],
    );
    says(
        &refused(&["--cluster", "fog"]),
        &["no cluster \"fog\"", "nianlun cluster list"],
    );
    says(&refused(&["--cluster", "光电"]), &["optics (光电集群)"]);
    says(
        &refused(&["--carrier", "fog"]),
        &["no carrier \"fog\"", "nianlun carrier list"],
    );
    says(
        &refused(&["--where", "area"]),
        &["--where", "\"area\"", "NAME=VALUE"],
    );
    says(
        &refused(&["--as-of", "2020-02-30"]),
        &["2020-02-30", "YYYY-MM-DD"],
    );
    says(
        &refused(&["--known-at", "yesterday"]),
        &["\"yesterday\"", "2024-06-20", "log position"],
    );
}
