//! What is true of a company, carrier or cluster on a day, as a sheet.

use nianlun_aggregates::Day;
use nianlun_projections::{FOREVER, Fact, kind};

use super::app::App;
use super::error::CliError;
use super::sheet::{Cell, Sheet, column};
use crate::query::{Directory, Point, state, wording_of_finding};
use crate::store::StreamId;

/// Every fact of the day; `None` if nothing is known of the subject.
pub async fn state_sheet(
    app: &App,
    stream: StreamId,
    point: Point,
) -> Result<Option<Sheet>, CliError> {
    let Some(state) = state(app.store.as_ref(), stream, point).await? else {
        return Ok(None);
    };
    let directory = Directory::load(app.store.as_ref(), point).await?;
    let named = state.facts.iter().find(|fact| fact.kind == kind::NAME);
    let name = named.map_or("", |fact| fact.value.as_str());
    Ok(Some(Sheet {
        title: format!("{name} · {} · {}", state.id, app.at(point)),
        columns: fact_columns(),
        rows: state
            .facts
            .iter()
            .map(|fact| fact_row(app, &directory, fact))
            .collect(),
        notes: vec![],
    }))
}

/// A day, empty for one that never comes.
#[must_use]
pub fn day(number: i32) -> String {
    if number == FOREVER {
        String::new()
    } else {
        Day::from_number(number)
            .map(|day| day.to_string())
            .unwrap_or_default()
    }
}

fn fact_columns() -> Vec<super::sheet::Column> {
    vec![
        column("kind", "种类代码", "kind"),
        column("kind_name", "种类", "what"),
        column("key", "对象", "key"),
        column("part", "细分", "part"),
        column("value", "值", "value"),
        column("from", "自", "from"),
        column("to", "至", "to"),
        column("flags", "标记", "flags"),
        column("detail", "其他", "more"),
        column("events", "依据事件", "events"),
    ]
}

fn fact_row(app: &App, directory: &Directory, fact: &Fact) -> Vec<Cell> {
    let key = if fact.kind == kind::FINDING {
        wording_of_finding(&fact.key)
            .map_or_else(|| fact.key.clone(), |wording| app.word(wording).to_owned())
    } else {
        directory.name(&fact.key)
    };
    let from = if fact.valid_from == FOREVER {
        app.pick("日期不详", "date unknown").to_owned()
    } else {
        day(fact.valid_from)
    };
    let from = if fact.from_stated.is_empty() || fact.from_stated == from {
        from
    } else {
        format!("{from} ({})", fact.from_stated)
    };
    vec![
        fact.kind.as_str().into(),
        kind::WORDINGS
            .iter()
            .find(|wording| wording.code == fact.kind)
            .map_or("", |wording| app.word(*wording))
            .into(),
        key.into(),
        fact.part.as_str().into(),
        fact.value.as_str().into(),
        from.into(),
        day(fact.valid_to).into(),
        Cell::List(fact.flags.clone()),
        Cell::List(
            fact.detail
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        ),
        Cell::List(fact.events().collect()),
    ]
}
