//! `nianlun import list|show|undo|questions`

use std::process::ExitCode;

use nianlun_aggregates::Text;

use super::app::App;
use super::args::{Format, Global, ImportCommand};
use super::error::CliError;
use super::sheet::{Cell, Sheet, column, say};
use crate::import::books::{self, Run, RunKind};
use crate::import::{UndoError, undo};

pub async fn run(global: &Global, command: ImportCommand) -> Result<ExitCode, CliError> {
    let app = App::open_existing(global).await?;
    match command {
        ImportCommand::List { format } => list(&app, format).await?,
        ImportCommand::Show { run, format } => show(&app, &run, format).await?,
        ImportCommand::Questions { format } => questions(&app, format).await?,
        ImportCommand::Undo {
            run,
            because,
            actor,
        } => {
            let because = Text::new(&because)
                .map_err(|error| CliError::Usage(format!("--because: {error}")))?;
            let run = one(&app, &run).await?.run;
            // What stands on the run is looked for in the log.
            app.catch_up().await?;
            let undone = undo(&app.store, &run, &actor, None, &because).await;
            let undone = undone.map_err(|error| match error {
                UndoError::Import(error) => CliError::Import(error),
                refused => CliError::Refused(refused.to_string()),
            })?;
            app.catch_up().await?;
            say(match app.lang {
                super::args::Lang::Zh => format!(
                    "已撤销：事件 {}，主体 {}。批次 {}（撤销此批次即恢复）",
                    undone.events, undone.streams, undone.run
                ),
                super::args::Lang::En => format!(
                    "taken back: {} events of {} subjects. Run {} (taking that back restores it)",
                    undone.events, undone.streams, undone.run
                ),
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(app: &App, format: Format) -> Result<(), CliError> {
    let runs = books::runs(app.store.as_ref()).await?;
    let rows = runs.iter().map(|run| {
        let files: Vec<_> = run.files.iter().map(|(name, _)| name.clone()).collect();
        let count = |name: &str| Cell::Count(run.counts.get(name).copied().unwrap_or_default());
        vec![
            run.run.as_str().into(),
            app.time(&run.began).into(),
            state(app, run).into(),
            run.source.as_str().into(),
            Cell::List(files),
            count("rows"),
            count("events"),
            count("errors"),
            run.actor.as_str().into(),
        ]
    });
    let sheet = Sheet {
        title: String::new(),
        columns: vec![
            column("run", "批次", "run"),
            column("began", "开始", "began"),
            column("state", "状态", "state"),
            column("source", "来源", "source"),
            column("files", "文件", "files"),
            column("rows", "行", "rows"),
            column("events", "事件", "events"),
            column("errors", "错误", "errors"),
            column("actor", "经办", "actor"),
        ],
        rows: rows.collect(),
        notes: vec![],
    };
    Ok(sheet.print(format, app.lang)?)
}

fn state(app: &App, run: &Run) -> &'static str {
    match (run.kind, &run.undone_by, &run.ended) {
        (_, Some(_), _) => word(app, "已撤销", "taken back"),
        (RunKind::Undo, _, _) => word(app, "撤销", "takes back"),
        (_, _, Some(_)) => word(app, "完成", "done"),
        (_, _, None) => word(app, "中断", "broken off"),
    }
}

fn word(app: &App, zh: &'static str, en: &'static str) -> &'static str {
    match app.lang {
        super::args::Lang::Zh => zh,
        super::args::Lang::En => en,
    }
}

/// The run that a word means: its id, or the beginning of it that only one has.
async fn one(app: &App, word: &str) -> Result<Run, CliError> {
    let runs = books::runs(app.store.as_ref()).await?;
    let mut fitting: Vec<_> = runs
        .into_iter()
        .filter(|run| !word.is_empty() && run.run.starts_with(word))
        .collect();
    match (fitting.pop(), fitting.len()) {
        (Some(run), 0) => Ok(run),
        (None, _) => Err(CliError::Usage(format!(
            "there is no import {word:?}; `nianlun import list` shows what there is"
        ))),
        (Some(_), more) => Err(CliError::Usage(format!(
            "{} imports begin with {word:?}; write more of the run",
            more + 1
        ))),
    }
}

async fn show(app: &App, run: &str, format: Format) -> Result<(), CliError> {
    let run = one(app, run).await?;
    let mut rows: Vec<Vec<Cell>> = vec![
        vec!["run".into(), run.run.as_str().into()],
        vec!["state".into(), state(app, &run).into()],
        vec!["source".into(), run.source.as_str().into()],
        vec!["document".into(), run.document.as_str().into()],
        vec!["began".into(), app.time(&run.began).into()],
        vec![
            "ended".into(),
            run.ended
                .as_deref()
                .map(|time| app.time(time))
                .unwrap_or_default()
                .into(),
        ],
        vec!["actor".into(), run.actor.as_str().into()],
    ];
    for (name, digest) in &run.files {
        rows.push(vec![
            "file".into(),
            format!("{name} sha256:{digest}").into(),
        ]);
    }
    for (name, count) in &run.counts {
        rows.push(vec![name.as_str().into(), Cell::Count(*count)]);
    }
    if let Some(by) = &run.undone_by {
        rows.push(vec!["undone_by".into(), by.as_str().into()]);
    }
    if !run.mapping.is_empty() {
        rows.push(vec!["mapping".into(), run.mapping.as_str().into()]);
    }
    let sheet = Sheet {
        title: String::new(),
        columns: vec![column("name", "项", "name"), column("value", "值", "value")],
        rows,
        notes: vec![],
    };
    Ok(sheet.print(format, app.lang)?)
}

async fn questions(app: &App, format: Format) -> Result<(), CliError> {
    let questions = books::questions(app.store.as_ref(), None).await?;
    let rows = questions.iter().map(|question| {
        let says = question.says.iter();
        let candidates = question.candidates.iter();
        let (file, sheet, row) = &question.place;
        vec![
            question.source.as_str().into(),
            Cell::List(
                says.map(|(scheme, value)| format!("{scheme}={value}"))
                    .collect(),
            ),
            question.reason.as_str().into(),
            Cell::List(
                candidates
                    .map(|candidate| format!("{} ({})", candidate.company, candidate.reason))
                    .collect(),
            ),
            [file.as_str(), sheet.as_str()].concat().into(),
            Cell::Count(*row),
        ]
    });
    let sheet = Sheet {
        title: String::new(),
        columns: vec![
            column("source", "来源", "source"),
            column("says", "所写", "says"),
            column("reason", "缘由", "reason"),
            column("candidates", "候选", "candidates"),
            column("file", "文件", "file"),
            column("row", "行", "row"),
        ],
        rows: rows.collect(),
        notes: vec![],
    };
    Ok(sheet.print(format, app.lang)?)
}
