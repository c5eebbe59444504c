//! `nianlun company`

use nianlun_aggregates::Day;
use nianlun_aggregates::company::Change;
use nianlun_projections::{FOREVER, Fact, Subject, kind};

use super::app::App;
use super::args::{CompanyCommand, Global, Reading};
use super::error::CliError;
use super::history::history_sheet;
use super::sheet::{Cell, Sheet, column};
use crate::query::{Directory, company_list, company_state, wording_of_finding};
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
    let called = |stage: &&nianlun_projections::Stage| {
        stage.code.eq_ignore_ascii_case(word)
            || stage.zh == word
            || stage.en.eq_ignore_ascii_case(word)
    };
    let found = ladder
        .stages
        .iter()
        .find(called)
        .map(|stage| stage.code.as_str());
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

fn day(number: i32) -> String {
    if number == FOREVER {
        String::new()
    } else {
        Day::from_number(number)
            .map(|day| day.to_string())
            .unwrap_or_default()
    }
}

async fn show(app: &App, word: &str, reading: &Reading) -> Result<(), CliError> {
    let point = app.point(reading)?;
    let id = app.company(word, point).await?;
    let state = company_state(app.store.as_ref(), id, point).await?;
    let state = state.ok_or_else(|| unknown(word))?;
    let directory = Directory::load(app.store.as_ref(), point).await?;
    let name = state
        .facts
        .iter()
        .find(|fact| fact.kind == kind::NAME)
        .map(|fact| fact.value.clone())
        .unwrap_or_default();
    let sheet = Sheet {
        title: format!("{name} · {id} · {}", app.at(point)),
        columns: fact_columns(),
        rows: state
            .facts
            .iter()
            .map(|fact| fact_row(app, &directory, fact))
            .collect(),
        notes: app.made_up_itself(id, point).await?,
    };
    Ok(sheet.print(reading.format, app.lang)?)
}

fn fact_columns() -> Vec<super::sheet::Column> {
    vec![
        column("kind", "种类代码", "kind"),
        column("kind_name", "种类", "what"),
        column("key", "对象", "key"),
        column("part", "细分", "part"),
        column("value", "值", "value"),
        column("from", "自", "from"),
        column("to", "至", "to"),
        column("flags", "标记", "flags"),
        column("detail", "其他", "more"),
        column("events", "依据事件", "events"),
    ]
}

fn fact_row(app: &App, directory: &Directory, fact: &Fact) -> Vec<Cell> {
    let key = if fact.kind == kind::FINDING {
        wording_of_finding(&fact.key)
            .map_or_else(|| fact.key.clone(), |wording| app.word(wording).to_owned())
    } else {
        directory.name(&fact.key)
    };
    let from = if fact.valid_from == FOREVER {
        app.pick("日期不详", "date unknown").to_owned()
    } else {
        day(fact.valid_from)
    };
    let from = if fact.from_stated.is_empty() || fact.from_stated == from {
        from
    } else {
        format!("{from} ({})", fact.from_stated)
    };
    vec![
        fact.kind.as_str().into(),
        kind::WORDINGS
            .iter()
            .find(|wording| wording.code == fact.kind)
            .map_or("", |wording| app.word(*wording))
            .into(),
        key.into(),
        fact.part.as_str().into(),
        fact.value.as_str().into(),
        from.into(),
        day(fact.valid_to).into(),
        Cell::List(fact.flags.clone()),
        Cell::List(
            fact.detail
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        ),
        Cell::List(
            fact.basis
                .iter()
                .map(|sequence| format!("#{sequence}"))
                .collect(),
        ),
    ]
}

async fn history(app: &App, word: &str, reading: &Reading) -> Result<(), CliError> {
    let point = app.point(reading)?;
    let id = app.company(word, point).await?;
    let sheet = history_sheet::<Change>(
        app,
        StreamId {
            subject: Subject::Company,
            id,
        },
        point,
    )
    .await?;
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
