//! `nianlun rebuild`

use super::says;
use super::town::town;
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, count, text};

contract!(facts_written_anew_give_the_same_answers);

const QUESTIONS: &[&[&str]] = &[
    &["pipeline", "--as-of", "2020-12-31"],
    &["pipeline", "--series", "year", "--as-of", "2020-12-31"],
    &["company", "list", "--as-of", "2019-06-30"],
    &["company", "show", "town:5", "--as-of", "2020-12-31"],
    &["company", "show", "town:5", "--known-at", "20"],
    &["company", "history", "town:5"],
    &["carrier", "list", "--as-of", "2018-12-31"],
    &["cluster", "series", "optics", "--as-of", "2020-12-31"],
    &["findings"],
];

fn answers(program: &Program) -> Vec<String> {
    QUESTIONS
        .iter()
        .map(|question| program.done(&[question, &["--format", "json"][..]].concat()))
        .collect()
}

async fn facts_written_anew_give_the_same_answers(harness: &Harness) {
    let program = town(harness);
    let history = program.rows(&["company", "history", "town:5"]);
    let stated = history
        .iter()
        .find(|row| text(row, "fields").contains("scheme=area"));
    let stated = count(stated.expect("the area of 戊"), "event").to_string();
    let area = ["attribute-stated", "scheme=area", "value=四川"];
    let correct = [
        "--on",
        "2018-01-01",
        "--correct",
        &stated,
        "--because",
        "slip",
    ];
    program.done(&[&["record", "company", "town:5"], &area[..], &correct[..]].concat());
    let before = answers(&program);
    assert!(before[3].contains("四川") && !before[3].contains("重庆"));

    // 8 companies, 2 carriers, 1 cluster.
    says(&program.done(&["rebuild"]), &["11 subjects"]);
    assert_eq!(answers(&program), before);

    harness.execute("DELETE FROM facts").await;
    assert!(program.rows(&["findings"]).is_empty(), "nothing is left");
    program.done(&["rebuild"]);
    assert_eq!(answers(&program), before, "events are all that is needed");
}
