//! `nianlun identity`

use super::says;
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, Ran, count, text};

contract!(
    two_records_are_merged_shown_as_one_and_undone,
    a_record_is_split_and_an_event_moved,
    what_cannot_be_repaired_is_refused_with_the_reason,
    candidates_are_proposed_with_reasons_until_said_to_be_two,
    a_file_applied_twice_adds_nothing,
);

const ONE: &str = "park:1";
const TWO: &str = "park:2";

/// The run ended with this code, said why, and nothing else.
#[track_caller]
fn refused(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, Some(code), "{}\n{}", ran.out, ran.err);
    assert_eq!(ran.out, "");
    says(&ran.err, parts);
}

fn record(program: &Program, company: &str, event: &[&str]) -> String {
    program.done(&[&["record", "company", company], event].concat())
}

fn named(program: &Program, company: &str, name: &str) -> String {
    let name = format!("name={name}");
    let line = record(
        program,
        company,
        &["registered", &name, "--on", "2015-01-01"],
    );
    let id = line.split('/').nth(1).expect("an id");
    id.to_owned()
}

fn correlation(out: &str) -> String {
    let line = out
        .lines()
        .find_map(|line| line.strip_prefix("correlation "));
    line.expect("a correlation").to_owned()
}

fn two(harness: &Harness) -> (Program, String, String) {
    let program = Program::over(harness);
    let one = named(&program, ONE, "甲生物有限公司");
    let two = named(&program, TWO, "乙生物有限公司");
    (program, one, two)
}

async fn two_records_are_merged_shown_as_one_and_undone(harness: &Harness) {
    let (program, one, two) = two(harness);
    record(
        &program,
        TWO,
        &[
            "attribute-stated",
            "scheme=行业",
            "value=医药",
            "--on",
            "2017-01-01",
        ],
    );
    let before = program.done(&["doctor"]);
    let before = before
        .lines()
        .find(|line| line.contains("log position"))
        .expect("a position");
    let position = before.split('|').nth(2).expect("a cell").trim().to_owned();
    let merged = program.done(&[
        "identity",
        "merge",
        TWO,
        "--into",
        ONE,
        "--because",
        "同一企业",
    ]);
    says(
        &merged,
        &[&format!("company/{two}/3"), &format!("company/{one}/2")],
    );

    // By whatever it is called, the record that goes on answers.
    for word in [ONE, TWO, &one, &two, "甲生物有限公司", "乙生物有限公司"] {
        let rows = program.rows(&["company", "show", word]);
        let industry = rows
            .iter()
            .find(|row| text(row, "kind") == "attribute")
            .expect(word);
        assert_eq!(industry["events"][0], format!("#{two}/2"), "{word}");
    }
    let history = program.rows(&["company", "history", TWO]);
    assert_eq!(history.len(), 5);
    assert_eq!(count(&history[0], "event"), 1);
    assert_eq!(text(&history[4], "event"), format!("{two}/3"));
    assert_eq!(program.rows(&["company", "list"]).len(), 1);
    // As known before, both stand.
    let rows = program.rows(&["company", "show", TWO, "--known-at", &position]);
    assert!(
        rows.iter()
            .any(|row| text(row, "value") == "乙生物有限公司")
    );
    assert_eq!(
        program
            .rows(&["company", "list", "--known-at", &position])
            .len(),
        2
    );

    // What names it by an identifier is recorded on the record that goes on; the record itself is refused.
    let on = record(&program, TWO, &["alias-added", "alias=甲生"]);
    says(&on, &[&format!("company/{one}/3")]);
    refused(
        &program.run(&["record", "company", &two, "alias-added", "alias=乙生"]),
        4,
        &["merged into", &one],
    );
    let by_hand = program.run(&[
        "record",
        "company",
        &one,
        "--retract",
        "2",
        "--because",
        "误",
    ]);
    refused(&by_hand, 4, &["identity undo"]);

    let list = program.rows(&["identity", "list"]);
    assert_eq!(text(&list[0], "because"), "同一企业");
    assert_eq!(text(&list[0], "actor"), "tester");
    program.done(&[
        "identity",
        "undo",
        &correlation(&merged),
        "--because",
        "不是",
    ]);
    assert_eq!(program.rows(&["company", "list"]).len(), 2);
    let list = program.rows(&["identity", "list"]);
    assert_eq!(
        (text(&list[0], "kind"), text(&list[1], "kind")),
        ("merge", "undo")
    );
    assert_eq!(text(&list[0], "undone_by"), text(&list[1], "correlation"));
    says(&program.done(&["doctor"]), &["log position"]);
}

async fn a_record_is_split_and_an_event_moved(harness: &Harness) {
    let (program, one, two) = two(harness);
    record(&program, ONE, &["identifier-added", "identifier=list:9"]);
    record(
        &program,
        ONE,
        &[
            "attribute-stated",
            "scheme=行业",
            "value=医药",
            "--on",
            "2017-01-01",
        ],
    );
    record(
        &program,
        ONE,
        &[
            "attribute-stated",
            "scheme=地区",
            "value=北碚",
            "--on",
            "2017-01-01",
        ],
    );
    let moved = program.done(&[
        "identity",
        "move",
        ONE,
        "4",
        "--to",
        TWO,
        "--because",
        "记错",
    ]);
    says(
        &moved,
        &[&format!("company/{one}/5"), &format!("company/{two}/2")],
    );
    program.done(&[
        "identity",
        "split",
        ONE,
        "--events",
        "3",
        "--name",
        "丙生物有限公司",
        "--identifier",
        "list:9",
        "--because",
        "两家",
    ]);
    let shown = program.rows(&["company", "show", "list:9"]);
    let has = |rows: &[serde_json::Value], value: &str| {
        rows.iter().any(|row| text(row, "value") == value)
    };
    assert!(has(&shown, "丙生物有限公司") && has(&shown, "医药"));
    assert!(has(&program.rows(&["company", "show", TWO]), "北碚"));
    let left = program.rows(&["company", "show", ONE]);
    assert!(!has(&left, "医药") && !has(&left, "北碚") && !has(&left, "9"));
    let list = program.rows(&["identity", "list"]);
    assert_eq!(
        (text(&list[0], "kind"), text(&list[1], "kind")),
        ("move", "split")
    );
    for line in [1, 0] {
        program.done(&[
            "identity",
            "undo",
            text(&list[line], "correlation"),
            "--because",
            "一家",
        ]);
    }
    let whole = program.rows(&["company", "show", "list:9"]);
    assert!(has(&whole, "医药") && has(&whole, "北碚") && has(&whole, "甲生物有限公司"));
}

async fn what_cannot_be_repaired_is_refused_with_the_reason(harness: &Harness) {
    let (program, one, two) = two(harness);
    let merge = |a: &str, b: &str| {
        program.run(&["identity", "merge", a, "--into", b, "--because", "同一企业"])
    };
    refused(&merge(ONE, ONE), 4, &[&one, "name two"]);
    refused(&merge("park:7", ONE), 2, &["park:7"]);
    refused(&merge("乙", ONE), 2, &["乙", &two]);
    refused(
        &program.run(&["identity", "undo", "x", "--because", "误"]),
        2,
        &["identity list"],
    );
    refused(
        &program.run(&["identity", "move", ONE, "1", "--to", TWO, "--because", "误"]),
        4,
        &["registration"],
    );
    refused(
        &program.run(&["identity", "move", ONE, "9", "--to", TWO, "--because", "误"]),
        4,
        &["no event 9"],
    );
    refused(
        &program.run(&["identity", "merge", TWO, "--into", ONE, "--because", " "]),
        2,
        &["--because"],
    );
    for (company, usci) in [(ONE, "91330103MA2J0XYC21"), (TWO, "91130102MA08L76U1Y")] {
        record(
            &program,
            company,
            &["identifier-added", &format!("identifier=usci:{usci}")],
        );
    }
    refused(
        &merge(TWO, ONE),
        4,
        &["91330103MA2J0XYC21", "91130102MA08L76U1Y", "--despite"],
    );
    let all_the_same = program.done(&[
        "identity",
        "merge",
        TWO,
        "--into",
        ONE,
        "--despite",
        "--because",
        "旧码作废",
    ]);
    says(&all_the_same, &["flagged", "two-uscis"]);
    assert_eq!(program.rows(&["findings", "--code", "two-uscis"]).len(), 1);
    refused(&merge(TWO, ONE), 4, &["already merged", &one]);
    refused(&merge(ONE, TWO), 4, &["undo that merge first"]);
}

async fn candidates_are_proposed_with_reasons_until_said_to_be_two(harness: &Harness) {
    let program = Program::over(harness);
    named(&program, ONE, "重庆示例生物科技有限公司");
    named(&program, TWO, "示例生物科技（重庆）股份有限公司");
    named(&program, "park:3", "另一家电子有限公司");
    let rows = program.rows(&["identity", "candidates"]);
    assert_eq!(rows.len(), 1);
    assert_eq!(count(&rows[0], "score"), 75);
    assert_eq!(
        rows[0]["reasons"][0],
        "same name but for place and legal form +75"
    );
    let found = program.rows(&["findings", "--code", "疑似重复"]);
    assert_eq!(found.len(), 1);
    assert_eq!(text(&found[0], "grade"), "irregular");
    program.done(&["identity", "distinct", ONE, TWO, "--because", "两家公司"]);
    assert!(program.rows(&["identity", "candidates"]).is_empty());
    assert!(
        program
            .rows(&["findings", "--code", "possible-duplicate"])
            .is_empty()
    );
    let again = program.run(&["identity", "distinct", TWO, ONE, "--because", "两家公司"]);
    refused(&again, 4, &["two companies"]);
}

async fn a_file_applied_twice_adds_nothing(harness: &Harness) {
    let (program, ..) = two(harness);
    for (company, name) in [("park:3", "丙"), ("park:4", "丁"), ("park:5", "戊")] {
        named(&program, company, name);
        record(
            &program,
            company,
            &[
                "attribute-stated",
                "scheme=行业",
                "value=医药",
                "--on",
                "2017-01-01",
            ],
        );
        record(
            &program,
            company,
            &[
                "attribute-stated",
                "scheme=地区",
                "value=北碚",
                "--on",
                "2017-01-01",
            ],
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("who.toml");
    let written = "\
        [[merge]]\nloser = \"乙生物有限公司\"\nsurvivor = \"park:1\"\nbecause = \"同一企业\"\n\
        [[distinct]]\ncompanies = [\"park:3\", \"park:4\"]\nbecause = \"同名\"\n\
        [[split]]\ncompany = \"park:3\"\nevents = [2]\nname = \"己\"\nbecause = \"两家\"\n\
        [[split]]\ncompany = \"park:5\"\nevents = [2]\ninto = \"park:2\"\nbecause = \"两家\"\n\
        [[move]]\ncompany = \"park:4\"\nevent = 3\nto = \"park:1\"\nbecause = \"记错\"\n\
        [[answer]]\nsource = \"roster\"\nsays = { \"名称\" = \"甲\" }\ncompany = \"new\"\nbecause = \"新企业\"\n";
    std::fs::write(&file, written).expect("written");
    let path = file.display().to_string();
    let apply = || program.done(&["identity", "apply", &path]);
    says(&apply(), &["5 done; 0 were done before", "1 answers"]);
    let repairs = program.rows(&["identity", "list"]);
    assert_eq!(repairs.len(), 5);
    says(&apply(), &["0 done; 5 were done before"]);
    assert_eq!(program.rows(&["identity", "list"]), repairs);

    // What was undone is done again.
    let merge = repairs
        .iter()
        .find(|line| text(line, "kind") == "merge")
        .expect("a merge");
    program.done(&[
        "identity",
        "undo",
        text(merge, "correlation"),
        "--because",
        "误",
    ]);
    says(&apply(), &["1 done; 4 were done before"]);

    std::fs::write(&file, "[[merge]]\nloser = \"park:1\"\n").expect("written");
    refused(
        &program.run(&["identity", "apply", &path]),
        2,
        &["line 1", "survivor"],
    );
    std::fs::write(
        &file,
        "[[move]]\ncompany = \"park:5\"\nevent = 1\nto = \"park:1\"\nbecause = \"误\"\n",
    )
    .expect("written");
    refused(
        &program.run(&["identity", "apply", &path]),
        4,
        &["[[move]] 1", "registration"],
    );
    refused(
        &program.run(&["identity", "apply", "none.toml"]),
        1,
        &["none.toml"],
    );
}
