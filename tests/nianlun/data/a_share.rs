//! Listings and delistings of Shanghai, Shenzhen and Beijing.

use super::{datasets, file};
use crate::support::database::Harness;
use crate::support::program::{Program, count, sum, text};

datasets!(
    listed_at_each_year_end_by_area_and_industry,
    the_select_tier_is_counted_or_shown_not_counted,
    recoded_companies_stay_one_company_each
);

const LISTINGS: &str = "examples/mappings/a-share-listings.toml";
const CODE_CHANGES: &str = "examples/mappings/a-share-code-changes.toml";

fn with_listings(harness: &Harness) -> Program {
    let program = Program::over(harness);
    program.import(&file("a-share-listings/listings_2026-03-04.csv"), LISTINGS);
    program
}

fn listed(program: &Program, args: &[&str]) -> u64 {
    let pipeline = program.rows(&[&["pipeline"], args].concat());
    let row = pipeline
        .iter()
        .find(|row| text(row, "stage") == "LISTED")
        .expect("the stage");
    count(row, "companies")
}

async fn listed_at_each_year_end_by_area_and_industry(harness: &Harness) {
    let program = with_listings(harness);
    // day, in total, area 重庆, industry 半导体, industry 汽车配件
    let known = [
        ("1995-12-31", 311, 5, 3, 9),
        ("2000-12-31", 1060, 21, 7, 27),
        ("2005-12-31", 1357, 24, 12, 33),
        ("2010-12-31", 2041, 31, 25, 53),
        ("2015-12-31", 2808, 42, 37, 87),
        ("2020-12-31", 4181, 57, 85, 169),
        ("2024-12-31", 5383, 78, 181, 241),
        ("2025-12-31", 5470, 78, 192, 256),
        ("2026-03-04", 5486, 79, 193, 259),
    ];
    for (day, total, chongqing, chips, parts) in known {
        assert_eq!(listed(&program, &["--as-of", day]), total, "{day}");
        assert_eq!(
            listed(&program, &["--as-of", day, "--where", "area=重庆"]),
            chongqing,
            "重庆 {day}"
        );
        assert_eq!(
            listed(&program, &["--as-of", day, "--where", "industry=半导体"]),
            chips,
            "半导体 {day}"
        );
        assert_eq!(
            listed(&program, &["--as-of", day, "--where", "industry=汽车配件"]),
            parts,
            "汽车配件 {day}"
        );
    }
    let last = program.rows(&["pipeline", "--as-of", "2026-03-04"]);
    let delisted = last
        .iter()
        .find(|row| text(row, "stage") == "DELISTED")
        .map(|row| count(row, "companies"));
    assert_eq!(delisted, Some(320));
    assert_eq!(sum(&last, "companies"), 5806);
}

async fn the_select_tier_is_counted_or_shown_not_counted(harness: &Harness) {
    let program = with_listings(harness);
    // 41 companies of the Beijing board carry a list_date by 2020-12-31, when it was the select tier of another market.
    let in_select_tier = select_tier(
        &file("a-share-listings/listings_2026-03-04.csv"),
        "20201231",
    );
    assert_eq!(in_select_tier, 41);
    for (ladder, expected) in [("zero-one-n", 4181), ("listing-only", 4181 - 41)] {
        assert_eq!(
            listed(&program, &["--as-of", "2020-12-31", "--ladder", ladder]),
            expected,
            "{ladder}"
        );
    }
    for ladder in ["zero-one-n", "listing-only"] {
        assert_eq!(
            listed(&program, &["--as-of", "2021-12-31", "--ladder", ladder]),
            listed(&program, &["--as-of", "2021-12-31"]),
            "from 2021-11-15 on the board is a listing"
        );
    }
}

/// Rows of the Beijing board listed by a day and not delisted by it.
fn select_tier(csv: &std::path::Path, day: &str) -> u64 {
    let mut reader = csv::Reader::from_path(csv).expect("the file");
    let headers = reader.headers().expect("a header").clone();
    let column = |name: &str| {
        headers
            .iter()
            .position(|header| header == name)
            .expect("the column")
    };
    let (code, from, to) = (
        column("ts_code"),
        column("list_date"),
        column("delist_date"),
    );
    let rows = reader.records().map(|record| record.expect("a row"));
    let inside = rows.filter(|row| {
        exchange(&row[code]) == "BJ" && &row[from] <= day && (row[to].is_empty() || &row[to] > day)
    });
    inside.count() as u64
}

async fn recoded_companies_stay_one_company_each(harness: &Harness) {
    let program = with_listings(harness);
    let changes = file("a-share-listings/code_changes.csv");
    program.import(&changes, CODE_CHANGES);
    assert_eq!(
        listed(&program, &["--as-of", "2026-03-04"]),
        5486,
        "a new code is no new company"
    );

    let mut reader = csv::Reader::from_path(&changes).expect("the file");
    let codes: Vec<_> = reader
        .records()
        .map(|record| record.expect("a row"))
        .map(|row| (row[0].to_owned(), row[1].to_owned()))
        .collect();
    assert_eq!(
        codes
            .iter()
            .filter(|(old, _)| exchange(old) == "BJ")
            .count(),
        248
    );
    // Every tenth is looked up by both its codes; the companies in all are counted above.
    let history = |code: &str| {
        program.done(&[
            "company",
            "history",
            &format!("tushare:{code}"),
            "--format",
            "json",
        ])
    };
    for (old, new) in codes.iter().step_by(10) {
        assert_eq!(
            history(old),
            history(new),
            "{old} and {new} are one company"
        );
    }
}

/// The exchange of a code with its exchange.
fn exchange(code: &str) -> &str {
    code.rsplit_once('.').map_or("", |(_, exchange)| exchange)
}
