//! Pairs that may be one company, and repairs.

use serde_json::{Value, json};

use super::{column, current, page, refused};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::Program;

contract!(
    pairs_are_proposed_with_reasons_until_said_to_be_two,
    repairs_are_listed_with_what_undid_them,
);

fn named(program: &Program, company: &str, name: &str) {
    let name = format!("name={name}");
    let on = ["registered", &name, "--on", "2015-01-01"];
    program.done(&[&["record", "company", company], &on[..]].concat());
}

async fn pairs_are_proposed_with_reasons_until_said_to_be_two(harness: &Harness) {
    let program = Program::over(harness);
    named(&program, "park:1", "重庆示例生物科技有限公司");
    named(&program, "park:2", "示例生物科技（重庆）股份有限公司");
    named(&program, "park:3", "另一家电子有限公司");
    let api = current(harness).await;
    let found = page(&api, "/identity/candidates").await;
    assert_eq!(found["total"], 1);
    let pair = &found["data"][0];
    assert_eq!(pair["score"], 75);
    let mut names = [&pair["name"], &pair["other_name"]].map(|name| name.as_str().expect("a name"));
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "示例生物科技（重庆）股份有限公司",
            "重庆示例生物科技有限公司"
        ]
    );
    let reason = &pair["reasons"][0];
    assert_eq!(reason["points"], 75);
    assert_eq!(reason["name"], "same name but for place and legal form");
    let none = page(&api, "/identity/candidates?min=76").await;
    assert_eq!(none["total"], 0);
    for min in ["101", "-1", "many"] {
        assert_eq!(
            refused(&api, &format!("/identity/candidates?min={min}")).await,
            ("malformed-request".to_owned(), "min".to_owned()),
            "{min}"
        );
    }
    let because = ["--because", "两家公司"];
    program.done(&[&["identity", "distinct", "park:1", "park:2"], &because[..]].concat());
    let head = page(&api, "/identity/repairs").await["data"][0]["position"].clone();
    let after = page(&api, &format!("/identity/candidates?min_position={head}")).await;
    assert_eq!(after["total"], 0);
    let before = head.as_u64().expect("a position") - 1;
    let before = page(&api, &format!("/identity/candidates?known_at={before}")).await;
    assert_eq!(before["data"], found["data"], "as was known before");
}

async fn repairs_are_listed_with_what_undid_them(harness: &Harness) {
    let program = Program::over(harness);
    named(&program, "park:1", "甲生物有限公司");
    named(&program, "park:2", "乙生物有限公司");
    let api = current(harness).await;
    let id = async |company: &str| page(&api, &format!("/companies/{company}")).await["id"].clone();
    let (one, two) = (id("park:1").await, id("park:2").await);
    assert_eq!(page(&api, "/identity/repairs").await["total"], 0);
    let because = ["--because", "同一企业"];
    program.done(
        &[
            &["identity", "merge", "park:2", "--into", "park:1"],
            &because[..],
        ]
        .concat(),
    );
    let repairs = page(&api, "/identity/repairs").await;
    let merge = &repairs["data"][0];
    assert_eq!(merge["kind"], "merge");
    assert_eq!(merge["records"], json!([two, one]));
    assert_eq!(merge["because"], "同一企业");
    assert_eq!(merge["actor"], "tester");
    assert_eq!(merge["undone_by"], Value::Null);
    let event = |id: &Value| format!("company/{}/2", id.as_str().expect("an id"));
    assert_eq!(merge["events"], json!([event(&two), event(&one)]));

    let correlation = merge["correlation"].as_str().expect("a correlation");
    program.done(&["identity", "undo", correlation, "--because", "不是"]);
    let repairs = page(&api, "/identity/repairs").await;
    assert_eq!(column(&repairs, "kind"), ["merge", "undo"]);
    assert_eq!(
        repairs["data"][0]["undone_by"],
        repairs["data"][1]["correlation"]
    );
    let query = "/identity/repairs?known_at=1";
    assert_eq!(refused(&api, query).await.0, "unknown-parameter");
}
