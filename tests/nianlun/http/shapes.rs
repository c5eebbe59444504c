//! What every list can do, tried at each: forms, columns, order, pages.

use reqwest::Method;
use serde_json::{Value, json};

use super::{in_town, page};
use crate::contract;
use crate::support::database::Harness;

contract!(every_list_can_be_had_as_csv_in_columns_and_in_parts,);

/// Everything that has rows, with a column of it.
const LISTS: &[(&str, &str)] = &[
    ("/companies", "name"),
    ("/companies/town:1", "kind"),
    ("/companies/town:1/events", "sequence"),
    ("/carriers", "code"),
    ("/carriers/hub", "kind"),
    ("/carriers/hub/events", "name"),
    ("/carriers/hub/members", "part"),
    ("/carriers/hub/series", "arrivals"),
    ("/carriers/hub/stays", "median_days"),
    ("/clusters", "companies"),
    ("/clusters/optics", "value"),
    ("/clusters/optics/events", "on"),
    ("/clusters/optics/members", "role"),
    ("/clusters/optics/series", "to"),
    ("/ladders", "code"),
    ("/pipeline", "highest"),
    ("/pipeline/series", "count"),
    ("/findings", "grade"),
    ("/findings/codes", "zh"),
    ("/event-types", "optional"),
    ("/identity/candidates", "score"),
    ("/identity/repairs", "kind"),
];

async fn every_list_can_be_had_as_csv_in_columns_and_in_parts(harness: &Harness) {
    let (program, api) = in_town(harness).await;
    let namesake = "name=甲光学有限公司";
    program.done(&["record", "company", "town:9", "registered", namesake]);
    let because = ["--because", "两家公司"];
    program.done(&[&["identity", "distinct", "town:2", "town:3"], &because[..]].concat());
    program.done(&["pipeline"]);
    let csv = async |path: &str| {
        let request = api.request(Method::GET, &format!("/api/v1{path}"));
        let answer = api.send(request.header("accept", "text/csv")).await.ok();
        assert!(
            answer.header("content-type").starts_with("text/csv"),
            "{path}"
        );
        answer
    };
    for (path, column) in LISTS {
        let whole = csv(&format!("{path}?limit=1000")).await.text;
        let mut reader = csv::Reader::from_reader(whole.as_bytes());
        let header = reader.headers().expect("a header").clone();
        assert!(header.iter().any(|name| name == *column), "{path}");
        let rows: Result<Vec<_>, _> = reader.records().collect();
        let rows = rows.expect("rows").len();
        assert!(rows > 0, "{path}");

        let some = csv(&format!("{path}?fields={column}&limit=1&sort=-{column}")).await;
        let lines = some.text.lines().collect::<Vec<_>>();
        assert_eq!((lines[0], lines.len()), (*column, 2), "{path}");
        assert_eq!(some.header("link").is_empty(), rows == 1, "{path}");

        let json = page(&api, &format!("{path}?limit=1000&fields={column}")).await;
        if let Some(data) = json["data"].as_array() {
            assert_eq!(data.len(), rows, "{path}");
            assert_eq!(json["total"], json!(rows), "{path}");
            let only = |row: &Value| row.as_object().is_some_and(|row| row.len() == 1);
            assert!(
                data.iter()
                    .all(|row| only(row) && row.get(*column).is_some())
            );
        } else {
            let facts = json["facts"].as_array().expect("facts").len();
            assert_eq!(facts, rows, "{path} has its facts as rows");
        }
        for parameter in ["fields", "sort"] {
            let asked = format!("/api/v1{path}?{parameter}=colour");
            let request = api
                .request(Method::GET, &asked)
                .header("accept", "text/csv");
            let answer = api.send(request).await;
            assert_eq!(answer.problem(), "malformed-request", "{asked}");
            assert_eq!(answer.json()["field"], parameter, "{asked}");
        }
    }
}
