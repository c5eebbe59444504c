//! Taking events back: one test per refusal, and what comes back with them.

mod support;

use nianlun_aggregates::company::LegalStatus::Deregistered;
use nianlun_aggregates::history::ContradictionKind::{
    ChangeOutsideSpell, EndWithoutStart, OpenedAfterDeregistration, StartWhileOpen,
};
use nianlun_aggregates::history::{Manner, RetractError};
use support::*;

fn tenant() -> Given {
    company([
        on("2016-03-01", entered("101")),
        on("2018-05-31", left("101")),
    ])
}

#[test]
fn it_takes_an_event_back() {
    tenant()
        .when(retraction(3))
        .then([taken_back(3)])
        .then_spells(["unit 101 [2016-03-01, …)"]);
}

#[test]
fn it_refuses_to_retract_an_event_that_does_not_exist() {
    for target in [0, 4, u64::MAX] {
        tenant()
            .when(retraction(target))
            .then_refused(RetractError::NoSuchEvent { target, last: 3 });
    }
}

#[test]
fn it_refuses_to_retract_twice() {
    tenant()
        .and_retracted(3)
        .when(retraction(3))
        .then_refused(RetractError::Superseded { target: 3, by: 4 });
}

#[test]
fn it_refuses_to_retract_what_was_corrected() {
    tenant()
        .and_corrected(3, on("2019-05-31", left("101")))
        .when(retraction(3))
        .then_refused(RetractError::Superseded { target: 3, by: 4 });
}

#[test]
fn it_restores_the_words_before_a_correction() {
    tenant()
        .and_corrected(3, on("2019-05-31", left("101")))
        .and_corrected(4, on("2020-05-31", left("101")))
        .when(retraction(5))
        .then_spells(["unit 101 [2016-03-01, 2019-05-31)"]);
}

#[test]
fn it_restores_an_event_by_retracting_its_retraction() {
    tenant()
        .and_retracted(3)
        .when(retraction(4))
        .then([taken_back(4)])
        .then_spells(["unit 101 [2016-03-01, 2018-05-31)"]);
}

#[test]
fn it_refuses_to_retract_what_others_stand_on_and_lists_them() {
    company([
        on("2016-03-01", entered("101")),
        on("2017-03-01", area_changed("101", "300 m2")),
        on("2018-05-31", left("101")),
    ])
    .when(retraction(2))
    .then_refused(RetractError::StoodOn {
        target: 2,
        dependents: vec![4],
        contradictions: contradictions([(EndWithoutStart, &[4])]),
    });
    company([
        on("2016-03-01", entered("101")),
        on("2017-03-01", area_changed("101", "300 m2")),
    ])
    .when(retraction(2))
    .then_refused(RetractError::StoodOn {
        target: 2,
        dependents: vec![3],
        contradictions: contradictions([(ChangeOutsideSpell, &[3])]),
    });
}

#[test]
fn it_names_the_later_of_two_entries_as_standing_on_the_leaving_between_them() {
    company([
        on("2020-01-01", entered("101")),
        on("2016-03-01", entered("101")),
        on("2018-05-31", left("101")),
    ])
    .when(retraction(4))
    .then_refused(RetractError::StoodOn {
        target: 4,
        dependents: vec![2],
        contradictions: contradictions([(StartWhileOpen, &[2, 3])]),
    });
}

#[test]
fn it_retracts_with_all_that_stands_on_it() {
    company([
        on("2016-03-01", entered("101")),
        on("2018-05-31", moved("101", "102")),
        on("2019-05-31", moved("102", "103")),
        on("2017-01-01", entered("201")),
    ])
    .when(retraction_with_dependents(2))
    .then([taken_back(2), taken_back(3), taken_back(4)])
    .then_contradictions([])
    .then_spells(["unit 201 [2017-01-01, …)"]);
}

#[test]
fn it_retracts_the_corrected_words_and_the_first_words_of_what_stands_on_it() {
    tenant()
        .and_corrected(3, on("2019-05-31", left("101")))
        .when(retraction_with_dependents(2))
        .then([taken_back(2), taken_back(4), taken_back(3)])
        .then_spells([]);
}

#[test]
fn it_retracts_no_dependents_where_there_are_none() {
    tenant()
        .when(retraction_with_dependents(3))
        .then([taken_back(3)]);
}

#[test]
fn it_never_retracts_with_the_dependents_what_the_retraction_restores() {
    company([
        on("2016-03-01", entered("101")),
        on("2018-05-31", status(Deregistered)),
    ])
    .and_retracted(3)
    .and_when(record(on("2019-01-01", entered("102"))), Manner::Live)
    .when(retraction_with_dependents(4))
    .then([taken_back(4), taken_back(5)])
    .then_contradictions([])
    .then_spells(["deregistered [2018-05-31, …)", "unit 101 [2016-03-01, …)"]);
}

#[test]
fn it_refuses_to_restore_what_contradicts_by_itself() {
    company([on("2018-05-31", left("101"))])
        .and_retracted(2)
        .when(retraction_with_dependents(3))
        .then_refused(RetractError::StoodOn {
            target: 3,
            dependents: vec![],
            contradictions: contradictions([(EndWithoutStart, &[2])]),
        });
}

#[test]
fn it_refuses_to_restore_a_deregistration_before_later_entries() {
    company([on("2018-05-31", status(Deregistered))])
        .and_retracted(2)
        .and_when(record(on("2019-01-01", entered("101"))), Manner::Live)
        .when(retraction(3))
        .then_refused(RetractError::StoodOn {
            target: 3,
            dependents: vec![4],
            contradictions: contradictions([(OpenedAfterDeregistration, &[2, 4])]),
        });
}

#[test]
fn it_retracts_despite_what_stands_on_it_and_keeps_the_reason() {
    let mut expected = taken_back(2);
    expected.despite = Some(text("another company of that name"));
    tenant()
        .when_sent(
            retraction(2),
            Manner::Despite(text("another company of that name")),
        )
        .then([expected])
        .then_contradictions([(EndWithoutStart, &[3])])
        .then_spells(["unit 101 [-, 2018-05-31)"]);
}

#[test]
fn it_retracts_what_others_stand_on_in_an_import() {
    tenant()
        .when_sent(retraction(2), Manner::Import)
        .then([taken_back(2)])
        .then_contradictions([(EndWithoutStart, &[3])]);
}

#[test]
fn it_refuses_to_restore_what_another_event_says_now() {
    let entry = on("2016-03-01", entered("101"));
    company([entry.clone()])
        .and_retracted(2)
        .and_when(record(entry), Manner::Live)
        .when(retraction(3))
        .then_refused(RetractError::WouldRepeat {
            target: 3,
            event: 4,
        });
}

#[test]
fn it_refuses_to_restore_a_registration_beside_another() {
    company([])
        .and_retracted(1)
        .and_when(
            record(on("2001-01-01", incorporated_registration())),
            Manner::Live,
        )
        .when(retraction(2))
        .then_refused(RetractError::WouldRepeat {
            target: 2,
            event: 3,
        });
}

fn incorporated_registration() -> nianlun_aggregates::company::Change {
    registered(nianlun_aggregates::company::Entity::Company)
}

#[test]
fn it_refuses_to_restore_a_correction_whose_target_was_corrected_otherwise_since() {
    company([on("2016-03-01", renamed("甲"))])
        .and_corrected(2, on("2016-03-01", renamed("乙")))
        .and_retracted(3)
        .and_corrected(2, on("2016-03-01", renamed("丙")))
        .when(retraction(4))
        .then_refused(RetractError::WouldRepeat {
            target: 4,
            event: 5,
        });
}

#[test]
fn it_refuses_to_restore_a_correction_whose_target_was_retracted_since() {
    company([on("2016-03-01", renamed("甲"))])
        .and_corrected(2, on("2016-03-01", renamed("乙")))
        .and_retracted(3)
        .and_retracted(2)
        .when(retraction(4))
        .then_refused(RetractError::WouldRepeat {
            target: 4,
            event: 5,
        });
}

#[test]
fn it_refuses_to_restore_a_retraction_whose_target_was_corrected_since() {
    company([on("2016-03-01", renamed("甲"))])
        .and_retracted(2)
        .and_retracted(3)
        .and_corrected(2, on("2016-03-01", renamed("乙")))
        .when(retraction(4))
        .then_refused(RetractError::WouldRepeat {
            target: 4,
            event: 5,
        });
}

#[test]
fn it_refuses_to_retract_a_registration_on_which_events_stand() {
    tenant()
        .when(retraction(1))
        .then_refused(RetractError::Registration {
            target: 1,
            count: 2,
        });
    tenant()
        .when_sent(retraction(1), Manner::Import)
        .then_refused(RetractError::Registration {
            target: 1,
            count: 2,
        });
}

#[test]
fn it_retracts_a_registration_that_stands_alone() {
    tenant()
        .and_when(retraction_with_dependents(2), Manner::Live)
        .when(retraction(1))
        .then([taken_back(1)]);
}

#[test]
fn it_retracts_a_registration_with_the_whole_record() {
    tenant()
        .and_corrected(2, on("2015-03-01", entered("101")))
        .when(retraction_with_dependents(1))
        .then([taken_back(4), taken_back(2), taken_back(3), taken_back(1)])
        .then_spells([]);
}

#[test]
fn it_refuses_to_restore_an_event_into_a_record_without_registration() {
    company([on("2016-03-01", entered("101"))])
        .and_when(retraction_with_dependents(1), Manner::Live)
        .when_sent(retraction(3), Manner::Import)
        .then_refused(RetractError::NotRegistered { target: 3 });
}

#[test]
fn it_restores_a_whole_record_registration_first() {
    company([on("2016-03-01", entered("101"))])
        .and_when(retraction_with_dependents(1), Manner::Live)
        .and_when(retraction(4), Manner::Live)
        .when(retraction(3))
        .then_spells(["unit 101 [2016-03-01, …)"]);
}
