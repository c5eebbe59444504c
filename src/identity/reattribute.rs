//! Moving events from the record in which they were booked to the one that they are about.

use nianlun_aggregates::Text;
use nianlun_aggregates::company::identity::IdentityError;
use nianlun_aggregates::company::{Assertion, Change};
use nianlun_aggregates::history::{Entry, Sequence};
use serde_json::Value;
use uuid::Uuid;

use super::{Because, Repair, RepairRefusal, Repairs, Side, each_once};
use crate::service::{Metadata, Record};

/// Where a moved event's source is kept. The run is left behind: undoing an import is no reason to undo the repair.
const ORIGIN: [&str; 3] = ["source", "file", "row"];

impl Repairs {
    /// Moves an event: taken back in one record and said in the other, which has a record already. If that one says
    /// exactly this already, it is only taken back.
    ///
    /// # Errors
    /// [`RepairRefusal`].
    pub async fn reattribute(
        &self,
        from: Uuid,
        events: &[Sequence],
        to: Uuid,
        because: &Because,
    ) -> Result<Repair, RepairRefusal> {
        self.attempt(|| {
            Box::pin(async move {
                let known = self.around(&[from, to]).await?;
                let (wrong, right) = (known.record(from), known.record(to));
                if from == to {
                    return Err(IdentityError::Itself { id: from }.into());
                }
                if let Some(into) = known.survivor(to) {
                    return Err(IdentityError::AlreadyMerged { id: to, into }.into());
                }
                for (id, record) in [(from, &wrong), (to, &right)] {
                    if record.company.registration().is_none() {
                        return Err(IdentityError::NoSuchRecord { id }.into());
                    }
                }
                let moved = taken_out(from, &wrong, events, &because.reason)?;
                let new: Vec<_> = moved
                    .said
                    .into_iter()
                    .filter(|(said, _)| right.company.saying(said).is_none())
                    .collect();
                Ok(vec![
                    left(from, &wrong, moved.entries, because)?,
                    taken_up(to, &right, vec![], new, because)?,
                ])
            })
        })
        .await
    }
}

/// What a record is to lose.
pub(super) struct TakenOut {
    /// What takes it back.
    pub entries: Vec<Entry<Change>>,
    /// What was said, with where it came from.
    pub said: Vec<(Assertion, Metadata)>,
}

pub(super) fn taken_out(
    id: Uuid,
    record: &Record,
    events: &[Sequence],
    reason: &Text,
) -> Result<TakenOut, RepairRefusal> {
    let mut out = TakenOut {
        entries: vec![],
        said: vec![],
    };
    for event in each_once(events) {
        let (said, chain) = record
            .company
            .movable(event)
            .map_err(|error| RepairRefusal::Record { id, error })?;
        out.said.push((said.clone(), origin(record, event)));
        out.entries
            .extend(chain.into_iter().map(|target| Entry::Retracted {
                target,
                reason: reason.clone(),
            }));
    }
    if out.said.is_empty() {
        return Err(RepairRefusal::NoEvents);
    }
    Ok(out)
}

/// The side that loses what it should not have said.
pub(super) fn left(
    id: Uuid,
    record: &Record,
    entries: Vec<Entry<Change>>,
    because: &Because,
) -> Result<Side, RepairRefusal> {
    let events = record
        .company
        .repaired(entries, &because.manner())
        .map_err(|error| RepairRefusal::Record { id, error })?;
    Ok(Side::plain(id, record.company.timeline().last(), events))
}

/// The side that says it from now on, after what comes first there.
pub(super) fn taken_up(
    id: Uuid,
    record: &Record,
    first: Vec<Assertion>,
    moved: Vec<(Assertion, Metadata)>,
    because: &Because,
) -> Result<Side, RepairRefusal> {
    let plain = first.into_iter().map(|said| (said, Metadata::default()));
    let (said, origins): (Vec<_>, Vec<_>) = plain.chain(moved).unzip();
    let entries = said.into_iter().map(Entry::Asserted).collect();
    let events = record
        .company
        .repaired(entries, &because.manner())
        .map_err(|error| RepairRefusal::Record { id, error })?;
    Ok(Side {
        id,
        last: record.company.timeline().last(),
        events: events.into_iter().zip(origins).collect(),
    })
}

/// Where an event came from.
fn origin(record: &Record, event: Sequence) -> Metadata {
    let place = usize::try_from(event)
        .ok()
        .and_then(|place| place.checked_sub(1));
    let metadata = place.and_then(|place| record.metadata.get(place));
    let text = |name: &str| Some(metadata?.get(name).and_then(Value::as_str)?.to_owned());
    let [source, file, row] = ORIGIN.map(text);
    Metadata {
        source,
        file,
        row,
        ..Metadata::default()
    }
}
