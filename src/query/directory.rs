//! Carriers and clusters by id, code and name, for showing and for finding them.

use std::collections::BTreeMap;

use nianlun_aggregates::text::fold;
use nianlun_projections::{Subject, kind};
use uuid::Uuid;

use super::point::Point;
use crate::store::{Store, StoreError, Valid};

/// A carrier or cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its code.
    pub code: String,
    /// Its name on the day.
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// Facts of the day by kind and key: type, level, parent, jurisdiction, tier.
    pub facts: BTreeMap<(String, String), String>,
}

/// All carriers and clusters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Carriers by id.
    pub carriers: BTreeMap<Uuid, Place>,
    /// Clusters by id.
    pub clusters: BTreeMap<Uuid, Place>,
}

impl Directory {
    /// As they were on a day, as known at a time. Codes and names come from all days, for showing what was there before.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn load(store: &dyn Store, point: Point) -> Result<Self, StoreError> {
        Ok(Self {
            carriers: places(store, Subject::Carrier, point).await?,
            clusters: places(store, Subject::Cluster, point).await?,
        })
    }

    /// The name of a carrier or cluster, or its id if it is not known.
    #[must_use]
    pub fn name(&self, id: &str) -> String {
        self.place(id)
            .map_or_else(|| id.to_owned(), |place| place.name.clone())
    }

    /// The carrier or cluster with an id.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<&Place> {
        let id = Uuid::try_parse(id).ok()?;
        self.carriers.get(&id).or_else(|| self.clusters.get(&id))
    }

    /// Finds a carrier or cluster by code, id, or a name that only one has.
    ///
    /// # Errors
    /// The candidates: those called so, if there are several, or else those with the word in a name or code; none, if nothing
    /// fits.
    pub fn find(&self, subject: Subject, word: &str) -> Result<Uuid, Vec<String>> {
        let places = if subject == Subject::Cluster {
            &self.clusters
        } else {
            &self.carriers
        };
        if let Some(id) = Uuid::try_parse(word)
            .ok()
            .filter(|id| places.contains_key(id))
        {
            return Ok(id);
        }
        if let Some((id, _)) = places.iter().find(|(_, place)| place.code == word) {
            return Ok(*id);
        }
        let word = fold(word);
        let called = |place: &Place| {
            std::iter::once(&place.name)
                .chain(&place.aliases)
                .any(|name| fold(name) == word)
        };
        let resembles = |place: &Place| {
            [&place.name, &place.code]
                .into_iter()
                .chain(&place.aliases)
                .any(|name| fold(name).contains(&word))
        };
        let named: Vec<_> = places.iter().filter(|(_, place)| called(place)).collect();
        if let [(id, _)] = named.as_slice() {
            return Ok(**id);
        }
        let candidates: Vec<_> = if named.is_empty() {
            places.values().filter(|place| resembles(place)).collect()
        } else {
            named.into_iter().map(|(_, place)| place).collect()
        };
        let listed = candidates
            .into_iter()
            .map(|place| format!("{} ({})", place.code, place.name));
        Err(listed.collect())
    }
}

async fn places(
    store: &dyn Store,
    subject: Subject,
    point: Point,
) -> Result<BTreeMap<Uuid, Place>, StoreError> {
    let mut places: BTreeMap<Uuid, Place> = BTreeMap::new();
    for fact in store
        .facts(&point.asking(subject, &[kind::BEING, kind::NAME, kind::ALIAS], Valid::Any))
        .await?
    {
        let place = places.entry(fact.id).or_default();
        match fact.kind.as_str() {
            kind::BEING => place.code = fact.key,
            kind::ALIAS => place.aliases.push(fact.value),
            _ if place.name.is_empty() || fact.valid_from <= point.day.number() => {
                place.name = fact.value;
            }
            _ => {}
        }
    }
    let of_the_day = [
        kind::BEING,
        kind::TYPE,
        kind::LEVEL,
        kind::PARENT,
        kind::JURISDICTION,
        kind::TIER,
    ];
    for fact in store.facts(&point.holding(subject, &of_the_day)).await? {
        places
            .entry(fact.id)
            .or_default()
            .facts
            .insert((fact.kind, fact.key), fact.value);
    }
    Ok(places)
}
