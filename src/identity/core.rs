//! What of a company's name tells it from others: the name without legal form and place.

use nianlun_aggregates::text::fold;
use pinyin::ToPinyin;

/// Endings that say what kind of company it is. A branch (分公司) is another than its company, so that stays.
const LEGAL_FORMS: [&str; 10] = [
    "有限责任公司",
    "股份有限公司",
    "有限公司",
    "股份公司",
    "有限合伙",
    "集团公司",
    "集团",
    "控股",
    "股份",
    "公司",
];

/// The same of names in Latin letters.
const LATIN_FORMS: [&str; 24] = [
    "inc",
    "incorporated",
    "ltd",
    "limited",
    "llc",
    "llp",
    "lp",
    "corp",
    "corporation",
    "co",
    "company",
    "gmbh",
    "ag",
    "sa",
    "sas",
    "srl",
    "spa",
    "bv",
    "nv",
    "ab",
    "plc",
    "pte",
    "pty",
    "group",
];

/// Provinces and municipalities, with which a name begins or which stand in brackets in it.
const PLACES: [&str; 35] = [
    "北京",
    "天津",
    "上海",
    "重庆",
    "河北",
    "山西",
    "辽宁",
    "吉林",
    "黑龙江",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "海南",
    "四川",
    "贵州",
    "云南",
    "陕西",
    "甘肃",
    "青海",
    "台湾",
    "内蒙古",
    "广西",
    "西藏",
    "宁夏",
    "新疆",
    "香港",
    "澳门",
    "中国",
];

/// A bracket in a name holds a place or a form of company if it is no longer than this.
const BRACKETED: usize = 5;

/// What is left of a name, at least two characters of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Core {
    /// As compared: NFKC, lower case, without white space and signs.
    pub text: String,
    /// Its syllables in pinyin (拼音) without tones; a word in Latin letters is one.
    pub syllables: Vec<String>,
}

impl Core {
    /// The core of a name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let plain = name
            .split_whitespace()
            .map(fold)
            .collect::<Vec<_>>()
            .join(" ");
        let mut words = words(&without_brackets(&plain));
        while words.len() > 1
            && words
                .last()
                .is_some_and(|word| LATIN_FORMS.contains(&word.as_str()))
        {
            words.pop();
        }
        if let Some(last) = words.last_mut() {
            *last = without_form(last);
        }
        if let Some(first) = words.first_mut() {
            *first = without_place(first);
        }
        Self {
            text: words.concat(),
            syllables: words.iter().flat_map(|word| syllables(word)).collect(),
        }
    }

    /// The syllables as one word.
    #[must_use]
    pub fn pinyin(&self) -> String {
        self.syllables.concat()
    }

    /// Whether there is enough of it to tell companies apart by a part of it.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        is_telling(&self.syllables)
    }
}

/// Whether there is enough of these syllables to tell companies apart.
#[must_use]
pub fn is_telling(syllables: &[String]) -> bool {
    syllables.len() >= 3 || syllables.iter().map(String::len).sum::<usize>() >= 6
}

/// Latin words, each alone; characters that follow each other are one.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![];
    let mut before = None;
    for c in name.chars() {
        let class = c.is_alphanumeric().then(|| c.is_ascii());
        match (class, before) {
            (None, _) => {}
            (Some(_), earlier) if earlier == class => {
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
            (Some(_), _) => words.push(c.to_string()),
        }
        // "Joint-Stock" is two words, 万·科 is one.
        before = if class.is_none() && before == Some(false) {
            before
        } else {
            class
        };
    }
    words
}

fn without_brackets(name: &str) -> String {
    let mut left = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('(') {
        let Some((within, later)) = after.split_once(')') else {
            break;
        };
        left.push_str(before);
        if within.chars().count() > BRACKETED {
            left.push(' ');
            left.push_str(within);
            left.push(' ');
        }
        rest = later;
    }
    left.push_str(rest);
    left
}

fn without_form(word: &str) -> String {
    let mut left = word;
    while let Some(shorter) = LEGAL_FORMS
        .iter()
        .filter(|_| !left.ends_with("分公司"))
        .find_map(|form| left.strip_suffix(form))
        .filter(|shorter| shorter.chars().count() >= 2)
    {
        left = shorter;
    }
    left.to_owned()
}

fn without_place(word: &str) -> String {
    let place = PLACES.iter().find_map(|place| word.strip_prefix(place));
    let left = place.map(|left| {
        ["省", "市", "自治区", "特别行政区"]
            .iter()
            .find_map(|unit| left.strip_prefix(unit))
            .unwrap_or(left)
    });
    left.filter(|left| left.chars().count() >= 2)
        .unwrap_or(word)
        .to_owned()
}

fn syllables(word: &str) -> Vec<String> {
    if word.is_ascii() {
        return vec![word.to_owned()];
    }
    word.chars()
        .map(|c| {
            c.to_pinyin()
                .map_or_else(|| c.to_string(), |read| read.plain().to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_of_a_name_is_without_place_and_legal_form() {
        for (name, core) in [
            ("重庆市示例生物科技有限公司", "示例生物科技"),
            ("示例生物科技（重庆）股份有限公司", "示例生物科技"),
            ("示例生物科技（集团）有限责任公司", "示例生物科技"),
            ("Cirba, Inc.", "cirba"),
            ("Densify Co., Ltd.", "densify"),
            ("万科Ａ", "万科a"),
            ("示例科技有限公司重庆分公司", "示例科技有限公司重庆分公司"),
            ("重庆公司", "重庆"),
        ] {
            assert_eq!(Core::of(name).text, core, "{name}");
        }
    }

    #[test]
    fn names_that_sound_alike_have_the_same_pinyin() {
        assert_eq!(
            Core::of("重庆汉王科技有限公司").pinyin(),
            Core::of("重庆翰望科技有限公司").pinyin()
        );
    }
}
