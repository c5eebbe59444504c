//! Only some events, only some facts.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::town::town;
use super::super::{fails, says};
use super::lines;
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, text};

contract!(
    events_are_filtered,
    facts_are_filtered_and_name_what_they_are_about,
    a_filter_that_nobody_meets_is_refused,
);

fn all_of(rows: &[Value], column: &str) -> BTreeSet<String> {
    rows.iter()
        .map(|row| text(row, column).to_owned())
        .collect()
}

fn set<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.map(str::to_owned).into()
}

async fn events_are_filtered(harness: &Harness) {
    let program = town(harness);
    let events = |args: &[&str]| lines(&program, &[&["events"], args].concat());
    let all = events(&[]);
    program.done(&["record", "cluster", "optics", "alias-added", "alias=光谷"]);

    let one = events(&["--company", "town:1"]);
    let types: Vec<_> = one.iter().map(|row| text(row, "event_type")).collect();
    let expected = ["Registered", "ProgrammeStarted", "Graduated", "Listed"];
    assert_eq!(types, expected, "in the order of the log");
    let two = events(&["--company", "甲光学有限公司", "--cluster", "optics"]);
    assert_eq!(two.len(), 4 + 2, "and the cluster's declaration and alias");
    let known = all.len().to_string();
    let then = events(&["--cluster", "光电集群", "--known-at", &known]);
    assert_eq!(then.len(), 1);
    let hub = events(&["--carrier", "hub"]);
    assert_eq!(all_of(&hub, "aggregate_type"), set(["carrier"]));

    for word in ["Listed", "listed", "上市"] {
        assert_eq!(events(&["--type", word]).len(), 1, "{word}");
    }
    let registered = all_of(&events(&["--type", "registered"]), "event_type");
    assert_eq!(registered, set(["Registered", "CarrierRegistered"]));

    assert_eq!(events(&["--source", "town"]).len(), all.len());
    assert!(events(&["--source", "nowhere"]).is_empty());
    let run = text(&all[0], "run").to_owned();
    assert_eq!(events(&["--run", &run]).len(), all.len());
    assert_eq!(events(&["--run", &run, "--type", "listed"]).len(), 1);
    assert_eq!(events(&["--run", ""]).len(), 0);
}

async fn facts_are_filtered_and_name_what_they_are_about(harness: &Harness) {
    let program = town(harness);
    let facts = |args: &[&str]| lines(&program, &[&["facts"], args].concat());
    let occupancies = facts(&["--kind", "入驻"]);
    assert_eq!(all_of(&occupancies, "kind"), set(["occupancy"]));
    assert_eq!(occupancies.len(), 3);
    let of_the_day = facts(&["--kind", "occupancy", "--as-of", "2018-12-31"]);
    let names: Vec<_> = of_the_day.iter().map(|row| text(row, "name")).collect();
    assert_eq!(
        BTreeSet::from_iter(names),
        ["乙物流有限公司", "己分公司"].into()
    );
    for row in &of_the_day {
        let place = ["place", "place_name"].map(|name| text(row, name));
        assert_eq!(place, ["hub", "枢纽园区"]);
    }
    let second = of_the_day
        .iter()
        .find(|row| text(row, "name") == "乙物流有限公司")
        .expect("there");
    let days = ["part", "from", "to", "from_stated"].map(|name| text(second, name));
    assert_eq!(days, ["A101", "2016-03-01", "2019-03-01", "2016-03-01"]);
    assert_eq!(second["events"], serde_json::json!(["2", "3"]));

    let parent = facts(&["--carrier", "annex", "--kind", "parent"]);
    let said = ["name", "place", "place_name"].map(|name| text(&parent[0], name));
    assert_eq!(said, ["枢纽园区二期", "hub", "枢纽园区"]);
    let subjects = all_of(&facts(&[]), "subject");
    assert_eq!(subjects, set(["carrier", "cluster", "company"]));
}

async fn a_filter_that_nobody_meets_is_refused(harness: &Harness) {
    let program: Program = town(harness);
    let refused = |args: &[&str], parts: &[&str]| {
        says(&fails(&program, 2, &[&["export"], args].concat()), parts);
    };
    refused(
        &["events", "--type", "listing"],
        &["--type listing", "Listed"],
    );
    refused(
        &["events", "--company", "无此公司"],
        &["no company is called"],
    );
    refused(&["events", "--carrier", "hup"], &["there is no carrier"]);
    refused(
        &["facts", "--kind", "tenant"],
        &["--kind tenant", "occupancy (入驻)"],
    );
    refused(&["companies", "--ladder", "x"], &["there is no ladder"]);
    refused(
        &["companies", "--known-at", "yesterday"],
        &["no time of knowledge"],
    );
}
