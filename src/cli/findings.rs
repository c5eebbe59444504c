//! `nianlun findings`

use nianlun_aggregates::Day;
use nianlun_projections::FOREVER;

use super::app::App;
use super::args::{FindingsArgs, Global};
use super::error::CliError;
use super::sheet::{Cell, Sheet, column};
use crate::query::{Asked, finding_called, findings, known_findings, wording_of_finding};
use crate::store::KnownAt;

pub async fn run(global: &Global, args: FindingsArgs) -> Result<(), CliError> {
    let code = args.code.as_deref().map(code).transpose()?;
    let app = App::open_current(global).await?;
    let point = app.point(&args.reading)?;
    let asked = Asked {
        code,
        of_the_day: args.reading.as_of.is_some(),
        open: point.known == KnownAt::Latest,
    };
    let lines = findings(app.store.as_ref(), asked, point).await?;
    let day = |number: i32| {
        if number == FOREVER {
            String::new()
        } else {
            Day::from_number(number)
                .map(|day| day.to_string())
                .unwrap_or_default()
        }
    };
    let rows = lines.iter().map(|line| {
        vec![
            line.fact.key.as_str().into(),
            wording_of_finding(&line.fact.key)
                .map_or("", |wording| app.word(wording))
                .into(),
            line.fact.part.as_str().into(),
            line.company.name.as_str().into(),
            day(line.fact.valid_from).into(),
            day(line.fact.valid_to).into(),
            Cell::List(line.fact.events().collect()),
            line.company.id.to_string().into(),
            line.fact.value.as_str().into(),
        ]
    });
    let sheet = Sheet {
        title: String::new(),
        columns: vec![
            column("code", "代码", "code"),
            column("name", "发现", "finding"),
            column("grade", "等级", "grade"),
            column("company", "企业", "company"),
            column("from", "自", "from"),
            column("to", "至", "to"),
            column("events", "事件", "events"),
            column("id", "编号", "id"),
            column("other", "另一记录", "other record"),
        ],
        notes: vec![format!(
            "{} {}",
            lines.len(),
            app.pick("条发现", "findings")
        )],
        rows: rows.collect(),
    };
    Ok(sheet.print(args.reading.format, app.lang)?)
}

/// A finding by its code or either name.
fn code(word: &str) -> Result<&'static str, CliError> {
    finding_called(word)
        .map(|wording| wording.code)
        .ok_or_else(|| {
            let known: Vec<_> = known_findings()
                .map(|wording| format!("{} ({})", wording.code, wording.zh))
                .collect();
            CliError::Usage(format!(
                "there is no finding {word:?}; one of: {}",
                known.join(", ")
            ))
        })
}
