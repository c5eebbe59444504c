//! Taking a run back: all that it recorded, or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cqrs_es::DomainEvent;
use cqrs_es::persist::SerializedEvent;
use jiff::Timestamp;
use nianlun_aggregates::history::{
    Action, Change, Command, Entry, Manner, Refusal, RetractAllError, Sequence,
};
use nianlun_aggregates::{Text, carrier, cluster, company};
use nianlun_projections::Subject;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::books::{self, Run, RunKind};
use super::record::Stored;
use super::run::ImportError;
use crate::service::{Metadata, named};
use crate::store::{NewEvent, Store, StoreError, StreamId};

/// Events looked through at once.
const PAGE: u32 = 5_000;

/// Why a run could not be taken back. Nothing was.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// There is no such run.
    #[error("there is no import {run}; `nianlun import list` shows what there is")]
    NoSuchRun {
        /// As asked.
        run: String,
    },
    /// It was taken back before.
    #[error("import {run} was taken back by {by} already")]
    Undone {
        /// As asked.
        run: String,
        /// The run that took it back.
        by: String,
    },
    /// What is recorded since stands on what it recorded.
    #[error(
        "what was recorded since stands on import {run}; take that back first:\n{}",
        shown(stands)
    )]
    StoodOn {
        /// As asked.
        run: String,
        /// What stands on it.
        stands: Vec<Standing>,
    },
    /// The files or the store.
    #[error(transparent)]
    Import(#[from] ImportError),
}

impl From<StoreError> for UndoError {
    fn from(error: StoreError) -> Self {
        Self::Import(error.into())
    }
}

/// Something that stands on what a run recorded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    /// The stream.
    pub stream: StreamId,
    /// The events, ascending.
    pub events: Vec<Sequence>,
    /// Why it is in the way.
    pub reason: String,
}

fn shown(stands: &[Standing]) -> String {
    const SHOWN: usize = 20;
    let mut lines: Vec<_> = stands
        .iter()
        .take(SHOWN)
        .map(|standing| {
            let events: Vec<_> = standing
                .events
                .iter()
                .map(|event| format!("#{event}"))
                .collect();
            let StreamId { subject, id } = standing.stream;
            format!(
                "  {} {id} {}: {}",
                subject.as_str(),
                events.join(" "),
                standing.reason
            )
        })
        .collect();
    if stands.len() > SHOWN {
        lines.push(format!("  … {} more", stands.len() - SHOWN));
    }
    lines.join("\n")
}

/// What taking a run back did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The run that did it.
    pub run: String,
    /// Events taken back.
    pub events: u64,
    /// Streams touched.
    pub streams: u64,
}

/// Takes a run back: every event of it that is in force is retracted, in one transaction, and its files can be imported again.
/// Taking back what took a run back restores it. Every event remembers `actor`, and the id of the API token by which they came.
///
/// # Errors
/// [`UndoError`]; nothing was taken back then.
pub async fn undo(
    store: &Arc<dyn Store>,
    run: &str,
    actor: &str,
    token: Option<&str>,
    because: &Text,
) -> Result<Undone, UndoError> {
    let runs = books::runs(store.as_ref()).await?;
    let Some(undone) = runs.into_iter().find(|kept| kept.run == run) else {
        return Err(UndoError::NoSuchRun {
            run: run.to_owned(),
        });
    };
    if let Some(by) = &undone.undone_by {
        return Err(UndoError::Undone {
            run: run.to_owned(),
            by: by.clone(),
        });
    }
    let recorded = recorded(store.as_ref(), &undone).await?;
    let undoing = Undoing {
        metadata: Metadata {
            actor: Some(actor.to_owned()),
            run: Some(Uuid::now_v7().to_string()),
            source: Some(undone.source.clone()),
            token: token.map(str::to_owned),
            ..Metadata::default()
        },
        because,
        recorded: &recorded,
    };
    let mut stands = undoing.named_elsewhere(store.as_ref()).await?;
    let mut events = 0;
    undoing
        .each(store.as_ref(), async |decided| {
            match decided {
                Ok(retractions) => events += retractions.len() as u64,
                Err(standing) => stands.push(standing),
            }
            Ok(())
        })
        .await?;
    if !stands.is_empty() {
        stands.sort();
        return Err(UndoError::StoodOn {
            run: run.to_owned(),
            stands,
        });
    }
    let by = undoing.metadata.run.clone().unwrap_or_default();
    let kept = Run {
        run: by.clone(),
        kind: RunKind::Undo,
        document: undone.run.clone(),
        files: vec![],
        mapping: String::new(),
        actor: actor.to_owned(),
        began: Timestamp::now().to_string(),
        ended: None,
        mark: store.mark().await?,
        counts: [("retracted".to_owned(), events)].into(),
        undone_by: None,
        source: undone.source.clone(),
    };
    books::keep_run(store.as_ref(), &kept).await?;
    undoing.write(store.as_ref(), run).await?;
    books::drop_lists(store.as_ref(), &undone.source, run).await?;
    // What took a run back is taken back: the run stands again.
    if undone.kind == RunKind::Undo {
        let runs = books::runs(store.as_ref()).await?;
        if let Some(restored) = runs.into_iter().find(|kept| kept.run == undone.document) {
            let restored = Run {
                undone_by: None,
                ..restored
            };
            books::keep_run(store.as_ref(), &restored).await?;
        }
    }
    let undone = Run {
        undone_by: Some(by.clone()),
        ..undone
    };
    books::keep_run(store.as_ref(), &undone).await?;
    let ended = Run {
        ended: Some(Timestamp::now().to_string()),
        ..kept
    };
    books::keep_run(store.as_ref(), &ended).await?;
    Ok(Undone {
        run: by,
        events,
        streams: recorded.len() as u64,
    })
}

/// What a run recorded, by stream.
async fn recorded(
    store: &dyn Store,
    run: &Run,
) -> Result<BTreeMap<StreamId, BTreeSet<Sequence>>, StoreError> {
    let saying = BTreeMap::from([("run".to_owned(), run.run.clone())]);
    let mut recorded: BTreeMap<StreamId, BTreeSet<Sequence>> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = store.written(&run.mark, &saying, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(recorded);
        };
        after = StreamId::of(last).map(|stream| (stream, last.sequence as u64));
        for event in &page {
            if let Some(stream) = StreamId::of(event) {
                let events = recorded.entry(stream).or_default();
                events.insert(event.sequence as u64);
            }
        }
    }
}

struct Undoing<'a> {
    metadata: Metadata,
    because: &'a Text,
    recorded: &'a BTreeMap<StreamId, BTreeSet<Sequence>>,
}

impl Undoing<'_> {
    /// Writes all retractions in one transaction. Somebody may have recorded something since they were decided first: then none.
    async fn write(&self, store: &dyn Store, run: &str) -> Result<(), UndoError> {
        let bulk = Mutex::new(store.bulk().await?);
        let append = async |taken: Result<Vec<NewEvent>, Standing>| match taken {
            Ok(taken) => Ok(bulk.lock().await.append(&taken).await?),
            Err(standing) => Err(UndoError::StoodOn {
                run: run.to_owned(),
                stands: vec![standing],
            }),
        };
        self.each(store, append).await?;
        Ok(bulk.into_inner().commit().await?)
    }

    /// Decides for every stream.
    async fn each(
        &self,
        store: &dyn Store,
        mut then: impl AsyncFnMut(Result<Vec<NewEvent>, Standing>) -> Result<(), UndoError>,
    ) -> Result<(), UndoError> {
        let streams: Vec<_> = self.recorded.keys().copied().collect();
        for page in streams.chunks(PAGE as usize / 10) {
            for (stream, history) in store.streams(page).await? {
                let taken = match stream.subject {
                    Subject::Company => self.take_back::<company::Change>(stream, &history),
                    Subject::Carrier => self.take_back::<carrier::Change>(stream, &history),
                    Subject::Cluster => self.take_back::<cluster::Change>(stream, &history),
                };
                then(taken?).await?;
            }
        }
        Ok(())
    }

    /// The retractions for a stream, or what is in their way.
    fn take_back<C: Change>(
        &self,
        stream: StreamId,
        events: &[SerializedEvent],
    ) -> Result<Result<Vec<NewEvent>, Standing>, ImportError> {
        let history = Stored::<C>::read(events, "")?.history;
        let timeline = history.timeline();
        let own = self.recorded.get(&stream).cloned().unwrap_or_default();
        // What another retraction took back already is gone.
        let gone = |sequence: &Sequence| {
            timeline.superseded_by(*sequence).is_some_and(|by| {
                let by_event = timeline.get(by).map(|event| &event.entry);
                !own.contains(&by) && matches!(by_event, Some(Entry::Retracted { .. }))
            })
        };
        let targets: BTreeSet<_> = own.iter().copied().filter(|own| !gone(own)).collect();
        if targets.is_empty() {
            return Ok(Ok(vec![]));
        }
        let command = Command {
            action: Action::RetractAll {
                targets,
                reason: self.because.clone(),
            },
            manner: Manner::Import,
        };
        let events = match history.decide(&command) {
            Ok(events) => events,
            Err(refusal) => {
                let events = match &refusal {
                    Refusal::RetractAll(RetractAllError::StoodOn { dependents, .. }) => {
                        dependents.clone()
                    }
                    Refusal::RetractAll(RetractAllError::Superseded { by, .. }) => vec![*by],
                    Refusal::RetractAll(RetractAllError::WouldRepeat { event }) => vec![*event],
                    _ => vec![],
                };
                return Ok(Err(Standing {
                    stream,
                    events,
                    reason: refusal.to_string(),
                }));
            }
        };
        let metadata: BTreeMap<_, _> = self.metadata.entries().collect();
        let metadata = serde_json::to_string(&metadata).map_err(std::io::Error::from)?;
        let first = timeline.last() + 1;
        let written = (first..).zip(&events).map(|(sequence, event)| {
            Ok(NewEvent {
                aggregate_type: C::TYPE.to_owned(),
                aggregate_id: stream.id.to_string(),
                sequence,
                event_type: event.event_type(),
                event_version: event.event_version(),
                payload: serde_json::to_string(event).map_err(std::io::Error::from)?,
                metadata: metadata.clone(),
                claims: event.claims.clone(),
            })
        });
        Ok(Ok(written.collect::<Result<_, ImportError>>()?))
    }

    /// The events of a stream, not of this run, that name one of these places.
    fn naming<C: Change>(
        &self,
        stream: StreamId,
        events: &[SerializedEvent],
        places: &BTreeSet<StreamId>,
    ) -> Result<Vec<Sequence>, ImportError> {
        let own = self.recorded.get(&stream);
        let history = Stored::<C>::read(events, "")?.history;
        let said = history.timeline().in_force();
        let naming = said
            .iter()
            .filter(|said| own.is_none_or(|own| !own.contains(&said.sequence)))
            .filter(|said| {
                let action = Action::Record(vec![said.assertion.clone()]);
                !named(&action).is_disjoint(places)
            });
        Ok(naming.map(|said| said.sequence).collect())
    }

    /// Events of other runs that name carriers or clusters which this run registered.
    async fn named_elsewhere(&self, store: &dyn Store) -> Result<Vec<Standing>, UndoError> {
        let places: Vec<_> = self
            .recorded
            .iter()
            .filter(|(stream, events)| stream.subject != Subject::Company && events.contains(&1))
            .map(|(stream, _)| *stream)
            .collect();
        if places.is_empty() {
            return Ok(vec![]);
        }
        let places: BTreeSet<_> = places.into_iter().collect();
        let mut stands = vec![];
        let mut after = None;
        loop {
            let streams = store.stream_ids(after, PAGE / 10).await?;
            let Some(last) = streams.last() else {
                return Ok(stands);
            };
            after = Some(*last);
            for (stream, events) in store.streams(&streams).await? {
                let naming = match stream.subject {
                    Subject::Company => self.naming::<company::Change>(stream, &events, &places),
                    Subject::Carrier => self.naming::<carrier::Change>(stream, &events, &places),
                    Subject::Cluster => self.naming::<cluster::Change>(stream, &events, &places),
                }?;
                if !naming.is_empty() {
                    stands.push(Standing {
                        stream,
                        events: naming,
                        reason: "names a carrier or cluster that the run registered".to_owned(),
                    });
                }
            }
        }
    }
}
