//! What sequencer and projector do, round by round.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::{Notify, watch};

use super::running::{Reached, Role};
use super::{Folds, PROJECTION, ProjectorError, follow};
use crate::store::Store;

/// How often the log is looked at when nobody says that something was written: other processes may have.
const POLL: Duration = Duration::from_millis(250);

/// The longest pause after failures; it doubles with each of them.
const PAUSE: Duration = Duration::from_secs(8);

/// How long a round may take: a database whose host is gone may never say so.
const PATIENCE: Duration = Duration::from_mins(15);

/// How many positions the projector goes on in a round: far fewer than it can in that time.
const STRETCH: u64 = 100_000;

/// Work that is done in rounds.
pub(super) trait Work: Send {
    /// What it is called in the log.
    const NAME: &'static str;

    /// How long after a round began the next begins at the earliest: what comes meanwhile is done in one.
    const PACE: Duration;

    /// One round.
    fn round(&mut self) -> impl Future<Output = Result<(), ProjectorError>> + Send;

    /// Ends when there is something to do.
    fn woken(&mut self) -> impl Future<Output = ()> + Send;

    /// Where it tells why it does not go on.
    fn failing(reached: &mut Reached) -> &mut Option<String>;

    /// Where it tells how far it is.
    fn reached(&self) -> &watch::Sender<Reached>;
}

/// Rounds, until it is told to stop; a failure, even a panic, ends a round and not the work.
pub(super) async fn rounds<W: Work>(mut work: W, mut stopped: watch::Receiver<bool>) {
    let mut failures: u32 = 0;
    loop {
        let last = *stopped.borrow();
        let started = Instant::now();
        let round = AssertUnwindSafe(work.round()).catch_unwind();
        let failing = match tokio::time::timeout(PATIENCE, round).await {
            Ok(Ok(Ok(()))) => None,
            Ok(Ok(Err(error))) => Some(error.to_string()),
            Ok(Err(_)) => Some("it broke down; the log has the place".to_owned()),
            Err(_) => Some(format!("it took more than {PATIENCE:?}")),
        };
        failures = failing.as_ref().map_or(0, |_| failures.saturating_add(1));
        work.reached().send_if_modified(|reached| {
            let before = W::failing(reached);
            if *before == failing {
                return false;
            }
            if let Some(error) = &failing {
                tracing::error!(error, "the {} does not go on", W::NAME);
            }
            *before = failing;
            true
        });
        if last {
            return;
        }
        let pause = POLL.saturating_mul(1 << failures.min(5)).min(PAUSE);
        tokio::select! {
            () = async {
                tokio::time::sleep(W::PACE.saturating_sub(started.elapsed())).await;
                work.woken().await;
            }, if failures == 0 => {}
            () = tokio::time::sleep(pause) => {}
            // Whoever could have told it to stop is gone.
            told = stopped.changed() => if told.is_err() { return },
        }
    }
}

/// The end of the log, and since when it was known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    head: u64,
    at: Option<Instant>,
}

/// Admits what is committed.
pub(super) struct Sequencing {
    pub store: Arc<dyn Store>,
    pub role: Role,
    pub woken: Arc<Notify>,
    pub seen: watch::Sender<Seen>,
    pub reached: Arc<watch::Sender<Reached>>,
}

impl Work for Sequencing {
    const NAME: &'static str = "sequencer";
    const PACE: Duration = Duration::from_millis(5);

    async fn round(&mut self) -> Result<(), ProjectorError> {
        let started = Instant::now();
        let head = match self.role {
            Role::Projecting => self.store.sequence().await?.head,
            Role::Watching => self.store.head().await?,
        };
        self.reached.send_if_modified(|reached| {
            let moved = reached.head != head.position;
            (reached.head, reached.head_at) = (head.position, head.at);
            moved
        });
        self.seen.send_replace(Seen {
            head: head.position,
            at: Some(started),
        });
        Ok(())
    }

    async fn woken(&mut self) {
        self.woken.notified().await;
    }

    fn failing(reached: &mut Reached) -> &mut Option<String> {
        &mut reached.sequencer
    }

    fn reached(&self) -> &watch::Sender<Reached> {
        &self.reached
    }
}

/// Folds what is admitted.
pub(super) struct Projecting {
    pub store: Arc<dyn Store>,
    pub folds: Arc<Folds>,
    pub role: Role,
    pub seen: watch::Receiver<Seen>,
    pub reached: Arc<watch::Sender<Reached>>,
    pub whole: watch::Sender<Instant>,
}

impl Work for Projecting {
    const NAME: &'static str = "projector";
    const PACE: Duration = Duration::from_millis(25);

    async fn round(&mut self) -> Result<(), ProjectorError> {
        let Seen { head, at } = *self.seen.borrow_and_update();
        let facts = match self.role {
            Role::Projecting => {
                let stretch = self.reached.borrow().facts.saturating_add(STRETCH);
                let to = head.min(stretch);
                follow(&self.store, &self.folds, to, |_, _| ()).await?
            }
            Role::Watching => {
                let checkpoint = self.store.checkpoint(PROJECTION).await?;
                checkpoint.map_or(0, |checkpoint| checkpoint.position)
            }
        };
        self.reached.send_if_modified(|reached| {
            let moved = reached.facts != facts;
            reached.facts = facts;
            moved
        });
        if let Some(at) = at.filter(|_| facts >= head) {
            self.whole.send_replace(at);
        }
        Ok(())
    }

    async fn woken(&mut self) {
        // Without a sequencer there is nothing to wait for but the end.
        if self.seen.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    fn failing(reached: &mut Reached) -> &mut Option<String> {
        &mut reached.projector
    }

    fn reached(&self) -> &watch::Sender<Reached> {
        &self.reached
    }
}
