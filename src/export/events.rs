//! Events, as stored, in the order of the log.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::cell::Cell;
use super::column::{Column, column};
use super::error::ExportError;
use super::writer::Writer;
use crate::service::Metadata;
use crate::store::{AdmittedEvent, KnownAt, Store, StreamId};

/// Events read at once.
const PAGE: u32 = 1_000;

/// Which events are exported. Empty lists and `None` mean all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventsWanted {
    /// Those that the log had admitted then.
    pub known: KnownAt,
    /// Of these streams.
    pub streams: Vec<StreamId>,
    /// Of these types, as stored.
    pub types: Vec<String>,
    /// Recorded by this import run.
    pub run: Option<String>,
    /// Stated by this source.
    pub source: Option<String>,
}

/// Writes the events wanted. Tells `progress` the position reached and the last one.
///
/// # Errors
/// [`ExportError`].
pub async fn events(
    store: &dyn Store,
    zone: &TimeZone,
    wanted: &EventsWanted,
    writer: &mut Writer,
    mut progress: impl FnMut(u64, u64),
) -> Result<(), ExportError> {
    let head = store.head().await?.position;
    let (until, until_time) = match wanted.known {
        KnownAt::Latest => (head, i64::MAX),
        KnownAt::Position(position) => (position.min(head), i64::MAX),
        KnownAt::Time(at) => (head, at),
    };
    writer.begin("events", &columns())?;
    let mut write = |page: &[AdmittedEvent]| -> Result<(), ExportError> {
        for admitted in page {
            let known = admitted.known.at <= until_time && admitted.known.position <= until;
            if known && wanted.includes(admitted) {
                writer.row(&row(admitted, zone))?;
            }
        }
        Ok(())
    };
    if !wanted.streams.is_empty() {
        // A few streams are found by their index; the log would be read whole for them.
        let mut histories = store.histories(&wanted.streams, i64::MAX).await?;
        histories.sort_by_key(|admitted| admitted.known.position);
        return write(&histories);
    }
    let mut position = 0;
    loop {
        let page = store.admitted_after(position, until, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        write(&page)?;
        if last.known.at > until_time {
            return Ok(());
        }
        position = last.known.position;
        progress(position, until);
    }
}

impl EventsWanted {
    fn includes(&self, admitted: &AdmittedEvent) -> bool {
        let event = &admitted.event;
        let noted = |key: &str, wanted: &Option<String>| {
            wanted.is_none() || event.metadata.get(key).and_then(Value::as_str) == wanted.as_deref()
        };
        (self.types.is_empty() || self.types.contains(&event.event_type))
            && noted("run", &self.run)
            && noted("source", &self.source)
    }
}

fn columns() -> Vec<Column> {
    let mut columns = vec![
        column("position", "日志位置", "log position"),
        column("admitted_at", "得知时间", "known since"),
        column("aggregate_type", "主体种类", "subject"),
        column("aggregate_id", "主体编号", "subject id"),
        column("sequence", "序", "event"),
        column("event_type", "事件类型", "event type"),
        column("event_version", "类型版本", "type version"),
        column("on", "发生", "on"),
        column("payload", "内容", "payload"),
    ];
    columns.extend(Metadata::KEYS.map(|key| match key {
        "actor" => column(key, "记录人", "recorded by"),
        "run" => column(key, "导入批次", "import run"),
        "source" => column(key, "来源", "source"),
        "file" => column(key, "文件摘要", "file digest"),
        "row" => column(key, "行", "row"),
        other => column(other, other, other),
    }));
    columns
}

fn row(admitted: &AdmittedEvent, zone: &TimeZone) -> Vec<Cell> {
    let event = &admitted.event;
    let mut row = vec![
        Cell::count(admitted.known.position),
        moment(admitted.known.at, zone),
        Cell::text(event.aggregate_type.as_str()),
        Cell::text(event.aggregate_id.as_str()),
        Cell::count(event.sequence as u64),
        Cell::text(event.event_type.as_str()),
        Cell::text(event.event_version.as_str()),
        Cell::date(stated(&event.payload).unwrap_or_default()),
        Cell::Json(event.payload.clone()),
    ];
    row.extend(Metadata::KEYS.iter().map(|key| {
        let value = event.metadata.get(key).and_then(Value::as_str);
        Cell::text(value.unwrap_or_default())
    }));
    row
}

/// The date that an event states; a retraction states none.
fn stated(payload: &Value) -> Option<&str> {
    ["/entry/asserted/on", "/entry/corrected/replacement/on"]
        .iter()
        .find_map(|place| payload.pointer(place)?.as_str())
}

/// A moment in the zone, RFC 3339.
pub(super) fn moment(microseconds: i64, zone: &TimeZone) -> Cell {
    Timestamp::from_microsecond(microseconds).map_or(Cell::Nothing, |time| {
        let zoned = time.to_zoned_datetime(zone.clone());
        Cell::text(zoned.strftime("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string())
    })
}
