//! `nianlun findings`

use super::town::town;
use super::{aligned, fails, says};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::text;

contract!(
    a_finding_names_its_grade_company_and_events,
    an_unknown_finding_is_refused_with_those_there_are,
);

async fn a_finding_names_its_grade_company_and_events(harness: &Harness) {
    let program = town(harness);
    let all = program.rows(&["findings"]);
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(text(&all[0], "code"), "end-without-start");
    assert_eq!(text(&all[0], "grade"), "contradiction");
    assert_eq!(text(&all[0], "company"), "辛贸易有限公司");
    assert_eq!(all[0]["events"][0], "#2", "after its registration");

    for word in [
        "end-without-start",
        "无入先出",
        "An end with no recorded beginning",
    ] {
        assert_eq!(program.rows(&["findings", "--code", word]), all, "{word}");
    }
    assert!(
        program
            .rows(&["findings", "--code", "far-future"])
            .is_empty()
    );
    assert!(
        program
            .rows(&["findings", "--as-of", "2018-06-01"])
            .is_empty(),
        "nothing was wrong on that day"
    );
    let chinese = program.done(&["--lang", "zh", "findings"]);
    aligned(&chinese);
    says(&chinese, &["无入先出", "1 条发现"]);
}

async fn an_unknown_finding_is_refused_with_those_there_are(harness: &Harness) {
    let refused = fails(&town(harness), 2, &["findings", "--code", "bad-luck"]);
    says(
        &refused,
        &["\"bad-luck\"", "end-without-start (无入先出)", "far-future"],
    );
}
