//! Splitting one record of two companies: some events and identifiers go to a new record.

use std::collections::BTreeSet;

use nianlun_aggregates::company::identity::IdentityError;
use nianlun_aggregates::company::{Assertion, Change, Entity};
use nianlun_aggregates::history::{Entry, Sequence};
use nianlun_aggregates::{Identifier, Span, Text};
use uuid::Uuid;

use super::reattribute::{left, taken_out, taken_up};
use super::{Because, Repair, RepairRefusal, Repairs};
use crate::service::{Record, company};

/// The company whose events are in another's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: Text,
    /// Identifiers that are its own, whether the other record holds them or nobody does.
    pub identifiers: Vec<Identifier>,
}

impl Repairs {
    /// Splits a record: a new one is registered, and takes the events named and its identifiers along.
    ///
    /// # Errors
    /// [`RepairRefusal`].
    pub async fn split(
        &self,
        from: Uuid,
        events: &[Sequence],
        part: &Part,
        because: &Because,
    ) -> Result<Repair, RepairRefusal> {
        let id = self.new_id(part).await?;
        self.attempt(|| {
            Box::pin(async move {
                let record = self.around(&[from]).await?.record(from);
                if record.company.registration().is_none() {
                    return Err(IdentityError::NoSuchRecord { id: from }.into());
                }
                let mut moved = taken_out(from, &record, events, &because.reason)?;
                moved
                    .entries
                    .extend(given_up(from, &record, events, part, &because.reason)?);
                let registration = Assertion {
                    // From when it was there, what it takes along says.
                    on: Span::Unknown,
                    change: Change::Registered {
                        entity: entity(&record),
                        name: part.name.clone(),
                        identifiers: part.identifiers.clone(),
                    },
                };
                let new = Record::default();
                Ok(vec![
                    left(from, &record, moved.entries, because)?,
                    taken_up(id, &new, vec![registration], moved.said, because)?,
                ])
            })
        })
        .await
    }

    /// The id that its first identifier gives, as any installation would; another if that one has a record, as when it is
    /// the record that is split.
    async fn new_id(&self, part: &Part) -> Result<Uuid, RepairRefusal> {
        let Some(derived) = part.identifiers.first().map(Identifier::company_id) else {
            return Ok(Uuid::now_v7());
        };
        let taken = self.store.stream(company(derived)).await?;
        Ok(if taken.is_empty() {
            derived
        } else {
            Uuid::now_v7()
        })
    }
}

/// What the record was taken to be.
fn entity(record: &Record) -> Entity {
    let said = record.company.timeline().in_force();
    let registered = said.iter().find_map(|said| match &said.assertion.change {
        Change::Registered { entity, .. } => Some(entity.clone()),
        _ => None,
    });
    registered.unwrap_or(Entity::Company)
}

/// What takes the part's identifiers from the record: an event that gives nothing else is taken back, a registration or
/// formation is corrected.
fn given_up(
    id: Uuid,
    record: &Record,
    moved: &[Sequence],
    part: &Part,
    reason: &Text,
) -> Result<Vec<Entry<Change>>, RepairRefusal> {
    let own: BTreeSet<String> = part.identifiers.iter().map(Identifier::key).collect();
    let mut entries = vec![];
    for said in record.company.timeline().in_force() {
        let mut replacement = said.assertion.clone();
        match &mut replacement.change {
            Change::Registered { identifiers, .. } | Change::Incorporated { identifiers, .. }
                if identifiers.iter().any(|one| own.contains(&one.key())) =>
            {
                identifiers.retain(|one| !own.contains(&one.key()));
                if !moved.contains(&said.sequence) {
                    entries.push(Entry::Corrected {
                        target: said.sequence,
                        replacement,
                        reason: reason.clone(),
                    });
                }
            }
            Change::IdentifierAdded { identifier }
                if own.contains(&identifier.key()) && !moved.contains(&said.sequence) =>
            {
                let (_, chain) = record
                    .company
                    .movable(said.sequence)
                    .map_err(|error| RepairRefusal::Record { id, error })?;
                entries.extend(chain.into_iter().map(|target| Entry::Retracted {
                    target,
                    reason: reason.clone(),
                }));
            }
            _ => {}
        }
    }
    Ok(entries)
}
