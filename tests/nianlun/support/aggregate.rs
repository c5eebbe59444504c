//! The smallest aggregate, to drive cqrs-es over a store.

use std::collections::HashMap;

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{Aggregate, AggregateError, DomainEvent, EventStore};
use nianlun::store::{Repository, Store, StreamId};
use serde::{Deserialize, Serialize};

/// Remembers the notes of its stream.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct TestAggregate {
    pub notes: Vec<String>,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Noted {
    #[serde(default)]
    pub note: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
}

impl From<&str> for Noted {
    fn from(note: &str) -> Self {
        Self {
            note: note.to_owned(),
            claims: Vec::new(),
        }
    }
}

impl DomainEvent for Noted {
    fn event_type(&self) -> String {
        "Noted".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl Aggregate for TestAggregate {
    const TYPE: &'static str = "company";
    type Command = Noted;
    type Event = Noted;
    type Error = std::convert::Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        command: Noted,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        sink.write(command, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Noted) {
        self.notes.push(event.note);
    }
}

/// The event store that a command service would use.
pub fn event_store(store: &dyn Store) -> PersistedEventStore<Repository, TestAggregate> {
    PersistedEventStore::new_event_store(store.repository())
}

/// One command: load, decide, commit. Answers the new sequence.
pub async fn noted(
    store: &dyn Store,
    stream: StreamId,
    event: impl Into<Noted>,
) -> Result<usize, AggregateError<std::convert::Infallible>> {
    let events = event_store(store);
    let context = events.load_aggregate(&stream.id.to_string()).await?;
    let committed = events
        .commit(vec![event.into()], context, HashMap::new())
        .await?;
    Ok(committed[0].sequence)
}
