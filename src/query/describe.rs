//! Events in words.

use nianlun_aggregates::company::EVENT_TYPES;
use nianlun_aggregates::history::{Change, Entry, Event};
use nianlun_aggregates::{Identifier, Wording};
use serde_json::Value;

use super::directory::Directory;
use crate::lang::Lang;

/// What an event is called.
#[must_use]
pub fn event_name<C: Change>(lang: Lang, event: &Event<C>) -> String {
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
        .chain(change.map(Change::wording))
        .map(|wording| lang.word(wording))
        .collect();
    words.join(" · ")
}

/// What an event says, its fields with carriers and clusters by name.
#[must_use]
pub fn event_says<C: Change>(directory: &Directory, event: &Event<C>) -> String {
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

fn change<C: Change>(directory: &Directory, change: &C) -> Vec<String> {
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

/// An identifier as it is written on the command line.
fn identifier(value: &Value) -> String {
    serde_json::from_value(value.clone())
        .map_or_else(|_| value.to_string(), |known: Identifier| known.to_string())
}

fn said(directory: &Directory, value: &Value) -> String {
    match value {
        Value::String(text) => directory.name(text),
        Value::Array(values) => values
            .iter()
            .map(|value| said(directory, value))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Object(fields) if fields.contains_key("usci") || fields.contains_key("external") => {
            identifier(value)
        }
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
