//! An alliance's members by tier, and its staged projects.

use std::collections::BTreeMap;

use super::{datasets, file};
use crate::support::database::Harness;
use crate::support::program::{Program, count, text};

datasets!(
    members_by_tier_at_every_date,
    a_renamed_tier_is_no_exit,
    projects_by_stage_and_inside,
    organisations_under_two_keys_are_proposed_as_one,
);

const MEMBERS: &str = "examples/mappings/cncf-members.toml";
const PROJECTS: &str = "examples/mappings/cncf-projects.toml";

fn with_members(harness: &Harness) -> Program {
    let program = Program::over(harness);
    program.import(&file("cncf-membership/membership_spells.csv"), MEMBERS);
    program
}

async fn members_by_tier_at_every_date(harness: &Harness) {
    let program = with_members(harness);
    // day, organisations, Silver, End User Supporter, Gold, Platinum, Nonprofit, Academic
    let known = [
        ("2019-07-31", 447, [338, 60, 17, 18, 11, 3]),
        ("2020-12-31", 619, [461, 99, 22, 20, 14, 4]),
        ("2021-12-24", 753, [581, 105, 23, 22, 20, 3]),
        ("2022-12-30", 863, [686, 101, 28, 23, 21, 4]),
        ("2023-12-23", 827, [662, 92, 25, 24, 20, 4]),
        ("2024-12-31", 770, [611, 91, 27, 18, 19, 4]),
        ("2025-12-17", 774, [624, 83, 26, 16, 22, 4]),
        ("2026-08-07", 721, [582, 81, 17, 17, 22, 3]),
    ];
    for (day, organisations, tiers) in known {
        let clusters = program.rows(&["cluster", "list", "--as-of", day]);
        let row = clusters
            .iter()
            .find(|row| text(row, "code") == "cncf")
            .expect("the cluster");
        assert_eq!(
            count(row, "companies"),
            organisations,
            "organisations on {day}"
        );
        let by_tier: BTreeMap<String, u64> = row["tiers"]
            .as_array()
            .expect("tiers")
            .iter()
            .filter_map(|tier| tier.as_str()?.rsplit_once(' '))
            .map(|(tier, n)| (tier.to_owned(), n.parse().expect("a count")))
            .collect();
        let end_user = if day < "2026-01-28" {
            "End User Supporter"
        } else {
            "End User Supporter and Contributor"
        };
        let names = [
            "Silver",
            end_user,
            "Gold",
            "Platinum",
            "Nonprofit",
            "Academic",
        ];
        assert_eq!(
            by_tier,
            names.map(str::to_owned).into_iter().zip(tiers).collect(),
            "rows by tier on {day}"
        );
    }
}

async fn a_renamed_tier_is_no_exit(harness: &Harness) {
    let program = with_members(harness);
    let months = program.rows(&[
        "cluster",
        "series",
        "cncf",
        "--by",
        "month",
        "--from",
        "2026-01-01",
        "--as-of",
        "2026-01-31",
    ]);
    // The file books 165 ends and 111 beginnings in that month; 82 of each are the renamed tier and one organisation.
    let flows: Vec<_> = months
        .iter()
        .map(|month| (count(month, "departures"), count(month, "arrivals")))
        .collect();
    assert_eq!(flows, [(165 - 82, 111 - 82)]);

    let history = program.rows(&[
        "company",
        "history",
        "cncf-org:1-1-mail-media-development-technology-gmbh",
    ]);
    let named = |name: &str| {
        history
            .iter()
            .filter(|line| text(line, "name") == name)
            .count()
    };
    assert_eq!(
        (named("joined cluster"), named("left cluster")),
        (1, 0),
        "one membership from two rows"
    );
}

async fn projects_by_stage_and_inside(harness: &Harness) {
    let program = Program::over(harness);
    let csv = file("cncf-membership/projects.csv");
    program.import(&csv, PROJECTS);
    let known = [
        ("2018-12-31", 32, 3),
        ("2020-12-31", 77, 14),
        ("2022-12-31", 152, 20),
        ("2024-12-31", 197, 30),
        ("2025-12-31", 218, 34),
    ];
    for (day, inside, graduated) in known {
        let members = program.rows(&["carrier", "members", "cncf-incubation", "--as-of", day]);
        assert_eq!(members.len(), inside, "inside on {day}");
        let pipeline = program.rows(&["pipeline", "--as-of", day]);
        let on = |stage: &str| {
            pipeline
                .iter()
                .find(|row| text(row, "stage") == stage)
                .map_or(0, |row| count(row, "teams"))
        };
        assert_eq!(on("GRADUATED"), graduated, "graduated by {day}");
        assert_eq!(
            (on("SEED"), on("INCUBATING"), on("EXITED")),
            stages(&csv, day),
            "sandbox, incubating and archived on {day}"
        );
    }
}

/// Sandbox, incubating and archived before graduation on a day, counted from the file's columns alone.
fn stages(csv: &std::path::Path, day: &str) -> (u64, u64, u64) {
    let mut reader = csv::Reader::from_path(csv).expect("the file");
    let headers = reader.headers().expect("a header").clone();
    let column = |name: &str| {
        headers
            .iter()
            .position(|header| header == name)
            .expect("the column")
    };
    let (accepted, incubating, graduated, archived) = (
        column("accepted"),
        column("incubating"),
        column("graduated"),
        column("archived"),
    );
    let mut counts = (0, 0, 0);
    for record in reader.records() {
        let record = record.expect("a row");
        let by = |index: usize| !record[index].is_empty() && &record[index] <= day;
        if !by(accepted) || by(graduated) {
            continue;
        }
        if by(archived) {
            counts.2 += 1;
        } else if by(incubating) {
            counts.1 += 1;
        } else {
            counts.0 += 1;
        }
    }
    counts
}

/// The landscape changed the keys of organisations: their old and new records are of one firm.
async fn organisations_under_two_keys_are_proposed_as_one(harness: &Harness) {
    let program = with_members(harness);
    let pairs = program.rows(&[
        "identity",
        "candidates",
        "--min",
        "1",
        "--as-of",
        "2026-08-07",
    ]);
    // The file has 46 pairs of keys with one name; two of them were members at once.
    let same_name = |row: &&serde_json::Value| row["reasons"][0] == "same name or alias +90";
    assert_eq!(pairs.iter().filter(same_name).count(), 46);
    for name in ["Densify", "Akka"] {
        let found = pairs
            .iter()
            .filter(|row| text(row, "name") == name && text(row, "other_name") == name);
        let scores: Vec<_> = found.map(|row| count(row, "score")).collect();
        assert_eq!(scores, [90], "{name}");
    }
    program.done(&[
        "identity",
        "merge",
        "cncf-org:cirba-inc",
        "--into",
        "cncf-org:densify",
        "--because",
        "one firm under two keys",
    ]);
    // One member through both keys, without a gap: the first ended on the day on which the second began.
    let rows = program.rows(&[
        "company",
        "show",
        "cncf-org:cirba-inc",
        "--as-of",
        "2025-08-28",
    ]);
    let member: Vec<_> = rows
        .iter()
        .filter(|row| text(row, "kind") == "membership")
        .collect();
    assert_eq!(member.len(), 1);
    let members = |day: &str| {
        program
            .rows(&["cluster", "members", "cncf", "--as-of", day])
            .len()
    };
    assert_eq!(members("2019-07-31"), 447);
}
