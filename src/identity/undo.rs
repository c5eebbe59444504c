//! Undoing a repair: everything that it recorded is taken back, on all its records at once.

use std::collections::BTreeMap;

use nianlun_aggregates::history::{Entry, Sequence};
use nianlun_projections::EventOf;
use uuid::Uuid;

use super::reattribute::left;
use super::{Because, Repair, RepairRefusal, Repairs};

impl Repairs {
    /// Undoes a repair. What an undoing recorded can be undone in turn: the repair then stands again.
    ///
    /// # Errors
    /// [`RepairRefusal`].
    pub async fn undo(
        &self,
        correlation: &str,
        because: &Because,
    ) -> Result<Repair, RepairRefusal> {
        self.store.sequence().await?;
        let mut recorded: BTreeMap<Uuid, Vec<Sequence>> = BTreeMap::new();
        for event in self.store.correlated(Some(correlation)).await? {
            let sequence = event.event.sequence as Sequence;
            recorded.entry(event.stream.id).or_default().push(sequence);
        }
        if recorded.is_empty() {
            let correlation = correlation.to_owned();
            return Err(RepairRefusal::NoSuchRepair { correlation });
        }
        let ids: Vec<_> = recorded.keys().copied().collect();
        let (ids, recorded) = (&ids, &recorded);
        self.attempt(|| {
            Box::pin(async move {
                let known = self.around(ids).await?;
                let mut changed = vec![];
                let mut sides = vec![];
                let mut stands = false;
                for (id, events) in recorded {
                    let record = known.record(*id);
                    let timeline = record.company.timeline();
                    for event in events {
                        let place = |sequence| EventOf { id: *id, sequence };
                        match timeline.superseded_by(*event) {
                            // What the repair itself corrected or took back of its own is no change.
                            Some(by) if events.contains(&by) => {}
                            Some(by) => changed.push((place(*event), place(by))),
                            None => stands = true,
                        }
                    }
                    let take_back = |target: &Sequence| Entry::Retracted {
                        target: *target,
                        reason: because.reason.clone(),
                    };
                    let entries = events.iter().rev().map(take_back).collect();
                    sides.push((*id, record, entries));
                }
                if !stands {
                    let correlation = correlation.to_owned();
                    return Err(RepairRefusal::AlreadyUndone { correlation });
                }
                if let Some((event, by)) = changed.first().copied() {
                    return Err(RepairRefusal::ChangedSince { event, by });
                }
                sides
                    .into_iter()
                    .map(|(id, record, entries)| left(id, &record, entries, because))
                    .collect()
            })
        })
        .await
    }
}
