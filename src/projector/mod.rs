//! The projector: folds what the log has admitted into facts, exactly once.

mod committed;
mod fold;
mod rebuild;
mod rounds;
mod running;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nianlun_projections::fold_version;
use uuid::Uuid;

pub use committed::committed;
pub use fold::{Folds, FoldsError};
pub use rebuild::rebuild;
pub use running::{Reached, Role, Running};

use crate::service::{Groups, company};
use crate::store::{AdmittedEvent, Checkpoint, Projected, Store, StoreError, StreamId};

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
    progress: impl FnMut(u64, u64),
) -> Result<u64, ProjectorError> {
    let head = store.sequence().await?.head.position;
    follow(store, folds, head, progress).await
}

/// Folds what the log holds up to a position.
async fn follow(
    store: &Arc<dyn Store>,
    folds: &Folds,
    head: u64,
    mut progress: impl FnMut(u64, u64),
) -> Result<u64, ProjectorError> {
    loop {
        let from = current(store.as_ref()).await?;
        let position = from.as_ref().map_or(0, |checkpoint| checkpoint.position);
        progress(position, head);
        if position >= head {
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

/// The facts of these streams up to a moment, and of all that are merged with them: what one says may be another's.
async fn fold(
    store: &dyn Store,
    folds: &Folds,
    streams: &[StreamId],
    until: i64,
) -> Result<Projected, StoreError> {
    let groups = Groups::around(store, streams).await?;
    let mut all: BTreeSet<StreamId> = streams.iter().copied().collect();
    all.extend(groups.streams());
    let all: Vec<_> = all.into_iter().collect();
    let histories = store.histories(&all, until).await?;
    let mut projected = Projected::default();
    for stream in &all {
        projected.streams.insert(*stream, vec![]);
    }
    let mut grouped: BTreeMap<Uuid, BTreeMap<Uuid, &[AdmittedEvent]>> = BTreeMap::new();
    for history in histories.chunk_by(|a, b| a.stream == b.stream) {
        let Some(first) = history.first() else {
            continue;
        };
        let stream = first.stream;
        if let Some(group) = groups.of(stream) {
            grouped.entry(group).or_default().insert(stream.id, history);
        } else {
            let facts = folds.facts(stream, history)?;
            projected.streams.insert(stream, facts);
        }
    }
    for group in grouped.values() {
        for (id, facts) in folds.group_facts(group)? {
            projected.streams.insert(company(id), facts);
        }
    }
    Ok(projected)
}
