//! Merging two records of one company, and saying that two records are of two.

use nianlun_aggregates::company::Company;
use nianlun_aggregates::company::identity::{self, Party, uscis};
use uuid::Uuid;

use super::{Because, Repair, RepairRefusal, Repairs, Side};
use crate::service::Survivors;

impl Repairs {
    /// Merges a record into another of the same company. From then on the survivor's facts are read from both.
    ///
    /// # Errors
    /// [`RepairRefusal`].
    pub async fn merge(
        &self,
        loser: Uuid,
        survivor: Uuid,
        because: &Because,
    ) -> Result<Repair, RepairRefusal> {
        self.attempt(|| {
            Box::pin(async move {
                let known = self.around(&[loser, survivor]).await?;
                let [a, b] = [loser, survivor].map(|id| known.record(id).company);
                let halves = identity::merge(
                    &party(&known, loser, &a),
                    &party(&known, survivor, &b),
                    &because.reason,
                    because.despite,
                )?;
                Ok(sides([(loser, &a), (survivor, &b)], halves))
            })
        })
        .await
    }

    /// Says that two records are of two companies; they are not proposed again.
    ///
    /// # Errors
    /// [`RepairRefusal`].
    pub async fn distinct(
        &self,
        a: Uuid,
        b: Uuid,
        because: &Because,
    ) -> Result<Repair, RepairRefusal> {
        self.attempt(|| {
            Box::pin(async move {
                let known = self.around(&[a, b]).await?;
                let [one, other] = [a, b].map(|id| known.record(id).company);
                let halves = identity::distinct(
                    &party(&known, a, &one),
                    &party(&known, b, &other),
                    &because.reason,
                )?;
                Ok(sides([(a, &one), (b, &other)], halves))
            })
        })
        .await
    }
}

fn party<'a>(known: &Survivors, id: Uuid, company: &'a Company) -> Party<'a> {
    let mut held = uscis(company);
    held.extend(known.taken_in(id).flat_map(|record| uscis(&record.company)));
    Party {
        id,
        company,
        survivor: known.survivor(id),
        uscis: held,
    }
}

fn sides(records: [(Uuid, &Company); 2], halves: identity::Halves) -> Vec<Side> {
    let (first, second) = halves;
    let halves = records.into_iter().zip([first, second]);
    halves
        .map(|((id, company), half)| Side::plain(id, company.timeline().last(), vec![half]))
        .collect()
}
