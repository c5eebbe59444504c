//! Contradictions and irregularities.

use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::responses::Read;
use super::state::day;
use crate::http::page::{Page, Row};
use crate::http::problem::{Kind, Problem};
use crate::http::query::Query;
use crate::http::reading::{ListParams, PointParams, Reading};
use crate::query::{Asked, finding_called, findings, known_findings, wording_of_finding};

/// A finding.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingRow {
    /// Its code.
    code: String,
    /// What it is, in words.
    name: String,
    /// `contradiction`, `irregular` or `open`.
    grade: String,
    /// The company; absent of a row of an import that may be about any.
    #[schema(format = Uuid)]
    company: Option<String>,
    /// Its name on the day; of an open row what the row says.
    company_name: String,
    /// The first day on which it runs; absent where there is none.
    #[schema(format = Date)]
    from: Option<String>,
    /// The first day on which it no longer runs; absent where it goes on.
    #[schema(format = Date)]
    to: Option<String>,
    /// The events that it stands on.
    events: Vec<String>,
    /// The other record, the row, or what else there is to it.
    other: String,
}

impl Row for FindingRow {
    const COLUMNS: &'static [&'static str] = &[
        "code",
        "name",
        "grade",
        "company",
        "company_name",
        "from",
        "to",
        "events",
        "other",
    ];
}

/// A finding that there can be.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingCodeRow {
    /// Its code.
    code: String,
    /// Its Chinese name.
    zh: String,
    /// Its English name.
    en: String,
}

impl Row for FindingCodeRow {
    const COLUMNS: &'static [&'static str] = &["code", "zh", "en"];
}

/// Which findings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindingParams {
    /// Only of this code, such as `end-without-start`; its Chinese or English name will do.
    code: Option<String>,
}

/// Contradictions and irregularities, by code and company. With `as_of` only those of that day, else those of every day. Rows of
/// imports of which it is open who they are about are among them unless `known_at` is given: they are open now.
#[utoipa::path(
    get,
    path = "/findings",
    operation_id = "listFindings",
    tag = "findings",
    params(FindingParams, PointParams, ListParams),
    responses(
        (status = 200, description = "Findings", content(
            (Page<FindingRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn list(
    reading: Reading,
    Query(which): Query<FindingParams>,
) -> Result<Response, Problem> {
    let code = which.code.as_deref().map(code).transpose()?;
    let asked = Asked {
        code,
        of_the_day: reading.dated,
        open: reading.latest,
    };
    let store = reading.service.store.as_ref();
    let lines = findings(store, asked, reading.point).await?;
    let some = |number| Some(day(number)).filter(|day| !day.is_empty());
    let rows = lines.into_iter().map(|line| {
        let wording = wording_of_finding(&line.fact.key);
        FindingRow {
            name: wording
                .map_or("", |wording| reading.lang.word(wording))
                .to_owned(),
            grade: line.fact.part.clone(),
            company: (!line.company.id.is_nil()).then(|| line.company.id.to_string()),
            company_name: line.company.name,
            from: some(line.fact.valid_from),
            to: some(line.fact.valid_to),
            events: line.fact.events().collect(),
            code: line.fact.key,
            other: line.fact.value,
        }
    });
    reading.list(&rows.collect::<Vec<_>>(), vec![])
}

/// The findings that there can be.
#[utoipa::path(
    get,
    path = "/findings/codes",
    operation_id = "listFindingCodes",
    tag = "findings",
    params(ListParams),
    responses(
        (status = 200, description = "Codes", content(
            (Page<FindingCodeRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn codes(reading: Reading) -> Result<Response, Problem> {
    let rows = known_findings().map(|wording| FindingCodeRow {
        code: wording.code.to_owned(),
        zh: wording.zh.to_owned(),
        en: wording.en.to_owned(),
    });
    reading.list(&rows.collect::<Vec<_>>(), vec![])
}

fn code(word: &str) -> Result<&'static str, Problem> {
    let found = finding_called(word).map(|wording| wording.code);
    found.ok_or_else(|| {
        let known: Vec<_> = known_findings().map(|wording| wording.code).collect();
        Problem::new(Kind::MalformedRequest, "there is no such finding")
            .of("code", word)
            .mend(format!("use one of: {}", known.join(", ")))
    })
}
