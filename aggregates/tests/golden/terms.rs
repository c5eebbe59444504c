//! The codes that stored events hold: a code once written is read for ever, and codes are only added.

use std::fmt::Debug;

use nianlun_aggregates::carrier::{CarrierType, LevelBasis};
use nianlun_aggregates::company::{
    ApplicationOutcome, ApplicationStep, Capacity, DelistingReason, Entity, LegalStatus, Programme,
    ProgrammeOutcome, RecognitionLevel, SpaceRole, SpellSet, Tenure,
};
use nianlun_aggregates::{Board, Comparator, Unit};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[track_caller]
fn codes<T: Copy + Debug + PartialEq + Serialize + DeserializeOwned, const N: usize>(
    all: &[T],
    expected: [&str; N],
) {
    let written: Vec<_> = all
        .iter()
        .map(|term| serde_json::to_value(term).expect("a code"))
        .collect();
    assert_eq!(written, expected);
    for (term, code) in all.iter().zip(written) {
        assert_eq!(serde_json::from_value::<T>(code).expect("a term"), *term);
    }
}

#[test]
fn the_codes_of_a_company_are_these() {
    codes(
        LegalStatus::ALL,
        [
            "dormant",
            "abnormal",
            "revoked",
            "liquidating",
            "deregistered",
        ],
    );
    codes(Programme::ALL, ["seed", "incubation", "acceleration"]);
    codes(
        ProgrammeOutcome::ALL,
        ["completed", "left", "expelled", "unknown"],
    );
    codes(Tenure::ALL, ["lease", "purchase", "cowork", "virtual"]);
    codes(
        SpaceRole::ALL,
        ["incubator", "accelerator", "industry-park", "headquarters"],
    );
    codes(Capacity::ALL, ["member", "anchor"]);
    codes(
        ApplicationStep::ALL,
        [
            "tutoring-filed",
            "accepted",
            "paused",
            "resumed",
            "approved",
        ],
    );
    codes(
        ApplicationOutcome::ALL,
        ["withdrawn", "rejected", "terminated", "lapsed"],
    );
    codes(
        DelistingReason::ALL,
        ["forced", "voluntary", "merger", "transfer", "unknown"],
    );
    codes(RecognitionLevel::ALL, ["district", "municipal", "national"]);
    codes(
        SpellSet::ALL,
        [
            "programme",
            "occupancy",
            "membership",
            "application",
            "security",
            "recognition",
        ],
    );
}

#[test]
fn the_codes_of_an_entity_are_these() {
    for (entity, code) in [
        (Entity::Team, "team"),
        (Entity::Company, "company"),
        (Entity::Branch, "branch"),
        (Entity::SoleProprietorship, "sole_proprietorship"),
        (Entity::Institution, "institution"),
    ] {
        assert_eq!(entity.code(), code);
        assert_eq!(serde_json::to_value(&entity).unwrap(), code);
        assert_eq!(
            serde_json::from_value::<Entity>(code.into()).unwrap(),
            entity
        );
    }
}

#[test]
fn the_codes_of_boards_and_quantities_are_these() {
    codes(
        Board::ALL,
        [
            "SSE", "SZSE", "SME", "ChiNext", "STAR", "BSE", "NEEQ", "NEEQ-D", "OTC", "HKEX",
            "NASDAQ", "NYSE", "other",
        ],
    );
    codes(Comparator::ALL, ["=", ">", ">=", "<", "<=", "~"]);
    codes(
        Unit::ALL,
        [
            "companies",
            "teams",
            "persons",
            "items",
            "m2",
            "CNY",
            "USD",
            "%",
            "qian-CNY",
            "wan-CNY",
            "yi-CNY",
            "wan-USD",
            "wan-m2",
            "mu",
        ],
    );
}

#[test]
fn the_codes_of_a_carrier_are_these() {
    codes(
        CarrierType::ALL,
        [
            "seed-nursery",
            "maker-space",
            "incubator",
            "accelerator",
            "industry-park",
            "headquarters",
            "community",
            "university-ring",
            "incubation-cluster",
            "specialised",
            "university-park",
            "enclave",
            "park",
            "building",
        ],
    );
    codes(LevelBasis::ALL, ["recognised", "filed"]);
}
