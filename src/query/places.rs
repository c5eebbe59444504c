//! Carriers and clusters with how many companies they have on a day.

use nianlun_projections::kind;
use uuid::Uuid;

use super::directory::{Directory, Place};
use super::membership::{Group, GroupCount, group_counts};
use super::point::Point;
use crate::store::{Store, StoreError};

/// A carrier on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarrierLine {
    /// Its id.
    pub id: Uuid,
    /// What is known of it.
    pub place: Place,
    /// Its levels, each with its basis.
    pub levels: Vec<(String, String)>,
    /// The carrier that it is within, by name; empty if it is within none.
    pub parent: String,
    /// Different companies with space.
    pub tenants: u64,
    /// Different companies in a programme.
    pub programmes: u64,
}

/// A cluster on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterLine {
    /// Its id.
    pub id: Uuid,
    /// What is known of it.
    pub place: Place,
    /// Different member companies.
    pub companies: u64,
    /// Memberships by tier; those without one are left out.
    pub tiers: Vec<GroupCount>,
}

impl Place {
    /// A fact of the day that there is only one of: its types, its parent; empty if there is none.
    #[must_use]
    pub fn fact(&self, kind: &str) -> &str {
        let fact = self.facts.get(&(kind.to_owned(), String::new()));
        fact.map_or("", String::as_str)
    }

    /// A tier by the name that it has on the day.
    #[must_use]
    pub fn tier_name(&self, tier: &str) -> String {
        let name = self.facts.get(&(kind::TIER.to_owned(), tier.to_owned()));
        name.cloned().unwrap_or_else(|| tier.to_owned())
    }
}

/// All carriers, by code.
///
/// # Errors
/// Those of the store.
pub async fn carriers(store: &dyn Store, point: Point) -> Result<Vec<CarrierLine>, StoreError> {
    let directory = Directory::load(store, point).await?;
    let mut lines = vec![];
    for (id, place) in &directory.carriers {
        let (tenants, _) = group_counts(store, Group::Occupancy(*id), point).await?;
        let (programmes, _) = group_counts(store, Group::Programme(*id), point).await?;
        let levels = place
            .facts
            .iter()
            .filter(|((fact, _), _)| fact == kind::LEVEL)
            .map(|((_, level), basis)| (level.clone(), basis.clone()));
        lines.push(CarrierLine {
            id: *id,
            levels: levels.collect(),
            parent: directory.name(place.fact(kind::PARENT)),
            tenants,
            programmes,
            place: place.clone(),
        });
    }
    lines.sort_by(|a, b| a.place.code.cmp(&b.place.code));
    Ok(lines)
}

/// All clusters, by code.
///
/// # Errors
/// Those of the store.
pub async fn clusters(store: &dyn Store, point: Point) -> Result<Vec<ClusterLine>, StoreError> {
    let directory = Directory::load(store, point).await?;
    let mut lines = vec![];
    for (id, place) in directory.clusters {
        let (companies, mut tiers) = group_counts(store, Group::Cluster(id), point).await?;
        tiers.retain(|tier| !tier.part.is_empty());
        lines.push(ClusterLine {
            id,
            place,
            companies,
            tiers,
        });
    }
    lines.sort_by(|a, b| a.place.code.cmp(&b.place.code));
    Ok(lines)
}
