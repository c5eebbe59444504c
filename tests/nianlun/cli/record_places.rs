//! `nianlun record`: carriers and clusters.

use super::{aligned, fails, says};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, text};

contract!(
    carriers_and_clusters_are_recorded_by_code,
    a_registration_has_the_code_of_its_reference,
    a_place_that_is_not_recorded_is_refused,
    a_carrier_and_a_cluster_have_histories,
);

async fn carriers_and_clusters_are_recorded_by_code(harness: &Harness) {
    let program = Program::over(harness);
    let carrier = |args: &[&str]| program.done(&[&["record", "carrier"], args].concat());
    let out = carrier(&["park", "registered", "name=天安数码城", "--on", "2011"]);
    says(&out, &["carrier/", "/1  log position 1"]);
    carrier(&[
        "t-space",
        "Registered",
        "name=T+SPACE",
        "types=seed-nursery",
        "types=众创空间",
        "parent=park",
        "--on",
        "2013",
    ]);
    carrier(&[
        "t-space",
        "授级",
        "level=国家级",
        "basis=备案",
        "--on",
        "2015-06",
    ]);
    carrier(&["t-space", "alias-added", "alias=众创基地", "--on", "2013"]);
    carrier(&[
        "park",
        "figure-reported",
        "metric=talents",
        "quantity=> 4500 persons",
        "--on",
        "by 2017-02-28",
    ]);

    let list = program.rows(&["carrier", "list", "--as-of", "2016-01-01"]);
    assert_eq!(list.len(), 2);
    let space = list
        .iter()
        .find(|row| text(row, "code") == "t-space")
        .expect("listed");
    assert_eq!(
        (text(space, "name"), text(space, "parent")),
        ("T+SPACE", "天安数码城")
    );
    says(&space["levels"].to_string(), &["national", "filed"]);
    says(text(space, "types"), &["seed-nursery", "maker-space"]);
    assert_eq!(space["aliases"][0], "众创基地");

    let cluster = |args: &[&str]| program.done(&[&["record", "cluster"], args].concat());
    for (code, declared, name) in [
        ("med", "declared", "name=精准医疗"),
        ("it", "Declared", "name=电子信息"),
        ("trade", "设立", "name=跨境电商"),
    ] {
        cluster(&[code, declared, name, "--on", "2014"]);
    }
    cluster(&["trade", "renamed", "name=现代服务", "--on", "2016"]);
    cluster(&["it", "--retract", "1", "--because", "declared by mistake"]);
    let names = |day| {
        let list = program.rows(&["cluster", "list", "--as-of", day]);
        let mut names: Vec<_> = list
            .iter()
            .map(|row| text(row, "name").to_owned())
            .collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names("2015-01-01"), ["精准医疗", "跨境电商"]);
    assert_eq!(names("2017-01-01"), ["现代服务", "精准医疗"]);
}

async fn a_registration_has_the_code_of_its_reference(harness: &Harness) {
    let program = Program::over(harness);
    let refused = fails(
        &program,
        2,
        &[
            "record",
            "carrier",
            "hub",
            "registered",
            "code=annex",
            "name=x",
        ],
    );
    says(&refused, &["code", "hub"]);
    let refused = fails(
        &program,
        2,
        &["record", "cluster", "Med", "declared", "name=x"],
    );
    says(&refused, &["\"Med\"", "lower-case"]);
    program.done(&[
        "record",
        "carrier",
        "hub",
        "registered",
        "code=hub",
        "name=枢纽",
    ]);
    let again = fails(
        &program,
        4,
        &["record", "carrier", "hub", "registered", "name=其他"],
    );
    says(&again, &["already registered by event 1"]);
    let event = fails(&program, 2, &["record", "carrier", "hub", "graduated"]);
    says(&event, &["no such event", "level-granted (授级)"]);
}

async fn a_place_that_is_not_recorded_is_refused(harness: &Harness) {
    let program = Program::over(harness);
    program.done(&["record", "company", "town:1", "registered", "name=甲"]);
    let enter = [
        "record",
        "company",
        "town:1",
        "入驻",
        "carrier=hub",
        "--on",
        "2016",
    ];
    let refused = fails(&program, 4, &enter);
    says(
        &refused,
        &[
            "\"hub\"",
            "nianlun carrier list",
            "nianlun record carrier hub",
        ],
    );
    let join = ["record", "company", "town:1", "加入集群", "cluster=med"];
    let refused = fails(&program, 4, &join);
    says(&refused, &["\"med\"", "nianlun record cluster med"]);
    let nobody = "00000000-0000-0000-0000-000000000001";
    let json = format!(r#"{{"on": "2016", "change": {{"graduated": {{"carrier": "{nobody}"}}}}}}"#);
    let graduate = ["record", "company", "town:1", "--json", &json];
    says(
        &fails(&program, 4, &graduate),
        &[nobody, "nianlun carrier list"],
    );
    let parent = [
        "record",
        "carrier",
        "annex",
        "registered",
        "name=二期",
        "parent=hub",
    ];
    says(
        &fails(&program, 4, &parent),
        &["\"hub\"", "nianlun carrier list"],
    );

    program.done(&["record", "carrier", "hub", "registered", "name=枢纽"]);
    program.done(&enter);
}

async fn a_carrier_and_a_cluster_have_histories(harness: &Harness) {
    let program = Program::over(harness);
    let places = [
        ("carrier", "hub", "registered"),
        ("cluster", "med", "declared"),
    ];
    for (what, code, event) in places {
        let record = |args: &[&str]| program.done(&[&["record", what, code], args].concat());
        record(&[event, "name=甲", "--on", "2014"]);
        record(&["renamed", "name=乙", "--on", "2016"]);
        record(&[
            "更名",
            "name=乙",
            "--on",
            "2017",
            "--correct",
            "2",
            "--because",
            "slip",
        ]);
        let rows = program.rows(&[what, "history", code]);
        let said: Vec<_> = rows
            .iter()
            .map(|row| (text(row, "on"), text(row, "superseded_by")))
            .collect();
        assert_eq!(said, [("2014", ""), ("2016", "#3"), ("2017", "")]);
        let unknown = fails(&program, 2, &[what, "history", "fog"]);
        says(&unknown, &["\"fog\"", "list"]);
        aligned(&program.done(&[what, "history", code, "--lang", "zh"]));
    }
}
