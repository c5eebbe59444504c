//! Events in the order recorded.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nianlun_aggregates::history::Change;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::page::Row;
use crate::http::problem::Problem;
use crate::http::reading::Reading;
use crate::query::{Directory, event_name, event_says, history, taken_in};
use crate::store::StreamId;

/// An event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventRow {
    /// Its id: `company/UUID/SEQUENCE`.
    id: String,
    /// Its number in its record.
    sequence: u64,
    /// When it was true, as stated; absent of what takes another event back.
    on: Option<String>,
    /// What it is, in words.
    name: String,
    /// What it says, in words.
    says: String,
    /// What it says: `{"…type…": {…fields…}}`; absent of what takes another event back.
    #[schema(value_type = Option<Object>)]
    change: Option<Value>,
    /// The event that it corrects or takes back.
    target: Option<u64>,
    /// The event that stands against it.
    superseded_by: Option<u64>,
    /// When it became known.
    #[schema(format = DateTime)]
    known_at: String,
    /// Its position in the log.
    position: u64,
    /// How it came in: actor, source, file, row …
    metadata: BTreeMap<String, String>,
}

impl Row for EventRow {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "sequence",
        "on",
        "name",
        "says",
        "change",
        "target",
        "superseded_by",
        "known_at",
        "position",
        "metadata",
    ];
}

/// The events of a record, then those of the records that a company's has taken in.
///
/// # Errors
/// Those of the store.
pub async fn history_rows<C: Change>(
    reading: &Reading,
    stream: StreamId,
) -> Result<Vec<EventRow>, Problem> {
    let (store, point) = (reading.service.store.as_ref(), reading.point);
    let directory = Directory::load(store, point).await?;
    let mut rows = vec![];
    for id in taken_in(store, stream, point).await? {
        let part = StreamId { id, ..stream };
        for line in history::<C>(store, part, point.known).await? {
            let assertion = line.event.entry.assertion();
            let change = assertion.map(|said| serde_json::to_value(&said.change));
            let known_at = Timestamp::from_microsecond(line.known.at);
            rows.push(EventRow {
                id: format!("{}/{id}/{}", stream.subject.as_str(), line.sequence),
                sequence: line.sequence,
                on: assertion.map(|said| said.on.to_string()),
                name: event_name(reading.lang, &line.event),
                says: event_says(&directory, &line.event),
                change: change.transpose().map_err(Problem::internal)?,
                target: line.event.entry.target(),
                superseded_by: line.superseded_by,
                known_at: known_at.map_err(Problem::internal)?.to_string(),
                position: line.known.position,
                metadata: line.metadata,
            });
        }
    }
    Ok(rows)
}
