//! `nianlun carrier`

use super::town::town;
use super::{aligned, fails, says};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{count, text};

contract!(
    carriers_are_listed_with_those_who_are_there,
    members_series_and_stays_are_those_of_the_set,
    an_unknown_carrier_is_refused_with_those_that_resemble_it,
);

async fn carriers_are_listed_with_those_who_are_there(harness: &Harness) {
    let program = town(harness);
    let list = program.rows(&["carrier", "list", "--as-of", "2018-12-31"]);
    let find = |code: &str| {
        list.iter()
            .find(|row| text(row, "code") == code)
            .expect("listed")
    };
    assert_eq!(list.len(), 2);
    let hub = find("hub");
    assert_eq!(
        (text(hub, "name"), count(hub, "tenants")),
        ("枢纽园区", 2),
        "乙 and the branch"
    );
    assert_eq!(count(hub, "programmes"), 1, "the team");
    assert_eq!(hub["aliases"][0], "枢纽");
    let annex = find("annex");
    assert_eq!(
        (text(annex, "parent"), count(annex, "tenants")),
        ("枢纽园区", 0)
    );
    for lang in ["zh", "en"] {
        aligned(&program.done(&["--lang", lang, "carrier", "list"]));
    }
}

async fn members_series_and_stays_are_those_of_the_set(harness: &Harness) {
    let program = town(harness);
    let carrier = |args: &[&str]| program.rows(&[&["carrier"], args].concat());

    let members = carrier(&["members", "hub", "--as-of", "2018-12-31"]);
    let mut names: Vec<_> = members.iter().map(|row| text(row, "name")).collect();
    names.sort_unstable();
    assert_eq!(names, ["乙物流有限公司", "己分公司"]);
    let programme = [
        "members",
        "枢纽",
        "--set",
        "programme",
        "--as-of",
        "2016-12-31",
    ];
    let incubated = carrier(&programme);
    assert_eq!(incubated.len(), 1, "by another name of the carrier");
    assert_eq!(text(&incubated[0], "name"), "甲光学有限公司");

    let series = carrier(&["series", "hub", "--as-of", "2020-12-31"]);
    let figures: Vec<_> = series
        .iter()
        .map(|row| {
            (
                &text(row, "day")[..4],
                count(row, "companies"),
                count(row, "arrivals"),
                count(row, "departures"),
            )
        })
        .collect();
    let expected = [
        ("2016", 2, 2, 0),
        ("2017", 2, 0, 0),
        ("2018", 2, 0, 0),
        ("2019", 1, 0, 2),
        ("2020", 1, 0, 0),
    ];
    assert_eq!(
        figures, expected,
        "辛 departs without ever having been there"
    );
    let monthly = [
        "series",
        "hub",
        "--set",
        "programme",
        "--by",
        "month",
        "--from",
        "2017-01-01",
        "--as-of",
        "2017-03-31",
    ];
    let inside: Vec<_> = carrier(&monthly)
        .iter()
        .map(|row| count(row, "companies"))
        .collect();
    assert_eq!(inside, [1, 0, 0]);

    let stays = carrier(&["stays", "hub", "--as-of", "2020-12-31"]);
    let line = |row: &serde_json::Value| {
        (
            text(row, "ended").to_owned(),
            count(row, "spells"),
            text(row, "median_days").to_owned(),
        )
    };
    // 2015-02-01 to 2017-02-01, over a leap year.
    assert_eq!(
        stays.iter().map(line).collect::<Vec<_>>(),
        [("graduated".to_owned(), 1, "731".to_owned())]
    );
    let occupancies = carrier(&[
        "stays",
        "hub",
        "--set",
        "occupancy",
        "--as-of",
        "2020-12-31",
    ]);
    let days: Vec<_> = occupancies
        .iter()
        .map(|row| text(row, "max_days"))
        .collect();
    assert!(days.contains(&"1095"), "three years of A101: {days:?}");
    let left_out: u64 = occupancies.iter().map(|row| count(row, "left_out")).sum();
    assert_eq!(left_out, 1, "nobody knows how long 辛 was there");
}

async fn an_unknown_carrier_is_refused_with_those_that_resemble_it(harness: &Harness) {
    let program = town(harness);
    for command in ["members", "series", "stays"] {
        let refused = fails(&program, 2, &["carrier", command, "fog"]);
        says(&refused, &["no carrier \"fog\"", "nianlun carrier list"]);
    }
    let refused = fails(&program, 2, &["carrier", "members", "园区"]);
    says(
        &refused,
        &["\"园区\"", "hub (枢纽园区)", "annex (枢纽园区二期)"],
    );
}
