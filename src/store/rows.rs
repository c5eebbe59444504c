//! From rows to what the contract speaks of; what must not be in a row is reported with its place.

use cqrs_es::persist::SerializedEvent;
use nianlun_projections::{EventOf, Fact, Known, Subject};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::{AdmittedEvent, Checkpoint, StoreError, StreamId};

/// Reads columns by name; each dialect implements it for its rows.
pub(super) trait Columns {
    fn text(&self, column: &str) -> Result<String, sqlx::Error>;
    fn number(&self, column: &str) -> Result<i64, sqlx::Error>;
    fn day(&self, column: &str) -> Result<i32, sqlx::Error>;
    fn id(&self, column: &str) -> Result<Uuid, sqlx::Error>;
    fn json(&self, column: &str) -> Result<Value, sqlx::Error>;
}

/// The columns of an event that cqrs-es knows.
pub(super) const EVENT: &str = "e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.event_version, e.payload, e.metadata";

/// The columns that [`fact`] reads, of table `facts f`, JSON as text.
pub(super) const FACT: &str = "f.subject, f.id, f.kind, f.key, f.part, f.value, f.valid_from, f.valid_to, \
    f.known_from_at, f.known_from_position, f.known_to_at, f.known_to_position, f.from_stated, f.to_stated, \
    CAST(f.basis AS TEXT) AS basis, CAST(f.flags AS TEXT) AS flags, CAST(f.detail AS TEXT) AS detail";

/// A count, sequence or position, which the database keeps signed; the schema keeps them from being negative.
pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// The same way back; positions never reach the end of the signed range.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A mark in the order of writing.
pub(super) fn mark(mark: &str) -> Result<u64, StoreError> {
    mark.parse().map_err(|_| StoreError::Inconsistent {
        table: "notes",
        row: format!("mark {mark:?}"),
        reason: "it is no mark of this database".to_owned(),
    })
}

/// The three columns after which a page begins; before all others at first.
pub(super) fn place(after: Option<(StreamId, u64)>) -> (String, String, i64) {
    after.map_or_else(Default::default, |(stream, sequence)| {
        (
            stream.subject.as_str().to_owned(),
            stream.id.to_string(),
            signed(sequence),
        )
    })
}

/// A stream id from the two columns that name it.
pub(super) fn stream(table: &'static str, row: &impl Columns) -> Result<StreamId, StoreError> {
    stream_id(
        table,
        &row.text("aggregate_type")?,
        &row.text("aggregate_id")?,
    )
}

/// A stream id from its stored form.
pub(super) fn stream_id(
    table: &'static str,
    aggregate_type: &str,
    aggregate_id: &str,
) -> Result<StreamId, StoreError> {
    let wrong = |reason: &str| StoreError::Inconsistent {
        table,
        row: format!("{aggregate_type}/{aggregate_id}"),
        reason: reason.to_owned(),
    };
    let subject =
        Subject::parse(aggregate_type).ok_or_else(|| wrong("the aggregate is unknown"))?;
    let id = Uuid::parse_str(aggregate_id).map_err(|_| wrong("the id is no UUID"))?;
    Ok(StreamId { subject, id })
}

pub(super) fn event(row: &impl Columns) -> Result<SerializedEvent, StoreError> {
    let (aggregate_type, aggregate_id) = (row.text("aggregate_type")?, row.text("aggregate_id")?);
    let sequence = row.number("sequence")?;
    let sequence = usize::try_from(sequence).map_err(|_| StoreError::Inconsistent {
        table: "events",
        row: format!("{aggregate_type}/{aggregate_id}/{sequence}"),
        reason: "the sequence is negative".to_owned(),
    })?;
    Ok(SerializedEvent {
        aggregate_id,
        sequence,
        aggregate_type,
        event_type: row.text("event_type")?,
        event_version: row.text("event_version")?,
        payload: row.json("payload")?,
        metadata: row.json("metadata")?,
    })
}

/// A log entry: `position` and `admitted_at`.
pub(super) fn known(row: &impl Columns) -> Result<Known, StoreError> {
    Ok(Known {
        at: row.number("admitted_at")?,
        position: count(row.number("position")?),
    })
}

pub(super) fn admitted(row: &impl Columns) -> Result<AdmittedEvent, StoreError> {
    Ok(AdmittedEvent {
        stream: stream("log", row)?,
        known: known(row)?,
        event: event(row)?,
    })
}

pub(super) fn checkpoint(row: &impl Columns) -> Result<Checkpoint, StoreError> {
    Ok(Checkpoint {
        position: count(row.number("position")?),
        version: row.text("version")?,
    })
}

pub(super) fn fact(row: &impl Columns) -> Result<Fact, StoreError> {
    let (subject, id) = (row.text("subject")?, row.id("id")?);
    let written = row.text("basis")?;
    let (basis, elsewhere) =
        stands_on(decoded("basis", &subject, id, &written)?).ok_or_else(|| {
            StoreError::Inconsistent {
                table: "facts",
                row: format!("{subject}/{id}"),
                reason: format!("basis: {written} names an event that is none"),
            }
        })?;
    Ok(Fact {
        subject: Subject::parse(&subject).ok_or_else(|| StoreError::Inconsistent {
            table: "facts",
            row: format!("{subject}/{id}"),
            reason: "the aggregate is unknown".to_owned(),
        })?,
        id,
        kind: row.text("kind")?,
        key: row.text("key")?,
        part: row.text("part")?,
        value: row.text("value")?,
        valid_from: row.day("valid_from")?,
        valid_to: row.day("valid_to")?,
        known_from: Known {
            at: row.number("known_from_at")?,
            position: count(row.number("known_from_position")?),
        },
        known_to: Known {
            at: row.number("known_to_at")?,
            position: count(row.number("known_to_position")?),
        },
        from_stated: row.text("from_stated")?,
        to_stated: row.text("to_stated")?,
        basis,
        elsewhere,
        flags: decoded("flags", &subject, id, &row.text("flags")?)?,
        detail: decoded("detail", &subject, id, &row.text("detail")?)?,
    })
}

/// What a fact stands on: its stream's own events as numbers, those of others as `"UUID/SEQUENCE"`.
#[derive(Deserialize)]
#[serde(untagged)]
enum StandsOn {
    Own(u64),
    Elsewhere(String),
}

fn stands_on(stored: Vec<StandsOn>) -> Option<(Vec<u64>, Vec<EventOf>)> {
    let (mut basis, mut elsewhere) = (vec![], vec![]);
    for event in stored {
        match event {
            StandsOn::Own(sequence) => basis.push(sequence),
            StandsOn::Elsewhere(written) => elsewhere.push(EventOf::parse(&written)?),
        }
    }
    Some((basis, elsewhere))
}

fn decoded<T: DeserializeOwned>(
    column: &str,
    subject: &str,
    id: Uuid,
    json: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Inconsistent {
        table: "facts",
        row: format!("{subject}/{id}"),
        reason: format!("{column}: {error}"),
    })
}

/// The columns of a fact that are kept as JSON: basis, flags, detail.
pub(super) fn json_columns(fact: &Fact) -> [String; 3] {
    let own = fact.basis.iter().map(|sequence| Value::from(*sequence));
    let elsewhere = fact.elsewhere.iter();
    let stands_on = own.chain(elsewhere.map(|event| Value::from(event.to_string())));
    [
        stands_on.collect::<Value>().to_string(),
        Value::from(fact.flags.clone()).to_string(),
        Value::from_iter(fact.detail.clone()).to_string(),
    ]
}
