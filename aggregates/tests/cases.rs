//! Lives of companies as sources tell them.

mod support;

use nianlun_aggregates::Day;
use nianlun_aggregates::company::LegalStatus::{Abnormal, Deregistered};
use nianlun_aggregates::company::{Capacity, Change, Entity, Life};
use nianlun_aggregates::history::ContradictionKind::{EndWithoutStart, OpenedAfterDeregistration};
use nianlun_aggregates::history::Manner;
use support::*;

fn day(text: &str) -> i32 {
    text.parse::<Day>().expect(text).number()
}

#[test]
fn a_graduate_keeps_its_room() {
    company([
        on("2014-03-01", entered("101")),
        on("2014-03-01", incubated("A")),
    ])
    .when(record(on("2017-06-30", graduated("A"))))
    .then_contradictions([])
    .then_spells([
        "incubation [2014-03-01, 2017-06-30)",
        "unit 101 [2014-03-01, …)",
    ]);
}

#[test]
fn a_graduation_of_some_day_of_a_year_ends_the_incubation_on_its_last_day() {
    company([on("2014-03-01", incubated("A"))])
        .when(record(on("2017", graduated("A"))))
        .then_spells(["incubation [2014-03-01, 2017-12-31)"]);
}

#[test]
fn a_graduation_ends_the_incubation_it_names_and_no_other() {
    company([
        on("2014-03-01", incubated("A")),
        on("2015-03-01", incubated("B")),
    ])
    .when(record(on("2017-06-30", graduated("B"))))
    .then_contradictions([]);
    let both = company([
        on("2014-03-01", incubated("A")),
        on("2015-03-01", incubated("B")),
    ]);
    let open = |company: &nianlun_aggregates::Company| {
        let life = Life::of(company.timeline());
        let open = life.spells.iter().filter(|spell| spell.closed.is_none());
        open.count()
    };
    let named = both.clone().when(record(on("2017-06-30", graduated("B"))));
    assert_eq!(open(&named.company), 1);
    let unnamed = both.when(record(on(
        "2017-06-30",
        Change::Graduated { carrier: None },
    )));
    assert_eq!(open(&unnamed.company), 0);
}

#[test]
fn an_incubation_that_was_left_in_the_year_of_graduation_is_ended_once() {
    company([
        on("2014-03-01", incubated("A")),
        on("2017", incubation_left("A")),
    ])
    .when(record(on("2017-06-30", graduated("A"))))
    .then_contradictions([])
    .then_spells(["incubation [2014-03-01, 2017-06-30)"]);
}

#[test]
fn a_deregistration_learned_late_names_the_entry_after_it_and_not_those_before() {
    company([
        on("2014-03-01", entered("101")),
        on("2018-05-30", incubated("A")),
        on("2019-01-01", entered("102")),
    ])
    .when_sent(
        record(on("2018-05-31", status(Deregistered))),
        Manner::Import,
    )
    .then_contradictions([(OpenedAfterDeregistration, &[4, 5])])
    .then_spells([
        "deregistered [2018-05-31, …)",
        "incubation [2018-05-30, …)",
        "unit 101 [2014-03-01, …)",
        "unit 102 [2019-01-01, …)",
    ]);
}

#[test]
fn a_leaving_without_entry_is_a_spell_with_unknown_start() {
    let outcome = company([]).when_sent(
        record(on("2018-05-31", left("101"))),
        Manner::Despite(text("on the list of leavers")),
    );
    let outcome = outcome
        .then_contradictions([(EndWithoutStart, &[2])])
        .then_spells(["unit 101 [-, 2018-05-31)"]);
    let life = Life::of(outcome.company.timeline());
    let left = day("2018-05-31");
    assert_eq!(life.spells[0].placed(), Some((left, Some(left))));
    assert!(!life.spells[0].holds_on(left) && !life.spells[0].holds_on(left - 1));
}

#[test]
fn a_leaving_without_unit_and_entry_is_a_spell_too() {
    company([on("2018-05-31", left("")), on("2018", quit(""))])
        .when_read()
        .then_contradictions([(EndWithoutStart, &[2]), (EndWithoutStart, &[3])])
        .then_spells(["unit [-, 2018-05-31)", "tier [-, 2018-12-31)"]);
}

#[test]
fn an_entry_found_later_opens_the_spell_that_was_left() {
    company([on("2018-05-31", left(""))])
        .when(record(on("2016-03-01", entered("101"))))
        .then_contradictions([])
        .then_spells(["unit 101 [2016-03-01, 2018-05-31)"]);
}

#[test]
fn an_unnamed_local_entity_is_not_lifted_by_its_listed_group() {
    let entity = Entity::UnnamedLocalEntity {
        group: text("达安基因"),
    };
    let linked = Change::GroupLinked {
        group: text("达安基因"),
        relation: text("子公司"),
    };
    given([on("2016", registered(entity.clone()))])
        .when(record(on("2016", linked)))
        .then_contradictions([])
        .then_spells(["group 达安基因 [2016-01-01, …)"])
        .then_holds([]);
    let given = given([on("2016", registered(entity.clone()))]);
    assert_eq!(
        Life::of(given.company.timeline()).entities(),
        [(None, entity, 1)]
    );
}

#[test]
fn a_team_becomes_a_company_on_the_day_it_is_formed() {
    let outcome = given([
        on("2014-01-01", registered(Entity::Team)),
        on("2014-01-15", entered("101")),
    ])
    .when(record(on("2015-06-01", incorporated())))
    .then_contradictions([])
    .then_spells(["unit 101 [2014-01-15, …)"]);
    assert_eq!(
        Life::of(outcome.company.timeline()).entities(),
        [
            (None, Entity::Team, 1),
            (Some(day("2015-06-01")), Entity::Company, 3)
        ]
    );
    outcome
        .company
        .decide(&nianlun_aggregates::history::Command {
            action: record(on("2015-06-01", listed("OTC", ""))),
            manner: Manner::Live,
        })
        .expect("a company can be listed");
}

#[test]
fn a_company_stays_one_when_its_forming_is_told() {
    let given = company([on("1999-06-01", incorporated())]);
    assert_eq!(
        Life::of(given.company.timeline()).entities(),
        [(None, Entity::Company, 1)]
    );
}

#[test]
fn two_tiers_at_once_are_two_spells() {
    company([
        on("2016-03-01", joined("gold")),
        on("2016-03-01", joined("council")),
    ])
    .when(record(on("2018-05-31", quit("gold"))))
    .then_contradictions([])
    .then_spells([
        "tier council [2016-03-01, …)",
        "tier gold [2016-03-01, 2018-05-31)",
    ]);
}

#[test]
fn a_change_of_tier_passes_on_one_day() {
    company([on("2016-03-01", joined("gold"))])
        .when(record(on(
            "2018",
            tier_changed("gold", "council", Capacity::Anchor),
        )))
        .then_spells([
            "tier council [2018-01-01, …)",
            "tier gold [2016-03-01, 2018-01-01)",
        ]);
}

#[test]
fn a_change_of_capacity_within_a_tier_keeps_the_spell() {
    company([on("2016-03-01", joined("gold"))])
        .when(record(on(
            "2018-01-01",
            tier_changed("gold", "gold", Capacity::Anchor),
        )))
        .then_contradictions([])
        .then_spells(["tier gold [2016-03-01, …) +1"]);
}

#[test]
fn a_label_granted_again_is_one_spell_until_it_is_revoked() {
    company([
        on("2016-03-01", granted("高新技术企业")),
        on("2019-03-01", granted("高新技术企业")),
        on("2020", revoked("高新技术企业")),
        on("2022-03-01", granted("高新技术企业")),
    ])
    .when_read()
    .then_contradictions([])
    .then_spells([
        "label 高新技术企业 [2016-03-01, 2020-12-31) +1",
        "label 高新技术企业 [2022-03-01, …)",
    ]);
}

#[test]
fn restoring_without_a_status_lifts_every_status() {
    company([
        on("2016-03-01", status(Abnormal)),
        on("2016-05-01", status(Abnormal)),
        on("2017-03-01", status(Deregistered)),
    ])
    .when(record(on("2018-05-31", lifted(None))))
    .then_contradictions([])
    .then_spells([
        "abnormal [2016-03-01, 2018-05-31) +1",
        "deregistered [2017-03-01, 2018-05-31)",
    ]);
}

#[test]
fn a_label_granted_on_the_day_of_its_revocation_is_a_new_spell() {
    company([
        on("2016-03-01", granted("瞪羚")),
        on("2018-05-31", revoked("瞪羚")),
    ])
    .when(record(on("2018-05-31", granted("瞪羚"))))
    .then_spells([
        "label 瞪羚 [2016-03-01, 2018-05-31)",
        "label 瞪羚 [2018-05-31, …)",
    ]);
}
