//! Earlier imports: taken back, questions that they left, and mappings suggested before.

use serde_json::{Value, json};

use super::access::closed;
use super::column;
use super::imports::{ROWS, imported, runs, sent, visits};
use crate::contract;
use crate::support::api::{Answer, Api};
use crate::support::database::Harness;
use crate::support::form::Form;

contract!(
    a_run_is_taken_back_and_comes_back,
    events_of_an_import_and_of_its_undo_remember_the_token,
    a_run_that_something_stands_on_is_not_taken_back,
    an_open_question_is_listed_and_answered_with_the_next_import,
    a_suggested_mapping_imports_its_file,
    what_cannot_be_suggested_is_refused,
    what_is_not_there_is_not_found,
);

const BY_NAME: &str = r#"
name = "calls"
title = "电话"
shape = "events"

[[subject.identify]]
name = { column = "企业" }

[subject.register]
name = { column = "企业" }

[[output]]
event = "attribute-stated"
on = { column = "日期" }
scheme = "call"
value = { column = "内容" }
"#;

async fn undone(api: &Api, run: &Value) -> Answer {
    let run = run.as_str().expect("a run");
    let path = format!("/imports/{run}/undo");
    api.post(&path, &json!({"because": "弄错了"})).await
}

async fn a_run_is_taken_back_and_comes_back(harness: &Harness) {
    let api = Api::start(harness).await;
    let done = imported(&api, "/imports", visits()).await;
    let run = &done["report"]["run"];
    let path = format!("/imports/{}/undo", run.as_str().expect("a run"));
    let empty = api.post(&path, &json!({"because": " "})).await;
    assert_eq!(empty.json()["field"], "because");
    let back = undone(&api, run).await;
    assert_eq!(back.status, 201, "{back:?}");
    let back = back.json();
    assert_eq!((&back["events"], &back["records"]), (&json!(6), &json!(3)));
    let none = api.get("/companies?min_position=12").await.ok().json();
    assert_eq!(none["total"], 0);
    assert_eq!(
        column(&runs(&api).await, "state"),
        [&json!("taken-back"), &json!("undo")]
    );
    assert_eq!(undone(&api, run).await.problem(), "refused");
    undone(&api, &back["run"]).await.ok();
    let both = api.get("/companies?min_position=18").await.ok().json();
    assert_eq!(both["total"], 2, "taking the undo back restores it");
}

async fn events_of_an_import_and_of_its_undo_remember_the_token(harness: &Harness) {
    let api = closed(harness).await;
    let [token] = &api.store().tokens().await.expect("tokens")[..] else {
        panic!("one token")
    };
    let done = imported(&api, "/imports", visits()).await;
    let companies = api.get("/companies?min_position=6").await.ok().json();
    let company = companies["data"][0]["id"].as_str().expect("an id");
    let back = undone(&api, &done["report"]["run"]).await.ok();
    let path = format!("/companies/{company}/events?min_position=12");
    let events = api.get(&path).await.ok().json();
    let said = column(&events, "metadata");
    for run in [&done["report"]["run"], &back.json()["run"]] {
        let own: Vec<_> = said.iter().filter(|said| said["run"] == *run).collect();
        assert!(!own.is_empty(), "{run}: {events}");
        for said in own {
            assert_eq!(said["actor"], "the admin", "{said}");
            assert_eq!(said["token"], token.id.to_string(), "{said}");
        }
    }
}

async fn a_run_that_something_stands_on_is_not_taken_back(harness: &Harness) {
    let api = Api::start(harness).await;
    let done = imported(&api, "/imports", visits()).await;
    let body =
        json!({"event": "occupancy-started", "fields": {"carrier": "t-space"}, "on": "2021"});
    api.post("/companies/park:1/events", &body).await.ok();
    let refused = undone(&api, &done["report"]["run"]).await;
    assert_eq!(refused.problem(), "refused", "{refused:?}");
    assert_eq!(
        column(&runs(&api).await, "state"),
        [&json!("done")],
        "all or nothing"
    );
}

async fn an_open_question_is_listed_and_answered_with_the_next_import(harness: &Harness) {
    let api = Api::start(harness).await;
    let mut ids = vec![];
    for number in [1, 2] {
        let body = json!({"event": "registered", "fields": {"name": "同名公司"}, "on": "2015"});
        let path = format!("/companies/park:{number}/events");
        ids.push(api.post(&path, &body).await.ok().json()["id"].clone());
    }
    let form = || {
        Form::default()
            .text("mapping", BY_NAME)
            .file("电话.csv", "企业,日期,内容\n同名公司,2020-01-01,初次\n")
    };
    let done = imported(&api, "/imports", form()).await;
    assert_eq!(done["report"]["questions"], 1, "{done}");
    assert_eq!(done["report"]["events"], 0);
    let questions = api.get("/imports/questions").await.ok().json();
    assert_eq!(questions["total"], 1);
    let question = &questions["data"][0];
    assert_eq!(question["says"], json!({"name": "同名公司"}));
    assert_eq!(
        (&question["source"], &question["row"]),
        (&json!("calls"), &json!(2))
    );
    let mut candidates: Vec<_> = question["candidates"]
        .as_array()
        .expect("candidates")
        .iter()
        .map(|candidate| candidate["company"].to_string())
        .collect();
    candidates.sort_unstable();
    let mut expected: Vec<_> = ids.iter().map(Value::to_string).collect();
    expected.sort_unstable();
    assert_eq!(candidates, expected);

    let answer = |company: &str| {
        format!(
            "[[answer]]\nsource = \"calls\"\nsays = {{ name = \"同名公司\" }}\ncompany = \"{company}\"\nbecause = \"问过\"\n"
        )
    };
    let nobody = imported(
        &api,
        "/imports",
        form().text("resolutions", &answer("park:9")),
    )
    .await;
    assert_eq!(nobody["state"], "failed");
    assert_eq!(nobody["problem"]["type"], "/problems/not-found");
    let done = imported(
        &api,
        "/imports",
        form().text("resolutions", &answer("park:2")),
    )
    .await;
    assert_eq!(done["report"]["events"], 1, "{done}");
    assert_eq!(api.get("/imports/questions").await.ok().json()["total"], 0);
    let events = format!("/companies/{}/events", ids[1].as_str().expect("an id"));
    let events = api
        .get(&format!("{events}?min_position=3"))
        .await
        .ok()
        .json();
    assert_eq!(events["total"], 2, "the second company got it");
}

async fn a_suggested_mapping_imports_its_file(harness: &Harness) {
    let api = Api::start(harness).await;
    let rows = "企业名称,统一社会信用代码,入驻时间\n甲科技有限公司,91330103MA2J0XYC21,2016-03-01\n";
    let form = Form::default().file("名单.csv", rows);
    let suggested = sent(&api, "/imports/suggestions", form.whole()).await.ok();
    assert_eq!(suggested.header("content-type"), "application/toml");
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 0);
    let form = Form::default()
        .text("mapping", &suggested.text)
        .file("名单.csv", rows);
    let done = imported(&api, "/imports", form).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(done["report"]["errors"], 0, "{done}");
    let page = api.get("/companies?min_position=1").await.ok().json();
    assert_eq!(column(&page, "name"), [&json!("甲科技有限公司")]);

    let schema = api.get("/imports/mapping-schema").await.ok();
    let shipped = crate::support::program::project("docs/mapping.schema.json");
    let shipped = std::fs::read_to_string(shipped).expect("the schema");
    assert_eq!(schema.text.trim_end(), shipped.trim_end());
}

async fn what_cannot_be_suggested_is_refused(harness: &Harness) {
    let api = Api::start(harness).await;
    let rows = "名单,名单\n";
    for (form, code, field) in [
        (Form::default(), "malformed-request", "file"),
        (
            Form::default().file("a.csv", ROWS).file("b.csv", ROWS),
            "malformed-request",
            "file",
        ),
        (visits(), "unknown-parameter", "mapping"),
        (Form::default().file("空.csv", rows), "invalid-file", "file"),
    ] {
        let answer = sent(&api, "/imports/suggestions", form.whole()).await;
        assert_eq!(answer.problem(), code, "{}", answer.text);
        assert_eq!(answer.json()["field"], field, "{}", answer.text);
    }
    let form = Form::default().file("空.csv", rows);
    let answer = sent(&api, "/imports/suggestions", form.whole()).await;
    let detail = answer.json()["detail"].clone();
    assert!(
        detail
            .as_str()
            .is_some_and(|text| text.starts_with("空.csv: ")),
        "{detail}"
    );
}

async fn what_is_not_there_is_not_found(harness: &Harness) {
    let api = Api::start(harness).await;
    for path in [
        "/imports/jobs/x",
        "/imports/jobs/01970000-0000-7000-8000-000000000000",
        "/imports/jobs/x/issues",
        "/imports/x",
    ] {
        assert_eq!(api.get(path).await.problem(), "not-found", "{path}");
    }
    let undo = api.post("/imports/x/undo", &json!({"because": "误"})).await;
    assert_eq!(undo.problem(), "not-found");
    imported(&api, "/imports", visits()).await;
    imported(&api, "/imports", visits()).await;
    let both = api.get("/imports/0").await;
    assert_eq!(both.problem(), "ambiguous");
    assert_eq!(both.json()["candidates"].as_array().map(Vec::len), Some(2));
}
