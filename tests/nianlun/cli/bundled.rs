//! The bundled examples, against what the first seed document says and what the generator promises.

use std::collections::BTreeSet;

use nianlun::query::Point;
use nianlun::store::{FactQuery, KnownAt, Valid};
use nianlun_aggregates::Quantity;
use nianlun_projections::{Subject, kind};
use serde_json::Value;

use super::{aligned, says};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, count, project, sum, text};

contract!(the_examples_meet_the_figures_of_the_first_document);

/// By this day all is true that the first document says.
const CENSUS: &str = "2017-02-28";

/// Files with their mappings and rows, in the order in which they refer to each other.
const FILES: &[(&str, &str, &str)] = &[
    (
        "examples/seeds/carriers.csv",
        "examples/seeds/carriers.toml",
        "67 rows",
    ),
    (
        "examples/seeds/clusters.csv",
        "examples/seeds/clusters.toml",
        "12 rows",
    ),
    (
        "examples/seeds/companies.csv",
        "examples/seeds/companies.toml",
        "22 rows",
    ),
    (
        "examples/synthetic/park.csv",
        "examples/synthetic/park.toml",
        " rows",
    ),
];

async fn the_examples_meet_the_figures_of_the_first_document(harness: &Harness) {
    let program = Program::over(harness);
    for (file, mapping, rows) in FILES {
        let summary = program.import(&project(file), mapping);
        says(&summary, &[rows, "0 row errors, 0 notices"]);
    }
    let events = harness.number("SELECT count(*) FROM events").await;
    for (file, mapping, _) in FILES {
        let summary = program.import(&project(file), mapping);
        says(&summary, &["0 events recorded, 0 new subjects"]);
    }
    assert_eq!(harness.number("SELECT count(*) FROM events").await, events);

    the_park_has_the_headlines(&program);
    talents_sum_up(harness).await;
    the_seeds_are_there(&program);
    what_is_made_up_says_so(&program);
}

fn the_park_has_the_headlines(program: &Program) {
    let asked = |args: &[&str]| program.rows(&[args, &["--as-of", CENSUS]].concat());
    let park = ["pipeline", "--carrier", "synthetic-park"];
    let on = |rows: &[Value], stage: &str| {
        let row = rows.iter().find(|row| text(row, "stage") == stage);
        count(row.expect("the stage"), "companies")
    };

    let members = asked(&["carrier", "members", "synthetic-park"]);
    let companies: BTreeSet<_> = members.iter().map(|row| text(row, "id")).collect();
    assert_eq!(companies.len(), 325);
    let pipeline = asked(&park);
    assert_eq!(sum(&pipeline, "companies"), 325);
    assert_eq!(on(&pipeline, "PRE_IPO"), 4);

    let roles = asked(&[&park[..], &["--ladder", "carrier-roles"]].concat());
    assert_eq!(on(&roles, "HEADQUARTERS"), 3);
    let stage = ["--ladder", "carrier-roles", "--stage", "总部基地"];
    let listed = asked(&[&["company", "list"], &stage[..]].concat());
    let headquarters: Vec<_> = listed
        .iter()
        .filter(|row| companies.contains(text(row, "id")))
        .map(|row| text(row, "entity"))
        .collect();
    assert_eq!(headquarters, ["unnamed_local_entity"; 3]);

    let champions = asked(&[&park[..], &["--where", "media-claim=隐形冠军"]].concat());
    assert_eq!(sum(&champions, "companies"), 6);
    let clusters = asked(&["cluster", "list"]);
    let made_up = clusters
        .iter()
        .filter(|row| text(row, "code").starts_with("synthetic-"));
    let sizes: Vec<_> = made_up.map(|row| count(row, "companies")).collect();
    assert_eq!(sizes.len(), 4);
    assert!(sizes.iter().all(|size| *size > 0), "{sizes:?}");

    let years = asked(&[
        "carrier",
        "series",
        "synthetic-park",
        "--from",
        "2016-01-01",
    ]);
    assert_eq!(text(&years[0], "day"), "2016-12-31");
    assert!(count(&years[0], "arrivals") > 100, "newcomers of 2016");
    assert_eq!(count(&years[1], "companies"), 325);
}

/// No command sums figures yet: they are read as `company show` reads them, for all companies at once.
async fn talents_sum_up(harness: &Harness) {
    let store = harness.open().await;
    let point = Point {
        day: CENSUS.parse().expect("a day"),
        known: KnownAt::Latest,
    };
    let query = FactQuery {
        keys: vec!["talents".to_owned()],
        ..point.asking(Subject::Company, &[kind::FIGURE], Valid::Any)
    };
    let figures = store.facts(&query).await.expect("figures");
    store.close().await;
    assert_eq!(figures.len(), 325, "one of each company");
    let talents: i64 = figures
        .iter()
        .map(|figure| {
            let quantity: Quantity = figure.value.parse().expect("a quantity");
            let amount = quantity.to_string();
            amount
                .trim_end_matches(" persons")
                .parse::<i64>()
                .expect("persons")
        })
        .sum();
    assert!(talents > 4500, "{talents}");
}

fn the_seeds_are_there(program: &Program) {
    let carriers = program.rows(&["carrier", "list", "--as-of", "2023-07-26"]);
    let real: Vec<_> = carriers
        .iter()
        .filter(|row| !text(row, "code").starts_with("synthetic-"))
        .collect();
    assert_eq!(real.len(), 40, "examples/seeds/README.md");
    let clusters = program.rows(&["cluster", "list", "--as-of", CENSUS]);
    let mut names: Vec<_> = clusters
        .iter()
        .filter(|row| text(row, "code").starts_with("tianan-"))
        .map(|row| text(row, "name"))
        .collect();
    names.sort_unstable();
    let mut expected = ["节能环保", "精准医疗", "电子信息", "跨境电子商务"];
    expected.sort_unstable();
    assert_eq!(names, expected);

    // The four listed groups that came: none of their local entities is listed.
    let listed = program.rows(&["company", "list", "--stage", "LISTED", "--as-of", CENSUS]);
    assert!(listed.is_empty(), "{listed:?}");
    let members = program.rows(&["cluster", "members", "tianan-medicine", "--as-of", CENSUS]);
    let names: BTreeSet<_> = members.iter().map(|row| text(row, "name")).collect();
    let expected = [
        "迪威纳生物科技有限公司",
        "东富龙科技",
        "迪安诊断",
        "达安基因",
        "润达医疗",
    ];
    assert_eq!(names, expected.into());
    let one = program.rows(&["cluster", "members", "现代服务", "--as-of", CENSUS]);
    assert!(one.is_empty(), "the fourth cluster by its third name");
}

fn what_is_made_up_says_so(program: &Program) {
    let note = "made by a generator";
    let made_up = ["company", "show", "synthetic-park:PARK-0001"];
    let commands: [&[&str]; 5] = [
        &["pipeline", "--as-of", CENSUS],
        &["company", "list", "--as-of", CENSUS],
        &[
            "cluster",
            "members",
            "synthetic-medicine",
            "--as-of",
            CENSUS,
        ],
        &made_up,
        &["company", "history", "synthetic-park:PARK-0001"],
    ];
    for command in commands {
        let out = program.done(command);
        aligned(&out);
        says(&out, &[note]);
    }
    for command in [
        ["company", "show", "迪威纳"],
        ["cluster", "members", "tianan-medicine"],
    ] {
        assert!(!program.done(&command).contains(note), "{command:?}");
    }
}
