//! Who is in a cluster or at a carrier, and how that changed.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::{Day, Span};
use nianlun_projections::{FOREVER, Fact, Subject, kind};
use uuid::Uuid;

use super::dates::Dates;
use super::point::{Period, Point, periods};
use crate::store::{FactColumn, FactQuery, Store, StoreError, Valid};

/// A group of companies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Members of a cluster, by tier.
    Cluster(Uuid),
    /// Those with a programme at a carrier, by programme.
    Programme(Uuid),
    /// Those with an occupancy at a carrier.
    Occupancy(Uuid),
}

impl Group {
    const fn kind(self) -> &'static str {
        match self {
            Self::Cluster(_) => kind::MEMBERSHIP,
            Self::Programme(_) => kind::PROGRAMME,
            Self::Occupancy(_) => kind::OCCUPANCY,
        }
    }

    /// The parts that sum up many: tiers and programmes. The units at a carrier are as many as its tenants.
    pub fn summed(self, parts: &[GroupCount]) -> impl Iterator<Item = &GroupCount> {
        let sums_up = !matches!(self, Self::Occupancy(_));
        parts
            .iter()
            .filter(move |part| sums_up && !part.part.is_empty())
    }

    fn query(self, point: Point, valid: Valid) -> FactQuery {
        let (Self::Cluster(id) | Self::Programme(id) | Self::Occupancy(id)) = self;
        FactQuery {
            keys: vec![id.to_string()],
            ..point.asking(Subject::Company, &[self.kind()], valid)
        }
    }
}

/// A member on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The company.
    pub id: Uuid,
    /// Its name on the day.
    pub name: String,
    /// The spell.
    pub spell: Fact,
}

/// How many, of one part (tier, programme) or in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupCount {
    /// The part.
    pub part: String,
    /// Different companies.
    pub companies: u64,
    /// Spells.
    pub spells: u64,
}

/// One period of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesPoint {
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub to: Day,
    /// Different companies at its end.
    pub companies: u64,
    /// Spells at its end, by part.
    pub parts: Vec<GroupCount>,
    /// Spells that began in it with a known start.
    pub arrivals: u64,
    /// Spells that ended in it.
    pub departures: u64,
    /// Of programmes: spells that ended in it, by their outcome.
    pub ended: Vec<(String, u64)>,
}

/// The spells of a group on all days, as known at the point, by company.
///
/// # Errors
/// Those of the store.
pub async fn spells(
    store: &dyn Store,
    group: Group,
    point: Point,
) -> Result<Vec<Fact>, StoreError> {
    store.facts(&group.query(point, Valid::Any)).await
}

/// The spells of a group that hold on the day.
async fn holding(
    store: &dyn Store,
    group: Group,
    point: Point,
    dates: Dates,
) -> Result<Vec<Fact>, StoreError> {
    if dates == Dates::Placed {
        let query = group.query(point, Valid::On(point.day.number()));
        return store.facts(&query).await;
    }
    let mut spells = spells(store, group, point).await?;
    spells.retain(|spell| dates.hold(spell, point.day));
    Ok(spells)
}

/// The members on a day, by name.
///
/// # Errors
/// Those of the store.
pub async fn members(
    store: &dyn Store,
    group: Group,
    point: Point,
    dates: Dates,
) -> Result<Vec<Member>, StoreError> {
    let spells = holding(store, group, point, dates).await?;
    let names = super::company::names(store, point).await?;
    let mut members: Vec<_> = spells
        .into_iter()
        .map(|mut spell| {
            // How a programme will end is not yet so on a day on which it runs.
            if matches!(group, Group::Programme(_)) {
                spell.value.clear();
            }
            spell
        })
        .map(|spell| Member {
            id: spell.id,
            name: names.get(&spell.id).cloned().unwrap_or_default(),
            spell,
        })
        .collect();
    members.sort_by(|a, b| (&a.name, &a.spell.part, a.id).cmp(&(&b.name, &b.spell.part, b.id)));
    Ok(members)
}

/// How many different companies there are on a day, and how many spells by part.
///
/// # Errors
/// Those of the store.
pub async fn group_counts(
    store: &dyn Store,
    group: Group,
    point: Point,
) -> Result<(u64, Vec<GroupCount>), StoreError> {
    let query = group.query(point, Valid::On(point.day.number()));
    let all = store.tally(&query, &[]).await?;
    let parts = store.tally(&query, &[FactColumn::Part]).await?;
    let companies = all.first().map_or(0, |row| row.subjects);
    let count = |row: crate::store::TallyRow| GroupCount {
        part: row.group.into_iter().next().unwrap_or_default(),
        companies: row.subjects,
        spells: row.facts,
    };
    Ok((companies, parts.into_iter().map(count).collect()))
}

/// How many different companies spells are of, and how many spells there are by part.
fn counted(spells: &[Fact]) -> (u64, Vec<GroupCount>) {
    let mut parts: BTreeMap<&str, (BTreeSet<Uuid>, u64)> = BTreeMap::new();
    for spell in spells {
        let (companies, spells) = parts.entry(&spell.part).or_default();
        companies.insert(spell.id);
        *spells += 1;
    }
    let companies: BTreeSet<Uuid> = spells.iter().map(|spell| spell.id).collect();
    let count = |(part, (companies, spells)): (&str, (BTreeSet<Uuid>, u64))| GroupCount {
        part: part.to_owned(),
        companies: companies.len() as u64,
        spells,
    };
    (
        companies.len() as u64,
        parts.into_iter().map(count).collect(),
    )
}

/// The series of a group, from its first spell (or `from`) to the day of the point. How many there are follows `dates`; arrivals and
/// departures are those of the placed days.
///
/// # Errors
/// Those of the store.
pub async fn group_series(
    store: &dyn Store,
    group: Group,
    point: Point,
    from: Option<Day>,
    period: Period,
    dates: Dates,
) -> Result<Vec<SeriesPoint>, StoreError> {
    let spells = spells(store, group, point).await?;
    let first = spells
        .iter()
        .map(|spell| spell.valid_from)
        .filter(|day| *day != FOREVER)
        .min()
        .and_then(Day::from_number);
    let Some(first) = from.or(first) else {
        return Ok(vec![]);
    };
    let mut series = vec![];
    for (from, to) in periods(first, point.day, period) {
        let (companies, parts) = if dates == Dates::Placed {
            group_counts(store, group, point.on(to)).await?
        } else {
            let holding = spells.iter().filter(|spell| dates.hold(spell, to));
            counted(&holding.cloned().collect::<Vec<_>>())
        };
        let within = |day: i32| day != FOREVER && (from.number()..=to.number()).contains(&day);
        let unknown_start = |spell: &&Fact| spell.flags.iter().any(|flag| flag == "start-unknown");
        let ended: Vec<&Fact> = spells
            .iter()
            .filter(|spell| within(spell.valid_to))
            .collect();
        let mut by_value = BTreeMap::new();
        // How it ended stands on the spell of a programme; elsewhere the value says what the company was.
        for spell in ended
            .iter()
            .filter(|_| matches!(group, Group::Programme(_)))
        {
            *by_value.entry(spell.value.clone()).or_insert(0) += 1;
        }
        series.push(SeriesPoint {
            from,
            to,
            companies,
            parts,
            arrivals: spells
                .iter()
                .filter(|spell| within(spell.valid_from) && !unknown_start(spell))
                .count() as u64,
            departures: ended.len() as u64,
            ended: by_value.into_iter().collect(),
        });
    }
    Ok(series)
}

/// How long the closed spells of a group lasted, by how they ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stays {
    /// How they ended.
    pub value: String,
    /// The lengths in days of those whose start and end are known to the day, ascending.
    pub days: Vec<i32>,
    /// Spells left out because their start or end is not known to the day.
    pub left_out: u64,
}

impl Stays {
    /// The middle length in days, in halves: 1047 halves are 523.5 days. `None` if there is none.
    #[must_use]
    pub fn median_halves(&self) -> Option<i32> {
        let upper = self.days.len() / 2;
        let lower = self.days.len().checked_sub(1)? / 2;
        Some(self.days.get(lower)? + self.days.get(upper)?)
    }
}

/// The closed spells of a group up to the day of the point, by how they ended. Imprecise dates are left out and counted.
///
/// # Errors
/// Those of the store.
pub async fn stays(
    store: &dyn Store,
    group: Group,
    point: Point,
) -> Result<Vec<Stays>, StoreError> {
    let mut by_value: BTreeMap<String, (Vec<i32>, u64)> = BTreeMap::new();
    for spell in spells(store, group, point).await? {
        let unplaced = spell.valid_from == FOREVER && !spell.to_stated.is_empty();
        if spell.to_stated.is_empty() || (!unplaced && spell.valid_to > point.day.number()) {
            continue;
        }
        let (days, left_out) = by_value.entry(spell.value).or_default();
        let exact = |stated: &str| stated.parse().is_ok_and(Span::is_exact);
        if exact(&spell.from_stated) && exact(&spell.to_stated) {
            days.push(spell.valid_to - spell.valid_from);
        } else {
            *left_out += 1;
        }
    }
    let stays = by_value.into_iter().map(|(value, (mut days, left_out))| {
        days.sort_unstable();
        Stays {
            value,
            days,
            left_out,
        }
    });
    Ok(stays.collect())
}

#[cfg(test)]
mod tests {
    use super::Stays;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        let median = |days: &[i32]| {
            Stays {
                value: String::new(),
                days: days.to_vec(),
                left_out: 0,
            }
            .median_halves()
        };
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7]), Some(14));
        assert_eq!(median(&[1, 523, 524, 900]), Some(1047));
    }
}
