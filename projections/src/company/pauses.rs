//! Applications whose review is paused (中止).

use nianlun_aggregates::Wording;
use nianlun_aggregates::company::ApplicationStep::{Paused, Resumed};
use nianlun_aggregates::company::{Change, Spell, SpellKey};
use nianlun_aggregates::history::Sequence;

use crate::fact::FOREVER;

/// A paused application stays open, and is flagged.
pub(super) const PAUSED: Wording = Wording {
    code: "application-paused",
    zh: "审核中止",
    en: "application paused",
};

/// The days `[from, to)` of a pause, and the events at its ends.
pub(super) struct Pause {
    pub from: i32,
    pub to: i32,
    pub events: Vec<Sequence>,
}

/// The pauses of a spell; none if it is no application. One that is not resumed lasts as long as the application.
pub(super) fn pauses(spell: &Spell<'_>) -> Vec<Pause> {
    if !matches!(spell.key, SpellKey::Application(_)) {
        return vec![];
    }
    let end = spell
        .closed
        .map_or(FOREVER, |edge| edge.day.unwrap_or(FOREVER));
    let mut pauses = vec![];
    let mut since: Option<(i32, Sequence)> = None;
    for note in &spell.notes {
        let Some(day) = note.day else { continue };
        match &note.said.assertion.change {
            Change::ApplicationAdvanced { step: Paused, .. } => {
                since = since.or(Some((day, note.said.sequence)));
            }
            Change::ApplicationAdvanced { step: Resumed, .. } => {
                if let Some((from, paused)) = since.take() {
                    let events = vec![paused, note.said.sequence];
                    pauses.push(Pause {
                        from,
                        to: day,
                        events,
                    });
                }
            }
            _ => {}
        }
    }
    if let Some((from, paused)) = since {
        let to = end.max(from);
        pauses.push(Pause {
            from,
            to,
            events: vec![paused],
        });
    }
    pauses
}
