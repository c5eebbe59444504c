//! `nianlun record`

use nianlun_aggregates::history::{Action, Assertion, Change, Command, Manner, Refusal};
use nianlun_aggregates::{Code, Span, Text, carrier, cluster, company};
use nianlun_projections::{Subject, kind};
use uuid::Uuid;

use super::app::{App, listed};
use super::args::{Global, RecordArgs, SubjectArg};
use super::error::CliError;
use super::sheet::say;
use crate::intake::{
    CARRIER_FORMS, CLUSTER_FORMS, COMPANY_FORMS, FieldError, Fields, Forms, carrier_change,
    cluster_change, company_change, identifier,
};
use crate::query::{Find, Point, find_companies, wording_of_finding};
use crate::service::{CommandError, Commands, Metadata, survivors};
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
    match args.subject {
        SubjectArg::Company => recorder.company().await,
        SubjectArg::Carrier => {
            let code = recorder.code()?;
            recorder
                .record(
                    carrier::carrier_id(&code),
                    &CARRIER,
                    Some(given(&CARRIER, &code)),
                )
                .await
        }
        SubjectArg::Cluster => {
            let code = recorder.code()?;
            recorder
                .record(
                    cluster::cluster_id(&code),
                    &CLUSTER,
                    Some(given(&CLUSTER, &code)),
                )
                .await
        }
    }
}

/// A kind of subject: which events it has, and how they are read.
struct Kind<C> {
    subject: Subject,
    forms: Forms,
    read: fn(&str, &Fields) -> Result<C, FieldError>,
}

const COMPANY: Kind<company::Change> = Kind {
    subject: Subject::Company,
    forms: COMPANY_FORMS,
    read: company_change,
};
const CARRIER: Kind<carrier::Change> = Kind {
    subject: Subject::Carrier,
    forms: CARRIER_FORMS,
    read: carrier_change,
};
const CLUSTER: Kind<cluster::Change> = Kind {
    subject: Subject::Cluster,
    forms: CLUSTER_FORMS,
    read: cluster_change,
};

/// What the reference says already, so that a registration need not repeat it, and may not say otherwise.
struct Given {
    field: &'static str,
    value: String,
    /// As the register of identifiers keeps it.
    key: String,
}

fn given<C>(kind: &Kind<C>, code: &Code) -> Given {
    Given {
        field: "code",
        value: code.to_string(),
        key: format!("{}:{code}", kind.subject.as_str()),
    }
}

struct Recorder<'a> {
    app: &'a App,
    args: &'a RecordArgs,
}

impl Recorder<'_> {
    fn code(&self) -> Result<Code, CliError> {
        self.args
            .reference
            .parse()
            .map_err(|error: nianlun_aggregates::code::CodeError| {
                CliError::Usage(error.to_string())
            })
    }

    /// A company is named by its id or an identifier, never by its name; one that is not known yet is registered under the
    /// identifier, or under none as `new`.
    async fn company(&self) -> Result<(), CliError> {
        let word = &self.args.reference;
        if word == "new" {
            return self.record(Uuid::now_v7(), &COMPANY, None).await;
        }
        let identifier = identifier(word)
            .or_else(|reason| identifier(&format!("usci:{word}")).map_err(|_| reason));
        let given = identifier.as_ref().ok().map(|identifier| Given {
            field: "identifier",
            value: identifier.key(),
            key: identifier.key(),
        });
        if let Ok(id) = Uuid::try_parse(word) {
            // A record that is named itself is not led on: if it is merged, that is refused with the one that goes on.
            return self.record(id, &COMPANY, None).await;
        }
        let point = self.now()?;
        match find_companies(self.app.store.as_ref(), word, point).await? {
            Find::One(id) => {
                let merged = survivors(self.app.store.as_ref(), &[id]).await?;
                let id = merged.get(&id).copied().unwrap_or(id);
                self.record(id, &COMPANY, given).await
            }
            Find::Candidates(candidates) => match identifier {
                Ok(identifier) => self.record(identifier.company_id(), &COMPANY, given).await,
                Err(reason) if candidates.is_empty() => Err(CliError::Usage(format!(
                    "{word:?} names no company and is no identifier: {reason}"
                ))),
                Err(_) => Err(CliError::Usage(format!(
                    "a name only proposes a company; name one of these by its id:\n{}",
                    listed(&candidates)
                ))),
            },
        }
    }

    async fn record<C: Change + 'static>(
        &self,
        id: Uuid,
        kind: &Kind<C>,
        given: Option<Given>,
    ) -> Result<(), CliError> {
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
        if let Some(given) = given.filter(|given| {
            assertion.change.registers() && !assertion.change.identifiers().contains(&given.key)
        }) {
            let Given { field, value, .. } = given;
            return Err(CliError::Usage(format!(
                "{field}: the registration must say {value}, as the record is named by it"
            )));
        }
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
            return serde_json::from_str(json).map_err(|error| CliError::Usage(format!("--json: {error}; write {{\"on\": \"2016-03-01\", \"change\": {{…}}}} as docs/events.md shows")));
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
        let (wording, _) = kind.forms.find(event)?;
        // A record has one code and any number of identifiers.
        let repeated = |given: &Given| match given.field {
            "code" => fields.first("code").is_some(),
            field => fields.all(field).any(|value| value == given.value),
        };
        if let Some(given) = given
            .filter(|_| matches!(wording.code, "registered" | "declared"))
            .filter(|given| !repeated(given))
        {
            fields.add(given.field, given.value.clone());
        }
        let on = self.args.on.unwrap_or(Span::Unknown);
        Ok(Assertion {
            on,
            change: (kind.read)(event, &fields)?,
        })
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
