//! Recording what happened: one test per refusal.

mod support;

use nianlun_aggregates::company::{Change, Entity, LegalStatus};
use nianlun_aggregates::history::{Action, Impossible, Manner, RecordError};
use nianlun_aggregates::identifier::SecurityCodeError;
use nianlun_aggregates::{Board, Span};
use support::*;

fn span(date: &str) -> Span {
    date.parse().expect(date)
}

fn star_code(code: &str) -> RecordError {
    RecordError::Impossible(Impossible::Code(SecurityCodeError::NotOfBoard {
        code: code.to_owned(),
        board: Board::Star,
        rule: "six digits, 68…",
    }))
}

#[test]
fn it_records_a_registration_first() {
    nothing()
        .when(record(registration()))
        .then([said(registration())]);
}

#[test]
fn it_records_several_things_in_order() {
    let two = vec![
        on("2016-03-01", entered("101")),
        on("2018-05-31", left("101")),
    ];
    company([])
        .when(Action::Record(two.clone()))
        .then(two.into_iter().map(said))
        .then_spells(["unit 101 [2016-03-01, 2018-05-31)"]);
}

#[test]
fn it_refuses_to_record_nothing() {
    company([])
        .when(Action::Record(vec![]))
        .then_refused(RecordError::Nothing);
}

#[test]
fn it_refuses_anything_before_the_registration() {
    nothing()
        .when(record(on("2016-03-01", entered("101"))))
        .then_refused(RecordError::NotRegistered);
}

#[test]
fn it_refuses_anything_after_the_registration_was_retracted() {
    company([])
        .and_retracted(1)
        .when(record(on("2016-03-01", entered("101"))))
        .then_refused(RecordError::NotRegistered);
}

#[test]
fn it_registers_anew_after_the_registration_was_retracted() {
    company([])
        .and_retracted(1)
        .when(record(registration()))
        .then([said(registration())]);
}

#[test]
fn it_refuses_a_second_registration() {
    company([])
        .when(record(on("2001-01-01", registered(Entity::Team))))
        .then_refused(RecordError::AlreadyRegistered { event: 1 });
}

#[test]
fn it_refuses_a_second_registration_in_one_command() {
    let two = vec![
        registration(),
        on("2001-01-01", registered(Entity::Company)),
    ];
    nothing()
        .when(Action::Record(two))
        .then_refused(RecordError::AlreadyRegistered { event: 1 });
}

#[test]
fn it_names_the_correction_that_registers() {
    company([])
        .and_corrected(1, on("2001-01-01", registered(Entity::Company)))
        .when(record(registration()))
        .then_refused(RecordError::AlreadyRegistered { event: 2 });
}

#[test]
fn it_refuses_what_an_event_in_force_already_says() {
    company([on("2016-03-01", entered("101"))])
        .when(record(on("2016-03-01", entered("101"))))
        .then_refused(RecordError::AlreadyRecorded { event: 2 });
}

#[test]
fn it_refuses_in_an_import_too_what_is_already_said() {
    company([on("2016-03-01", entered("101"))])
        .when_sent(record(on("2016-03-01", entered("101"))), Manner::Import)
        .then_refused(RecordError::AlreadyRecorded { event: 2 });
}

#[test]
fn it_refuses_to_say_the_same_twice_in_one_command() {
    let twice = vec![on("2016-03-01", entered("101")); 2];
    company([])
        .when(Action::Record(twice))
        .then_refused(RecordError::AlreadyRecorded { event: 2 });
}

#[test]
fn it_records_again_what_was_retracted() {
    let entry = on("2016-03-01", entered("101"));
    company([entry.clone()])
        .and_retracted(2)
        .when(record(entry.clone()))
        .then([said(entry)]);
}

#[test]
fn it_records_again_what_was_corrected_away() {
    company([on("2016-03-01", renamed("甲"))])
        .and_corrected(2, on("2017-03-01", renamed("甲")))
        .when(record(on("2016-03-01", renamed("甲"))))
        .then([said(on("2016-03-01", renamed("甲")))]);
}

#[test]
fn it_refuses_a_listing_under_a_code_of_another_board() {
    company([])
        .when(record(on("2022-05-25", listed("STAR", "300244"))))
        .then_refused(star_code("300244"));
}

#[test]
fn it_refuses_a_code_change_to_a_code_of_another_board() {
    company([on("2022-05-25", listed("STAR", "688287"))])
        .when(record(on("2023-01-01", code_changed("STAR", "832317"))))
        .then_refused(star_code("832317"));
}

#[test]
fn it_refuses_a_transfer_to_a_code_of_another_board() {
    let transfer = Change::SecurityTransferred {
        from: Board::Bse,
        to: Board::Star,
        code: Some("832317".parse().unwrap()),
    };
    company([on("2020-07-27", listed("BSE", "832317"))])
        .when_sent(record(on("2022-05-25", transfer)), Manner::Import)
        .then_refused(star_code("832317"));
}

#[test]
fn it_records_a_period() {
    let (start, end) = (on("2016", entered("101")), on("2018-Q2", left("101")));
    company([])
        .when(period(start.clone(), end.clone()))
        .then([said(start), said(end)])
        .then_spells(["unit 101 [2016-01-01, 2018-06-30)"]);
}

#[test]
fn it_records_a_period_of_one_day() {
    let (start, end) = (
        on("2016-03-01", entered("101")),
        on("2016-03-01", left("101")),
    );
    company([])
        .when(period(start.clone(), end.clone()))
        .then([said(start), said(end)])
        .then_spells(["unit 101 [2016-03-01, 2016-03-01)"]);
}

#[test]
fn it_records_a_period_that_may_end_after_it_begins() {
    company([])
        .when(period(
            on("2016-11-01", entered("101")),
            on("2016", left("101")),
        ))
        .then_spells(["unit 101 [2016-11-01, 2016-12-31)"]);
    company([])
        .when(period(
            on("2016-11-01", entered("101")),
            on("about 2016-05-01..", left("101")),
        ))
        .then_spells(["unit 101 [2016-11-01, 2016-11-02)"]);
    company([])
        .when(period(
            on("about ..2017-02-28", entered("101")),
            on("2016-05-01", left("101")),
        ))
        .then_spells(["unit 101 [2016-04-30, 2016-05-01)"]);
}

#[test]
fn it_refuses_a_period_that_ends_before_it_begins() {
    for (start, end) in [
        ("2016-03-01", "2016-02-29"),
        ("2016-Q2", "2016-03"),
        ("2016-03-01", "by 2016-02-29"),
        ("by 2016-03-01", "2016-02-29"),
        ("about 2016-03-01..", "2015"),
        ("between 2016-01-31..2016-02-29", "2016-01-31"),
    ] {
        for manner in [
            Manner::Live,
            Manner::Despite(text("so it says")),
            Manner::Import,
        ] {
            company([])
                .when_sent(
                    period(on(start, entered("101")), on(end, left("101"))),
                    manner,
                )
                .then_refused(RecordError::EndBeforeStart {
                    start: span(start),
                    end: span(end),
                });
        }
    }
}

#[test]
fn it_refuses_an_end_of_another_period() {
    let opening = || on("2016-03-01", entered("101"));
    for (end, code) in [
        (left("102"), "occupancy-ended"),
        (incubation_left("A"), "programme-ended"),
        (graduated("A"), "graduated"),
        (entered("102"), "occupancy-started"),
        (renamed("甲"), "renamed"),
    ] {
        company([])
            .when(period(opening(), on("2018-05-31", end)))
            .then_refused(RecordError::EndOfAnother {
                opening: "occupancy-started",
                end: code,
            });
    }
}

#[test]
fn it_accepts_every_end_that_ends_a_period() {
    for (opening, end) in [
        (entered("101"), left("")),
        (entered(""), left("")),
        (entered("101"), moved("101", "102")),
        (entered("101"), moved("", "102")),
        (incubated("A"), graduated("A")),
        (incubated("A"), Change::Graduated { carrier: None }),
        (incubated("A"), incubation_left("A")),
        (joined("gold"), quit("")),
        (joined(""), quit("")),
        (listed("SME", "002030"), transferred("SZSE", "STAR")),
        (granted("高新技术企业"), revoked("高新技术企业")),
        (status(LegalStatus::Dormant), lifted(None)),
    ] {
        let (opening, end) = (on("2016-03-01", opening), on("2018-05-31", end));
        company([])
            .when(period(opening.clone(), end.clone()))
            .then_contradictions([]);
    }
}

#[test]
fn it_refuses_a_period_of_a_record_without_registration() {
    nothing()
        .when(period(
            on("2016-03-01", entered("101")),
            on("2018-05-31", left("101")),
        ))
        .then_refused(RecordError::NotRegistered);
}
