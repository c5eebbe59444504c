//! Whether a repair was done before, so that a file can be applied again.

use nianlun_aggregates::Text;
use nianlun_aggregates::company::{Change, CompanyEvent};
use nianlun_aggregates::decode::decode;
use nianlun_aggregates::history::{Entry, Sequence};
use serde_json::Value;
use uuid::Uuid;

use super::{Repairs, each_once};
use crate::store::StoreError;

/// Where moved events went.
#[derive(Clone, Copy, Debug)]
pub enum Went<'a> {
    /// To this record.
    To(Uuid),
    /// To a record that was registered for them under this name.
    Registered(&'a Text),
}

impl Repairs {
    /// Whether two records are one by merges already.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn are_one(&self, a: Uuid, b: Uuid) -> Result<bool, StoreError> {
        let known = self.around(&[a, b]).await?;
        Ok(known.of(a) == known.of(b))
    }

    /// Whether a repair took these events out of a record and brought them there, and stands.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn went(
        &self,
        from: Uuid,
        events: &[Sequence],
        went: Went<'_>,
    ) -> Result<bool, StoreError> {
        self.store.sequence().await?;
        let record = self.around(&[from]).await?.record(from);
        for event in each_once(events) {
            let by = record.company.timeline().superseded_by(event);
            let place = by.and_then(|by| usize::try_from(by).ok()?.checked_sub(1));
            let metadata = place.and_then(|place| record.metadata.get(place));
            let correlation = metadata.and_then(|metadata| metadata.get("correlation"));
            let Some(correlation) = correlation.and_then(Value::as_str) else {
                return Ok(false);
            };
            let repair = self.store.correlated(Some(correlation)).await?;
            let streams: Vec<_> = repair.iter().map(|stored| stored.stream.id).collect();
            let now = self.around(&streams).await?;
            let there = repair.iter().any(|stored| match went {
                // Since then that record may have been merged.
                Went::To(id) => {
                    stored.stream.id != from && [id, now.of(id)].contains(&now.of(stored.stream.id))
                }
                Went::Registered(name) => {
                    decode(&stored.event).is_ok_and(|event: CompanyEvent| registers(&event, name))
                }
            });
            if !there {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn registers(event: &CompanyEvent, as_name: &Text) -> bool {
    matches!(&event.entry, Entry::Asserted(said)
        if matches!(&said.change, Change::Registered { name, .. } if name == as_name))
}
