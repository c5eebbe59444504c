//! Deciding batch by batch; while one is written, the next is decided.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use cqrs_es::persist::SerializedEvent;
use nianlun_aggregates::history::Change;
use nianlun_projections::{Known, Subject};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::ImportError;
use super::draft::Draft;
use super::plan::{Kind, Planned, Planning};
use super::record::{Decided, Recorder, Run, Stored};
use super::report::Report;
use super::said::{Part, Said};
use super::steps::{Step, What};
use super::write::{Sink, Writing};
use crate::service::{Places, named};
use crate::store::{Store, StoreError, StreamId};

/// Streams decided at once, at most.
const STREAMS: usize = 1_000;

/// Entries decided at once, unless one stream has more.
const ENTRIES: usize = 4_000;

/// How often a batch that lost a race is decided anew.
const ATTEMPTS: u32 = 8;

/// The streams of a batch with what there is to say of each.
type Batch<T> = Vec<(StreamId, T)>;

/// Decides and writes.
pub struct Pipeline<'a> {
    store: Arc<dyn Store>,
    run: &'a Run<'a>,
    places: Places,
    /// The carriers and clusters that the run registers itself.
    brings: BTreeSet<StreamId>,
    report: Report,
    /// Away while a batch is written.
    sink: Option<Sink>,
    /// Whether a batch that fails leaves nothing and can be decided anew.
    retried: bool,
    /// Identifiers that events of this run claim and that others cannot see yet.
    claimed: BTreeMap<String, StreamId>,
}

/// What the store says of streams.
type Streams = BTreeMap<StreamId, Vec<SerializedEvent>>;

/// A batch to be decided, whose streams are read meanwhile.
struct Next<T> {
    batch: Batch<T>,
    stored: JoinHandle<Result<Streams, StoreError>>,
}

/// A batch being written, and what is needed to decide it anew.
struct Written<T> {
    writing: Writing,
    decided: Report,
    claims: BTreeMap<String, StreamId>,
    batch: Batch<T>,
}

/// Plans a stream: what there is to say of it, on what it says already.
type Plan<'p, C, T> = dyn Fn(StreamId, &T, &Stored<C>) -> Planned<C> + Sync + 'p;

impl<'a> Pipeline<'a> {
    /// Over a store, into a sink.
    pub fn new(
        store: Arc<dyn Store>,
        run: &'a Run<'a>,
        brings: BTreeSet<StreamId>,
        report: Report,
        sink: Sink,
    ) -> Self {
        Self {
            store,
            run,
            places: Places::default(),
            brings,
            report,
            retried: sink.is_retried(),
            sink: Some(sink),
            claimed: BTreeMap::new(),
        }
    }

    /// Records what a mapping declares. Declared before, perhaps by another mapping in other words: what stands stays.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn declare<C: Change + 'static>(
        &mut self,
        declared: BTreeMap<StreamId, Vec<Draft<C>>>,
    ) -> Result<(), ImportError> {
        let plan = |_, drafts: &Vec<Draft<C>>, stored: &Stored<C>| {
            let stands = stored.history.registration().is_some();
            let new = drafts.iter().filter(|draft| !stands || !draft.registers());
            let steps = new.map(|draft| Step {
                asserted: None,
                what: What::Say(draft.clone()),
            });
            Planned {
                name: String::new(),
                steps: steps.collect(),
                issues: vec![],
                questions: vec![],
            }
        };
        let mut before = None;
        let declared = self.ahead(declared.into_iter().collect());
        self.batch(declared, &plan, &mut before).await?;
        self.settle(before, &plan).await?;
        Ok(())
    }

    /// Records what rows say.
    ///
    /// # Errors
    /// [`ImportError`]; what was written before stays, unless all goes into one transaction.
    pub async fn record<C: Kind>(
        &mut self,
        subject: Subject,
        planning: &Planning<'_>,
        mut parts: mpsc::Receiver<io::Result<Part>>,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), ImportError> {
        let plan =
            |stream, said: &Said, stored: &Stored<C>| C::plan(planning, stream, said, stored);
        let (mut next, mut before) = (None, None);
        let (mut batch, mut waiting, mut done) = (vec![], 0, 0);
        while let Some(part) = parts.recv().await {
            for (id, said) in part? {
                waiting += said.entries;
                batch.push((StreamId { subject, id }, said));
                if waiting >= ENTRIES || batch.len() >= STREAMS {
                    let ahead = self.ahead(std::mem::take(&mut batch));
                    if let Some(next) = next.replace(ahead) {
                        self.batch(next, &plan, &mut before).await?;
                    }
                    done += waiting as u64;
                    waiting = 0;
                    progress(done);
                }
            }
        }
        let last = self.ahead(batch);
        for next in next.into_iter().chain([last]) {
            self.batch(next, &plan, &mut before).await?;
        }
        self.settle(before, &plan).await?;
        progress(done + waiting as u64);
        Ok(())
    }

    /// Ends the run.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn finish(mut self) -> Result<Report, ImportError> {
        let sink = self.sink.take();
        match sink {
            // One error, and nothing of a strict run is written.
            Some(Sink::Whole(_)) if self.report.error_count > 0 => {
                self.report.nothing_written = true;
            }
            Some(sink) => sink.finish().await?,
            None => {}
        }
        Ok(self.report)
    }

    /// Begins to read what the store says of a batch's streams. No other batch of the run is about them.
    fn ahead<T>(&self, batch: Batch<T>) -> Next<T> {
        let ids: Vec<_> = batch.iter().map(|(stream, _)| *stream).collect();
        let store = Arc::clone(&self.store);
        Next {
            batch,
            stored: tokio::spawn(async move { store.streams(&ids).await }),
        }
    }

    /// Decides a batch while the one before it is written, and begins to write it.
    async fn batch<C: Change + 'static, T: Send + Sync>(
        &mut self,
        Next { batch, stored }: Next<T>,
        plan: &Plan<'_, C, T>,
        before: &mut Option<Written<T>>,
    ) -> Result<(), ImportError> {
        if batch.is_empty() {
            return Ok(());
        }
        let stored = stored.await.map_err(|error| {
            StoreError::Unreachable(format!("reading was broken off: {error}"))
        })??;
        let in_flight = before.as_ref().map(|before| before.claims.clone());
        let mut decided = self
            .decide(&batch, stored, plan, &in_flight.unwrap_or_default())
            .await?;
        if !self.settle(before.take(), plan).await? {
            decided = self.decide_anew(&batch, plan, &BTreeMap::new()).await?;
        }
        let Some(sink) = self.sink.take() else {
            return Ok(());
        };
        *before = Some(Written {
            writing: sink.write(std::mem::take(&mut decided.events)),
            decided: decided.report,
            claims: decided.claims,
            batch,
        });
        Ok(())
    }

    /// Waits until a batch is written. One that lost a race is read again and decided anew: then the answer is no, and what was
    /// decided upon it has to be decided anew too.
    async fn settle<C: Change + 'static, T: Send + Sync>(
        &mut self,
        before: Option<Written<T>>,
        plan: &Plan<'_, C, T>,
    ) -> Result<bool, ImportError> {
        let Some(Written {
            writing,
            decided,
            claims,
            batch,
        }) = before
        else {
            return Ok(true);
        };
        let (sink, written) = writing.done().await?;
        let for_all = matches!(sink, Sink::Whole(_) | Sink::Nowhere);
        self.sink = Some(sink);
        match written {
            Ok(()) => {
                self.report.add(decided);
                if for_all {
                    self.claimed.extend(claims);
                }
                Ok(true)
            }
            Err(error) if for_all => Err(error.into()),
            Err(error) => {
                self.again(&batch, plan, error, claims).await?;
                Ok(false)
            }
        }
    }

    /// Decides anew and writes, until it is written.
    async fn again<C: Change + 'static, T: Send + Sync>(
        &mut self,
        batch: &Batch<T>,
        plan: &Plan<'_, C, T>,
        mut error: StoreError,
        mut claims: BTreeMap<String, StreamId>,
    ) -> Result<(), ImportError> {
        for _ in 0..ATTEMPTS {
            let mut taken = BTreeMap::new();
            match error {
                StoreError::Conflict => {}
                StoreError::IdentifierTaken { identifier, holder } => {
                    let keys: Vec<_> = claims.keys().cloned().collect();
                    taken = self.store.holders(&keys).await?;
                    taken.insert(identifier, holder);
                }
                error => return Err(error.into()),
            }
            let decided = self.decide_anew(batch, plan, &taken).await?;
            let Some(sink) = self.sink.take() else {
                return Ok(());
            };
            let (sink, written) = sink.write(decided.events).done().await?;
            self.sink = Some(sink);
            match written {
                Ok(()) => {
                    self.report.add(decided.report);
                    return Ok(());
                }
                Err(failed) => {
                    error = failed;
                    claims = decided.claims;
                }
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// Decides a batch on what the store says now.
    async fn decide_anew<C: Change + 'static, T: Send + Sync>(
        &self,
        batch: &Batch<T>,
        plan: &Plan<'_, C, T>,
        taken: &BTreeMap<String, StreamId>,
    ) -> Result<Decided, ImportError> {
        let ids: Vec<_> = batch.iter().map(|(stream, _)| *stream).collect();
        let stored = self.store.streams(&ids).await?;
        self.decide(batch, stored, plan, taken).await
    }

    /// Decides a batch. Where a lost claim could not be taken back, the holders of all claims are looked up first.
    async fn decide<C: Change + 'static, T: Send + Sync>(
        &self,
        batch: &Batch<T>,
        stored: Streams,
        plan: &Plan<'_, C, T>,
        taken: &BTreeMap<String, StreamId>,
    ) -> Result<Decided, ImportError> {
        let decided = self.decide_once(batch, &stored, plan, taken).await?;
        if self.retried || decided.claims.is_empty() {
            return Ok(decided);
        }
        let claims: Vec<_> = decided.claims.keys().cloned().collect();
        let held = self.store.holders(&claims).await?;
        let lost = decided
            .claims
            .iter()
            .any(|(claim, by)| held.get(claim).is_some_and(|holder| holder != by));
        if !lost {
            return Ok(decided);
        }
        let mut taken = taken.clone();
        taken.extend(held);
        self.decide_once(batch, &stored, plan, &taken).await
    }

    async fn decide_once<C: Change + 'static, T: Send + Sync>(
        &self,
        batch: &Batch<T>,
        stored: &Streams,
        plan: &Plan<'_, C, T>,
        taken: &BTreeMap<String, StreamId>,
    ) -> Result<Decided, ImportError> {
        let mut planned = vec![];
        let mut names = BTreeSet::new();
        for (stream, said) in batch {
            let events = stored.get(stream).map_or(&[][..], Vec::as_slice);
            let source = self.run.metadata.source.as_deref().unwrap_or_default();
            let stored = Stored::<C>::read(events, source)?;
            let plan = plan(*stream, said, &stored);
            for step in &plan.steps {
                for action in step.what.actions() {
                    names.extend(named(action));
                }
            }
            planned.push((*stream, stored, plan));
        }
        self.look_up_known(&mut planned).await?;
        let foreign = names.difference(&self.brings).copied().collect();
        let missing = self.places.missing(self.store.as_ref(), foreign).await?;
        let mut decided = Decided::default();
        decided.claims.clone_from(&self.claimed);
        decided
            .claims
            .extend(taken.iter().map(|(claim, holder)| (claim.clone(), *holder)));
        let known = decided.claims.clone();
        for (stream, stored, plan) in planned {
            let recorder =
                Recorder::new(self.run, stream, plan.name, stored, &missing, &mut decided);
            recorder.record(plan.steps, plan.issues);
            decided.report.questions.extend(plan.questions);
        }
        decided
            .claims
            .retain(|claim, by| known.get(claim) != Some(by));
        Ok(decided)
    }

    /// Looks up when the streams of an archive became known so far: what it says may have to be known later than that.
    async fn look_up_known<C: Change>(
        &self,
        planned: &mut [(StreamId, Stored<C>, Planned<C>)],
    ) -> Result<(), StoreError> {
        let of_archive = |plan: &Planned<C>| plan.steps.iter().any(|step| step.asserted.is_some());
        let streams: Vec<_> = planned
            .iter()
            .filter(|(_, stored, plan)| stored.history.timeline().last() > 0 && of_archive(plan))
            .map(|(stream, ..)| *stream)
            .collect();
        if streams.is_empty() {
            return Ok(());
        }
        let mut admissions: BTreeMap<StreamId, Vec<Known>> = BTreeMap::new();
        for admitted in self.store.histories(&streams, i64::MAX).await? {
            let of_stream = admissions.entry(admitted.stream).or_default();
            of_stream.push(admitted.known);
        }
        for (stream, stored, _) in planned {
            stored.admitted(admissions.get(stream).map_or(&[], Vec::as_slice));
        }
        Ok(())
    }
}
