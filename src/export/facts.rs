//! Facts, with the names of what they are about.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use nianlun_aggregates::Quantity;
use nianlun_projections::{Fact, Subject, kind};
use serde_json::Value;
use uuid::Uuid;

use super::cell::Cell;
use super::column::{Column, column};
use super::error::ExportError;
use super::events::moment;
use super::walk::{Page, day};
use super::writer::Writer;
use crate::query::{Directory, Point, names_among};
use crate::store::{FactQuery, Store, StreamId, Valid};

/// Which facts are exported. Empty lists mean all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactsWanted {
    /// As known when, and the day whose names are shown.
    pub point: Point,
    /// Only those that hold on the day of the point; otherwise those of all days and of none.
    pub of_the_day: bool,
    /// Of these subjects.
    pub streams: Vec<StreamId>,
    /// Of these kinds.
    pub kinds: Vec<String>,
}

/// Writes the facts wanted: by kind of subject, its id, kind of fact, key, part and first day.
///
/// # Errors
/// [`ExportError`].
pub async fn facts(
    store: &dyn Store,
    zone: &TimeZone,
    wanted: &FactsWanted,
    writer: &mut Writer,
) -> Result<(), ExportError> {
    let directory = Directory::load(store, wanted.point).await?;
    writer.begin("facts", &columns())?;
    let mut chosen = wanted.streams.iter().map(|stream| Page::of(*stream));
    let mut page = if wanted.streams.is_empty() {
        Page::first(store).await?
    } else {
        chosen.next()
    };
    while let Some(here) = page {
        let asking = |kinds: &[&str], valid| wanted.point.asking(here.subject, kinds, valid);
        let names = store
            .facts_between(&asking(&[kind::NAME], Valid::Any), here.first, here.last)
            .await?;
        let names = names_among(names, wanted.point.day);
        let valid = if wanted.of_the_day {
            Valid::On(wanted.point.day.number())
        } else {
            Valid::Any
        };
        let query = FactQuery {
            kinds: wanted.kinds.clone(),
            ..asking(&[], valid)
        };
        for fact in store.facts_between(&query, here.first, here.last).await? {
            writer.row(&row(&fact, &names, &directory, zone))?;
        }
        page = if wanted.streams.is_empty() {
            here.next(store).await?
        } else {
            chosen.next()
        };
    }
    Ok(())
}

fn columns() -> Vec<Column> {
    vec![
        column("subject", "主体种类", "subject"),
        column("id", "编号", "id"),
        column("name", "名称", "name"),
        column("kind", "种类", "kind"),
        column("key", "对象", "key"),
        column("place", "载体/集群代码", "carrier or cluster, code"),
        column("place_name", "载体/集群", "carrier or cluster"),
        column("part", "细分", "part"),
        column("value", "值", "value"),
        column("amount", "数量", "amount"),
        column("unit", "单位", "unit"),
        column("from", "自", "from"),
        column("to", "至", "to"),
        column("from_stated", "自（原文）", "from, as stated"),
        column("to_stated", "至（原文）", "to, as stated"),
        column("flags", "标记", "flags"),
        column("detail", "其他", "more"),
        column("events", "依据事件", "events"),
        column("known_from", "得知时间", "known since"),
        column(
            "known_from_position",
            "得知时日志位置",
            "known since, log position",
        ),
    ]
}

fn row(
    fact: &Fact,
    names: &BTreeMap<Uuid, String>,
    directory: &Directory,
    zone: &TimeZone,
) -> Vec<Cell> {
    let about = if fact.kind == kind::PARENT && fact.subject == Subject::Carrier {
        &fact.value
    } else {
        &fact.key
    };
    let place = directory.place(about);
    let (amount, unit) = measured(fact);
    let detail = if fact.detail.is_empty() {
        Cell::Nothing
    } else {
        Cell::Json(Value::from_iter(fact.detail.clone()))
    };
    vec![
        Cell::text(fact.subject.as_str()),
        Cell::text(fact.id.to_string()),
        Cell::text(names.get(&fact.id).cloned().unwrap_or_default()),
        Cell::text(fact.kind.as_str()),
        Cell::text(fact.key.as_str()),
        Cell::text(place.map_or("", |place| place.code.as_str())),
        Cell::text(place.map_or("", |place| place.name.as_str())),
        Cell::text(fact.part.as_str()),
        Cell::text(fact.value.as_str()),
        amount,
        unit,
        day(fact.valid_from),
        day(fact.valid_to),
        Cell::date(fact.from_stated.as_str()),
        Cell::date(fact.to_stated.as_str()),
        Cell::list(fact.flags.clone()),
        detail,
        Cell::list(fact.basis.iter().map(u64::to_string).collect()),
        moment(fact.known_from.at, zone),
        Cell::count(fact.known_from.position),
    ]
}

/// The amount and the unit of a figure or of funding; a comparator stays in the value.
fn measured(fact: &Fact) -> (Cell, Cell) {
    if ![kind::FIGURE, kind::FUNDING].contains(&fact.kind.as_str()) {
        return (Cell::Nothing, Cell::Nothing);
    }
    fact.value
        .parse::<Quantity>()
        .map_or((Cell::Nothing, Cell::Nothing), |quantity| {
            (
                Cell::Number(quantity.amount().to_string()),
                Cell::text(quantity.unit().code()),
            )
        })
}
