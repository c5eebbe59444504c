//! `nianlun rebuild`

use super::says;
use super::town::town;
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::Program;

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
    let correction = [
        "attribute-stated",
        "scheme=area",
        "value=四川",
        "--on",
        "2018-01-01",
        "--correct",
        "2",
        "--because",
        "another branch",
    ];
    // Event 1 of 戊 is its registration; the rows follow in their order.
    let correct = [&["record", "company", "town:5"], &correction[..]].concat();
    let number = if program.rows(&["company", "history", "town:5"])[1]["name"] == "attribute" {
        "2"
    } else {
        "3"
    };
    let correct: Vec<_> = correct
        .into_iter()
        .map(|word| if word == "2" { number } else { word })
        .collect();
    program.done(&correct);
    let before = answers(&program);
    assert!(before[3].contains("四川") && !before[3].contains("重庆"));

    // 8 companies, 2 carriers, 1 cluster.
    says(&program.done(&["rebuild"]), &["11 subjects"]);
    assert_eq!(answers(&program), before);

    harness.execute("DELETE FROM facts").await;
    assert_ne!(answers(&program), before);
    program.done(&["rebuild"]);
    assert_eq!(answers(&program), before, "events are all that is needed");
}
