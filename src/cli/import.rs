//! `nianlun import`

use std::process::ExitCode;
use std::sync::Arc;

use super::app::App;
use super::args::{Format, Global, ImportArgs};
use super::error::{CliError, SOME_ROWS};
use super::progress;
use super::sheet::{Cell, Sheet, column, say};
use crate::import::{Appending, Importer, Issue, Mapping, Report, Severity};

pub async fn run(global: &Global, args: ImportArgs) -> Result<ExitCode, CliError> {
    let text = std::fs::read_to_string(&args.mapping).map_err(|error| CliError::File {
        path: args.mapping.display().to_string(),
        reason: error.to_string(),
    })?;
    let mapping = Mapping::read(&text)?;
    let app = App::open(global).await?;
    let importer = Importer {
        store: Arc::clone(&app.store),
        appending: Appending::Bulk,
        actor: args.actor.clone(),
    };
    let bar = progress::bar(global.quiet, &mapping.title, app.pick("行", "rows"));
    let report = importer
        .import(&args.file, &mapping, |done, all| {
            progress::set(&bar, done, all);
        })
        .await?;
    bar.finish_and_clear();
    app.catch_up().await?;
    if !report.issues.is_empty() || args.format != Format::Table {
        issues(&app, &report, args.show).print(args.format, app.lang)?;
    }
    let summary = summary(&app, &report);
    match args.format {
        Format::Table => say(&summary)?,
        Format::Json | Format::Csv => eprintln!("{summary}"),
    }
    Ok(if report.errors().next().is_some() {
        ExitCode::from(SOME_ROWS)
    } else {
        ExitCode::SUCCESS
    })
}

/// One line: what the import did.
pub fn summary(app: &App, report: &Report) -> String {
    let (errors, notices) = (report.errors().count(), report.notices().count());
    let contradictions: u64 = report.contradictions.values().sum();
    let (rows, events, new, already, run) = (
        report.rows,
        report.events,
        report.new_subjects,
        report.already,
        &report.run,
    );
    match app.lang {
        super::args::Lang::Zh => format!(
            "{rows} 行：新记事件 {events}，新主体 {new}，已有而未重记 {already}；行错误 {errors}，提示 {notices}，矛盾 {contradictions}。批次 {run}"
        ),
        super::args::Lang::En => format!(
            "{rows} rows: {events} events recorded, {new} new subjects, {already} already there; {errors} row errors, {notices} notices, {contradictions} contradictions. Run {run}"
        ),
    }
}

/// The row errors and notices, at most so many of each.
fn issues(app: &App, report: &Report, show: usize) -> Sheet {
    let limit = if show == 0 { usize::MAX } else { show };
    let shown: Vec<&Issue> = report
        .errors()
        .take(limit)
        .chain(report.notices().take(limit))
        .collect();
    let hidden = report.issues.len() - shown.len();
    let rows = shown.iter().map(|issue| {
        let grade = match issue.severity {
            Severity::Error => app.pick("错误", "error"),
            Severity::Notice => app.pick("提示", "notice"),
        };
        vec![
            Cell::Count(issue.row),
            grade.into(),
            issue.column.as_str().into(),
            issue.value.as_str().into(),
            issue.reason.as_str().into(),
        ]
    });
    Sheet {
        title: String::new(),
        columns: vec![
            column("row", "行", "row"),
            column("grade", "等级", "grade"),
            column("column", "列", "column"),
            column("value", "值", "value"),
            column("reason", "原因与改法", "reason and mend"),
        ],
        rows: rows.collect(),
        notes: if hidden > 0 {
            vec![format!(
                "… {hidden} {}",
                app.pick("条未显示（--show 0 全部显示）", "more (--show 0 shows all)")
            )]
        } else {
            vec![]
        },
    }
}
