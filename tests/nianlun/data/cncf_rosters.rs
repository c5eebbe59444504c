//! An alliance's members as dated lists: 85 of them, compared one with the next.
//!
//! The lists are made of the published periods: on each of the 85 days of observation, whoever has a period that began by that day
//! and was not booked as gone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nianlun::import::Mapping;
use nianlun::query::{Dates, Group, Point, members};
use nianlun::store::{KnownAt, Store};
use nianlun_aggregates::identifier::ExternalId;
use nianlun_aggregates::{Day, Identifier, cluster};
use uuid::Uuid;

use super::{datasets, file};
use crate::support::database::Harness;
use crate::support::program::{Program, project};

datasets!(
    lists_give_the_members_that_the_periods_give_on_every_day_of_observation,
    every_third_list_brackets_the_truth_of_the_lists_between,
);

const PERIODS: &str = "examples/mappings/cncf-members.toml";
const LISTS: &str = "examples/mappings/cncf-rosters.toml";

/// A published period: company, tier, first day seen, first day missing.
struct Membership {
    company: Uuid,
    row: [String; 3],
    tier: String,
    from: Day,
    to: Option<Day>,
}

impl Membership {
    fn holds(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

fn rows(path: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(file(path)).expect("the file");
    let rows = reader.deserialize().map(|row| row.expect("a row"));
    rows.collect()
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn memberships() -> Vec<Membership> {
    let tiers = Mapping::read(&std::fs::read_to_string(project(LISTS)).expect("the mapping"));
    let tiers = &tiers.expect("a mapping").tables["tier"];
    let read = rows("cncf-membership/membership_spells.csv").into_iter();
    read.map(|row| {
        let scheme = "cncf-org".parse().expect("a scheme");
        let id = ExternalId::new(scheme, &row["org_key"]).expect("an id");
        Membership {
            company: Identifier::External(id).company_id(),
            row: ["org_key", "name", "tier"].map(|column| row[column].clone()),
            tier: tiers[&row["tier"]].clone(),
            from: day(&row["first_seen"]),
            to: Some(&row["missing_on"])
                .filter(|to| !to.is_empty())
                .map(|to| day(to)),
        }
    })
    .collect()
}

/// Writes the lists of some days into one file.
fn lists(folder: &Path, memberships: &[Membership], days: &[Day]) -> PathBuf {
    let path = folder.join("lists.csv");
    let mut writer = csv::Writer::from_path(&path).expect("a file");
    writer
        .write_record(["observed_on", "org_key", "name", "tier"])
        .expect("written");
    for day in days {
        for member in memberships.iter().filter(|member| member.holds(*day)) {
            let [org, name, tier] = &member.row;
            let cells = [&day.to_string(), org, name, tier];
            writer.write_record(cells).expect("written");
        }
    }
    writer.flush().expect("written");
    path
}

/// Who is a member, in which tier, on a day.
async fn there(store: &Arc<dyn Store>, on: Day, dates: Dates) -> BTreeSet<(Uuid, String)> {
    let group = Group::Cluster(cluster::cluster_id(&"cncf".parse().expect("a code")));
    let point = Point {
        day: on,
        known: KnownAt::Latest,
    };
    let members = members(store.as_ref(), group, point, dates)
        .await
        .expect("members");
    let members = members.into_iter();
    members
        .map(|member| (member.id, member.spell.part))
        .collect()
}

fn truth(memberships: &[Membership], on: Day) -> BTreeSet<(Uuid, String)> {
    let there = memberships.iter().filter(|member| member.holds(on));
    there
        .map(|member| (member.company, member.tier.clone()))
        .collect()
}

fn companies(there: &BTreeSet<(Uuid, String)>) -> BTreeSet<Uuid> {
    there.iter().map(|(company, _)| *company).collect()
}

async fn lists_give_the_members_that_the_periods_give_on_every_day_of_observation(
    harness: &Harness,
) {
    let snapshots = rows("cncf-membership/snapshots.csv");
    assert_eq!(snapshots.len(), 85);
    let days: Vec<Day> = snapshots
        .iter()
        .map(|row| day(&row["observed_on"]))
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let all = memberships();
    Program::over(harness).import(&lists(folder.path(), &all, &days), LISTS);
    let other = Harness::new(harness.dialect).await;
    Program::over(&other).import(&file("cncf-membership/membership_spells.csv"), PERIODS);

    let (store, other_store) = (harness.open().await, other.open().await);
    for (row, on) in snapshots.iter().zip(&days) {
        let listed = there(&store, *on, Dates::Placed).await;
        assert_eq!(
            listed,
            there(&other_store, *on, Dates::Placed).await,
            "who is a member on {on}"
        );
        let mut by_tier: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, tier) in &listed {
            *by_tier.entry(tier).or_default() += 1;
        }
        let tiers = [
            "platinum",
            "gold",
            "silver",
            "end_user",
            "nonprofit",
            "academic",
        ];
        for tier in tiers {
            let counted = by_tier
                .get(tier.replace('_', "-").as_str())
                .copied()
                .unwrap_or_default();
            assert_eq!(counted.to_string(), row[tier], "{tier} on {on}");
        }
        // On a day of observation nothing is open but for what the first list cannot tell.
        for dates in [Dates::Certain, Dates::Possible] {
            assert_eq!(there(&store, *on, dates).await, listed, "{dates:?} on {on}");
        }
    }
    store.close().await;
    other_store.close().await;
}

/// Only every third list is imported. Of the days of the 56 lists that are left out the truth is known all the same: it is what those
/// lists said. The program has not seen them, so what it calls certain and possible there could well be wrong.
async fn every_third_list_brackets_the_truth_of_the_lists_between(harness: &Harness) {
    let days: Vec<Day> = rows("cncf-membership/snapshots.csv")
        .iter()
        .map(|row| day(&row["observed_on"]))
        .collect();
    let seen: Vec<Day> = days.iter().copied().step_by(3).collect();
    let unseen: Vec<Day> = days
        .iter()
        .copied()
        .filter(|day| !seen.contains(day))
        .collect();
    assert_eq!((seen.len(), unseen.len()), (29, 56));
    let folder = tempfile::tempdir().expect("a folder");
    let all = memberships();
    Program::over(harness).import(&lists(folder.path(), &all, &seen), LISTS);

    let store = harness.open().await;
    let mut strictly = [0, 0];
    for on in unseen {
        let true_members = truth(&all, on);
        let [certain, placed, possible] = [
            there(&store, on, Dates::Certain).await,
            there(&store, on, Dates::Placed).await,
            there(&store, on, Dates::Possible).await,
        ];
        assert!(
            certain.is_subset(&placed) && placed.is_subset(&possible),
            "{on}"
        );
        let count = |there: &BTreeSet<_>| companies(there).len();
        let [least, told, most] = [&certain, &true_members, &possible].map(count);
        assert!(
            least <= told && told <= most,
            "{least} <= {told} <= {most} on {on}"
        );
        strictly[0] += usize::from(least < told);
        strictly[1] += usize::from(told < most);

        // Member by member: only who left and came back, or came and left, between two lists that were seen can be told wrongly.
        let next = seen.iter().position(|day| *day > on).expect("a later list");
        let (before, after) = (truth(&all, seen[next - 1]), truth(&all, seen[next]));
        let away: BTreeSet<_> = before.intersection(&after).cloned().collect();
        let away: BTreeSet<_> = away.difference(&true_members).cloned().collect();
        let guests: BTreeSet<_> = before.union(&after).cloned().collect();
        let guests: BTreeSet<_> = true_members.difference(&guests).cloned().collect();
        let wrongly: BTreeSet<_> = certain.difference(&true_members).cloned().collect();
        let missed: BTreeSet<_> = true_members.difference(&possible).cloned().collect();
        assert_eq!((wrongly, missed), (away, guests), "on {on}");
    }
    assert!(
        strictly.iter().all(|days| *days > 40),
        "the bracket is mostly wider than the truth: {strictly:?}"
    );
    store.close().await;
}
