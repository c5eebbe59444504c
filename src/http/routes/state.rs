//! What is true of a company, carrier or cluster on a day.

use std::collections::BTreeMap;

use nianlun_aggregates::Day;
use nianlun_projections::{FOREVER, Fact, kind};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::page::Row;
use crate::http::problem::Problem;
use crate::http::reading::Reading;
use crate::query::{Directory, State, synthetic, wording_of_finding};

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

impl Reading {
    /// The note on companies that a generator made up; none if there are none.
    #[must_use]
    pub fn made_up(&self, count: u64) -> Option<String> {
        let what = self.lang.pick(
            "家为生成器合成，并非真实企业。",
            "of these were made by a generator and are not real.",
        );
        (count > 0).then(|| format!("{count} {what}"))
    }

    /// That note for these companies.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn made_up_among(
        &self,
        companies: impl IntoIterator<Item = Uuid>,
    ) -> Result<Vec<String>, Problem> {
        let synthetic = synthetic(self.service.store.as_ref(), self.point).await?;
        let mut companies: Vec<_> = companies.into_iter().collect();
        companies.sort_unstable();
        companies.dedup();
        let count = companies.iter().filter(|id| synthetic.contains(id)).count();
        Ok(self.made_up(count as u64).into_iter().collect())
    }

    /// That note for one company.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn made_up_itself(&self, id: Uuid) -> Result<Vec<String>, Problem> {
        let note = self.lang.pick(
            "该企业为生成器合成，并非真实企业。",
            "It was made by a generator and is not real.",
        );
        let made_up = !self.made_up_among([id]).await?.is_empty();
        Ok(made_up.then(|| note.to_owned()).into_iter().collect())
    }
}
