//! Sequencer and projector on a task of their own, for a service.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::{Folds, PROJECTION, ProjectorError, catch_up};
use nianlun_projections::Known;

use crate::store::Store;

/// How often the log is looked at when nobody says that something was written: other processes may have.
const POLL: Duration = Duration::from_millis(250);

/// The longest pause after failures; it doubles with each of them.
const PAUSE: Duration = Duration::from_secs(8);

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
    whole: watch::Receiver<Instant>,
    stop: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Running {
    /// Starts it.
    #[must_use]
    pub fn start(store: Arc<dyn Store>, folds: Arc<Folds>, role: Role) -> Self {
        let wake = Arc::new(Notify::new());
        let (tell, reached) = watch::channel(Reached::default());
        let (tell_whole, whole) = watch::channel(Instant::now());
        let (stop, stopped) = watch::channel(false);
        let work = Work {
            store,
            folds,
            role,
            woken: Arc::clone(&wake),
            reached: tell,
            whole: tell_whole,
            stopped,
        };
        Self {
            wake,
            reached,
            whole,
            stop,
            task: Mutex::new(Some(tokio::spawn(work.run()))),
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
        // Nobody listens only if it has ended already.
        let _ = self.stop.send(true);
        let task = {
            let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
            task.take()
        };
        let Some(task) = task else { return };
        if let Err(error) = task.await {
            tracing::error!(%error, "the projector broke down");
        }
    }
}

/// What the task has.
struct Work {
    store: Arc<dyn Store>,
    folds: Arc<Folds>,
    role: Role,
    woken: Arc<Notify>,
    reached: watch::Sender<Reached>,
    whole: watch::Sender<Instant>,
    stopped: watch::Receiver<bool>,
}

impl Work {
    /// Rounds, until it is told to stop; a failure, even a panic, ends a round and not the work.
    async fn run(mut self) {
        let mut failures: u32 = 0;
        loop {
            let started = Instant::now();
            let last = *self.stopped.borrow();
            let round = AssertUnwindSafe(round(&self.store, &self.folds, self.role));
            let now = match round.catch_unwind().await {
                Ok(Ok(now)) => now,
                Ok(Err(error)) => self.failed(error.to_string()),
                Err(_) => self.failed("it broke down; the log has the place".to_owned()),
            };
            failures = match now.failing {
                Some(_) => failures.saturating_add(1),
                None => 0,
            };
            if now.failing.is_none() && now.facts >= now.head {
                self.whole.send_replace(started);
            }
            self.reached.send_if_modified(|before| {
                let moved = *before != now;
                *before = now;
                moved
            });
            if last {
                return;
            }
            let pause = POLL.saturating_mul(1 << failures.min(5)).min(PAUSE);
            tokio::select! {
                () = self.woken.notified(), if failures == 0 => {}
                () = tokio::time::sleep(pause) => {}
                _ = self.stopped.changed() => {}
            }
        }
    }

    fn failed(&self, failing: String) -> Reached {
        let before = self.reached.borrow().clone();
        if before.failing.as_ref() != Some(&failing) {
            tracing::error!(error = failing, "the projector does not go on");
        }
        Reached {
            failing: Some(failing),
            ..before
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
