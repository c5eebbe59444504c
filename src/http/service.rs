//! What all requests share.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use nianlun_aggregates::Day;

use super::access::Access;
use super::problem::{Kind, Problem};
use crate::projector::{Folds, Running};
use crate::service::Commands;
use crate::store::Store;

/// The service: cheap to clone.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

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
    /// How many bytes an uploaded file has at most.
    pub upload: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(5),
            admission: Duration::from_millis(200),
            body: 1 << 20,
            upload: 1 << 30,
        }
    }
}

impl Service {
    /// Over an open store.
    #[must_use]
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Today in the installation's zone.
    ///
    /// # Errors
    /// If this machine's clock is out of the range of days.
    pub fn today(&self) -> Result<Day, Problem> {
        let now = Timestamp::now().to_zoned_datetime(self.zone.clone());
        Day::try_from(now.date()).map_err(Problem::internal)
    }

    /// Waits until a position is in the facts.
    ///
    /// # Errors
    /// [`Kind::NotYet`] if it takes too long.
    pub async fn reach(&self, position: u64) -> Result<(), Problem> {
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

    /// Ends sequencer and projector, if nothing holds the service any longer.
    pub async fn close(self) {
        if let Some(inner) = Arc::into_inner(self.0) {
            inner.projector.stop().await;
            inner.store.close().await;
        }
    }
}

impl Deref for Service {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
