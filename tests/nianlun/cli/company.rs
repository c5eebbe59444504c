//! `nianlun company`

use std::time::Duration;

use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::record::{USCI, id_in, record, registered};
use super::town::town;
use super::{fails, says};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, text};

contract!(
    companies_are_listed_by_stage_code_or_name,
    a_day_is_answered_as_known_before_and_after_a_correction,
    a_company_is_found_by_identifier_id_or_a_name_that_only_one_has,
    what_there_is_not_is_refused_with_what_there_is,
);

async fn companies_are_listed_by_stage_code_or_name(harness: &Harness) {
    let program = town(harness);
    let list = |args: &[&str]| {
        let asked = [&["company", "list", "--as-of", "2020-12-31"], args].concat();
        let rows = program.rows(&asked);
        rows.iter()
            .map(|row| text(row, "name").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(list(&[]).len(), 8, "a team and a branch are shown too");
    for stage in ["PRE_IPO", "pre_ipo", "拟上市", "Pre-IPO"] {
        assert_eq!(list(&["--stage", stage]), ["戊软件有限公司"], "{stage}");
    }
    assert!(list(&["--stage", "DELISTED"]).is_empty());
    let other = list(&["--ladder", "listing-only", "--stage", "上市"]);
    assert_eq!(other, ["甲光学有限公司"]);
    let out = program.done(&["company", "list", "--as-of", "2020-12-31"]);
    says(&out, &["Companies · 2020-12-31", "8 in all"]);
}

async fn a_day_is_answered_as_known_before_and_after_a_correction(harness: &Harness) {
    let program = Program::over(harness);
    program.done(&["record", "carrier", "hub", "registered", "name=枢纽"]);
    registered(&program, USCI, "某某科技有限公司");
    let entered = |on: &'static str| ["入驻", "carrier=hub", "--on", on];
    record(&program, USCI, &entered("2016-04-01"));
    // Both sides of the moment are well apart from the commits.
    std::thread::sleep(Duration::from_millis(60));
    let between = Timestamp::now().to_string();
    std::thread::sleep(Duration::from_millis(60));
    let correction = [
        &entered("2016-09-01")[..],
        &["--correct", "2", "--because", "the lease"],
    ];
    record(&program, USCI, &correction.concat());

    let zone = TimeZone::get("Asia/Shanghai").expect("the zone");
    let today = Timestamp::now().to_zoned_datetime(zone).date();
    let tomorrow = today.checked_add(1.day()).expect("a day").to_string();
    let yesterday = today.checked_sub(1.day()).expect("a day").to_string();
    let stage = |known: &[&str]| {
        let asked = ["company", "list", "--as-of", "2016-06-01"];
        let rows = program.rows(&[&asked[..], known].concat());
        rows.first().map(|row| text(row, "stage").to_owned())
    };
    let (tenant, prospect) = (Some("TENANT".to_owned()), Some("PROSPECT".to_owned()));
    assert_eq!(stage(&[]), prospect);
    // The log: the carrier, the registration, the entry, the correction.
    assert_eq!(
        stage(&["--known-at", "2"]),
        prospect,
        "nothing known but that it exists"
    );
    assert_eq!(stage(&["--known-at", "3"]), tenant);
    assert_eq!(stage(&["--known-at", "4"]), prospect);
    assert_eq!(stage(&["--known-at", &between]), tenant);
    assert_eq!(stage(&["--known-at", &tomorrow]), prospect);
    assert_eq!(stage(&["--known-at", &yesterday]), None);

    let history = |known: &[&str]| program.rows(&[&["company", "history", USCI], known].concat());
    let before = history(&["--known-at", &between]);
    assert_eq!(before.len(), 2);
    assert_eq!(text(&before[1], "superseded_by"), "", "not yet");
    assert_eq!(text(&history(&[])[1], "superseded_by"), "#3");
    let title = program.done(&["company", "show", USCI, "--known-at", "3"]);
    says(&title, &["as known at log position 3"]);
    for command in ["show", "history"] {
        let refused = fails(
            &program,
            2,
            &["company", command, USCI, "--known-at", &yesterday],
        );
        says(&refused, &["nothing is known", USCI]);
    }
}

async fn a_company_is_found_by_identifier_id_or_a_name_that_only_one_has(harness: &Harness) {
    let program = Program::over(harness);
    let id = id_in(&registered(&program, USCI, "天安科技有限公司")).to_owned();
    let other = id_in(&registered(&program, "town:2", "天安生物有限公司")).to_owned();
    record(&program, USCI, &["alias-added", "alias=ＴＡ科技"]);
    for word in [
        USCI,
        "91330103MA2J0XYC21",
        &id,
        "天安科技有限公司",
        "天安科",
        "ta科技",
    ] {
        let shown = program.done(&["company", "show", word]);
        says(&shown, &["天安科技有限公司", &id]);
    }
    let several = fails(&program, 2, &["company", "show", "天安"]);
    says(
        &several,
        &["2 companies fit", &id, &other, "天安生物有限公司"],
    );
}

async fn what_there_is_not_is_refused_with_what_there_is(harness: &Harness) {
    let program = town(harness);
    let refused = |args: &[&str]| fails(&program, 2, &[&["company"], args].concat());
    says(
        &refused(&["list", "--stage", "STAR"]),
        &["\"STAR\"", "PRE_IPO (Pre-IPO)"],
    );
    says(
        &refused(&["list", "--ladder", "x"]),
        &["\"x\"", "zero-one-n"],
    );
    let nobody = "00000000-0000-0000-0000-000000000001";
    for command in ["show", "history"] {
        says(&refused(&[command, "谁"]), &["\"谁\"", "usci:"]);
        says(
            &refused(&[command, nobody]),
            &[nobody, "nianlun company list"],
        );
    }
}
