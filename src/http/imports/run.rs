//! One import, when its turn has come.

use std::sync::Arc;

use super::{Task, Wanted};
use crate::http::problem::Problem;
use crate::http::service::Inner;
use crate::identity::{Answer, Answered, going_on};
use crate::import::{Appending, Importer, Options, Report, books};
use crate::query::Point;
use crate::store::KnownAt;

/// Runs an import.
///
/// # Errors
/// If nothing, or not all, could be recorded.
pub async fn run(inner: &Inner, task: Task) -> Result<Report, Problem> {
    let Task { job, wanted } = task;
    let Wanted {
        upload,
        mapping,
        options,
        answers,
        actor,
        token,
    } = wanted;
    inner.current().await?;
    let options = Options {
        answers: answered(inner, answers, &actor).await?,
        ..options
    };
    let importer = Importer {
        store: Arc::clone(&inner.store),
        appending: Appending::Bulk,
        actor,
        token,
        zone: inner.zone.clone(),
    };
    let report = importer
        .import(&upload.files, &mapping, &options, |at| job.at(at))
        .await;
    inner.projector.wake();
    report.map_err(|error| Problem::from(error).reworded(|detail| upload.reworded(detail)))
}

/// Answers, with the companies that they name; these must be recorded.
async fn answered(
    inner: &Inner,
    answers: Vec<Answer>,
    actor: &str,
) -> Result<Vec<books::Answer>, Problem> {
    let store = inner.store.as_ref();
    let point = Point {
        day: inner.today()?,
        known: KnownAt::Latest,
    };
    let mut found = vec![];
    for answer in answers {
        let company = match &answer.company {
            Answered::New => None,
            Answered::Company(word) => Some(going_on(store, word, point).await?),
        };
        found.push(books::Answer {
            source: answer.source.to_string(),
            says: answer.says,
            company,
            because: answer.because.to_string(),
            actor: actor.to_owned(),
        });
    }
    Ok(found)
}
