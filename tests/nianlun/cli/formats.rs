//! One answer in three forms and two languages.

use serde_json::Value;

use super::aligned;
use super::town::town;
use crate::contract;
use crate::support::database::Harness;

contract!(tables_json_and_csv_say_the_same);

const ANSWERS: &[&[&str]] = &[
    &["pipeline", "--as-of", "2020-12-31"],
    &["pipeline", "--series", "year", "--as-of", "2020-12-31"],
    &["company", "list", "--as-of", "2020-12-31"],
    &["company", "show", "town:1", "--as-of", "2018-12-31"],
    &["company", "history", "town:1"],
    &["carrier", "list"],
    &["carrier", "members", "hub", "--as-of", "2018-12-31"],
    &["carrier", "stays", "hub"],
    &["cluster", "series", "optics", "--as-of", "2020-12-31"],
    &["findings"],
];

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

async fn tables_json_and_csv_say_the_same(harness: &Harness) {
    let program = town(harness);
    for args in ANSWERS {
        let form = |format| program.done(&[args, &["--format", format][..]].concat());
        let csv = form("csv");
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let header = reader.headers().expect("a header").clone();
        let records: Vec<Vec<String>> = reader
            .records()
            .map(|record| {
                record
                    .expect("a record")
                    .iter()
                    .map(str::to_owned)
                    .collect()
            })
            .collect();
        assert!(!records.is_empty(), "{args:?}");

        let objects: Vec<Value> = serde_json::from_str(&form("json")).expect("JSON");
        let of_json: Vec<Vec<String>> = objects
            .iter()
            .map(|object| header.iter().map(|name| cell(&object[name])).collect())
            .collect();
        assert_eq!(of_json, records, "{args:?}");

        let table = form("table");
        let of_table: Vec<Vec<String>> = aligned(&table)[2..]
            .iter()
            .map(|line| {
                let cells = line.trim_matches('|').split(" | ");
                cells.map(|cell| cell.trim().to_owned()).collect()
            })
            .collect();
        assert_eq!(of_table, records, "{args:?}");
        let chinese = program.done(&[&["--lang", "zh"], *args].concat());
        assert_eq!(aligned(&chinese).len(), records.len() + 2, "{args:?}");
    }
}
