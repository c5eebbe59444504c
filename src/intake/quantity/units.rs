//! Units as cells and headings spell them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use nianlun_aggregates::quantity::Unit;
use nianlun_aggregates::text::fold;

/// Other spellings of units, folded; `㎡` and `m²` fold to `m2`.
const SPELLINGS: &[(&str, Unit)] = &[
    ("人民币", Unit::Yuan),
    ("元人民币", Unit::Yuan),
    ("人民币元", Unit::Yuan),
    ("元整", Unit::Yuan),
    ("圆", Unit::Yuan),
    ("rmb", Unit::Yuan),
    ("美金", Unit::Dollars),
    ("平米", Unit::SquareMetres),
    ("平方", Unit::SquareMetres),
    ("平", Unit::SquareMetres),
    ("sqm", Unit::SquareMetres),
    ("sq.m", Unit::SquareMetres),
    ("squaremeters", Unit::SquareMetres),
    ("名", Unit::Persons),
    ("家", Unit::Companies),
    ("户", Unit::Companies),
    ("项", Unit::Items),
    ("团队", Unit::Teams),
];

/// Every spelling, folded.
static NAMES: LazyLock<BTreeMap<String, Unit>> = LazyLock::new(|| {
    let named = Unit::ALL.iter().flat_map(|unit| {
        let wording = unit.wording();
        [wording.code, wording.zh, wording.en].map(|name| (fold(name), *unit))
    });
    let others = SPELLINGS
        .iter()
        .map(|(word, unit)| ((*word).to_owned(), *unit));
    others.chain(named).collect()
});

/// No heading is longer, in bytes.
const LONGEST: usize = 400;

/// The unit that a column's heading states for its cells: `面积（㎡）`, `注册资本(万元)`, `融资额/万元`, `金额（单位：万元）`.
///
/// None if there is none, if there are several, or if it is a rate such as 元/㎡.
#[must_use]
pub fn unit_of_heading(heading: &str) -> Option<Unit> {
    if heading.len() > LONGEST {
        return None;
    }
    let folded = fold(heading);
    let in_brackets = folded
        .split(['(', '['])
        .skip(1)
        .filter_map(|rest| rest.split_once([')', ']']))
        .map(|(inner, _)| inner);
    let after_slash = folded
        .rsplit_once(['/', '_', ':'])
        .filter(|(before, _)| !ends_in_unit(before))
        .map(|(_, after)| after);
    let mut stated: Vec<_> = in_brackets
        .chain(after_slash)
        .filter_map(|word| {
            let word = word.strip_prefix("单位").unwrap_or(word);
            spelled(word.strip_prefix(':').unwrap_or(word), None)
        })
        .collect();
    stated.dedup();
    match stated.as_slice() {
        [unit] => Some(*unit),
        _ => None,
    }
}

/// Whether a part of a heading ends in a unit, so that what follows its slash makes a rate.
fn ends_in_unit(part: &str) -> bool {
    part.char_indices().any(|(at, _)| {
        part.get(at..)
            .is_some_and(|word| spelled(word, None).is_some())
    })
}

/// A unit by any of its spellings, folded; `万` alone counts what the column counts.
pub(super) fn spelled(word: &str, column: Option<Unit>) -> Option<Unit> {
    let by_name = |word: &str| NAMES.get(word).copied();
    if let Some(unit) = by_name(word) {
        return Some(unit);
    }
    let (scaled, is_yuan) = match word.strip_prefix("人民币") {
        Some(rest) => (rest, true),
        None => (word, false),
    };
    let magnitude = scaled.chars().next()?;
    let noun = scaled.get(magnitude.len_utf8()..)?;
    let base = if noun.is_empty() {
        // 亩 are not counted in 万平方米.
        column.filter(|unit| *unit != Unit::Mu)?.base()
    } else {
        by_name(noun)?
    };
    match (magnitude, base) {
        (_, base) if is_yuan && base != Unit::Yuan => None,
        ('千', Unit::Yuan) => Some(Unit::ThousandYuan),
        ('万', Unit::Yuan) => Some(Unit::TenThousandYuan),
        ('亿', Unit::Yuan) => Some(Unit::HundredMillionYuan),
        ('万', Unit::Dollars) => Some(Unit::TenThousandDollars),
        ('万', Unit::SquareMetres) => Some(Unit::TenThousandSquareMetres),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_may_state_the_unit() {
        for (heading, unit) in [
            ("面积（㎡）", Unit::SquareMetres),
            ("面积(平方米)", Unit::SquareMetres),
            ("占地面积 [亩]", Unit::Mu),
            ("建筑面积/万㎡", Unit::TenThousandSquareMetres),
            ("注册资本(万元)", Unit::TenThousandYuan),
            ("注册资本（人民币万元）", Unit::TenThousandYuan),
            ("注册资本（万元人民币）", Unit::TenThousandYuan),
            ("融资额/万元", Unit::TenThousandYuan),
            ("融资/金额（单位：亿元）", Unit::HundredMillionYuan),
            ("营业收入（千元）", Unit::ThousandYuan),
            ("投资额（万美元）", Unit::TenThousandDollars),
            ("从业人员（人）", Unit::Persons),
            ("Area (m2)", Unit::SquareMetres),
            ("capital_CNY", Unit::Yuan),
        ] {
            assert_eq!(unit_of_heading(heading), Some(unit), "{heading}");
        }
    }

    #[test]
    fn a_heading_without_one_unit_states_none() {
        for heading in [
            "面积",
            "注册资本",
            "注册资本（万）",
            "租金（元/㎡）",
            "租金元/㎡",
            "租金（元/月）",
            "面积（㎡）/租金（元）",
            "个人",
            "入驻时间（年/月）",
            "(",
            "",
        ] {
            assert_eq!(unit_of_heading(heading), None, "{heading}");
        }
    }
}
