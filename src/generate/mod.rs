//! Made-up histories (合成数据): the same from the same seed, with counts that are known beforehand.
//!
//! Nobody in them exists. Every name begins with 合成, every code of a carrier or cluster with `synthetic-`, and the mapping
//! marks every company as synthetic.

mod calendar;
mod cases;
mod dice;
mod lives;
mod names;
mod sheet;
mod strays;
mod tenants;
#[cfg(test)]
mod tests;

use self::dice::Dice;

/// How to read the file, as it stands among the examples.
const MAPPING: &str = include_str!("../../examples/synthetic/park.toml");

/// A park like the one of the first seed document, from 2011 to 2025: file names and their texts, the rows and their mapping.
///
/// On 2017-02-28, counted from the bottom up, it has 325 companies, 4 of them applying for a listing, 3 western headquarters of
/// listed groups, 6 hidden champions, more than 4,500 talents, 4 clusters, and more than 100 newcomers of 2016, whatever the seed.
#[must_use]
pub fn park(seed: u64) -> Vec<(&'static str, String)> {
    let mut dice = Dice::new(seed);
    let tenants = tenants::settle(&mut dice);
    let mut subjects: Vec<_> = tenants
        .iter()
        .map(|tenant| lives::tell(&mut dice, tenant))
        .collect();
    cases::tell(&mut dice, &tenants, &mut subjects);
    subjects.extend(strays::tell(&mut dice, tenants.len()));
    vec![
        ("park.csv", sheet::csv(&subjects)),
        ("park.toml", MAPPING.to_owned()),
    ]
}
