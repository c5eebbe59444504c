//! `nianlun record`: carriers and clusters.

use super::{fails, says};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, text};

contract!(
    carriers_and_clusters_are_recorded_by_code,
    a_registration_has_the_code_of_its_reference,
    a_place_that_is_not_recorded_is_refused,
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
    program.done(&[
        "record",
        "carrier",
        "hub-west",
        "registered",
        "name=枢纽西区",
    ]);
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
            "carrier hub has no record",
            "nianlun record carrier hub registered",
        ],
    );
    says(&refused, &["hub-west (枢纽西区)"]);
    let join = ["record", "company", "town:1", "加入集群", "cluster=med"];
    let refused = fails(&program, 4, &join);
    says(&refused, &["nianlun record cluster med declared"]);
    let nobody = "00000000-0000-0000-0000-000000000001";
    let json = format!(r#"{{"on": "2016", "change": {{"graduated": {{"carrier": "{nobody}"}}}}}}"#);
    let graduate = ["record", "company", "town:1", "--json", &json];
    says(&fails(&program, 4, &graduate), &[nobody, "has no record"]);
    let parent = [
        "record",
        "carrier",
        "annex",
        "registered",
        "name=二期",
        "parent=hub",
    ];
    says(&fails(&program, 4, &parent), &["carrier hub has no record"]);

    program.done(&["record", "carrier", "hub", "registered", "name=枢纽"]);
    program.done(&enter);
}
