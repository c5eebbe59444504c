//! Ladders and the pipeline.

use serde_json::{Value, json};

use super::{column, in_town, page, refused};
use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;

contract!(
    each_company_stands_on_one_stage_and_notes_say_who_is_not_counted,
    a_series_has_a_row_for_each_stage_of_each_period,
    filters_leave_those_who_fit_them_all,
    ladders_are_listed_with_their_stages,
    a_filter_that_would_find_nobody_is_refused_with_what_there_is,
);

const LAST: &str = "2020-12-31";

/// The stages with a count in a column that is not zero.
fn stages(page: &Value, name: &str) -> Vec<(String, u64)> {
    let rows = page["data"].as_array().expect("rows").iter();
    let counted = rows.filter_map(|row| {
        let count = row[name].as_u64().filter(|count| *count > 0)?;
        Some((row["stage"].as_str()?.to_owned(), count))
    });
    counted.collect()
}

fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    let owned = |(stage, count): &(&str, u64)| ((*stage).to_owned(), *count);
    expected.iter().map(owned).collect()
}

async fn each_company_stands_on_one_stage_and_notes_say_who_is_not_counted(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    let counted = page(&api, &format!("/pipeline?as_of={LAST}")).await;
    let companies = [
        ("CLOSED", 1),
        ("LISTED", 1),
        ("PRE_IPO", 1),
        ("CLUSTER_GROWTH", 1),
        ("EXITED", 2),
    ];
    assert_eq!(stages(&counted, "companies"), pairs(&companies));
    assert_eq!(stages(&counted, "teams"), pairs(&[("SEED", 1)]));
    let highest = [
        ("LISTED", 1),
        ("PRE_IPO", 1),
        ("SEED", 1),
        ("CLUSTER_GROWTH", 1),
    ];
    assert_eq!(stages(&counted, "highest"), pairs(&highest));
    let notes = json!(["companies 6 · teams 1", "1 branches are not counted."]);
    assert_eq!(counted["notes"], notes);
    let zh = api
        .get(&format!("/pipeline?as_of={LAST}"))
        .await
        .ok()
        .json();
    let notes = json!(["企业合计 6 · 团队合计 1", "1 个分公司不计入。"]);
    assert_eq!(zh["notes"], notes);

    let earlier = page(&api, "/pipeline?as_of=2016-12-31").await;
    let companies = [("INCUBATING", 1), ("TENANT", 1), ("PROSPECT", 1)];
    assert_eq!(stages(&earlier, "companies"), pairs(&companies));
    let unknown = page(&api, &format!("/pipeline?as_of={LAST}&known_at=0")).await;
    assert_eq!(stages(&unknown, "companies"), pairs(&[]));
}

/// The counts of a stage in all periods, which must come on pages of any size.
async fn through(api: &Api, query: &str, stage: &str) -> Vec<u64> {
    let mut path = format!("/pipeline/series?as_of={LAST}&limit=50&{query}");
    let mut counts = vec![];
    loop {
        let answer = api.get(&path).await.ok();
        let page = answer.json();
        let rows = page["data"].as_array().expect("rows").iter();
        let of_stage = rows.filter(|row| row["stage"] == stage);
        counts.extend(of_stage.filter_map(|row| row["count"].as_u64()));
        let link = answer.header("link").strip_prefix("</api/v1");
        let Some(next) = link.and_then(|link| link.split('>').next()) else {
            return counts;
        };
        next.clone_into(&mut path);
    }
}

async fn a_series_has_a_row_for_each_stage_of_each_period(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    let ladder = page(&api, "/pipeline").await["total"].clone();
    let years = page(&api, &format!("/pipeline/series?as_of={LAST}&limit=1000")).await;
    assert_eq!(
        years["total"].as_u64(),
        ladder.as_u64().map(|stages| 6 * stages),
        "2015 to 2020"
    );
    assert_eq!(column(&years, "from")[0], "2015-01-01");
    assert_eq!(column(&years, "to")[0], "2015-12-31");
    assert_eq!(
        years["notes"],
        json!(["companies 6 · teams 1", "1 branches are not counted."])
    );
    for (stage, counts) in [
        ("INCUBATING", [1, 1, 0, 0, 0, 0]),
        ("GRADUATED", [0, 0, 1, 1, 0, 0]),
        ("LISTED", [0, 0, 0, 0, 1, 1]),
        ("TENANT", [0, 1, 1, 1, 0, 0]),
        ("SEED", [0, 0, 0, 1, 1, 1]),
    ] {
        assert_eq!(through(&api, "by=year", stage).await, counts, "{stage}");
    }
    let months = through(&api, "by=month&from=2020-04-15", "PRE_IPO").await;
    assert_eq!(months, [0, 0, 1, 1, 1, 1, 1, 1, 1], "April to December");
}

async fn filters_leave_those_who_fit_them_all(harness: &Harness) {
    let (program, api) = in_town(harness).await;
    for (source, value) in [("directory", "Active"), ("register", "Open")] {
        let (source, value) = (format!("source={source}"), format!("value={value}"));
        program.done(&[
            "record",
            "company",
            "town:5",
            "status-observed",
            &source,
            &value,
            "--on",
            "2019-01-01",
        ]);
    }
    program.done(&[
        "record",
        "company",
        "town:3",
        "presence-observed",
        "source=directory",
        "present=yes",
        "--on",
        "2019-01-01",
    ]);
    program.done(&["pipeline"]);
    for (query, expected) in [
        ("where=area=重庆", &[("PRE_IPO", 1)][..]),
        ("where=area=重庆&where=area=北京", &[]),
        ("observed=directory=Active", &[("PRE_IPO", 1)]),
        (
            "observed=directory=Active&observed=register=Open",
            &[("PRE_IPO", 1)],
        ),
        ("observed=directory=Open", &[]),
        ("present=directory", &[("CLUSTER_GROWTH", 1)]),
        ("present=directory&where=area=重庆", &[]),
        ("cluster=optics", &[("CLUSTER_GROWTH", 1)]),
        ("cluster=光电集群", &[("CLUSTER_GROWTH", 1)]),
    ] {
        let filtered = page(&api, &format!("/pipeline?as_of={LAST}&{query}")).await;
        assert_eq!(stages(&filtered, "companies"), pairs(expected), "{query}");
    }
    let before = page(&api, "/pipeline?where=area=重庆&as_of=2017-12-31").await;
    assert_eq!(stages(&before, "companies"), pairs(&[]), "not yet there");
    let tenants = page(&api, "/pipeline?carrier=hub&as_of=2018-12-31").await;
    assert_eq!(stages(&tenants, "companies"), pairs(&[("TENANT", 1)]));
    assert_eq!(
        through(&api, "where=area=重庆", "PRE_IPO").await,
        [0, 0, 0, 0, 0, 1]
    );
}

async fn ladders_are_listed_with_their_stages(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    let ladders = page(&api, "/ladders").await;
    assert_eq!(
        column(&ladders, "code"),
        ["zero-one-n", "carrier-roles", "listing-only"]
    );
    assert_eq!(
        ladders["notes"],
        json!(["The stage of a day is the first rule that holds."])
    );
    let stages = ladders["data"][0]["stages"].as_array().expect("stages");
    let codes: Vec<_> = stages.iter().map(|stage| &stage["code"]).collect();
    let pipeline = page(&api, "/pipeline?fields=stage").await;
    assert_eq!(codes, column(&pipeline, "stage"));
    let listed = stages.iter().find(|stage| stage["code"] == "LISTED");
    assert_eq!(listed.expect("LISTED")["name"], "Listed");
    let roles = page(&api, "/pipeline?ladder=carrier-roles&as_of=2018-12-31").await;
    assert!(
        roles["data"].to_string().contains("\"TENANT\""),
        "space without a role"
    );
    assert_eq!(
        refused(&api, "/ladders?as_of=2020-01-01").await.0,
        "unknown-parameter"
    );
}

async fn a_filter_that_would_find_nobody_is_refused_with_what_there_is(harness: &Harness) {
    let (_program, api) = in_town(harness).await;
    for address in ["/pipeline", "/pipeline/series"] {
        for (query, code, field) in [
            ("ladder=golden", "not-found", "ladder"),
            ("cluster=fog", "not-found", "cluster"),
            ("carrier=fog", "not-found", "carrier"),
            ("cluster=光电", "ambiguous", "cluster"),
            ("where=area", "malformed-request", "where"),
            ("observed=directory", "malformed-request", "observed"),
            ("where=area=重庆&where=colour=red", "not-found", "where"),
            ("observed=directory=Active", "not-found", "observed"),
            ("present=directory", "not-found", "present"),
            ("as_of=2020-02-30", "malformed-request", "as_of"),
        ] {
            assert_eq!(
                refused(&api, &format!("{address}?{query}")).await,
                (code.to_owned(), field.to_owned()),
                "{address}?{query}"
            );
        }
    }
    let body = api.get("/pipeline?where=colour=red").await.json();
    assert_eq!(
        (&body["value"], &body["mend"]),
        (&json!("colour"), &json!("there are: area"))
    );
    assert_eq!(
        refused(&api, "/pipeline?from=2020-01-01").await.0,
        "unknown-parameter"
    );
    for query in ["by=week", "from=2020-02-30"] {
        let (code, field) = refused(&api, &format!("/pipeline/series?{query}")).await;
        assert_eq!(code, "malformed-request");
        assert!(query.starts_with(&field), "{query}");
    }
}
