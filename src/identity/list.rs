//! The repairs that were done.

use std::collections::BTreeMap;

use nianlun_aggregates::company::{Change, CompanyEvent};
use nianlun_aggregates::decode::{decode, event_id};
use nianlun_aggregates::history::{Entry, Sequence};
use nianlun_projections::{EventOf, Known};
use serde_json::Value;
use uuid::Uuid;

use super::Repairs;
use crate::service::Survivors;
use crate::store::{AdmittedEvent, StoreError};

/// What a repair did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RepairKind {
    /// Two records of one company (合并记录).
    Merge,
    /// One record of two companies (拆分记录).
    Split,
    /// Events in the wrong record (改归属).
    Move,
    /// Two records of two companies (确认非同一企业).
    Distinct,
    /// A repair taken back (撤销).
    Undo,
}

impl RepairKind {
    /// Its code, and its names in Chinese and English.
    #[must_use]
    pub const fn wording(self) -> nianlun_aggregates::Wording {
        let (code, zh, en) = match self {
            Self::Merge => ("merge", "合并记录", "merged records"),
            Self::Split => ("split", "拆分记录", "split a record"),
            Self::Move => ("move", "改归属", "moved events"),
            Self::Distinct => ("distinct", "确认非同一企业", "said to be two"),
            Self::Undo => ("undo", "撤销", "undone a repair"),
        };
        nianlun_aggregates::Wording { code, zh, en }
    }
}

/// A repair that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairLine {
    /// By this it is undone.
    pub correlation: String,
    /// What it did.
    pub kind: RepairKind,
    /// When it became known.
    pub known: Known,
    /// Who did it.
    pub actor: String,
    /// Why.
    pub because: String,
    /// The records: of a merge the one that ended first, of a move or split the one that lost events first.
    pub records: Vec<Uuid>,
    /// Its events.
    pub events: Vec<EventOf>,
    /// The repair that undid it, last if there were several; empty if its events were taken back otherwise.
    pub undone_by: Option<String>,
}

impl Repairs {
    /// All repairs in the order in which they became known, with those that were undone since.
    ///
    /// # Errors
    /// Those of the store, and [`StoreError::Inconsistent`] with an event that cannot be read.
    pub async fn list(&self) -> Result<Vec<RepairLine>, StoreError> {
        self.store.sequence().await?;
        let mut repairs: BTreeMap<String, Vec<AdmittedEvent>> = BTreeMap::new();
        for event in self.store.correlated(None).await? {
            let correlation = of(&event).to_owned();
            repairs.entry(correlation).or_default().push(event);
        }
        let ids: Vec<Uuid> = repairs
            .values()
            .flatten()
            .map(|event| event.stream.id)
            .collect();
        let known = self.around(&ids).await?;
        let mut lines = vec![];
        for (correlation, stored) in repairs {
            let Some(first) = stored.first() else {
                continue;
            };
            let mut events = vec![];
            for admitted in &stored {
                let event: CompanyEvent =
                    decode(&admitted.event).map_err(|error| StoreError::Inconsistent {
                        table: "events",
                        row: event_id(&admitted.event),
                        reason: error.to_string(),
                    })?;
                events.push((admitted, event));
            }
            let places: Vec<_> = stored
                .iter()
                .map(|event| EventOf {
                    id: event.stream.id,
                    sequence: event.event.sequence as Sequence,
                })
                .collect();
            let mut against = places.iter().map(|place| {
                let record = known.record(place.id);
                let by = record.company.timeline().superseded_by(place.sequence)?;
                let at = usize::try_from(by).ok()?.checked_sub(1)?;
                Some(text(record.metadata.get(at), "correlation").to_owned())
            });
            // Undone is what stands with none of its events.
            let undone_by = against
                .try_fold(String::new(), |_, by| by)
                .filter(|_| !places.is_empty());
            let mut records: Vec<Uuid> = vec![];
            for place in &places {
                if !records.contains(&place.id) {
                    records.push(place.id);
                }
            }
            let said: Vec<_> = events.iter().map(|(_, event)| event).collect();
            lines.push(RepairLine {
                kind: kind(&said).unwrap_or_else(|| {
                    if takes_back_a_repair(&events, &known) {
                        RepairKind::Undo
                    } else {
                        RepairKind::Move
                    }
                }),
                known: first.known,
                actor: text(Some(&first.event.metadata), "actor").to_owned(),
                because: because(&said),
                records,
                events: places,
                undone_by,
                correlation,
            });
        }
        lines.sort_by_key(|line| line.known);
        Ok(lines)
    }
}

fn of(event: &AdmittedEvent) -> &str {
    text(Some(&event.event.metadata), "correlation")
}

fn text<'a>(metadata: Option<&'a Value>, name: &str) -> &'a str {
    let value = metadata.and_then(|metadata| metadata.get(name));
    value.and_then(Value::as_str).unwrap_or_default()
}

fn changes<'a>(events: &'a [&CompanyEvent]) -> impl Iterator<Item = &'a Change> {
    events.iter().filter_map(|event| match &event.entry {
        Entry::Asserted(said) => Some(&said.change),
        _ => None,
    })
}

/// What a repair says anew; nothing, if it only takes back.
fn kind(events: &[&CompanyEvent]) -> Option<RepairKind> {
    let kinds = changes(events).map(|change| match change {
        Change::RecordMerged { .. } | Change::RecordTakenIn { .. } => RepairKind::Merge,
        Change::RecordDistinct { .. } => RepairKind::Distinct,
        Change::Registered { .. } => RepairKind::Split,
        _ => RepairKind::Move,
    });
    kinds.min()
}

/// Whether a repair that says nothing anew takes back another; else it moved what the other record said already.
fn takes_back_a_repair(events: &[(&AdmittedEvent, CompanyEvent)], known: &Survivors) -> bool {
    events.iter().any(|(admitted, event)| {
        let record = known.record(admitted.stream.id);
        let place = event
            .entry
            .target()
            .and_then(|target| usize::try_from(target).ok()?.checked_sub(1));
        let metadata = place.and_then(|place| record.metadata.get(place));
        !text(metadata, "correlation").is_empty()
    })
}

fn because(events: &[&CompanyEvent]) -> String {
    let reasons = events.iter().find_map(|event| match &event.entry {
        Entry::Retracted { reason, .. } | Entry::Corrected { reason, .. } => Some(reason),
        Entry::Asserted(said) => match &said.change {
            Change::RecordMerged { reason, .. }
            | Change::RecordTakenIn { reason, .. }
            | Change::RecordDistinct { reason, .. } => Some(reason),
            _ => None,
        },
    });
    reasons.map(ToString::to_string).unwrap_or_default()
}
