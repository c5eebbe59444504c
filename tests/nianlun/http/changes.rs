//! The feed of changes: each once, in order, also for who was cut off.

use std::time::Duration;

use futures_util::StreamExt;
use nianlun::http::Settings;
use nianlun::http::access::{AccessSettings, Role};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::access::token;
use super::settled;
use crate::contract;
use crate::support::api::{Answer, Api};
use crate::support::database::Harness;
use crate::support::served::Served;

contract!(
    a_reader_that_is_cut_off_misses_nothing_and_gets_nothing_twice,
    a_batch_holds_cloud_events,
    only_what_is_wanted_comes,
    who_asks_for_what_is_not_there_is_told,
    what_is_not_in_the_log_yet_is_waited_for,
    a_service_that_starts_again_goes_on_where_the_log_ends,
    a_reader_whose_token_is_revoked_is_cut_off,
    one_caller_takes_a_quarter_of_all_readers_at_most,
    a_feed_that_does_not_go_on_says_so_and_tries_again,
);

/// Reads so many changes of a feed, each as its id and its data, and then hangs up.
async fn read(api: &Api, query: &str, last: Option<u64>, count: usize) -> Vec<(u64, Value)> {
    let response = open(api, query, last).await;
    assert_eq!(response.status(), 200);
    changes(response, count).await
}

async fn open(api: &Api, query: &str, last: Option<u64>) -> Response {
    let mut request = api
        .request(Method::GET, &format!("/api/v1/changes{query}"))
        .header("accept", "text/event-stream");
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    request.send().await.expect("an answer")
}

async fn changes(response: Response, count: usize) -> Vec<(u64, Value)> {
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let (mut bytes, mut text) = (response.bytes_stream(), String::new());
    let mut changes = vec![];
    while changes.len() < count {
        let next = tokio::time::timeout(Duration::from_secs(20), bytes.next()).await;
        let chunk = next.expect("in time").expect("no end").expect("bytes");
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
        while let Some((event, rest)) = text.split_once("\n\n") {
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
            if let (Some(id), Some(data)) = (field("id: "), field("data: ")) {
                let data = serde_json::from_str(data).expect("JSON");
                changes.push((id.parse().expect("a position"), data));
            }
            text = rest.to_owned();
        }
    }
    changes
}

async fn batch(api: &Api, query: &str) -> Answer {
    let request = api.request(Method::GET, &format!("/api/v1/changes{query}"));
    api.send(request.header("accept", "application/cloudevents-batch+json"))
        .await
}

async fn register(api: &Api, name: &str) {
    let body = json!({"event": "registered", "fields": {"name": name}, "on": "2020"});
    api.post("/companies", &body).await.ok();
}

async fn a_reader_that_is_cut_off_misses_nothing_and_gets_nothing_twice(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    let first = read(&api, "?after=0", None, 2).await;
    let last = first[1].0;
    // While nobody reads, and while somebody does.
    register(&api, "甲").await;
    let (rest, ()) = tokio::join!(read(&api, "", Some(last), 3), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        register(&api, "乙").await;
    });
    let ids: Vec<_> = first.iter().chain(&rest).map(|(id, _)| *id).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5]);
    let names: Vec<_> = rest
        .iter()
        .map(|(_, event)| event["type"].as_str())
        .collect();
    let registered = Some("nianlun.company.Registered");
    assert_eq!(
        names,
        [
            Some("nianlun.company.OccupancyStarted"),
            registered,
            registered
        ]
    );
}

async fn a_batch_holds_cloud_events(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    api.get("/companies?min_position=3").await.ok();
    let page = batch(&api, "?after=1&limit=1").await.ok();
    assert_eq!(
        page.header("content-type"),
        "application/cloudevents-batch+json"
    );
    assert_eq!(page.header("nianlun-position"), "2");
    let page = page.json();
    assert_eq!(page.as_array().map(Vec::len), Some(1));
    let event = &page[0];
    for (name, expected) in [
        ("specversion", "1.0"),
        ("source", "/api/v1"),
        ("type", "nianlun.company.Registered"),
        ("datacontenttype", "application/json"),
        ("position", "2"),
    ] {
        assert_eq!(event[name], expected, "{event}");
    }
    let subject = event["subject"].as_str().expect("a subject");
    assert_eq!(event["id"], format!("{subject}/1"));
    assert_eq!(event["data"]["entry"]["asserted"]["on"], "2016-03-01");
    let end = batch(&api, "?after=3").await.ok();
    assert_eq!(
        (end.json(), end.header("nianlun-position")),
        (json!([]), "3")
    );
}

async fn only_what_is_wanted_comes(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    api.get("/companies?min_position=3").await.ok();
    let carriers = read(&api, "?after=0&subject=carrier", None, 1).await;
    assert_eq!(carriers[0].1["type"], "nianlun.carrier.CarrierRegistered");
    let companies = batch(&api, "?after=0&subject=company").await.ok().json();
    assert_eq!(companies.as_array().map(Vec::len), Some(2));
    let id = carriers[0].1["subject"]
        .as_str()
        .and_then(|subject| subject.split('/').nth(1));
    let query = format!("?after=0&id={}", id.expect("an id"));
    assert_eq!(batch(&api, &query).await.ok().json()[0], carriers[0].1);
}

async fn who_asks_for_what_is_not_there_is_told(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    for (query, field) in [
        ("?after=9223372036854775808", "after"),
        ("?after=x", "after"),
        ("?after=0&limit=0", "limit"),
        ("?after=0&limit=257", "limit"),
        ("?subject=park", "subject"),
        ("?id=x", "id"),
    ] {
        let refused = batch(&api, query).await;
        assert_eq!(refused.problem(), "malformed-request", "{query}");
        assert_eq!(refused.json()["field"], field, "{query}");
    }
    let request = api
        .request(Method::GET, "/api/v1/changes")
        .header("last-event-id", "x");
    assert_eq!(api.send(request).await.json()["field"], "last-event-id");
    let request = api
        .request(Method::GET, "/api/v1/changes")
        .header("accept", "text/html");
    assert_eq!(api.send(request).await.problem(), "not-acceptable");
}

async fn what_is_not_in_the_log_yet_is_waited_for(harness: &Harness) {
    let settings = Settings {
        wait: Duration::from_millis(600),
        ..Settings::default()
    };
    let api = Api::with(harness, settings).await;
    settled(&api).await;
    let refused = batch(&api, "?after=4").await;
    assert_eq!(refused.problem(), "not-yet");
    assert_eq!(refused.json()["field"], "after");
    assert_eq!(refused.header("retry-after"), "1");
    let refused = open(&api, "", Some(4)).await;
    assert_eq!(refused.status(), 503);
    let (feed, ()) = tokio::join!(open(&api, "", Some(4)), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        register(&api, "甲").await;
    });
    assert_eq!(feed.status(), 200);
    let (rest, ()) = tokio::join!(changes(feed, 1), register(&api, "乙"));
    assert_eq!(rest[0].0, 5);
}

async fn a_service_that_starts_again_goes_on_where_the_log_ends(harness: &Harness) {
    let api = Api::start(harness).await;
    settled(&api).await;
    api.close().await;
    let body = json!({"event": "registered", "fields": {"name": "甲"}, "on": "2020"});
    // A command comes first.
    let api = Api::start(harness).await;
    let made = api.post("/companies", &body).await.ok().json();
    assert_eq!(made["position"], 4, "{made}");
    api.close().await;
    // Readers come first: one who goes on, and one without a position.
    let api = Api::start(harness).await;
    let (known, new) = tokio::join!(open(&api, "", Some(4)), open(&api, "", None));
    assert!(known.status().is_success() && new.status().is_success());
    api.post("/companies", &body).await.ok();
    for feed in [known, new] {
        assert_eq!(changes(feed, 1).await[0].0, 5);
    }
    // What came before the start is still there.
    let all = read(&api, "?after=0", None, 5).await;
    let ids: Vec<_> = all.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5]);
}

async fn a_reader_whose_token_is_revoked_is_cut_off(harness: &Harness) {
    let settings = Settings {
        heartbeat: Duration::from_millis(100),
        ..Settings::default()
    };
    let mut api = Api::closed_with(harness, settings, AccessSettings::default()).await;
    let admin = token(&api, Role::Admin, &[]).await;
    api.bearer = Some(token(&api, Role::Analyst, &[]).await);
    let cut_off = open(&api, "", None).await;
    api.bearer = Some(admin);
    let going_on = open(&api, "", None).await;
    assert!(cut_off.status().is_success() && going_on.status().is_success());
    let tokens = api.store().tokens().await.expect("tokens");
    let theirs = tokens.iter().find(|token| token.actor == "the analyst");
    let path = format!("/api/v1/tokens/{}", theirs.expect("made").id);
    let revoked = api.send(api.request(Method::DELETE, &path)).await;
    assert_eq!(revoked.status, 204);
    let end = tokio::time::timeout(Duration::from_secs(10), cut_off.text()).await;
    end.expect("an end").expect("a whole answer");
    register(&api, "甲").await;
    assert_eq!(changes(going_on, 1).await[0].0, 1);
}

async fn one_caller_takes_a_quarter_of_all_readers_at_most(harness: &Harness) {
    let settings = Settings {
        readers: 8,
        ..Settings::default()
    };
    let mut api = Api::closed_with(harness, settings, AccessSettings::default()).await;
    let one = token(&api, Role::Analyst, &[]).await;
    let other = token(&api, Role::Analyst, &[]).await;
    api.bearer = Some(one.clone());
    let mut held = vec![open(&api, "", None).await, open(&api, "", None).await];
    assert!(held.iter().all(|feed| feed.status().is_success()));
    assert_eq!(open(&api, "", None).await.status(), 503);
    api.bearer = Some(other);
    assert_eq!(open(&api, "", None).await.status(), 200);
    // Whose place is free again may take it.
    api.bearer = Some(one);
    held.pop();
    for _ in 0..100 {
        if open(&api, "", None).await.status() == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the place of a reader who has gone is not given back");
}

async fn a_feed_that_does_not_go_on_says_so_and_tries_again(harness: &Harness) {
    // It projects nothing, so that only the feed reads what the event says.
    let served = Served::start(harness, &["--no-projector"], &[]);
    let api = Api::at(&served.base);
    register(&api, "甲").await;
    assert_eq!(ready(&api, 200).await.json()["log"], 0);
    harness
        .execute("CREATE TABLE kept AS SELECT payload FROM events")
        .await;
    harness.execute("UPDATE events SET payload = '{}'").await;
    let store = harness.open().await;
    store.sequence().await.expect("admitted");
    assert_eq!(ready(&api, 503).await.json()["field"], "feed");
    harness
        .execute("UPDATE events SET payload = (SELECT payload FROM kept)")
        .await;
    ready(&api, 200).await;
    assert_eq!(read(&api, "?after=0", None, 1).await[0].0, 1);
    store.close().await;
}

/// What `/readyz` says once it has a status.
async fn ready(api: &Api, status: u16) -> Answer {
    for _ in 0..200 {
        let answer = api.send(api.request(Method::GET, "/readyz")).await;
        if answer.status == status {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("/readyz does not come to {status}");
}
