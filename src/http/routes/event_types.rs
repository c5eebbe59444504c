//! The events that can be recorded.

use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::responses::Read;
use crate::http::page::{Page, Row};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reading::{ListParams, Reading};
use crate::intake::{CARRIER_FORMS, CLUSTER_FORMS, COMPANY_FORMS, Forms};

/// A kind of subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SubjectParam {
    /// A company, team or branch.
    Company,
    /// A carrier.
    Carrier,
    /// A cluster.
    Cluster,
}

/// Of what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventTypeParams {
    /// Only the events of this kind of subject.
    #[param(inline)]
    subject: Option<SubjectParam>,
}

/// An event that can be recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventTypeRow {
    /// What it is recorded of.
    subject: SubjectParam,
    /// Its code.
    code: String,
    /// Its Chinese name.
    zh: String,
    /// Its English name.
    en: String,
    /// All its fields.
    fields: Vec<String>,
    /// Those of its fields that may be left out.
    optional: Vec<String>,
}

impl Row for EventTypeRow {
    const COLUMNS: &'static [&'static str] = &["subject", "code", "zh", "en", "fields", "optional"];
}

const FORMS: [(SubjectParam, Forms); 3] = [
    (SubjectParam::Company, COMPANY_FORMS),
    (SubjectParam::Carrier, CARRIER_FORMS),
    (SubjectParam::Cluster, CLUSTER_FORMS),
];

/// The events that can be recorded, with their fields.
#[utoipa::path(
    get,
    path = "/event-types",
    operation_id = "listEventTypes",
    tag = "service",
    params(EventTypeParams, ListParams),
    responses(
        (status = 200, description = "Events", content(
            (Page<EventTypeRow> = "application/json"), (String = "text/csv")
        )),
        Read
    )
)]
pub async fn list(
    reading: Reading,
    Query(asked): Query<EventTypeParams>,
) -> Result<Response, Problem> {
    let wanted = |subject| asked.subject.is_none_or(|wanted| wanted == subject);
    let mut rows = vec![];
    for (subject, forms) in FORMS.into_iter().filter(|(subject, _)| wanted(*subject)) {
        for (wording, fields) in forms.all() {
            let named = |field: &&str| field.trim_end_matches('?').to_owned();
            let optional = fields.iter().filter(|field| field.ends_with('?'));
            rows.push(EventTypeRow {
                subject,
                code: wording.code.to_owned(),
                zh: wording.zh.to_owned(),
                en: wording.en.to_owned(),
                fields: fields.iter().map(named).collect(),
                optional: optional.map(named).collect(),
            });
        }
    }
    reading.list(&rows, vec![])
}
