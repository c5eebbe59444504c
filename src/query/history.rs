//! The events of a company, carrier or cluster in the order recorded.

use std::collections::BTreeMap;

use nianlun_aggregates::decode::decode;
use nianlun_aggregates::history::{Change, Event, Sequence, Timeline};
use nianlun_projections::Known;

use crate::store::{KnownAt, Store, StoreError, StreamId};

/// One event of a history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryLine<C> {
    /// Its sequence.
    pub sequence: Sequence,
    /// When it became known.
    pub known: Known,
    /// The event.
    pub event: Event<C>,
    /// The event that stands against it.
    pub superseded_by: Option<Sequence>,
    /// What is remembered of how it came in.
    pub metadata: BTreeMap<String, String>,
}

/// A subject's events in the order recorded, as known at a time.
///
/// # Errors
/// Those of the store, and [`StoreError::Inconsistent`] with an event that cannot be read.
pub async fn history<C: Change>(
    store: &dyn Store,
    stream: StreamId,
    known: KnownAt,
) -> Result<Vec<HistoryLine<C>>, StoreError> {
    let admitted = store.histories(&[stream], i64::MAX).await?;
    let mut timeline = Timeline::default();
    let mut lines = vec![];
    for admitted in admitted {
        let is_known = match known {
            KnownAt::Latest => true,
            KnownAt::Time(at) => admitted.known.at <= at,
            KnownAt::Position(position) => admitted.known.position <= position,
        };
        if !is_known {
            break;
        }
        let event: Event<C> =
            decode(&admitted.event).map_err(|error| StoreError::Inconsistent {
                table: "events",
                row: nianlun_aggregates::decode::event_id(&admitted.event),
                reason: error.to_string(),
            })?;
        timeline.extend(event.clone());
        let metadata = serde_json::from_value(admitted.event.metadata).unwrap_or_default();
        lines.push(HistoryLine {
            sequence: timeline.last(),
            known: admitted.known,
            event,
            superseded_by: None,
            metadata,
        });
    }
    for line in &mut lines {
        line.superseded_by = timeline.superseded_by(line.sequence);
    }
    Ok(lines)
}
