//! Events in words.

use nianlun_aggregates::company::{Change, EVENT_TYPES};
use nianlun_aggregates::history::{Entry, Event};
use nianlun_aggregates::{Wording, company};
use serde_json::Value;

use super::app::App;
use crate::query::Directory;

/// What an event is called.
#[must_use]
pub fn name(app: &App, event: &Event<company::Change>) -> String {
    let of_type = |code: &str| {
        EVENT_TYPES
            .iter()
            .map(|(_, wording)| *wording)
            .find(|wording: &Wording| wording.code == code)
    };
    let (act, change) = match &event.entry {
        Entry::Asserted(assertion) => (None, Some(&assertion.change)),
        Entry::Corrected { replacement, .. } => (of_type("corrected"), Some(&replacement.change)),
        Entry::Retracted { .. } => (of_type("retracted"), None),
    };
    let words: Vec<_> = act
        .into_iter()
        .chain(change.map(nianlun_aggregates::history::Change::wording))
        .map(|wording| app.word(wording))
        .collect();
    words.join(" · ")
}

/// What an event says, its fields with carriers and clusters by name.
#[must_use]
pub fn fields(directory: &Directory, event: &Event<company::Change>) -> String {
    let mut parts = vec![];
    if let Some(target) = event.entry.target() {
        parts.push(format!("→ #{target}"));
    }
    if let Some(assertion) = event.entry.assertion() {
        parts.extend(change(directory, &assertion.change));
    }
    match &event.entry {
        Entry::Corrected { reason, .. } | Entry::Retracted { reason, .. } => {
            parts.push(format!("“{reason}”"));
        }
        Entry::Asserted(_) => {}
    }
    if let Some(despite) = &event.despite {
        parts.push(format!("! “{despite}”"));
    }
    parts.join(" ")
}

fn change(directory: &Directory, change: &Change) -> Vec<String> {
    let Ok(Value::Object(tagged)) = serde_json::to_value(change) else {
        return vec![];
    };
    let fields = tagged.into_iter().next().map(|(_, fields)| fields);
    let Some(Value::Object(fields)) = fields else {
        return vec![];
    };
    fields
        .into_iter()
        .map(|(name, value)| format!("{name}={}", said(directory, &value)))
        .collect()
}

fn said(directory: &Directory, value: &Value) -> String {
    match value {
        Value::String(text) => directory.name(text),
        Value::Array(values) => values
            .iter()
            .map(|value| said(directory, value))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Object(fields) => match (
            fields.get("amount"),
            fields.get("unit"),
            fields.get("comparator"),
        ) {
            (
                Some(Value::String(amount)),
                Some(Value::String(unit)),
                Some(Value::String(comparator)),
            ) => {
                let comparator = if comparator == "=" { "" } else { comparator };
                format!("{comparator}{amount} {unit}")
            }
            _ => fields
                .iter()
                .map(|(name, value)| format!("{name}:{}", said(directory, value)))
                .collect::<Vec<_>>()
                .join(" "),
        },
        other => other.to_string(),
    }
}
