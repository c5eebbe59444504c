//! Repairs of identity: what each records, and each refusal.

use serde_json::{Value, json};

use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;

contract!(
    records_are_merged_answer_as_one_and_come_apart_again,
    a_record_is_split_into_a_new_one_and_into_one_that_is_there,
    an_event_is_moved,
    each_repair_that_cannot_be_is_refused_with_where_and_how_to_mend_it,
    two_uscis_are_refused_and_merged_all_the_same_when_insisted_upon,
    two_that_are_said_to_be_two_cannot_be_merged,
);

const ONE: &str = "park:1";
const TWO: &str = "park:2";

/// Registers 甲 as park:1 and 乙 as park:2; their ids.
async fn two(api: &Api) -> [String; 2] {
    let one = registered(api, ONE, "甲生物有限公司").await;
    let two = registered(api, TWO, "乙生物有限公司").await;
    [one, two]
}

async fn registered(api: &Api, word: &str, name: &str) -> String {
    let body = json!({"event": "registered", "fields": {"name": name}, "on": "2015-01-01"});
    let answer = api.post(&format!("/companies/{word}/events"), &body).await;
    let id = answer.ok().json()["id"].clone();
    id.as_str().expect("an id").to_owned()
}

async fn attribute(api: &Api, word: &str, scheme: &str, value: &str) {
    let fields = json!({"scheme": scheme, "value": value});
    let body = json!({"event": "attribute-stated", "fields": fields, "on": "2017-01-01"});
    let path = format!("/companies/{word}/events");
    api.post(&path, &body).await.ok();
}

async fn repaired(api: &Api, what: &str, body: &Value) -> Value {
    let answer = api.post(&format!("/identity/{what}"), body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

/// The companies as the facts show them after a repair.
async fn names_after(api: &Api, repair: &Value) -> Vec<String> {
    let events = repair["events"].as_array().expect("events");
    let last = events.last().and_then(Value::as_str).expect("an event");
    let path = format!("/companies?after_event={last}&sort=name");
    let page = api.get(&path).await.ok().json();
    let names = super::column(&page, "name").into_iter();
    names
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect()
}

async fn records_are_merged_answer_as_one_and_come_apart_again(harness: &Harness) {
    let api = Api::start(harness).await;
    let [one, two] = two(&api).await;
    let body = json!({"loser": TWO, "into": ONE, "because": "同一企业"});
    let merged = repaired(&api, "merge", &body).await;
    assert_eq!(
        merged["events"],
        json!([format!("company/{two}/2"), format!("company/{one}/2")])
    );
    let names = names_after(&api, &merged).await;
    assert_eq!(names.len(), 1, "one company");
    let shown = api.get(&format!("/companies/{TWO}")).await.ok().json();
    assert_eq!(shown["id"], json!(one), "the record that goes on answers");

    let correlation = merged["correlation"].as_str().expect("a correlation");
    let undo = format!("repairs/{correlation}/undo");
    let undone = repaired(&api, &undo, &json!({"because": "不是"})).await;
    assert_eq!(
        names_after(&api, &undone).await,
        ["乙生物有限公司", "甲生物有限公司"]
    );
    let path = format!("/identity/{undo}");
    let again = api.post(&path, &json!({"because": "不是"})).await;
    assert_eq!(again.problem(), "refused");
}

async fn a_record_is_split_into_a_new_one_and_into_one_that_is_there(harness: &Harness) {
    let api = Api::start(harness).await;
    let [one, two] = two(&api).await;
    attribute(&api, ONE, "行业", "医药").await;
    attribute(&api, ONE, "地区", "北碚").await;
    let body = json!({
        "company": ONE, "events": [2], "name": "丙生物有限公司", "identifiers": ["list:9"], "because": "两家"
    });
    let new = repaired(&api, "split", &body).await;
    assert_eq!(
        names_after(&api, &new).await,
        ["丙生物有限公司", "乙生物有限公司", "甲生物有限公司"]
    );
    let body = json!({"company": ONE, "events": [3], "into": TWO, "because": "两家"});
    let into = repaired(&api, "split", &body).await;
    assert_eq!(
        into["events"],
        json!([format!("company/{one}/5"), format!("company/{two}/2")]),
        "retracted here, recorded there"
    );
}

async fn an_event_is_moved(harness: &Harness) {
    let api = Api::start(harness).await;
    let [one, two] = two(&api).await;
    attribute(&api, ONE, "行业", "医药").await;
    let body = json!({"company": ONE, "event": 2, "to": TWO, "because": "记错"});
    let moved = repaired(&api, "move", &body).await;
    assert_eq!(
        moved["events"],
        json!([format!("company/{one}/3"), format!("company/{two}/2")])
    );
    let path = format!("/companies/{TWO}/events?after_event=company/{two}/2");
    assert_eq!(api.get(&path).await.ok().json()["total"], 2);
}

/// Repairs that cannot be: what is sent, and the problem's kind and field.
fn refusals(one: &str) -> Vec<(&'static str, Value, &'static str, Value)> {
    let nobody = "00000000-0000-7000-8000-000000000000";
    let b = "误";
    vec![
        (
            "merge",
            json!({"loser": ONE, "into": one, "because": b}),
            "refused",
            json!(null),
        ),
        (
            "merge",
            json!({"loser": "park:7", "into": ONE, "because": b}),
            "not-found",
            json!("loser"),
        ),
        (
            "merge",
            json!({"loser": ONE, "into": nobody, "because": b}),
            "not-found",
            json!("id"),
        ),
        (
            "merge",
            json!({"loser": "生物", "into": ONE, "because": b}),
            "ambiguous",
            json!("loser"),
        ),
        (
            "merge",
            json!({"loser": TWO, "into": ONE, "because": " "}),
            "invalid-event",
            json!("because"),
        ),
        (
            "merge",
            json!({"loser": TWO, "into": ONE}),
            "malformed-request",
            json!(""),
        ),
        (
            "distinct",
            json!({"a": TWO, "b": TWO, "because": b}),
            "refused",
            json!(null),
        ),
        (
            "split",
            json!({"company": ONE, "events": [1], "because": b}),
            "invalid-event",
            json!("into"),
        ),
        (
            "split",
            json!({"company": ONE, "events": [], "into": TWO, "because": b}),
            "invalid-event",
            json!("events"),
        ),
        (
            "split",
            json!({"company": ONE, "events": [1], "name": "丙", "identifiers": ["x"], "because": b}),
            "invalid-event",
            json!("identifiers"),
        ),
        (
            "move",
            json!({"company": ONE, "event": 1, "to": TWO, "because": b}),
            "refused",
            json!(null),
        ),
        (
            "move",
            json!({"company": ONE, "event": 9, "to": TWO, "because": b}),
            "refused",
            json!(null),
        ),
        (
            "move",
            json!({"company": ONE, "event": 1, "to": "park:8", "because": b}),
            "not-found",
            json!("to"),
        ),
        (
            "repairs/x/undo",
            json!({"because": b}),
            "not-found",
            json!("correlation"),
        ),
        (
            "repairs/x/undo",
            json!({"because": b, "colour": 1}),
            "malformed-request",
            json!("colour"),
        ),
    ]
}

async fn each_repair_that_cannot_be_is_refused_with_where_and_how_to_mend_it(harness: &Harness) {
    let api = Api::start(harness).await;
    let [one, two] = two(&api).await;
    api.get(&format!("/companies?after_event=company/{two}/1"))
        .await
        .ok();
    for (what, body, code, field) in refusals(&one) {
        let answer = api.post(&format!("/identity/{what}"), &body).await;
        assert_eq!(answer.problem(), code, "{what} {body}: {}", answer.text);
        assert_eq!(
            answer.json()["field"],
            field,
            "{what} {body}: {}",
            answer.text
        );
    }
    let position = api.get("/companies").await.ok().json();
    assert_eq!(position["position"], 2, "nothing was recorded");
}

async fn two_uscis_are_refused_and_merged_all_the_same_when_insisted_upon(harness: &Harness) {
    let api = Api::start(harness).await;
    two(&api).await;
    for (word, usci) in [(ONE, "91330103MA2J0XYC21"), (TWO, "91130102MA08L76U1Y")] {
        let fields = json!({"identifier": format!("usci:{usci}")});
        let body = json!({"event": "identifier-added", "fields": fields});
        api.post(&format!("/companies/{word}/events"), &body)
            .await
            .ok();
    }
    let mut body = json!({"loser": TWO, "into": ONE, "because": "旧码作废"});
    let refused = api.post("/identity/merge", &body).await;
    assert_eq!(refused.problem(), "refused");
    let mend = refused.json()["mend"].clone();
    assert!(
        mend.as_str().is_some_and(|mend| mend.contains("despite")),
        "{mend}"
    );
    body["despite"] = json!(true);
    repaired(&api, "merge", &body).await;
    let again = api.post("/identity/merge", &body).await;
    assert_eq!(again.problem(), "refused", "it is merged already");
    let back = json!({"loser": ONE, "into": TWO, "because": "反了"});
    assert_eq!(
        api.post("/identity/merge", &back).await.problem(),
        "refused"
    );
}

async fn two_that_are_said_to_be_two_cannot_be_merged(harness: &Harness) {
    let api = Api::start(harness).await;
    let [one, two] = two(&api).await;
    let body = json!({"a": ONE, "b": TWO, "because": "同名"});
    let said = repaired(&api, "distinct", &body).await;
    assert_eq!(
        said["events"],
        json!([format!("company/{one}/2"), format!("company/{two}/2")])
    );
    let body = json!({"loser": TWO, "into": ONE, "because": "同一企业"});
    assert_eq!(
        api.post("/identity/merge", &body).await.problem(),
        "refused"
    );
}
