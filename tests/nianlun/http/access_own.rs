//! What operators may record: what is their own carriers'.

use nianlun::http::access::Role;
use nianlun::store::system_clock;
use serde_json::json;

use super::access::{closed, token};
use super::settled;
use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;

contract!(
    an_operator_records_of_companies_while_they_are_at_an_own_carrier,
    an_operator_may_take_a_company_in_and_make_one_known,
    an_operator_corrects_and_takes_back_only_what_is_their_own,
    an_operator_records_of_own_carriers_and_of_no_cluster,
);

const EVENTS: &str = "/companies/usci:91330103MA2J0XYC21/events";

/// Two carriers, `t-space` with a company in it since April 2016 and `b-park` without, and the tokens of their operators.
async fn two_carriers(harness: &Harness) -> (Api, String, String) {
    let api = closed(harness).await;
    settled(&api).await;
    let body =
        json!({"event": "registered", "fields": {"name": "乙园", "types": "孵化器"}, "on": "2014"});
    api.post("/carriers/b-park/events", &body).await.ok();
    let here = token(&api, Role::Operator, &["t-space"]).await;
    let there = token(&api, Role::Operator, &["b-park"]).await;
    (api, here, there)
}

/// The status of renaming the company on a date.
async fn renamed(api: &Api, on: &str) -> u16 {
    // Each name is new: what stands already is refused for that.
    let name = format!("名{}", system_clock());
    let body = json!({"event": "renamed", "fields": {"name": name}, "on": on});
    api.post(EVENTS, &body).await.status.as_u16()
}

async fn an_operator_records_of_companies_while_they_are_at_an_own_carrier(harness: &Harness) {
    let (mut api, here, there) = two_carriers(harness).await;
    api.bearer = Some(here);
    let cases = [
        ("2016-03-15", 403),
        ("2018-05-01", 201),
        // A range is theirs if its last day is, an unknown date if today is.
        ("2016", 201),
        ("2016-Q1", 403),
        ("unknown", 201),
    ];
    for (on, status) in cases {
        assert_eq!(renamed(&api, on).await, status, "{on}");
    }
    let left =
        json!({"event": "occupancy-ended", "fields": {"carrier": "t-space"}, "on": "2021-06-30"});
    api.post(EVENTS, &left).await.ok();
    // At once, whether or not the facts say so already.
    for (on, status) in [("2021-06-30", 201), ("2021-07-01", 403), ("unknown", 403)] {
        assert_eq!(renamed(&api, on).await, status, "{on}");
    }
    api.bearer = Some(there);
    assert_eq!(renamed(&api, "2019-05-01").await, 403);
    let body = json!({"event": "renamed", "fields": {"name": "丁"}, "on": "2019-05-01"});
    let refused = api.post(EVENTS, &body).await;
    assert_eq!(refused.problem(), "forbidden");
    assert_eq!(refused.json()["field"], "on");
    assert_eq!(refused.json()["value"], "2019-05-01");
}

async fn an_operator_may_take_a_company_in_and_make_one_known(harness: &Harness) {
    let (mut api, _, there) = two_carriers(harness).await;
    api.bearer = Some(there);
    let moved = |carrier: &str| json!({"event": "occupancy-started", "fields": {"carrier": carrier, "unit": "2"}, "on": "2019-01-01"});
    assert_eq!(
        api.post(EVENTS, &moved("t-space")).await.problem(),
        "forbidden"
    );
    api.post(EVENTS, &moved("b-park")).await.ok();
    assert_eq!(renamed(&api, "2019-05-01").await, 201);
    assert_eq!(renamed(&api, "2018-05-01").await, 403);
    let body =
        json!({"event": "registered", "fields": {"name": "新", "entity": "team"}, "on": "2020"});
    let made = api.post("/companies", &body).await.ok().json();
    let events = format!("/companies/{}/events", made["id"].as_str().expect("an id"));
    let incubated = json!({"event": "programme-started", "fields": {"carrier": "b-park", "programme": "incubation"}, "on": "2020-06-01"});
    api.post(&events, &incubated).await.ok();
    let body = json!({"event": "renamed", "fields": {"name": "新新"}, "on": "2020-07-01"});
    api.post(&events, &body).await.ok();
}

async fn an_operator_corrects_and_takes_back_only_what_is_their_own(harness: &Harness) {
    let (mut api, here, there) = two_carriers(harness).await;
    let correction = |carrier: &str, on: &str| json!({"event": "occupancy-started", "fields": {"carrier": carrier}, "on": on, "because": "slip"});
    let because = json!({"because": "slip"});
    api.bearer = Some(there);
    // What replaces it would be their own, what is replaced is not.
    let refused = api
        .post(
            &format!("{EVENTS}/2/correction"),
            &correction("b-park", "2016-04"),
        )
        .await;
    assert_eq!(refused.problem(), "forbidden");
    let refused = api.post(&format!("{EVENTS}/2/retraction"), &because).await;
    assert_eq!(refused.problem(), "forbidden");
    api.bearer = Some(here);
    // What is replaced is their own, what replaces it would not be.
    let elsewhere =
        json!({"event": "renamed", "fields": {"name": "丁"}, "on": "2015", "because": "slip"});
    let refused = api
        .post(&format!("{EVENTS}/2/correction"), &elsewhere)
        .await;
    assert_eq!(refused.problem(), "forbidden");
    // The registration was before the company was theirs.
    let registration = json!({"event": "registered", "fields": {"name": "丁"}, "on": "2016-03-02", "because": "slip"});
    let refused = api
        .post(&format!("{EVENTS}/1/correction"), &registration)
        .await;
    assert_eq!(refused.problem(), "forbidden");
    api.post(
        &format!("{EVENTS}/2/correction"),
        &correction("t-space", "2016-05"),
    )
    .await
    .ok();
    api.post(&format!("{EVENTS}/3/retraction"), &because)
        .await
        .ok();
    let missing = api.post(&format!("{EVENTS}/9/retraction"), &because).await;
    assert_eq!(missing.problem(), "not-found");
}

async fn an_operator_records_of_own_carriers_and_of_no_cluster(harness: &Harness) {
    let (mut api, here, _) = two_carriers(harness).await;
    api.bearer = Some(here);
    let renamed = json!({"event": "renamed", "fields": {"name": "新园"}, "on": "2017"});
    api.post("/carriers/t-space/events", &renamed).await.ok();
    let refused = api.post("/carriers/b-park/events", &renamed).await;
    assert_eq!(refused.problem(), "forbidden");
    let new =
        json!({"event": "registered", "fields": {"name": "丙园", "types": "孵化器"}, "on": "2017"});
    let refused = api.post("/carriers/c-park/events", &new).await;
    assert_eq!(refused.problem(), "forbidden");
    let declared = json!({"event": "declared", "fields": {"name": "集群"}, "on": "2017"});
    let refused = api.post("/clusters/c-1/events", &declared).await;
    assert_eq!(refused.problem(), "forbidden");
}
