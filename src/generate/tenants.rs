//! Who comes to the park, who leaves it, and who returns.

use super::calendar::{census, day, last_day};
use super::dice::Dice;

/// The four industries, in the order of their clusters.
pub(super) const INDUSTRIES: [&str; 4] = ["精准医疗", "电子信息", "节能环保", "跨境电商"];

/// The clusters of the industries.
pub(super) const CLUSTERS: [&str; 4] = [
    "synthetic-medicine",
    "synthetic-electronics",
    "synthetic-energy",
    "synthetic-trade",
];

/// Year, month, day.
type Date = (i16, i8, i8);

/// How many come, within which days. The first seven are 371, of whom 49 leave before the census and 3 of these return: 325.
const ARRIVALS: [(usize, Date, Date); 16] = [
    (14, (2011, 3, 1), (2011, 12, 31)),
    (32, (2012, 1, 1), (2012, 12, 31)),
    (52, (2013, 1, 1), (2013, 12, 31)),
    (62, (2014, 1, 1), (2014, 12, 31)),
    (84, (2015, 1, 1), (2015, 12, 31)),
    (118, (2016, 1, 1), (2016, 12, 31)),
    (9, (2017, 1, 3), (2017, 2, 24)),
    (40, (2017, 3, 6), (2017, 12, 31)),
    (36, (2018, 1, 1), (2018, 12, 31)),
    (30, (2019, 1, 1), (2019, 12, 31)),
    (18, (2020, 1, 1), (2020, 12, 31)),
    (24, (2021, 1, 1), (2021, 12, 31)),
    (20, (2022, 1, 1), (2022, 12, 31)),
    (18, (2023, 1, 1), (2023, 12, 31)),
    (16, (2024, 1, 1), (2024, 12, 31)),
    (12, (2025, 1, 1), (2025, 10, 31)),
];
const LEAVE_EARLY: usize = 49;
const RETURN_EARLY: usize = 3;

/// Those who come straight to the park and stay, for the histories that are told one by one (see `cases`).
pub(super) const STEADY: usize = 40;

/// By what way a company comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// As a team of the seed nursery.
    Nursery,
    /// Into an incubator.
    Incubated,
    /// As a tenant.
    Direct,
    /// As the western headquarters of a listed group.
    Headquarters,
}

/// A company of the park.
#[derive(Clone, Debug)]
pub(super) struct Tenant {
    /// Its place in the file.
    pub number: usize,
    /// Which industry.
    pub industry: usize,
    /// How it came.
    pub way: Way,
    /// When it moved in.
    pub arrival: i32,
    /// When it moved out.
    pub exit: Option<i32>,
    /// When it moved in again.
    pub back: Option<i32>,
    /// Its place among the steady ones.
    pub steady: Option<usize>,
}

impl Tenant {
    /// Whether it has space in the park on a day.
    pub fn present(&self, on: i32) -> bool {
        self.arrival <= on
            && (self.exit.is_none_or(|exit| on < exit) || self.back.is_some_and(|back| back <= on))
    }

    /// The day after its first stay.
    pub fn until(&self) -> i32 {
        self.exit.unwrap_or(last_day() + 1)
    }
}

/// All who come, in the order in which they do.
pub(super) fn settle(dice: &mut Dice) -> Vec<Tenant> {
    let mut tenants = arrive(dice);
    choose_ways(dice, &mut tenants);
    leave_before_the_census(dice, &mut tenants);
    leave_after_the_census(dice, &mut tenants);
    tenants
}

fn arrive(dice: &mut Dice) -> Vec<Tenant> {
    let mut days = vec![];
    for (count, first, last) in ARRIVALS {
        let mut cohort: Vec<_> = (0..count)
            .map(|_| dice.between(day(first.0, first.1, first.2), day(last.0, last.1, last.2)))
            .collect();
        cohort.sort_unstable();
        days.extend(cohort);
    }
    days.into_iter()
        .enumerate()
        .map(|(number, arrival)| Tenant {
            number,
            industry: dice.weighted(&[(44, 0), (29, 1), (18, 2), (9, 3)], 0),
            way: Way::Direct,
            arrival,
            exit: None,
            back: None,
            steady: None,
        })
        .collect()
}

fn choose_ways(dice: &mut Dice, tenants: &mut [Tenant]) {
    let incubators = day(2012, 1, 1);
    for tenant in tenants
        .iter_mut()
        .filter(|tenant| tenant.arrival >= incubators)
    {
        tenant.way = dice.weighted(
            &[(19, Way::Nursery), (31, Way::Incubated), (50, Way::Direct)],
            Way::Direct,
        );
    }
    for year in [2014, 2015, 2016] {
        let start = day(year, 3, 1);
        if let Some(tenant) = tenants.iter_mut().find(|tenant| tenant.arrival >= start) {
            tenant.way = Way::Headquarters;
            tenant.industry = usize::from(year == 2015);
        }
    }
    let direct = tenants
        .iter_mut()
        .filter(|tenant| tenant.way == Way::Direct);
    for (place, tenant) in direct.take(STEADY).enumerate() {
        tenant.steady = Some(place);
    }
}

/// Whether a company may leave: those whose histories are told one by one stay.
fn may_leave(tenant: &Tenant) -> bool {
    tenant.steady.is_none() && tenant.way != Way::Headquarters
}

fn leave_before_the_census(dice: &mut Dice, tenants: &mut [Tenant]) {
    let (soon, late) = (day(2013, 12, 31), day(2015, 12, 31));
    let mut leaving: Vec<_> = tenants
        .iter()
        .filter(|tenant| may_leave(tenant) && tenant.arrival <= late)
        .map(|tenant| tenant.number)
        .collect();
    dice.shuffle(&mut leaving);
    // Those who can return come first.
    leaving.sort_by_key(|number| tenants[*number].arrival > soon);
    let (returning, others) = leaving.split_at(RETURN_EARLY.min(leaving.len()));
    for number in returning {
        let tenant = &mut tenants[*number];
        let exit = tenant.arrival + dice.between(200, 400);
        tenant.exit = Some(exit);
        tenant.back = Some(exit + dice.between(200, 300));
    }
    let mut others = others.to_vec();
    dice.shuffle(&mut others);
    for number in others.into_iter().take(LEAVE_EARLY - RETURN_EARLY) {
        let tenant = &mut tenants[number];
        tenant.exit = Some(dice.between(tenant.arrival + 150, day(2017, 1, 31)));
    }
}

fn leave_after_the_census(dice: &mut Dice, tenants: &mut [Tenant]) {
    for tenant in tenants.iter_mut() {
        if !may_leave(tenant) || tenant.exit.is_some() {
            continue;
        }
        let first = (tenant.arrival + 180).max(census() + 6);
        let leaves = dice.chance(46);
        let exit = dice.between(first, last_day() - 30);
        if leaves && first < exit {
            tenant.exit = Some(exit);
            let back = exit + dice.between(250, 700);
            if dice.chance(6) && back < last_day() {
                tenant.back = Some(back);
            }
        }
    }
}
