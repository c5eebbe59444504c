//! Replacing what an event says: one test per refusal.

mod support;

use nianlun_aggregates::Board;
use nianlun_aggregates::company::Entity;
use nianlun_aggregates::history::ContradictionKind::{EndWithoutStart, StartWhileOpen};
use nianlun_aggregates::history::{CorrectError, Entry, Impossible, Manner};
use nianlun_aggregates::identifier::SecurityCodeError;
use support::*;

fn tenant() -> Given {
    company([
        on("2016-03-01", entered("101")),
        on("2018-05-31", left("101")),
    ])
}

#[test]
fn it_replaces_the_words_of_an_event() {
    let replacement = on("2015-03-01", entered("101"));
    tenant()
        .when(correction(2, replacement.clone()))
        .then([corrected(2, replacement)])
        .then_spells(["unit 101 [2015-03-01, 2018-05-31)"]);
}

#[test]
fn it_corrects_a_correction() {
    tenant()
        .and_corrected(2, on("2015-03-01", entered("101")))
        .when(correction(4, on("2014-03-01", entered("101"))))
        .then([corrected(4, on("2014-03-01", entered("101")))])
        .then_spells(["unit 101 [2014-03-01, 2018-05-31)"]);
}

#[test]
fn it_corrects_back_to_the_first_words() {
    tenant()
        .and_corrected(2, on("2015-03-01", entered("101")))
        .when(correction(4, on("2016-03-01", entered("101"))))
        .then_spells(["unit 101 [2016-03-01, 2018-05-31)"]);
}

#[test]
fn it_corrects_an_event_whose_contradiction_was_recorded_before() {
    let contradicting = || company([on("2018-05-31", left("101"))]);
    contradicting()
        .when_read()
        .then_contradictions([(EndWithoutStart, &[2])]);
    contradicting()
        .when(correction(2, on("2018-06-30", left("101"))))
        .then([corrected(2, on("2018-06-30", left("101")))]);
}

#[test]
fn it_corrects_one_kind_of_event_to_another() {
    tenant()
        .when(correction(3, on("2018-05-31", moved("101", "102"))))
        .then_spells([
            "unit 101 [2016-03-01, 2018-05-31)",
            "unit 102 [2018-05-31, …)",
        ]);
}

#[test]
fn it_refuses_to_correct_an_event_that_does_not_exist() {
    for target in [0, 4, u64::MAX] {
        tenant()
            .when(correction(target, on("2015-03-01", entered("101"))))
            .then_refused(CorrectError::NoSuchEvent { target, last: 3 });
    }
}

#[test]
fn it_refuses_to_correct_what_was_corrected_and_names_the_latest_words() {
    tenant()
        .and_corrected(2, on("2015-03-01", entered("101")))
        .and_corrected(4, on("2014-03-01", entered("101")))
        .when(correction(2, on("2013-03-01", entered("101"))))
        .then_refused(CorrectError::Superseded { target: 2, by: 5 });
}

#[test]
fn it_refuses_to_correct_what_was_retracted() {
    tenant()
        .and_retracted(3)
        .when(correction(3, on("2019-05-31", left("101"))))
        .then_refused(CorrectError::Superseded { target: 3, by: 4 });
}

#[test]
fn it_refuses_to_correct_a_retraction() {
    tenant()
        .and_retracted(3)
        .when(correction(4, on("2019-05-31", left("101"))))
        .then_refused(CorrectError::IsRetraction { target: 4 });
}

#[test]
fn it_refuses_a_correction_that_changes_nothing() {
    tenant()
        .when(correction(2, on("2016-03-01", entered("101"))))
        .then_refused(CorrectError::Unchanged { target: 2 });
}

#[test]
fn it_refuses_to_correct_into_what_another_event_says() {
    tenant()
        .when(correction(2, on("2018-05-31", left("101"))))
        .then_refused(CorrectError::AlreadyRecorded {
            target: 2,
            event: 3,
        });
}

#[test]
fn it_refuses_to_make_something_else_of_a_registration() {
    tenant()
        .when(correction(1, on("2016-01-01", renamed("甲"))))
        .then_refused(CorrectError::Registration);
}

#[test]
fn it_refuses_to_make_a_registration_of_something_else() {
    tenant()
        .when(correction(2, on("2016-01-01", registered(Entity::Team))))
        .then_refused(CorrectError::Registration);
}

#[test]
fn it_corrects_a_registration_to_a_registration() {
    let replacement = on("1999-01-01", registered(Entity::Branch));
    tenant()
        .when(correction(1, replacement.clone()))
        .then([corrected(1, replacement)]);
}

#[test]
fn it_refuses_a_code_of_another_board() {
    company([on("2022-05-25", listed("STAR", "688287"))])
        .when_sent(
            correction(2, on("2022-05-25", listed("ChiNext", "688287"))),
            Manner::Import,
        )
        .then_refused(CorrectError::Impossible(Impossible::Code(
            SecurityCodeError::NotOfBoard {
                code: "688287".to_owned(),
                board: Board::ChiNext,
                rule: "six digits, 30…",
            },
        )));
}

#[test]
fn it_refuses_a_correction_against_an_event_that_stands_on_the_first_words() {
    tenant()
        .when(correction(2, on("2019-03-01", entered("101"))))
        .then_refused(CorrectError::Contradicts {
            contradictions: contradictions([(EndWithoutStart, &[3])]),
        });
}

#[test]
fn it_refuses_a_correction_that_collides_and_names_both_events() {
    company([
        on("2016-03-01", entered("101")),
        on("2017-03-01", entered("102")),
    ])
    .when(correction(3, on("2017-03-01", entered("101"))))
    .then_refused(CorrectError::Contradicts {
        contradictions: contradictions([(StartWhileOpen, &[2, 4])]),
    });
}

#[test]
fn it_records_a_correction_that_contradicts_with_a_reason() {
    let replacement = on("2019-03-01", entered("101"));
    let mut expected = corrected(2, replacement.clone());
    expected.despite = Some(text("seen on the lease"));
    tenant()
        .when_sent(
            correction(2, replacement),
            Manner::Despite(text("seen on the lease")),
        )
        .then([expected])
        .then_contradictions([(EndWithoutStart, &[3])]);
}

#[test]
fn it_keeps_no_reason_against_contradictions_where_there_is_none() {
    let outcome = tenant().when_sent(
        correction(2, on("2015-03-01", entered("101"))),
        Manner::Despite(text("seen on the lease")),
    );
    outcome.then([corrected(2, on("2015-03-01", entered("101")))]);
}

#[test]
fn it_records_a_correction_that_contradicts_in_an_import() {
    let outcome = tenant().when_sent(
        correction(2, on("2019-03-01", entered("101"))),
        Manner::Import,
    );
    outcome
        .then([corrected(2, on("2019-03-01", entered("101")))])
        .then_contradictions([(EndWithoutStart, &[3])]);
}

#[test]
fn it_keeps_the_reason_of_the_correction_in_the_event() {
    let outcome = tenant().when(correction(2, on("2015-03-01", entered("101"))));
    let events = outcome.answer.expect("accepted");
    let [event] = events.as_slice() else {
        panic!("one event, not {events:?}");
    };
    assert!(
        matches!(&event.entry, Entry::Corrected { reason, .. } if *reason == text("typing slip"))
    );
}
