//! The service and the command line say the same, figure by figure, of the bundled examples.

use serde_json::{Map, Value, json};

use super::{current, page};
use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;
use crate::support::program::{Program, project};

mod reads_as;

use reads_as::{
    candidate, carrier, cluster, company, event, fact, finding, member, period, stage, stay, text,
};

contract!(every_figure_is_that_of_the_command_line,);

const FILES: [(&str, &str); 4] = [
    (
        "examples/seeds/carriers.csv",
        "examples/seeds/carriers.toml",
    ),
    (
        "examples/seeds/clusters.csv",
        "examples/seeds/clusters.toml",
    ),
    (
        "examples/seeds/companies.csv",
        "examples/seeds/companies.toml",
    ),
    (
        "examples/synthetic/park.csv",
        "examples/synthetic/park.toml",
    ),
];

/// What is asked of both: the command, the address, and how a row of the service reads on the command line.
type Case = (&'static [&'static str], &'static str, fn(&Value) -> Value);

const LISTS: &[Case] = &[
    (&["company", "list"], "/companies", company),
    (
        &[
            "company",
            "list",
            "--ladder",
            "listing-only",
            "--stage",
            "LISTED",
        ],
        "/companies?ladder=listing-only&stage=LISTED",
        company,
    ),
    (&["carrier", "list"], "/carriers", carrier),
    (&["cluster", "list"], "/clusters", cluster),
    (&["pipeline"], "/pipeline", stage),
    (
        &["pipeline", "--ladder", "carrier-roles"],
        "/pipeline?ladder=carrier-roles",
        stage,
    ),
    (
        &["pipeline", "--where", "media-claim=隐形冠军"],
        "/pipeline?where=media-claim=隐形冠军",
        stage,
    ),
    (&["findings"], "/findings", finding),
    (
        &["identity", "candidates", "--min", "50"],
        "/identity/candidates?min=50",
        candidate,
    ),
];

/// What is asked of places, which must be known at the point.
const PLACES: &[Case] = &[
    (
        &["carrier", "show", "synthetic-park"],
        "/carriers/synthetic-park",
        fact,
    ),
    (
        &["carrier", "history", "synthetic-park"],
        "/carriers/synthetic-park/events",
        event,
    ),
    (
        &["carrier", "members", "synthetic-park"],
        "/carriers/synthetic-park/members",
        member,
    ),
    (
        &[
            "carrier",
            "members",
            "synthetic-park",
            "--set",
            "programme",
            "--dates",
            "possible",
        ],
        "/carriers/synthetic-park/members?set=programme&dates=possible",
        member,
    ),
    (
        &["carrier", "series", "synthetic-park", "--dates", "certain"],
        "/carriers/synthetic-park/series?dates=certain",
        period,
    ),
    (
        &[
            "carrier",
            "series",
            "synthetic-park",
            "--set",
            "programme",
            "--by",
            "quarter",
        ],
        "/carriers/synthetic-park/series?set=programme&by=quarter",
        period,
    ),
    (
        &["carrier", "stays", "synthetic-park"],
        "/carriers/synthetic-park/stays",
        stay,
    ),
    (
        &["carrier", "stays", "synthetic-park", "--set", "occupancy"],
        "/carriers/synthetic-park/stays?set=occupancy",
        stay,
    ),
    (
        &["cluster", "show", "tianan-medicine"],
        "/clusters/tianan-medicine",
        fact,
    ),
    (
        &["cluster", "history", "tianan-medicine"],
        "/clusters/tianan-medicine/events",
        event,
    ),
    (
        &["cluster", "members", "synthetic-medicine"],
        "/clusters/synthetic-medicine/members",
        member,
    ),
    (
        &[
            "cluster",
            "series",
            "synthetic-medicine",
            "--from",
            "2015-03-01",
        ],
        "/clusters/synthetic-medicine/series?from=2015-03-01",
        period,
    ),
    (
        &[
            "pipeline",
            "--cluster",
            "synthetic-medicine",
            "--carrier",
            "synthetic-park",
        ],
        "/pipeline?cluster=synthetic-medicine&carrier=synthetic-park",
        stage,
    ),
];

/// What is asked of a company, which must be known at the point.
const COMPANY: &[Case] = &[
    (
        &["company", "show", "synthetic-park:PARK-0001"],
        "/companies/synthetic-park:PARK-0001",
        fact,
    ),
    (
        &["company", "history", "synthetic-park:PARK-0001"],
        "/companies/synthetic-park:PARK-0001/events",
        event,
    ),
];

/// All rows of an address, page by page.
async fn rows(api: &Api, path: &str) -> Vec<Value> {
    let mut all = vec![];
    let mut cursor = String::new();
    loop {
        let sign = if path.contains('?') { '&' } else { '?' };
        let mut body = page(api, &format!("{path}{sign}limit=200{cursor}")).await;
        let name = if body.get("facts").is_some() {
            "facts"
        } else {
            "data"
        };
        match body[name].take() {
            Value::Array(rows) => all.extend(rows),
            other => panic!("{path} gave {other}"),
        }
        match body["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// A point: for the command line, and for the service.
fn at(day: &str, known: Option<&str>) -> (Vec<String>, String) {
    let mut arguments = vec!["--as-of".to_owned(), day.to_owned()];
    let mut parameters = format!("as_of={day}");
    if let Some(known) = known {
        arguments.extend(["--known-at".to_owned(), known.to_owned()]);
        parameters = format!("{parameters}&known_at={known}");
    }
    (arguments, parameters)
}

async fn agree(program: &Program, api: &Api, cases: &[Case], day: &str, known: Option<&str>) {
    let (arguments, parameters) = at(day, known);
    for (command, address, read) in cases {
        let arguments = arguments.iter().map(String::as_str);
        let there = program.rows(&command.iter().copied().chain(arguments).collect::<Vec<_>>());
        let sign = if address.contains('?') { '&' } else { '?' };
        let here = rows(api, &format!("{address}{sign}{parameters}")).await;
        let here: Vec<_> = here.iter().map(read).collect();
        assert_eq!(here.len(), there.len(), "{command:?} {parameters}");
        for (here, there) in here.iter().zip(&there) {
            assert_eq!(here, there, "{command:?} {parameters}");
        }
    }
}

/// The pipeline through the years: here a row for each stage, there a column.
async fn series_agree(program: &Program, api: &Api, day: &str) {
    let there = program.rows(&["pipeline", "--series", "year", "--as-of", day]);
    let mut here: Vec<Map<String, Value>> = vec![];
    for row in rows(api, &format!("/pipeline/series?by=year&as_of={day}")).await {
        if here.last().is_none_or(|last| last["day"] != row["to"]) {
            here.push(Map::from_iter([("day".to_owned(), row["to"].clone())]));
        }
        let last = here.last_mut().expect("a period");
        last.insert(text(&row["stage"]), row["count"].clone());
    }
    assert!(here.len() > 5, "{}", here.len());
    assert_eq!(json!(here), json!(there), "{day}");
}

async fn every_figure_is_that_of_the_command_line(harness: &Harness) {
    let program = Program::over(harness);
    for (file, mapping) in FILES {
        program.import(&project(file), mapping);
    }
    program.done(&["pipeline"]);
    let api = current(harness).await;
    let head = page(&api, "/pipeline").await["position"]
        .as_u64()
        .expect("a position");
    let half = (head / 2).to_string();
    let events = page(&api, "/companies/synthetic-park:PARK-0001/events").await;
    let then = text(&events["data"][0]["known_at"]);
    let census = "2017-02-28";
    for (day, known) in [
        ("2013-06-30", None),
        (census, None),
        ("2023-12-31", None),
        (census, Some(half.as_str())),
        ("2023-12-31", Some(then.as_str())),
    ] {
        agree(&program, &api, LISTS, day, known).await;
        agree(&program, &api, PLACES, day, known).await;
        if known != Some(half.as_str()) {
            agree(&program, &api, COMPANY, day, known).await;
        }
    }
    series_agree(&program, &api, "2023-12-31").await;
    // As of a day before the first import nothing was known: the lists are empty alike.
    agree(&program, &api, LISTS, census, Some("2020-01-01")).await;

    let members = page(
        &api,
        &format!("/carriers/synthetic-park/members?as_of={census}&limit=1"),
    )
    .await;
    assert_eq!(
        members["notes"],
        json!([
            "325 companies",
            "325 of these were made by a generator and are not real."
        ])
    );
}
