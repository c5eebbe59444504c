//! `nianlun identity`

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use nianlun_aggregates::history::Sequence;
use nianlun_aggregates::{Identifier, Text};
use nianlun_projections::{Subject, kind};
use uuid::Uuid;

use super::app::{App, listed};
use super::args::{BecauseArgs, Format, Global, IdentityCommand, Reading};
use super::error::CliError;
use super::identity_apply;
use super::sheet::{Cell, Sheet, column, say};
use crate::identity::{self, Because, NameError, Part, Repair, RepairRefusal, Repairs, candidates};
use crate::intake;
use crate::query::{Point, wording_of_finding};
use crate::store::{FactQuery, KnownAt, Valid};

pub async fn run(global: &Global, command: IdentityCommand) -> Result<(), CliError> {
    let app = App::open_current(global).await?;
    match command {
        IdentityCommand::Merge {
            loser,
            into,
            because,
        } => {
            let (loser, into) = (itself(&app, &loser).await?, itself(&app, &into).await?);
            let (repairs, because) = prepared(&app, &because)?;
            told(&app, repairs.merge(loser, into, &because).await).await
        }
        IdentityCommand::Distinct { a, b, because } => {
            let (a, b) = (itself(&app, &a).await?, itself(&app, &b).await?);
            let (repairs, because) = prepared(&app, &because)?;
            told(&app, repairs.distinct(a, b, &because).await).await
        }
        IdentityCommand::Split {
            company,
            events,
            into,
            name,
            identifier,
            because,
        } => {
            let from = itself(&app, &company).await?;
            let (repairs, because) = prepared(&app, &because)?;
            let done = match (into, name) {
                (Some(into), _) => {
                    let to = going_on(&app, &into).await?;
                    repairs.reattribute(from, &events, to, &because).await
                }
                (None, name) => {
                    let part = part(name.as_deref().unwrap_or_default(), &identifier)?;
                    repairs.split(from, &events, &part, &because).await
                }
            };
            told(&app, done).await
        }
        IdentityCommand::Move {
            company,
            event,
            to,
            because,
        } => {
            let (from, to) = (itself(&app, &company).await?, going_on(&app, &to).await?);
            let (repairs, because) = prepared(&app, &because)?;
            let done = repairs.reattribute(from, &[event], to, &because).await;
            told(&app, done).await
        }
        IdentityCommand::Undo {
            correlation,
            because,
        } => {
            let (repairs, because) = prepared(&app, &because)?;
            told(&app, repairs.undo(&correlation, &because).await).await
        }
        IdentityCommand::List { format } => list(&app, format).await,
        IdentityCommand::Candidates { min, reading } => proposed(&app, min, &reading).await,
        IdentityCommand::Apply { file, actor } => identity_apply::run(&app, &file, &actor).await,
    }
}

/// The record that a word names, which is not led on to the one into which it is merged.
pub async fn itself(app: &App, word: &str) -> Result<Uuid, CliError> {
    let named = identity::itself(app.store.as_ref(), word, now(app)?).await;
    named.map_err(unnamed)
}

/// The record that a word names, or the one that goes on in its place.
pub async fn going_on(app: &App, word: &str) -> Result<Uuid, CliError> {
    let named = identity::going_on(app.store.as_ref(), word, now(app)?).await;
    named.map_err(unnamed)
}

fn unnamed(error: NameError) -> CliError {
    match error {
        NameError::Store(error) => error.into(),
        NameError::Several { ref candidates, .. } => {
            CliError::Usage(format!("{error}:\n{}", listed(candidates)))
        }
        NameError::Unknown { .. } => CliError::Usage(error.to_string()),
    }
}

fn now(app: &App) -> Result<Point, CliError> {
    Ok(Point {
        day: app.today()?,
        known: KnownAt::Latest,
    })
}

fn prepared(app: &App, args: &BecauseArgs) -> Result<(Repairs, Because), CliError> {
    let reason =
        Text::new(&args.because).map_err(|error| CliError::Usage(format!("--because: {error}")))?;
    let because = Because {
        reason,
        despite: args.despite,
    };
    Ok((Repairs::new(Arc::clone(&app.store), &args.actor), because))
}

/// A company that gets a record, from its words.
pub fn part(name: &str, identifiers: &[String]) -> Result<Part, CliError> {
    let name =
        Text::new(name).map_err(|error| CliError::Usage(format!("--name {name:?}: {error}")))?;
    let identifiers: Result<Vec<Identifier>, CliError> = identifiers
        .iter()
        .map(|word| {
            intake::identifier(word)
                .map_err(|reason| CliError::Usage(format!("identifier {word:?}: {reason}")))
        })
        .collect();
    Ok(Part {
        name,
        identifiers: identifiers?,
    })
}

/// Folds, and says what was recorded and what of it is flagged.
pub async fn told(app: &App, done: Result<Repair, RepairRefusal>) -> Result<(), CliError> {
    let repair = done.map_err(|refusal| refused(app, refusal))?;
    app.catch_up().await?;
    say(format_args!(
        "{} {}",
        app.pick("修正编号", "correlation"),
        repair.correlation
    ))?;
    let mut events: BTreeMap<Uuid, Vec<Sequence>> = BTreeMap::new();
    for event in &repair.events {
        say(format_args!("company/{event}"))?;
        events.entry(event.id).or_default().push(event.sequence);
    }
    for id in events.keys() {
        let query = FactQuery {
            id: Some(*id),
            ..now(app)?.asking(Subject::Company, &[kind::FINDING], Valid::Any)
        };
        for fact in app.store.facts(&query).await? {
            let name = wording_of_finding(&fact.key)
                .map_or(fact.key.as_str(), |wording| app.word(wording));
            let flagged = app.pick("标记：", "flagged:");
            let stands_on: Vec<_> = fact.events().collect();
            say(format_args!(
                "  {flagged} {id}: {name} ({}) {}",
                fact.key,
                stands_on.join(", ")
            ))?;
        }
    }
    Ok(())
}

/// A refusal with the events that collide.
fn refused(app: &App, refusal: RepairRefusal) -> CliError {
    let Some((_, contradictions)) = refusal.contradictions() else {
        return refusal.into();
    };
    let mut lines = vec![refusal.to_string()];
    lines.extend(contradictions.iter().map(|contradiction| {
        let events = contradiction.events.iter().map(|event| format!("#{event}"));
        format!(
            "  {}: {}",
            app.word(contradiction.kind.wording()),
            events.collect::<Vec<_>>().join(", ")
        )
    }));
    CliError::Refused(lines.join("\n"))
}

async fn list(app: &App, format: Format) -> Result<(), CliError> {
    let repairs = Repairs::new(Arc::clone(&app.store), "").list().await?;
    let rows = repairs.iter().map(|line| {
        let known = Timestamp::from_microsecond(line.known.at).map(|time| {
            time.to_zoned_datetime(app.zone.clone())
                .strftime("%Y-%m-%d %H:%M:%S")
                .to_string()
        });
        vec![
            line.correlation.as_str().into(),
            line.kind.wording().code.into(),
            app.word(line.kind.wording()).into(),
            Cell::List(line.records.iter().map(Uuid::to_string).collect()),
            line.because.as_str().into(),
            line.actor.as_str().into(),
            known.unwrap_or_default().into(),
            line.undone_by.clone().unwrap_or_default().into(),
        ]
    });
    let sheet = Sheet {
        title: app.pick("身份修正", "Repairs of identities").to_owned(),
        columns: vec![
            column("correlation", "修正编号", "correlation"),
            column("kind", "种类代码", "kind"),
            column("what", "修正", "repair"),
            column("records", "记录", "records"),
            column("because", "理由", "because"),
            column("actor", "操作人", "by"),
            column("known", "得知", "known"),
            column("undone_by", "已被撤销", "undone by"),
        ],
        notes: vec![format!(
            "{} {}",
            repairs.len(),
            app.pick("次修正", "repairs")
        )],
        rows: rows.collect(),
    };
    Ok(sheet.print(format, app.lang)?)
}

async fn proposed(app: &App, min: u8, reading: &Reading) -> Result<(), CliError> {
    let point = app.point(reading)?;
    let pairs = candidates(app.store.as_ref(), point, min).await?;
    let rows = pairs.iter().map(|pair| {
        let reasons = pair
            .reasons
            .iter()
            .map(|reason| format!("{} {:+}", app.word(reason.wording()), reason.points()));
        vec![
            u64::from(pair.score).into(),
            pair.a_name.as_str().into(),
            pair.b_name.as_str().into(),
            Cell::List(reasons.collect()),
            pair.a.to_string().into(),
            pair.b.to_string().into(),
        ]
    });
    let sheet = Sheet {
        title: format!(
            "{} · {}",
            app.pick("疑似重复", "Perhaps one company"),
            app.at(point)
        ),
        columns: vec![
            column("score", "分", "score"),
            column("name", "名称", "name"),
            column("other_name", "另一名称", "other name"),
            column("reasons", "依据", "reasons"),
            column("id", "编号", "id"),
            column("other_id", "另一编号", "other id"),
        ],
        notes: vec![format!("{} {}", pairs.len(), app.pick("对", "pairs"))],
        rows: rows.collect(),
    };
    Ok(sheet.print(reading.format, app.lang)?)
}
