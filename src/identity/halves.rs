//! What one record says of another that does not say it back: no command writes it, but a program may have.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::Wording;
use nianlun_aggregates::history::{Change as _, Sequence};
use nianlun_projections::EventOf;
use uuid::Uuid;

use super::Repairs;
use crate::service::Record;
use crate::store::StoreError;

/// Half of a repair whose other half is missing. It changes no fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Half {
    /// The event.
    pub event: EventOf,
    /// What it is called.
    pub wording: Wording,
    /// The record that does not say it back.
    pub other: Uuid,
}

impl Repairs {
    /// All of them, by record and event.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn halves(&self) -> Result<Vec<Half>, StoreError> {
        let stored = self.store.identity_events(None).await?;
        let ids: BTreeSet<Uuid> = stored
            .iter()
            .filter_map(|event| Uuid::try_parse(&event.aggregate_id).ok())
            .collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let known = self.around(&ids).await?;
        let mut said: BTreeMap<(Uuid, Uuid), Vec<(Sequence, Wording)>> = BTreeMap::new();
        for id in ids {
            let Record { company, .. } = known.record(id);
            for one in company.timeline().in_force() {
                let change = &one.assertion.change;
                if let Some(other) = change.counterpart() {
                    let events = said.entry((id, other)).or_default();
                    events.push((one.sequence, change.wording()));
                }
            }
        }
        let mut halves = vec![];
        for ((id, other), events) in &said {
            let back = said.get(&(*other, *id));
            for (sequence, wording) in events {
                let answers = |code: &str| {
                    back.is_some_and(|back| back.iter().any(|(_, said)| said.code == code))
                };
                if !answers(answer(wording.code)) {
                    halves.push(Half {
                        event: EventOf {
                            id: *id,
                            sequence: *sequence,
                        },
                        wording: *wording,
                        other: *other,
                    });
                }
            }
        }
        Ok(halves)
    }
}

/// What the other record says.
fn answer(code: &str) -> &str {
    match code {
        "record-merged" => "record-taken-in",
        "record-taken-in" => "record-merged",
        same => same,
    }
}
