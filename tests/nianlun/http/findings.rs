//! Findings, and the events that can be recorded.

use std::fs;

use serde_json::json;

use super::{column, current, in_town, page, refused};
use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;
use crate::support::program::Program;

contract!(
    a_finding_names_its_grade_company_and_events,
    an_open_row_is_on_every_page_that_is_of_now,
    the_codes_are_those_that_are_taken,
    events_that_can_be_recorded_are_listed_with_their_fields,
);

async fn a_finding_names_its_grade_company_and_events(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    let all = page(&api, "/findings").await;
    assert_eq!(all["total"], 1);
    let found = &all["data"][0];
    assert_eq!(found["code"], "end-without-start");
    assert_eq!(found["name"], "an end with no recorded beginning");
    assert_eq!(found["grade"], "contradiction");
    assert_eq!(found["company_name"], "辛贸易有限公司");
    assert_eq!(found["events"], json!(["#2"]), "after its registration");
    let company = found["company"].as_str().expect("an id");
    let shown = api.get(&format!("/companies/{company}")).await.ok();
    assert_eq!(shown.json()["name"], "辛贸易有限公司");

    for word in [
        "end-without-start",
        "无入先出",
        "An end with no recorded beginning",
    ] {
        let some = page(&api, &format!("/findings?code={word}")).await;
        assert_eq!(some["data"], all["data"], "{word}");
    }
    for query in ["code=far-future", "as_of=2018-06-01", "known_at=0"] {
        let none = page(&api, &format!("/findings?{query}")).await;
        assert_eq!(none["total"], 0, "{query}");
    }
    assert_eq!(
        refused(&api, "/findings?code=bad-luck").await,
        ("malformed-request".to_owned(), "code".to_owned())
    );
}

const VISITS: &str = r#"
name = "visits"
title = "Visits"
shape = "events"

[[subject.identify]]
name = { column = "企业" }

[subject.register]
name = { column = "企业" }

[[output]]
event = "attribute-stated"
on = { column = "日期" }
scheme = "visit"
value = { column = "内容" }
"#;

async fn an_open_row_is_on_every_page_that_is_of_now(harness: &Harness) {
    let program = Program::over(harness);
    for company in ["park:1", "park:2"] {
        program.done(&[
            "record",
            "company",
            company,
            "registered",
            "name=丙贸易有限公司",
        ]);
    }
    program.done(&["pipeline"]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (rows, mapping) = (path("visits.csv"), path("visits.toml"));
    fs::write(&rows, "企业,日期,内容\n丙贸易有限公司,2020-01-01,初访\n").expect("written");
    fs::write(&mapping, VISITS).expect("written");
    let ran = program.run(&["import", &rows, "--mapping", &mapping]);
    assert_eq!(ran.code, Some(3), "which of the two is open");

    let api = current(harness).await;
    let all = page(&api, "/findings").await;
    assert_eq!(
        column(&all, "code"),
        ["possible-duplicate", "unresolved-row"]
    );
    let first = page(&api, "/findings?limit=1").await;
    let next = first["next"].as_str().expect("a second page");
    let second = page(&api, &format!("/findings?limit=1&cursor={next}")).await;
    assert_eq!(second["data"][0], all["data"][1]);
    let known = page(&api, &format!("/findings?known_at={}", all["position"])).await;
    assert_eq!(column(&known, "code"), ["possible-duplicate"]);
}

async fn the_codes_are_those_that_are_taken(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    let codes = page(&api, "/findings/codes").await;
    let known = column(&codes, "code");
    for code in [
        "end-without-start",
        "two-uscis",
        "possible-duplicate",
        "unresolved-row",
    ] {
        assert!(known.contains(&&json!(code)), "{code}");
    }
    for code in known {
        let code = code.as_str().expect("a code");
        api.get(&format!("/findings?code={code}")).await.ok();
    }
    let query = "/findings/codes?as_of=2020-01-01";
    assert_eq!(refused(&api, query).await.0, "unknown-parameter");
}

async fn events_that_can_be_recorded_are_listed_with_their_fields(harness: &Harness) {
    let api = Api::start(harness).await;
    let all = page(&api, "/event-types?limit=1000").await;
    let mut of_each = 0;
    for subject in ["company", "carrier", "cluster"] {
        let some = page(&api, &format!("/event-types?subject={subject}")).await;
        assert!(column(&some, "subject").iter().all(|one| *one == subject));
        of_each += some["total"].as_u64().expect("a total");
    }
    assert_eq!(all["total"], of_each);
    let rows = all["data"].as_array().expect("rows");
    let listed = rows.iter().find(|row| row["code"] == "listed");
    let expected = json!({"subject": "company", "code": "listed", "zh": "上市", "en": "listed",
        "fields": ["board", "code"], "optional": ["code"]});
    assert_eq!(listed, Some(&expected));
    let renamed = rows.iter().filter(|row| row["code"] == "renamed");
    let subjects: Vec<_> = renamed.map(|row| &row["subject"]).collect();
    assert_eq!(subjects, ["company", "carrier", "cluster"]);
    assert_eq!(
        refused(&api, "/event-types?subject=team").await,
        ("malformed-request".to_owned(), "subject".to_owned())
    );
}
