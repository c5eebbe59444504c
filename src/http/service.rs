//! What all requests share.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use nianlun_aggregates::Day;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::access::Access;
use super::feed::Feed;
use super::imports::Imports;
use super::limits::Limits;
use super::problem::{Kind, Problem};
use crate::projector::{Folds, Running};
use crate::service::Commands;
use crate::store::Store;

/// The last position that a log can have.
pub(super) const LAST: u64 = i64::MAX.unsigned_abs();

/// The service: cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
    room: Arc<Room>,
    /// Imports that run behind requests.
    pub imports: Imports,
    /// The feed of changes.
    pub feed: Arc<Feed>,
}

/// What there is room for.
struct Room {
    stopping: CancellationToken,
    requests: Arc<Semaphore>,
    writes: Arc<Semaphore>,
}

/// What all requests share.
pub struct Inner {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Decides and commits.
    pub commands: Commands,
    /// The folds.
    pub folds: Arc<Folds>,
    /// The zone in which days are counted.
    pub zone: TimeZone,
    /// Sequencer and projector.
    pub projector: Running,
    /// Who is let in.
    pub access: Access,
    /// What can be set.
    pub settings: Settings,
}

/// What can be set of a service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a read waits for a position.
    pub wait: Duration,
    /// How long a command's answer waits for its position in the log.
    pub admission: Duration,
    /// How many bytes a body has at most, but for uploads.
    pub body: usize,
    /// How many bytes the files of one upload have at most, together.
    pub upload: usize,
    /// How many readers the feed of changes has at most.
    pub readers: usize,
    /// How often the feed says that it is there, and looks whether its reader is still let in.
    pub heartbeat: Duration,
    /// How much it takes on at once, and for how long.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(5),
            admission: Duration::from_millis(200),
            body: 1 << 20,
            upload: 1 << 30,
            readers: 10_000,
            heartbeat: Duration::from_secs(15),
            limits: Limits::default(),
        }
    }
}

impl Inner {
    /// Today in the installation's zone.
    ///
    /// # Errors
    /// If this machine's clock is out of the range of days.
    pub fn today(&self) -> Result<Day, Problem> {
        let now = Timestamp::now().to_zoned_datetime(self.zone.clone());
        Day::try_from(now.date()).map_err(Problem::internal)
    }
}

impl Service {
    /// Over an open store.
    #[must_use]
    pub fn new(inner: Inner) -> Self {
        let limits = &inner.settings.limits;
        let room = Arc::new(Room {
            stopping: CancellationToken::new(),
            requests: Arc::new(Semaphore::new(limits.requests)),
            writes: Arc::new(Semaphore::new(limits.writes)),
        });
        let inner = Arc::new(inner);
        let reached = inner.projector.reached();
        Self {
            room,
            feed: Feed::start(Arc::clone(&inner.store), reached, inner.settings.readers),
            imports: Imports::start(Arc::clone(&inner)),
            inner,
        }
    }

    /// Cancelled once it takes no more requests: what has no end by itself must end then.
    #[must_use]
    pub fn stopping(&self) -> &CancellationToken {
        &self.room.stopping
    }

    /// The room for requests, and the room for those that write.
    pub(super) fn room(&self) -> (&Arc<Semaphore>, &Arc<Semaphore>) {
        (&self.room.requests, &self.room.writes)
    }

    /// Waits until a position is in the facts.
    ///
    /// # Errors
    /// [`Kind::NotYet`] if it takes too long; [`Kind::MalformedRequest`] if there can be no such position.
    pub async fn reach(&self, position: u64) -> Result<(), Problem> {
        if position > LAST {
            let detail = "no log has this position";
            return Err(Problem::new(Kind::MalformedRequest, detail)
                .of("min_position", position.to_string())
                .mend("send a position that an answer named"));
        }
        if self.projector.wait(position, self.settings.wait).await {
            return Ok(());
        }
        let reached = self.projector.reached().borrow().facts;
        Err(
            Problem::new(Kind::NotYet, format!("the facts are at position {reached}"))
                .of("min_position", position.to_string())
                .mend("ask again after the time in Retry-After"),
        )
    }

    /// Ends the import that is running, then sequencer and projector after a last round, and closes the store.
    pub async fn close(self) {
        self.stopping().cancel();
        self.imports.stop().await;
        self.projector.stop().await;
        self.store.close().await;
    }
}

impl Deref for Service {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}
