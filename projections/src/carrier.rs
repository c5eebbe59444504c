//! What a carrier's history says.

use std::collections::BTreeSet;

use nianlun_aggregates::carrier::{CarrierType, Change};
use nianlun_aggregates::history::{Change as _, Timeline};
use uuid::Uuid;

use crate::bitemporal::{Admitted, bitemporal};
use crate::fact::{FOREVER, Fact, Subject, kind};
use crate::values::Statements;

/// Folds a carrier's history into its facts on both axes.
#[must_use]
pub fn facts(id: Uuid, history: &[Admitted<Change>]) -> Vec<Fact> {
    bitemporal(history, |timeline, _| read(id, timeline))
}

fn read(id: Uuid, timeline: &Timeline<Change>) -> Vec<Fact> {
    let said = timeline.in_force();
    if !said.iter().any(|said| said.assertion.change.registers()) {
        return vec![];
    }
    let mut statements = Statements::of(Subject::Carrier, id, &said);
    let mut facts = vec![];
    for said in &said {
        let throughout = |kind: &str| {
            Fact::new(Subject::Carrier, id, kind, statements.begin, FOREVER).based([said.sequence])
        };
        match &said.assertion.change {
            Change::Registered {
                code,
                name,
                types,
                parent,
                jurisdiction,
            } => {
                facts.push(throughout(kind::BEING).keyed(code.as_str()));
                statements.state_from_begin(said, kind::NAME, "", name.to_string());
                if !types.is_empty() {
                    statements.state_from_begin(said, kind::TYPE, "", joined(types));
                }
                if let Some(parent) = parent {
                    statements.state_from_begin(said, kind::PARENT, "", parent.to_string());
                }
                if let Some(jurisdiction) = jurisdiction {
                    statements.state_from_begin(
                        said,
                        kind::JURISDICTION,
                        "",
                        jurisdiction.to_string(),
                    );
                }
            }
            Change::Renamed { name } => {
                statements.state(said, kind::NAME, "", Some(name.to_string()));
            }
            Change::AliasAdded { alias } => {
                facts.push(throughout(kind::ALIAS).valued(alias.as_str()));
            }
            Change::TypesStated { types } => {
                statements.state(said, kind::TYPE, "", Some(joined(types)));
            }
            Change::LevelGranted {
                level,
                basis,
                label,
            } => {
                let value = label
                    .as_ref()
                    .map_or_else(|| basis.to_string(), |label| format!("{basis} {label}"));
                statements.state(said, kind::LEVEL, level.code(), Some(value));
            }
            Change::LevelRevoked { level } => {
                statements.state(said, kind::LEVEL, level.code(), None);
            }
            Change::ParentStated { parent } => statements.state(
                said,
                kind::PARENT,
                "",
                parent.map(|parent| parent.to_string()),
            ),
            Change::FigureReported {
                metric,
                quantity,
                period,
            } => statements.figure(said, metric, quantity, *period),
        }
    }
    facts.extend(statements.facts());
    facts
}

/// Several types at once are one value: what a carrier is changes as a whole.
fn joined(types: &[CarrierType]) -> String {
    let codes: BTreeSet<_> = types
        .iter()
        .map(|carrier_type| carrier_type.code())
        .collect();
    codes.into_iter().collect::<Vec<_>>().join(" ")
}
