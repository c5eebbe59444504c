//! Which companies a pipeline counts, as people write it.

use nianlun_projections::{Subject, kind};

use super::pipeline::PipelineFilter;
use super::point::Point;
use crate::store::{FactColumn, Store, StoreError, Valid};

/// What a part of a filter asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterPart {
    /// An attribute of a scheme.
    Attribute,
    /// A status that a source shows.
    Status,
    /// That a source lists it.
    Present,
}

/// A filter that would find nobody, or cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// Not `NAME=VALUE`.
    #[error("{word:?} is not NAME=VALUE")]
    NoPair {
        /// The part.
        part: FilterPart,
        /// What was written.
        word: String,
    },
    /// A scheme or source that no company has at any time.
    #[error("no company has {word}")]
    Unknown {
        /// The part.
        part: FilterPart,
        /// The scheme or source.
        word: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FilterPart {
    const fn kind(self) -> &'static str {
        match self {
            Self::Attribute => kind::ATTRIBUTE,
            Self::Status => kind::STATUS,
            Self::Present => kind::PRESENCE,
        }
    }

    fn pairs(self, words: &[String]) -> Result<Vec<(String, String)>, FilterError> {
        let pair = |word: &String| {
            let (name, value) = word.split_once('=').ok_or_else(|| FilterError::NoPair {
                part: self,
                word: word.clone(),
            })?;
            Ok((name.to_owned(), value.to_owned()))
        };
        words.iter().map(pair).collect()
    }

    /// A scheme or source that no company has at any time is a slip: it would find nobody.
    ///
    /// # Errors
    /// [`FilterError::Unknown`].
    pub async fn must_be_known(
        self,
        store: &dyn Store,
        point: Point,
        words: &[String],
    ) -> Result<(), FilterError> {
        if words.is_empty() {
            return Ok(());
        }
        let query = point.asking(Subject::Company, &[self.kind()], Valid::Any);
        let tally = store.tally(&query, &[FactColumn::Key]).await?;
        let known: Vec<_> = tally
            .into_iter()
            .filter_map(|row| row.group.into_iter().next())
            .collect();
        match words.iter().find(|word| !known.contains(word)) {
            Some(word) => Err(FilterError::Unknown {
                part: self,
                word: word.clone(),
                known,
            }),
            None => Ok(()),
        }
    }
}

/// Reads a filter: attributes `SCHEME=VALUE`, statuses `SOURCE=STATUS` and sources. Schemes and sources must be known at the
/// latest, whatever was known at the point of the count.
///
/// # Errors
/// [`FilterError`].
pub async fn pipeline_filter(
    store: &dyn Store,
    latest: Point,
    attributes: &[String],
    statuses: &[String],
    present: &[String],
) -> Result<PipelineFilter, FilterError> {
    let filter = PipelineFilter {
        attributes: FilterPart::Attribute.pairs(attributes)?,
        statuses: FilterPart::Status.pairs(statuses)?,
        present: present.to_vec(),
        ..PipelineFilter::default()
    };
    let named = |pairs: &[(String, String)]| -> Vec<String> {
        pairs.iter().map(|(name, _)| name.clone()).collect()
    };
    for (part, words) in [
        (FilterPart::Attribute, named(&filter.attributes)),
        (FilterPart::Status, named(&filter.statuses)),
        (FilterPart::Present, filter.present.clone()),
    ] {
        part.must_be_known(store, latest, &words).await?;
    }
    Ok(filter)
}
