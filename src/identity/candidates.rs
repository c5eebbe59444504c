//! Pairs of records that may be of one company. Pairs are formed only within blocks: records that share a name, its core,
//! its sound, a name but for one character, a part of a name, or an identifier; never all with all.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use nianlun_projections::{Subject, kind};
use uuid::Uuid;

use super::core::is_telling;
use super::score::{Known, Name, Reason, body, is_own, organisation, score};
use crate::query::Point;
use crate::store::{Store, StoreError, Valid};

/// From this score on a pair is a finding.
pub const LIKELY: u8 = 75;

/// Of a block with more records, each is compared with the first only: whatever so many share tells little.
const CROWD: usize = 40;
/// Syllables within which parts of a name are looked for.
const LONGEST: usize = 16;
/// Names of a record that are compared; more of them are spellings.
const NAMES: usize = 12;

/// Two records that may be of one company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// One record, the one with the smaller id.
    pub a: Uuid,
    /// Its name.
    pub a_name: String,
    /// The other.
    pub b: Uuid,
    /// Its name.
    pub b_name: String,
    /// How likely, 0 to 100.
    pub score: u8,
    /// What speaks for and against it.
    pub reasons: Vec<Reason>,
}

/// Pairs with at least this score as known at a time, the likeliest first; those said to be two are left out.
///
/// # Errors
/// Those of the store.
pub async fn candidates(
    store: &dyn Store,
    point: Point,
    least: u8,
) -> Result<Vec<Pair>, StoreError> {
    Ok(pairs(&known(store, point).await?, least))
}

/// What is known of every company.
async fn known(store: &dyn Store, point: Point) -> Result<Vec<Known>, StoreError> {
    let kinds = [
        kind::NAME,
        kind::ALIAS,
        kind::IDENTIFIER,
        kind::CODE,
        kind::PRESENCE,
        kind::MEMBERSHIP,
        kind::DISTINCT,
    ];
    let asked = point.asking(Subject::Company, &kinds, Valid::Any);
    let mut known: BTreeMap<Uuid, Known> = BTreeMap::new();
    let mut names: BTreeMap<Uuid, BTreeSet<(bool, String)>> = BTreeMap::new();
    for fact in store.facts(&asked).await? {
        let one = known.entry(fact.id).or_default();
        one.id = fact.id;
        let (from, to) = (fact.valid_from, fact.valid_to);
        match fact.kind.as_str() {
            kind::NAME | kind::ALIAS => {
                let present = fact.kind == kind::NAME
                    && from <= point.day.number()
                    && point.day.number() < to;
                names
                    .entry(fact.id)
                    .or_default()
                    .insert((!present, fact.value));
            }
            kind::IDENTIFIER => {
                one.identifiers.insert((fact.key, fact.value));
            }
            kind::CODE => one.codes.push((fact.key, fact.value, from, to)),
            kind::DISTINCT => one.distinct.extend(Uuid::try_parse(&fact.value)),
            _ => one.listed.push((fact.key, from, to)),
        }
    }
    for (id, names) in names {
        if let Some(one) = known.get_mut(&id) {
            let mut seen = BTreeSet::new();
            let compared = names.into_iter().map(|(_, name)| Name::new(&name));
            let new = compared.filter(|name| seen.insert(name.folded.clone()));
            one.names = new.take(NAMES).collect();
        }
    }
    Ok(known.into_values().collect())
}

/// Pairs among these records with at least this score, the likeliest first and those alike by id. The records come by id.
#[must_use]
pub fn pairs(known: &[Known], least: u8) -> Vec<Pair> {
    let mut found: Vec<_> = meeting(known)
        .into_iter()
        .filter_map(|(a, b)| {
            let (a, b) = (known.get(a)?, known.get(b)?);
            if a.distinct.contains(&b.id) || b.distinct.contains(&a.id) {
                return None;
            }
            let (score, reasons) = score(a, b);
            let name = |known: &Known| known.names.first().map(|name| name.written.clone());
            (score >= least).then(|| Pair {
                a: a.id,
                a_name: name(a).unwrap_or_default(),
                b: b.id,
                b_name: name(b).unwrap_or_default(),
                score,
                reasons,
            })
        })
        .collect();
    found.sort_by_key(|pair| (std::cmp::Reverse(pair.score), pair.a, pair.b));
    found
}

/// Which records share a block, by place, the smaller first.
fn meeting(known: &[Known]) -> BTreeSet<(usize, usize)> {
    let mut blocks: HashMap<String, Vec<usize>> = HashMap::new();
    let mut sounds: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, one) in known.iter().enumerate() {
        let mut add = |key: String| {
            let block = blocks.entry(key).or_default();
            if block.last() != Some(&place) {
                block.push(place);
            }
        };
        for name in &one.names {
            add(format!("n{}", name.folded));
            for key in with_one_less(&name.core.text) {
                add(format!("c{key}"));
            }
            let sound = sounds.entry(name.core.pinyin()).or_default();
            if sound.last() != Some(&place) {
                sound.push(place);
            }
        }
        for (scheme, id) in &one.identifiers {
            if scheme == "usci" {
                organisation(id)
                    .into_iter()
                    .for_each(|code| add(format!("o{code}")));
            } else if is_own(id) {
                add(format!("i{id}"));
            }
            body(id)
                .into_iter()
                .for_each(|body| add(format!("b{body}")));
        }
        for (_, code, ..) in &one.codes {
            add(format!("s{code}"));
        }
    }
    let mut met = BTreeSet::new();
    for block in blocks.values().chain(sounds.values()) {
        meet(block, &mut met);
    }
    for (place, one) in known.iter().enumerate() {
        for name in &one.names {
            for part in parts(&name.core.syllables) {
                let Some(others) = sounds.get(&part).filter(|others| others.len() <= CROWD) else {
                    continue;
                };
                met.extend(others.iter().filter(|other| **other != place).map(|other| {
                    let other = *other;
                    (place.min(other), place.max(other))
                }));
            }
        }
    }
    met
}

fn meet(block: &[usize], met: &mut BTreeSet<(usize, usize)>) {
    for (index, a) in block.iter().enumerate() {
        let others = block.get(index + 1..).unwrap_or_default();
        met.extend(others.iter().map(|b| (*a, *b)));
        if block.len() > CROWD {
            break;
        }
    }
}

/// A core and what is left of it without each one of its characters: two that differ in one character share one of these.
fn with_one_less(core: &str) -> BTreeSet<String> {
    let characters: Vec<char> = core.chars().collect();
    let mut keys = BTreeSet::from([core.to_owned()]);
    if characters.len() >= 4 {
        keys.extend((0..characters.len()).map(|left_out| {
            let others = characters.iter().enumerate();
            others
                .filter(|(place, _)| *place != left_out)
                .map(|(_, c)| *c)
                .collect()
        }));
    }
    keys
}

/// The telling parts of a name's sound, without the whole.
fn parts(syllables: &[String]) -> BTreeSet<String> {
    let all = syllables.get(..LONGEST).unwrap_or(syllables);
    let mut parts = BTreeSet::new();
    for from in 0..all.len() {
        for to in from + 1..=all.len() {
            let part = all.get(from..to).unwrap_or_default();
            if part.len() < syllables.len() && is_telling(part) {
                parts.insert(part.concat());
            }
        }
    }
    parts
}
