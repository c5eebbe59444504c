//! The committed file is the generator's, and its counts are those of the first seed document, whatever the seed.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::{Day, Span};

use super::park;

const COMMITTED: &str = include_str!("../../examples/synthetic/park.csv");
const CENSUS: &str = "2017-02-28";

type Row = BTreeMap<String, String>;

fn rows(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn generated(seed: u64) -> Vec<Row> {
    rows(&park(seed)[0].1)
}

fn of<'a>(rows: &'a [Row], event: &'a str) -> impl Iterator<Item = &'a Row> {
    rows.iter().filter(move |row| row["event"] == event)
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn span(row: &Row) -> Span {
    row["on"].parse().unwrap()
}

/// Whether it had happened by a day: under every reading of its date, or there is none.
fn happened_by(row: &Row, by: Day) -> bool {
    let on = span(row);
    let latest = on.latest().unwrap();
    assert!(
        latest <= by || on.earliest().is_some_and(|earliest| by < earliest),
        "{row:?} leaves open whether it had happened by {by}"
    );
    latest <= by
}

/// Those with more openings than ends, by the cells that make the key of a period.
fn open<'a>(
    rows: &'a [Row],
    opens: &'a str,
    ends: &'a [&str],
    key: &'a [&str],
) -> BTreeMap<String, &'a Row> {
    let census = day(CENSUS);
    let name = |row: &Row| key.iter().map(|column| row[*column].as_str()).collect();
    let mut open: BTreeMap<String, (i32, &Row)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row["event"] == opens) {
        if happened_by(row, census) {
            open.entry(name(row)).or_insert((0, row)).0 += 1;
        }
    }
    for row in rows
        .iter()
        .filter(|row| ends.contains(&row["event"].as_str()))
    {
        if happened_by(row, census)
            && let Some((left, _)) = open.get_mut(&name(row))
        {
            *left = 0;
        }
    }
    open.into_iter()
        .filter(|(_, (left, _))| *left > 0)
        .map(|(key, (_, row))| (key, row))
        .collect()
}

fn present(rows: &[Row]) -> BTreeSet<String> {
    let spells = open(
        rows,
        "occupancy-started",
        &["occupancy-ended"],
        &["company", "carrier", "unit"],
    );
    spells.values().map(|row| row["company"].clone()).collect()
}

#[test]
fn the_committed_file_is_what_the_generator_writes() {
    let park = park(2017);
    assert_eq!(park[0].0, "park.csv");
    assert!(park[0].1 == COMMITTED, "run `nianlun generate park` again");
    assert!(park[1].1.contains("synthetic = true"));
}

#[test]
fn the_census_is_that_of_the_seed_document_whatever_the_seed() {
    for seed in [2017, 0, 1, u64::MAX] {
        let rows = generated(seed);
        let present = present(&rows);
        assert_eq!(present.len(), 325, "companies in the park, seed {seed}");

        let applications = open(
            &rows,
            "application-advanced",
            &["application-ended", "listed"],
            &["company", "board"],
        );
        assert_eq!(applications.len(), 4, "pre-IPO companies, seed {seed}");

        let spaces = open(
            &rows,
            "occupancy-started",
            &["occupancy-ended"],
            &["company", "unit"],
        );
        let headquarters = spaces.values().filter(|row| row["role"] == "headquarters");
        let groups: Vec<_> = headquarters
            .map(|row| (row["entity"].as_str(), row["group"].starts_with("合成")))
            .collect();
        assert_eq!(groups, [("unnamed_local_entity", true); 3], "seed {seed}");

        let champions = of(&rows, "attribute-stated").filter(|row| {
            row["value"] == "隐形冠军"
                && happened_by(row, day(CENSUS))
                && present.contains(&row["company"])
        });
        assert_eq!(champions.count(), 6, "hidden champions, seed {seed}");

        let talents = of(&rows, "figure-reported").filter(|row| row["metric"] == "talents");
        let talents: u32 = talents
            .inspect(|row| assert!(present.contains(&row["company"])))
            .map(|row| {
                row["quantity"]
                    .trim_end_matches(" persons")
                    .parse::<u32>()
                    .unwrap()
            })
            .sum();
        assert!(talents > 4500, "{talents} talents, seed {seed}");

        let clusters = open(
            &rows,
            "membership-started",
            &["membership-ended"],
            &["company", "cluster"],
        );
        let clusters: BTreeSet<_> = clusters.values().map(|row| &row["cluster"]).collect();
        assert_eq!(clusters.len(), 4, "clusters, seed {seed}");

        let (first, last) = (day("2016-01-01"), day("2016-12-31"));
        let newcomers: BTreeSet<_> = of(&rows, "occupancy-started")
            .filter(|row| span(row).earliest() >= Some(first) && span(row).latest() <= Some(last))
            .map(|row| &row["company"])
            .collect();
        assert!(newcomers.len() > 100, "newcomers of 2016, seed {seed}");
    }
}

#[test]
fn nobody_in_it_can_be_taken_for_real() {
    for row in rows(COMMITTED) {
        assert!(row["name"].starts_with("合成"), "{row:?}");
        for column in ["carrier", "cluster"] {
            let code = &row[column];
            assert!(code.is_empty() || code.starts_with("synthetic-"), "{row:?}");
        }
        assert!(
            !row.contains_key("code"),
            "a security code may be somebody's"
        );
    }
}

#[test]
fn names_are_different_and_keys_have_one_name() {
    let rows = rows(COMMITTED);
    let pairs: BTreeSet<_> = rows
        .iter()
        .map(|row| (&row["company"], &row["name"]))
        .collect();
    let keys: BTreeSet<_> = rows.iter().map(|row| &row["company"]).collect();
    let names: BTreeSet<_> = rows.iter().map(|row| &row["name"]).collect();
    assert_eq!((pairs.len(), names.len()), (keys.len(), keys.len()));
}

#[test]
fn it_stays_small_and_runs_from_2011_to_2025() {
    let rows = rows(COMMITTED);
    assert!(rows.len() <= 4000, "{} rows", rows.len());
    for year in 2011..=2025 {
        let opened =
            of(&rows, "occupancy-started").filter(|row| row["on"].contains(&year.to_string()));
        assert!(opened.count() >= 5, "arrivals of {year}");
    }
}
