//! `nianlun record`

use nianlun_aggregates::history::{Action, Assertion, Change, Command, Manner, Refusal};
use nianlun_aggregates::{Code, Span, Text, carrier, cluster};
use nianlun_projections::{Subject, kind};
use uuid::Uuid;

use super::app::App;
use super::args::{Global, RecordArgs, SubjectArg};
use super::error::CliError;
use super::sheet::line;
use crate::intake::{
    FieldError, Fields, carrier_change, cluster_change, company_change, identifier,
};
use crate::query::{Find, Point, find_companies, wording_of_finding};
use crate::service::{CommandError, Commands, Metadata};
use crate::store::{FactQuery, KnownAt, StreamId, Valid};

pub async fn run(global: &Global, args: RecordArgs) -> Result<(), CliError> {
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
                    Subject::Carrier,
                    carrier::carrier_id(&code),
                    carrier_change,
                    &[("code", code.to_string())],
                )
                .await
        }
        SubjectArg::Cluster => {
            let code = recorder.code()?;
            recorder
                .record(
                    Subject::Cluster,
                    cluster::cluster_id(&code),
                    cluster_change,
                    &[("code", code.to_string())],
                )
                .await
        }
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
            return self
                .record(Subject::Company, Uuid::now_v7(), company_change, &[])
                .await;
        }
        let point = Point {
            day: self.app.today()?,
            known: KnownAt::Latest,
        };
        match find_companies(self.app.store.as_ref(), word, point).await? {
            Find::One(id) => self.record(Subject::Company, id, company_change, &[]).await,
            Find::Candidates(candidates) => match identifier(word) {
                Ok(identifier) => {
                    self.record(
                        Subject::Company,
                        identifier.company_id(),
                        company_change,
                        &[("identifier", identifier.key())],
                    )
                    .await
                }
                Err(reason) if candidates.is_empty() => Err(CliError::Usage(format!(
                    "{word:?} names no company and is no identifier: {reason}"
                ))),
                Err(_) => {
                    let named: Vec<_> = candidates
                        .iter()
                        .map(|candidate| format!("  {}  {}", candidate.id, candidate.name))
                        .collect();
                    Err(CliError::Usage(format!(
                        "a name only proposes a company; name one of these by its id:\n{}",
                        named.join("\n")
                    )))
                }
            },
        }
    }

    async fn record<C: Change + 'static>(
        &self,
        subject: Subject,
        id: Uuid,
        read: fn(&str, &Fields) -> Result<C, FieldError>,
        given: &[(&str, String)],
    ) -> Result<(), CliError> {
        let command = Command {
            action: self.action(read, given)?,
            manner: self.manner()?,
        };
        let metadata = Metadata::by(&self.args.actor);
        let recorded = Commands::new(std::sync::Arc::clone(&self.app.store))
            .execute(id, &command, self.args.if_last, &metadata)
            .await
            .map_err(|error| self.refused(error))?;
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
            line(format_args!(
                "{}/{id}/{sequence}  {} {position}",
                subject.as_str(),
                self.app.pick("日志位置", "log position")
            ))?;
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
        read: fn(&str, &Fields) -> Result<C, FieldError>,
        given: &[(&str, String)],
    ) -> Result<Action<C>, CliError> {
        if let Some(target) = self.args.retract {
            return Ok(Action::Retract {
                target,
                reason: self.reason()?,
                with_dependents: self.args.with_dependents,
            });
        }
        let assertion = self.assertion(read, given)?;
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
        read: fn(&str, &Fields) -> Result<C, FieldError>,
        given: &[(&str, String)],
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
        if matches!(event, "registered" | "登记" | "declared" | "设立") {
            for (name, value) in given {
                fields.add(*name, value.clone());
            }
        }
        let on = self.args.on.unwrap_or(Span::Unknown);
        Ok(Assertion {
            on,
            change: read(event, &fields)?,
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
        if self.args.despite {
            Ok(Manner::Despite(self.reason()?))
        } else {
            Ok(Manner::Live)
        }
    }

    /// A refusal with the events that it collides with.
    fn refused(&self, error: CommandError) -> CliError {
        let CommandError::Refused(refusal) = error else {
            return error.into();
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
        CliError::Refused(lines.join("\n"))
    }

    /// What the new events are flagged with.
    async fn tell_findings(&self, id: Uuid, sequences: &[u64]) -> Result<(), CliError> {
        let point = Point {
            day: self.app.today()?,
            known: KnownAt::Latest,
        };
        let query = FactQuery {
            id: Some(id),
            ..point.asking(Subject::Company, &[kind::FINDING], Valid::Any)
        };
        for fact in self.app.store.facts(&query).await? {
            if fact.basis.iter().any(|event| sequences.contains(event)) {
                let name = wording_of_finding(&fact.key).map_or_else(
                    || fact.key.clone(),
                    |wording| self.app.word(wording).to_owned(),
                );
                line(format_args!(
                    "  {} {name} ({})",
                    self.app.pick("标记：", "flagged:"),
                    fact.key
                ))?;
            }
        }
        Ok(())
    }
}
