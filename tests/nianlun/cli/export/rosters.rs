//! Rosters and companies, against what the other commands say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::{fails, says};
use super::{CENSUS, csv_table, exported, folder, lines, park, workbook_tables};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, count, sum, text};

contract!(
    rosters_hold_those_whom_the_other_commands_show,
    companies_stand_on_the_stages_of_the_pipeline,
    rosters_of_every_period_are_told_apart_by_their_day,
    a_source_lists_whom_it_observed,
    what_makes_no_roster_is_refused,
);

fn ids(rows: &[Value]) -> BTreeSet<String> {
    rows.iter().map(|row| text(row, "id").to_owned()).collect()
}

async fn rosters_hold_those_whom_the_other_commands_show(harness: &Harness) {
    let program = park(harness);
    let asked = |args: &[&str]| program.rows(&[args, &["--as-of", CENSUS]].concat());
    let roster = |args: &[&str]| {
        lines(
            &program,
            &[&["roster"], args, &["--as-of", CENSUS]].concat(),
        )
    };

    let there = roster(&["--carrier", "synthetic-park"]);
    let members = asked(&["carrier", "members", "synthetic-park"]);
    assert_eq!((ids(&there).len(), there.len()), (325, members.len()));
    for (row, member) in there.iter().zip(&members) {
        let of_member = ["id", "name", "part", "role", "since"].map(|name| text(member, name));
        let of_row = ["id", "name", "unit", "tenure", "since"].map(|name| text(row, name));
        assert_eq!(of_row, of_member);
        assert_eq!(text(row, "observed_on"), CENSUS);
        assert!(text(row, "id:synthetic-park").starts_with("PARK-"), "{row}");
        assert_eq!(text(row, "synthetic"), "yes", "made up, and says so");
        let virtually = text(row, "tenure") == "virtual";
        assert_eq!(row["area"].is_number(), !virtually, "{row}");
    }
    let nursery = ["--carrier", "synthetic-nursery", "--set", "programme"];
    let seeded = roster(&nursery);
    assert!(!seeded.is_empty());
    let members = asked(&[
        "carrier",
        "members",
        "synthetic-nursery",
        "--set",
        "programme",
    ]);
    assert_eq!(ids(&seeded), ids(&members));
    assert!(seeded.iter().all(|row| text(row, "programme") == "seed"));
    let cluster = roster(&["--cluster", "synthetic-medicine"]);
    let members = asked(&["cluster", "members", "synthetic-medicine"]);
    assert_eq!(ids(&cluster), ids(&members));
}

async fn companies_stand_on_the_stages_of_the_pipeline(harness: &Harness) {
    let program = park(harness);
    let companies = lines(&program, &["companies", "--as-of", CENSUS]);
    let pipeline = program.rows(&["pipeline", "--as-of", CENSUS]);
    let mut stages: BTreeMap<&str, u64> = BTreeMap::new();
    for company in &companies {
        if text(company, "entity") != "branch" {
            *stages.entry(text(company, "stage")).or_default() += 1;
        }
    }
    for row in &pipeline {
        let stage = stages.get(text(row, "stage")).copied().unwrap_or(0);
        let teams = row["teams"].as_u64().unwrap_or(0);
        assert_eq!(stage, count(row, "companies") + teams, "{row}");
    }
    assert!(sum(&pipeline, "companies") >= 325);
    let in_park = companies.iter().filter(|company| {
        let occupancies = company["occupancies"].as_array();
        occupancies.is_some_and(|all| {
            let mut all = all.iter().filter_map(Value::as_str);
            all.any(|one| one.starts_with("synthetic-park / "))
        })
    });
    assert_eq!(in_park.count(), 325);
    let champions = companies
        .iter()
        .filter(|company| text(company, "attribute:media-claim") == "隐形冠军");
    assert_eq!(champions.count(), 6);
    let by_role = ["companies", "--ladder", "carrier-roles", "--as-of", CENSUS];
    let headquarters = lines(&program, &by_role);
    let headquarters = headquarters
        .iter()
        .filter(|company| text(company, "stage") == "HEADQUARTERS");
    assert_eq!(headquarters.count(), 3);
}

async fn rosters_of_every_period_are_told_apart_by_their_day(harness: &Harness) {
    let program = park(harness);
    let every = [
        "roster",
        "--cluster",
        "synthetic-medicine",
        "--every",
        "year",
        "--from",
        "2013-01-01",
        "--as-of",
        "2020-12-31",
    ];
    let mut by_day: BTreeMap<String, u64> = BTreeMap::new();
    for row in lines(&program, &every) {
        *by_day
            .entry(text(&row, "observed_on").to_owned())
            .or_default() += 1;
    }
    let series = program.rows(&[
        "cluster",
        "series",
        "synthetic-medicine",
        "--as-of",
        "2020-12-31",
    ]);
    let expected: BTreeMap<_, _> = series
        .iter()
        .map(|row| (text(row, "day").to_owned(), count(row, "companies")))
        .collect();
    assert_eq!(by_day, expected);
    assert_eq!((by_day["2014-12-31"], by_day["2020-12-31"]), (12, 82));
    let quarter = [&every[..4], &["quarter"], &every[5..]].concat();
    let days: BTreeSet<_> = lines(&program, &quarter)
        .iter()
        .map(|row| text(row, "observed_on").to_owned())
        .collect();
    assert!(
        days.contains("2014-09-30") && days.contains("2014-12-31"),
        "{days:?}"
    );

    let nobody = program.run(&[&["export"], &every[..]].concat());
    says(&nobody.err, &["2013-12-31: nobody was there"]);
    let folder = folder();
    let long = csv_table(&exported(&program, folder.path(), "long.csv", &every));
    let sheets = [&every[..], &["--sheets"]].concat();
    let sheets = workbook_tables(exported(&program, folder.path(), "sheets.xlsx", &sheets));
    let names: Vec<_> = sheets.keys().map(String::as_str).collect();
    assert_eq!((names[0], names.len()), ("2013-12-31", 8));
    let joined: Vec<_> = sheets
        .values()
        .flat_map(|rows| {
            assert_eq!(rows[0], long[0]);
            rows[1..].to_vec()
        })
        .collect();
    assert_eq!(joined, long[1..]);
}

async fn a_source_lists_whom_it_observed(harness: &Harness) {
    let program = Program::over(harness);
    let record = |args: &[&str]| program.done(&[&["record", "company"], args].concat());
    record(&["list:A", "registered", "name=甲"]);
    record(&["list:B", "registered", "name=乙"]);
    let seen = |id: &str, on: &str, present: &str| {
        let present = format!("present={present}");
        let event = "presence-observed";
        record(&[id, event, "source=directory", &present, "--on", on]);
    };
    seen("list:A", "by 2020-01-31", "true");
    seen("list:B", "2020-03-01", "true");
    seen("list:A", "2020-06-01", "false");
    let state = ["status-observed", "source=directory", "value=Active"];
    record(&[&["list:B"], &state[..], &["--on", "2020-03-01"]].concat());
    let on = |day: &str| {
        let rows = lines(
            &program,
            &["roster", "--source", "directory", "--as-of", day],
        );
        let rows = rows.iter().map(|row| {
            ["name", "id:list", "status", "since"]
                .map(|name| text(row, name).to_owned())
                .join(" ")
        });
        rows.collect::<Vec<_>>()
    };
    assert_eq!(on("2020-02-01"), ["甲 A  by 2020-01-31"]);
    assert_eq!(
        on("2020-04-01"),
        ["乙 B Active 2020-03-01", "甲 A  by 2020-01-31"]
    );
    assert_eq!(on("2020-06-01"), ["乙 B Active 2020-03-01"]);
    let unknown = ["export", "roster", "--source", "directry"];
    says(&fails(&program, 2, &unknown), &["directory"]);
}

async fn what_makes_no_roster_is_refused(harness: &Harness) {
    let program = super::super::town::town(harness);
    let refused = |args: &[&str], parts: &[&str]| {
        let error = fails(&program, 2, &[&["export", "roster"], args].concat());
        says(&error, parts);
    };
    refused(&[], &["--carrier", "--cluster", "--source"]);
    refused(
        &["--carrier", "hub", "--cluster", "optics"],
        &["cannot be used with"],
    );
    refused(&["--carrier", "hup"], &["there is no carrier"]);
    refused(&["--carrier", "hub", "--every", "year"], &["--from"]);
    let late = [
        "--every",
        "year",
        "--from",
        "2021-01-01",
        "--as-of",
        "2020-12-31",
    ];
    refused(
        &[&["--carrier", "hub"], &late[..]].concat(),
        &["--from 2021-01-01 lies after --as-of 2020-12-31"],
    );
    let sheets = ["--every", "year", "--from", "2019-01-01", "--sheets"];
    refused(
        &[&["--carrier", "hub"], &sheets[..]].concat(),
        &["only a workbook has sheets"],
    );
}
