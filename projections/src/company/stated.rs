//! Facts that an event states by itself: names, identifiers, attributes, figures, and what holds from a day on.

use std::collections::BTreeMap;

use nianlun_aggregates::company::{Change, Entity, SpellKey};
use nianlun_aggregates::window::point;
use nianlun_aggregates::{Day, Identifier, Span};

use super::Story;
use crate::fact::{FOREVER, Fact, kind};
use crate::values::{Stated, Turn, held, stated};

pub(super) fn facts(story: &Story<'_>) -> Vec<Fact> {
    let mut facts = entities(story);
    facts.extend(names(story));
    facts.extend(values(story));
    facts.extend(moments(story));
    facts
}

fn entities(story: &Story<'_>) -> Vec<Fact> {
    let kinds = story.entities();
    let ends = kinds
        .iter()
        .skip(1)
        .map(|(from, ..)| *from)
        .chain([FOREVER]);
    let mut facts = vec![];
    for ((from, entity, sequence), to) in kinds.iter().zip(ends) {
        let group = match entity {
            Entity::UnnamedLocalEntity { group } => Some(group),
            _ => None,
        };
        facts.push(
            story
                .fact(kind::ENTITY, *from, to)
                .valued(entity.code())
                .based([*sequence])
                .with("group", group),
        );
    }
    facts
}

/// The name of each day. A former name stays an alias from the beginning; so does one whose date is unknown.
fn names(story: &Story<'_>) -> Vec<Fact> {
    let mut statements: Vec<Stated<String>> = vec![];
    let mut facts = vec![];
    for said in &story.life.said {
        match &said.assertion.change {
            // A record that was taken in gives another name.
            Change::Registered { name, .. }
                if !statements.iter().any(|one| one.turn == Turn::First) =>
            {
                statements.push(Stated {
                    day: story.begin,
                    turn: Turn::First,
                    ..stated(said, Some(name.to_string()))
                });
            }
            Change::Renamed { name }
            | Change::Incorporated {
                name: Some(name), ..
            } => statements.push(stated(said, Some(name.to_string()))),
            Change::AliasAdded { alias: name } | Change::Registered { name, .. } => facts.push(
                story
                    .throughout(kind::ALIAS)
                    .valued(name.as_str())
                    .based([said.sequence]),
            ),
            _ => {}
        }
    }
    for held in held(statements) {
        let name = held.stated.value.clone().unwrap_or_default();
        if held.to != FOREVER || held.from == FOREVER {
            facts.push(
                story
                    .throughout(kind::ALIAS)
                    .valued(name.clone())
                    .based([held.stated.sequence]),
            );
        }
        if held.from != FOREVER || story.begin.is_none() {
            facts.push(story.held(kind::NAME, "", &held));
        }
    }
    facts
}

/// Values that hold until the next: attributes, observed statuses, presence, codes; and identifiers, which hold for ever.
fn values(story: &Story<'_>) -> Vec<Fact> {
    let mut statements: BTreeMap<(&str, String), Vec<Stated<String>>> = BTreeMap::new();
    let mut facts = vec![];
    let mut identifier = |identifier: &Identifier, sequence| {
        let (scheme, id) = match identifier {
            Identifier::Usci(usci) => ("usci", usci.as_str()),
            Identifier::External(external) => (external.scheme().as_str(), external.id()),
        };
        facts.push(
            story
                .throughout(kind::IDENTIFIER)
                .keyed(scheme)
                .valued(id)
                .based([sequence]),
        );
    };
    for said in &story.life.said {
        let mut state = |kind, key: String, value: Option<String>| {
            statements
                .entry((kind, key))
                .or_default()
                .push(stated(said, value));
        };
        match &said.assertion.change {
            Change::Registered { identifiers, .. } | Change::Incorporated { identifiers, .. } => {
                for known in identifiers {
                    identifier(known, said.sequence);
                }
            }
            Change::IdentifierAdded { identifier: known } => identifier(known, said.sequence),
            Change::AttributeStated { scheme, value } => {
                state(kind::ATTRIBUTE, scheme.to_string(), Some(value.to_string()));
            }
            Change::StatusObserved { source, value } => {
                state(kind::STATUS, source.to_string(), Some(value.to_string()));
            }
            Change::PresenceObserved { source, present } => state(
                kind::PRESENCE,
                source.to_string(),
                present.then(|| "present".to_owned()),
            ),
            Change::Listed {
                board,
                code: Some(code),
            }
            | Change::SecurityCodeChanged { board, code }
            | Change::SecurityTransferred {
                to: board,
                code: Some(code),
                ..
            } => state(
                kind::CODE,
                board.market().to_string(),
                Some(code.to_string()),
            ),
            _ => {}
        }
    }
    // Shares that leave their board leave their code there.
    for spell in &story.life.spells {
        let (SpellKey::Security(board), Some(closed)) = (&spell.key, spell.closed) else {
            continue;
        };
        let at_once = spell.opened.is_some_and(|opened| opened.day == closed.day);
        let end = Stated {
            day: closed.day,
            turn: if at_once { Turn::Last } else { Turn::Within },
            ..stated(&closed.said, None)
        };
        statements
            .entry((kind::CODE, board.to_string()))
            .or_default()
            .push(end);
    }
    for ((kind, key), statements) in statements {
        facts.extend(
            held(statements)
                .iter()
                .map(|held| story.held(kind, &key, held)),
        );
    }
    facts
}

/// What happened on a day (from = to), and what is so from a day on.
fn moments(story: &Story<'_>) -> Vec<Fact> {
    let mut facts = vec![];
    for said in &story.life.said {
        let day = point(said.assertion.on);
        let moment = |kind| story.fact(kind, day.unwrap_or(FOREVER), day.unwrap_or(FOREVER));
        let fact = match &said.assertion.change {
            Change::Acquired { by } => story
                .since(kind::ACQUIRED, day)
                .valued(optional(by.as_ref())),
            Change::Absorbed { by } => story
                .since(kind::SUCCESSION, day)
                .keyed("absorbed")
                .valued(optional(by.as_ref())),
            Change::Divided { into } => {
                let parts: Vec<_> = into.iter().map(nianlun_aggregates::Text::as_str).collect();
                story
                    .since(kind::SUCCESSION, day)
                    .keyed("divided")
                    .valued(parts.join("; "))
            }
            Change::FundingReceived {
                round,
                amount,
                investor,
            } => moment(kind::FUNDING)
                .keyed(optional(round.as_ref()))
                .valued(optional(amount.as_ref()))
                .with("investor", investor.as_ref()),
            Change::FigureReported {
                metric,
                quantity,
                period,
            } => moment(kind::FIGURE)
                .keyed(metric.as_str())
                .parted(optional(period.as_ref()))
                .valued(quantity.to_string()),
            Change::CoverageDeclared {
                source,
                sets,
                period,
            } => {
                // Without a period nothing is covered on any day.
                let begin = story.begin.filter(|_| *period != Span::Unknown);
                let from = period
                    .earliest()
                    .map(Day::number)
                    .or(begin)
                    .unwrap_or(FOREVER);
                let to = period.latest().map_or(FOREVER, |last| last.number() + 1);
                let sets: Vec<_> = sets.iter().map(|set| set.code()).collect();
                story
                    .fact(kind::COVERAGE, from, to.max(from))
                    .keyed(source.as_str())
                    .parted(sets.join(" "))
            }
            Change::NamedAsAnchor { cluster, source } => moment(kind::MENTION)
                .keyed(cluster.to_string())
                .valued(source.as_str()),
            Change::RecordDistinct { other, .. } => {
                story.throughout(kind::DISTINCT).valued(other.to_string())
            }
            _ => continue,
        };
        facts.push(Fact {
            from_stated: said.assertion.on.to_string(),
            ..fact.based([said.sequence])
        });
    }
    facts
}

fn optional(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}
