//! Which record a word names, where something is done to the record itself.

use nianlun_aggregates::text::fold;
use nianlun_projections::Subject;
use uuid::Uuid;

use crate::intake;
use crate::query::{Candidate, Find, Point, find_companies};
use crate::service::survivors;
use crate::store::{Store, StoreError};

/// Why a word names no one record.
#[derive(Debug, thiserror::Error)]
pub enum NameError {
    /// Nothing is called so.
    #[error("no company is called {word:?}; give its id, usci:…, scheme:id or its name")]
    Unknown {
        /// The word.
        word: String,
    },
    /// It may mean any of these.
    #[error("{word:?} alone does not say which company; name one by its id")]
    Several {
        /// The word.
        word: String,
        /// Who may be meant.
        candidates: Vec<Candidate>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The record that a word names. One that is named by its id or an identifier is not led on to the record into which it is
/// merged: what is done is done to itself.
///
/// # Errors
/// [`NameError`].
pub async fn itself(store: &dyn Store, word: &str, point: Point) -> Result<Uuid, NameError> {
    if let Ok(id) = Uuid::try_parse(word) {
        return Ok(id);
    }
    let identifiers = [word.to_owned(), format!("usci:{word}")];
    let keys: Vec<_> = identifiers
        .iter()
        .filter_map(|text| intake::identifier(text).ok())
        .map(|identifier| identifier.key())
        .collect();
    let holders = store.holders(&keys).await?;
    let mut companies = holders
        .values()
        .filter(|holder| holder.subject == Subject::Company);
    match companies.next() {
        Some(holder) => Ok(holder.id),
        None => called(store, word, point).await,
    }
}

/// The record that a word names, or the one that goes on in its place.
///
/// # Errors
/// [`NameError`].
pub async fn going_on(store: &dyn Store, word: &str, point: Point) -> Result<Uuid, NameError> {
    let id = itself(store, word, point).await?;
    if Uuid::try_parse(word).is_ok() {
        return Ok(id);
    }
    let merged = survivors(store, &[id]).await?;
    Ok(merged.get(&id).copied().unwrap_or(id))
}

async fn called(store: &dyn Store, word: &str, point: Point) -> Result<Uuid, NameError> {
    let candidates = match find_companies(store, word, point).await? {
        Find::One(id) => return Ok(id),
        Find::Candidates(candidates) => candidates,
    };
    let word = word.to_owned();
    match candidates.as_slice() {
        [only] if fold(&only.name) == fold(&word) => Ok(only.id),
        [] => Err(NameError::Unknown { word }),
        _ => Err(NameError::Several { word, candidates }),
    }
}
