//! Companies: finding them, their state on a day, their history.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::Day;
use nianlun_aggregates::text::fold;
use nianlun_projections::{Fact, Subject, kind};
use uuid::Uuid;

use super::point::Point;
use crate::store::{FactQuery, Store, StoreError, StreamId, Valid};

/// A company that a word may mean.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: Uuid,
}

/// What looking for a company came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Find {
    /// By its id or an identifier: this one.
    One(Uuid),
    /// By name: these are called so. A name proposes, it never decides.
    Candidates(Vec<Candidate>),
}

/// Finds companies by id, by an identifier (`usci:…`, `scheme:id`, a bare USCI), or by name and alias. A record that was
/// known to be merged at the point leads on to the one that goes on.
///
/// # Errors
/// Those of the store.
pub async fn find_companies(
    store: &dyn Store,
    word: &str,
    point: Point,
) -> Result<Find, StoreError> {
    if let Ok(id) = Uuid::try_parse(word) {
        return Ok(Find::One(led_on(store, id, point).await?));
    }
    let keys: Vec<_> = [word.to_owned(), format!("usci:{word}")]
        .iter()
        .filter_map(|text| crate::intake::identifier(text).ok())
        .map(|found| found.key())
        .collect();
    if let Some(holder) = store
        .holders(&keys)
        .await?
        .into_values()
        .find(|holder| holder.subject == Subject::Company)
    {
        return Ok(Find::One(led_on(store, holder.id, point).await?));
    }
    let named = store
        .facts(&point.asking(Subject::Company, &[kind::NAME, kind::ALIAS], Valid::Any))
        .await?;
    let called = named
        .into_iter()
        .filter(|fact| fold(&fact.value).contains(&fold(word)));
    let mut candidates: Vec<_> = called
        .map(|fact| Candidate {
            name: fact.value,
            id: fact.id,
        })
        .collect();
    candidates.sort();
    candidates.dedup_by_key(|candidate| candidate.id);
    let exact: Vec<_> = candidates
        .iter()
        .filter(|candidate| fold(&candidate.name) == fold(word))
        .cloned()
        .collect();
    Ok(Find::Candidates(if exact.is_empty() {
        candidates
    } else {
        exact
    }))
}

/// The record that goes on in place of one that was known to be merged then; itself, if it was not.
async fn led_on(store: &dyn Store, id: Uuid, point: Point) -> Result<Uuid, StoreError> {
    let query = FactQuery {
        id: Some(id),
        ..point.asking(Subject::Company, &[kind::MERGED], Valid::Any)
    };
    let merged = store.facts(&query).await?;
    let survivor = merged
        .first()
        .and_then(|fact| Uuid::try_parse(&fact.value).ok());
    Ok(survivor.unwrap_or(id))
}

/// The streams that a record's facts are read from at a time of knowledge: its own, then those of the records that it had
/// taken in.
///
/// # Errors
/// Those of the store.
pub async fn taken_in(
    store: &dyn Store,
    stream: StreamId,
    point: Point,
) -> Result<Vec<Uuid>, StoreError> {
    let query = FactQuery {
        values: vec![stream.id.to_string()],
        ..point.asking(stream.subject, &[kind::MERGED], Valid::Any)
    };
    let merged = store.facts(&query).await?;
    let own = std::iter::once(stream.id);
    Ok(own.chain(merged.into_iter().map(|fact| fact.id)).collect())
}

/// The name of every company on a day; the earliest one if it had none yet.
pub(super) async fn names(
    store: &dyn Store,
    point: Point,
) -> Result<BTreeMap<Uuid, String>, StoreError> {
    let facts = store
        .facts(&point.asking(Subject::Company, &[kind::NAME], Valid::Any))
        .await?;
    Ok(names_among(facts, point.day))
}

/// The names on a day among facts of names of all days, in the order of the store; the earliest one if a subject had none yet.
pub fn names_among(facts: impl IntoIterator<Item = Fact>, day: Day) -> BTreeMap<Uuid, String> {
    let mut names = BTreeMap::new();
    for fact in facts {
        if fact.valid_from <= day.number() || !names.contains_key(&fact.id) {
            names.insert(fact.id, fact.value);
        }
    }
    names
}

/// Companies that a generator made up.
///
/// # Errors
/// Those of the store.
pub async fn synthetic(store: &dyn Store, point: Point) -> Result<BTreeSet<Uuid>, StoreError> {
    let query = FactQuery {
        keys: vec!["synthetic".to_owned()],
        values: vec!["yes".to_owned()],
        ..point.asking(Subject::Company, &[kind::ATTRIBUTE], Valid::Any)
    };
    Ok(store
        .facts(&query)
        .await?
        .into_iter()
        .map(|fact| fact.id)
        .collect())
}

/// Companies with their stage of a day on a ladder, by name.
///
/// # Errors
/// Those of the store.
pub async fn company_list(
    store: &dyn Store,
    ladder: &str,
    stage: Option<&str>,
    point: Point,
) -> Result<Vec<(Candidate, Fact)>, StoreError> {
    let query = FactQuery {
        keys: vec![ladder.to_owned()],
        values: stage.map(str::to_owned).into_iter().collect(),
        ..point.holding(Subject::Company, &[kind::STAGE])
    };
    let names = names(store, point).await?;
    let with_name = |fact: Fact| {
        (
            Candidate {
                name: names.get(&fact.id).cloned().unwrap_or_default(),
                id: fact.id,
            },
            fact,
        )
    };
    let mut list: Vec<_> = store
        .facts(&query)
        .await?
        .into_iter()
        .map(with_name)
        .collect();
    list.sort();
    Ok(list)
}
