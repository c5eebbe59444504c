//! Exports: the files that the command line writes, at any day and as known at any time.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use reqwest::Method;
use serde_json::{Value, json};

use super::settled;
use crate::contract;
use crate::support::api::{Answer, Api};
use crate::support::database::Harness;
use crate::support::program::Program;

contract!(
    every_export_is_the_file_that_the_command_line_writes,
    a_roster_is_of_its_day_as_known_then,
    the_form_is_the_one_that_is_asked_for_or_preferred,
    a_hostile_name_stays_a_name,
    filters_and_periods_choose_what_is_written,
    slips_are_told,
);

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn exported(api: &Api, path: &str) -> Answer {
    api.get(&format!("/exports/{path}")).await
}

/// A settled carrier and a company that a spreadsheet would take for a formula: four events.
async fn two(api: &Api) {
    settled(api).await;
    let body = json!({"event": "registered", "fields": {"name": "=1+1"}, "on": "2016-05-01"});
    api.post("/companies/park:7/events", &body).await.ok();
    api.get("/companies?min_position=4").await.ok();
}

fn lines(answer: &Answer) -> Vec<Value> {
    let lines = answer.text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("JSON lines")
}

/// The sheets of a workbook, as texts.
async fn workbook(api: &Api, path: &str) -> Vec<(String, Vec<Vec<String>>)> {
    let request = api.request(Method::GET, &format!("/api/v1/exports/{path}"));
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{path}");
    assert_eq!(answer.headers()["content-type"], WORKBOOK);
    sheets(answer.bytes().await.expect("a whole answer").to_vec())
}

fn sheets(bytes: Vec<u8>) -> Vec<(String, Vec<Vec<String>>)> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let sheets = workbook.worksheets().into_iter();
    let rows = |row: &[Data]| row.iter().map(Data::to_string).collect();
    sheets
        .map(|(name, range)| (name, range.rows().map(rows).collect()))
        .collect()
}

async fn every_export_is_the_file_that_the_command_line_writes(harness: &Harness) {
    let api = Api::start(harness).await;
    two(&api).await;
    let program = Program::over(harness);
    let folder = tempfile::tempdir().expect("a temporary directory");
    let cases: [(&str, &[&str]); 6] = [
        ("events?", &["events"]),
        ("facts?", &["facts"]),
        (
            "facts?as_of=2016-06-01",
            &["facts", "--as-of", "2016-06-01"],
        ),
        (
            "companies?as_of=2016-06-01",
            &["companies", "--as-of", "2016-06-01"],
        ),
        (
            "roster?carrier=t-space&as_of=2016-06-01",
            &["roster", "--carrier", "t-space", "--as-of", "2016-06-01"],
        ),
        (
            "roster?carrier=t-space&every=month&from=2016-03-01&as_of=2016-06-01",
            &[
                "roster",
                "--carrier",
                "t-space",
                "--every",
                "month",
                "--from",
                "2016-03-01",
                "--as-of",
                "2016-06-01",
            ],
        ),
    ];
    for (number, (path, args)) in cases.iter().enumerate() {
        for form in ["csv", "jsonl"] {
            let told = exported(&api, &format!("{path}&format={form}")).await.ok();
            let written = program.done(&[&["export"], *args, &["--format", form]].concat());
            let header = usize::from(form == "csv");
            assert!(written.lines().count() > header, "{path} {form}: {written}");
            assert_eq!(told.text, written, "{path} {form}");
        }
        let out = folder.path().join(format!("{number}.xlsx"));
        let to = out.display().to_string();
        program.done(&[&["export"], *args, &["--out", &to]].concat());
        let written = sheets(std::fs::read(out).expect("the export"));
        let told = workbook(&api, &format!("{path}&format=xlsx")).await;
        assert_eq!(told, written, "{path}");
    }
    let mapping = folder.path().join("roster.toml");
    let to = mapping.display().to_string();
    let args = [
        "export",
        "roster",
        "--carrier",
        "t-space",
        "--as-of",
        "2016-06-01",
        "--mapping",
        &to,
    ];
    program.done(&args);
    let written = std::fs::read_to_string(mapping).expect("the mapping");
    let told = exported(&api, "roster/mapping?carrier=t-space&as_of=2016-06-01").await;
    assert_eq!(told.ok().text, written);
}

async fn a_roster_is_of_its_day_as_known_then(harness: &Harness) {
    let api = Api::start(harness).await;
    two(&api).await;
    for (day, known, rows) in [
        ("2016-06-01", "4", 1),
        ("2016-03-31", "4", 0),
        ("2016-06-01", "2", 0),
    ] {
        let path = format!("roster?carrier=t-space&as_of={day}&known_at={known}&format=jsonl");
        let answer = exported(&api, &path).await.ok();
        assert_eq!(lines(&answer).len(), rows, "{path}");
        assert_eq!(answer.header("nianlun-rows"), rows.to_string());
        assert_eq!(answer.header("nianlun-position"), "4");
    }
    let path = "roster?carrier=t-space&as_of=2016-06-01&format=jsonl";
    let row = lines(&exported(&api, path).await.ok()).remove(0);
    for (name, value) in [
        ("observed_on", json!("2016-06-01")),
        ("name", json!("某某科技有限公司")),
        ("usci", json!("91330103MA2J0XYC21")),
        ("area", json!(120)),
        ("since", json!("2016-04")),
    ] {
        assert_eq!(row[name], value, "{name}: {row}");
    }
}

async fn the_form_is_the_one_that_is_asked_for_or_preferred(harness: &Harness) {
    let api = Api::start(harness).await;
    two(&api).await;
    let path = "/api/v1/exports/companies?as_of=2016-06-01";
    for (accept, media, file) in [
        (
            "*/*",
            "text/csv; charset=utf-8; header=present",
            "companies.csv",
        ),
        (WORKBOOK, WORKBOOK, "companies.xlsx"),
        (
            "text/csv;q=0.5, application/x-ndjson",
            "application/x-ndjson",
            "companies.jsonl",
        ),
    ] {
        let request = api.request(Method::GET, path).header("accept", accept);
        let answer = request.send().await.expect("an answer");
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value.and_then(|value| value.to_str().ok()).unwrap_or("")
        };
        assert_eq!(header("content-type"), media, "{accept}");
        let disposition = format!("attachment; filename=\"{file}\"");
        assert_eq!(header("content-disposition"), disposition);
        assert_eq!(header("nianlun-rows"), "2", "both are there by then");
        assert_eq!(header("nianlun-unplaced"), "0");
    }
    let path = format!("{path}&format=jsonl");
    let request = api.request(Method::GET, &path).header("accept", "text/csv");
    let answer = api.send(request).await.ok();
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let plain = "roster?carrier=t-space&as_of=2016-06-01&no_bom=true";
    let plain = exported(&api, plain).await.ok().text;
    assert!(plain.starts_with("observed_on,id,name,usci,"), "{plain}");
    let english = "roster?carrier=t-space&as_of=2016-06-01&headings=en";
    let english = exported(&api, english).await.ok().text;
    assert!(
        english.starts_with("\u{feff}observed on,id,name,USCI,"),
        "{english}"
    );
}

async fn a_hostile_name_stays_a_name(harness: &Harness) {
    let api = Api::start(harness).await;
    two(&api).await;
    let path = |form: &str| format!("companies?as_of=2016-06-01&format={form}");
    let csv = exported(&api, &path("csv")).await.ok().text;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut names: Vec<_> = reader
        .records()
        .map(|record| record.expect("a record")[1].to_owned())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["'=1+1", "某某科技有限公司"], "defused");
    let rows = lines(&exported(&api, &path("jsonl")).await.ok());
    assert!(rows.iter().any(|row| row["name"] == "=1+1"), "as it is");
    let book = workbook(&api, &path("xlsx")).await;
    let name = |row: &Vec<String>| row[1] == "=1+1";
    assert!(book[0].1.iter().any(name), "a text, no formula");
}

async fn filters_and_periods_choose_what_is_written(harness: &Harness) {
    let api = Api::start(harness).await;
    two(&api).await;
    for (path, rows) in [
        ("events?", 4),
        ("events?type=registered", 3),
        ("events?type=registered&type=occupancy-started", 4),
        ("events?carrier=t-space", 1),
        ("events?company=park:7&carrier=t-space", 2),
        ("events?known_at=3", 3),
        ("events?source=nobody", 0),
        ("facts?kind=occupancy", 1),
        ("facts?kind=occupancy&as_of=2016-03-31", 0),
        (
            "roster?carrier=t-space&every=month&from=2016-03-01&as_of=2016-06-15",
            3,
        ),
        ("roster?carrier=t-space&set=programme&as_of=2016-06-15", 0),
    ] {
        let answer = exported(&api, &format!("{path}&format=jsonl")).await.ok();
        assert_eq!(lines(&answer).len(), rows, "{path}");
    }
    let sheets = "roster?carrier=t-space&every=year&from=2015-01-01&as_of=2016-12-31&sheets=true&format=xlsx";
    let book = workbook(&api, sheets).await;
    let rows: Vec<_> = book
        .iter()
        .map(|(name, rows)| (name.as_str(), rows.len()))
        .collect();
    assert_eq!(rows, [("2015-12-31", 1), ("2016-12-31", 2)]);
}

async fn slips_are_told(harness: &Harness) {
    let api = Api::start(harness).await;
    two(&api).await;
    for (path, code, field) in [
        ("events?as_of=2016-01-01", "unknown-parameter", "as_of"),
        ("companies?limit=5", "unknown-parameter", "limit"),
        ("events?type=colour", "malformed-request", "type"),
        ("facts?kind=colour", "malformed-request", "kind"),
        ("facts?company=park:9", "not-found", "company"),
        ("facts?carrier=nowhere", "not-found", "carrier"),
        ("facts?as_of=2016-02-30", "malformed-request", "as_of"),
        ("facts?known_at=yesterday", "malformed-request", "known_at"),
        ("companies?ladder=colour", "not-found", "ladder"),
        ("companies?format=pdf", "malformed-request", "format"),
        ("companies?headings=fr", "malformed-request", "headings"),
        ("roster?", "malformed-request", "carrier"),
        (
            "roster?carrier=t-space&source=x",
            "malformed-request",
            "carrier",
        ),
        ("roster?source=x", "not-found", "source"),
        ("roster?cluster=nowhere", "not-found", "cluster"),
        ("roster?source=x&set=programme", "malformed-request", "set"),
        (
            "roster?carrier=t-space&sheets=true",
            "malformed-request",
            "sheets",
        ),
        (
            "roster?carrier=t-space&sheets=true&format=xlsx",
            "malformed-request",
            "every",
        ),
        (
            "roster?carrier=t-space&from=2016-01-01",
            "malformed-request",
            "every",
        ),
        (
            "roster?carrier=t-space&every=year",
            "malformed-request",
            "from",
        ),
        (
            "roster?carrier=t-space&every=year&from=2016-13-01",
            "malformed-request",
            "from",
        ),
        (
            "roster?carrier=t-space&every=year&from=2017-01-01&as_of=2016-12-31",
            "malformed-request",
            "from",
        ),
        (
            "roster?carrier=t-space&every=month&from=1900-01-01&as_of=2016-12-31",
            "malformed-request",
            "from",
        ),
    ] {
        let answer = exported(&api, path).await;
        assert_eq!(answer.problem(), code, "{path}: {}", answer.text);
        assert_eq!(answer.json()["field"], field, "{path}: {}", answer.text);
    }
    let html = api
        .request(Method::GET, "/api/v1/exports/events")
        .header("accept", "text/html");
    assert_eq!(api.send(html).await.problem(), "not-acceptable");
}
