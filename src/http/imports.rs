//! Imports that run behind requests: one at a time, with how far each is. What is finished is kept for a while.

mod run;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard, mpsc, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::problem::{Kind, Problem};
use super::service::Inner;
use super::upload::Upload;
use crate::identity::Answer;
use crate::import::{Issue, Mapping, Options, Progress, Report};

/// Imports that wait for their turn, or whose files are still coming, at most.
const WAITING: usize = 8;

/// Finished imports that are kept, at most.
const KEPT: usize = 20;

/// How long a finished import is kept.
const AGE: Duration = Duration::from_hours(24);

/// Row errors and notices that are kept of one import; more are only counted.
pub const ISSUES: usize = 10_000;

/// How long an import waits until all that was recorded before is in the facts.
const PATIENCE: Duration = Duration::from_mins(5);

/// Imports: cheap to clone.
#[derive(Clone)]
pub struct Imports(Arc<Shared>);

struct Shared {
    queue: mpsc::Sender<Task>,
    jobs: Mutex<VecDeque<Arc<Job>>>,
    turn: Arc<Turn<()>>,
    stop: watch::Sender<bool>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

/// An import, as it is told of.
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub about: About,
    /// When it was asked for.
    pub asked: Timestamp,
    now: watch::Sender<Now>,
}

/// What an import is of.
#[derive(Clone, Debug)]
pub struct About {
    /// The mapping's name.
    pub source: String,
    /// What the sender called the files.
    pub files: Vec<String>,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// Who imports.
    pub actor: String,
}

/// How far an import is.
#[derive(Clone, Debug)]
pub struct Now {
    /// In which state.
    pub state: State,
    /// Since when it does what it does.
    pub since: Instant,
    /// When its turn came.
    pub began: Option<(Timestamp, Instant)>,
    /// When it ended.
    pub ended: Option<(Timestamp, Instant)>,
}

/// The state of an import.
#[derive(Clone, Debug)]
pub enum State {
    /// Others are before it.
    Waiting,
    /// So many rows are read.
    Reading(u64),
    /// Of so many rows, so many are recorded.
    Recording(u64, u64),
    /// It is done.
    Done(Arc<Report>),
    /// It ended without recording all.
    Failed(Problem),
}

/// What is to be imported.
pub struct Wanted {
    /// The files.
    pub upload: Upload,
    /// How they are read.
    pub mapping: Mapping,
    /// What else is asked.
    pub options: Options,
    /// Answers to who rows are about.
    pub answers: Vec<Answer>,
    /// Who imports.
    pub actor: String,
    /// The id of the API token by which they came.
    pub token: Option<String>,
}

struct Task {
    job: Arc<Job>,
    wanted: Wanted,
}

/// A place among those that wait.
pub struct Waiting(mpsc::OwnedPermit<Task>);

impl Imports {
    /// Starts what runs them.
    #[must_use]
    pub fn start(inner: Arc<Inner>) -> Self {
        let (queue, mut tasks) = mpsc::channel::<Task>(WAITING);
        let (stop, mut stopped) = watch::channel(false);
        let turn = Arc::new(Turn::new(()));
        let one = Arc::clone(&turn);
        let worker = tokio::spawn(async move {
            loop {
                let task = tokio::select! {
                    biased;
                    _ = stopped.wait_for(|stopped| *stopped) => return,
                    task = tasks.recv() => task,
                };
                let Some(task) = task else { return };
                let turn = Arc::clone(&one).lock_owned().await;
                let job = Arc::clone(&task.job);
                job.begin();
                let inner = Arc::clone(&inner);
                let runtime = tokio::runtime::Handle::current();
                // Deciding takes a core: the threads of the service are for requests.
                let run = move || runtime.block_on(run::run(&inner, task));
                let ended = tokio::task::spawn_blocking(run).await;
                job.end(ended.unwrap_or_else(|error| Err(Problem::internal(error))));
                drop(turn);
            }
        });
        Self(Arc::new(Shared {
            queue,
            jobs: Mutex::default(),
            turn,
            stop,
            worker: Mutex::new(Some(worker)),
        }))
    }

    /// Takes a place, before the files are read.
    ///
    /// # Errors
    /// [`Kind::Overloaded`].
    pub fn place(&self) -> Result<Waiting, Problem> {
        let place = self.0.queue.clone().try_reserve_owned();
        place.map(Waiting).map_err(|_| {
            Problem::new(
                Kind::Overloaded,
                format!("{WAITING} imports wait for their turn"),
            )
            .mend("send it again when one of them is done")
            .retry_after(10)
        })
    }

    /// Adds an import.
    #[must_use]
    pub fn add(&self, place: Waiting, wanted: Wanted) -> Arc<Job> {
        let job = Arc::new(Job::new(About {
            source: wanted.mapping.name.to_string(),
            files: wanted.upload.names(),
            dry_run: wanted.options.dry_run,
            actor: wanted.actor.clone(),
        }));
        let mut jobs = self.jobs();
        jobs.push_back(Arc::clone(&job));
        forget(&mut jobs, Instant::now());
        drop(jobs);
        let task = Task {
            job: Arc::clone(&job),
            wanted,
        };
        place.0.send(task);
        job
    }

    /// An import, if it is still known.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<Job>> {
        let id = Uuid::try_parse(id).ok()?;
        let mut jobs = self.jobs();
        forget(&mut jobs, Instant::now());
        jobs.iter().find(|job| job.id == id).cloned()
    }

    /// Keeps imports from running meanwhile.
    ///
    /// # Errors
    /// [`Kind::Overloaded`] if one is running.
    pub fn alone(&self) -> Result<OwnedMutexGuard<()>, Problem> {
        Arc::clone(&self.0.turn).try_lock_owned().map_err(|_| {
            Problem::new(Kind::Overloaded, "an import is running")
                .mend("send it again when it is done")
                .retry_after(10)
        })
    }

    /// Ends with the import that is running. Those that wait are given up: they have recorded nothing.
    pub async fn stop(&self) {
        // Nobody listens only if it has ended already.
        let _ = self.0.stop.send(true);
        let worker = lock(&self.0.worker).take();
        if let Some(Err(error)) = match worker {
            Some(worker) => Some(worker.await),
            None => None,
        } {
            tracing::error!(%error, "imports broke down");
        }
    }

    fn jobs(&self) -> MutexGuard<'_, VecDeque<Arc<Job>>> {
        lock(&self.0.jobs)
    }
}

/// What is locked is whole at any time, so that a panic elsewhere does not matter.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forgets finished imports that are old, and the oldest if there are many.
fn forget(jobs: &mut VecDeque<Arc<Job>>, now: Instant) {
    let ended = |job: &Job| job.now.borrow().ended;
    jobs.retain(|job| {
        ended(job).is_none_or(|(_, ended)| now.saturating_duration_since(ended) < AGE)
    });
    let finished = jobs.iter().filter(|job| ended(job).is_some()).count();
    let mut surplus = finished.saturating_sub(KEPT);
    jobs.retain(|job| {
        let goes = surplus > 0 && ended(job).is_some();
        surplus -= usize::from(goes);
        !goes
    });
}

impl Job {
    fn new(about: About) -> Self {
        let now = Now {
            state: State::Waiting,
            since: Instant::now(),
            began: None,
            ended: None,
        };
        Self {
            id: Uuid::now_v7(),
            about,
            asked: Timestamp::now(),
            now: watch::Sender::new(now),
        }
    }

    /// How far it is.
    #[must_use]
    pub fn now(&self) -> Now {
        self.now.borrow().clone()
    }

    fn begin(&self) {
        self.now.send_modify(|now| {
            now.state = State::Reading(0);
            now.since = Instant::now();
            now.began = Some((Timestamp::now(), now.since));
        });
    }

    fn at(&self, progress: Progress) {
        self.now.send_modify(|now| {
            now.state = match progress {
                Progress::Reading(rows) => State::Reading(rows),
                Progress::Recording(done, all) => {
                    if !matches!(now.state, State::Recording(..)) {
                        now.since = Instant::now();
                    }
                    State::Recording(done, all)
                }
            };
        });
    }

    fn end(&self, ended: Result<Report, Problem>) {
        self.now.send_modify(|now| {
            now.ended = Some((Timestamp::now(), Instant::now()));
            now.state = match ended {
                Ok(mut report) => {
                    report.issues.truncate(ISSUES);
                    report.issues.shrink_to_fit();
                    State::Done(Arc::new(report))
                }
                Err(problem) => State::Failed(problem),
            };
        });
    }
}

impl Inner {
    /// Waits until all that was recorded so far is in the facts: there names are looked up.
    ///
    /// # Errors
    /// [`Kind::NotYet`] if that takes too long.
    pub async fn current(&self) -> Result<(), Problem> {
        self.store.sequence().await?;
        let head = self.store.head().await?.position;
        self.projector.wake();
        if self.projector.wait(head, PATIENCE).await {
            return Ok(());
        }
        Err(Problem::new(
            Kind::NotYet,
            "what was recorded before is not in the facts yet; nothing was imported",
        ))
    }
}

/// The row errors and notices of a report, if it has any.
#[must_use]
pub fn issues(now: &Now) -> &[Issue] {
    match &now.state {
        State::Done(report) => &report.issues,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Arc<Job> {
        Arc::new(Job::new(About {
            source: "s".to_owned(),
            files: vec![],
            dry_run: false,
            actor: "a".to_owned(),
        }))
    }

    #[test]
    fn the_oldest_finished_imports_are_forgotten_and_never_one_that_is_not_finished() {
        let waiting = job();
        let mut jobs: VecDeque<_> = (0..KEPT + 3).map(|_| job()).collect();
        for job in &jobs {
            job.end(Ok(Report::default()));
        }
        jobs.push_front(Arc::clone(&waiting));
        let last = jobs.back().map(|job| job.id);
        forget(&mut jobs, Instant::now());
        assert_eq!(jobs.len(), KEPT + 1);
        assert_eq!(jobs.front().map(|job| job.id), Some(waiting.id));
        assert_eq!(jobs.back().map(|job| job.id), last);
        forget(&mut jobs, Instant::now() + AGE);
        assert_eq!(jobs.len(), 1, "a day later only the one that waits is left");
    }
}
