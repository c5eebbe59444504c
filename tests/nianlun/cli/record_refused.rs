//! `nianlun record`: what is refused, with which code, and what the refusal says.

use super::record::{OTHER, USCI, history, id_in, record, registered};
use super::{fails, says};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, text};

contract!(
    a_contradiction_is_refused_with_its_events_unless_there_is_a_reason,
    a_record_that_has_moved_on_is_refused,
    an_identifier_of_another_is_refused_with_its_holder,
    what_cannot_be_read_is_refused_with_what_can,
    what_is_recorded_already_or_cannot_be_is_refused,
);

async fn a_contradiction_is_refused_with_its_events_unless_there_is_a_reason(harness: &Harness) {
    let program = Program::over(harness);
    program.done(&["record", "carrier", "hub", "registered", "name=枢纽"]);
    program.done(&["record", "carrier", "annex", "registered", "name=二期"]);
    registered(&program, USCI, "某某科技有限公司");
    let about = ["record", "company", USCI];
    let enter = ["入驻", "carrier=hub", "unit=A1", "--on"];
    record(&program, USCI, &[&enter[..], &["2017-01-01"]].concat());

    let twice = [&about[..], &enter, &["2018-01-01"]].concat();
    let refused = fails(&program, 4, &twice);
    says(
        &refused,
        &[
            "a beginning while already open",
            "#2",
            "--despite --because",
        ],
    );
    let chinese = fails(&program, 4, &[&["--lang", "zh"], &twice[..]].concat());
    says(&chinese, &["重复进入", "#2"]);
    let left = [&about[..], &["迁出", "carrier=annex", "--on", "2018"]].concat();
    says(
        &fails(&program, 4, &left),
        &["an end with no recorded beginning"],
    );
    assert_eq!(history(&program, USCI).len(), 2, "nothing was recorded");

    let silent = fails(&program, 2, &[&twice[..], &["--despite"]].concat());
    says(&silent, &["--because"]);
    let reason = ["--despite", "--because", "a second lease is on file"];
    let out = program.done(&[&twice[..], &reason].concat());
    says(
        &out,
        &["/3  log position", "flagged:", "(start-while-open)"],
    );
    let findings = program.rows(&["findings", "--code", "start-while-open"]);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["events"], serde_json::json!(["#2", "#3"]));
    let rows = history(&program, USCI);
    says(text(&rows[2], "fields"), &["a second lease is on file"]);
}

async fn a_record_that_has_moved_on_is_refused(harness: &Harness) {
    let program = Program::over(harness);
    registered(&program, USCI, "某某科技有限公司");
    let alias = |name: &'static str| ["alias-added", name, "--if-last", "1"];
    record(&program, USCI, &alias("alias=甲"));
    let refused = fails(
        &program,
        4,
        &[&["record", "company", USCI], &alias("alias=乙")[..]].concat(),
    );
    says(&refused, &["event 1 was expected to be the last, it is 2"]);
    assert_eq!(history(&program, USCI).len(), 2);
}

async fn an_identifier_of_another_is_refused_with_its_holder(harness: &Harness) {
    let program = Program::over(harness);
    let out = registered(&program, USCI, "先来有限公司");
    registered(&program, OTHER, "后到有限公司");
    let holder = [USCI, "already belongs to", id_in(&out), "先来有限公司"];
    let identifier = format!("identifier={USCI}");
    let add = ["record", "company", OTHER, "identifier-added", &identifier];
    says(&fails(&program, 4, &add), &holder);
    let register = [
        "record",
        "company",
        "new",
        "registered",
        "name=第三",
        &identifier,
    ];
    says(&fails(&program, 4, &register), &holder);

    // A code on a board is an identifier too.
    let listed = ["listed", "board=STAR", "code=688001", "--on", "2019-07-22"];
    record(&program, USCI, &listed);
    let second = fails(
        &program,
        4,
        &[&["record", "company", OTHER], &listed[..]].concat(),
    );
    says(&second, &["688001", "先来有限公司"]);
    assert_eq!(history(&program, OTHER).len(), 1);
}

async fn what_cannot_be_read_is_refused_with_what_can(harness: &Harness) {
    let program = Program::over(harness);
    registered(&program, USCI, "某某科技有限公司");
    let refused =
        |args: &[&str]| fails(&program, 2, &[&["record", "company", USCI], args].concat());
    let cases: &[(&[&str], &[&str])] = &[
        (
            &["promoted"],
            &["event", "\"promoted\"", "no such event", "graduated (毕业)"],
        ),
        (&["listed"], &["board: missing", "give board"]),
        (
            &["listed", "board=MOON"],
            &["board", "\"MOON\"", "SSE, SZSE"],
        ),
        (
            &["上市", "board=STAR", "colour=red"],
            &["colour", "no such field", "board, code?"],
        ),
        (&["listed", "board"], &["\"board\"", "FIELD=VALUE"]),
        (
            &["listed", "board=STAR", "--on", "2016-13"],
            &["--on", "2016-13"],
        ),
        (
            &["listed", "board=STAR", "--on", "soon"],
            &["--on", "soon", "2016-Q1"],
        ),
        (
            &["listed", "board=STAR", "--on", "1799-12-31"],
            &["1799-12-31", "1800-01-01"],
        ),
        (
            &["入驻", "carrier=T SPACE"],
            &["carrier", "\"T SPACE\"", "lower-case"],
        ),
        (
            &["入驻", "carrier=hub", "area=-5"],
            &["area", "-5", "negative"],
        ),
        (&["入驻", "carrier=hub", "area=5 CNY"], &["area", "m2"]),
        (&["--json", "{"], &["--json", "\"on\""]),
        (
            &[
                "--json",
                r#"{"on": "2016", "change": {"listed": {"bord": "STAR"}}}"#,
            ],
            &["bord", "board"],
        ),
        (&[], &["name the event", "--json", "--retract"]),
    ];
    for (args, parts) in cases {
        says(&refused(args), parts);
    }
    let slip = [
        "record",
        "company",
        "usci:91330103MA2J0XYC2X",
        "registered",
        "name=x",
    ];
    says(
        &fails(&program, 2, &slip),
        &["91330103MA2J0XYC2X", "'1'", "licence"],
    );
    let subject = program.run(&["record", "person", USCI, "graduated"]);
    assert_eq!(subject.code, Some(2));
    says(&subject.err, &["company, carrier, cluster"]);
    assert_eq!(history(&program, USCI).len(), 1);
}

async fn what_is_recorded_already_or_cannot_be_is_refused(harness: &Harness) {
    let program = Program::over(harness);
    registered(&program, USCI, "某某科技有限公司");
    let refused = |args: &[&str]| fails(&program, 4, &[&["record", "company"], args].concat());
    says(
        &refused(&[USCI, "registered", "name=x"]),
        &["already registered by event 1"],
    );
    says(
        &refused(&[OTHER, "graduated"]),
        &["nothing is recorded", "registration first"],
    );
    says(&refused(&["new", "graduated"]), &["nothing is recorded"]);
    let alias = [USCI, "alias-added", "alias=甲"];
    record(&program, USCI, &alias[1..]);
    says(&refused(&alias), &["event 2 already says exactly this"]);
    let code = [USCI, "listed", "board=STAR", "code=600000"];
    says(&refused(&code), &["600000", "STAR"]);

    // What the reference says, the registration cannot say otherwise.
    let json = r#"{"on": "2016", "change": {"registered": {"entity": "company", "name": "x"}}}"#;
    let otherwise = fails(&program, 2, &["record", "company", OTHER, "--json", json]);
    says(&otherwise, &["identifier", OTHER]);
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 2);
}
