//! What each column is taken for, how sure that is, and why.

use nianlun_aggregates::Language;

use super::column::{Column, Fit};
use super::meaning::{Meaning, Nearness, of_heading};

/// How sure it is what a column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// Left out of the mapping until a person decides.
    Unsure,
    /// The heading or the values say so.
    Likely,
    /// The heading is known, and the values are as it says.
    Certain,
}

/// What a column is taken for.
#[derive(Clone, Debug)]
pub struct Guess {
    /// The column.
    pub column: Column,
    /// What it is taken for; `None` if nothing is known.
    pub meaning: Option<Meaning>,
    /// How sure that is.
    pub sureness: Sureness,
    /// Why, in the language of the suggestion.
    pub why: String,
    /// What else it can be.
    pub otherwise: Vec<Meaning>,
}

/// From so many of a hundred values on, they confirm a heading …
const CONFIRMS: usize = 95;
/// … do not speak against it …
const ALLOWS: usize = 60;
/// … or say by themselves what they are.
const SPEAKS: usize = 80;
/// Fewer values confirm nothing.
const ENOUGH: usize = 3;

/// What these columns are taken for, in their order. Each meaning is given to one column only, the surest.
pub fn guesses(columns: Vec<Column>, lang: Language) -> Vec<Guess> {
    let mut guesses: Vec<_> = columns
        .into_iter()
        .map(|column| guess(column, lang))
        .collect();
    let ranked = |guess: &Guess| (guess.sureness, std::cmp::Reverse(guess.column.place));
    for index in 0..guesses.len() {
        let Some(this) = guesses.get(index) else {
            continue;
        };
        let Some(meaning) = this.meaning.filter(|meaning| !may_repeat(*meaning)) else {
            continue;
        };
        let surer = guesses
            .iter()
            .find(|other| other.meaning == Some(meaning) && ranked(other) > ranked(this))
            .filter(|_| this.sureness > Sureness::Unsure)
            .map(|other| other.column.heading.clone());
        if let (Some(surer), Some(guess)) = (surer, guesses.get_mut(index)) {
            guess.sureness = Sureness::Unsure;
            guess.why = match lang {
                Language::Zh => format!("{}；但已取“{surer}”列", guess.why),
                Language::En => format!("{}; but column {surer:?} is taken for that", guess.why),
            };
        }
    }
    guesses
}

/// Whether several columns can mean it.
const fn may_repeat(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Person | Meaning::Reach | Meaning::Serial | Meaning::Note | Meaning::OtherName
    )
}

fn guess(column: Column, lang: Language) -> Guess {
    let named = of_heading(&column.heading);
    let (meaning, sureness, why) = match named {
        Some((meaning, nearness)) => {
            let (sureness, why) = weigh(&column, meaning, nearness, lang);
            // What reaches a person is left out whatever its heading says.
            match reaches_people(&column) {
                Some(fit) if meaning != Meaning::Person => {
                    (Some(Meaning::Reach), Sureness::Likely, told(&fit, lang))
                }
                _ => (Some(meaning), sureness, why),
            }
        }
        None => by_values(&column, lang),
    };
    let otherwise = match sureness {
        Sureness::Certain => vec![],
        Sureness::Likely | Sureness::Unsure => otherwise(&column, meaning),
    };
    Guess {
        column,
        meaning,
        sureness,
        why,
        otherwise,
    }
}

/// How sure a heading's meaning is, given the values.
fn weigh(
    column: &Column,
    meaning: Meaning,
    nearness: Nearness,
    lang: Language,
) -> (Sureness, String) {
    let heading = match (nearness, lang) {
        (Nearness::Exact, Language::Zh) => "列名如此",
        (Nearness::Exact, Language::En) => "so called",
        (Nearness::Within, Language::Zh) => "列名中有此词",
        (Nearness::Within, Language::En) => "part of its heading says so",
    };
    if column.values.is_empty() {
        let why = match lang {
            Language::Zh => format!("{heading}，但没有值"),
            Language::En => format!("{heading}, but it has no values"),
        };
        return (Sureness::Unsure, why);
    }
    let exact = nearness == Nearness::Exact;
    let Some(fit) = column.fit(meaning) else {
        let sureness = if exact {
            Sureness::Likely
        } else {
            Sureness::Unsure
        };
        return (sureness, heading.to_owned());
    };
    let sureness = if exact && fit.at_least(CONFIRMS) && fit.of >= ENOUGH {
        Sureness::Certain
    } else if fit.at_least(if exact { ALLOWS } else { SPEAKS }) {
        Sureness::Likely
    } else {
        Sureness::Unsure
    };
    let comma = match lang {
        Language::Zh => "，",
        Language::En => ", ",
    };
    (sureness, format!("{heading}{comma}{}", told(&fit, lang)))
}

/// What values say where the heading says nothing.
fn by_values(column: &Column, lang: Language) -> (Option<Meaning>, Sureness, String) {
    if column.values.is_empty() {
        let why = match lang {
            Language::Zh => "没有值",
            Language::En => "it has no values",
        };
        return (None, Sureness::Unsure, why.to_owned());
    }
    if let Some(fit) = reaches_people(column) {
        return (Some(Meaning::Reach), Sureness::Likely, told(&fit, lang));
    }
    let telling = |meaning: Meaning| {
        column
            .fit(meaning)
            .filter(|fit| fit.at_least(SPEAKS) && fit.of >= ENOUGH)
            .map(|fit| (meaning, told(&fit, lang)))
    };
    if let Some((meaning, why)) = telling(Meaning::Usci) {
        return (Some(meaning), Sureness::Likely, why);
    }
    let companies = column.company_names();
    if companies * 100 >= column.values.len() * ALLOWS {
        let of = column.values.len();
        let why = match lang {
            Language::Zh => format!("{of} 个值中 {companies} 个的结尾是企业名称（公司、中心等）"),
            Language::En => format!("{companies} of {of} values end as names of companies do"),
        };
        return (Some(Meaning::Name), Sureness::Likely, why);
    }
    if let Some((meaning, why)) = telling(Meaning::EventKind) {
        return (Some(meaning), Sureness::Likely, why);
    }
    // Which date it is, the values do not say; bare numbers could be anything.
    let bare = |value: &String| value.chars().all(|c| c.is_ascii_digit());
    if !column.values.iter().all(bare)
        && let Some((_, why)) = telling(Meaning::EventDay)
    {
        return (Some(Meaning::EventDay), Sureness::Unsure, why);
    }
    if column.is_a_list() {
        let (of, distinct) = (column.values.len(), column.distinct().len());
        let why = match lang {
            Language::Zh => format!("{of} 个值中只有 {distinct} 个不同的值"),
            Language::En => format!("only {distinct} distinct among {of} values"),
        };
        return (Some(Meaning::Status), Sureness::Unsure, why);
    }
    let why = match lang {
        Language::Zh => "列名和值都看不出含义",
        Language::En => "neither heading nor values tell",
    };
    (None, Sureness::Unsure, why.to_owned())
}

fn reaches_people(column: &Column) -> Option<Fit> {
    column
        .fit(Meaning::Reach)
        .filter(|fit| fit.at_least(SPEAKS))
}

/// What else a column that is not certain can be.
fn otherwise(column: &Column, meaning: Option<Meaning>) -> Vec<Meaning> {
    let dates = [
        Meaning::MovedIn,
        Meaning::MovedOut,
        Meaning::IncubatedFrom,
        Meaning::Graduated,
        Meaning::Founded,
        Meaning::PlannedEnd,
    ];
    let others: &[Meaning] = match meaning {
        Some(Meaning::EventDay) => &dates,
        Some(Meaning::MovedIn) => &[Meaning::IncubatedFrom],
        Some(Meaning::IncubatedFrom) => &[Meaning::MovedIn],
        Some(Meaning::MovedOut) => &[Meaning::PlannedEnd, Meaning::Graduated],
        Some(Meaning::Status) if of_heading(&column.heading).is_none() => {
            &[Meaning::Industry, Meaning::Carrier, Meaning::EventKind]
        }
        Some(Meaning::Status) => &[Meaning::EventKind],
        Some(Meaning::EventKind) => &[Meaning::Status],
        Some(Meaning::Unit) => &[Meaning::Address],
        Some(Meaning::Cluster) => &[Meaning::Industry],
        Some(Meaning::Name) => &[Meaning::Carrier],
        _ => &[],
    };
    // Only what the values do not speak against.
    let allowed = |meaning: &&Meaning| column.fit(**meaning).is_none_or(|fit| fit.at_least(ALLOWS));
    others.iter().filter(allowed).copied().collect()
}

/// `98 of 100 values are valid USCIs, not "91…"`.
fn told(fit: &Fit, lang: Language) -> String {
    let Fit {
        fits,
        of,
        what,
        unlike,
    } = fit;
    let what = what.name(lang);
    let unlike = unlike.as_ref().map(|value| shortened(value));
    match (lang, unlike) {
        (Language::Zh, None) => format!("{of} 个值中 {fits} 个是{what}"),
        (Language::Zh, Some(value)) => format!("{of} 个值中 {fits} 个是{what}，如 {value:?} 不是"),
        (Language::En, None) => format!("{fits} of {of} values are {what}"),
        (Language::En, Some(value)) => {
            format!("{fits} of {of} values are {what}, {value:?} is not")
        }
    }
}

/// At most 30 characters of a value, on one line.
pub fn shortened(value: &str) -> String {
    const LONGEST: usize = 30;
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars()
        .take(LONGEST)
        .chain(std::iter::once('…'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(place: usize, heading: &str, values: &[&str]) -> Column {
        Column::new(
            heading,
            place,
            values.iter().map(|value| (*value).to_owned()),
        )
    }

    fn alone(heading: &str, values: &[&str]) -> (Option<Meaning>, Sureness, String) {
        let guess = guess(column(0, heading, values), Language::En);
        (guess.meaning, guess.sureness, guess.why)
    }

    const USCI: &str = "91330103MA2J0XYC21";

    #[test]
    fn a_known_heading_whose_values_fit_is_certain() {
        assert_eq!(
            alone("统一社会信用代码", &[USCI; 3]),
            (
                Some(Meaning::Usci),
                Sureness::Certain,
                "so called, 3 of 3 values are valid USCIs".to_owned()
            )
        );
        assert_eq!(
            alone("入驻时间", &["2016.3", "2016年初", "42430"]).1,
            Sureness::Certain
        );
    }

    #[test]
    fn two_values_make_nothing_certain() {
        assert_eq!(alone("统一社会信用代码", &[USCI; 2]).1, Sureness::Likely);
    }

    #[test]
    fn a_known_heading_whose_values_do_not_fit_is_unsure() {
        let (meaning, sureness, why) = alone("入驻时间", &["A101", "A102", "2016"]);
        assert_eq!(
            (meaning, sureness),
            (Some(Meaning::MovedIn), Sureness::Unsure)
        );
        assert_eq!(why, "so called, 1 of 3 values are dates, \"A101\" is not");
        assert_eq!(
            alone("注册资本", &["500", "600", "700"]).1,
            Sureness::Unsure
        );
        assert_eq!(
            alone("注册资本(万元)", &["500", "600", "700"]).1,
            Sureness::Certain
        );
    }

    #[test]
    fn values_speak_where_the_heading_does_not() {
        assert_eq!(alone("甲", &[USCI; 4]).0, Some(Meaning::Usci));
        let names = ["某某科技有限公司", "某某中心（有限合伙）", "Acme Co., Ltd."];
        assert_eq!(alone("甲", &names).0, Some(Meaning::Name));
        assert_eq!(
            alone("甲", &["2016-03-01", "2016年3月", "2017"]).1,
            Sureness::Unsure
        );
        assert_eq!(
            alone("甲", &["2016", "2017", "2018"]).0,
            None,
            "bare numbers can be anything"
        );
    }

    #[test]
    fn what_reaches_a_person_is_left_out_whatever_it_is_called() {
        let phones = ["13812345678", "13912345678", "13712345678"];
        for heading in ["备注", "甲", "编号", "房号"] {
            let (meaning, _, why) = alone(heading, &phones);
            assert_eq!(meaning, Some(Meaning::Reach), "{heading}");
            assert!(!why.contains("138"), "{why}");
        }
        let (meaning, _, why) = alone("入驻时间", &["13812345678", "2016", "2017"]);
        assert_eq!(meaning, Some(Meaning::MovedIn));
        assert!(!why.contains("138"), "{why}");
    }

    #[test]
    fn one_meaning_is_given_to_one_column() {
        let columns = vec![
            column(0, "单位名称", &["甲甲", "乙乙", "1"]),
            column(1, "企业名称", &["甲公司", "乙公司", "丙公司"]),
        ];
        let guesses = guesses(columns, Language::En);
        let sureness: Vec<_> = guesses.iter().map(|guess| guess.sureness).collect();
        assert_eq!(sureness, [Sureness::Unsure, Sureness::Certain]);
        assert!(
            guesses[0]
                .why
                .ends_with("column \"企业名称\" is taken for that"),
            "{}",
            guesses[0].why
        );
    }
}
