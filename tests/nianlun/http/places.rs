//! Carriers and clusters: those there are, and who is there.

use reqwest::Method;
use serde_json::{Value, json};

use super::{column, in_town, page, refused};
use crate::contract;
use crate::support::database::Harness;

contract!(
    carriers_and_clusters_are_listed_with_those_who_are_there,
    a_place_is_shown_with_the_tag_that_commands_take,
    members_are_those_of_the_set_as_dates_allow,
    series_count_who_came_and_went,
    stays_last_as_many_days_as_lie_between,
    a_place_that_is_not_known_or_not_alone_is_refused,
    an_enumeration_takes_its_words_only,
);

const LAST: &str = "2018-12-31";

async fn carriers_and_clusters_are_listed_with_those_who_are_there(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    let carriers = page(&api, &format!("/carriers?as_of={LAST}")).await;
    let ids = column(&carriers, "id");
    let expected = json!([
        {"code": "annex", "id": ids[0], "name": "枢纽园区二期", "types": ["park"], "levels": [],
         "parent": "枢纽园区", "tenants": 0, "programmes": 0, "aliases": []},
        {"code": "hub", "id": ids[1], "name": "枢纽园区", "types": ["incubator", "park"], "levels": [],
         "parent": "", "tenants": 2, "programmes": 1, "aliases": ["枢纽"]},
    ]);
    assert_eq!(carriers["data"], expected, "乙 and the branch; the team");
    assert_eq!(carriers["as_of"], LAST);
    let before = page(&api, "/carriers?as_of=2014-06-30").await;
    assert_eq!(column(&before, "tenants"), [&json!(0), &json!(0)]);

    let clusters = page(&api, &format!("/clusters?as_of={LAST}")).await;
    let id = column(&clusters, "id")[0];
    let expected = json!([{"code": "optics", "id": id, "name": "光电集群", "companies": 1, "tiers": [], "aliases": []}]);
    assert_eq!(clusters["data"], expected);
}

async fn a_place_is_shown_with_the_tag_that_commands_take(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    for (path, name) in [
        ("/carriers/hub", "枢纽园区"),
        ("/carriers/枢纽", "枢纽园区"),
        ("/clusters/optics", "光电集群"),
        ("/clusters/光电集群", "光电集群"),
    ] {
        let answer = api.get(&format!("{path}?as_of={LAST}")).await.ok();
        let shown = answer.json();
        assert_eq!(shown["name"], name, "{path}");
        let named = shown["facts"].as_array().expect("facts").iter();
        let named: Vec<_> = named.filter(|fact| fact["kind"] == "name").collect();
        assert_eq!(named[0]["value"], name, "{path}");
        assert_eq!(named[0]["from"], "2014-01-01", "{path}");
        let sequence = shown["sequence"].as_u64().expect("a sequence");
        assert!(answer.header("etag").starts_with(&format!("\"{sequence}.")));
    }
    for path in ["/carriers/hub/events", "/clusters/optics/events"] {
        let events = page(&api, path).await;
        assert_eq!(column(&events, "sequence")[0], 1, "{path}");
        assert_eq!(column(&events, "on")[0], "2014-01-01", "{path}");
        let first = page(&api, &format!("{path}?limit=1")).await;
        let shown = page(&api, path.trim_end_matches("/events")).await;
        assert_eq!(first["total"], shown["sequence"], "{path}");
    }
    let renamed = json!({"event": "renamed", "fields": {"name": "枢纽科技园"}, "on": "2019-01-01"});
    let path = "/api/v1/carriers/hub/events";
    let tag = api
        .get("/carriers/hub")
        .await
        .ok()
        .header("etag")
        .to_owned();
    let request = api.request(Method::POST, path).header("if-match", &tag);
    let recorded = api.send(request.json(&renamed)).await.ok().json();
    let event = recorded["events"][0].as_str().expect("an event").to_owned();
    let after = format!("/carriers/hub?after_event={event}&as_of=2019-01-01");
    assert_eq!(page(&api, &after).await["name"], "枢纽科技园");
    let before = format!("/carriers/hub?as_of={LAST}");
    assert_eq!(page(&api, &before).await["name"], "枢纽园区");
}

async fn members_are_those_of_the_set_as_dates_allow(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    let members = page(&api, &format!("/carriers/hub/members?as_of={LAST}")).await;
    assert_eq!(column(&members, "name"), ["乙物流有限公司", "己分公司"]);
    assert_eq!(column(&members, "part"), ["A101", "A102"]);
    assert_eq!(column(&members, "from"), ["2016-03-01", "2016-01-01"]);
    assert_eq!(column(&members, "to"), [&json!("2019-03-01"), &Value::Null]);
    assert_eq!(members["notes"], json!(["2 companies"]));

    let of = |query: &str| format!("/carriers/枢纽/members?{query}");
    let programme = page(&api, &of("set=programme&as_of=2016-12-31")).await;
    assert_eq!(column(&programme, "name"), ["甲光学有限公司"]);
    assert_eq!(column(&programme, "part"), ["incubation"]);
    let certain = page(&api, &of(&format!("dates=certain&as_of={LAST}"))).await;
    assert_eq!(column(&certain, "name"), ["乙物流有限公司", "己分公司"]);
    let possible = page(&api, &of(&format!("dates=possible&as_of={LAST}"))).await;
    assert_eq!(
        column(&possible, "name"),
        ["乙物流有限公司", "己分公司", "辛贸易有限公司"],
        "nobody wrote down when 辛 came"
    );

    let members = page(&api, &format!("/clusters/optics/members?as_of={LAST}")).await;
    assert_eq!(column(&members, "name"), ["丙激光有限公司"]);
    assert_eq!(column(&members, "role"), ["member"]);
    let before = page(&api, "/clusters/optics/members?as_of=2017-04-30").await;
    assert_eq!(
        (&before["total"], &before["notes"]),
        (&json!(0), &json!(["0 companies"]))
    );
}

async fn series_count_who_came_and_went(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    let figures = |page: &Value| -> Vec<(String, u64, u64, u64)> {
        let rows = page["data"].as_array().expect("rows").iter();
        rows.map(|row| {
            let count = |name: &str| row[name].as_u64().expect("a count");
            let to = row["to"].as_str().expect("a day").to_owned();
            (
                to,
                count("companies"),
                count("arrivals"),
                count("departures"),
            )
        })
        .collect()
    };
    let line = |to: &str, companies, arrivals, departures| {
        (to.to_owned(), companies, arrivals, departures)
    };
    let years = page(&api, "/carriers/hub/series?as_of=2020-12-31").await;
    assert_eq!(column(&years, "from")[0], "2016-01-01");
    let expected = [
        line("2016-12-31", 2, 2, 0),
        line("2017-12-31", 2, 0, 0),
        line("2018-12-31", 2, 0, 0),
        line("2019-12-31", 1, 0, 2),
        line("2020-12-31", 1, 0, 0),
    ];
    assert_eq!(figures(&years), expected);
    assert_eq!(
        column(&years, "parts"),
        [&json!([]); 5],
        "units are no parts"
    );

    let months = "set=programme&by=month&from=2017-01-01&as_of=2017-03-31";
    let months = page(&api, &format!("/carriers/hub/series?{months}")).await;
    let expected = [
        line("2017-01-31", 1, 0, 0),
        line("2017-02-28", 0, 0, 1),
        line("2017-03-31", 0, 0, 0),
    ];
    assert_eq!(figures(&months), expected);
    let incubation =
        json!([{"part": "incubation", "name": "incubation", "companies": 1, "spells": 1}]);
    assert_eq!(
        column(&months, "parts"),
        [&incubation, &json!([]), &json!([])]
    );
    let graduated = json!([{"how": "graduated", "spells": 1}]);
    assert_eq!(
        column(&months, "ended"),
        [&json!([]), &graduated, &json!([])]
    );

    let quarters = "by=quarter&from=2017-04-01&as_of=2017-09-30";
    let quarters = page(&api, &format!("/clusters/optics/series?{quarters}")).await;
    let expected = [line("2017-06-30", 1, 1, 0), line("2017-09-30", 1, 0, 0)];
    assert_eq!(figures(&quarters), expected);
}

async fn stays_last_as_many_days_as_lie_between(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    let stays = page(&api, "/carriers/hub/stays?as_of=2020-12-31").await;
    let expected = json!([{"ended": "graduated", "spells": 1, "min_days": 731, "median_days": 731.0, "max_days": 731, "left_out": 0}]);
    assert_eq!(
        stays["data"], expected,
        "2015-02-01 to 2017-02-01, over a leap year"
    );
    let spaces = page(&api, "/carriers/hub/stays?set=occupancy&as_of=2020-12-31").await;
    let days = column(&spaces, "max_days");
    assert!(
        days.contains(&&json!(1095)),
        "three years of A101: {days:?}"
    );
    let left_out = column(&spaces, "left_out").into_iter();
    assert_eq!(
        left_out.filter_map(Value::as_u64).sum::<u64>(),
        1,
        "nobody knows how long 辛 was there"
    );
    let before = page(&api, "/carriers/hub/stays?as_of=2017-01-31").await;
    assert_eq!(before["total"], 0);
}

async fn a_place_that_is_not_known_or_not_alone_is_refused(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    for rest in ["", "/events", "/members", "/series", "/stays"] {
        let path = format!("/carriers/fog{rest}");
        assert_eq!(
            refused(&api, &path).await,
            ("not-found".to_owned(), "carrier".to_owned()),
            "{path}"
        );
    }
    for rest in ["", "/events", "/members", "/series"] {
        let path = format!("/clusters/fog{rest}");
        assert_eq!(
            refused(&api, &path).await,
            ("not-found".to_owned(), "cluster".to_owned()),
            "{path}"
        );
    }
    let answer = api.get("/carriers/园区/members").await;
    assert_eq!(answer.problem(), "ambiguous");
    let candidates = &answer.json()["candidates"];
    let mut codes: Vec<_> = candidates
        .as_array()
        .expect("candidates")
        .iter()
        .map(|one| (one["id"].as_str(), one["name"].as_str()))
        .collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            (Some("annex"), Some("枢纽园区二期")),
            (Some("hub"), Some("枢纽园区"))
        ]
    );
    let known = page(&api, "/carriers?known_at=0").await;
    assert_eq!(
        known["total"], 0,
        "nothing was known before the first event"
    );
    let path = "/carriers/hub?known_at=0";
    assert_eq!(refused(&api, path).await.0, "not-found");
}

async fn an_enumeration_takes_its_words_only(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    for (path, field) in [
        ("/carriers/hub/members?set=all", "set"),
        ("/carriers/hub/members?dates=maybe", "dates"),
        ("/carriers/hub/series?by=week", "by"),
        ("/carriers/hub/series?from=2017-02-30", "from"),
        ("/carriers/hub/stays?set=all", "set"),
        ("/clusters/optics/members?dates=", "dates"),
        ("/clusters/optics/series?by=Year", "by"),
        ("/clusters/optics/series?from=x", "from"),
    ] {
        assert_eq!(
            refused(&api, path).await,
            ("malformed-request".to_owned(), field.to_owned()),
            "{path}"
        );
    }
    for path in [
        "/clusters/optics/members?set=occupancy",
        "/carriers/hub/stays?dates=certain",
        "/carriers?by=year",
    ] {
        assert_eq!(refused(&api, path).await.0, "unknown-parameter", "{path}");
    }
}
