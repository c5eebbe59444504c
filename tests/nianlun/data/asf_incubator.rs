//! An incubator's register with exact dates.

use super::{datasets, file};
use crate::support::database::Harness;
use crate::support::program::{Program, count, text};

datasets!(
    podlings_enter_graduate_and_retire_by_year,
    days_inside_have_the_known_medians,
    two_podlings_came_and_went_on_one_day
);

const MAPPING: &str = "examples/mappings/asf-incubator.toml";
const LAST: &str = "2026-08-08";

fn imported(harness: &Harness) -> Program {
    let program = Program::over(harness);
    program.import(&file("asf-incubator/podlings.csv"), MAPPING);
    program
}

async fn podlings_enter_graduate_and_retire_by_year(harness: &Harness) {
    let program = imported(harness);
    let years = program.rows(&[
        "carrier",
        "series",
        "apache-incubator",
        "--set",
        "programme",
        "--as-of",
        LAST,
    ]);

    let entered: Vec<u64> = years.iter().map(|year| count(year, "arrivals")).collect();
    assert_eq!(
        entered,
        [
            14, 16, 18, 20, 11, 19, 14, 22, 27, 14, 23, 19, 30, 30, 15, 14, 11, 9, 5, 8, 8, 12, 12,
            2
        ]
    );

    let ended = |year: &serde_json::Value, how: &str| -> u64 {
        let ways = year["ended"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(serde_json::Value::as_str);
        ways.filter_map(|way| way.strip_prefix(how))
            .map(|count| count.trim().parse::<u64>().expect("a count"))
            .sum()
    };
    let graduated: Vec<u64> = years.iter().map(|year| ended(year, "graduated ")).collect();
    assert_eq!(
        graduated,
        [
            1, 9, 11, 6, 17, 7, 7, 12, 6, 33, 20, 17, 12, 12, 19, 9, 12, 9, 6, 12, 4, 6, 11, 6
        ]
    );
    let retired: Vec<u64> = years.iter().map(|year| ended(year, "left ")).collect();
    assert_eq!(
        retired,
        [
            0, 1, 1, 5, 7, 2, 3, 2, 5, 7, 1, 2, 6, 2, 6, 9, 3, 5, 2, 3, 6, 2, 4, 1
        ]
    );

    let inside = [
        ("2003-12-31", 13),
        ("2005-12-31", 25),
        ("2010-12-31", 43),
        ("2015-12-31", 47),
        ("2020-12-31", 40),
        ("2025-12-31", 29),
        (LAST, 24),
    ];
    for (day, expected) in inside {
        let members = program.rows(&[
            "carrier",
            "members",
            "apache-incubator",
            "--set",
            "programme",
            "--as-of",
            day,
        ]);
        assert_eq!(members.len(), expected, "inside on {day}");
    }
}

async fn days_inside_have_the_known_medians(harness: &Harness) {
    let stays = imported(harness).rows(&["carrier", "stays", "apache-incubator", "--as-of", LAST]);
    let line = |row: &serde_json::Value| {
        let cell = |name| text(row, name).to_owned();
        (
            cell("ended"),
            count(row, "spells"),
            cell("min_days"),
            cell("median_days"),
            cell("max_days"),
            count(row, "left_out"),
        )
    };
    let lines: Vec<_> = stays.iter().map(line).collect();
    let expected = [
        ("graduated", 264, "0", "523.5", "3702"),
        ("left", 85, "0", "1024", "3268"),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(ended, n, min, median, max)| {
            (
                ended.to_owned(),
                n,
                min.to_owned(),
                median.to_owned(),
                max.to_owned(),
                0,
            )
        })
        .collect();
    assert_eq!(lines, expected);
}

async fn two_podlings_came_and_went_on_one_day(harness: &Harness) {
    let program = imported(harness);
    for (podling, day, stage, highest) in [
        ("merlin-developer", "2004-01-15", "GRADUATED", "GRADUATED"),
        ("wadi", "2005-12-05", "EXITED", "INCUBATING"),
    ] {
        let id = format!("asf-podling:{podling}");
        let facts = program.rows(&["company", "show", &id, "--as-of", day]);
        let value = |kind: &str| {
            facts
                .iter()
                .filter(|fact| text(fact, "kind") == kind && text(fact, "key") == "zero-one-n")
                .map(|fact| text(fact, "value"))
                .collect::<Vec<_>>()
        };
        assert_eq!(value("stage"), [stage], "{podling}");
        assert_eq!(
            value("highest"),
            [highest],
            "{podling}: a stay of no length is in no stock, but was reached"
        );
    }
}
