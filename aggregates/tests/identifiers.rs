//! What the register keeps: each event claims and releases exactly what changes.

mod support;

use nianlun_aggregates::company::{Change, Entity};
use nianlun_aggregates::history::{Action, Manner};
use nianlun_aggregates::{Board, Identifier};
use support::*;

const USCI: &str = "91330103MA2J0XYC21";
const OTHER: &str = "91130102MA08L76U1Y";

fn team_with(identifiers: Vec<Identifier>) -> Change {
    Change::Incorporated {
        name: Some(text("观典防务技术股份有限公司")),
        identifiers,
    }
}

#[test]
fn it_claims_the_identifiers_of_a_registration_in_order() {
    nothing()
        .when(record(identified([usci(USCI), external("park", "a 17")])))
        .then([tied(
            said(identified([usci(USCI), external("park", "a 17")])),
            &["park:A17", "usci:91330103MA2J0XYC21"],
            &[],
        )])
        .then_holds(["park:A17", "usci:91330103MA2J0XYC21"]);
}

#[test]
fn it_claims_nothing_that_it_holds_through_another_event() {
    given([identified([usci(USCI)])])
        .when(record(on("2016-03-01", identifier(usci(USCI)))))
        .then_register([(&[], &[])])
        .then_holds(["usci:91330103MA2J0XYC21"]);
}

#[test]
fn it_releases_nothing_that_it_still_holds_through_another_event() {
    given([
        identified([usci(USCI)]),
        on("2016-03-01", identifier(usci(USCI))),
    ])
    .when(retraction(2))
    .then_register([(&[], &[])])
    .then_holds(["usci:91330103MA2J0XYC21"]);
}

#[test]
fn it_keeps_what_a_later_event_holds_when_the_first_goes() {
    given([
        identified([usci(USCI)]),
        on("2016-03-01", identifier(usci(USCI))),
    ])
    .when(correction(1, identified([])))
    .then_register([(&[], &[])])
    .then_holds(["usci:91330103MA2J0XYC21"]);
}

#[test]
fn it_releases_on_retraction_and_claims_again_when_that_is_undone() {
    let added = given([
        identified([usci(USCI)]),
        on("2016-03-01", identifier(external("park", "17"))),
    ]);
    added
        .clone()
        .when(retraction(2))
        .then_register([(&[], &["park:17"])])
        .then_holds(["usci:91330103MA2J0XYC21"]);
    added
        .and_retracted(2)
        .when(retraction(3))
        .then_register([(&["park:17"], &[])])
        .then_holds(["park:17", "usci:91330103MA2J0XYC21"]);
}

#[test]
fn it_exchanges_identifiers_on_correction_and_back() {
    let corrected = given([identified([usci(USCI)])]).and_corrected(1, identified([usci(OTHER)]));
    corrected
        .clone()
        .when_read()
        .then_holds(["usci:91130102MA08L76U1Y"]);
    corrected
        .when(retraction(2))
        .then_register([(&["usci:91330103MA2J0XYC21"], &["usci:91130102MA08L76U1Y"])])
        .then_holds(["usci:91330103MA2J0XYC21"]);
}

#[test]
fn it_counts_within_a_command_what_its_earlier_events_hold() {
    let both = vec![
        on("2016-03-01", identifier(external("park", "17"))),
        on("2017-03-01", identifier(external("park", "17"))),
        on("2018-03-01", identifier(external("park", "18"))),
    ];
    company([]).when(Action::Record(both)).then_register([
        (&["park:17"], &[]),
        (&[], &[]),
        (&["park:18"], &[]),
    ]);
}

#[test]
fn it_releases_everything_with_the_registration() {
    given([
        identified([usci(USCI)]),
        on("2016-03-01", identifier(external("park", "17"))),
    ])
    .when(retraction_with_dependents(1))
    .then_register([(&[], &["park:17"]), (&[], &["usci:91330103MA2J0XYC21"])])
    .then_holds([]);
}

#[test]
fn it_claims_the_identifiers_with_which_a_team_becomes_a_company() {
    given([on("2014-01-01", registered(Entity::Team))])
        .when(record(on("2015-06-01", team_with(vec![usci(USCI)]))))
        .then_register([(&["usci:91330103MA2J0XYC21"], &[])]);
}

#[test]
fn it_claims_codes_on_their_market_and_never_releases_them_by_delisting() {
    let transfer = Change::SecurityTransferred {
        from: Board::Bse,
        to: Board::Star,
        code: Some("688287".parse().unwrap()),
    };
    company([on("2020-07-27", listed("BSE", "832317"))])
        .when(record(on("2022-05-25", transfer)))
        .then_register([(&["code:STAR/688287"], &[])])
        .then_holds(["code:BSE/832317", "code:STAR/688287"]);
}

#[test]
fn it_holds_one_code_for_a_merged_board_and_the_board_that_took_it_over() {
    let moved = Change::SecurityTransferred {
        from: Board::SzseSme,
        to: Board::SzseMain,
        code: Some("002030".parse().unwrap()),
    };
    company([on("2004-08-09", listed("SME", "002030"))])
        .when(record(on("2021-04-06", moved)))
        .then_register([(&[], &[])])
        .then_holds(["code:SZSE/002030"])
        .then_spells(["SZSE [2004-08-09, …) +1"]);
}

#[test]
fn it_claims_the_same_in_every_manner() {
    for manner in [Manner::Live, Manner::Import, Manner::Despite(text("seen"))] {
        company([])
            .when_sent(record(on("2016-03-01", identifier(usci(USCI)))), manner)
            .then_register([(&["usci:91330103MA2J0XYC21"], &[])]);
    }
}

#[test]
fn the_id_of_a_company_follows_from_its_identifier_and_never_changes() {
    for (identifier, id) in [
        (usci(USCI), "1d9f5614-2e9d-55cc-ad3e-f75e42a650f6"),
        (
            external("park", "a 17"),
            "41dd7e4a-85ac-542c-8aeb-08110d9ec47c",
        ),
    ] {
        assert_eq!(identifier.company_id().to_string(), id);
    }
}
