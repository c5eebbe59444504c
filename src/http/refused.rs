//! Failures of the layers below, as problems.

use nianlun_aggregates::company::identity::IdentityError;
use nianlun_aggregates::history::{CorrectError, RecordError, Refusal, RetractError};

use super::problem::{CandidateBody, ContradictionBody, Kind, Problem};
use crate::identity::{NameError, RepairRefusal};
use crate::import::{ImportError, MappingError};
use crate::intake::FieldError;
use crate::projector::ProjectorError;
use crate::query::PointError;
use crate::service::CommandError;
use crate::store::StoreError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict | StoreError::CheckpointMoved => Self::new(
                Kind::Contended,
                "others wrote to the same record again and again; nothing was recorded",
            ),
            StoreError::IdentifierTaken { identifier, holder } => {
                let holder = CandidateBody {
                    id: holder.id.to_string(),
                    name: String::new(),
                };
                let detail = format!("{identifier} belongs to another record");
                Self::new(Kind::IdentifierTaken, detail)
                    .of("identifier", identifier)
                    .candidates(vec![holder])
            }
            StoreError::Unreachable(reason) => {
                tracing::warn!(reason, "the database cannot be reached");
                Self::new(Kind::Unavailable, "the database cannot be reached")
            }
            error => Self::internal(error),
        }
    }
}

/// A failure of the store while something was to be recorded. Whoever only read need not be told what this adds.
fn unrecorded(error: StoreError) -> Problem {
    let open = matches!(error, StoreError::Unreachable(_));
    let problem = Problem::from(error);
    if !open {
        return problem;
    }
    problem.reworded(|detail| format!("{detail}; whether this was recorded is open"))
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self::new(Kind::InvalidEvent, error.reason)
            .of(error.field, error.value)
            .mend(error.mend)
    }
}

impl From<PointError> for Problem {
    fn from(error: PointError) -> Self {
        Self::new(Kind::MalformedRequest, error.to_string()).of("known_at", error.0)
    }
}

impl From<ProjectorError> for Problem {
    fn from(error: ProjectorError) -> Self {
        match error {
            ProjectorError::Store(error) => error.into(),
            ProjectorError::OtherVersion { .. } => Self::internal(error),
        }
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        let detail = error.to_string();
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::Moved { expected, .. } => {
                Self::new(Kind::PreconditionFailed, detail).of("if-match", expected.to_string())
            }
            CommandError::NoSuchPlace { place } => {
                let field = place.subject.as_str();
                Self::new(Kind::InvalidEvent, format!("no {field} has this code"))
                    .of(field, "")
                    .mend(format!("record the {field} first, or name one there is"))
            }
            CommandError::KeyUsed => {
                Self::new(Kind::IdempotencyMismatch, detail).of("idempotency-key", "")
            }
            CommandError::Half { .. } => Self::new(Kind::Refused, detail),
            CommandError::Store(error) => unrecorded(error),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let contradictions: Vec<_> = refusal
            .contradictions()
            .iter()
            .map(|found| ContradictionBody {
                code: found.kind.code().to_owned(),
                events: found.events.clone(),
            })
            .collect();
        let detail = refusal.to_string();
        if !contradictions.is_empty() {
            let mend = "correct the events named, or send it again with \"despite\": true and a reason in \"because\"";
            return Self::new(Kind::Contradiction, detail)
                .mend(mend)
                .contradictions(contradictions);
        }
        let no_such_event = matches!(
            refusal,
            Refusal::Correct(CorrectError::NoSuchEvent { .. })
                | Refusal::Retract(RetractError::NoSuchEvent { .. })
        );
        let unregistered = matches!(refusal, Refusal::Record(RecordError::NotRegistered));
        let kind = if no_such_event || unregistered {
            Kind::NotFound
        } else {
            Kind::Refused
        };
        Self::new(kind, detail)
    }
}

impl From<RepairRefusal> for Problem {
    fn from(refusal: RepairRefusal) -> Self {
        const LISTED: &str = "/api/v1/identity/repairs lists those there are";
        let detail = refusal.to_string();
        if let Some((id, contradictions)) = refusal.contradictions() {
            let contradictions = contradictions.iter().map(|found| ContradictionBody {
                code: found.kind.code().to_owned(),
                events: found.events.clone(),
            });
            return Self::new(
                Kind::Contradiction,
                format!("record {id} would contradict itself"),
            )
            .mend("send it again with \"despite\": true to have it recorded and flagged")
            .contradictions(contradictions.collect());
        }
        match refusal {
            RepairRefusal::Store(error) => unrecorded(error),
            RepairRefusal::NoSuchRepair { correlation } => {
                Self::new(Kind::NotFound, "no repair has this correlation")
                    .of("correlation", correlation)
                    .mend(LISTED)
            }
            RepairRefusal::NoEvents => Self::new(Kind::InvalidEvent, "no event is named")
                .of("events", "")
                .mend("name those that are the other company's by their sequence"),
            RepairRefusal::Identity(error) => error.into(),
            RepairRefusal::KeyUsed => {
                Self::new(Kind::IdempotencyMismatch, detail).of("idempotency-key", "")
            }
            RepairRefusal::Record { .. }
            | RepairRefusal::AlreadyUndone { .. }
            | RepairRefusal::ChangedSince { .. } => Self::new(Kind::Refused, detail),
        }
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        let undo = "undo that repair first; /api/v1/identity/repairs lists it";
        match error {
            IdentityError::NoSuchRecord { id } => {
                Self::new(Kind::NotFound, "there is no such record").of("id", id.to_string())
            }
            IdentityError::AlreadyMerged { id, into } => {
                Self::new(Kind::Refused, format!("{id} is merged into {into}")).mend(undo)
            }
            IdentityError::Half { id, event } => {
                let detail =
                    format!("event {event} of {id} is half of a merge whose other half is missing");
                Self::new(Kind::Refused, detail).mend("take that event back first")
            }
            IdentityError::TwoUscis { loser, survivor } => {
                let detail = format!(
                    "{} and {} are identifiers of two companies",
                    loser.join(", "),
                    survivor.join(", ")
                );
                Self::new(Kind::Refused, detail).mend(
                    "correct the wrong one, or send it again with \"despite\": true to have it recorded and flagged",
                )
            }
            IdentityError::Itself { .. }
            | IdentityError::SurvivorMerged { .. }
            | IdentityError::Cycle { .. }
            | IdentityError::SaidDistinct { .. } => Self::new(Kind::Refused, error.to_string()),
        }
    }
}

impl From<NameError> for Problem {
    fn from(error: NameError) -> Self {
        match error {
            NameError::Store(error) => error.into(),
            NameError::Unknown { word } => Self::new(Kind::NotFound, "no company is called so")
                .of("company", word)
                .mend("give its id, usci:…, scheme:id or its name"),
            NameError::Several { word, candidates } => {
                const SHOWN: usize = 20;
                let shown = candidates.into_iter().take(SHOWN);
                let shown = shown.map(|one| CandidateBody {
                    id: one.id.to_string(),
                    name: one.name,
                });
                Self::new(Kind::Ambiguous, "the name alone does not say which company")
                    .of("company", word)
                    .candidates(shown.collect())
                    .mend("name one by its id")
            }
        }
    }
}

impl From<MappingError> for Problem {
    fn from(error: MappingError) -> Self {
        Self::new(Kind::InvalidFile, error.to_string()).of("mapping", "")
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        let detail = error.to_string();
        match error {
            ImportError::Source(_) | ImportError::File { .. } | ImportError::Document(_) => {
                Self::new(Kind::InvalidFile, detail).of("file", "")
            }
            ImportError::Mapping(error) => error.into(),
            ImportError::Unfinished { .. } => Self::new(Kind::Refused, detail),
            ImportError::Store(error) => unrecorded(error),
            ImportError::Disk(_) | ImportError::Decode(_) => Self::internal(detail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    #[test]
    fn only_who_writes_is_told_that_it_is_open_what_was_recorded() {
        let lost = || StoreError::Unreachable("broken pipe".to_owned());
        let told = |problem: Problem| {
            let body = serde_json::to_value(problem.body(Lang::En, None)).expect("JSON");
            assert_eq!(body["type"], "/problems/unavailable");
            body["detail"].as_str().expect("a detail").to_owned()
        };
        assert_eq!(told(lost().into()), "the database cannot be reached");
        let read = ProjectorError::Store(lost());
        assert_eq!(told(read.into()), "the database cannot be reached");
        for written in [
            Problem::from(CommandError::Store(lost())),
            Problem::from(RepairRefusal::Store(lost())),
            Problem::from(ImportError::Store(lost())),
        ] {
            let detail = told(written);
            assert!(
                detail.contains("whether this was recorded is open"),
                "{detail}"
            );
        }
    }
}
