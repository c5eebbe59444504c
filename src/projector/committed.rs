//! The facts of one company as committed, before the log has admitted and the projector has folded it.

use std::collections::BTreeMap;

use nianlun_projections::{Fact, Known};
use uuid::Uuid;

use super::Folds;
use crate::service::{Groups, company};
use crate::store::{AdmittedEvent, Store, StoreError, StreamId, system_clock};

/// Folds a company's committed history, with those of the records that it has taken in, and gives what is believed now.
///
/// # Errors
/// Those of the store.
pub async fn committed(
    store: &dyn Store,
    folds: &Folds,
    id: Uuid,
) -> Result<Vec<Fact>, StoreError> {
    let stream = company(id);
    let groups = Groups::around(store, &[stream]).await?;
    let mut asked: Vec<StreamId> = groups.streams().collect();
    if asked.is_empty() {
        asked.push(stream);
    }
    let at = system_clock();
    let mut histories: BTreeMap<Uuid, Vec<AdmittedEvent>> = BTreeMap::new();
    let mut position = 0;
    for (stream, events) in store.streams(&asked).await? {
        let history = histories.entry(stream.id).or_default();
        for event in events {
            position += 1;
            history.push(AdmittedEvent {
                stream,
                known: Known { at, position },
                event,
            });
        }
    }
    let group = histories
        .iter()
        .map(|(id, history)| (*id, history.as_slice()))
        .collect();
    let facts = folds.group_facts(&group)?.remove(&id);
    let now = |fact: &Fact| fact.known_to == Known::OPEN;
    Ok(facts.into_iter().flatten().filter(now).collect())
}
