//! How likely two records are of one company, 0 to 100, and what speaks for and against it. Pure.
//!
//! Of what names say, the strongest counts; identifiers add to it; what speaks against it is taken off.

use std::collections::BTreeSet;

use nianlun_aggregates::Wording;
use nianlun_aggregates::text::fold;
use uuid::Uuid;

use super::core::Core;

/// What is known of a record, as far as it tells companies apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The record.
    pub id: Uuid,
    /// Its names, the present one first.
    pub names: Vec<Name>,
    /// Identifiers by scheme, `usci` among them.
    pub identifiers: BTreeSet<(String, String)>,
    /// Codes of shares by board, with the days `[from, to)`.
    pub codes: Vec<(String, String, i32, i32)>,
    /// Where it was listed: a source or cluster, with the days.
    pub listed: Vec<(String, i32, i32)>,
    /// Records said to be of other companies.
    pub distinct: BTreeSet<Uuid>,
}

/// A name as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As written.
    pub written: String,
    /// Folded.
    pub folded: String,
    /// Without place and legal form.
    pub core: Core,
}

impl Name {
    /// Prepares a name for comparing.
    #[must_use]
    pub fn new(written: &str) -> Self {
        Self {
            written: written.to_owned(),
            folded: fold(written),
            core: Core::of(written),
        }
    }
}

/// What speaks for or against two records being of one company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The same name or alias.
    SameName,
    /// The same name but for place and legal form.
    SameCore,
    /// Names that sound alike.
    SamePinyin,
    /// Names that differ in one character.
    NearName,
    /// One name, or its pinyin, is part of the other.
    PartOfName,
    /// The same id in schemes of two sources.
    SameId,
    /// The same code of shares.
    SameCode,
    /// The same organisation code within two USCIs: the registration moved.
    SameOrganisation,
    /// A USCI and another identifier that differ in the check character.
    BrokenCheck,
    /// Two USCIs of two organisations.
    TwoUscis,
    /// Two codes on one board at once.
    TwoCodes,
    /// Both listed by one source or cluster at once.
    ListedAtOnce,
}

impl Reason {
    /// How much it counts.
    #[must_use]
    pub const fn points(self) -> i32 {
        match self {
            Self::SameName => 90,
            Self::SameCore => 75,
            Self::SamePinyin | Self::NearName | Self::BrokenCheck => 60,
            Self::SameOrganisation => 50,
            Self::PartOfName => 40,
            Self::SameCode => 35,
            Self::SameId => 30,
            Self::ListedAtOnce => -25,
            Self::TwoCodes => -30,
            Self::TwoUscis => -50,
        }
    }

    /// In words.
    #[must_use]
    pub const fn wording(self) -> Wording {
        let (code, zh, en) = match self {
            Self::SameName => ("same-name", "名称或别名相同", "same name or alias"),
            Self::SameCore => (
                "same-core",
                "除地名与组织形式外名称相同",
                "same name but for place and legal form",
            ),
            Self::SamePinyin => ("same-pinyin", "名称同音", "names sound alike"),
            Self::NearName => ("near-name", "名称差一字", "names differ in one character"),
            Self::PartOfName => (
                "part-of-name",
                "名称相互包含",
                "one name is part of the other",
            ),
            Self::SameId => ("same-id", "不同来源编号相同", "same id in two sources"),
            Self::SameCode => ("same-code", "证券代码相同", "same security code"),
            Self::SameOrganisation => (
                "same-organisation",
                "统一代码中主体标识相同",
                "same organisation code in both USCIs",
            ),
            Self::BrokenCheck => (
                "broken-check",
                "标识仅校验位不同",
                "identifiers differ in the check character only",
            ),
            Self::TwoUscis => ("two-uscis", "统一代码不同", "two USCIs"),
            Self::TwoCodes => ("two-codes", "同板块证券代码不同", "two codes on one board"),
            Self::ListedAtOnce => (
                "listed-at-once",
                "同时在同一名单中",
                "both listed in one place at once",
            ),
        };
        Wording { code, zh, en }
    }
}

/// The characters of a USCI that name the organisation, whatever authority registered it.
const ORGANISATION: std::ops::Range<usize> = 8..17;
/// A USCI without its check character.
const BODY: std::ops::Range<usize> = 0..17;
/// The length of a USCI.
const USCI: usize = 18;

/// The score of two records, 0 to 100, with its reasons, the weightiest first.
#[must_use]
pub fn score(a: &Known, b: &Known) -> (u8, Vec<Reason>) {
    let mut reasons: Vec<Reason> = names(a, b).into_iter().collect();
    reasons.extend(identifiers(a, b));
    reasons.extend(against(a, b));
    reasons.sort_by_key(|reason| (-reason.points().abs(), *reason));
    let sum: i32 = reasons.iter().map(|reason| reason.points()).sum();
    let score = u8::try_from(sum.clamp(0, 100)).unwrap_or(0);
    (score, reasons)
}

fn names(a: &Known, b: &Known) -> Option<Reason> {
    let pairs = a
        .names
        .iter()
        .flat_map(|one| b.names.iter().map(move |other| (one, other)));
    pairs.filter_map(|(one, other)| alike(one, other)).min()
}

fn alike(a: &Name, b: &Name) -> Option<Reason> {
    if a.folded == b.folded {
        return Some(Reason::SameName);
    }
    let (one, other) = (&a.core, &b.core);
    if one.text.chars().count() < 2 || other.text.chars().count() < 2 {
        return None;
    }
    if one.text == other.text {
        return Some(Reason::SameCore);
    }
    if one.pinyin() == other.pinyin() {
        return Some(Reason::SamePinyin);
    }
    let shorter = one.text.chars().count().min(other.text.chars().count());
    if shorter >= 4 && strsim::levenshtein(&one.text, &other.text) == 1 && !numbered(a, b) {
        return Some(Reason::NearName);
    }
    let within = |part: &Core, whole: &Core| {
        part.is_telling()
            && whole
                .syllables
                .windows(part.syllables.len())
                .any(|window| window == part.syllables)
    };
    (within(one, other) || within(other, one)).then_some(Reason::PartOfName)
}

/// Names that differ in a number, or in the numeral of a series (一号, 二号), are meant to differ.
fn numbered(a: &Name, b: &Name) -> bool {
    let numbers = |name: &Name| -> String {
        let is_number =
            |c: &char| c.is_numeric() || "一二三四五六七八九十甲乙丙丁东南西北".contains(*c);
        name.core.text.chars().filter(is_number).collect()
    };
    numbers(a) != numbers(b)
}

fn values<'a>(known: &'a Known, usci: bool) -> impl Iterator<Item = &'a (String, String)> {
    known
        .identifiers
        .iter()
        .filter(move |(scheme, _)| (scheme == "usci") == usci)
}

/// An id that no two sources give by chance: not merely a number.
#[must_use]
pub fn is_own(id: &str) -> bool {
    id.chars().count() >= 4 && id.chars().any(|c| !c.is_ascii_digit())
}

/// The organisation code within a USCI.
#[must_use]
pub fn organisation(usci: &str) -> Option<&str> {
    usci.get(ORGANISATION)
}

/// What may be a USCI, but for its check character.
#[must_use]
pub fn body(id: &str) -> Option<&str> {
    (id.len() == USCI).then(|| id.get(BODY)).flatten()
}

fn identifiers(a: &Known, b: &Known) -> BTreeSet<Reason> {
    let mut found = BTreeSet::new();
    for (scheme, id) in values(a, false) {
        if values(b, false).any(|(other, same)| other != scheme && same == id) && is_own(id) {
            found.insert(Reason::SameId);
        }
    }
    for (one, other) in [(a, b), (b, a)] {
        for (_, usci) in values(one, true) {
            if values(other, false)
                .any(|(_, id)| id != usci && body(id).is_some_and(|id| Some(id) == body(usci)))
            {
                found.insert(Reason::BrokenCheck);
            }
        }
    }
    for (_, code, ..) in &a.codes {
        if b.codes.iter().any(|(_, other, ..)| other == code) {
            found.insert(Reason::SameCode);
        }
    }
    if uscis_differ(a, b) == Some(false) {
        found.insert(Reason::SameOrganisation);
    }
    found
}

/// Whether two different USCIs are also of different organisations; nothing if there are no two.
fn uscis_differ(a: &Known, b: &Known) -> Option<bool> {
    let mut pairs =
        values(a, true).flat_map(|(_, one)| values(b, true).map(move |(_, other)| (one, other)));
    let (one, other) = pairs.find(|(one, other)| one != other)?;
    Some(organisation(one) != organisation(other))
}

fn against(a: &Known, b: &Known) -> BTreeSet<Reason> {
    let mut found = BTreeSet::new();
    if uscis_differ(a, b) == Some(true) {
        found.insert(Reason::TwoUscis);
    }
    let meet =
        |from: i32, to: i32, other_from: i32, other_to: i32| from < other_to && other_from < to;
    for (board, code, from, to) in &a.codes {
        if b.codes
            .iter()
            .any(|(other, differs, other_from, other_to)| {
                other == board && differs != code && meet(*from, *to, *other_from, *other_to)
            })
        {
            found.insert(Reason::TwoCodes);
        }
    }
    for (place, from, to) in &a.listed {
        if b.listed.iter().any(|(other, other_from, other_to)| {
            other == place && meet(*from, *to, *other_from, *other_to)
        }) {
            found.insert(Reason::ListedAtOnce);
        }
    }
    found
}
