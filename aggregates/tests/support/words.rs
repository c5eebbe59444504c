//! Terse builders for what is said of companies.

use super::*;
use nianlun_aggregates::company::{ApplicationOutcome, ApplicationStep, SpellKey};

#[track_caller]
fn parsed<T: std::str::FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect(text)
}

pub fn text(words: &str) -> Text {
    Text::new(words).expect(words)
}

pub fn on(date: &str, change: Change) -> Assertion {
    Assertion {
        on: parsed(date),
        change,
    }
}

/// The id of a carrier or cluster by one letter.
pub fn place(name: &str) -> Uuid {
    derived_id("place", name)
}

pub fn usci(code: &str) -> Identifier {
    Identifier::Usci(parsed(code))
}

pub fn external(scheme: &str, id: &str) -> Identifier {
    Identifier::External(ExternalId::new(parsed(scheme), id).expect(id))
}

pub fn registered(entity: Entity) -> Change {
    Change::Registered {
        entity,
        name: text("观典防务"),
        identifiers: vec![],
    }
}

pub fn registration() -> Assertion {
    on("2000-01-01", registered(Entity::Company))
}

pub fn identified(identifiers: impl IntoIterator<Item = Identifier>) -> Assertion {
    on(
        "2000-01-01",
        Change::Registered {
            entity: Entity::Company,
            name: text("观典防务"),
            identifiers: identifiers.into_iter().collect(),
        },
    )
}

pub fn identifier(identifier: Identifier) -> Change {
    Change::IdentifierAdded { identifier }
}

pub fn incorporated() -> Change {
    Change::Incorporated {
        name: None,
        identifiers: vec![],
    }
}

pub fn renamed(name: &str) -> Change {
    Change::Renamed { name: text(name) }
}

pub fn status(status: LegalStatus) -> Change {
    Change::LegalStatusEntered { status }
}

pub fn lifted(status: Option<LegalStatus>) -> Change {
    Change::LegalStatusLifted { status }
}

pub fn incubated(carrier: &str) -> Change {
    Change::ProgrammeStarted {
        programme: Programme::Incubation,
        carrier: place(carrier),
    }
}

pub fn incubation_left(carrier: &str) -> Change {
    Change::ProgrammeEnded {
        programme: Programme::Incubation,
        carrier: place(carrier),
        outcome: ProgrammeOutcome::Left,
    }
}

pub fn graduated(carrier: &str) -> Change {
    Change::Graduated {
        carrier: Some(place(carrier)),
    }
}

fn unit(name: &str) -> Option<Text> {
    (!name.is_empty()).then(|| text(name))
}

/// Moves into a unit at carrier "A"; an empty name is no name.
pub fn entered(name: &str) -> Change {
    entered_with(name, None)
}

pub fn entered_with(name: &str, area: Option<&str>) -> Change {
    Change::OccupancyStarted {
        carrier: place("A"),
        unit: unit(name),
        tenure: None,
        area: area.map(area_of),
        role: None,
        planned_end: None,
    }
}

fn area_of(area: &str) -> nianlun_aggregates::quantity::Area {
    parsed::<Quantity>(area).try_into().expect(area)
}

pub fn left(name: &str) -> Change {
    Change::OccupancyEnded {
        carrier: place("A"),
        unit: unit(name),
    }
}

pub fn area_changed(name: &str, area: &str) -> Change {
    Change::OccupancyAreaChanged {
        carrier: place("A"),
        unit: unit(name),
        area: area_of(area),
    }
}

pub fn moved(from: &str, to: &str) -> Change {
    Change::OccupancyMoved {
        carrier: place("A"),
        from: unit(from),
        to: text(to),
    }
}

fn tier(name: &str) -> Option<nianlun_aggregates::Code> {
    (!name.is_empty()).then(|| parsed(name))
}

/// Joins cluster "C" in a tier; an empty name is no tier.
pub fn joined(name: &str) -> Change {
    Change::MembershipStarted {
        cluster: place("C"),
        tier: tier(name),
        capacity: Capacity::Member,
    }
}

pub fn tier_changed(from: &str, to: &str, capacity: Capacity) -> Change {
    Change::MembershipTierChanged {
        cluster: place("C"),
        from: tier(from),
        to: parsed(to),
        capacity,
    }
}

pub fn quit(name: &str) -> Change {
    Change::MembershipEnded {
        cluster: place("C"),
        tier: tier(name),
    }
}

pub fn applied(board: &str, step: ApplicationStep) -> Change {
    Change::ApplicationAdvanced {
        board: parsed(board),
        step,
    }
}

pub fn withdrawn(board: &str) -> Change {
    Change::ApplicationEnded {
        board: parsed(board),
        outcome: ApplicationOutcome::Withdrawn,
    }
}

/// Listed on a board under a code; an empty code is none.
pub fn listed(board: &str, code: &str) -> Change {
    Change::Listed {
        board: parsed::<Board>(board),
        code: (!code.is_empty()).then(|| parsed(code)),
    }
}

pub fn code_changed(board: &str, code: &str) -> Change {
    Change::SecurityCodeChanged {
        board: parsed(board),
        code: parsed(code),
    }
}

pub fn transferred(from: &str, to: &str) -> Change {
    Change::SecurityTransferred {
        from: parsed(from),
        to: parsed(to),
        code: None,
    }
}

pub fn delisted(board: &str, reason: DelistingReason) -> Change {
    Change::Delisted {
        board: parsed(board),
        reason,
    }
}

pub fn granted(label: &str) -> Change {
    Change::RecognitionGranted {
        label: text(label),
        level: None,
        valid_until: None,
    }
}

pub fn revoked(label: &str) -> Change {
    Change::RecognitionRevoked {
        label: text(label),
        level: None,
    }
}

pub fn record(assertion: Assertion) -> Action<Change> {
    Action::Record(vec![assertion])
}

pub fn period(opening: Assertion, end: Assertion) -> Action<Change> {
    Action::RecordSpell { opening, end }
}

pub fn correction(target: Sequence, replacement: Assertion) -> Action<Change> {
    Action::Correct {
        target,
        replacement,
        reason: text("typing slip"),
    }
}

pub fn retraction(target: Sequence) -> Action<Change> {
    Action::Retract {
        target,
        reason: text("wrong company"),
        with_dependents: false,
    }
}

pub fn retraction_with_dependents(target: Sequence) -> Action<Change> {
    Action::Retract {
        target,
        reason: text("wrong company"),
        with_dependents: true,
    }
}

/// The event of a correction.
pub fn corrected(target: Sequence, replacement: Assertion) -> CompanyEvent {
    event(Entry::Corrected {
        target,
        replacement,
        reason: text("typing slip"),
    })
}

/// The event of a retraction.
pub fn taken_back(target: Sequence) -> CompanyEvent {
    event(Entry::Retracted {
        target,
        reason: text("wrong company"),
    })
}

/// A key in a word or two.
pub fn key(key: &SpellKey) -> String {
    let part = |part: Option<&str>| part.map(|part| format!(" {part}")).unwrap_or_default();
    match key {
        SpellKey::Legal(status) => status.to_string(),
        SpellKey::Programme { programme, .. } => programme.to_string(),
        SpellKey::Occupancy { unit, .. } => {
            format!("unit{}", part(unit.as_ref().map(Text::as_str)))
        }
        SpellKey::Membership { tier, .. } => {
            format!(
                "tier{}",
                part(tier.as_ref().map(nianlun_aggregates::Code::as_str))
            )
        }
        SpellKey::Application(board) => format!("application {board}"),
        SpellKey::Security(board) => board.to_string(),
        SpellKey::Recognition { label, .. } => format!("label {label}"),
        SpellKey::Group(group) => format!("group {group}"),
    }
}
