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
                if let Some(code) = organisation(id) {
                    add(format!("o{code}"));
                }
            } else if is_own(id) {
                add(format!("i{id}"));
            }
            if let Some(body) = body(id) {
                add(format!("b{body}"));
            }
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
    if characters.len() >= 6 {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u128, names: &[&str]) -> Known {
        Known {
            id: Uuid::from_u128(number),
            names: names.iter().map(|name| Name::new(name)).collect(),
            ..Known::default()
        }
    }

    fn with(mut known: Known, identifiers: &[(&str, &str)]) -> Known {
        let written = identifiers.iter();
        known
            .identifiers
            .extend(written.map(|(scheme, id)| ((*scheme).to_owned(), (*id).to_owned())));
        known
    }

    /// The score of two records as found among others; nothing if they never met.
    fn scored(a: Known, b: Known) -> Option<(u8, Vec<Reason>)> {
        let others = (100..110).map(|number| record(number, &[&format!("第{number}家电子厂")]));
        let mut known = vec![a, b];
        known.extend(others);
        let found = pairs(&known, 1);
        let pair = found
            .into_iter()
            .find(|pair| (pair.a.as_u128(), pair.b.as_u128()) == (1, 2))?;
        Some((pair.score, pair.reasons))
    }

    fn named(one: &str, other: &str) -> Option<(u8, Vec<Reason>)> {
        scored(record(1, &[one]), record(2, &[other]))
    }

    #[test]
    fn of_what_names_say_the_strongest_counts() {
        use Reason::{NearName, OtherPlace, PartOfName, SameCore, SameName, SamePinyin, ShortCore};
        for (one, other, score, reason) in [
            ("Akka", "akka ", 90, SameName),
            (
                "重庆示例生物科技有限公司",
                "示例生物科技（重庆）股份有限公司",
                75,
                SameCore,
            ),
            ("Cirba, Inc.", "CIRBA", 75, SameCore),
            ("汉王科技有限公司", "翰望科技有限公司", 60, SamePinyin),
            ("重庆啤酒", "重庆啤酒股份有限公司", 75, SameCore),
            ("示例", "重庆示例有限公司", 55, ShortCore),
            ("示例集团", "示例股份", 55, ShortCore),
            (
                "山东黄金股份有限公司",
                "湖南黄金股份有限公司",
                30,
                OtherPlace,
            ),
            ("Cloudsmith", "Cloudsmyth", 45, NearName),
            ("合成远源生物有限公司", "合成远大生物有限公司", 45, NearName),
            ("远源生物", "重庆合成远源生物科技有限公司", 40, PartOfName),
            ("Densify", "Cirba Densify", 40, PartOfName),
        ] {
            assert_eq!(
                named(one, other),
                Some((score, vec![reason])),
                "{one}, {other}"
            );
        }
        for (one, other) in [
            ("甲生物科技有限公司", "乙电子信息有限公司"),
            ("华天科技股份有限公司", "华强科技股份有限公司"),
            ("山东合成远源生物有限公司", "湖南合成远大生物有限公司"),
            ("示例一号投资有限公司", "示例二号投资有限公司"),
            ("Plant 1 Holdings", "Plant 2 Holdings"),
        ] {
            assert_eq!(named(one, other), None, "{one}, {other}");
        }
        // An alias counts as a name does.
        let renamed = record(2, &["Lightbend", "Typesafe"]);
        assert_eq!(
            scored(record(1, &["Typesafe Inc."]), renamed),
            Some((75, vec![SameCore]))
        );
    }

    #[test]
    fn identifiers_add_to_it_and_contradictions_are_taken_off() {
        use Reason::*;
        let a = || with(record(1, &["示例生物"]), &[("usci", "91330103MA2J0XYC21")]);
        let b = |usci: &str| with(record(2, &["示例生物"]), &[("usci", usci)]);
        assert_eq!(
            scored(a(), b("91130102MA08L76U1Y")),
            Some((40, vec![SameName, TwoUscis]))
        );
        assert_eq!(
            scored(a(), b("91500107MA2J0XYC2X")),
            Some((100, vec![SameName, SameOrganisation]))
        );
        let kept = with(record(2, &[]), &[("list", "91330103MA2J0XYC29")]);
        assert_eq!(scored(a(), kept), Some((60, vec![BrokenCheck])));
        let [one, other] = [1, 2].map(|number| {
            let scheme = format!("source-{number}");
            with(
                record(number, &[]),
                &[(&scheme, "DENSIFY"), (&scheme, "12345")],
            )
        });
        assert_eq!(scored(one, other), Some((30, vec![SameId])));
        let code = |number, code: &str| Known {
            codes: vec![("SZSE".to_owned(), code.to_owned(), 0, 100)],
            ..record(number, &["示例生物"])
        };
        assert_eq!(
            scored(code(1, "300244"), code(2, "300245")),
            Some((60, vec![SameName, TwoCodes]))
        );
        let listed = |number, from, to| Known {
            listed: vec![("roster".to_owned(), from, to)],
            ..record(number, &["示例生物"])
        };
        assert_eq!(
            scored(listed(1, 0, 10), listed(2, 9, 20)),
            Some((65, vec![SameName, ListedAtOnce]))
        );
        // One after the other, as when a key was changed, speaks against nothing.
        assert_eq!(
            scored(listed(1, 0, 10), listed(2, 10, 20)),
            Some((90, vec![SameName]))
        );
    }

    #[test]
    fn a_name_that_a_crowd_shares_is_compared_with_the_first_only() {
        let crowd: Vec<_> = (1..=100)
            .map(|number| record(number, &["示例生物"]))
            .collect();
        assert_eq!(pairs(&crowd, 60).len(), 99);
    }

    #[test]
    fn many_companies_are_compared_within_blocks() {
        const MANY: u128 = 4_000;
        // Names of six characters from a sequence that repeats none, and every hundredth company once more.
        let character =
            |number: u128| char::from_u32(0x4E00 + u32::try_from(number % 997).unwrap_or(0) * 7);
        let name = |number: u128| -> String {
            let parts =
                [1, 31, 211, 401, 601, 811].map(|factor| character(number * factor + number / 997));
            parts.into_iter().flatten().collect()
        };
        let known: Vec<_> = (0..MANY)
            .map(|number| {
                let of = if number % 100 == 99 {
                    number - 1
                } else {
                    number
                };
                record(number, &[&format!("{}有限公司", name(of))])
            })
            .collect();
        let found = pairs(&known, 90);
        assert_eq!(found.len(), 40);
        assert_eq!(found, pairs(&known, 90));
        assert!(meeting(&known).len() < 4_000, "{}", meeting(&known).len());
    }
}
