//! Writing all facts anew, in one transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use nianlun_projections::fold_version;

use super::{Folds, PROJECTION, ProjectorError, fold};
use crate::store::{Checkpoint, FactSource, Projected, Store, StoreError, StreamId};

/// Streams folded at once.
const BATCH: u32 = 500;

/// Admits what is committed and writes all facts anew. Readers see the old ones until the new are whole.
///
/// # Errors
/// Those of the store; the old facts stand then.
pub async fn rebuild(
    store: &Arc<dyn Store>,
    folds: &Folds,
    progress: impl FnMut(u64) + Send,
) -> Result<u64, ProjectorError> {
    let head = store.sequence().await?.head;
    let to = Checkpoint {
        position: head.position,
        version: fold_version(),
    };
    let mut walk = Walk {
        store: Arc::clone(store),
        folds,
        until: head.at,
        after: None,
        done: 0,
        progress,
    };
    store.rebuild(PROJECTION, &to, &mut walk).await?;
    Ok(walk.done)
}

/// Walks over all streams of the log.
struct Walk<'a, P> {
    store: Arc<dyn Store>,
    folds: &'a Folds,
    until: i64,
    after: Option<StreamId>,
    done: u64,
    progress: P,
}

#[async_trait]
impl<P: FnMut(u64) + Send> FactSource for Walk<'_, P> {
    async fn next(&mut self) -> Result<Option<Projected>, StoreError> {
        let streams = self.store.stream_ids(self.after, BATCH).await?;
        let Some(last) = streams.last() else {
            return Ok(None);
        };
        self.after = Some(*last);
        let mut projected = fold(self.store.as_ref(), self.folds, &streams, self.until).await?;
        // Those that are folded along have their turn, or had it.
        let asked: BTreeSet<_> = streams.iter().collect();
        projected.streams.retain(|stream, _| asked.contains(stream));
        self.done += streams.len() as u64;
        (self.progress)(self.done);
        Ok(Some(projected))
    }
}
