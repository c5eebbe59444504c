//! Reads: the same figures as everywhere, in parts and forms.

use reqwest::Method;
use serde_json::json;

use super::{column, settled};
use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;

contract!(
    a_day_and_what_was_known_then,
    lists_come_in_pages_of_one_state,
    columns_order_and_form_are_chosen,
    what_the_reader_has_is_not_sent_again,
    slips_in_parameters_are_told,
);

async fn a_day_and_what_was_known_then(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let at = |as_of: &str| format!("/companies?min_position=3&as_of={as_of}");
    assert_eq!(
        column(&api.get(&at("2016-03-31")).await.ok().json(), "stage"),
        [&json!("PROSPECT")]
    );
    let known = format!("{}&known_at=1", at("2016-05-01"));
    assert_eq!(
        api.get(&known).await.ok().json()["total"],
        0,
        "position 1 is the carrier"
    );
}

async fn lists_come_in_pages_of_one_state(harness: &Harness) {
    let api = Api::start(harness).await;
    for name in ["甲", "乙", "丙"] {
        let body = json!({"event": "registered", "fields": {"name": name}, "on": "2020"});
        api.post("/companies", &body).await.ok();
    }
    let first = api
        .get("/companies?limit=2&min_position=3&sort=name")
        .await
        .ok();
    let page = first.json();
    assert_eq!(
        (page["total"].as_u64(), column(&page, "name").len()),
        (Some(3), 2)
    );
    let link = first.header("link");
    let next = link
        .strip_prefix("</api/v1")
        .and_then(|link| link.split('>').next());
    let next = next.expect("a link").to_owned();
    let body = json!({"event": "registered", "fields": {"name": "丁"}, "on": "2020"});
    api.post("/companies", &body).await.ok();
    api.get("/companies?min_position=4").await.ok();
    let rest = api.get(&next).await.ok();
    assert_eq!(
        column(&rest.json(), "name").len(),
        1,
        "what came meanwhile is not in it"
    );
    assert_eq!(rest.header("link"), "");
}

async fn columns_order_and_form_are_chosen(harness: &Harness) {
    let api = Api::start(harness).await;
    for name in ["=1+1", "乙,丙"] {
        let body = json!({"event": "registered", "fields": {"name": name}, "on": "2020"});
        api.post("/companies", &body).await.ok();
    }
    let path = "/api/v1/companies?min_position=2&sort=-name&fields=name,entity";
    let request = api.request(Method::GET, path).header("accept", "text/csv");
    let csv = api.send(request).await.ok();
    assert_eq!(csv.text, "name,entity\n\"乙,丙\",company\n'=1+1,company\n");
    let page = api
        .get("/companies?sort=name&fields=name")
        .await
        .ok()
        .json();
    assert_eq!(page["data"], json!([{"name": "=1+1"}, {"name": "乙,丙"}]));
    let zh = api.get("/companies").await.ok().json();
    let request = api
        .request(Method::GET, "/api/v1/companies")
        .header("accept-language", "en");
    let en = api.send(request).await.ok().json();
    assert_ne!(column(&zh, "stage_name"), column(&en, "stage_name"));
}

async fn what_the_reader_has_is_not_sent_again(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let tag = api
        .get("/companies?min_position=3")
        .await
        .ok()
        .header("etag")
        .to_owned();
    let path = "/api/v1/companies?min_position=3";
    let again = api.request(Method::GET, path).header("if-none-match", &tag);
    let again = api.send(again).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    let other = api
        .request(Method::GET, path)
        .header("if-none-match", "\"x\"");
    assert_eq!(api.send(other).await.status, 200);
}

async fn slips_in_parameters_are_told(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    for (query, code, field) in [
        ("as-of=2016-01-01", "unknown-parameter", "as-of"),
        ("as_of=2016-02-30", "malformed-request", "as_of"),
        ("known_at=yesterday", "malformed-request", "known_at"),
        ("min_position=x", "malformed-request", "min_position"),
        ("after_event=x", "malformed-request", "after_event"),
        (
            "after_event=company/00000000-0000-0000-0000-000000000000/1",
            "not-found",
            "after_event",
        ),
        ("limit=0", "malformed-request", "limit"),
        ("limit=1001", "malformed-request", "limit"),
        ("cursor=x", "malformed-request", "cursor"),
        ("sort=colour", "malformed-request", "sort"),
        ("fields=colour", "malformed-request", "fields"),
        ("stage=colour", "malformed-request", "stage"),
        ("ladder=colour", "not-found", "ladder"),
    ] {
        let answer = api.get(&format!("/companies?{query}")).await;
        assert_eq!(answer.problem(), code, "{query}: {}", answer.text);
        assert_eq!(answer.json()["field"], field, "{query}: {}", answer.text);
    }
    let html = api
        .request(Method::GET, "/api/v1/companies")
        .header("accept", "text/html");
    assert_eq!(api.send(html).await.problem(), "not-acceptable");
    assert_eq!(api.get("/nothing").await.problem(), "not-found");
    let delete = api
        .send(api.request(Method::DELETE, "/api/v1/companies"))
        .await;
    assert_eq!(delete.problem(), "method-not-allowed");
}
