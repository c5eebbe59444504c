//! Histories as sheets.

use jiff::Timestamp;
use nianlun_aggregates::history::Change;
use nianlun_projections::{EventOf, kind};
use uuid::Uuid;

use super::app::App;
use super::error::CliError;
use super::sheet::{Sheet, column};
use crate::query::{Directory, Point, event_name, event_says, history, taken_in};
use crate::store::{FactQuery, StreamId, Valid};

/// The events of a company, carrier or cluster in the order recorded, then those of the records that a company's has taken
/// in, which are numbered `UUID/SEQUENCE`.
pub async fn history_sheet<C: Change>(
    app: &App,
    stream: StreamId,
    point: Point,
) -> Result<Sheet, CliError> {
    let mut lines = vec![];
    for id in taken_in(app.store.as_ref(), stream, point).await? {
        let part = StreamId { id, ..stream };
        for line in history::<C>(app.store.as_ref(), part, point.known).await? {
            lines.push((id, line));
        }
    }
    let directory = Directory::load(app.store.as_ref(), point).await?;
    let query = FactQuery {
        id: Some(stream.id),
        ..point.asking(stream.subject, &[kind::NAME], Valid::Any)
    };
    let names = app.store.facts(&query).await?;
    let of_the_day = names
        .iter()
        .rev()
        .find(|fact| fact.valid_from <= point.day.number());
    let name = of_the_day
        .or(names.first())
        .map_or("", |fact| fact.value.as_str());
    let id = stream.id;
    let event = |of: Uuid, sequence: u64| {
        if of == id {
            sequence.to_string()
        } else {
            EventOf { id: of, sequence }.to_string()
        }
    };
    let rows = lines.iter().map(|(of, line)| {
        let known = Timestamp::from_microsecond(line.known.at).map(|time| {
            time.to_zoned_datetime(app.zone.clone())
                .strftime("%Y-%m-%d %H:%M:%S")
                .to_string()
        });
        let on = line
            .event
            .entry
            .assertion()
            .map(|assertion| assertion.on.to_string())
            .unwrap_or_default();
        let source = [line.metadata.get("source"), line.metadata.get("row")]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(":");
        vec![
            if *of == id {
                line.sequence.into()
            } else {
                event(*of, line.sequence).into()
            },
            on.into(),
            event_name(app.lang, &line.event).into(),
            event_says(&directory, &line.event).into(),
            line.superseded_by
                .map(|by| format!("#{}", event(*of, by)))
                .unwrap_or_default()
                .into(),
            known.unwrap_or_default().into(),
            line.known.position.into(),
            if source.is_empty() {
                line.metadata.get("actor").cloned().unwrap_or_default()
            } else {
                source
            }
            .into(),
        ]
    });
    Ok(Sheet {
        title: format!("{name} · {id}"),
        columns: vec![
            column("event", "序", "event"),
            column("on", "发生", "on"),
            column("name", "事件", "what"),
            column("fields", "内容", "says"),
            column("superseded_by", "已被取代", "superseded by"),
            column("known", "得知", "known"),
            column("position", "日志位置", "position"),
            column("source", "来源:行", "source:row"),
        ],
        rows: rows.collect(),
        notes: app.made_up_itself(id, point).await?,
    })
}
