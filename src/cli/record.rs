//! `nianlun record`

use nianlun_aggregates::history::{Action, Assertion, Change, Command, Manner, Refusal};
use nianlun_aggregates::{Code, Span, Text, carrier, cluster};
use nianlun_projections::{Subject, kind};
use uuid::Uuid;

use super::app::{App, listed};
use super::args::{Global, RecordArgs, SubjectArg};
use super::error::CliError;
use super::sheet::say;
use crate::intake::Fields;
use crate::query::{Point, wording_of_finding};
use crate::record::{
    CARRIER, CLUSTER, COMPANY, Given, Kind, Target, TargetError, agrees, assertion, company_target,
    place_target,
};
use crate::service::{CommandError, Commands, Metadata};
use crate::store::{FactQuery, KnownAt, StoreError, StreamId, Valid};

pub async fn run(global: &Global, args: RecordArgs) -> Result<(), CliError> {
    // clap takes no notice of the need, since --retract and an event exclude each other.
    if args.with_dependents && args.retract.is_none() {
        return Err(CliError::Usage(
            "--with-dependents goes with --retract EVENT".to_owned(),
        ));
    }
    let app = App::open(global).await?;
    let recorder = Recorder {
        app: &app,
        args: &args,
    };
    let word = &args.reference;
    match args.subject {
        SubjectArg::Company => recorder.company().await,
        SubjectArg::Carrier => {
            let target = place_target(Subject::Carrier, word).map_err(named_otherwise)?;
            recorder.record(target, &CARRIER).await
        }
        SubjectArg::Cluster => {
            let target = place_target(Subject::Cluster, word).map_err(named_otherwise)?;
            recorder.record(target, &CLUSTER).await
        }
    }
}

/// A word that names no record, in words of the command line.
fn named_otherwise(error: TargetError) -> CliError {
    match error {
        TargetError::Store(error) => error.into(),
        TargetError::OnlyAName { candidates, .. } => CliError::Usage(format!(
            "a name only proposes a company; name one of these by its id:\n{}",
            listed(&candidates)
        )),
        error => CliError::Usage(error.to_string()),
    }
}

struct Recorder<'a> {
    app: &'a App,
    args: &'a RecordArgs,
}

impl Recorder<'_> {
    /// A company is named by its id or an identifier, never by its name; one that is not known yet is registered under the
    /// identifier, or under none as `new`.
    async fn company(&self) -> Result<(), CliError> {
        if self.args.reference == "new" {
            let target = Target {
                id: Uuid::now_v7(),
                given: None,
            };
            return self.record(target, &COMPANY).await;
        }
        let store = self.app.store.as_ref();
        let target = company_target(store, &self.args.reference, self.now()?).await;
        self.record(target.map_err(named_otherwise)?, &COMPANY)
            .await
    }

    async fn record<C: Change + 'static>(
        &self,
        target: Target,
        kind: &Kind<C>,
    ) -> Result<(), CliError> {
        let Target { id, given } = target;
        let subject = kind.subject;
        let command = Command {
            action: self.action(kind, given.as_ref())?,
            manner: self.manner()?,
        };
        let metadata = Metadata::by(&self.args.actor);
        let recorded = match Commands::new(std::sync::Arc::clone(&self.app.store))
            .execute(id, &command, self.args.if_last, &metadata)
            .await
        {
            Ok(recorded) => recorded,
            Err(error) => return Err(self.refused(error).await?),
        };
        self.app.catch_up().await?;
        let stream = StreamId { subject, id };
        let admitted = self.app.store.histories(&[stream], i64::MAX).await?;
        for (sequence, _) in &recorded.events {
            let place = usize::try_from(*sequence)
                .ok()
                .and_then(|sequence| admitted.get(sequence.checked_sub(1)?));
            let position = place.map(|event| event.known.position.to_string());
            let position = position
                .unwrap_or_else(|| self.app.pick("尚未入日志", "not in the log yet").to_owned());
            let line = format!("{}/{id}/{sequence}", subject.as_str());
            let log = self.app.pick("日志位置", "log position");
            say(format_args!("{line}  {log} {position}"))?;
        }
        if subject == Subject::Company {
            let sequences: Vec<_> = recorded
                .events
                .iter()
                .map(|(sequence, _)| *sequence)
                .collect();
            self.tell_findings(id, &sequences).await?;
        }
        Ok(())
    }

    fn action<C: Change>(
        &self,
        kind: &Kind<C>,
        given: Option<&Given>,
    ) -> Result<Action<C>, CliError> {
        if let Some(target) = self.args.retract {
            return Ok(Action::Retract {
                target,
                reason: self.reason()?,
                with_dependents: self.args.with_dependents,
            });
        }
        let assertion = self.assertion(kind, given)?;
        match self.args.correct {
            Some(target) => Ok(Action::Correct {
                target,
                replacement: assertion,
                reason: self.reason()?,
            }),
            None => Ok(Action::Record(vec![assertion])),
        }
    }

    fn assertion<C: Change>(
        &self,
        kind: &Kind<C>,
        given: Option<&Given>,
    ) -> Result<Assertion<C>, CliError> {
        if let Some(json) = &self.args.json {
            let read: Assertion<C> = serde_json::from_str(json).map_err(|error| CliError::Usage(format!("--json: {error}; write {{\"on\": \"2016-03-01\", \"change\": {{…}}}} as docs/events.md shows")))?;
            agrees(&read.change, given)?;
            return Ok(read);
        }
        let event = self.args.event.as_deref().ok_or_else(|| {
            CliError::Usage("name the event, or give --json, or --retract EVENT".to_owned())
        })?;
        let mut fields = Fields::default();
        for pair in &self.args.fields {
            let (name, value) = pair.split_once('=').ok_or_else(|| {
                CliError::Usage(format!(
                    "{pair:?}: write FIELD=VALUE, such as carrier=t-space"
                ))
            })?;
            fields.add(name, value);
        }
        let on = self.args.on.unwrap_or(Span::Unknown);
        Ok(assertion(kind, event, fields, on, given)?)
    }

    fn reason(&self) -> Result<Text, CliError> {
        let because = self
            .args
            .because
            .as_deref()
            .ok_or_else(|| CliError::Usage("say why: --because REASON".to_owned()))?;
        Text::new(because).map_err(|error| CliError::Usage(format!("--because: {error}")))
    }

    fn manner(&self) -> Result<Manner, CliError> {
        let needs_reason =
            self.args.despite || self.args.correct.is_some() || self.args.retract.is_some();
        if self.args.because.is_some() && !needs_reason {
            return Err(CliError::Usage(
                "--because goes with --correct, --retract or --despite; an event that contradicts nothing needs no reason".to_owned(),
            ));
        }
        if self.args.despite {
            Ok(Manner::Despite(self.reason()?))
        } else {
            Ok(Manner::Live)
        }
    }

    fn now(&self) -> Result<Point, CliError> {
        Ok(Point {
            day: self.app.today()?,
            known: KnownAt::Latest,
        })
    }

    /// The word by which a field names a carrier or cluster.
    fn word_of(&self, place: StreamId) -> Option<String> {
        let mut words = self
            .args
            .fields
            .iter()
            .filter_map(|pair| pair.split_once('='));
        let named = |word: &str| {
            let code: Code = word.parse().ok()?;
            Some(if place.subject == Subject::Cluster {
                cluster::cluster_id(&code)
            } else {
                carrier::carrier_id(&code)
            })
        };
        words
            .find(|(_, word)| named(word) == Some(place.id))
            .map(|(_, word)| word.to_owned())
    }

    /// A refusal with the events that it collides with, or with the name of who holds the identifier.
    async fn refused(&self, error: CommandError) -> Result<CliError, CliError> {
        let refusal = match error {
            CommandError::Refused(refusal) => refusal,
            CommandError::Store(StoreError::IdentifierTaken { holder, .. }) => {
                self.app.catch_up().await?;
                let query = FactQuery {
                    id: Some(holder.id),
                    ..self
                        .now()?
                        .asking(holder.subject, &[kind::NAME], Valid::Any)
                };
                let names = self.app.store.facts(&query).await?;
                let name = names.last().map_or("", |fact| fact.value.as_str());
                return Ok(CliError::Refused(format!("{error} ({name})")));
            }
            CommandError::NoSuchPlace { place } => {
                let what = place.subject.as_str();
                let word = self.word_of(place).unwrap_or_else(|| place.id.to_string());
                return Ok(CliError::Refused(format!(
                    "no {what} has the code {word:?}; `nianlun {what} list` shows those there are, `nianlun record {what} {word} …` records a new one"
                )));
            }
            other => return Ok(other.into()),
        };
        let mut lines = vec![refusal.to_string()];
        for contradiction in refusal.contradictions() {
            let events: Vec<_> = contradiction
                .events
                .iter()
                .map(|event| format!("#{event}"))
                .collect();
            lines.push(format!(
                "  {}: {}",
                self.app.word(contradiction.kind.wording()),
                events.join(", ")
            ));
        }
        if !refusal.contradictions().is_empty() {
            let dependents = if matches!(refusal, Refusal::Retract(_)) {
                ", or --with-dependents"
            } else {
                ""
            };
            lines.push(format!(
                "  to record it all the same: --despite --because REASON{dependents}"
            ));
        }
        Ok(CliError::Refused(lines.join("\n")))
    }

    /// What the new events are flagged with.
    async fn tell_findings(&self, id: Uuid, sequences: &[u64]) -> Result<(), CliError> {
        let query = FactQuery {
            id: Some(id),
            ..self
                .now()?
                .asking(Subject::Company, &[kind::FINDING], Valid::Any)
        };
        for fact in self.app.store.facts(&query).await? {
            if fact.basis.iter().any(|event| sequences.contains(event)) {
                let name = wording_of_finding(&fact.key).map_or_else(
                    || fact.key.clone(),
                    |wording| self.app.word(wording).to_owned(),
                );
                let flagged = self.app.pick("标记：", "flagged:");
                say(format_args!("  {flagged} {name} ({})", fact.key))?;
            }
        }
        Ok(())
    }
}
