//! `nianlun record`: what is recorded, corrected and taken back.

use std::process::Stdio;

use serde_json::Value;

use super::{fails, says};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, text};

contract!(
    an_event_is_given_by_code_name_or_json,
    a_company_is_named_by_identifier_or_id,
    a_name_only_proposes,
    a_correction_replaces_and_a_retraction_takes_back,
    what_stands_on_an_event_is_taken_back_with_it,
    the_registration_keeps_its_identifier_when_corrected,
    two_processes_record_at_once,
);

pub const USCI: &str = "usci:91330103MA2J0XYC21";
pub const OTHER: &str = "usci:91130102MA08L76U1Y";

/// Records about the company; what is printed.
pub fn record(program: &Program, company: &str, args: &[&str]) -> String {
    program.done(&[&["record", "company", company], args].concat())
}

pub fn registered(program: &Program, company: &str, name: &str) -> String {
    let name = format!("name={name}");
    record(
        program,
        company,
        &["registered", &name, "--on", "2016-03-01"],
    )
}

pub fn history(program: &Program, company: &str) -> Vec<Value> {
    program.rows(&["company", "history", company])
}

/// The id in `company/ID/SEQUENCE  log position N`.
pub fn id_in(out: &str) -> &str {
    out.split('/').nth(1).expect("an id")
}

async fn an_event_is_given_by_code_name_or_json(harness: &Harness) {
    let program = Program::over(harness);
    program.done(&["record", "carrier", "t-space", "登记", "name=T+SPACE"]);
    let first = registered(&program, USCI, "某某科技有限公司");
    says(&first, &["company/", "/1  log position 2"]);
    let second = record(
        &program,
        USCI,
        &["入驻", "carrier=t-space", "area=120", "--on", "2016-04"],
    );
    says(&second, &["/2  log position 3"]);
    let known: Vec<_> = history(&program, USCI)
        .iter()
        .map(|row| row["position"].as_u64())
        .collect();
    assert_eq!(known, [Some(2), Some(3)]);
    let third = [
        "Area changed",
        "carrier=t-space",
        "area=150",
        "--on",
        "2017",
    ];
    record(&program, USCI, &third);
    let json = r#"{"on": "by 2018-02-28", "change": {"attribute_stated": {"scheme": "area", "value": "重庆"}}}"#;
    record(&program, USCI, &["--json", json]);

    let said: Vec<_> = history(&program, USCI)
        .iter()
        .map(|row| (text(row, "on").to_owned(), text(row, "source").to_owned()))
        .collect();
    let expected = ["2016-03-01", "2016-04", "2017", "by 2018-02-28"];
    let expected = expected.map(|on| (on.to_owned(), "tester".to_owned()));
    assert_eq!(said, expected);
    let rows = history(&program, USCI);
    says(
        text(&rows[1], "fields"),
        &["area=120 m2", "carrier=T+SPACE"],
    );
    says(text(&rows[3], "fields"), &["scheme=area", "value=重庆"]);
}

async fn a_company_is_named_by_identifier_or_id(harness: &Harness) {
    let program = Program::over(harness);
    let out = registered(&program, USCI, "某某科技有限公司");
    let id = id_in(&out).to_owned();
    let spelled = ["91330103MA2J0XYC21", "usci:91330103ma2j0xyc21", &id];
    for (word, alias) in spelled
        .into_iter()
        .zip(["alias=一", "alias=二", "alias=三"])
    {
        assert_eq!(id_in(&record(&program, word, &["alias-added", alias])), id);
    }
    assert_eq!(history(&program, &id).len(), 4);

    // A bare USCI and an id in a source's scheme register as well; `new` makes a company of its own each time.
    registered(&program, "91130102MA08L76U1Y", "第二有限公司");
    assert_eq!(history(&program, OTHER).len(), 1);
    registered(&program, "licence:渝A-7", "第三有限公司");
    assert_eq!(history(&program, "licence:渝A-7").len(), 1);
    let unnamed = registered(&program, "new", "第四有限公司");
    let again = registered(&program, "new", "第四有限公司");
    assert_ne!(id_in(&unnamed), id_in(&again));
    assert_eq!(history(&program, id_in(&unnamed)).len(), 1);
}

async fn a_name_only_proposes(harness: &Harness) {
    let program = Program::over(harness);
    let first = registered(&program, USCI, "天安科技有限公司");
    let second = registered(&program, OTHER, "天安生物有限公司");
    let refused = fails(&program, 2, &["record", "company", "天安", "graduated"]);
    let ids = [id_in(&first), id_in(&second)];
    says(
        &refused,
        &["only proposes", "天安科技有限公司", "天安生物有限公司"],
    );
    says(&refused, &ids);
    let refused = fails(
        &program,
        2,
        &["record", "company", "天安科技有限公司", "graduated"],
    );
    says(&refused, &["only proposes", ids[0]]);
    assert!(!refused.contains(ids[1]));
    let refused = fails(&program, 2, &["record", "company", "谁", "graduated"]);
    says(&refused, &["\"谁\"", "usci:CODE or scheme:ID"]);
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 2);
}

async fn a_correction_replaces_and_a_retraction_takes_back(harness: &Harness) {
    let program = Program::over(harness);
    registered(&program, USCI, "某某科技有限公司");
    let listed = |day: &'static str| ["listed", "board=STAR", "--on", day];
    record(&program, USCI, &listed("2019-07-22"));
    let stage = |day| {
        let list = program.rows(&["company", "list", "--as-of", day]);
        text(&list[0], "stage").to_owned()
    };
    assert_eq!(stage("2019-12-31"), "LISTED");

    let about = ["record", "company", USCI];
    let silent = [&about[..], &listed("2020-07-22"), &["--correct", "2"]].concat();
    says(&fails(&program, 2, &silent), &["--because REASON"]);
    let correct = [&silent[..], &["--because", "typing slip"]].concat();
    program.done(&correct);
    assert_eq!(stage("2019-12-31"), "PROSPECT");
    assert_eq!(stage("2020-12-31"), "LISTED");
    let rows = history(&program, USCI);
    assert_eq!(text(&rows[1], "superseded_by"), "#3");
    says(text(&rows[2], "fields"), &["→ #2", "“typing slip”"]);

    let again = fails(&program, 4, &correct);
    says(
        &again,
        &["event 2", "event 3 replaced it", "correct that one"],
    );
    let none = [&about[..], &["--retract", "9", "--because", "slip"]].concat();
    says(
        &fails(&program, 4, &none),
        &["no event 9", "the last one is 3"],
    );
    let silent = [&about[..], &["--retract", "3"]].concat();
    says(&fails(&program, 2, &silent), &["--because REASON"]);
    program.done(&[&silent[..], &["--because", "the correction was wrong"]].concat());
    assert_eq!(stage("2019-12-31"), "LISTED", "its target is back");
    let both = [&silent[..], &["--correct", "2", "--because", "x"]].concat();
    assert_eq!(program.run(&both).code, Some(2), "one or the other");
}

async fn what_stands_on_an_event_is_taken_back_with_it(harness: &Harness) {
    let program = Program::over(harness);
    program.done(&["record", "carrier", "hub", "registered", "name=枢纽"]);
    registered(&program, USCI, "某某科技有限公司");
    record(
        &program,
        USCI,
        &["入驻", "carrier=hub", "--on", "2016-04-01"],
    );
    let area = [
        "occupancy-area-changed",
        "carrier=hub",
        "area=200",
        "--on",
        "2017-01-01",
    ];
    record(&program, USCI, &area);

    let retract = [
        "record",
        "company",
        USCI,
        "--retract",
        "2",
        "--because",
        "other company",
    ];
    let refused = fails(&program, 4, &retract);
    says(&refused, &["stand on event 2", "#3", "--with-dependents"]);
    assert_eq!(history(&program, USCI).len(), 3);

    let out = program.done(&[&retract[..], &["--with-dependents"]].concat());
    assert_eq!(out.lines().count(), 2, "one retraction each");
    let rows = history(&program, USCI);
    assert!(!text(&rows[1], "superseded_by").is_empty());
    assert!(!text(&rows[2], "superseded_by").is_empty());
    assert!(program.rows(&["findings"]).is_empty());
    let alone = program.run(&["record", "company", USCI, "graduated", "--with-dependents"]);
    assert_eq!(alone.code, Some(2), "only with --retract");
}

async fn the_registration_keeps_its_identifier_when_corrected(harness: &Harness) {
    let program = Program::over(harness);
    let id = id_in(&registered(&program, USCI, "某某科技有限公司")).to_owned();
    let corrections = [
        (USCI, "name=甲", "1"),
        ("91330103MA2J0XYC21", "name=乙", "2"),
    ];
    for (word, name, target) in corrections {
        let correct = ["登记", name, "--on", "2016-03-01", "--correct", target];
        let out = record(
            &program,
            word,
            &[&correct[..], &["--because", "slip"]].concat(),
        );
        assert_eq!(id_in(&out), id);
    }
    assert_eq!(history(&program, USCI).len(), 3);
    let list = program.rows(&["company", "list", "--as-of", "2016-12-31"]);
    assert_eq!(text(&list[0], "name"), "乙");
}

async fn two_processes_record_at_once(harness: &Harness) {
    const EACH: usize = 4;
    let program = Program::over(harness);
    registered(&program, USCI, "某某科技有限公司");
    let running: Vec<_> = (0..EACH)
        .map(|number| {
            std::process::Command::new(env!("CARGO_BIN_EXE_nianlun"))
                .args([
                    "--quiet",
                    "--store",
                    &harness.url,
                    "record",
                    "company",
                    USCI,
                ])
                .args(["alias-added", &format!("alias=别名{number}")])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program starts")
        })
        .collect();
    let mut sequences = vec![];
    for process in running {
        let output = process.wait_with_output().expect("ended");
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{err}");
        let out = String::from_utf8(output.stdout).expect("UTF-8");
        let line = out.split_whitespace().next().expect("a line").to_owned();
        sequences.push(line.rsplit('/').next().expect("a sequence").to_owned());
    }
    sequences.sort_unstable();
    assert_eq!(sequences, ["2", "3", "4", "5"]);
    let rows = history(&program, USCI);
    assert_eq!(rows.len(), 1 + EACH);
    for number in 0..EACH {
        let alias = format!("alias=别名{number}");
        assert!(
            rows.iter().any(|row| text(row, "fields") == alias),
            "{alias}"
        );
    }
}
