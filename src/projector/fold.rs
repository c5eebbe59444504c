//! From stored events to the pure folds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use nianlun_aggregates::decode::{decode, event_id};
use nianlun_aggregates::history::{Change, Event};
use nianlun_aggregates::{carrier as carriers, cluster as clusters, company as companies};
use nianlun_projections::{
    Admitted, Fact, Ladders, Policy, Subject, carrier, cluster, company, known,
};
use uuid::Uuid;

use crate::store::{AdmittedEvent, StoreError, StreamId};

/// The folds with the data that they need.
#[derive(Clone, Debug)]
pub struct Folds {
    ladders: Ladders,
    policy: Policy,
    zone: TimeZone,
}

/// Shipped data that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FoldsError {
    /// A ladder.
    #[error(transparent)]
    Ladder(#[from] nianlun_projections::LadderError),
    /// The limits.
    #[error(transparent)]
    Policy(#[from] nianlun_projections::policy::PolicyError),
}

impl Folds {
    /// With the ladders and limits that ship, and the installation's zone.
    ///
    /// # Errors
    /// [`FoldsError`] if they are broken.
    pub fn shipped(zone: TimeZone) -> Result<Self, FoldsError> {
        Ok(Self {
            ladders: Ladders::shipped()?,
            policy: Policy::shipped()?,
            zone,
        })
    }

    /// The ladders.
    #[must_use]
    pub const fn ladders(&self) -> &Ladders {
        &self.ladders
    }

    /// The facts of one stream's whole history.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] with the event that cannot be read.
    pub fn facts(
        &self,
        stream: StreamId,
        history: &[AdmittedEvent],
    ) -> Result<Vec<Fact>, StoreError> {
        Ok(match stream.subject {
            Subject::Company => company::facts(
                stream.id,
                &self.typed::<companies::Change>(history)?,
                &self.ladders,
                &self.policy,
            ),
            Subject::Carrier => {
                carrier::facts(stream.id, &self.typed::<carriers::Change>(history)?)
            }
            Subject::Cluster => {
                cluster::facts(stream.id, &self.typed::<clusters::Change>(history)?)
            }
        })
    }

    /// The facts of companies whose records name each other in merges, each with its whole history.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] with the event that cannot be read.
    pub fn group_facts(
        &self,
        histories: &BTreeMap<Uuid, &[AdmittedEvent]>,
    ) -> Result<BTreeMap<Uuid, Vec<Fact>>, StoreError> {
        let mut typed = BTreeMap::new();
        for (id, history) in histories {
            typed.insert(*id, self.typed::<companies::Change>(history)?);
        }
        let group = typed
            .iter()
            .map(|(id, history)| (*id, history.as_slice()))
            .collect();
        Ok(company::group_facts(&group, &self.ladders, &self.policy))
    }

    fn typed<C: Change>(&self, history: &[AdmittedEvent]) -> Result<Vec<Admitted<C>>, StoreError> {
        let mut before = None;
        let typed = history.iter().map(|admitted| {
            let event: Event<C> = decode(&admitted.event)
                .map_err(|error| inconsistent(admitted, error.to_string()))?;
            let asserted = event.asserted.map(Timestamp::as_microsecond);
            let known = known(admitted.known, asserted, before);
            before = Some(known);
            let day = self
                .day(known.at)
                .ok_or_else(|| inconsistent(admitted, "admitted at no time".to_owned()))?;
            Ok(Admitted {
                known,
                admitted_at: admitted.known.at,
                day,
                event,
            })
        });
        typed.collect()
    }

    /// The civil day of a moment in the installation's zone, counted from 1970-01-01.
    fn day(&self, micros: i64) -> Option<i32> {
        let date = self
            .zone
            .to_datetime(Timestamp::from_microsecond(micros).ok()?)
            .date();
        nianlun_aggregates::Day::try_from(date)
            .ok()
            .map(nianlun_aggregates::Day::number)
    }
}

fn inconsistent(admitted: &AdmittedEvent, reason: String) -> StoreError {
    StoreError::Inconsistent {
        table: "events",
        row: event_id(&admitted.event),
        reason,
    }
}
