//! The projector: folds what the log has admitted into facts, exactly once.

mod fold;
mod rebuild;

use std::collections::BTreeSet;
use std::sync::Arc;

use nianlun_projections::fold_version;

pub use fold::{Folds, FoldsError};
pub use rebuild::rebuild;

use crate::store::{Checkpoint, Projected, Store, StoreError, StreamId};

/// The name under which the checkpoint is kept.
pub const PROJECTION: &str = "facts";

/// Log entries read at once.
const BATCH: u32 = 4_000;

/// Why the projector stopped.
#[derive(Debug, thiserror::Error)]
pub enum ProjectorError {
    /// The facts were written by another version of the fold.
    #[error(
        "the facts were written by fold {stored}, this program has {ours}; run `nianlun rebuild`"
    )]
    OtherVersion {
        /// In the store.
        stored: String,
        /// Of this program.
        ours: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Admits what is committed and folds everything that the log holds. Tells `progress` the position reached and the last one.
///
/// Several at once stay exact: the one that finds the checkpoint moved reads it again.
///
/// # Errors
/// [`ProjectorError`]; what was folded before stays.
pub async fn catch_up(
    store: &Arc<dyn Store>,
    folds: &Folds,
    mut progress: impl FnMut(u64, u64),
) -> Result<u64, ProjectorError> {
    let head = store.sequence().await?.head;
    loop {
        let from = current(store.as_ref()).await?;
        let position = from.as_ref().map_or(0, |checkpoint| checkpoint.position);
        progress(position, head.position);
        if position >= head.position {
            return Ok(position);
        }
        let entries = store.log_after(position, BATCH).await?;
        let Some((last, _)) = entries.last() else {
            return Ok(position);
        };
        let streams: BTreeSet<StreamId> = entries.iter().map(|(_, stream)| *stream).collect();
        let streams: Vec<_> = streams.into_iter().collect();
        let projected = fold(store.as_ref(), folds, &streams, last.at).await?;
        let to = Checkpoint {
            position: last.position,
            version: fold_version(),
        };
        match store
            .project(PROJECTION, from.as_ref(), &to, &projected)
            .await
        {
            Ok(()) | Err(StoreError::CheckpointMoved) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The checkpoint, if this program's fold wrote it.
async fn current(store: &dyn Store) -> Result<Option<Checkpoint>, ProjectorError> {
    let checkpoint = store.checkpoint(PROJECTION).await?;
    match checkpoint {
        Some(checkpoint) if checkpoint.version != fold_version() => {
            Err(ProjectorError::OtherVersion {
                stored: checkpoint.version,
                ours: fold_version(),
            })
        }
        checkpoint => Ok(checkpoint),
    }
}

/// The facts of whole histories up to a moment.
async fn fold(
    store: &dyn Store,
    folds: &Folds,
    streams: &[StreamId],
    until: i64,
) -> Result<Projected, StoreError> {
    let histories = store.histories(streams, until).await?;
    let mut projected = Projected::default();
    for stream in streams {
        projected.streams.insert(*stream, vec![]);
    }
    for history in histories.chunk_by(|a, b| a.stream == b.stream) {
        let Some(first) = history.first() else {
            continue;
        };
        projected
            .streams
            .insert(first.stream, folds.facts(first.stream, history)?);
    }
    Ok(projected)
}
