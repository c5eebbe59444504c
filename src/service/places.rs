//! Which carriers and clusters have a record, so that events may name them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use nianlun_aggregates::history::{Action, Assertion, Change};
use nianlun_projections::Subject;

use crate::store::{Store, StoreError, StreamId};

/// The carriers and clusters found so far. One that has a record keeps it, so what was found stays found.
#[derive(Clone, Default)]
pub struct Places(Arc<Mutex<BTreeSet<StreamId>>>);

impl Places {
    /// Those of these that have no record.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn missing(
        &self,
        store: &dyn Store,
        named: BTreeSet<StreamId>,
    ) -> Result<BTreeSet<StreamId>, StoreError> {
        let mut missing = {
            let found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            named.difference(&found).copied().collect::<BTreeSet<_>>()
        };
        if missing.is_empty() {
            return Ok(missing);
        }
        let asked: Vec<_> = missing.iter().copied().collect();
        let found = store.streams(&asked).await?;
        missing.retain(|stream| !found.contains_key(stream));
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(found.into_keys());
        Ok(missing)
    }
}

/// The carriers and clusters that an action names.
pub fn named<C: Change>(action: &Action<C>) -> BTreeSet<StreamId> {
    let assertions: Vec<&Assertion<C>> = match action {
        Action::Record(assertions) => assertions.iter().collect(),
        Action::RecordSpell { opening, end } => vec![opening, end],
        Action::Correct { replacement, .. } => vec![replacement],
        Action::Retract { .. } | Action::RetractAll { .. } => vec![],
    };
    let names = assertions
        .into_iter()
        .flat_map(|assertion| assertion.change.names());
    names
        .filter_map(|(kind, id)| {
            Some(StreamId {
                subject: Subject::parse(kind)?,
                id,
            })
        })
        .collect()
}
