//! `nianlun import`

use std::process::ExitCode;
use std::sync::Arc;

use super::app::App;
use super::args::{Format, Global, ImportArgs, Lang};
use super::error::{CliError, SOME_ROWS};
use super::sheet::{Cell, Sheet, column, say};
use super::{identity_apply, import_mapping, import_runs, progress};
use crate::import::{
    About, Appending, Importer, Issue, Mapping, Options, Progress, Report, Severity, write_issues,
};

pub async fn run(global: &Global, args: ImportArgs) -> Result<ExitCode, CliError> {
    if let Some(command) = args.command {
        return import_runs::run(global, command).await;
    }
    if args.mapping_schema {
        import_mapping::schema()?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(file) = &args.suggest_mapping {
        import_mapping::suggestion(global, file, args.out.as_deref())?;
        return Ok(ExitCode::SUCCESS);
    }
    let read = |path: &std::path::Path| {
        std::fs::read_to_string(path).map_err(|error| CliError::File {
            path: path.display().to_string(),
            reason: error.to_string(),
        })
    };
    let mapping = Mapping::read(&read(args.mapping.as_deref().unwrap_or("".as_ref()))?)?;
    let app = App::open(global).await?;
    // Names are looked up in the facts.
    app.catch_up().await?;
    let resolutions = args
        .resolve
        .as_deref()
        .map(identity_apply::read)
        .transpose()?
        .unwrap_or_default();
    if args.resolve.is_some() && !args.dry_run && !resolutions.is_only_answers() {
        identity_apply::repair(&app, &resolutions, &args.actor).await?;
        app.catch_up().await?;
    }
    let answers = identity_apply::answers(&app, &resolutions.answers, &args.actor).await?;
    let importer = Importer {
        store: Arc::clone(&app.store),
        appending: Appending::Bulk,
        actor: args.actor.clone(),
        token: None,
        zone: app.zone.clone(),
    };
    let options = Options {
        dry_run: args.dry_run,
        strict: args.strict,
        retract_missing: args.retract_missing,
        document: args.document.clone(),
        answers,
    };
    let report = import(
        &app,
        global.quiet,
        &importer,
        &args.files,
        &mapping,
        &options,
    )
    .await?;
    app.catch_up().await?;
    if let Some(path) = &args.errors {
        let about = About {
            files: &args.files,
            format: &mapping.file,
            columns: &mapping.columns(),
        };
        write_issues(path, &about, &report.issues).map_err(|error| CliError::File {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
    }
    if args.dry_run && args.format == Format::Table {
        preview(&app, &report, args.show).print(Format::Table, app.lang)?;
    }
    if !report.issues.is_empty() || args.format != Format::Table {
        issues(&app, &report, args.show).print(args.format, app.lang)?;
    }
    let summary = summary(&app, &report);
    match args.format {
        Format::Table => say(&summary)?,
        Format::Json | Format::Csv => eprintln!("{summary}"),
    }
    Ok(if report.error_count > 0 {
        ExitCode::from(SOME_ROWS)
    } else {
        ExitCode::SUCCESS
    })
}

/// Imports, with a bar for reading and one for recording.
pub async fn import(
    app: &App,
    quiet: bool,
    importer: &Importer,
    files: &[std::path::PathBuf],
    mapping: &Mapping,
    options: &Options,
) -> Result<Report, CliError> {
    let reading = progress::counter(quiet, &mapping.title, app.pick("行已读", "rows read"));
    let recording = progress::bar(quiet, &mapping.title, app.pick("行", "rows"));
    let report = importer
        .import(files, mapping, options, |at| match at {
            Progress::Reading(rows) => reading.set_position(rows),
            Progress::Recording(done, all) => {
                reading.finish_and_clear();
                progress::set(&recording, done, all);
            }
        })
        .await?;
    reading.finish_and_clear();
    recording.finish_and_clear();
    Ok(report)
}

/// One line: what the import did.
pub fn summary(app: &App, report: &Report) -> String {
    let contradictions: u64 = report.contradictions.values().sum();
    let Report {
        rows,
        events,
        new_subjects: new,
        already,
        run,
        error_count: errors,
        notice_count: notices,
        ..
    } = report;
    let mut edits = String::new();
    let mut edit = |count: u64, zh: &str, en: &str| {
        if count > 0 {
            let word = app.pick(zh, en);
            edits = format!("{edits}{}{word} {count}", app.pick("，", ", "));
        }
    };
    edit(report.corrected, "其中更正", "corrections among them");
    edit(report.retracted, "其中撤销", "retractions among them");
    edit(report.clamped, "获知时间后移", "known times moved");
    let written = match (report.nothing_written, app.lang) {
        (false, _) => "",
        (true, Lang::Zh) => "（未写入）",
        (true, Lang::En) => " (nothing was written)",
    };
    match app.lang {
        Lang::Zh => format!(
            "{rows} 行：新记事件 {events}{edits}，新主体 {new}，已有而未重记 {already}；行错误 {errors}，提示 {notices}，矛盾 {contradictions}。批次 {run}{written}"
        ),
        Lang::En => format!(
            "{rows} rows: {events} events recorded{edits}, {new} new subjects, {already} already there; {errors} row errors, {notices} notices, {contradictions} contradictions. Run {run}{written}"
        ),
    }
}

/// What would be recorded: how much of what, and the first events.
fn preview(app: &App, report: &Report, show: usize) -> Sheet {
    let limit = if show == 0 { usize::MAX } else { show };
    let rows = report.preview.iter().take(limit).map(|event| {
        vec![
            event.rows.as_str().into(),
            event.subject.into(),
            event.name.as_str().into(),
            event.event.as_str().into(),
            event.on.as_str().into(),
            event.id.as_str().into(),
        ]
    });
    let counts = report.by_type.iter().chain(&report.contradictions);
    let counts = counts.map(|(event, count)| format!("{event} {count}"));
    Sheet {
        title: app.pick("预览", "Preview").to_owned(),
        columns: vec![
            column("row", "行", "row"),
            column("subject", "主体", "subject"),
            column("name", "名称", "name"),
            column("event", "事件", "event"),
            column("on", "日期", "date"),
            column("id", "编号", "id"),
        ],
        rows: rows.collect(),
        notes: counts.collect(),
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
    let hidden = report.error_count + report.notice_count - shown.len() as u64;
    let several = report.files.len() > 1;
    let sheets = shown.iter().any(|issue| !issue.sheet.is_empty());
    let rows = shown.iter().map(|issue| {
        let grade = match issue.severity {
            Severity::Error => app.pick("错误", "error"),
            Severity::Notice => app.pick("提示", "notice"),
        };
        let mut cells: Vec<Cell> = vec![];
        if several {
            cells.push((&*issue.file).into());
        }
        if sheets {
            cells.push((&*issue.sheet).into());
        }
        cells.extend([
            Cell::Count(issue.row),
            grade.into(),
            issue.column.as_str().into(),
            issue.value.as_str().into(),
            issue.reason.as_str().into(),
        ]);
        cells
    });
    let mut columns = vec![];
    if several {
        columns.push(column("file", "文件", "file"));
    }
    if sheets {
        columns.push(column("sheet", "工作表", "sheet"));
    }
    columns.extend([
        column("row", "行", "row"),
        column("grade", "等级", "grade"),
        column("column", "列", "column"),
        column("value", "值", "value"),
        column("reason", "原因与改法", "reason and mend"),
    ]);
    Sheet {
        title: String::new(),
        columns,
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
