//! An accelerator's cohorts and what became of them.

use super::{datasets, file};
use crate::support::database::Harness;
use crate::support::program::{Program, count, sum};

datasets!(cohorts_by_year, final_statuses_and_presence);

async fn cohorts_by_year(harness: &Harness) {
    let program = Program::over(harness);
    program.import(
        &file("yc-accelerator/companies.csv"),
        "examples/mappings/yc-companies.toml",
    );
    let years = program.rows(&[
        "carrier",
        "series",
        "yc",
        "--set",
        "programme",
        "--as-of",
        "2026-12-31",
    ]);
    let cohorts: Vec<u64> = years.iter().map(|year| count(year, "arrivals")).collect();
    assert_eq!(
        cohorts,
        [
            9, 18, 32, 43, 42, 63, 104, 149, 98, 152, 216, 224, 241, 277, 371, 437, 727, 633, 495,
            594, 635, 56
        ]
    );
    assert_eq!(cohorts.iter().sum::<u64>(), 5617 - 1, "one has no cohort");
}

async fn final_statuses_and_presence(harness: &Harness) {
    let program = Program::over(harness);
    program.import(
        &file("yc-accelerator/observed_changes.csv"),
        "examples/mappings/yc-changes.toml",
    );
    let counted = |day: &str, status: Option<&str>| {
        let observed = status.map(|status| format!("yc-directory={status}"));
        let mut args = vec!["pipeline", "--as-of", day, "--present", "yc-directory"];
        args.extend(
            observed
                .iter()
                .flat_map(|observed| ["--observed", observed.as_str()]),
        );
        sum(&program.rows(&args), "companies")
    };
    // observed on, listed, Active, Inactive, Acquired, Public
    let known = [
        ("2021-12-02", 3240, [2344, 543, 343, 10]),
        ("2023-01-31", 4051, [2936, 638, 459, 16]),
        ("2024-05-13", 4667, [3301, 796, 551, 19]),
        ("2026-01-14", 5617, [3871, 1000, 724, 22]),
    ];
    for (day, listed, statuses) in known {
        assert_eq!(counted(day, None), listed, "listed on {day}");
        for (status, expected) in ["Active", "Inactive", "Acquired", "Public"]
            .into_iter()
            .zip(statuses)
        {
            assert_eq!(counted(day, Some(status)), expected, "{status} on {day}");
        }
    }
}
