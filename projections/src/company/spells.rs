//! Spells as facts.

use nianlun_aggregates::Span;
use nianlun_aggregates::company::{Change, Edge, Spell, SpellKey};
use nianlun_aggregates::window::point;

use super::Story;
use super::findings::Finding;
use crate::fact::{FOREVER, Fact, kind};

pub(super) fn facts(story: &Story<'_>, findings: &[Finding]) -> Vec<Fact> {
    let mut facts: Vec<_> = story
        .life
        .spells
        .iter()
        .map(|spell| fact(story, spell))
        .collect();
    facts.extend(
        story
            .life
            .spells
            .iter()
            .flat_map(|spell| steps(story, spell)),
    );
    facts.extend(
        story
            .life
            .spells
            .iter()
            .flat_map(|spell| areas(story, spell)),
    );
    facts.extend(graduations(story));
    for fact in &mut facts {
        let touching = findings.iter().filter(|finding| {
            finding.marks
                && finding
                    .events
                    .iter()
                    .any(|event| fact.basis.contains(event))
        });
        fact.flags
            .extend(touching.map(|finding| finding.code.to_owned()));
        fact.flags.sort();
        fact.flags.dedup();
    }
    facts
}

fn fact(story: &Story<'_>, spell: &Spell<'_>) -> Fact {
    let (kind, key, part) = match &spell.key {
        SpellKey::Legal(status) => (kind::LEGAL, status.to_string(), String::new()),
        SpellKey::Programme { carrier, programme } => {
            (kind::PROGRAMME, carrier.to_string(), programme.to_string())
        }
        SpellKey::Occupancy { carrier, unit } => (
            kind::OCCUPANCY,
            carrier.to_string(),
            unit.as_ref().map(ToString::to_string).unwrap_or_default(),
        ),
        SpellKey::Membership { cluster, tier } => (
            kind::MEMBERSHIP,
            cluster.to_string(),
            tier.as_ref().map(ToString::to_string).unwrap_or_default(),
        ),
        SpellKey::Application(board) => (kind::APPLICATION, board.to_string(), String::new()),
        SpellKey::Security(board) => (kind::SECURITY, board.to_string(), String::new()),
        SpellKey::Recognition { label, level } => (
            kind::RECOGNITION,
            label.to_string(),
            level.map(|level| level.to_string()).unwrap_or_default(),
        ),
        SpellKey::Group(group) => (kind::GROUP, group.to_string(), String::new()),
    };
    let (from, to) = spell.placed().map_or((FOREVER, FOREVER), |(from, to)| {
        (from, to.unwrap_or(FOREVER))
    });
    let mut fact = story
        .fact(kind, from, to)
        .keyed(key)
        .parted(part)
        .valued(value(spell))
        .based(spell.basis());
    fact.from_stated = spell
        .opened
        .map_or_else(|| Span::Unknown.to_string(), |edge| stated(&edge));
    fact.to_stated = spell.closed.map_or_else(String::new, |edge| stated(&edge));
    if spell
        .opened
        .is_none_or(|edge| !edge.said.assertion.on.start_is_known())
    {
        fact.flags.push("start-unknown".to_owned());
    }
    if spell
        .closed
        .is_some_and(|edge| matches!(edge.said.assertion.on, Span::By(_) | Span::Unknown))
    {
        fact.flags.push("end-unknown".to_owned());
    }
    for edge in spell.opened.iter().chain(&spell.notes).chain(&spell.closed) {
        fact = details(fact, edge);
    }
    fact
}

fn stated(edge: &Edge<'_>) -> String {
    edge.said.assertion.on.to_string()
}

/// What a spell amounts to: how it ended, or in what right or role it runs.
fn value(spell: &Spell<'_>) -> String {
    let closing = spell.closed.map(|edge| &edge.said.assertion.change);
    let opening = spell.opened.map(|edge| &edge.said.assertion.change);
    let text = match (&spell.key, opening, closing) {
        (SpellKey::Programme { .. }, _, Some(Change::ProgrammeEnded { outcome, .. })) => {
            outcome.code()
        }
        (SpellKey::Programme { .. }, _, Some(Change::Graduated { .. })) => "graduated",
        (SpellKey::Application(_), _, Some(Change::ApplicationEnded { outcome, .. })) => {
            outcome.code()
        }
        (SpellKey::Application(_), _, Some(_)) => "listed",
        (SpellKey::Security(_), _, Some(Change::Delisted { reason, .. })) => reason.code(),
        (SpellKey::Security(_), _, Some(Change::SecurityTransferred { .. })) => "transfer",
        (
            SpellKey::Occupancy { .. },
            Some(Change::OccupancyStarted {
                tenure: Some(tenure),
                ..
            }),
            _,
        ) => tenure.code(),
        (
            SpellKey::Membership { .. },
            Some(
                Change::MembershipStarted { capacity, .. }
                | Change::MembershipTierChanged { capacity, .. },
            ),
            _,
        ) => capacity.code(),
        (SpellKey::Group(_), Some(Change::GroupLinked { relation, .. }), _) => relation.as_str(),
        _ => "",
    };
    text.to_owned()
}

/// The step that an application has reached, from its day until the next or the end: asked of a day, it never looks ahead.
fn steps(story: &Story<'_>, spell: &Spell<'_>) -> Vec<Fact> {
    let SpellKey::Application(board) = &spell.key else {
        return vec![];
    };
    let reached = |edge: &Edge<'_>| match &edge.said.assertion.change {
        Change::ApplicationAdvanced { step, .. } => Some((edge.day?, edge.said.sequence, *step)),
        _ => None,
    };
    let reached: Vec<_> = spell
        .opened
        .iter()
        .chain(&spell.notes)
        .filter_map(reached)
        .collect();
    let end = spell
        .closed
        .map_or(FOREVER, |closed| closed.day.unwrap_or(FOREVER));
    let ends = reached.iter().skip(1).map(|(day, ..)| *day).chain([end]);
    let facts = reached
        .iter()
        .zip(ends)
        .map(|((from, sequence, step), to)| {
            let fact = story.fact(kind::STEP, *from, to.max(*from));
            fact.keyed(board.to_string())
                .valued(step.code())
                .based([*sequence])
        });
    facts.collect()
}

/// The area of an occupancy, from the day on which it is stated until the next statement or the end.
fn areas(story: &Story<'_>, spell: &Spell<'_>) -> Vec<Fact> {
    let SpellKey::Occupancy { carrier, unit } = &spell.key else {
        return vec![];
    };
    let stated = |edge: &Edge<'_>| match &edge.said.assertion.change {
        Change::OccupancyStarted {
            area: Some(area), ..
        }
        | Change::OccupancyAreaChanged { area, .. } => {
            Some((edge.day?, edge.said.sequence, area.to_string()))
        }
        _ => None,
    };
    let edges = spell.opened.iter().chain(&spell.notes);
    let stated: Vec<_> = edges.filter_map(stated).collect();
    let end = spell
        .closed
        .map_or(FOREVER, |closed| closed.day.unwrap_or(FOREVER));
    let ends = stated.iter().skip(1).map(|(day, ..)| *day).chain([end]);
    let facts = stated.iter().zip(ends).map(|((from, sequence, area), to)| {
        story
            .fact(kind::AREA, *from, to.max(*from))
            .keyed(carrier.to_string())
            .parted(unit.as_ref().map(ToString::to_string).unwrap_or_default())
            .valued(area.clone())
            .based([*sequence])
    });
    facts.collect()
}

/// The attributes of a spell, the latest statement of each.
fn details(fact: Fact, edge: &Edge<'_>) -> Fact {
    match &edge.said.assertion.change {
        Change::OccupancyStarted {
            area,
            role,
            planned_end,
            ..
        } => fact
            .with("area", area.as_ref())
            .with("role", role.as_ref())
            .with("planned_end", planned_end.as_ref()),
        Change::OccupancyAreaChanged { area, .. } => fact.with("area", Some(area)),
        Change::RecognitionGranted { valid_until, .. }
        | Change::RecognitionRenewed { valid_until, .. } => {
            fact.with("valid_until", valid_until.as_ref())
        }
        _ => fact,
    }
}

/// Graduated, from the day on which the incubation ended; from the latest day stated where none was recorded.
pub(super) fn graduations(story: &Story<'_>) -> Vec<Fact> {
    let mut facts = vec![];
    for said in &story.life.said {
        let Change::Graduated { carrier } = &said.assertion.change else {
            continue;
        };
        let closed = story
            .life
            .spells
            .iter()
            .filter_map(|spell| spell.closed)
            .find(|edge| edge.said.sequence == said.sequence);
        let day = closed.map_or_else(
            || {
                said.assertion
                    .on
                    .latest()
                    .map(nianlun_aggregates::Day::number)
                    .or(point(said.assertion.on))
            },
            |edge| edge.day,
        );
        let key = carrier
            .map(|carrier| carrier.to_string())
            .unwrap_or_default();
        let fact = story
            .since(kind::GRADUATED, day)
            .keyed(key)
            .based([said.sequence]);
        facts.push(Fact {
            from_stated: said.assertion.on.to_string(),
            ..fact
        });
    }
    facts
}
