//! Imports: files go in behind the request, and everything about them is told.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use nianlun::http::{Limits, Settings};
use nianlun::import::books;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor;

use super::column;
use crate::contract;
use crate::support::api::{Answer, Api};
use crate::support::database::{Dialect, Harness};
use crate::support::form::Form;

contract!(
    files_are_imported_behind_the_request_and_told_to_the_end,
    a_dry_run_writes_nothing_and_shows_what_it_would,
    row_errors_are_listed_and_a_strict_import_with_one_writes_nothing,
    a_form_that_cannot_be_used_is_refused_with_the_part_that_is_wrong,
    a_form_that_is_too_large_is_refused,
    a_form_that_stops_coming_is_given_up_and_its_place_with_it,
    a_file_that_does_not_fit_its_mapping_fails_without_telling_where_it_lay,
    a_file_s_name_leads_nowhere,
    one_import_runs_eight_wait_and_the_next_is_refused,
    a_stop_waits_for_the_import_that_is_running_and_gives_up_those_that_wait,
);

pub const MAPPING: &str = r#"
name = "visits"
title = "走访"
shape = "events"

[[carrier]]
code = "t-space"
name = "T空间"

[[subject.identify]]
scheme = "park"
id = { column = "编号" }

[subject.register]
name = { column = "企业" }

[[output]]
event = "attribute-stated"
on = { column = "日期" }
scheme = "visit"
value = { column = "内容" }
"#;

/// Two companies with three visits: with the carrier these are six events of three subjects.
pub const ROWS: &str = "编号,企业,日期,内容\n1,甲公司,2020-01-01,初访\n1,甲公司,2020-02-01,复访\n2,乙公司,2020-01-01,初访\n";

pub fn visits() -> Form {
    Form::default()
        .text("mapping", MAPPING)
        .file("走访.csv", ROWS)
}

pub async fn sent(api: &Api, path: &str, body: String) -> Answer {
    let request = api.request(Method::POST, &format!("/api/v1{path}"));
    let request = request.header("content-type", Form::media());
    api.send(request.body(body)).await
}

/// Sends a form; where the import is told of.
pub async fn taken(api: &Api, path: &str, form: Form) -> String {
    let answer = sent(api, path, form.whole()).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let location = answer.header("location");
    let job = location.strip_prefix("/api/v1").expect("an address");
    assert!(
        job.ends_with(answer.json()["job"].as_str().expect("an id")),
        "{answer:?}"
    );
    job.to_owned()
}

/// Waits until an import is finished.
pub async fn ended(api: &Api, job: &str) -> Value {
    for _ in 0..600 {
        let body = api.get(job).await.ok().json();
        if !body["ended"].is_null() {
            return body;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{job} does not end");
}

pub async fn imported(api: &Api, path: &str, form: Form) -> Value {
    let job = taken(api, path, form).await;
    ended(api, &job).await
}

pub async fn runs(api: &Api) -> Value {
    api.get("/imports").await.ok().json()
}

async fn files_are_imported_behind_the_request_and_told_to_the_end(harness: &Harness) {
    let api = Api::start(harness).await;
    let job = taken(&api, "/imports", visits()).await;
    let done = ended(&api, &job).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(done["files"], json!(["走访.csv"]));
    assert_eq!((&done["rows"], &done["of"]), (&json!(3), &json!(3)));
    let report = &done["report"];
    for (name, count) in [
        ("rows", 3),
        ("events", 6),
        ("new_subjects", 3),
        ("already", 0),
        ("errors", 0),
        ("questions", 0),
    ] {
        assert_eq!(report[name], count, "{name}: {report}");
    }
    assert_eq!(report["preview"], json!([]));

    let page = api
        .get("/companies?min_position=6&sort=name&fields=name")
        .await
        .ok()
        .json();
    assert_eq!(
        page["data"],
        json!([{"name": "乙公司"}, {"name": "甲公司"}])
    );
    let list = runs(&api).await;
    assert_eq!(column(&list, "run"), [&report["run"]]);
    assert_eq!(column(&list, "state"), [&json!("done")]);
    assert_eq!(column(&list, "events"), [&json!(6)]);
    assert_eq!(column(&list, "actor"), [&json!("local")]);

    let run = report["run"].as_str().expect("a run");
    let shown = api
        .get(&format!("/imports/{}", &run[..30]))
        .await
        .ok()
        .json();
    assert_eq!(shown["mapping"], MAPPING);
    assert_eq!(shown["files"][0]["name"], "走访.csv");
    assert_eq!(shown["files"][0]["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(shown["counts"]["events"], 6);

    let again = imported(&api, "/imports", visits()).await;
    assert_eq!(
        (&again["report"]["events"], &again["report"]["already"]),
        (&json!(0), &json!(3)),
        "the same file adds nothing"
    );
}

async fn a_dry_run_writes_nothing_and_shows_what_it_would(harness: &Harness) {
    let api = Api::start(harness).await;
    let by_query = imported(&api, "/imports?dry_run=true", visits()).await;
    let by_form = imported(&api, "/imports", visits().text("dry_run", "true")).await;
    for done in [by_query, by_form] {
        assert_eq!(done["state"], "done", "{done}");
        assert_eq!(done["dry_run"], true);
        assert_eq!(done["report"]["nothing_written"], true);
        assert_eq!(done["report"]["events"], 6);
        let preview = done["report"]["preview"].as_array().expect("events");
        assert_eq!(preview.len(), 6);
        assert_eq!(preview[0]["subject"], "carrier");
    }
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 0);
    assert_eq!(runs(&api).await["total"], 0);
}

async fn row_errors_are_listed_and_a_strict_import_with_one_writes_nothing(harness: &Harness) {
    let api = Api::start(harness).await;
    let form = || {
        let rows = format!("{ROWS}3,=丙公司,someday,初访\n");
        Form::default()
            .text("mapping", MAPPING)
            .file("走访.csv", &rows)
    };
    let strict = imported(&api, "/imports", form().text("strict", "true")).await;
    assert_eq!(strict["report"]["nothing_written"], true, "{strict}");
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 0);

    let job = taken(&api, "/imports", form()).await;
    let done = ended(&api, &job).await;
    assert_eq!(done["report"]["errors"], 1, "{done}");
    let issues = api.get(&format!("{job}/issues")).await.ok().json();
    assert_eq!(issues["total"], 1, "{issues}");
    let issue = &issues["data"][0];
    assert_eq!(
        (&issue["file"], &issue["row"], &issue["severity"]),
        (&json!("走访.csv"), &json!(5), &json!("error"))
    );
    assert_eq!(
        (&issue["column"], &issue["value"]),
        (&json!("日期"), &json!("someday"))
    );
    let path = format!("/api/v1{job}/issues?fields=row,value");
    let csv = api.request(Method::GET, &path).header("accept", "text/csv");
    assert_eq!(api.send(csv).await.ok().text, "row,value\n5,someday\n");
}

async fn a_form_that_cannot_be_used_is_refused_with_the_part_that_is_wrong(harness: &Harness) {
    let api = Api::start(harness).await;
    let answers = "[[merge]]\nloser = \"park:2\"\nsurvivor = \"park:1\"\nbecause = \"x\"\n";
    let forms = [
        (
            Form::default().text("mapping", MAPPING),
            "malformed-request",
            "file",
        ),
        (
            Form::default().file("a.csv", ROWS),
            "malformed-request",
            "mapping",
        ),
        (
            Form::default()
                .text("mapping", "name = 7")
                .file("a.csv", ROWS),
            "invalid-file",
            "mapping",
        ),
        (
            visits().text("mapping", MAPPING),
            "malformed-request",
            "mapping",
        ),
        (
            visits().text("colour", "red"),
            "unknown-parameter",
            "colour",
        ),
        (
            visits().text("strict", "yes"),
            "malformed-request",
            "strict",
        ),
        (
            visits().text("resolutions", "x"),
            "invalid-file",
            "resolutions",
        ),
        (
            visits().text("resolutions", answers),
            "invalid-file",
            "resolutions",
        ),
        (visits().file("", ROWS), "malformed-request", "file"),
        (visits().file("..", ROWS), "malformed-request", "file"),
    ];
    for (number, (form, code, field)) in forms.into_iter().enumerate() {
        let answer = sent(&api, "/imports", form.whole()).await;
        assert_eq!(answer.problem(), code, "{number}: {}", answer.text);
        assert_eq!(answer.json()["field"], field, "{number}: {}", answer.text);
    }
    let twice = visits().text("dry_run", "false");
    let twice = sent(&api, "/imports?dry_run=true", twice.whole()).await;
    assert_eq!(twice.json()["field"], "dry_run", "{twice:?}");
    let broken = sent(&api, "/imports", visits().broken_off()).await;
    assert_eq!(broken.problem(), "malformed-request");
    let slip = sent(&api, "/imports?dryrun=true", visits().whole()).await;
    assert_eq!(slip.problem(), "unknown-parameter");
    let json = api.post("/imports", &json!({})).await;
    assert_eq!(json.problem(), "unsupported-media-type");
    assert_eq!(runs(&api).await["total"], 0);
    let done = imported(&api, "/imports", visits()).await;
    assert_eq!(done["state"], "done", "what is refused holds no place");
}

async fn a_form_that_is_too_large_is_refused(harness: &Harness) {
    let settings = Settings {
        upload: 1_000,
        body: 2_000,
        ..Settings::default()
    };
    let api = Api::with(harness, settings).await;
    let half = "x".repeat(600);
    let both = Form::default()
        .text("mapping", MAPPING)
        .file("a.csv", &half)
        .file("b.csv", &half);
    let answer = sent(&api, "/imports", both.whole()).await;
    assert_eq!(answer.problem(), "payload-too-large", "{}", answer.text);
    assert_eq!(answer.json()["field"], "file");
    let long = Form::default()
        .text("mapping", &"#".repeat(2_001))
        .file("a.csv", &half);
    let answer = sent(&api, "/imports", long.whole()).await;
    assert_eq!(answer.problem(), "payload-too-large", "{}", answer.text);
    assert_eq!(answer.json()["field"], "mapping");
    let done = imported(&api, "/imports", visits()).await;
    assert_eq!(done["state"], "done");
}

async fn a_form_that_stops_coming_is_given_up_and_its_place_with_it(harness: &Harness) {
    let settings = Settings {
        limits: Limits {
            body_pause: Duration::from_millis(100),
            ..Limits::default()
        },
        ..Settings::default()
    };
    let api = Api::with(harness, settings).await;
    for _ in 0..9 {
        let begun = stream::iter([Ok::<_, std::io::Error>(visits().broken_off())]);
        let body = reqwest::Body::wrap_stream(begun.chain(stream::pending()));
        let request = api.request(Method::POST, "/api/v1/imports").body(body);
        let answer = api
            .send(request.header("content-type", Form::media()))
            .await;
        assert_eq!(answer.problem(), "timed-out", "{answer:?}");
        let detail = answer.json()["detail"].clone();
        assert_eq!(detail, "the body paused for more than 100ms");
    }
    assert_eq!(runs(&api).await["total"], 0);
}

async fn a_file_that_does_not_fit_its_mapping_fails_without_telling_where_it_lay(
    harness: &Harness,
) {
    let api = Api::start(harness).await;
    let form = Form::default()
        .text("mapping", MAPPING)
        .file("别的.csv", "a,b\n1,2\n");
    let failed = imported(&api, "/imports", form).await;
    assert_eq!(failed["state"], "failed", "{failed}");
    assert_eq!(failed["problem"]["type"], "/problems/invalid-file");
    let detail = failed["problem"]["detail"].as_str().expect("a detail");
    assert!(detail.starts_with("别的.csv: "), "{detail}");
    assert!(detail.contains("编号"), "{detail}");
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 0);
}

async fn a_file_s_name_leads_nowhere(harness: &Harness) {
    let api = Api::start(harness).await;
    let form = Form::default()
        .text("mapping", MAPPING)
        .file("../../../走访.csv", ROWS)
        .file("C:\\\\资料\\\\走访.csv", ROWS);
    let done = imported(&api, "/imports", form).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(done["files"], json!(["走访.csv", "走访.csv"]));
    assert_eq!(done["report"]["rows"], 6);
    assert_eq!(done["report"]["events"], 6, "both say the same");
}

/// Keeps everybody else from writing until it is dropped.
enum Lock {
    Sqlite(sqlx::sqlite::SqliteConnection),
    Postgres(sqlx::postgres::PgConnection),
}

impl Lock {
    async fn take(harness: &Harness) -> Self {
        let taken = match harness.dialect {
            Dialect::Sqlite => {
                let mut connection = harness.sqlite().await;
                let taken = connection.execute("BEGIN IMMEDIATE").await.map(drop);
                taken.map(|()| Self::Sqlite(connection))
            }
            Dialect::Postgres => {
                let mut connection = harness.postgres().await;
                let lock = "BEGIN; LOCK TABLE notes IN SHARE ROW EXCLUSIVE MODE";
                let taken = connection.execute(lock).await.map(drop);
                taken.map(|()| Self::Postgres(connection))
            }
        };
        taken.expect("locked")
    }

    async fn release(self) {
        match self {
            Self::Sqlite(mut connection) => connection.execute("ROLLBACK").await.map(drop),
            Self::Postgres(mut connection) => connection.execute("ROLLBACK").await.map(drop),
        }
        .expect("released");
    }
}

async fn one_import_runs_eight_wait_and_the_next_is_refused(harness: &Harness) {
    let api = Api::start(harness).await;
    let first = imported(&api, "/imports", visits()).await;
    let run = first["report"]["run"].as_str().expect("a run").to_owned();
    let lock = Lock::take(harness).await;
    let running = taken(&api, "/imports", visits()).await;
    while api.get(&running).await.ok().json()["state"] == "waiting" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut jobs = vec![running];
    for _ in 0..8 {
        let job = taken(&api, "/imports", visits()).await;
        assert_eq!(api.get(&job).await.ok().json()["state"], "waiting");
        jobs.push(job);
    }
    let refused = sent(&api, "/imports", visits().whole()).await;
    assert_eq!(refused.problem(), "overloaded");
    assert_eq!(refused.header("retry-after"), "10");
    let undo = api
        .post(&format!("/imports/{run}/undo"), &json!({"because": "误"}))
        .await;
    assert_eq!(undo.problem(), "overloaded", "while an import is running");
    lock.release().await;
    let mut before: Option<Timestamp> = None;
    for job in &jobs {
        let done = ended(&api, job).await;
        assert_eq!(done["state"], "done", "{done}");
        let time = |name: &str| -> Timestamp {
            let text = done[name].as_str().expect("a time");
            text.parse().expect("a time")
        };
        assert!(
            before.is_none_or(|before| before <= time("began")),
            "one after the other: {done}"
        );
        before = Some(time("ended"));
    }
    assert_eq!(runs(&api).await["total"], 10);
}

async fn a_stop_waits_for_the_import_that_is_running_and_gives_up_those_that_wait(
    harness: &Harness,
) {
    let api = Api::start(harness).await;
    let lock = Lock::take(harness).await;
    let running = taken(&api, "/imports", visits()).await;
    while api.get(&running).await.ok().json()["state"] == "waiting" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    taken(&api, "/imports", visits()).await;
    let stopping = tokio::spawn(api.close());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!stopping.is_finished(), "it waits");
    lock.release().await;
    stopping.await.expect("stopped");
    let store = harness.open().await;
    let runs = books::runs(store.as_ref()).await.expect("runs");
    let ended: Vec<_> = runs.iter().map(|run| run.ended.is_some()).collect();
    assert_eq!(ended, [true], "one was done, and the other never began");
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 6);
}
