//! `nianlun cluster`

use super::town::town;
use super::{aligned, fails, says};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, count, text};

contract!(
    a_cluster_has_members_tiers_and_years,
    an_unknown_cluster_is_refused_with_those_that_resemble_it,
);

const FIRM: &str = "town:3";

/// 丙 is a member from 2017-05-01; here it becomes a gold member on 2018-06-01 and leaves on 2020-02-29.
fn with_tiers(harness: &Harness) -> Program {
    let program = town(harness);
    let cluster = |args: &[&str]| program.done(&[&["record", "cluster", "optics"], args].concat());
    cluster(&[
        "tier-declared",
        "tier=gold",
        "name=金牌",
        "--on",
        "2018-01-01",
    ]);
    cluster(&[
        "tier-renamed",
        "tier=gold",
        "name=黄金",
        "--on",
        "2019-01-01",
    ]);
    let company = |args: &[&str]| program.done(&[&["record", "company", FIRM], args].concat());
    company(&[
        "membership-tier-changed",
        "cluster=optics",
        "to=gold",
        "--on",
        "2018-06-01",
    ]);
    company(&["退出集群", "cluster=optics", "--on", "2020-02-29"]);
    program
}

async fn a_cluster_has_members_tiers_and_years(harness: &Harness) {
    let program = with_tiers(harness);
    let members = |day| program.rows(&["cluster", "members", "optics", "--as-of", day]);
    assert_eq!(members("2017-04-30").len(), 0);
    assert_eq!(text(&members("2018-05-31")[0], "part"), "");
    assert_eq!(text(&members("2018-06-01")[0], "part"), "金牌");
    let later = members("2019-06-01");
    assert_eq!(later.len(), 1);
    assert_eq!(text(&later[0], "name"), "丙激光有限公司");
    assert_eq!(
        text(&later[0], "part"),
        "黄金",
        "the tier's name of that day"
    );
    assert_eq!(members("2020-02-29").len(), 0, "an end counts on its day");

    let list = program.rows(&["cluster", "list", "--as-of", "2019-06-01"]);
    assert_eq!(list.len(), 1);
    assert_eq!(count(&list[0], "companies"), 1);
    assert_eq!(list[0]["tiers"][0], "黄金 1");

    let series = program.rows(&["cluster", "series", "光电集群", "--as-of", "2020-12-31"]);
    let companies: Vec<_> = series.iter().map(|row| count(row, "companies")).collect();
    assert_eq!(companies, [1, 1, 1, 0], "2017 to 2020");
    for lang in ["zh", "en"] {
        aligned(&program.done(&["--lang", lang, "cluster", "series", "optics"]));
        aligned(&program.done(&["--lang", lang, "cluster", "list"]));
    }
}

async fn an_unknown_cluster_is_refused_with_those_that_resemble_it(harness: &Harness) {
    let program = town(harness);
    for command in ["members", "series"] {
        let refused = fails(&program, 2, &["cluster", command, "hub"]);
        says(&refused, &["no cluster \"hub\"", "nianlun cluster list"]);
    }
    let refused = fails(&program, 2, &["cluster", "members", "OPT"]);
    says(&refused, &["\"OPT\"", "optics (光电集群)"]);
}
