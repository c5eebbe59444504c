//! What the words of a path mean.

use nianlun_projections::{Ladder, Subject};
use uuid::Uuid;

use super::problem::{CandidateBody, Kind, Problem};
use super::service::Service;
use crate::query::{Directory, Find, Place, Point, find_companies};
use crate::store::StreamId;

/// A carrier or cluster at a point.
pub struct Located {
    /// Which it is.
    pub stream: StreamId,
    /// What is known of it.
    pub place: Place,
}

impl Service {
    /// The company that a word means: its id, `usci:…`, `scheme:id`, or a name that only one has.
    ///
    /// # Errors
    /// [`Kind::NotFound`] and, with the candidates, [`Kind::Ambiguous`].
    pub async fn company(&self, word: &str, point: Point) -> Result<Uuid, Problem> {
        let candidates = match find_companies(self.store.as_ref(), word, point).await? {
            Find::One(id) => return Ok(id),
            Find::Candidates(candidates) => candidates,
        };
        match candidates.as_slice() {
            [only] => Ok(only.id),
            [] => Err(unknown("company", word)
                .mend("give its id, usci:…, scheme:id or a part of its name")),
            several => {
                let candidates = several.iter().map(|one| CandidateBody {
                    id: one.id.to_string(),
                    name: one.name.clone(),
                });
                Err(ambiguous("companies", candidates.collect()).of("company", word))
            }
        }
    }

    /// The carrier or cluster that a word means: its code, its id, or a name that only one has.
    ///
    /// # Errors
    /// As [`Self::company`].
    pub async fn located(
        &self,
        subject: Subject,
        word: &str,
        point: Point,
    ) -> Result<Located, Problem> {
        let mut directory = Directory::load(self.store.as_ref(), point).await?;
        let id = place(&directory, subject, word)?;
        let places = if subject == Subject::Cluster {
            &mut directory.clusters
        } else {
            &mut directory.carriers
        };
        Ok(Located {
            stream: StreamId { subject, id },
            place: places.remove(&id).unwrap_or_default(),
        })
    }

    /// A ladder by its code.
    ///
    /// # Errors
    /// [`Kind::NotFound`].
    pub fn ladder(&self, code: &str) -> Result<&Ladder, Problem> {
        let ladders = self.folds.ladders();
        ladders.get(code).ok_or_else(|| {
            let known: Vec<_> = ladders.all().iter().map(|one| one.code.as_str()).collect();
            unknown("ladder", code).mend(format!("use one of: {}", known.join(", ")))
        })
    }
}

/// The carrier or cluster that a word means in a directory.
///
/// # Errors
/// As [`Service::company`].
pub fn place(directory: &Directory, subject: Subject, word: &str) -> Result<Uuid, Problem> {
    directory.find(subject, word).map_err(|candidates| {
        let what = subject.as_str();
        if candidates.is_empty() {
            return unknown(what, word).mend(format!("/api/v1/{what}s lists those there are"));
        }
        let candidates = candidates.into_iter().map(|text| {
            let (id, name) = text.split_once(" (").unwrap_or((&text, ""));
            CandidateBody {
                id: id.to_owned(),
                name: name.trim_end_matches(')').to_owned(),
            }
        });
        ambiguous(&format!("{what}s"), candidates.collect()).of(what, word)
    })
}

fn ambiguous(what: &str, candidates: Vec<CandidateBody>) -> Problem {
    const SHOWN: usize = 20;
    let detail = format!("{} {what} fit", candidates.len());
    let shown = candidates.into_iter().take(SHOWN).collect();
    Problem::new(Kind::Ambiguous, detail)
        .mend("name one by its id")
        .candidates(shown)
}

/// Of a thing that is not known.
#[must_use]
pub fn unknown(what: &str, word: &str) -> Problem {
    Problem::new(Kind::NotFound, format!("no {what} is known by this")).of(what, word)
}
