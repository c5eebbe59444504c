//! Deciding what a stream gets, step by step, on what it says already.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::DomainEvent;
use cqrs_es::persist::SerializedEvent;
use jiff::Timestamp;
use nianlun_aggregates::Text;
use nianlun_aggregates::decode::{DecodeError, decode};
use nianlun_aggregates::history::{
    Action, Assertion, Change, Command, Entry, Event, History, Manner, RecordError, Refusal,
    Sequence,
};
use nianlun_projections::{Known, known};

use super::draft::{Draft, Origin};
use super::report::{Issue, Preview, Report, Severity};
use super::steps::{Step, Wanted, What};
use crate::service::{Metadata, named};
use crate::store::{NewEvent, StoreError, StreamId};

/// A stream as stored: its history, and which row or list of this source each event came from.
pub struct Stored<C> {
    /// The history.
    pub history: History<C>,
    /// By sequence from 1: the key, if this source said it.
    keys: Vec<Option<String>>,
    /// By sequence from 1: when an archive says that its source said it, in microseconds.
    asserted: Vec<Option<i64>>,
    /// When the last event became known, in microseconds, as far as it was looked up.
    known: Option<i64>,
}

impl<C: Change> Stored<C> {
    /// Reads a stream.
    ///
    /// # Errors
    /// If an event cannot be read.
    pub fn read(events: &[SerializedEvent], source: &str) -> Result<Self, DecodeError> {
        let mut stored = Self {
            history: History::default(),
            keys: vec![],
            asserted: vec![],
            known: None,
        };
        for event in events {
            let decoded: Event<C> = decode(event)?;
            let asserted = decoded.asserted.map(Timestamp::as_microsecond);
            stored.asserted.push(asserted);
            cqrs_es::Aggregate::apply(&mut stored.history, decoded);
            let text = |name: &str| event.metadata.get(name)?.as_str();
            let own = text("source") == Some(source);
            stored
                .keys
                .push(text("key").filter(|_| own).map(str::to_owned));
        }
        Ok(stored)
    }

    /// Finds out when the last event became known, from the admissions of the first ones: the log has not admitted the others yet,
    /// so that what no archive dates is known later than anything that an archive says.
    pub fn admitted(&mut self, admissions: &[Known]) {
        let mut before: Option<Known> = None;
        for (place, asserted) in self.asserted.iter().enumerate() {
            let admission = admissions.get(place).copied().unwrap_or(Known::OPEN);
            before = Some(known(admission, *asserted, before));
        }
        self.known = before.map(|known| known.at);
    }

    /// What is in force of what this key said.
    pub fn said(&self, key: &str) -> Vec<(Sequence, Assertion<C>)> {
        let said = self.history.timeline().in_force();
        let own = said.into_iter().filter(|said| {
            let place = usize::try_from(said.sequence).map_or(0, |sequence| sequence - 1);
            self.keys.get(place).and_then(Option::as_deref) == Some(key)
        });
        own.map(|said| (said.sequence, said.assertion.clone()))
            .collect()
    }
}

/// What is the same for all streams of a run.
pub struct Run<'a> {
    /// What every event of the run remembers.
    pub metadata: &'a Metadata,
    /// Whether what no longer stands in the file is taken back.
    pub retract_missing: bool,
    /// The reason of corrections and retractions.
    pub reason: &'a Text,
}

/// What deciding came to.
#[derive(Default)]
pub struct Decided {
    /// The events, a command's together.
    pub events: Vec<Vec<NewEvent>>,
    /// The identifiers that streams hold already, or claim by these events.
    pub claims: BTreeMap<String, StreamId>,
    /// What to report.
    pub report: Report,
}

/// Decides on one stream.
pub struct Recorder<'a, C> {
    run: &'a Run<'a>,
    stream: StreamId,
    name: String,
    stored: Stored<C>,
    missing: &'a BTreeSet<StreamId>,
    decided: &'a mut Decided,
    issues: Vec<Issue>,
    asserted: Option<Timestamp>,
}

impl<'a, C: Change> Recorder<'a, C> {
    /// On a stream as stored. `missing` are the carriers and clusters without a record.
    pub fn new(
        run: &'a Run<'a>,
        stream: StreamId,
        name: String,
        stored: Stored<C>,
        missing: &'a BTreeSet<StreamId>,
        decided: &'a mut Decided,
    ) -> Self {
        Self {
            run,
            stream,
            name,
            stored,
            missing,
            decided,
            issues: vec![],
            asserted: None,
        }
    }

    /// Takes the steps.
    pub fn record(mut self, steps: Vec<Step<C>>, issues: Vec<Issue>) {
        self.issues = issues;
        let before = C::contradictions(self.stored.history.timeline());
        let was_new = self.stored.history.registration().is_none();
        let first = self.stored.history.timeline().last();
        for step in steps {
            self.asserted = step.asserted;
            match step.what {
                What::Say(draft) => self.say(draft),
                What::Row(key, drafts) => self.row(&key, drafts),
                What::Lists(key, wanted) => self.lists(&key, wanted),
                What::Gone(key) => self.gone(&key),
            }
        }
        let history = &self.stored.history;
        let report = &mut self.decided.report;
        if was_new && history.registration().is_some() {
            report.new_subjects += 1;
        }
        if history.timeline().last() > first {
            let before: BTreeSet<_> = before.into_iter().collect();
            for contradiction in C::contradictions(history.timeline()) {
                if !before.contains(&contradiction) {
                    let code = contradiction.kind.code().to_owned();
                    *report.contradictions.entry(code).or_default() += 1;
                }
            }
        }
        self.issues.sort();
        self.issues.dedup();
        for issue in self.issues {
            report.tell(issue);
        }
    }

    fn say(&mut self, draft: Draft<C>) {
        if let Some(place) = named(&draft.action).intersection(self.missing).next() {
            self.issues.push(no_such_place(&draft, *place));
            return;
        }
        let origin = draft.origin;
        if let Some(action) = self.still_unsaid(draft.action) {
            self.decide(action, &origin);
        }
    }

    /// What a row said before and does not say now is corrected by what it says now; what is left over stays, since an emptied
    /// cell is silence.
    fn row(&mut self, key: &str, drafts: Vec<Draft<C>>) {
        let mut before = self.stored.said(key);
        let mut unsaid = vec![];
        for draft in drafts {
            let mut says = assertions(&draft.action);
            says.retain(|assertion| {
                let stands = before.iter().position(|(_, said)| said == assertion);
                if let Some(place) = stands {
                    before.remove(place);
                    self.decided.report.already += 1;
                }
                stands.is_none()
            });
            if !says.is_empty() {
                unsaid.push((draft, says));
            }
        }
        for (draft, says) in unsaid {
            // Of what is no period nothing is corrected either.
            if matches!(draft.action, Action::RecordSpell { .. })
                && self.is_no_period(&draft.action)
            {
                self.say(draft);
                continue;
            }
            let mut fresh = vec![];
            for assertion in says {
                let target = likest(&before, &assertion);
                match target {
                    Some(place) => {
                        let (target, _) = before.remove(place);
                        let reason = self.run.reason.clone();
                        let replacement = assertion;
                        let action = Action::Correct {
                            target,
                            replacement,
                            reason,
                        };
                        let draft = Draft {
                            action,
                            ..draft.clone()
                        };
                        self.say(draft);
                    }
                    None => fresh.push(assertion),
                }
            }
            if fresh.is_empty() {
                continue;
            }
            // A period of which both ends are new is one command, as it came.
            let action = if fresh.len() == assertions(&draft.action).len() {
                draft.action.clone()
            } else {
                Action::Record(fresh)
            };
            self.say(Draft { action, ..draft });
        }
    }

    /// The lists say this and nothing else: what stands is left, what differs in its place is corrected, what is new recorded, and
    /// what no list shows any longer taken back.
    fn lists(&mut self, key: &str, wanted: Vec<Wanted<C>>) {
        let mut before = self.stored.said(key);
        let mut unsaid = vec![];
        for wanted in wanted {
            match before
                .iter()
                .position(|(_, said)| *said == wanted.assertion)
            {
                Some(place) => {
                    before.remove(place);
                    self.decided.report.already += 1;
                }
                None => unsaid.push(wanted),
            }
        }
        let mut fresh = vec![];
        for wanted in unsaid {
            let same = |said: &Assertion<C>| {
                said.change.event_type() == wanted.assertion.change.event_type()
                    && slot(&said.change) == wanted.slot
            };
            match before.iter().position(|(_, said)| same(said)) {
                Some(place) => {
                    let (target, _) = before.remove(place);
                    let action = Action::Correct {
                        target,
                        replacement: wanted.assertion,
                        reason: self.run.reason.clone(),
                    };
                    self.say(Draft {
                        action,
                        ..wanted.draft
                    });
                }
                None => fresh.push(wanted),
            }
        }
        for (target, _) in before {
            let targets = BTreeSet::from([target]);
            let reason = self.run.reason.clone();
            self.decide(
                Action::RetractAll { targets, reason },
                &Origin {
                    key: Some(key.to_owned()),
                    ..Origin::default()
                },
            );
        }
        for wanted in fresh {
            self.say(wanted.draft);
        }
    }

    fn gone(&mut self, key: &str) {
        let said = self.stored.said(key);
        if said.is_empty() {
            return;
        }
        let origin = Origin {
            key: Some(key.to_owned()),
            ..Origin::default()
        };
        if !self.run.retract_missing {
            self.issues.push(origin.issue(
                Severity::Notice,
                "row_key",
                key,
                format!(
                    "the file has no row of this key any longer; {} events of it stay recorded (--retract-missing takes them back)",
                    said.len()
                ),
            ));
            return;
        }
        let targets = said.into_iter().map(|(sequence, _)| sequence).collect();
        let reason = self.run.reason.clone();
        self.decide(Action::RetractAll { targets, reason }, &origin);
    }

    fn decide(&mut self, action: Action<C>, origin: &Origin) {
        let first = self.stored.history.timeline().last() + 1;
        let manner = self.asserted.map_or(Manner::Import, Manner::Backfill);
        match self.stored.history.decide(&Command { action, manner }) {
            Ok(events) => self.take(first, events, origin),
            Err(Refusal::Record(RecordError::AlreadyRecorded { .. })) => {
                self.decided.report.already += 1;
            }
            Err(refusal) => self.refused(origin, refusal.to_string()),
        }
    }

    fn take(&mut self, first: Sequence, events: Vec<Event<C>>, origin: &Origin) {
        if let Some((identifier, holder)) = self.held_by_another(&events) {
            let taken = StoreError::IdentifierTaken { identifier, holder };
            self.refused(origin, taken.to_string());
            return;
        }
        let mut written = vec![];
        for (sequence, event) in (first..).zip(&events) {
            match self.serialised(sequence, event, origin) {
                Ok(event) => written.push(event),
                Err(error) => return self.refused(origin, error.to_string()),
            }
        }
        let claims = events.iter().flat_map(|event| &event.claims);
        let claims = claims.map(|claim| (claim.clone(), self.stream));
        self.decided.claims.extend(claims);
        self.decided.events.push(written);
        for event in events {
            self.count(&event, origin);
            self.moved(event.asserted);
            self.stored.keys.push(origin.key.clone());
            cqrs_es::Aggregate::apply(&mut self.stored.history, event);
        }
    }

    /// Counts an event that becomes known later than its source says, since its stream knew something later already.
    fn moved(&mut self, asserted: Option<Timestamp>) {
        let known = &mut self.stored.known;
        match asserted.map(Timestamp::as_microsecond) {
            Some(asserted) => {
                self.decided.report.clamped +=
                    u64::from(known.is_some_and(|known| known > asserted));
                *known = (*known).max(Some(asserted));
            }
            None => *known = Some(i64::MAX),
        }
    }

    fn count(&mut self, event: &Event<C>, origin: &Origin) {
        let report = &mut self.decided.report;
        report.events += 1;
        let (how, code, on) = match &event.entry {
            Entry::Asserted(said) => ("", said.change.wording().code, Some(said.on)),
            Entry::Corrected { replacement, .. } => {
                report.corrected += 1;
                (
                    "corrected ",
                    replacement.change.wording().code,
                    Some(replacement.on),
                )
            }
            Entry::Retracted { target, .. } => {
                report.retracted += 1;
                let target = self.stored.history.timeline().get(*target);
                let said = target.and_then(|event| event.entry.assertion());
                (
                    "retracted ",
                    said.map_or("", |said| said.change.wording().code),
                    None,
                )
            }
        };
        *report.by_type.entry(format!("{how}{code}")).or_default() += 1;
        report.show(|| Preview {
            subject: C::TYPE,
            id: self.stream.id.to_string(),
            name: self.name.clone(),
            event: format!("{how}{code}"),
            on: on.map_or_else(String::new, |on| on.to_string()),
            rows: rows(origin),
        });
    }

    /// An identifier that these events claim and another stream holds: the draft is left out, what else is said goes in.
    fn held_by_another(&self, events: &[Event<C>]) -> Option<(String, StreamId)> {
        let mut claims = events.iter().flat_map(|event| &event.claims);
        claims.find_map(|claim| {
            let holder = self.decided.claims.get(claim)?;
            (*holder != self.stream).then(|| (claim.clone(), *holder))
        })
    }

    fn refused(&mut self, origin: &Origin, reason: String) {
        self.issues
            .push(origin.issue(Severity::Error, "", "", reason));
    }

    /// What of an action the history does not say yet. The same file again adds nothing; a period that has ended since adds
    /// its end.
    fn still_unsaid(&mut self, action: Action<C>) -> Option<Action<C>> {
        let history = &self.stored.history;
        let already = &mut self.decided.report.already;
        let mut said = |assertion: &Assertion<C>| {
            let said = history.saying(assertion).is_some();
            *already += u64::from(said);
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
        let refusal = self.stored.history.decide(&command);
        matches!(
            refusal,
            Err(Refusal::Record(
                RecordError::EndBeforeStart { .. } | RecordError::EndOfAnother { .. }
            ))
        )
    }

    fn serialised(
        &self,
        sequence: Sequence,
        event: &Event<C>,
        origin: &Origin,
    ) -> Result<NewEvent, serde_json::Error> {
        let table = origin.table.as_ref();
        let (row, computed) = (rows(origin), origin.computed.join(", "));
        let own = [
            ("file", table.map(|table| table.digest.as_str())),
            (
                "sheet",
                table
                    .map(|table| table.header.sheet.as_str())
                    .filter(|sheet| !sheet.is_empty()),
            ),
            ("row", Some(row.as_str()).filter(|row| !row.is_empty())),
            ("key", origin.key.as_deref()),
            (
                "computed",
                Some(computed.as_str()).filter(|columns| !columns.is_empty()),
            ),
        ];
        let own = own.into_iter();
        let own = own.filter_map(|(name, value)| Some((name, value?)));
        let metadata: BTreeMap<_, _> = self.run.metadata.entries().chain(own).collect();
        Ok(NewEvent {
            aggregate_type: C::TYPE.to_owned(),
            aggregate_id: self.stream.id.to_string(),
            sequence,
            event_type: event.event_type(),
            event_version: event.event_version(),
            payload: serde_json::to_string(event)?,
            metadata: serde_json::to_string(&metadata)?,
            claims: event.claims.clone(),
        })
    }
}

fn rows(origin: &Origin) -> String {
    let rows: Vec<_> = origin.rows.iter().map(u64::to_string).collect();
    rows.join("+")
}

/// What an action says.
fn assertions<C: Change>(action: &Action<C>) -> Vec<Assertion<C>> {
    match action {
        Action::Record(assertions) => assertions.clone(),
        Action::RecordSpell { opening, end } => vec![opening.clone(), end.clone()],
        Action::Correct { replacement, .. } => vec![replacement.clone()],
        Action::Retract { .. } | Action::RetractAll { .. } => vec![],
    }
}

/// Of what a row said before, what this most likely is an edit of: the event of the same type that shares most of its words, the
/// earliest of several.
fn likest<C: Change>(before: &[(Sequence, Assertion<C>)], now: &Assertion<C>) -> Option<usize> {
    let words = |change: &C| serde_json::to_value(change).unwrap_or_default();
    let wanted = words(&now.change);
    let shared = |said: &Assertion<C>| {
        let same = |(name, value): (&String, &serde_json::Value)| {
            let other = words(&said.change);
            let fields = other.as_object().and_then(|tagged| tagged.values().next());
            fields.and_then(|fields| fields.get(name)) == Some(value)
        };
        let fields = wanted.as_object().and_then(|tagged| tagged.values().next());
        let fields = fields.and_then(serde_json::Value::as_object);
        fields.map_or(0, |fields| {
            fields.iter().filter(|field| same(*field)).count()
        })
    };
    before
        .iter()
        .enumerate()
        .filter(|(_, (_, said))| said.change.event_type() == now.change.event_type())
        .max_by_key(|(place, (_, said))| (shared(said), std::cmp::Reverse(*place)))
        .map(|(place, _)| place)
}

/// What an event may stand in the place of: what is left of its words without those that may change from list to list.
pub fn slot<C: Change>(change: &C) -> String {
    const CHANGING: [&str; 9] = [
        "present",
        "value",
        "name",
        "quantity",
        "area",
        "valid_until",
        "role",
        "tenure",
        "planned_end",
    ];
    let mut words = serde_json::to_value(change).unwrap_or_default();
    let fields = words
        .as_object_mut()
        .and_then(|tagged| tagged.values_mut().next());
    if let Some(fields) = fields.and_then(serde_json::Value::as_object_mut) {
        for name in CHANGING {
            fields.remove(name);
        }
    }
    words.to_string()
}

fn no_such_place<C>(draft: &Draft<C>, place: StreamId) -> Issue {
    let word = draft.places.iter().find(|word| word.id == place.id);
    let what = place.subject.as_str();
    let column = word.map_or(what, |word| word.column.as_str());
    let value = word.map_or_else(|| place.id.to_string(), |word| word.word.clone());
    let reason = format!(
        "no {what} has this code; declare it in the mapping or record it first, then import again"
    );
    draft.origin.issue(Severity::Error, column, &value, reason)
}
