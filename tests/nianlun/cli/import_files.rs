//! Several files and sheets at once, formula cells, the issues as files, and the runs that are kept.

use std::fs;

use rust_xlsxwriter::{Formula, Workbook};
use tempfile::TempDir;

use super::says;
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, count, text};

contract!(
    several_files_and_sheets_are_one_run,
    a_cell_that_a_formula_computed_is_marked,
    the_issues_can_be_written_to_a_file,
    runs_are_listed_shown_and_taken_back,
);

const MAPPING: &str = r#"
name = "register"
title = "名册"
shape = "events"

[[subject.identify]]
scheme = "park"
id = { column = "编号" }

[subject.register]
name = { column = "企业" }

[[output]]
event = "attribute-stated"
on = { column = "日期" }
scheme = "staff"
value = { column = "人数" }
"#;

const HEADER: &str = "编号,企业,日期,人数";

fn folder() -> (TempDir, impl Fn(&str) -> String) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let root = folder.path().to_owned();
    fs::write(root.join("m.toml"), MAPPING).expect("written");
    (folder, move |name: &str| {
        root.join(name).display().to_string()
    })
}

/// A workbook of sheets.
fn workbook(sheets: &[(&str, &[&str])]) -> Workbook {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).expect("named");
        for (row, line) in (0..).zip([&[HEADER], *rows].concat()) {
            for (column, cell) in (0..).zip(line.split(',')) {
                sheet.write(row, column, cell).expect("written");
            }
        }
    }
    book
}

async fn several_files_and_sheets_are_one_run(harness: &Harness) {
    let program = Program::over(harness);
    let (_folder, path) = folder();
    let sheets: [(&str, &[&str]); 2] = [
        ("2016", &["1,甲,2016-01-01,10", "2,乙,2016-01-01,7"]),
        ("2017", &["1,甲,2017-01-01,12"]),
    ];
    workbook(&sheets).save(path("a.xlsx")).expect("saved");
    fs::write(
        path("b.csv"),
        format!("{HEADER}\n3,丙,2016-01-01,5\n1,甲,坏,5\n"),
    )
    .expect("written");
    let import = [
        "import",
        &path("a.xlsx"),
        &path("b.csv"),
        "--mapping",
        &path("m.toml"),
        "--format",
        "json",
    ];
    let ran = program.run(&import);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    let told: Vec<serde_json::Value> = serde_json::from_str(&ran.out).expect("JSON");
    let errors: Vec<_> = told.iter().filter(|row| row["grade"] == "error").collect();
    assert_eq!(errors.len(), 1, "{told:#?}");
    assert_eq!(
        (errors[0]["file"].as_str(), errors[0]["row"].as_u64()),
        (Some("b.csv"), Some(3))
    );
    let runs = program.rows(&["import", "list"]);
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0]["files"], serde_json::json!(["a.xlsx", "b.csv"]));
    let sql = "SELECT metadata ->> 'sheet' FROM events WHERE event_type = 'AttributeStated' AND metadata ->> 'sheet' IS NOT NULL ORDER BY 1";
    let mut sheets = harness.texts(sql).await;
    sheets.dedup();
    assert_eq!(sheets, ["2016", "2017"]);
    let again = program.run(&import);
    says(&again.err, &[" 0 events recorded"]);
}

async fn a_cell_that_a_formula_computed_is_marked(harness: &Harness) {
    let program = Program::over(harness);
    let (_folder, path) = folder();
    let mut book = workbook(&[("名册", &["1,甲,2016-01-01,10", "2,乙,2016-01-01,"])]);
    let sheet = book.worksheet_from_index(0).expect("a sheet");
    sheet
        .write(2, 3, Formula::new("=10+2").set_result("12"))
        .expect("written");
    book.save(path("a.xlsx")).expect("saved");
    program.done(&["import", &path("a.xlsx"), "--mapping", &path("m.toml")]);
    let sql = "SELECT metadata ->> 'row' FROM events WHERE event_type = 'AttributeStated' AND metadata ->> 'computed' = '人数'";
    assert_eq!(harness.texts(sql).await, ["3"]);
    let sql = "SELECT metadata ->> 'row' FROM events WHERE event_type = 'AttributeStated' AND metadata ->> 'computed' IS NULL";
    assert_eq!(harness.texts(sql).await, ["2"]);
}

async fn the_issues_can_be_written_to_a_file(harness: &Harness) {
    let program = Program::over(harness);
    let (_folder, path) = folder();
    fs::write(
        path("a.csv"),
        format!("{HEADER}\n1,甲,2016-02-30,10\n2,乙,=1+1,10\n3,丙,2016,5\n"),
    )
    .expect("written");
    for ending in ["jsonl", "csv", "xlsx"] {
        let out = path(&format!("issues.{ending}"));
        let ran = program.run(&[
            "import",
            &path("a.csv"),
            "--mapping",
            &path("m.toml"),
            "--errors",
            &out,
        ]);
        assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    }
    let lines = fs::read_to_string(path("issues.jsonl")).expect("read");
    let rows: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(rows.len(), 2, "{lines}");
    for (row, number, value) in [(&rows[0], 2, "2016-02-30"), (&rows[1], 3, "=1+1")] {
        assert_eq!(
            (row["file"].as_str(), row["row"].as_u64()),
            (Some("a.csv"), Some(number))
        );
        assert_eq!(
            (row["severity"].as_str(), row["column"].as_str()),
            (Some("error"), Some("日期"))
        );
        assert_eq!(row["value"].as_str(), Some(value));
        assert!(!text(row, "reason").is_empty());
    }
    let table = fs::read_to_string(path("issues.csv")).expect("read");
    says(&table, &["a.csv", "2016-02-30", "日期"]);
    let mut book = calamine::open_workbook_auto(path("issues.xlsx")).expect("a workbook");
    let sheet = calamine::Reader::worksheet_range_at(&mut book, 0)
        .expect("a sheet")
        .expect("read");
    assert_eq!(sheet.height(), 3, "a header and two rows");
}

async fn runs_are_listed_shown_and_taken_back(harness: &Harness) {
    let program = Program::over(harness);
    let (_folder, path) = folder();
    fs::write(
        path("a.csv"),
        format!("{HEADER}\n1,甲,2016,10\n2,乙,坏,10\n"),
    )
    .expect("written");
    let import = ["import", &path("a.csv"), "--mapping", &path("m.toml")];
    assert_eq!(program.run(&import).code, Some(3));
    let runs = program.rows(&["import", "list"]);
    let [run] = &runs[..] else { panic!("{runs:?}") };
    assert_eq!(
        (text(run, "state"), text(run, "source"), text(run, "actor")),
        ("done", "register", "tester")
    );
    assert_eq!(
        (
            count(run, "rows"),
            count(run, "events"),
            count(run, "errors")
        ),
        (2, 3, 1)
    );
    let id = text(run, "run").to_owned();

    let shown = program.done(&["import", "show", &id]);
    says(
        &shown,
        &["a.csv sha256:", "document", "register", "attribute-stated"],
    );
    assert_eq!(program.run(&["import", "show", "nothing"]).code, Some(2));
    assert_eq!(
        program.run(&["import", "undo", &id]).code,
        Some(2),
        "a reason is needed"
    );

    let said = [
        "company",
        "park:1",
        "attribute-stated",
        "scheme=staff",
        "value=11",
        "--on",
        "2017",
    ];
    program.done(&[&["record"], &said[..]].concat());
    let refused = program.run(&["import", "undo", &id, "--because", "传错"]);
    assert_eq!(
        (refused.code, refused.out.as_str()),
        (Some(4), ""),
        "{}",
        refused.err
    );
    says(
        &refused.err,
        &["what was recorded since stands on import", "#3"],
    );
    program.done(&[
        "record",
        "company",
        "park:1",
        "--retract",
        "3",
        "--because",
        "还没到",
    ]);
    let undone = program.done(&["import", "undo", &id, "--because", "传错"]);
    says(&undone, &["taken back: 3 events of 2 subjects"]);
    assert_eq!(program.rows(&["company", "list"]).len(), 0);
    let runs = program.rows(&["import", "list"]);
    let states: Vec<_> = runs.iter().map(|run| text(run, "state")).collect();
    assert_eq!(states, ["taken back", "takes back"]);
    assert_eq!(
        program
            .run(&["import", "undo", &id, "--because", "传错"])
            .code,
        Some(4)
    );
    let by = text(&runs[1], "run").to_owned();
    program.done(&["import", "undo", &by, "--because", "没有传错"]);
    // 乙, of whom only the name is known, stands on no day.
    assert_eq!(program.rows(&["company", "list"]).len(), 1);
    says(&program.run(&import).out, &[" 0 events recorded"]);
}
