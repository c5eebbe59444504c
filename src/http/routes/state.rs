//! What is true of a company, carrier or cluster on a day.

use std::collections::BTreeMap;

use axum::response::Response;
use nianlun_aggregates::Day;
use nianlun_projections::{FOREVER, Fact, Subject, kind};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::find::{Located, unknown};
use crate::http::finish::Sequence;
use crate::http::page::Row;
use crate::http::problem::Problem;
use crate::http::reading::Reading;
use crate::query::{Directory, State, made_up_among, made_up_itself, state, wording_of_finding};

/// A fact that holds on the day, or stands on no day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FactRow {
    /// Its kind.
    kind: String,
    /// The kind in words.
    kind_name: String,
    /// What it is about within its kind: a carrier's or cluster's id, a board, a scheme.
    key: String,
    /// That in words.
    key_name: String,
    /// What it is divided by: a programme, a tier.
    part: String,
    /// Its value.
    value: String,
    /// The first day on which it holds; absent where that is unknown.
    #[schema(format = Date)]
    from: Option<String>,
    /// The first day on which it no longer holds; absent where it goes on.
    #[schema(format = Date)]
    to: Option<String>,
    /// The first day as its source states it.
    from_stated: String,
    /// The end as its source states it.
    to_stated: String,
    /// What it is flagged with.
    flags: Vec<String>,
    /// More that its events say.
    detail: BTreeMap<String, String>,
    /// The events that it stands on: sequences, or `UUID/SEQUENCE` of another record.
    events: Vec<String>,
}

impl Row for FactRow {
    const COLUMNS: &'static [&'static str] = &[
        "kind",
        "kind_name",
        "key",
        "key_name",
        "part",
        "value",
        "from",
        "to",
        "from_stated",
        "to_stated",
        "flags",
        "detail",
        "events",
    ];
}

/// A company, carrier or cluster on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct StateBody {
    /// Its id.
    #[schema(format = Uuid)]
    id: String,
    /// Its name on the day.
    name: String,
    /// The sequence of its last event, recorded up to now.
    sequence: u64,
    /// The day.
    #[schema(format = Date)]
    as_of: String,
    /// The log position that the facts were at, at the least.
    position: u64,
    /// What holds on the day.
    facts: Vec<FactRow>,
    /// What a reader must know of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    notes: Vec<String>,
}

impl StateBody {
    /// Of a state.
    #[must_use]
    pub fn new(
        reading: &Reading,
        state: &State,
        sequence: u64,
        facts: Vec<FactRow>,
        notes: Vec<String>,
    ) -> Self {
        let name = state.facts.iter().find(|fact| fact.kind == kind::NAME);
        Self {
            id: state.id.to_string(),
            name: name.map(|fact| fact.value.clone()).unwrap_or_default(),
            sequence,
            as_of: reading.point.day.to_string(),
            position: reading.position,
            facts,
            notes,
        }
    }
}

/// A day; empty for one that never comes.
#[must_use]
pub fn day(number: i32) -> String {
    let day = Some(number).filter(|number| *number != FOREVER);
    let day = day.and_then(Day::from_number);
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// Facts in words.
///
/// # Errors
/// Those of the store.
pub async fn fact_rows(reading: &Reading, facts: &[Fact]) -> Result<Vec<FactRow>, Problem> {
    let directory = Directory::load(reading.service.store.as_ref(), reading.point).await?;
    let some = |number| Some(day(number)).filter(|day| !day.is_empty());
    let row = |fact: &Fact| {
        let kind_name = kind::WORDINGS
            .iter()
            .find(|wording| wording.code == fact.kind);
        let key_name = if fact.kind == kind::FINDING {
            wording_of_finding(&fact.key).map(|wording| reading.lang.word(wording).to_owned())
        } else {
            Some(directory.name(&fact.key))
        };
        FactRow {
            kind: fact.kind.clone(),
            kind_name: kind_name
                .map_or("", |wording| reading.lang.word(*wording))
                .to_owned(),
            key_name: key_name.unwrap_or_else(|| fact.key.clone()),
            key: fact.key.clone(),
            part: fact.part.clone(),
            value: fact.value.clone(),
            from: some(fact.valid_from),
            to: some(fact.valid_to),
            from_stated: fact.from_stated.clone(),
            to_stated: fact.to_stated.clone(),
            flags: fact.flags.clone(),
            detail: fact.detail.clone(),
            events: fact.events().collect(),
        }
    };
    Ok(facts.iter().map(row).collect())
}

/// Answers with what is true of a carrier or cluster.
///
/// # Errors
/// As [`crate::http::service::Service::located`]; those of the store.
pub async fn place_state(
    reading: &Reading,
    subject: Subject,
    word: &str,
) -> Result<Response, Problem> {
    let store = reading.service.store.as_ref();
    let stream = reading.located(subject, word).await?.stream;
    let found = state(store, stream, reading.point).await?;
    let found = found.ok_or_else(|| unknown(subject.as_str(), word))?;
    let sequence = store.stream(stream).await?.len() as u64;
    let rows = fact_rows(reading, &found.facts).await?;
    let body = StateBody::new(reading, &found, sequence, rows.clone(), vec![]);
    let mut response = reading.one(body, &rows)?;
    response.extensions_mut().insert(Sequence(sequence));
    Ok(response)
}

impl Reading {
    /// The carrier or cluster that a word means at the point.
    ///
    /// # Errors
    /// As [`crate::http::service::Service::located`].
    pub async fn located(&self, subject: Subject, word: &str) -> Result<Located, Problem> {
        self.service.located(subject, word, self.point).await
    }

    /// The note on companies that a generator made up, if there are any among these.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn made_up_among(
        &self,
        companies: impl IntoIterator<Item = Uuid>,
    ) -> Result<Vec<String>, Problem> {
        let store = self.service.store.as_ref();
        let note = made_up_among(store, self.lang, companies, self.point).await?;
        Ok(note.into_iter().collect())
    }

    /// That note for one company.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn made_up_itself(&self, id: Uuid) -> Result<Vec<String>, Problem> {
        let store = self.service.store.as_ref();
        let note = made_up_itself(store, self.lang, id, self.point).await?;
        Ok(note.into_iter().collect())
    }
}
