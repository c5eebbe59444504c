//! Pairs of records that may be of one company.

use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::responses::Read;
use crate::http::page::{Page, Row};
use crate::http::problem::{Kind, Problem};
use crate::http::query::Query;
use crate::http::reading::{ListParams, PointParams, Reading};
use crate::identity::candidates;

/// The greatest score.
const CERTAIN: u8 = 100;

/// Which pairs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CandidateParams {
    /// Only pairs with at least this score.
    #[serde(default = "least")]
    #[param(minimum = 0, maximum = 100, default = 60)]
    min: u8,
}

const fn least() -> u8 {
    60
}

/// What speaks for or against it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonBody {
    /// Its code.
    code: String,
    /// It in words.
    name: String,
    /// What it adds to the score.
    points: i32,
}

/// Two records that may be of one company.
#[derive(Debug, Serialize, ToSchema)]
pub struct CandidateRow {
    /// How likely, 0 to 100.
    score: u8,
    /// One record.
    #[schema(format = Uuid)]
    id: String,
    /// Its name.
    name: String,
    /// The other.
    #[schema(format = Uuid)]
    other_id: String,
    /// Its name.
    other_name: String,
    /// What speaks for and against it.
    reasons: Vec<ReasonBody>,
}

impl Row for CandidateRow {
    const COLUMNS: &'static [&'static str] =
        &["score", "id", "name", "other_id", "other_name", "reasons"];
}

/// Pairs of records that may be of one company, the likeliest first; those said to be two are left out.
#[utoipa::path(
    get,
    path = "/identity/candidates",
    operation_id = "listIdentityCandidates",
    tag = "identity",
    params(CandidateParams, PointParams, ListParams),
    responses(
        (status = 200, description = "Pairs", content(
            (Page<CandidateRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn list(
    reading: Reading,
    Query(asked): Query<CandidateParams>,
) -> Result<Response, Problem> {
    if asked.min > CERTAIN {
        let detail = format!("a score is at most {CERTAIN}");
        return Err(Problem::new(Kind::MalformedRequest, detail)
            .of("min", asked.min.to_string())
            .mend(format!("ask for 0 to {CERTAIN}")));
    }
    let pairs = candidates(reading.service.store.as_ref(), reading.point, asked.min).await?;
    let rows = pairs.into_iter().map(|pair| CandidateRow {
        score: pair.score,
        id: pair.a.to_string(),
        name: pair.a_name,
        other_id: pair.b.to_string(),
        other_name: pair.b_name,
        reasons: pair
            .reasons
            .iter()
            .map(|reason| ReasonBody {
                code: reason.wording().code.to_owned(),
                name: reading.lang.word(reason.wording()).to_owned(),
                points: reason.points(),
            })
            .collect(),
    });
    reading.list(&rows.collect::<Vec<_>>(), vec![])
}
