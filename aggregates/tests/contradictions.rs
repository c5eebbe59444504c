//! Contradictions: refused live with the events that collide, recorded with a reason, recorded in an import.

mod support;

use nianlun_aggregates::company::ApplicationStep::{Accepted, Approved, Paused, TutoringFiled};
use nianlun_aggregates::company::DelistingReason::{Forced, Transfer};
use nianlun_aggregates::company::LegalStatus::{Abnormal, Deregistered, Dormant};
use nianlun_aggregates::company::{Assertion, Capacity, Change, Entity, RecognitionLevel};
use nianlun_aggregates::history::ContradictionKind::{
    ChangeOutsideSpell, EndWithoutStart, ListedWithoutCompany, OpenedAfterDeregistration,
    StartWhileOpen,
};
use nianlun_aggregates::history::{ContradictionKind, Manner, RecordError, Sequence};
use support::*;

/// A live command is refused and names the events; with a reason, and in an import, it is recorded and the events flagged.
#[track_caller]
fn collides(before: &Given, assertion: &Assertion, kind: ContradictionKind, events: &[Sequence]) {
    let expected = [(kind, events)];
    before
        .clone()
        .when(record(assertion.clone()))
        .then_refused(RecordError::Contradicts {
            contradictions: contradictions(expected),
        });
    let outcome = before.clone().when_sent(
        record(assertion.clone()),
        Manner::Despite(text("the lease says so")),
    );
    let [event] = outcome.answer.as_ref().expect("recorded").as_slice() else {
        panic!("one event");
    };
    assert_eq!(event.despite, Some(text("the lease says so")));
    outcome.then_contradictions(expected);
    let outcome = before
        .clone()
        .when_sent(record(assertion.clone()), Manner::Import);
    let [event] = outcome.answer.as_ref().expect("recorded").as_slice() else {
        panic!("one event");
    };
    assert_eq!(event.despite, None);
    outcome.then_contradictions(expected);
}

fn team() -> Given {
    given([on("2000-01-01", registered(Entity::Team))])
}

#[test]
fn it_finds_a_leaving_without_entry() {
    let leaving = on("2018-05-31", left("101"));
    collides(&company([]), &leaving, EndWithoutStart, &[2]);
}

#[test]
fn it_finds_a_leaving_before_the_entry() {
    let before = company([on("2018-06-01", entered("101"))]);
    let leaving = on("2018-05-31", left("101"));
    collides(&before, &leaving, EndWithoutStart, &[3]);
}

#[test]
fn it_finds_a_second_leaving() {
    let before = company([
        on("2016-03-01", entered("101")),
        on("2018-05-31", left("101")),
    ]);
    collides(&before, &on("2018-06-30", left("")), EndWithoutStart, &[4]);
}

#[test]
fn it_finds_an_entry_while_the_same_unit_is_open() {
    let before = company([on("2016-03-01", entered("101"))]);
    let again = on("2017-03-01", entered("101"));
    collides(&before, &again, StartWhileOpen, &[2, 3]);
}

#[test]
fn it_finds_the_entry_that_an_earlier_one_learned_late_collides_with() {
    let before = company([
        on("2017-03-01", entered("101")),
        on("2018-05-31", left("101")),
    ]);
    let earlier = on("2016-03-01", entered("101"));
    collides(&before, &earlier, StartWhileOpen, &[2, 4]);
}

#[test]
fn it_finds_a_delisting_of_what_was_never_listed() {
    let before = company([on("2020-07-27", listed("BSE", "832317"))]);
    let delisting = on("2022-04-26", delisted("STAR", Forced));
    collides(&before, &delisting, EndWithoutStart, &[3]);
}

#[test]
fn it_finds_a_transfer_from_a_board_without_listing() {
    let transfer = on("2022-05-25", transferred("BSE", "STAR"));
    collides(&company([]), &transfer, EndWithoutStart, &[2]);
}

#[test]
fn it_finds_a_second_listing_on_the_market_of_a_merged_board() {
    let before = company([on("2004-08-09", listed("SME", "002030"))]);
    let again = on("2021-04-06", listed("SZSE", "002030"));
    collides(&before, &again, StartWhileOpen, &[2, 3]);
}

#[test]
fn it_finds_a_change_of_area_outside_any_occupancy() {
    let before = company([
        on("2016-03-01", entered("101")),
        on("2018-05-31", left("101")),
    ]);
    for date in ["2016-02-29", "2018-06-01", "2019", "by 2016-02-29"] {
        let change = on(date, area_changed("101", "300 m2"));
        collides(&before, &change, ChangeOutsideSpell, &[4]);
    }
    let elsewhere = on("2017-01-01", area_changed("102", "300 m2"));
    collides(&before, &elsewhere, ChangeOutsideSpell, &[4]);
}

#[test]
fn it_finds_a_code_change_without_listing() {
    let before = company([on("2014-01-24", listed("NEEQ", "430017"))]);
    let change = on("2025-10-09", code_changed("BSE", "920017"));
    collides(&before, &change, ChangeOutsideSpell, &[3]);
}

#[test]
fn it_finds_a_paused_review_without_application() {
    let pause = on("2021-01-01", applied("STAR", Paused));
    collides(&company([]), &pause, ChangeOutsideSpell, &[2]);
}

#[test]
fn it_finds_a_change_of_tier_where_another_tier_was() {
    let before = company([on("2016-03-01", joined("silver"))]);
    let change = on(
        "2018-01-01",
        tier_changed("bronze", "gold", Capacity::Member),
    );
    collides(&before, &change, EndWithoutStart, &[3]);
}

#[test]
fn it_finds_what_opens_after_deregistration() {
    let before = company([on("2018-05-31", status(Deregistered))]);
    for opening in [
        entered("101"),
        incubated("A"),
        joined("gold"),
        applied("STAR", TutoringFiled),
        listed("STAR", "688287"),
        granted("高新技术企业"),
    ] {
        let opening = on("2018-06-01", opening);
        collides(&before, &opening, OpenedAfterDeregistration, &[2, 3]);
    }
}

#[test]
fn it_finds_what_opens_in_the_year_after_a_deregistration_of_some_day_of_a_year() {
    let before = company([on("2018", status(Deregistered))]);
    let opening = on("2019", entered("101"));
    collides(&before, &opening, OpenedAfterDeregistration, &[2, 3]);
}

#[test]
fn it_finds_what_opened_between_deregistration_and_its_lifting() {
    let before = company([
        on("2018-05-31", status(Deregistered)),
        on("2019-05-31", lifted(Some(Deregistered))),
    ]);
    let opening = on("2018-06", entered("101"));
    collides(&before, &opening, OpenedAfterDeregistration, &[2, 4]);
}

#[test]
fn it_finds_shares_of_what_is_no_company() {
    for entity in [Entity::Team, Entity::Branch, Entity::SoleProprietorship] {
        let before = given([on("2000-01-01", registered(entity))]);
        let listing = on("2022-05-25", listed("STAR", "688287"));
        collides(&before, &listing, ListedWithoutCompany, &[1, 2]);
    }
}

#[test]
fn it_finds_shares_of_a_team_before_it_became_a_company() {
    let before = team().and_when(record(on("2023-01-01", incorporated())), Manner::Live);
    let listing = on("2022", listed("STAR", "688287"));
    collides(&before, &listing, ListedWithoutCompany, &[1, 3]);
}

#[test]
fn it_finds_shares_of_a_branch_whatever_was_incorporated() {
    let before = given([
        on("2000-01-01", registered(Entity::Branch)),
        on("2001-01-01", incorporated()),
    ]);
    let listing = on("2022-05-25", listed("STAR", "688287"));
    collides(&before, &listing, ListedWithoutCompany, &[1, 3]);
}

#[test]
fn it_finds_every_contradiction_of_one_command() {
    let all = vec![
        on("2018-05-31", left("101")),
        on("2019-01-01", entered("102")),
        on("2019-02-01", entered("102")),
    ];
    company([])
        .when(nianlun_aggregates::history::Action::Record(all))
        .then_refused(RecordError::Contradicts {
            contradictions: contradictions([(EndWithoutStart, &[2]), (StartWhileOpen, &[3, 4])]),
        });
}

#[test]
fn it_refuses_only_what_a_command_adds() {
    let imported = company([on("2018-05-31", left("101"))]);
    imported
        .when(record(on("2019-01-01", entered("102"))))
        .then_contradictions([(EndWithoutStart, &[2])]);
}

#[test]
fn it_mends_a_contradiction_by_recording_what_was_missing() {
    company([on("2018-05-31", left("101"))])
        .when(record(on("2016", entered("101"))))
        .then_contradictions([]);
}

/// A live command after which nothing contradicts.
#[track_caller]
fn fits(before: impl IntoIterator<Item = Assertion>, assertion: Assertion) {
    company(before)
        .when(record(assertion))
        .then_contradictions([]);
}

#[test]
fn a_deregistration_does_not_contradict_what_may_have_opened_before_it() {
    let gone = || on("2018", status(Deregistered));
    for (date, change) in [
        ("2018-12-31", entered("101")),
        ("2018-12", entered("101")),
        ("by 2020-01-01", entered("101")),
        ("unknown", entered("101")),
        ("2020-01-01", renamed("甲")),
        ("2020-01-01", status(Dormant)),
    ] {
        fits([gone()], on(date, change));
    }
    fits(
        [on("2018-05-31", status(Deregistered))],
        on("2018-05-31", entered("101")),
    );
    fits(
        [on("unknown", status(Deregistered))],
        on("2020-01-01", entered("101")),
    );
}

#[test]
fn a_deregistration_leaves_closings_and_decisions_as_they_are() {
    let before = || {
        [
            on("2016-03-01", entered("101")),
            on("2016-03-01", granted("高新技术企业")),
            on("2018-05-31", status(Deregistered)),
        ]
    };
    fits(before(), on("2019-01-01", left("101")));
    fits(before(), on("2019-01-01", revoked("高新技术企业")));
    fits(before(), on("2019-01-01", area_changed("101", "10 m2")));
}

#[test]
fn what_opens_once_deregistration_is_lifted_does_not_contradict_it() {
    let lifted_in = |date| {
        [
            on("2018-05-31", status(Deregistered)),
            on(date, lifted(Some(Deregistered))),
        ]
    };
    fits(lifted_in("2019-05-31"), on("2019-05-31", entered("101")));
    fits(lifted_in("2019"), on("2019-05-31", entered("101")));
    fits(lifted_in("unknown"), on("2019-05-31", entered("101")));
}

#[test]
fn a_team_may_be_listed_in_the_year_in_which_it_became_a_company() {
    team()
        .and_when(record(on("2022-06-30", incorporated())), Manner::Live)
        .when(record(on("2022", listed("STAR", "688287"))))
        .then_contradictions([]);
}

#[test]
fn an_institution_and_an_unnamed_local_entity_may_be_listed() {
    let group = text("东富龙");
    for entity in [Entity::Institution, Entity::UnnamedLocalEntity { group }] {
        given([on("2000-01-01", registered(entity))])
            .when(record(on("2022-05-25", listed("STAR", "688287"))))
            .then_contradictions([]);
    }
}

#[test]
fn what_is_said_again_of_an_open_label_or_status_or_application_does_not_contradict() {
    fits(
        [on("2016-03-01", granted("高新技术企业"))],
        on("2019-03-01", granted("高新技术企业")),
    );
    fits(
        [on("2016-03-01", status(Abnormal))],
        on("2017-03-01", status(Abnormal)),
    );
    fits(
        [on("2016-03-01", applied("STAR", TutoringFiled))],
        on("2017-03-01", applied("STAR", Accepted)),
    );
    fits(
        [on("2017-03-01", applied("STAR", Approved))],
        on("2017", applied("STAR", TutoringFiled)),
    );
}

#[test]
fn graduating_and_listing_contradict_nothing_where_there_is_nothing_to_end() {
    fits([], on("2016-03-01", graduated("A")));
    fits([], on("2016-03-01", Change::Graduated { carrier: None }));
    fits([], on("2016-03-01", listed("SSE", "603108")));
}

#[test]
fn a_statement_without_its_unit_or_level_finds_the_one_there_is() {
    let national = Change::RecognitionGranted {
        label: text("小巨人"),
        level: Some(RecognitionLevel::National),
        valid_until: None,
    };
    let renewed = Change::RecognitionRenewed {
        label: text("小巨人"),
        level: None,
        valid_until: None,
    };
    fits([on("2019-03-01", national)], on("2022-03-01", renewed));
    fits(
        [on("2016-03-01", entered("101"))],
        on("2017-03-01", area_changed("", "300 m2")),
    );
    fits(
        [on("2016-03-01", entered("101"))],
        on("2017-03-01", moved("", "102")),
    );
    fits(
        [on("2016-03-01", joined("silver"))],
        on("2017-03-01", tier_changed("", "gold", Capacity::Anchor)),
    );
}

#[test]
fn a_transfer_ends_the_listing_that_it_comes_from() {
    fits(
        [on("2020-07-27", listed("BSE", "832317"))],
        on("2022-05-25", transferred("BSE", "STAR")),
    );
    fits(
        [on("2020-07-27", listed("BSE", "832317"))],
        on("2022-04-26", delisted("BSE", Transfer)),
    );
}
