//! Companies with real unified social credit identifiers, some of them mistyped.

use super::{datasets, file};
use crate::support::database::Harness;
use crate::support::program::{Program, project, sum, text};

datasets!(
    nobody_is_refused_for_an_identifier,
    two_sources_are_one_company_each
);

const REGISTRY: &str = "examples/mappings/chongqing-registry.toml";

async fn nobody_is_refused_for_an_identifier(harness: &Harness) {
    let program = Program::over(harness);
    let csv = file("chongqing-registry/park_address_companies.csv")
        .display()
        .to_string();
    let mapping = project(REGISTRY).display().to_string();
    let out = program.done(&[
        "import",
        &csv,
        "--mapping",
        &mapping,
        "--format",
        "json",
        "--show",
        "0",
    ]);
    let issues: Vec<serde_json::Value> = serde_json::from_str(&out).expect("a list");

    // 770 of 779 are valid as typed. Of the 9 others 8 are once written in capitals; one has 15 characters.
    let mended = issues
        .iter()
        .filter(|issue| text(issue, "reason").starts_with("read as "))
        .count();
    let unusable = issues
        .iter()
        .filter(|issue| text(issue, "reason").starts_with("not used as an identifier"))
        .count();
    assert_eq!((mended, unusable, issues.len()), (8, 1, 9));

    let companies = program.rows(&["company", "list", "--as-of", "2020-02-22"]);
    assert_eq!(companies.len(), 779, "all are recorded");
    let cooperative = program.rows(&[
        "company",
        "show",
        "chongqing-registry:重庆互援食用菌种植专业合作社",
        "--as-of",
        "2020-02-22",
    ]);
    assert!(
        cooperative.iter().all(|fact| text(fact, "key") != "usci"),
        "known by its name, not by a code that is none"
    );
}

async fn two_sources_are_one_company_each(harness: &Harness) {
    let program = Program::over(harness);
    program.import(
        &file("a-share-listings/listings_2026-03-04.csv"),
        "examples/mappings/a-share-listings.toml",
    );
    let listed = file("chongqing-registry/listed_companies_linked.csv");
    let before = sum(
        &program.rows(&["pipeline", "--as-of", "2026-03-04"]),
        "companies",
    );
    program.import(&listed, "examples/mappings/chongqing-listed.toml");
    let after = sum(
        &program.rows(&["pipeline", "--as-of", "2026-03-04"]),
        "companies",
    );
    assert_eq!(
        (before, after),
        (5806, 5806),
        "27 companies got an identifier, none was added"
    );
    let by_usci = program.done(&[
        "company",
        "history",
        "91500000202809457F",
        "--format",
        "json",
    ]);
    assert_eq!(
        by_usci,
        program.done(&[
            "company",
            "history",
            "tushare:000514.SZ",
            "--format",
            "json"
        ]),
        "渝开发"
    );
}
