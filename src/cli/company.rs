//! `nianlun company`

use nianlun_aggregates::company::Change;
use nianlun_projections::Subject;

use super::app::App;
use super::args::{CompanyCommand, Global, Reading};
use super::error::CliError;
use super::history::history_sheet;
use super::sheet::{Cell, Sheet, column};
use super::state::{day, state_sheet};
use crate::query::company_list;
use crate::service::company;
use crate::store::StreamId;

pub async fn run(global: &Global, command: CompanyCommand) -> Result<(), CliError> {
    let app = App::open_current(global).await?;
    match command {
        CompanyCommand::List {
            stage,
            ladder,
            reading,
        } => list(&app, stage.as_deref(), &ladder, &reading).await,
        CompanyCommand::Show { company, reading } => show(&app, &company, &reading).await,
        CompanyCommand::History { company, reading } => history(&app, &company, &reading).await,
    }
}

async fn list(
    app: &App,
    stage: Option<&str>,
    ladder: &str,
    reading: &Reading,
) -> Result<(), CliError> {
    let ladder = app.ladder(ladder)?;
    let point = app.point(reading)?;
    let stage = stage
        .map(|word| stage_code(app, ladder, word))
        .transpose()?;
    let companies = company_list(app.store.as_ref(), &ladder.code, stage, point).await?;
    let rows = companies.iter().map(|(company, fact)| {
        let stage = ladder.stages.iter().find(|stage| stage.code == fact.value);
        vec![
            company.name.as_str().into(),
            fact.part.as_str().into(),
            fact.value.as_str().into(),
            stage
                .map_or("", |stage| app.pick(&stage.zh, &stage.en))
                .into(),
            day(fact.valid_from).into(),
            Cell::List(fact.flags.clone()),
            company.id.to_string().into(),
        ]
    });
    let mut notes = vec![format!("{} {}", companies.len(), app.pick("条", "in all"))];
    let ids = companies.iter().map(|(company, _)| company.id);
    notes.extend(app.made_up_among(ids, point).await?);
    let sheet = Sheet {
        title: format!("{} · {}", app.pick("企业", "Companies"), app.at(point)),
        columns: vec![
            column("name", "名称", "name"),
            column("entity", "主体", "entity"),
            column("stage", "阶段代码", "stage"),
            column("stage_name", "阶段", "stage name"),
            column("since", "自", "since"),
            column("flags", "标记", "flags"),
            column("id", "编号", "id"),
        ],
        notes,
        rows: rows.collect(),
    };
    Ok(sheet.print(reading.format, app.lang)?)
}

/// A stage by its code or either name.
fn stage_code<'a>(
    app: &App,
    ladder: &'a nianlun_projections::Ladder,
    word: &str,
) -> Result<&'a str, CliError> {
    let found = ladder.stage_called(word).map(|stage| stage.code.as_str());
    found.ok_or_else(|| {
        let known: Vec<_> = ladder
            .stages
            .iter()
            .map(|stage| format!("{} ({})", stage.code, app.pick(&stage.zh, &stage.en)))
            .collect();
        CliError::Usage(format!(
            "ladder {} has no stage {word:?}; one of: {}",
            ladder.code,
            known.join(", ")
        ))
    })
}

async fn show(app: &App, word: &str, reading: &Reading) -> Result<(), CliError> {
    let point = app.point(reading)?;
    let id = app.company(word, point).await?;
    let stream = StreamId {
        subject: Subject::Company,
        id,
    };
    let sheet = state_sheet(app, stream, point).await?;
    let sheet = sheet.ok_or_else(|| unknown(word))?;
    let notes = app.made_up_itself(id, point).await?;
    Ok(Sheet { notes, ..sheet }.print(reading.format, app.lang)?)
}

async fn history(app: &App, word: &str, reading: &Reading) -> Result<(), CliError> {
    let point = app.point(reading)?;
    let id = app.company(word, point).await?;
    let sheet = history_sheet::<Change>(app, company(id), point).await?;
    if sheet.rows.is_empty() {
        return Err(unknown(word));
    }
    Ok(sheet.print(reading.format, app.lang)?)
}

fn unknown(word: &str) -> CliError {
    CliError::Usage(format!(
        "nothing is known of a company {word:?} at that point; `nianlun company list` shows those there are"
    ))
}
