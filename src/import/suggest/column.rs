//! What the values of a column look like.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::Wording;
use nianlun_aggregates::identifier::Usci;
use nianlun_aggregates::quantity::Unit;
use nianlun_aggregates::text::{fold, half_width};

use super::meaning::Meaning;
use crate::import::dates::{date_with, says_nothing};
use crate::intake::{quantity, unit_of_heading};

/// A column with its values.
#[derive(Clone, Debug)]
pub struct Column {
    /// As the file calls it.
    pub heading: String,
    /// Its place, from 0.
    pub place: usize,
    /// What its cells say, in their order; empty ones and marks for nothing left out.
    pub values: Vec<String>,
    /// How many cells say nothing.
    pub empty: usize,
    /// The marks by which they do, where they are not empty: `/`, `—`, `无`.
    pub marks: BTreeSet<String>,
}

/// How many values are as a meaning has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// So many …
    pub fits: usize,
    /// … of so many.
    pub of: usize,
    /// What they are.
    pub what: Wording,
    /// One that is not, if it may be shown.
    pub unlike: Option<String>,
}

impl Fit {
    /// Whether at least so many of a hundred fit; never of none.
    pub const fn at_least(&self, per_cent: usize) -> bool {
        self.of > 0 && self.fits * 100 >= self.of * per_cent
    }
}

/// How a column writes its dates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// Formats that the mapping has to state.
    pub formats: Vec<&'static str>,
    /// Formats of which either would do: day or month first.
    pub either: Vec<&'static str>,
}

/// Formats that are tried on what is read without none.
const FORMATS: &[&str] = &[
    "%d.%m.%Y",
    "%m.%d.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y%m",
    "%y%m%d",
    "%y.%m.%d",
    "%y/%m/%d",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %Y",
    "%B %Y",
    "%b-%y",
];

const fn what(code: &'static str, zh: &'static str, en: &'static str) -> Wording {
    Wording { code, zh, en }
}

impl Column {
    /// A column from all of its cells.
    pub fn new(heading: &str, place: usize, cells: impl IntoIterator<Item = String>) -> Self {
        let (empty, values): (Vec<_>, Vec<_>) =
            cells.into_iter().partition(|cell| says_nothing(cell));
        Self {
            heading: heading.to_owned(),
            place,
            values,
            empty: empty.len(),
            marks: empty.into_iter().filter(|cell| !cell.is_empty()).collect(),
        }
    }

    /// How many values are as a meaning has them; `None` if nothing can be told from values.
    pub fn fit(&self, meaning: Meaning) -> Option<Fit> {
        let fit = |what: Wording, is: &dyn Fn(&str) -> bool| {
            let fits = self.values.iter().filter(|value| is(value)).count();
            let unlike = self.values.iter().find(|value| !is(value));
            Some(Fit {
                fits,
                of: self.values.len(),
                what,
                unlike: unlike.filter(|value| !is_personal(value)).cloned(),
            })
        };
        let date = what("date", "日期", "dates");
        match meaning {
            Meaning::Usci => fit(
                what("usci", "有效的统一社会信用代码", "valid USCIs"),
                &is_usci,
            ),
            Meaning::Name => fit(what("name", "名称", "names"), &is_name),
            Meaning::MovedIn
            | Meaning::MovedOut
            | Meaning::PlannedEnd
            | Meaning::IncubatedFrom
            | Meaning::Graduated
            | Meaning::Founded
            | Meaning::EventDay
            | Meaning::ListedOn
            | Meaning::ObservedOn => {
                let formats: Vec<_> = self
                    .dates()
                    .formats
                    .into_iter()
                    .map(str::to_owned)
                    .collect();
                fit(date, &|value| {
                    matches!(date_with(value, &formats), Ok(Some(_)))
                })
            }
            Meaning::Area => {
                let unit = unit_of_heading(&self.heading).filter(|unit| unit.is_area());
                let unit = unit.unwrap_or(Unit::SquareMetres);
                fit(what("area", "面积", "areas"), &|value| {
                    quantity(value, Some(unit)).is_ok_and(|read| read.unit().is_area())
                })
            }
            Meaning::Capital => {
                let unit = unit_of_heading(&self.heading);
                fit(
                    what("amount", "带单位的金额", "amounts with a unit"),
                    &|value| quantity(value, unit).is_ok_and(|read| read.unit().is_money()),
                )
            }
            Meaning::SecurityCode => fit(what("code", "股票代码", "security codes"), &|value| {
                let digits = value.bytes().take_while(u8::is_ascii_digit).count();
                matches!(digits, 5 | 6) && value.len() <= digits + 3
            }),
            Meaning::EventKind => fit(
                what("event", "已知的事项", "events that are known"),
                &|value| Happening::of(value).is_some(),
            ),
            Meaning::Reach => fit(
                what(
                    "reach",
                    "电话、邮箱或证件号",
                    "telephone numbers, mail addresses or identity cards",
                ),
                &is_personal,
            ),
            Meaning::OtherName
            | Meaning::Unit
            | Meaning::Carrier
            | Meaning::Cluster
            | Meaning::Industry
            | Meaning::Status
            | Meaning::ListingBoard
            | Meaning::Address
            | Meaning::Person
            | Meaning::Serial
            | Meaning::Note => None,
        }
    }

    /// Its distinct values with their counts.
    pub fn distinct(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for value in &self.values {
            *counts.entry(value.as_str()).or_default() += 1;
        }
        counts
    }

    /// Whether it has so few distinct values that they are a list of states.
    pub fn is_a_list(&self) -> bool {
        let distinct = self.distinct().len();
        self.values.len() >= 6 && distinct <= 20 && distinct * 3 <= self.values.len()
    }

    /// How many values end as names of companies do.
    pub fn company_names(&self) -> usize {
        self.values
            .iter()
            .filter(|value| ends_as_company(value))
            .count()
    }

    /// How its dates have to be read.
    pub fn dates(&self) -> Dates {
        let unread: Vec<&str> = self
            .values
            .iter()
            .map(String::as_str)
            .filter(|value| date_with(value, &[]).is_err())
            .collect();
        let counts: Vec<_> = FORMATS
            .iter()
            .map(|format| {
                let by = [(*format).to_owned()];
                let reads = unread.iter().filter(|value| date_with(value, &by).is_ok());
                (*format, reads.count())
            })
            .filter(|(_, count)| *count > 0)
            .collect();
        let best = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let mut formats: Vec<_> = counts
            .iter()
            .filter(|(_, count)| *count == best)
            .map(|(format, _)| *format)
            .collect();
        // Mar and March are read alike; those two are no choice.
        formats.dedup_by(|later, earlier| later.replace("%B", "%b") == earlier.replace("%B", "%b"));
        if formats.len() > 1 {
            Dates {
                formats: vec![],
                either: formats,
            }
        } else {
            Dates {
                formats,
                either: vec![],
            }
        }
    }
}

/// What a word in a ledger says that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happening {
    /// 入驻
    MovedIn,
    /// 迁出
    MovedOut,
    /// 入孵
    Incubated,
    /// 毕业
    Graduated,
}

impl Happening {
    /// By a word of a ledger.
    pub fn of(word: &str) -> Option<Self> {
        const WORDS: &[(Happening, &[&str])] = &[
            (
                Happening::MovedIn,
                &[
                    "入驻",
                    "新入驻",
                    "入园",
                    "新入园",
                    "迁入",
                    "进驻",
                    "入住",
                    "movedin",
                    "movein",
                    "move-in",
                    "arrival",
                    "arrived",
                    "in",
                ],
            ),
            (
                Happening::MovedOut,
                &[
                    "迁出",
                    "退租",
                    "离园",
                    "退园",
                    "退出",
                    "搬离",
                    "搬出",
                    "撤离",
                    "movedout",
                    "moveout",
                    "move-out",
                    "departure",
                    "departed",
                    "left",
                    "exit",
                    "out",
                ],
            ),
            (Happening::Incubated, &["入孵", "开始孵化", "进入孵化"]),
            (
                Happening::Graduated,
                &["毕业", "出孵", "毕业出孵", "graduated", "graduation"],
            ),
        ];
        let word = fold(word);
        let mut words = WORDS.iter();
        let (happening, _) = words.find(|(_, words)| words.contains(&word.as_str()))?;
        Some(*happening)
    }
}

fn is_usci(value: &str) -> bool {
    value.parse::<Usci>().is_ok()
}

/// Neither a number, nor a date, nor an identifier, nor a line of a register.
fn is_name(value: &str) -> bool {
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2 && !is_usci(value) && !is_personal(value) && date_with(value, &[]).is_err()
}

fn ends_as_company(value: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "公司",
        "(有限合伙)",
        "(普通合伙)",
        "合伙企业",
        "事务所",
        "合作社",
        "中心",
        "厂",
        "工作室",
        "经营部",
        "研究院",
        "ltd",
        "ltd.",
        "limited",
        "inc",
        "inc.",
        "llc",
        "gmbh",
        "corp",
        "corp.",
        "co.",
    ];
    let value = fold(value);
    ENDINGS.iter().any(|ending| value.ends_with(ending))
}

/// Whether it reaches or names a natural person: a telephone number, a mail address, an identity card (GB 11643).
pub fn is_personal(value: &str) -> bool {
    let compact: String = half_width(value)
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    let digits = compact.bytes().all(|b| b.is_ascii_digit());
    let mobile = digits && compact.len() == 11 && compact.starts_with('1');
    let landline = digits && (10..=12).contains(&compact.len()) && compact.starts_with('0');
    let mail = compact
        .split_once('@')
        .is_some_and(|(who, host)| !who.is_empty() && host.contains('.'));
    mobile || landline || mail || is_identity_card(&compact)
}

fn is_identity_card(text: &str) -> bool {
    if text.len() != 18 || !text.is_ascii() {
        return false;
    }
    let (front, last) = text.split_at(17);
    let mut sum = 0;
    let mut weight = 1;
    for digit in front.bytes().rev() {
        if !digit.is_ascii_digit() {
            return false;
        }
        weight = weight * 2 % 11;
        sum += u32::from(digit - b'0') * weight;
    }
    let check = (12 - sum % 11) % 11;
    match last.chars().next() {
        Some('X' | 'x') => check == 10,
        Some(last) => last.to_digit(10) == Some(check),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(heading: &str, values: &[&str]) -> Column {
        Column::new(heading, 0, values.iter().map(|value| (*value).to_owned()))
    }

    fn fits(heading: &str, values: &[&str], meaning: Meaning) -> (usize, usize) {
        let fit = column(heading, values).fit(meaning).unwrap();
        (fit.fits, fit.of)
    }

    #[test]
    fn values_are_counted_as_what_they_are() {
        let usci = ["91330103MA2J0XYC21", "91330103MA2J0XYC22", "", "无"];
        assert_eq!(fits("x", &usci, Meaning::Usci), (1, 2));
        assert_eq!(column("x", &usci).empty, 2);
        let days = ["2016.3", "2016年初", "42430", "不详", "soon"];
        assert_eq!(fits("x", &days, Meaning::MovedIn), (3, 4));
        let areas = ["120", "约120㎡", "3亩", "500元", "大"];
        assert_eq!(fits("面积", &areas, Meaning::Area), (3, 5));
        let capital = ["500", "500万", "1,200"];
        assert_eq!(fits("注册资本", &capital, Meaning::Capital), (0, 3));
        assert_eq!(fits("注册资本（万元）", &capital, Meaning::Capital), (3, 3));
    }

    #[test]
    fn the_order_of_day_and_month_is_taken_only_if_the_values_settle_it() {
        let read = |values: &[&str]| column("x", values).dates();
        assert_eq!(read(&["03/25/2016", "04/01/2016"]).formats, ["%m/%d/%Y"]);
        assert_eq!(read(&["25.3.2016", "1.4.2016"]).formats, ["%d.%m.%Y"]);
        let either = read(&["03/04/2016", "05/06/2016"]);
        assert_eq!(
            (either.formats.len(), either.either),
            (0, vec!["%d/%m/%Y", "%m/%d/%Y"])
        );
        assert_eq!(read(&["Mar 5, 2016", "May 1, 2016"]).formats, ["%b %d, %Y"]);
        assert_eq!(read(&["2016-03-01", "2016年3月"]), Dates::default());
        assert_eq!(read(&["201603", "201211"]).formats, ["%Y%m"]);
    }

    #[test]
    fn what_reaches_a_person_is_known() {
        for value in [
            "13812345678",
            "138 1234 5678",
            "023-68901234",
            "a@b.cn",
            "11010519491231002X",
        ] {
            assert!(is_personal(value), "{value}");
        }
        for value in [
            "91330103MA2J0XYC21",
            "2016",
            "110105194912310021",
            "11月",
            "1200",
        ] {
            assert!(!is_personal(value), "{value}");
        }
    }

    #[test]
    fn few_distinct_values_are_a_list_of_states() {
        let states = [
            "在孵", "毕业", "在孵", "在孵", "退出", "在孵", "毕业", "在孵", "在孵",
        ];
        assert!(column("x", &states).is_a_list());
        assert!(!column("x", &["甲", "乙", "丙", "丁", "戊", "己"]).is_a_list());
        assert_eq!(column("x", &states).distinct()["毕业"], 2);
    }
}
