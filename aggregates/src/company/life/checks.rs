//! Contradictions between sets of spells: only where no placement of the dates avoids them.

use super::{Change, Entity, Life, SpellKey};
use crate::company::terms::LegalStatus;
use crate::day::Day;
use crate::history::ContradictionKind;
use crate::window::Window;

impl Life<'_> {
    /// What opened after deregistration and before it was lifted.
    pub(super) fn check_deregistration(&mut self) {
        let mut found = vec![];
        for closed in &self.spells {
            let (SpellKey::Legal(LegalStatus::Deregistered), Some(closing)) =
                (&closed.key, closed.opened)
            else {
                continue;
            };
            let Some(from) = Window::of_opening(closing.said.assertion.on) else {
                continue;
            };
            let lifted = closed
                .closed
                .map(|end| end.said.assertion.on.earliest().map(Day::number));
            for spell in &self.spells {
                let Some(later) = spell.opened.filter(|_| spell.key.set().is_some()) else {
                    continue;
                };
                let on = later.said.assertion.on;
                let after = on.earliest().is_some_and(|day| day.number() > from.last);
                let before = match (lifted, on.latest()) {
                    (None, _) => true,
                    (Some(Some(lifted)), Some(last)) => last.number() < lifted,
                    _ => false,
                };
                if after && before {
                    found.push([closing.said.sequence, later.said.sequence]);
                }
            }
        }
        for events in found {
            self.contradict(ContradictionKind::OpenedAfterDeregistration, events);
        }
    }

    /// Shares of what is no company, and on no feasible day has become one.
    pub(super) fn check_listings(&mut self) {
        let registered = self
            .said
            .iter()
            .find_map(|said| match &said.assertion.change {
                Change::Registered { entity, .. } => Some((entity, said.sequence)),
                _ => None,
            });
        // Of a record that took in another, its own registration comes first and says what it is.
        let registered = registered.filter(|(entity, _)| !entity.can_be_listed());
        let Some((entity, registration)) = registered else {
            return;
        };
        let formed = |listed: Option<Day>| {
            *entity == Entity::Team
                && self.said.iter().any(|said| {
                    let on = said.assertion.on;
                    matches!(said.assertion.change, Change::Incorporated { .. })
                        && listed.is_none_or(|listed| on.earliest().is_none_or(|day| day <= listed))
                })
        };
        let found: Vec<_> = self
            .spells
            .iter()
            .filter(|spell| matches!(spell.key, SpellKey::Security(_)))
            .filter_map(|spell| spell.opened)
            .filter(|opened| !formed(opened.said.assertion.on.latest()))
            .map(|opened| [registration, opened.said.sequence])
            .collect();
        for events in found {
            self.contradict(ContradictionKind::ListedWithoutCompany, events);
        }
    }
}
