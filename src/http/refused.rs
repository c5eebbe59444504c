//! Failures of the layers below, as problems.

use nianlun_aggregates::history::{CorrectError, RecordError, Refusal, RetractError};

use super::problem::{CandidateBody, ContradictionBody, Kind, Problem};
use crate::identity::RepairRefusal;
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
                Self::new(
                    Kind::Unavailable,
                    "the database cannot be reached; whether a command was recorded is open",
                )
            }
            error => Self::internal(error),
        }
    }
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
            CommandError::Half { .. } => Self::new(Kind::Refused, detail),
            CommandError::Store(error) => error.into(),
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
        let detail = refusal.to_string();
        match refusal {
            RepairRefusal::Store(error) => error.into(),
            RepairRefusal::NoSuchRepair { .. } => Self::new(Kind::NotFound, detail),
            _ => Self::new(Kind::Refused, detail),
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
            ImportError::Store(error) => error.into(),
            ImportError::Disk(_) | ImportError::Decode(_) => Self::internal(detail),
        }
    }
}
