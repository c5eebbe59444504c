//! What a cluster's history says.

use nianlun_aggregates::cluster::Change;
use nianlun_aggregates::history::Timeline;
use uuid::Uuid;

use crate::bitemporal::{Admitted, bitemporal};
use crate::fact::{FOREVER, Fact, Subject, kind};
use crate::values::Statements;

/// Folds a cluster's history into its facts on both axes.
#[must_use]
pub fn facts(id: Uuid, history: &[Admitted<Change>]) -> Vec<Fact> {
    bitemporal(history, |timeline, _| read(id, timeline))
}

fn read(id: Uuid, timeline: &Timeline<Change>) -> Vec<Fact> {
    let said = timeline.in_force();
    let mut statements = Statements::of(Subject::Cluster, id, &said);
    let declared = said.iter().find_map(|said| match &said.assertion.change {
        Change::Declared { code, .. } => Some(code.to_string()),
        _ => None,
    });
    let Some(code) = declared else { return vec![] };
    let mut facts = vec![];
    for said in &said {
        match &said.assertion.change {
            Change::Declared { name, .. } => {
                statements.state_from_begin(said, kind::BEING, &code, "open".to_owned());
                statements.state_from_begin(said, kind::NAME, "", name.to_string());
            }
            Change::Renamed { name } => {
                statements.state(said, kind::NAME, "", Some(name.to_string()));
            }
            Change::AliasAdded { alias } => {
                let fact = Fact::new(Subject::Cluster, id, kind::ALIAS, statements.begin, FOREVER);
                facts.push(fact.valued(alias.as_str()).based([said.sequence]));
            }
            Change::Closed {} => statements.state(said, kind::BEING, &code, None),
            Change::TierDeclared { tier, name } | Change::TierRenamed { tier, name } => {
                statements.state(said, kind::TIER, tier.as_str(), Some(name.to_string()));
            }
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
