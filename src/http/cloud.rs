//! Events as `CloudEvents` 1.0.

use jiff::Timestamp;
use nianlun_aggregates::decode::{DecodeError, decode, event_id};
use nianlun_aggregates::history::{Change, Event};
use nianlun_aggregates::{carrier, cluster, company};
use nianlun_projections::Subject;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::store::AdmittedEvent;

/// An event of a record, as a `CloudEvent` 1.0.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CloudEvent {
    /// `1.0`
    specversion: &'static str,
    /// The event's id: `company/UUID/SEQUENCE`.
    id: String,
    /// Where it comes from.
    #[schema(example = "/api/v1")]
    source: &'static str,
    /// What it is: `nianlun.`, the kind of its record, its type.
    #[schema(rename = "type", example = "nianlun.company.OccupancyStarted")]
    #[serde(rename = "type")]
    event_type: String,
    /// Its record: `company/UUID`.
    subject: String,
    /// When it became known.
    #[schema(format = DateTime)]
    time: String,
    /// `application/json`
    datacontenttype: &'static str,
    /// The version of its form.
    dataversion: String,
    /// Its position in the log: a whole number, as a text, since that of `CloudEvents` ends at 2,147,483,647.
    position: String,
    /// What it says, as docs/events.md shows it.
    #[schema(value_type = Object)]
    data: Value,
}

impl CloudEvent {
    /// Of an admitted event, in its present form.
    ///
    /// # Errors
    /// [`DecodeError`] if it cannot be read.
    pub fn of(admitted: &AdmittedEvent) -> Result<Self, DecodeError> {
        match admitted.stream.subject {
            Subject::Company => Self::from::<company::Change>(admitted),
            Subject::Carrier => Self::from::<carrier::Change>(admitted),
            Subject::Cluster => Self::from::<cluster::Change>(admitted),
        }
    }

    fn from<C: Change>(admitted: &AdmittedEvent) -> Result<Self, DecodeError> {
        use cqrs_es::DomainEvent;
        let event: Event<C> = decode(&admitted.event)?;
        let malformed = |reason: String| DecodeError::Malformed {
            event: event_id(&admitted.event),
            reason,
        };
        let time = Timestamp::from_microsecond(admitted.known.at);
        let subject = admitted.stream.subject.as_str();
        Ok(Self {
            specversion: "1.0",
            id: event_id(&admitted.event),
            source: "/api/v1",
            event_type: format!("nianlun.{subject}.{}", event.event_type()),
            subject: format!("{subject}/{}", admitted.stream.id),
            time: time
                .map_err(|error| malformed(error.to_string()))?
                .to_string(),
            datacontenttype: "application/json",
            dataversion: event.event_version(),
            position: admitted.known.position.to_string(),
            data: serde_json::to_value(&event).map_err(|error| malformed(error.to_string()))?,
        })
    }
}
