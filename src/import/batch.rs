//! Deciding what to append for a batch of histories, and appending it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cqrs_es::DomainEvent;
use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use nianlun_aggregates::decode::decode;
use nianlun_aggregates::history::{
    Action, Assertion, Change, Command, Event, History, Manner, RecordError, Refusal, Sequence,
};

use super::draft::Draft;
use super::report::{Issue, Report, Severity};
use super::run::{Appending, ImportError};
use crate::service::{Metadata, Places, named};
use crate::store::{Store, StoreError, StreamId};

/// How often a batch that lost a race is decided anew.
const ATTEMPTS: u32 = 8;

/// What to record in one stream: made anew from what the stream says when it is decided.
pub trait Plan<C: Change>: Sync {
    /// The drafts for a history, in order.
    fn drafts(&self, stream: StreamId, history: &History<C>) -> Vec<Draft<C>>;

    /// The carriers and clusters that the plan itself registers: its rows may name them in any order.
    fn brings(&self) -> BTreeSet<StreamId> {
        BTreeSet::new()
    }
}

/// Where events are appended and how.
pub struct Appender<'a> {
    /// The store.
    pub store: &'a Arc<dyn Store>,
    /// In bulk or one command at a time.
    pub appending: Appending,
    /// What every event of the run remembers.
    pub metadata: &'a Metadata,
    /// The carriers and clusters that have a record.
    pub places: Places,
}

/// What deciding a batch came to.
#[derive(Default)]
struct Decided {
    events: Vec<Vec<SerializedEvent>>,
    /// The identifiers that streams hold already, or claim by these events.
    claims: BTreeMap<String, StreamId>,
    report: Report,
}

impl Appender<'_> {
    /// Decides and appends for these streams. A batch that loses a race is read again and decided anew.
    pub async fn append<C: Change + 'static>(
        &self,
        streams: &[StreamId],
        plan: &dyn Plan<C>,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        let mut taken = BTreeMap::new();
        for _ in 0..ATTEMPTS {
            let mut decided = self.decide(streams, plan, &taken).await?;
            if self.appending == Appending::OneByOne {
                // What is written one by one cannot be taken back: it is looked up before.
                taken.extend(self.held(&decided).await?);
                decided = self.decide(streams, plan, &taken).await?;
            }
            match self.write(&decided.events).await {
                Ok(()) => {
                    report.add(decided.report);
                    return Ok(());
                }
                Err(StoreError::Conflict) => {}
                Err(StoreError::IdentifierTaken { identifier, holder }) => {
                    taken.extend(self.held(&decided).await?);
                    taken.insert(identifier, holder);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// Who holds what these events claim.
    async fn held(&self, decided: &Decided) -> Result<BTreeMap<String, StreamId>, StoreError> {
        let claims: Vec<_> = decided.claims.keys().cloned().collect();
        self.store.holders(&claims).await
    }

    async fn decide<C: Change + 'static>(
        &self,
        streams: &[StreamId],
        plan: &dyn Plan<C>,
        taken: &BTreeMap<String, StreamId>,
    ) -> Result<Decided, ImportError> {
        let mut stored = self.store.streams(streams).await?;
        let mut planned = vec![];
        for stream in streams {
            let mut history = History::<C>::default();
            for event in stored.remove(stream).unwrap_or_default() {
                cqrs_es::Aggregate::apply(&mut history, decode(&event)?);
            }
            let drafts = plan.drafts(*stream, &history);
            planned.push((*stream, history, drafts));
        }
        let drafts = planned.iter().flat_map(|(_, _, drafts)| drafts);
        let all: BTreeSet<_> = drafts.flat_map(|draft| named(&draft.action)).collect();
        let foreign = all.difference(&plan.brings()).copied().collect();
        let missing = self.places.missing(self.store.as_ref(), foreign).await?;
        let mut decided = Decided {
            claims: taken.clone(),
            ..Decided::default()
        };
        for (stream, history, drafts) in planned {
            let mut writing = Writing {
                stream,
                metadata: self.metadata,
                history,
                decided: &mut decided,
            };
            writing.run(drafts, &missing);
        }
        Ok(decided)
    }

    async fn write(&self, events: &[Vec<SerializedEvent>]) -> Result<(), StoreError> {
        match self.appending {
            Appending::Bulk => {
                let all: Vec<_> = events.iter().flatten().cloned().collect();
                if all.is_empty() {
                    Ok(())
                } else {
                    self.store.append_bulk(&all).await
                }
            }
            Appending::OneByOne => {
                let repository = self.store.repository();
                for command in events {
                    // The repository writes the events' own type; the parameter only names a snapshot, of which there are none.
                    let written = match command.first().map(|event| event.aggregate_type.as_str()) {
                        Some("carrier") => {
                            repository
                                .persist::<nianlun_aggregates::Carrier>(command, None)
                                .await
                        }
                        Some("cluster") => {
                            repository
                                .persist::<nianlun_aggregates::Cluster>(command, None)
                                .await
                        }
                        Some(_) => {
                            repository
                                .persist::<nianlun_aggregates::Company>(command, None)
                                .await
                        }
                        None => Ok(()),
                    };
                    written.map_err(StoreError::from)?;
                }
                Ok(())
            }
        }
    }
}

struct Writing<'a, C> {
    stream: StreamId,
    metadata: &'a Metadata,
    history: History<C>,
    decided: &'a mut Decided,
}

impl<C: Change> Writing<'_, C> {
    fn run(&mut self, drafts: Vec<Draft<C>>, missing: &BTreeSet<StreamId>) {
        let before: BTreeSet<_> = C::contradictions(self.history.timeline())
            .into_iter()
            .collect();
        let was_new = self.history.registration().is_none();
        for draft in drafts {
            match named(&draft.action).intersection(missing).next() {
                Some(place) => self
                    .decided
                    .report
                    .issues
                    .push(no_such_place(&draft, *place)),
                None => self.record(draft),
            }
        }
        if was_new && self.history.registration().is_some() {
            self.decided.report.new_subjects += 1;
        }
        for contradiction in C::contradictions(self.history.timeline()) {
            if !before.contains(&contradiction) {
                *self
                    .decided
                    .report
                    .contradictions
                    .entry(contradiction.kind.code().to_owned())
                    .or_default() += 1;
            }
        }
    }

    fn record(&mut self, draft: Draft<C>) {
        let Some(action) = self.still_unsaid(draft.action) else {
            return;
        };
        let first = self.history.timeline().last() + 1;
        match self.history.decide(&Command {
            action,
            manner: Manner::Import,
        }) {
            Ok(events) => {
                if let Some((identifier, holder)) = self.held_by_another(&events) {
                    let taken = StoreError::IdentifierTaken { identifier, holder };
                    self.refused(&draft.rows, taken.to_string());
                    return;
                }
                let claims = events.iter().flat_map(|event| &event.claims);
                let claims = claims.map(|claim| (claim.clone(), self.stream));
                self.decided.claims.extend(claims);
                let written = (first..)
                    .zip(&events)
                    .map(|(sequence, event)| self.serialised(sequence, event, &draft.rows))
                    .collect();
                self.decided.events.push(written);
                self.decided.report.events += events.len() as u64;
                for event in events {
                    cqrs_es::Aggregate::apply(&mut self.history, event);
                }
            }
            Err(Refusal::Record(RecordError::AlreadyRecorded { .. })) => {
                self.decided.report.already += 1;
            }
            Err(refusal) => self.refused(&draft.rows, refusal.to_string()),
        }
    }

    /// An identifier that these events claim and another stream holds: the draft is left out, what else is said goes in.
    fn held_by_another(&self, events: &[Event<C>]) -> Option<(String, StreamId)> {
        let mut claims = events.iter().flat_map(|event| &event.claims);
        claims.find_map(|claim| {
            let holder = self.decided.claims.get(claim)?;
            (*holder != self.stream).then(|| (claim.clone(), *holder))
        })
    }

    fn refused(&mut self, rows: &[u64], reason: String) {
        self.decided.report.issues.push(Issue {
            row: rows.first().copied().unwrap_or_default(),
            severity: Severity::Error,
            column: String::new(),
            value: String::new(),
            reason,
        });
    }

    /// What of an action the history does not say yet. The same file again adds nothing; a period that has ended since adds
    /// its end.
    fn still_unsaid(&mut self, action: Action<C>) -> Option<Action<C>> {
        let mut said = |assertion: &Assertion<C>| {
            let said = self.history.saying(assertion).is_some();
            self.decided.report.already += u64::from(said);
            said
        };
        match action {
            Action::RecordSpell { opening, end } => match (said(&opening), said(&end)) {
                (false, false) => Some(Action::RecordSpell { opening, end }),
                (true, true) => None,
                // Of what is no period nothing is recorded, even where one end stands already.
                (opens, _) => {
                    let unsaid = if opens { &end } else { &opening }.clone();
                    let period = Action::RecordSpell { opening, end };
                    Some(if self.is_no_period(&period) {
                        period
                    } else {
                        Action::Record(vec![unsaid])
                    })
                }
            },
            Action::Record(assertions) => {
                let unsaid: Vec<_> = assertions
                    .into_iter()
                    .filter(|assertion| !said(assertion))
                    .collect();
                (!unsaid.is_empty()).then_some(Action::Record(unsaid))
            }
            other => Some(other),
        }
    }

    /// Whether it ends before it begins.
    fn is_no_period(&self, action: &Action<C>) -> bool {
        let command = Command {
            action: action.clone(),
            manner: Manner::Import,
        };
        let refusal = self.history.decide(&command);
        matches!(
            refusal,
            Err(Refusal::Record(
                RecordError::EndBeforeStart { .. } | RecordError::EndOfAnother { .. }
            ))
        )
    }

    fn serialised(&self, sequence: Sequence, event: &Event<C>, rows: &[u64]) -> SerializedEvent {
        let rows: Vec<_> = rows.iter().map(u64::to_string).collect();
        let row = (!rows.is_empty()).then(|| rows.join("+"));
        let metadata: BTreeMap<_, _> = Metadata {
            row,
            ..self.metadata.clone()
        }
        .to_map()
        .into_iter()
        .collect();
        SerializedEvent::new(
            self.stream.id.to_string(),
            usize::try_from(sequence).unwrap_or(usize::MAX),
            C::TYPE.to_owned(),
            event.event_type(),
            event.event_version(),
            serde_json::json!(event),
            serde_json::json!(metadata),
        )
    }
}

fn no_such_place<C>(draft: &Draft<C>, place: StreamId) -> Issue {
    let word = draft.places.iter().find(|word| word.id == place.id);
    let what = place.subject.as_str();
    Issue {
        row: draft.rows.first().copied().unwrap_or_default(),
        severity: Severity::Error,
        column: word.map_or_else(|| what.to_owned(), |word| word.column.clone()),
        value: word.map_or_else(|| place.id.to_string(), |word| word.word.clone()),
        reason: format!(
            "no {what} has this code; declare it in the mapping or record it first, then import again"
        ),
    }
}
