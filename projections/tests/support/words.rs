//! What can be said, in few words.

use nianlun_aggregates::company::{
    ApplicationOutcome, ApplicationStep, Capacity, Change, DelistingReason, Entity, LegalStatus,
    Programme, ProgrammeOutcome, SpaceRole, SpellSet,
};
use nianlun_aggregates::{Board, Code, carrier, cluster};
use uuid::Uuid;

use super::{span, text};

/// Carriers.
pub const T_SPACE: &str = "t-space";
pub const TIANAN: &str = "tianan";
/// A cluster.
pub const MEDICINE: &str = "medicine";

/// The id under which a carrier or cluster is known.
pub fn id(code: &str) -> Uuid {
    let code: Code = code.parse().expect("well formed");
    if code.as_str() == MEDICINE {
        cluster::cluster_id(&code)
    } else {
        carrier::carrier_id(&code)
    }
}

/// Of an id in these specs its code; of anything else itself.
pub fn code_of(key: &str) -> String {
    let known = [T_SPACE, TIANAN, MEDICINE]
        .into_iter()
        .find(|code| id(code).to_string() == key);
    known.unwrap_or(key).to_owned()
}

pub fn registered(entity: Entity) -> Change {
    Change::Registered {
        entity,
        name: text("甲"),
        identifiers: vec![],
    }
}

pub fn company() -> Change {
    registered(Entity::Company)
}

pub fn team() -> Change {
    registered(Entity::Team)
}

/// A record whose group has a listing, and which has no name of its own.
pub fn local_entity_of(group: &str) -> Change {
    registered(Entity::UnnamedLocalEntity { group: text(group) })
}

pub fn incorporated(name: Option<&str>) -> Change {
    Change::Incorporated {
        name: name.map(text),
        identifiers: vec![],
    }
}

pub fn renamed(name: &str) -> Change {
    Change::Renamed { name: text(name) }
}

pub fn starts(programme: Programme, carrier: &str) -> Change {
    Change::ProgrammeStarted {
        programme,
        carrier: id(carrier),
    }
}

pub fn incubation(carrier: &str) -> Change {
    starts(Programme::Incubation, carrier)
}

pub fn acceleration(carrier: &str) -> Change {
    starts(Programme::Acceleration, carrier)
}

pub fn seed(carrier: &str) -> Change {
    starts(Programme::Seed, carrier)
}

/// A programme ends before its time.
pub fn quits(programme: Programme, carrier: &str) -> Change {
    Change::ProgrammeEnded {
        programme,
        carrier: id(carrier),
        outcome: ProgrammeOutcome::Left,
    }
}

pub fn graduates(carrier: &str) -> Change {
    Change::Graduated {
        carrier: Some(id(carrier)),
    }
}

pub fn moves_in(carrier: &str) -> Change {
    room(carrier, None, None)
}

/// Moves into a unit, in a role.
pub fn room(carrier: &str, unit: Option<&str>, role: Option<SpaceRole>) -> Change {
    Change::OccupancyStarted {
        carrier: id(carrier),
        unit: unit.map(text),
        tenure: None,
        area: None,
        role,
        planned_end: None,
    }
}

pub fn moves_out(carrier: &str) -> Change {
    Change::OccupancyEnded {
        carrier: id(carrier),
        unit: None,
    }
}

pub fn joins(tier: Option<&str>) -> Change {
    let tier = tier.map(|tier| tier.parse().expect("well formed"));
    Change::MembershipStarted {
        cluster: id(MEDICINE),
        tier,
        capacity: Capacity::Member,
    }
}

pub fn leaves() -> Change {
    Change::MembershipEnded {
        cluster: id(MEDICINE),
        tier: None,
    }
}

pub fn applies(board: Board, step: ApplicationStep) -> Change {
    Change::ApplicationAdvanced { board, step }
}

pub fn withdraws(board: Board) -> Change {
    Change::ApplicationEnded {
        board,
        outcome: ApplicationOutcome::Withdrawn,
    }
}

pub fn lists(board: Board, code: &str) -> Change {
    Change::Listed {
        board,
        code: Some(code.parse().expect("well formed")),
    }
}

pub fn delists(board: Board, reason: DelistingReason) -> Change {
    Change::Delisted { board, reason }
}

pub fn enters(status: LegalStatus) -> Change {
    Change::LegalStatusEntered { status }
}

pub fn deregistered() -> Change {
    enters(LegalStatus::Deregistered)
}

/// A source declares that it is complete.
pub fn covers(sets: &[SpellSet], period: &str) -> Change {
    Change::CoverageDeclared {
        source: text("名册"),
        sets: sets.to_vec(),
        period: span(period),
    }
}

pub fn attribute(scheme: &str, value: &str) -> Change {
    Change::AttributeStated {
        scheme: text(scheme),
        value: text(value),
    }
}
