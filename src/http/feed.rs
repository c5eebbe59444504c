//! The feed of changes: what the log has admitted, in its order, to many readers at once.

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::Duration;

use axum::response::sse::Event;
use futures_util::FutureExt;
use nianlun_projections::Subject;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use uuid::Uuid;

use super::access::Caller;
use super::cloud::CloudEvent;
use super::problem::{Kind, Problem};
use crate::projector::Reached;
use crate::store::{Store, StoreError, StreamId};

/// How many changes are kept for readers that are about up to date; who is further behind reads the log.
const RECENT: usize = 2_048;

/// How many changes are read from the log at once.
const PAGE: u32 = 256;

/// After what time the log is read again that could not be read.
const PAUSE: Duration = Duration::from_secs(1);

/// How many readers that are behind read the log at once: they share its connections with commands.
const BEHIND: usize = 4;

/// Which part of all readers may be of one caller.
const SHARE: usize = 4;

/// A change, written out once for all readers.
#[derive(Debug)]
pub struct Written {
    /// Its position.
    pub position: u64,
    /// Its record.
    pub stream: StreamId,
    /// Its sequence there.
    pub sequence: u64,
    /// As a `CloudEvent`.
    pub text: String,
}

/// How far the feed is.
#[derive(Clone, Copy, Debug, Default)]
struct Head {
    /// Up to which position the changes are there; nothing until the log has said where it ends.
    position: Option<u64>,
    /// Whether nothing more comes.
    closed: bool,
}

impl Head {
    /// Whether there is something to do for who has everything up to a position.
    fn is_beyond(&self, position: u64) -> bool {
        self.closed || self.position.is_some_and(|head| head > position)
    }
}

/// The feed.
pub struct Feed {
    store: Arc<dyn Store>,
    recent: Arc<RwLock<VecDeque<Arc<Written>>>>,
    head: watch::Sender<Head>,
    readers: Arc<Semaphore>,
    /// How many readers each caller has, and may have.
    callers: Mutex<HashMap<Caller, usize>>,
    share: usize,
    behind: Semaphore,
    failing: AtomicBool,
}

impl Feed {
    /// Follows the log from where it ends now, as far as the projector says that it goes.
    #[must_use]
    pub fn start(
        store: Arc<dyn Store>,
        reached: watch::Receiver<Reached>,
        readers: usize,
    ) -> Arc<Self> {
        let feed = Arc::new(Self {
            store,
            recent: Arc::default(),
            head: watch::channel(Head::default()).0,
            readers: Arc::new(Semaphore::new(readers)),
            callers: Mutex::default(),
            share: (readers / SHARE).max(1),
            behind: Semaphore::new(BEHIND),
            failing: AtomicBool::new(false),
        });
        tokio::spawn(follow(Arc::downgrade(&feed), reached));
        feed
    }

    /// Whether it does not go on; the log says why.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    /// Ends the feed for all readers.
    pub fn close(&self) {
        self.head.send_modify(|head| head.closed = true);
    }

    /// The last position that is in the feed. Right after the start the log must say first where it ends; nothing if that takes
    /// too long.
    pub async fn head(&self, patience: Duration) -> Option<u64> {
        let mut head = self.head.subscribe();
        let known = head.wait_for(|head| head.closed || head.position.is_some());
        let known = tokio::time::timeout(patience, known).await.ok()?.ok()?;
        known.position
    }

    /// Waits until a position is in the feed; whether it is. Where another process admits, this one learns of it a little later.
    pub async fn reach(&self, position: u64, patience: Duration) -> bool {
        let mut head = self.head.subscribe();
        let there = head.wait_for(|head| head.closed || head.position >= Some(position));
        let there = tokio::time::timeout(patience, there).await;
        matches!(there, Ok(Ok(head)) if head.position >= Some(position))
    }

    /// Reads the feed after a position, for a caller if callers are told apart.
    ///
    /// # Errors
    /// [`Kind::Overloaded`] if there are as many readers as there can be, or as many of this caller.
    pub fn read(
        self: &Arc<Self>,
        after: u64,
        wanted: Wanted,
        caller: Option<Caller>,
    ) -> Result<Reader, Problem> {
        let overloaded = |detail| Problem::new(Kind::Overloaded, detail);
        let place = Arc::clone(&self.readers).try_acquire_owned();
        let place = place.map_err(|_| overloaded("the feed has as many readers as it can have"))?;
        let share = Share::of(self, caller);
        let share = share.ok_or_else(|| {
            overloaded("the feed has as many readers of this caller as one may have")
        })?;
        Ok(Reader {
            feed: Arc::clone(self),
            head: self.head.subscribe(),
            after,
            waiting: VecDeque::new(),
            wanted,
            _place: place,
            _share: share,
        })
    }

    /// The position of an event, once it is in the feed, after one that it had before the event was recorded; nothing if that
    /// takes too long.
    pub async fn position(
        &self,
        stream: StreamId,
        sequence: u64,
        mut after: u64,
        deadline: Instant,
    ) -> Option<u64> {
        let mut head = self.head.subscribe();
        loop {
            {
                let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
                let new = recent.partition_point(|written| written.position <= after);
                let mut new = recent.iter().skip(new);
                let found =
                    new.find(|written| written.sequence == sequence && written.stream == stream);
                if let Some(found) = found {
                    return Some(found.position);
                }
                after = recent.back().map_or(after, |last| last.position.max(after));
            }
            let further = head.wait_for(|head| head.is_beyond(after));
            let further = tokio::time::timeout_at(deadline, further).await;
            if further.ok()?.ok()?.closed {
                return None;
            }
        }
    }

    /// The changes after a position, at most a page; from memory if they are there.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn after(&self, position: u64, limit: u32) -> Result<Vec<Arc<Written>>, StoreError> {
        let limit = limit.min(PAGE);
        {
            let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
            let first = recent.front().map(|written| written.position);
            if first.is_some_and(|first| first <= position + 1) {
                let skip = recent.partition_point(|written| written.position <= position);
                let size = usize::try_from(limit).unwrap_or(usize::MAX);
                return Ok(recent.iter().skip(skip).take(size).cloned().collect());
            }
        }
        // The semaphore is never closed.
        let _turn = self.behind.acquire().await.ok();
        let head = self.head.borrow().position;
        match head {
            Some(head) if head > position => self.log(position, head, limit).await,
            _ => Ok(vec![]),
        }
    }

    /// Takes in what the log holds up to a position.
    async fn take_in(&self, head: u64) -> Result<(), StoreError> {
        let known = self.head.borrow().position;
        if known.is_none() {
            // What came before the start is there for who asks for it, and is news to nobody.
            let end = self.store.head().await?.position;
            self.head.send_modify(|head| head.position = Some(end));
        }
        loop {
            let Head { position, closed } = *self.head.borrow();
            let at = position.filter(|at| *at < head && !closed);
            let Some(at) = at else { return Ok(()) };
            let page = self.log(at, head, PAGE).await?;
            let Some(last) = page.last().map(|written| written.position) else {
                return Ok(());
            };
            {
                let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
                recent.extend(page);
                let surplus = recent.len().saturating_sub(RECENT);
                recent.drain(..surplus);
            }
            self.head.send_modify(|head| head.position = Some(last));
        }
    }

    async fn log(
        &self,
        after: u64,
        until: u64,
        limit: u32,
    ) -> Result<Vec<Arc<Written>>, StoreError> {
        let admitted = self.store.admitted_after(after, until, limit).await?;
        let written = admitted.iter().map(|admitted| {
            let inconsistent = |reason: String| StoreError::Inconsistent {
                table: "events",
                row: nianlun_aggregates::decode::event_id(&admitted.event),
                reason,
            };
            let event =
                CloudEvent::of(admitted).map_err(|error| inconsistent(error.to_string()))?;
            let text = serde_json::to_string(&event);
            Ok(Arc::new(Written {
                position: admitted.known.position,
                stream: admitted.stream,
                sequence: admitted.event.sequence as u64,
                text: text.map_err(|error| inconsistent(error.to_string()))?,
            }))
        });
        written.collect()
    }
}

/// Takes in what the log admits, for as long as there is a feed.
async fn follow(feed: Weak<Feed>, mut reached: watch::Receiver<Reached>) {
    loop {
        let Some(feed) = feed.upgrade() else { return };
        let head = reached.borrow_and_update().head;
        let taken_in = AssertUnwindSafe(feed.take_in(head)).catch_unwind().await;
        let error = match taken_in {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("it broke down; the log has the place".to_owned()),
        };
        let before = feed.failing.swap(error.is_some(), Ordering::Relaxed);
        drop(feed);
        match error {
            Some(error) => {
                // Not again with each attempt.
                if !before {
                    tracing::error!(error, "the feed does not go on");
                }
                tokio::time::sleep(PAUSE).await;
            }
            None if reached.changed().await.is_err() => return,
            None => {}
        }
    }
}

/// Which changes a reader wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only of this kind of record.
    pub subject: Option<Subject>,
    /// Only of this record.
    pub id: Option<Uuid>,
}

impl Wanted {
    /// Whether a change is wanted.
    #[must_use]
    pub fn includes(&self, written: &Written) -> bool {
        self.subject
            .is_none_or(|subject| subject == written.stream.subject)
            && self.id.is_none_or(|id| id == written.stream.id)
    }
}

/// Somebody who reads the feed.
pub struct Reader {
    feed: Arc<Feed>,
    head: watch::Receiver<Head>,
    after: u64,
    waiting: VecDeque<Arc<Written>>,
    wanted: Wanted,
    _place: OwnedSemaphorePermit,
    _share: Share,
}

/// A place of those that a caller may have.
struct Share {
    feed: Arc<Feed>,
    caller: Option<Caller>,
}

impl Share {
    /// One more for a caller, unless they have all.
    fn of(feed: &Arc<Feed>, caller: Option<Caller>) -> Option<Self> {
        if let Some(caller) = &caller {
            let mut callers = feed.callers.lock().unwrap_or_else(PoisonError::into_inner);
            let taken = callers.get(caller).copied().unwrap_or_default();
            if taken >= feed.share {
                return None;
            }
            callers.insert(caller.clone(), taken + 1);
        }
        Some(Self {
            feed: Arc::clone(feed),
            caller,
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let Some(caller) = &self.caller else { return };
        let callers = self.feed.callers.lock();
        let mut callers = callers.unwrap_or_else(PoisonError::into_inner);
        match callers.get_mut(caller) {
            Some(taken) if *taken > 1 => *taken -= 1,
            _ => drop(callers.remove(caller)),
        }
    }
}

impl Reader {
    /// The next change, as soon as there is one; `None` once the feed has ended. Where the log cannot be read, that ends it too:
    /// the reader comes back with the last id.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(written) = self.waiting.pop_front() {
                self.after = written.position;
                if self.wanted.includes(&written) {
                    let event = Event::default().event("change");
                    return Some(event.id(written.position.to_string()).data(&written.text));
                }
            }
            let after = self.after;
            let head = self.head.wait_for(|head| head.is_beyond(after)).await;
            if head.ok()?.closed {
                return None;
            }
            let page = self.feed.after(after, PAGE).await.ok()?;
            if page.is_empty() {
                return None;
            }
            self.waiting.extend(page);
        }
    }
}
