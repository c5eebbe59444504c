//! Teams, companies and what else a record is about.

use nianlun_projections::kind;

use crate::support::words::{T_SPACE, company, incorporated, seed, team};
use crate::support::{NOW, On, given};

#[test]
fn a_team_that_becomes_a_company_changes_its_unit_and_not_its_stage() {
    let team = given([
        team().on("2012-01-05"),
        seed(T_SPACE).on("2012-02-01"),
        incorporated(Some("重庆甲科技有限公司")).on("2012-09-01"),
    ]);
    team.then(
        kind::ENTITY,
        NOW,
        &["2012-01-05..2012-09-01 team", "2012-09-01.. company"],
    );
    team.at("2012-08-31", NOW).then(kind::NAME, &["甲"]);
    team.at("2012-09-01", NOW)
        .then(kind::NAME, &["重庆甲科技有限公司"]);
    let units: Vec<_> = team
        .known(NOW)
        .into_iter()
        .filter(|fact| fact.kind == kind::STAGE && fact.key == "zero-one-n")
        .map(|fact| format!("{} {}", fact.part, fact.value))
        .collect();
    assert_eq!(units, ["company SEED", "team PROSPECT", "team SEED"]);
}

#[test]
fn a_team_that_became_a_company_on_an_unknown_day_is_a_company_on_no_day() {
    given([team().on("2012-01-05"), incorporated(None).on("unknown")]).then(
        kind::ENTITY,
        NOW,
        &["2012-01-05.. team", "undated company"],
    );
}

#[test]
fn being_formed_tells_of_a_company_only_the_day() {
    given([
        company().on("2012-01-05"),
        incorporated(None).on("2010-01-05"),
    ])
    .then(kind::ENTITY, NOW, &["2010-01-05.. company"]);
}

#[test]
fn a_team_is_formed_once_whichever_record_of_it_came_first() {
    let plain = || incorporated(None).on("2012-09-01");
    let named = || incorporated(Some("重庆甲科技有限公司")).on("2012-09-01");
    let later = || incorporated(None).on("2013-01-01");
    let orders = [
        [plain(), named(), later()],
        [later(), named(), plain()],
        [named(), later(), plain()],
    ];
    for order in orders {
        let spec = given([vec![team().on("2012-01-05")], order.to_vec()].concat());
        spec.then(
            kind::ENTITY,
            NOW,
            &["2012-01-05..2012-09-01 team", "2012-09-01.. company"],
        );
    }
}
