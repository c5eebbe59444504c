//! Texts that would be statements where they are not bound: they are texts.

use reqwest::Method;
use serde_json::{Value, json};

use super::access::closed;
use super::{column, settled};
use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;

contract!(
    statements_of_sql_are_texts_in_every_parameter,
    statements_of_sql_are_texts_in_every_field,
);

const HOSTILE: [&str; 6] = [
    "'; DROP TABLE events; --",
    "\" OR 1=1 --",
    "%' OR '1'='1",
    "1; SELECT pg_sleep(60)",
    "$1",
    "\\'; DELETE FROM facts; /*",
];

async fn statements_of_sql_are_texts_in_every_parameter(harness: &Harness) {
    let api = closed(harness).await;
    settled(&api).await;
    let document = api.get("/openapi.json").await.ok().json();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let Some(operation) = item.get("get") else {
            continue;
        };
        let none = vec![];
        let parameters = operation["parameters"].as_array().unwrap_or(&none);
        let named = |place: &str| {
            let all = parameters.iter().filter(|one| one["in"] == *place);
            let names = all.map(|one| one["name"].as_str().expect("a name").to_owned());
            names.collect::<Vec<_>>()
        };
        let (places, queries) = (named("path"), named("query"));
        for hostile in HOSTILE {
            let encoded: String = form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
            let encoded = encoded.replace('+', "%20");
            let filled = |by: &str| {
                let fill = |path: String, name: &String| path.replace(&format!("{{{name}}}"), by);
                places.iter().fold(path.clone(), fill)
            };
            let mut addresses: Vec<_> = queries
                .iter()
                .map(|name| format!("{}?{name}={encoded}", filled("t-space")))
                .collect();
            if !places.is_empty() {
                addresses.push(filled(&encoded));
            }
            for address in addresses {
                let answer = api.send(api.request(Method::GET, &address)).await;
                let status = answer.status.as_u16();
                assert!(status < 500, "{address}: {answer:?}");
                if status >= 400 {
                    answer.problem();
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 500, "{asked}");
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 3);
    let all = api.get("/companies").await.ok().json();
    assert_eq!(all["total"], 1);
}

async fn statements_of_sql_are_texts_in_every_field(harness: &Harness) {
    let api = Api::start(harness).await;
    for (number, hostile) in HOSTILE.into_iter().enumerate() {
        let path = format!("/companies/park:{number}/events");
        let body = json!({"event": "registered", "fields": {"name": hostile}, "on": "2015-01-01"});
        api.post(&path, &body).await.ok();
        let fields = json!({"scheme": hostile, "value": hostile});
        let body = json!({"event": "attribute-stated", "fields": fields, "on": "2016-01-01"});
        let stated = api.post(&path, &body).await.ok().json();
        let event = stated["events"][0].as_str().expect("an event");
        let shown = api
            .get(&format!("{path}?after_event={event}"))
            .await
            .ok()
            .json();
        let rows = shown["data"].as_array().expect("rows");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0]["change"]["registered"]["name"], hostile, "{shown}");
        for field in ["scheme", "value"] {
            assert_eq!(
                rows[1]["change"]["attribute_stated"][field], hostile,
                "{shown}"
            );
        }
        let query: String = form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
        let found = api
            .get(&format!("/companies/{}", query.replace('+', "%20")))
            .await;
        assert_eq!(found.ok().json()["name"], hostile, "found by its name");
    }
    let all = api.get("/companies?sort=name").await.ok().json();
    let mut names = HOSTILE.map(Value::from);
    names.sort_by_key(ToString::to_string);
    let mut found: Vec<_> = column(&all, "name").into_iter().cloned().collect();
    found.sort_by_key(ToString::to_string);
    assert_eq!(found, names);
}
