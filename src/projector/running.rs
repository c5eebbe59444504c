//! Sequencer and projector on tasks of their own, for a service.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::Folds;
use super::rounds::{Projecting, Seen, Sequencing, rounds};
use crate::store::Store;

/// How far the log and the facts are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The last position of the log.
    pub head: u64,
    /// When the log admitted it, in microseconds.
    pub head_at: i64,
    /// The last position that is in the facts.
    pub facts: u64,
    /// Why the sequencer does not go on, if it does not.
    pub sequencer: Option<String>,
    /// Why the projector does not go on, if it does not.
    pub projector: Option<String>,
}

/// Whether this process does the work, or only watches another that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sequencer and projector.
    Projecting,
    /// Another process has that role.
    Watching,
}

/// A sequencer and a projector that run.
pub struct Running {
    role: Role,
    wake: Arc<Notify>,
    reached: watch::Receiver<Reached>,
    whole: watch::Receiver<Instant>,
    /// The sequencer first: what it admits last is still to be projected.
    tasks: [Task; 2],
}

/// A task that ends after a last round.
struct Task {
    stop: watch::Sender<bool>,
    handle: Mutex<Option<JoinHandle<()>>>,
}

impl Running {
    /// Starts them.
    #[must_use]
    pub fn start(store: Arc<dyn Store>, folds: Arc<Folds>, role: Role) -> Self {
        let wake = Arc::new(Notify::new());
        let (tell, reached) = watch::channel(Reached::default());
        let tell = Arc::new(tell);
        let (tell_whole, whole) = watch::channel(Instant::now());
        let (tell_seen, seen) = watch::channel(Seen::default());
        let sequencing = Sequencing {
            store: Arc::clone(&store),
            role,
            woken: Arc::clone(&wake),
            seen: tell_seen,
            reached: Arc::clone(&tell),
        };
        let projecting = Projecting {
            store,
            folds,
            role,
            seen,
            reached: tell,
            whole: tell_whole,
        };
        Self {
            role,
            wake,
            reached,
            whole,
            tasks: [
                Task::start(|stopped| tokio::spawn(rounds(sequencing, stopped))),
                Task::start(|stopped| tokio::spawn(rounds(projecting, stopped))),
            ],
        }
    }

    /// Whether it is this process that admits what is written.
    #[must_use]
    pub fn admits(&self) -> bool {
        self.role == Role::Projecting
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

    /// For how long the facts may have lacked something: since when a round last found everything in them.
    #[must_use]
    pub fn lag(&self) -> Duration {
        self.whole.borrow().elapsed()
    }

    /// Waits until a position is in the facts; at most so long. Whether it is.
    pub async fn wait(&self, position: u64, patience: Duration) -> bool {
        let mut reached = self.reached.clone();
        let arrived = reached.wait_for(|reached| reached.facts >= position);
        matches!(tokio::time::timeout(patience, arrived).await, Ok(Ok(_)))
    }

    /// Ends it after a last round, so that what was written is in the facts.
    pub async fn stop(&self) {
        for task in &self.tasks {
            task.end().await;
        }
    }
}

impl Task {
    fn start(spawn: impl FnOnce(watch::Receiver<bool>) -> JoinHandle<()>) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self {
            stop,
            handle: Mutex::new(Some(spawn(stopped))),
        }
    }

    async fn end(&self) {
        // Nobody listens only if it has ended already.
        let _ = self.stop.send(true);
        let handle = {
            let mut handle = self.handle.lock().unwrap_or_else(PoisonError::into_inner);
            handle.take()
        };
        let Some(handle) = handle else { return };
        if let Err(error) = handle.await {
            tracing::error!(%error, "a task of the projector broke down");
        }
    }
}
