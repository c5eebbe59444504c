//! Sequencer and projector on a task of their own, for a service.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::{Folds, PROJECTION, ProjectorError, catch_up};
use nianlun_projections::Known;

use crate::store::Store;

/// How often the log is looked at when nobody says that something was written: other processes may have.
const POLL: Duration = Duration::from_millis(250);

/// How far the log and the facts are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The last position of the log.
    pub head: u64,
    /// When the log admitted it, in microseconds.
    pub head_at: i64,
    /// The last position that is in the facts.
    pub facts: u64,
    /// Why it does not go on, if it does not.
    pub failing: Option<String>,
}

/// Whether this process does the work, or only watches another that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sequencer and projector.
    Projecting,
    /// Another process has that role.
    Watching,
}

/// A projector that runs.
pub struct Running {
    wake: Arc<Notify>,
    reached: watch::Receiver<Reached>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Starts it.
    #[must_use]
    pub fn start(store: Arc<dyn Store>, folds: Arc<Folds>, role: Role) -> Self {
        let wake = Arc::new(Notify::new());
        let (tell, reached) = watch::channel(Reached::default());
        let (stop, mut stopped) = watch::channel(false);
        let woken = Arc::clone(&wake);
        let task = tokio::spawn(async move {
            loop {
                let now = match round(&store, &folds, role).await {
                    Ok(now) => now,
                    Err(error) => {
                        let before = tell.borrow().failing.clone();
                        let failing = Some(error.to_string());
                        if before != failing {
                            tracing::error!(%error, "the projector does not go on");
                        }
                        Reached {
                            failing,
                            ..tell.borrow().clone()
                        }
                    }
                };
                tell.send_if_modified(|before| {
                    let moved = *before != now;
                    *before = now;
                    moved
                });
                if *stopped.borrow() {
                    return;
                }
                tokio::select! {
                    () = woken.notified() => {}
                    () = tokio::time::sleep(POLL) => {}
                    _ = stopped.changed() => {}
                }
            }
        });
        Self {
            wake,
            reached,
            stop,
            task,
        }
    }

    /// Says that something was written.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// How far it is, now and from now on.
    #[must_use]
    pub fn reached(&self) -> watch::Receiver<Reached> {
        self.reached.clone()
    }

    /// Waits until a position is in the facts; at most so long. Whether it is.
    pub async fn wait(&self, position: u64, patience: Duration) -> bool {
        let mut reached = self.reached.clone();
        let arrived = reached.wait_for(|reached| reached.facts >= position);
        matches!(tokio::time::timeout(patience, arrived).await, Ok(Ok(_)))
    }

    /// Ends it after a last round, so that what was written is in the facts.
    pub async fn stop(self) {
        // Nobody listens only if it has ended already.
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the projector broke down");
        }
    }
}

async fn round(
    store: &Arc<dyn Store>,
    folds: &Folds,
    role: Role,
) -> Result<Reached, ProjectorError> {
    let facts = match role {
        Role::Projecting => catch_up(store, folds, |_, _| ()).await?,
        Role::Watching => {
            let checkpoint = store.checkpoint(PROJECTION).await?;
            checkpoint.map_or(0, |checkpoint| checkpoint.position)
        }
    };
    let head: Known = store.head().await?;
    Ok(Reached {
        head: head.position,
        head_at: head.at,
        facts,
        failing: None,
    })
}
