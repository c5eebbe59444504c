//! Files that would harm who takes them in, or who opens them.

use std::io::{Cursor, Write as _};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::imports::ended;
use crate::contract;
use crate::support::api::{Answer, Api};
use crate::support::database::Harness;
use crate::support::form::Form;

contract!(
    a_workbook_that_unfolds_without_end_is_refused_by_imports_and_suggestions,
    no_cell_of_any_csv_is_a_formula,
);

/// A workbook of a few kilobytes whose sheet is of this many mebibytes.
fn bomb(size: usize) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    let begin = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
    for (name, text) in [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        ("xl/worksheets/sheet1.xml", begin),
    ] {
        zip.start_file(name, SimpleFileOptions::default())
            .expect("a part");
        zip.write_all(text.as_bytes()).expect("written");
    }
    let spaces = vec![b' '; 1 << 20];
    for _ in 0..size {
        zip.write_all(&spaces).expect("written");
    }
    zip.write_all(b"</sheetData></worksheet>").expect("written");
    zip.finish().expect("a workbook").into_inner()
}

async fn sent(api: &Api, path: &str, form: Vec<u8>) -> Answer {
    let request = api.request(Method::POST, &format!("/api/v1{path}"));
    let request = request.header("content-type", Form::media());
    api.send(request.body(form)).await
}

async fn a_workbook_that_unfolds_without_end_is_refused_by_imports_and_suggestions(
    harness: &Harness,
) {
    let api = Api::start(harness).await;
    let bomb = bomb(256);
    assert!(bomb.len() < 1 << 20, "{} bytes", bomb.len());
    let started = Instant::now();
    let suggested = Form::default().whole_with("b.xlsx", &bomb);
    let suggested = sent(&api, "/imports/suggestions", suggested).await;
    assert_eq!(suggested.problem(), "invalid-file", "{suggested:?}");
    assert_eq!(suggested.json()["field"], "file");
    let form = Form::default().text("mapping", super::imports::MAPPING);
    let taken = sent(&api, "/imports", form.whole_with("b.xlsx", &bomb)).await;
    assert_eq!(taken.status, 202, "{taken:?}");
    let job = taken.header("location").to_owned();
    let job = ended(&api, job.strip_prefix("/api/v1").expect("an address")).await;
    assert_eq!(job["state"], "failed", "{job}");
    assert_eq!(job["problem"]["type"], "/problems/invalid-file", "{job}");
    let detail = job["problem"]["detail"].as_str().expect("a sentence");
    assert!(detail.contains("b.xlsx"), "{detail}");
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(harness.number("SELECT count(*) FROM events").await, 0);
    api.get("/companies").await.ok();
}

const FORMULAS: [&str; 6] = [
    "=HYPERLINK(\"http://evil.example\",\"甲\")",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "＝1+1",
];

async fn no_cell_of_any_csv_is_a_formula(harness: &Harness) {
    let api = Api::start(harness).await;
    let carrier = json!({"event": "registered", "fields": {"name": FORMULAS[0], "types": "孵化器"}, "on": "2014-05-01"});
    api.post("/carriers/t-space/events", &carrier).await.ok();
    let mut last = String::new();
    for (number, formula) in FORMULAS.into_iter().enumerate() {
        let path = format!("/companies/park:{number}/events");
        for body in [
            json!({"event": "registered", "fields": {"name": formula}, "on": "2015-01-01"}),
            json!({"event": "attribute-stated", "fields": {"scheme": formula, "value": formula}, "on": "2016-01-01"}),
            json!({"event": "occupancy-started", "fields": {"carrier": "t-space"}, "on": "2016-01-01"}),
        ] {
            let recorded = api.post(&path, &body).await.ok().json();
            recorded["events"][0]
                .as_str()
                .expect("an event")
                .clone_into(&mut last);
        }
    }
    api.get(&format!("/companies?after_event={last}"))
        .await
        .ok();
    let mut kept = 0;
    for path in [
        "/companies",
        "/companies/park:0/events",
        "/carriers",
        "/carriers/t-space/members?as_of=2017-01-01",
        "/findings",
        "/exports/events",
        "/exports/facts",
        "/exports/companies?as_of=2017-01-01",
        "/exports/roster?carrier=t-space&as_of=2017-01-01",
        "/exports/roster?carrier=t-space&as_of=2017-01-01&headings=zh",
    ] {
        let request = api.request(Method::GET, &format!("/api/v1{path}"));
        let answer = api.send(request.header("accept", "text/csv")).await.ok();
        let text = answer.text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        for record in reader.records() {
            for cell in &record.expect("a record") {
                let first = cell.trim_start().chars().next();
                assert!(
                    !first.is_some_and(|first| "=+-@\t\r＝＋－＠".contains(first)),
                    "{path}: {cell:?}"
                );
                kept += usize::from(FORMULAS.iter().any(|one| cell.contains(one)));
            }
        }
    }
    assert!(kept >= 30, "{kept}: they are all there, as texts");
}
