//! Carriers and clusters keep their records by the rules of companies.

use cqrs_es::Aggregate;
use nianlun_aggregates::carrier::{self, Carrier, CarrierType, LevelBasis};
use nianlun_aggregates::cluster::{self, Cluster};
use nianlun_aggregates::company::RecognitionLevel;
use nianlun_aggregates::history::{
    Action, Assertion, Change, Command, Event, History, Manner, RecordError, Refusal, RetractError,
};
use nianlun_aggregates::{Code, Text};

fn text(words: &str) -> Text {
    Text::new(words).expect(words)
}

fn code(code: &str) -> Code {
    code.parse().expect(code)
}

fn on<C>(date: &str, change: C) -> Assertion<C> {
    let on = date.parse().expect(date);
    Assertion { on, change }
}

fn live<C: Change>(history: &mut History<C>, action: Action<C>) -> Result<Vec<Event<C>>, Refusal> {
    let manner = Manner::Live;
    let events = history.decide(&Command { action, manner })?;
    for event in &events {
        history.apply(event.clone());
    }
    Ok(events)
}

fn incubator() -> Carrier {
    let mut carrier = Carrier::default();
    let registered = carrier::Change::Registered {
        code: code("t-space"),
        name: text("T+SPACE"),
        types: vec![CarrierType::Incubator],
        parent: None,
        jurisdiction: None,
    };
    let granted = carrier::Change::LevelGranted {
        level: RecognitionLevel::Municipal,
        basis: LevelBasis::Recognised,
        label: None,
    };
    let both = vec![on("2015", registered), on("2016-09-01", granted)];
    live(&mut carrier, Action::Record(both)).expect("a new carrier");
    carrier
}

#[test]
fn it_claims_the_code_of_a_carrier_for_ever() {
    let mut carrier = incubator();
    assert_eq!(carrier.identifiers(), ["carrier:t-space".to_owned()].into());
    let revoked = carrier::Change::LevelRevoked {
        level: RecognitionLevel::Municipal,
    };
    let events = live(
        &mut carrier,
        Action::Record(vec![on("2020-12-31", revoked)]),
    );
    let events = events.expect("a plaque revoked");
    assert!(
        events
            .iter()
            .all(|event| event.claims.is_empty() && event.releases.is_empty())
    );
}

#[test]
fn it_refuses_to_register_a_carrier_twice() {
    let registered = carrier::Change::Registered {
        code: code("other"),
        name: text("另一家"),
        types: vec![],
        parent: None,
        jurisdiction: None,
    };
    assert_eq!(
        live(
            &mut incubator(),
            Action::Record(vec![on("2015", registered)])
        ),
        Err(RecordError::AlreadyRegistered { event: 1 }.into())
    );
}

#[test]
fn it_refuses_to_retract_the_registration_of_a_carrier_in_use() {
    let retraction = Action::Retract {
        target: 1,
        reason: text("登记有误"),
        with_dependents: false,
    };
    assert_eq!(
        live(&mut incubator(), retraction),
        Err(RetractError::Registration {
            target: 1,
            count: 1
        }
        .into())
    );
}

#[test]
fn it_knows_no_periods_of_a_carrier() {
    let granted = carrier::Change::LevelGranted {
        level: RecognitionLevel::National,
        basis: LevelBasis::Filed,
        label: None,
    };
    let revoked = carrier::Change::LevelRevoked {
        level: RecognitionLevel::National,
    };
    let period = Action::RecordSpell {
        opening: on("2017", granted),
        end: on("2019", revoked),
    };
    assert_eq!(
        live(&mut incubator(), period),
        Err(RecordError::EndOfAnother {
            opening: "level-granted",
            end: "level-revoked"
        }
        .into())
    );
}

#[test]
fn it_claims_and_releases_the_code_of_a_cluster() {
    let mut cluster = Cluster::default();
    let declared = cluster::Change::Declared {
        code: code("modern-services"),
        name: text("现代服务"),
    };
    let events = live(&mut cluster, Action::Record(vec![on("2017", declared)]));
    assert_eq!(
        events.expect("a new cluster")[0].claims,
        ["cluster:modern-services"]
    );
    let retraction = Action::Retract {
        target: 1,
        reason: text("登记有误"),
        with_dependents: false,
    };
    let events = live(&mut cluster, retraction).expect("it stands alone");
    assert_eq!(events[0].releases, ["cluster:modern-services"]);
    assert_eq!(cluster.identifiers(), [].into());
}

#[test]
fn it_refuses_anything_of_a_cluster_before_it_is_declared() {
    let closed = Action::Record(vec![on("2022", cluster::Change::Closed {})]);
    assert_eq!(
        live(&mut Cluster::default(), closed),
        Err(RecordError::NotRegistered.into())
    );
}

#[test]
fn the_id_of_a_carrier_or_cluster_follows_from_its_code() {
    let modern = code("modern-services");
    assert_eq!(
        carrier::carrier_id(&modern).to_string(),
        "331c4f30-a9d4-5942-8405-97d78dd5f998"
    );
    assert_eq!(
        cluster::cluster_id(&modern).to_string(),
        "4a8a9205-88fc-5b55-9ca0-4577ec312031"
    );
}
