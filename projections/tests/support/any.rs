//! Random histories: few keys and few days, so that they meet; dates of every kind; records, corrections, retractions.

use nianlun_aggregates::Board::{Bse, Neeq, Star};
use nianlun_aggregates::company::ApplicationStep::{Accepted, Paused, Resumed};
use nianlun_aggregates::company::DelistingReason::{Forced, Transfer};
use nianlun_aggregates::company::Programme::{Acceleration, Incubation, Seed};
use nianlun_aggregates::company::{
    ApplicationOutcome, Assertion, Capacity, Change, Company, CompanyEvent, Entity, LegalStatus,
    ProgrammeOutcome, SpaceRole, SpellSet,
};
use nianlun_aggregates::history::{Action, Command, Manner};
use nianlun_aggregates::{Code, Identifier, Span, Text, carrier, cluster};
use proptest::prelude::*;
use proptest::sample::select;

/// Something that is tried on a record; it may be refused.
#[derive(Clone, Debug)]
pub struct Step {
    /// What.
    pub trial: Trial,
    /// Whether its events are the last of a round: what comes next becomes known later.
    pub ends_round: bool,
    /// So many days before its admission an archive says that its source said so.
    pub archived: Option<i32>,
}

/// What is tried; targets are counted from the last event, around and around.
#[derive(Clone, Debug)]
pub enum Trial {
    Record(Vec<Assertion>),
    Correct(u64, Assertion),
    Retract(u64, bool),
}

/// A record: how it is registered, and what is tried on it.
pub fn record(steps: std::ops::Range<usize>) -> impl Strategy<Value = (Assertion, Vec<Step>)> {
    (registration(), prop::collection::vec(step(), steps))
}

/// The events that a step adds to a company; none if it is refused.
pub fn decided(company: &Company, trial: &Trial) -> Vec<CompanyEvent> {
    company.decide(&command(company, trial)).unwrap_or_default()
}

/// A step as a command, recording contradictions as an import does.
pub fn command(company: &Company, trial: &Trial) -> Command<Change> {
    let last = company.timeline().last().max(1);
    let target = |back: u64| last - back % last;
    let reason = text("记错");
    let action = match trial.clone() {
        Trial::Record(assertions) => Action::Record(assertions),
        Trial::Correct(back, replacement) => Action::Correct {
            target: target(back),
            replacement,
            reason,
        },
        Trial::Retract(back, with_dependents) => Action::Retract {
            target: target(back),
            reason,
            with_dependents,
        },
    };
    Command {
        action,
        manner: Manner::Import,
    }
}

fn step() -> impl Strategy<Value = Step> {
    let trial = prop_oneof![
        6 => prop::collection::vec(assertion(), 1..4).prop_map(Trial::Record),
        2 => (any::<u64>(), assertion()).prop_map(|(back, assertion)| Trial::Correct(back, assertion)),
        2 => (any::<u64>(), any::<bool>()).prop_map(|(back, all)| Trial::Retract(back, all)),
    ];
    let archived = prop::option::weighted(0.3, 0..1_000_i32);
    (trial, prop::bool::weighted(0.6), archived).prop_map(|(trial, ends_round, archived)| Step {
        trial,
        ends_round,
        archived,
    })
}

/// How a record begins.
fn registration() -> impl Strategy<Value = Assertion> {
    let group = Entity::UnnamedLocalEntity { group: text("乙") };
    let entity = select(vec![Entity::Team, Entity::Company, Entity::Branch, group]);
    let identifiers = vec![external("park", "17"); 2];
    let twice = select(vec![vec![], identifiers]);
    (dated(), entity, twice).prop_map(|(on, entity, identifiers)| Assertion {
        on,
        change: Change::Registered {
            entity,
            name: text("甲"),
            identifiers,
        },
    })
}

/// Something that can happen.
pub fn assertion() -> impl Strategy<Value = Assertion> {
    (dated(), select(changes())).prop_map(|(on, change)| Assertion { on, change })
}

/// Days around the turns that matter: the new exchange, the rule of 2019, and the far future.
fn day() -> impl Strategy<Value = String> {
    let month = select(vec!["2018-12", "2019-01", "2019-02", "2021-11", "2022-11"]);
    (month, select(vec!["01", "14", "15", "28"])).prop_map(|(month, day)| format!("{month}-{day}"))
}

fn dated() -> impl Strategy<Value = Span> {
    let days =
        || (day(), day()).prop_filter_map("two days in order", |(a, b)| (a < b).then_some((a, b)));
    let written = prop_oneof![
        10 => day(),
        1 => Just("2031-05-01".to_owned()),
        2 => day().prop_map(|day| day[..7].to_owned()),
        1 => Just("2019-Q1".to_owned()),
        2 => select(vec!["2018".to_owned(), "2019".to_owned(), "2021".to_owned()]),
        1 => days().prop_map(|(a, b)| format!("season {a}..{b}")),
        1 => days().prop_map(|(a, b)| format!("about {a}..{b}")),
        1 => day().prop_map(|day| format!("about {day}..")),
        1 => day().prop_map(|day| format!("about ..{day}")),
        2 => days().prop_map(|(a, b)| format!("between {a}..{b}")),
        2 => day().prop_map(|day| format!("by {day}")),
        2 => Just("unknown".to_owned()),
    ];
    written.prop_map(|written| written.parse().expect("a date"))
}

fn text(raw: &str) -> Text {
    Text::new(raw).expect("a text")
}

fn external(scheme: &str, id: &str) -> Identifier {
    let scheme = scheme.parse().expect("a scheme");
    let id = nianlun_aggregates::identifier::ExternalId::new(scheme, id).expect("an id");
    Identifier::External(id)
}

/// What can happen, over few keys.
#[expect(clippy::too_many_lines, reason = "a flat list")]
fn changes() -> Vec<Change> {
    let code = |code: &str| -> Code { code.parse().expect("a code") };
    let [here, there] = ["t-space", "tianan"].map(|name| carrier::carrier_id(&code(name)));
    let cluster = cluster::cluster_id(&code("medicine"));
    let tier = Some(code("core"));
    let room = |unit: Option<&str>, role| Change::OccupancyStarted {
        carrier: here,
        unit: unit.map(text),
        tenure: None,
        area: None,
        role,
        planned_end: None,
    };
    let quits = |programme| Change::ProgrammeEnded {
        programme,
        carrier: here,
        outcome: ProgrammeOutcome::Left,
    };
    let applies = |step| Change::ApplicationAdvanced { board: Star, step };
    let lists = |board, code: &str| Change::Listed {
        board,
        code: code.parse().ok(),
    };
    let attribute = |value| Change::AttributeStated {
        scheme: text("industry"),
        value: text(value),
    };
    let sets = vec![SpellSet::Programme, SpellSet::Application];
    let covers = Change::CoverageDeclared {
        source: text("名册"),
        sets,
        period: Span::By(nianlun_aggregates::Day::new(2021, 1, 1).expect("a day")),
    };
    let label = text("瞪羚");
    let member = Capacity::Member;
    vec![
        Change::Incorporated {
            name: Some(text("乙")),
            identifiers: vec![],
        },
        Change::Renamed { name: text("丙") },
        Change::AliasAdded { alias: text("丁") },
        Change::IdentifierAdded {
            identifier: external("park", "17"),
        },
        Change::IdentifierAdded {
            identifier: external("park", "18"),
        },
        Change::LegalStatusEntered {
            status: LegalStatus::Deregistered,
        },
        Change::LegalStatusEntered {
            status: LegalStatus::Abnormal,
        },
        Change::LegalStatusLifted { status: None },
        Change::LegalStatusLifted {
            status: Some(LegalStatus::Deregistered),
        },
        Change::ProgrammeStarted {
            programme: Seed,
            carrier: here,
        },
        Change::ProgrammeStarted {
            programme: Incubation,
            carrier: here,
        },
        Change::ProgrammeStarted {
            programme: Incubation,
            carrier: there,
        },
        Change::ProgrammeStarted {
            programme: Acceleration,
            carrier: here,
        },
        quits(Seed),
        quits(Incubation),
        quits(Acceleration),
        Change::Graduated {
            carrier: Some(here),
        },
        Change::Graduated { carrier: None },
        room(None, None),
        room(Some("101"), Some(SpaceRole::Incubator)),
        Change::OccupancyMoved {
            carrier: here,
            from: Some(text("101")),
            to: text("102"),
        },
        Change::OccupancyEnded {
            carrier: here,
            unit: Some(text("101")),
        },
        Change::OccupancyEnded {
            carrier: here,
            unit: None,
        },
        Change::MembershipStarted {
            cluster,
            tier: None,
            capacity: member,
        },
        Change::MembershipStarted {
            cluster,
            tier: tier.clone(),
            capacity: member,
        },
        Change::MembershipTierChanged {
            cluster,
            from: tier,
            to: code("gold"),
            capacity: member,
        },
        Change::MembershipEnded {
            cluster,
            tier: None,
        },
        applies(Accepted),
        applies(Paused),
        applies(Resumed),
        Change::ApplicationEnded {
            board: Star,
            outcome: ApplicationOutcome::Withdrawn,
        },
        lists(Neeq, "832317"),
        lists(Bse, "832317"),
        lists(Star, "688287"),
        lists(Star, ""),
        Change::SecurityTransferred {
            from: Bse,
            to: Star,
            code: "688287".parse().ok(),
        },
        Change::SecurityCodeChanged {
            board: Bse,
            code: "920017".parse().expect("a code"),
        },
        Change::Delisted {
            board: Bse,
            reason: Transfer,
        },
        Change::Delisted {
            board: Star,
            reason: Forced,
        },
        Change::RecognitionGranted {
            label: label.clone(),
            level: None,
            valid_until: None,
        },
        Change::RecognitionRevoked { label, level: None },
        Change::GroupLinked {
            group: text("乙"),
            relation: text("子公司"),
        },
        attribute("医药"),
        attribute("信息"),
        Change::PresenceObserved {
            source: text("名册"),
            present: false,
        },
        Change::PresenceObserved {
            source: text("名册"),
            present: true,
        },
        covers,
    ]
}
