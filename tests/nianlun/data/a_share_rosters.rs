//! The exchanges' 278 observations as dated lists: whoever gets a new code stays one company.
//!
//! The lists are replayed from the first one by the published changes, and must end in the last one. All of them are 1,577,693 rows,
//! which take minutes without optimisation; so the test takes 21 lists of 120,246 rows: those on which a code is gone, with the ones
//! before and after, every fortieth, and the last. Every code that ever stood in a list is in them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nianlun::import::books;
use nianlun::query::{Point, names_among};
use nianlun::store::{KnownAt, Store, StreamId, Valid};
use nianlun_aggregates::identifier::ExternalId;
use nianlun_aggregates::{Day, Identifier};
use nianlun_projections::{Subject, kind};

use super::{datasets, file};
use crate::support::database::Harness;
use crate::support::program::Program;

datasets!(a_company_that_gets_another_code_stays_one_company);

const LISTS: &str = "examples/mappings/a-share-rosters.toml";
const FIELDS: [&str; 6] = [
    "name",
    "area",
    "industry",
    "list_date",
    "delist_date",
    "status",
];

/// What a person says: the company went on under another code and another name, or was listed anew on another exchange.
const MOVED: [(&str, &str); 3] = [
    ("833874.BJ", "301192.SZ"),
    ("833994.BJ", "301321.SZ"),
    ("300114.SZ", "302132.SZ"),
];

type Row = BTreeMap<String, String>;
/// Who stands in a list: by code, in the order of [`FIELDS`].
type Listed = BTreeMap<Arc<str>, Arc<[String; 6]>>;

fn rows(name: &str) -> Vec<Row> {
    let path = file(&format!("a-share-listings/{name}"));
    let mut reader = csv::Reader::from_path(path).expect("the file");
    let rows = reader.deserialize().map(|row| row.expect("a row"));
    rows.collect()
}

fn listing(name: &str) -> Listed {
    let rows = rows(name).into_iter();
    rows.map(|row| {
        let says = FIELDS.map(|field| row[field].clone());
        (row["ts_code"].as_str().into(), Arc::new(says))
    })
    .collect()
}

fn field(name: &str) -> usize {
    let place = FIELDS.iter().position(|field| *field == name);
    place.expect("a field")
}

/// The lists of all days on which something changed, and of the first.
fn observations() -> BTreeMap<String, Listed> {
    let last = listing("listings_2026-03-04.csv");
    let mut now = listing("listings_2024-06-20.csv");
    let mut lists = BTreeMap::from([("2024-06-20".to_owned(), now.clone())]);
    let changes = rows("observed_changes.csv");
    for (place, change) in changes.iter().enumerate() {
        let code = change["ts_code"].as_str();
        match change["field"].as_str() {
            "removed" => drop(now.remove(code)),
            "added" => {
                let later = changes[place + 1..].iter();
                let later: Vec<_> = later.filter(|later| later["ts_code"] == code).collect();
                let mut says = added(&later, last.get(code));
                says[field("name")].clone_from(&change["new"]);
                says[field("list_date")].clone_from(&change["list_date"]);
                now.insert(code.into(), Arc::new(says));
            }
            name => {
                let says = Arc::make_mut(now.get_mut(code).expect("a code of the list"));
                let says = &mut says[field(name)];
                assert_eq!(*says, change["old"], "{change:?}");
                says.clone_from(&change["new"]);
            }
        }
        let more = changes.get(place + 1);
        if more.is_none_or(|more| more["observed_on"] != change["observed_on"]) {
            lists.insert(change["observed_on"].clone(), now.clone());
        }
    }
    assert_eq!(
        lists.len(),
        276,
        "275 of 278 lists differ from the one before"
    );
    assert!(now == last, "the changes lead to the last list");
    lists
}

/// What else a new code says: it is told by what changes in it later, and by the last list, unless it was taken out again.
fn added(later: &[&Row], last: Option<&Arc<[String; 6]>>) -> [String; 6] {
    let removed = later.iter().position(|later| later["field"] == "removed");
    let mut says = match (removed, last) {
        (None, Some(last)) => last.as_ref().clone(),
        _ => Default::default(),
    };
    for later in later[..removed.unwrap_or(later.len())].iter().rev() {
        says[field(&later["field"])].clone_from(&later["old"]);
    }
    says
}

/// The days on which a code takes the place of another or is away for a day, the lists before these, and every fortieth.
fn chosen(lists: &BTreeMap<String, Listed>) -> Vec<&str> {
    let days: Vec<&str> = lists.keys().map(String::as_str).collect();
    let mut changed: BTreeSet<&str> = BTreeSet::new();
    for (place, pair) in days.windows(2).enumerate() {
        let gone = lists[pair[0]]
            .keys()
            .any(|code| !lists[pair[1]].contains_key(code));
        if gone {
            changed.extend(pair);
            changed.extend(days.get(place + 2));
        }
    }
    changed.extend(days.iter().step_by(40).chain(days.last()));
    changed.into_iter().collect()
}

/// Those that are delisted first: of a company with two rows in a list, the last one's word counts.
fn in_order(listed: &Listed) -> Vec<(&str, &[String; 6])> {
    let rows = listed.iter();
    let mut rows: Vec<_> = rows
        .map(|(code, says)| (code.as_ref(), says.as_ref()))
        .collect();
    rows.sort_by_key(|(code, says)| (says[field("status")] != "D", *code));
    rows
}

fn written(folder: &Path, lists: &BTreeMap<String, Listed>, days: &[&str]) -> PathBuf {
    let path = folder.join("lists.csv");
    let mut writer = csv::Writer::from_path(&path).expect("a file");
    let columns = ["observed_on", "ts_code"].into_iter().chain(FIELDS);
    writer.write_record(columns).expect("written");
    for day in days {
        for (code, says) in in_order(&lists[*day]) {
            let cells = [*day, code]
                .into_iter()
                .chain(says.iter().map(String::as_str));
            writer.write_record(cells).expect("written");
        }
    }
    writer.flush().expect("written");
    path
}

fn identifier(code: &str) -> Identifier {
    let scheme = "tushare".parse().expect("a scheme");
    Identifier::External(ExternalId::new(scheme, code).expect("an id"))
}

/// Which codes are one company: those of the published table of changes, and those that a person names.
fn same() -> Vec<(String, String)> {
    let changed = rows("code_changes.csv").into_iter();
    let changed = changed.map(|row| (row["old_code"].clone(), row["new_code"].clone()));
    let moved = MOVED.map(|(old, new)| (old.to_owned(), new.to_owned()));
    changed.chain(moved).collect()
}

async fn a_company_that_gets_another_code_stays_one_company(harness: &Harness) {
    let lists = observations();
    let days = chosen(&lists);
    let codes: BTreeSet<&str> = days
        .iter()
        .flat_map(|day| lists[*day].keys().map(AsRef::as_ref))
        .collect();
    let same = same();
    assert_eq!(
        (codes.len(), same.len()),
        (6056, 252),
        "no code is left out"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let csv = written(folder.path(), &lists, &days);

    let store = harness.open().await;
    let answers = MOVED.map(|(old, new)| books::Answer {
        source: "a-share-rosters".to_owned(),
        says: BTreeMap::from([("tushare".to_owned(), new.to_owned())]),
        company: Some(identifier(old).company_id()),
        because: "the notice of the exchange".to_owned(),
        actor: "tester".to_owned(),
    });
    books::answer(store.as_ref(), &answers).await.expect("kept");
    store.close().await;
    Program::over(harness).import(&csv, LISTS);

    let store = harness.open().await;
    let keys: Vec<String> = codes.iter().map(|code| identifier(code).key()).collect();
    let held = store.holders(&keys).await.expect("holders");
    assert_eq!(held.len(), codes.len(), "every code leads to a company");
    let company = |code: &str| held[&identifier(code).key()];
    for (old, new) in &same {
        assert_eq!(
            company(old),
            company(new),
            "{old} and {new} are one company"
        );
    }
    let companies: BTreeSet<StreamId> = held.values().copied().collect();
    assert_eq!(companies.len(), 6056 - 252, "and no others are");
    let last = lists["2026-03-04"].len() - 2;
    assert_eq!(
        (companies.len(), last),
        (5804, 5804),
        "5,806 rows of which two pairs are one"
    );

    nobody_left_who_got_another_code(&store, &companies, &company("920050.BJ")).await;
    for day in &days {
        names_are_those_of_the_list(&store, day, &lists[*day], &company).await;
    }
    store.close().await;
}

/// The only one that was away is a share that stood in the list before its first day, and was taken out for a day.
async fn nobody_left_who_got_another_code(
    store: &Arc<dyn Store>,
    companies: &BTreeSet<StreamId>,
    away: &StreamId,
) {
    let companies: Vec<_> = companies.iter().copied().collect();
    for some in companies.chunks(1_000) {
        for (stream, events) in store.streams(some).await.expect("events") {
            let seen = events
                .iter()
                .filter(|event| event.event_type == "PresenceObserved");
            let expected = if stream == *away { 3 } else { 1 };
            assert_eq!(seen.count(), expected, "{stream:?} came once and stayed");
        }
    }
}

async fn names_are_those_of_the_list(
    store: &Arc<dyn Store>,
    day: &str,
    listed: &Listed,
    company: &impl Fn(&str) -> StreamId,
) {
    let point = Point {
        day: day.parse::<Day>().expect("a day"),
        known: KnownAt::Latest,
    };
    let query = point.asking(Subject::Company, &[kind::NAME], Valid::Any);
    let known = names_among(store.facts(&query).await.expect("facts"), point.day);
    let mut expected = BTreeMap::new();
    for (code, says) in in_order(listed) {
        expected.insert(company(code).id, (code, &says[field("name")]));
    }
    for (id, (code, name)) in expected {
        assert_eq!(known.get(&id), Some(name), "{code} on {day}");
    }
}
