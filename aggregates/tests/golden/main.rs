//! Stored events of version 1, one file for each type. They are read for ever: a file is never changed, only added to.

mod carrier;
mod cluster;
mod company;
mod terms;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use cqrs_es::DomainEvent;
use cqrs_es::persist::SerializedEvent;
use nianlun_aggregates::decode::{DecodeError, decode};
use nianlun_aggregates::history::{Assertion, Change, Entry, Event};
use nianlun_aggregates::{Text, Wording};
use serde_json::Value;
use uuid::Uuid;

/// A carrier, cluster or parent.
const PLACE: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

fn text(words: &str) -> Text {
    Text::new(words).expect(words)
}

fn read<T: std::str::FromStr<Err: std::fmt::Debug>>(written: &str) -> T {
    written.parse().expect(written)
}

/// An entry with every field around it filled.
fn filled<C>(entry: Entry<C>) -> Event<C> {
    Event {
        entry,
        despite: Some(text("两份名单不一致")),
        asserted: None,
        claims: vec!["usci:91330103MA2J0XYC21".to_owned()],
        releases: vec!["park:17".to_owned()],
    }
}

fn asserted<C>(on: &str, change: C) -> Event<C> {
    let on = read(on);
    filled(Entry::Asserted(Assertion { on, change }))
}

fn corrected<C>(on: &str, change: C) -> Event<C> {
    let on = read(on);
    filled(Entry::Corrected {
        target: 2,
        replacement: Assertion { on, change },
        reason: text("年份录入有误"),
    })
}

fn retracted<C>() -> Event<C> {
    filled(Entry::Retracted {
        target: 3,
        reason: text("另一家同名企业"),
    })
}

fn folder(subject: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(subject)
}

fn stored(subject: &str, event_type: &str) -> Value {
    let path = folder(subject).join(format!("{event_type}.v1.json"));
    let written =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&written).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn serialized(subject: &str, event_type: &str, version: &str, payload: Value) -> SerializedEvent {
    SerializedEvent::new(
        PLACE.to_string(),
        7,
        subject.to_owned(),
        event_type.to_owned(),
        version.to_owned(),
        payload,
        Value::Null,
    )
}

/// Each type's file reads as the value that it was written from, and that value is written as the file.
#[track_caller]
fn check<C: Change>(types: &[(&str, Wording)], events: &[Event<C>]) {
    let known: BTreeSet<_> = types.iter().map(|(name, _)| (*name).to_owned()).collect();
    let built: BTreeSet<_> = events.iter().map(DomainEvent::event_type).collect();
    assert_eq!(built, known, "a value for every type");
    let files: BTreeSet<_> = fs::read_dir(folder(C::TYPE))
        .expect("a folder for the subject")
        .map(|entry| {
            entry
                .expect("a file")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    let expected: BTreeSet<_> = known.iter().map(|name| format!("{name}.v1.json")).collect();
    assert_eq!(
        files, expected,
        "a file for every type, and a type for every file"
    );
    for event in events {
        let name = event.event_type();
        assert_eq!(
            event.event_version(),
            "1",
            "{name}: write the next version's files beside these"
        );
        let payload = stored(C::TYPE, &name);
        let found: Event<C> =
            decode(&serialized(C::TYPE, &name, "1", payload.clone())).expect(&name);
        assert_eq!(found, *event, "{name}");
        assert_eq!(serde_json::to_value(event).expect(&name), payload, "{name}");
    }
}

#[test]
fn every_company_event_of_version_1_is_read() {
    check(nianlun_aggregates::company::EVENT_TYPES, &company::events());
}

#[test]
fn every_carrier_event_of_version_1_is_read() {
    check(nianlun_aggregates::carrier::EVENT_TYPES, &carrier::events());
}

#[test]
fn every_cluster_event_of_version_1_is_read() {
    check(nianlun_aggregates::cluster::EVENT_TYPES, &cluster::events());
}

#[test]
fn every_term_of_an_event_has_a_code_and_names_of_its_own() {
    for types in [
        nianlun_aggregates::company::EVENT_TYPES,
        nianlun_aggregates::carrier::EVENT_TYPES,
        nianlun_aggregates::cluster::EVENT_TYPES,
    ] {
        for name in [
            |(_, words): &(&'static str, Wording)| words.code,
            |(_, words): &(&'static str, Wording)| words.zh,
            |(_, words): &(&'static str, Wording)| words.en,
        ] {
            let names: BTreeSet<_> = types.iter().map(name).collect();
            assert_eq!(names.len(), types.len(), "{names:?}");
        }
    }
}

#[test]
fn an_event_of_a_newer_version_is_refused() {
    let event = serialized("company", "Renamed", "2", stored("company", "Renamed"));
    assert_eq!(
        decode::<nianlun_aggregates::company::CompanyEvent>(&event),
        Err(DecodeError::Newer {
            event: format!("company/{PLACE}/7"),
            version: "2".to_owned(),
        })
    );
}

#[test]
fn an_event_with_a_field_that_no_version_had_is_refused() {
    for (event_type, pointer) in [
        ("Renamed", ""),
        ("Renamed", "/entry/asserted"),
        ("Renamed", "/entry/asserted/change/renamed"),
        (
            "Registered",
            "/entry/asserted/change/registered/entity/unnamed_local_entity",
        ),
        (
            "Registered",
            "/entry/asserted/change/registered/identifiers/1/external",
        ),
        (
            "FigureReported",
            "/entry/asserted/change/figure_reported/quantity",
        ),
        (
            "OccupancyStarted",
            "/entry/asserted/change/occupancy_started/area",
        ),
    ] {
        let mut payload = stored("company", event_type);
        let object = payload.pointer_mut(pointer).and_then(Value::as_object_mut);
        object
            .expect(pointer)
            .insert("colour".to_owned(), "red".into());
        let event = serialized("company", event_type, "1", payload);
        let found = decode::<nianlun_aggregates::company::CompanyEvent>(&event);
        assert!(
            matches!(&found, Err(DecodeError::Malformed { event, reason })
                if *event == format!("company/{PLACE}/7") && reason.contains("colour")),
            "{pointer}: {found:?}"
        );
    }
}

#[test]
fn an_event_of_a_backfill_keeps_when_its_source_said_so() {
    let event: Event<nianlun_aggregates::company::Change> = Event {
        asserted: Some(read("2019-07-31T15:59:59.999999Z")),
        despite: None,
        claims: vec![],
        releases: vec![],
        ..retracted()
    };
    let payload = serde_json::json!({
        "entry": {"retracted": {"target": 3, "reason": "另一家同名企业"}},
        "asserted": "2019-07-31T15:59:59.999999Z",
    });
    assert_eq!(serde_json::to_value(&event).expect("JSON"), payload);
    let stored = serialized("company", "EventRetracted", "1", payload);
    assert_eq!(decode::<Event<_>>(&stored).expect("read"), event);
}
