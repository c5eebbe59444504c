//! The mapping in its words: what was seen of each column, then what is made of it.

use std::collections::BTreeSet;

use nianlun_aggregates::Language;

use super::column::Column;
use super::declared::{carriers, tables};
use super::guess::{Guess, Sureness, shortened};
use super::lines::{Lines, quoted};
use super::meaning::Meaning;
use super::outputs::{Outputs, outputs};

/// A table as it was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The file's name.
    pub file: String,
    /// The sheet; empty in a CSV file.
    pub sheet: String,
    /// The sheets with the same header, this one too.
    pub alike: Vec<String>,
    /// Other sheets.
    pub others: Vec<String>,
    /// The texts above the header.
    pub title: String,
    /// First and last row of the header.
    pub header: (u64, u64),
    /// How many rows were looked at.
    pub rows: usize,
    /// Whether there are more.
    pub more: bool,
    /// A code for the source.
    pub code: String,
    /// What its columns are taken for.
    pub guesses: Vec<Guess>,
}

impl Seen {
    /// The column that is taken for something, if that is not unsure.
    pub fn sure(&self, meaning: Meaning) -> Option<&Column> {
        self.guess(meaning, true)
    }

    /// The column that may be something, though it is unsure.
    pub fn unsure(&self, meaning: Meaning) -> Option<&Column> {
        self.guess(meaning, false)
    }

    fn guess(&self, meaning: Meaning, sure: bool) -> Option<&Column> {
        let mut guesses = self.guesses.iter();
        let guess = guesses.find(|guess| {
            guess.meaning == Some(meaning) && (guess.sureness > Sureness::Unsure) == sure
        })?;
        Some(&guess.column)
    }
}

/// The whole mapping.
pub fn mapping(seen: &Seen, lang: Language) -> String {
    let mut lines = Lines::default();
    let outputs = outputs(seen, lang);
    head(&mut lines, seen, &outputs, lang);
    columns(&mut lines, seen, lang);
    subject(&mut lines, seen, lang);
    carriers(&mut lines, seen, &outputs, lang);
    tables(&mut lines, seen, lang);
    for output in &outputs.blocks {
        lines.blank();
        for comment in &output.comments {
            lines.comment(comment);
        }
        lines.more(&output.lines, output.used);
    }
    lines.text()
}

fn head(lines: &mut Lines, seen: &Seen, outputs: &Outputs, lang: Language) {
    let (file, rows) = (shortened(&seen.file), seen.rows);
    let (first, last) = seen.header;
    let say = |zh: String, en: String| match lang {
        Language::Zh => zh,
        Language::En => en,
    };
    let more = if seen.more {
        say("前 ".to_owned(), "the first ".to_owned())
    } else {
        String::new()
    };
    lines.comment(&say(
        format!("据 {file:?} 的{more}{rows} 行推测的映射。请先通读：被注释的部分尚不确定，去掉 # 即可启用。"),
        format!(
            "A mapping suggested from {more}{rows} rows of {file:?}. Read it through first: what is commented out is not sure; take the # away to use it."
        ),
    ));
    lines.comment(&say(
        "先用 nianlun import FILE --mapping 本文件 试导入到一个新库。格式见 docs/mapping.md。".to_owned(),
        "Try it on a new store first: nianlun import FILE --mapping THIS. docs/mapping.md has the format.".to_owned(),
    ));
    lines.blank();
    lines.comment(&say(
        "来源的代码；第一次导入前可改，之后不要再改。".to_owned(),
        "The code of the source: change it before the first import, never after.".to_owned(),
    ));
    lines.line(&format!("name = {}", quoted(&seen.code)));
    let title = if seen.title.is_empty() {
        &seen.file
    } else {
        &seen.title
    };
    lines.line(&format!("title = {}", quoted(&shortened(title))));
    for comment in &outputs.shape_comments {
        lines.comment(comment);
    }
    lines.line(&format!("shape = \"{}\"", outputs.shape));
    let marks: BTreeSet<&str> = seen
        .guesses
        .iter()
        .flat_map(|guess| guess.column.marks.iter().map(String::as_str))
        .collect();
    if last == 1 && seen.others.is_empty() && marks.is_empty() {
        return;
    }
    lines.blank();
    lines.line("[file]");
    if !marks.is_empty() {
        lines.comment(&say(
            "这些格子没有内容，当作空格子：".to_owned(),
            "Cells that say nothing; they are read as empty:".to_owned(),
        ));
        lines.line(&format!("absent = {}", super::lines::list(marks)));
    }
    let (rows, told) = if first == last {
        (first.to_string(), first.to_string())
    } else {
        (format!("[{first}, {last}]"), format!("{first}–{last}"))
    };
    lines.comment(&say(
        format!("表头在第 {told} 行；导入时按列名查找，只有找错时才需要写明："),
        format!("The header stands in row {told}; an import finds it by its columns. Only if it finds another:"),
    ));
    lines.comment(&format!("header = {rows}"));
    if !seen.others.is_empty() {
        let others: Vec<_> = seen
            .others
            .iter()
            .map(|sheet| quoted(&shortened(sheet)))
            .collect();
        let others = others.join(", ");
        lines.comment(&say(
            format!("看的是 {:?}；表头不同、不导入的有 {others}。", seen.sheet),
            format!(
                "{:?} was looked at; {others} have another header and are left out.",
                seen.sheet
            ),
        ));
        lines.line(&format!(
            "sheets = {}",
            super::lines::list(seen.alike.iter().map(String::as_str))
        ));
    }
}

/// A comment for every column.
fn columns(lines: &mut Lines, seen: &Seen, lang: Language) {
    lines.blank();
    for guess in &seen.guesses {
        lines.comment(&told(guess, lang));
    }
}

fn told(guess: &Guess, lang: Language) -> String {
    let Guess {
        column,
        meaning,
        sureness,
        why,
        otherwise,
    } = guess;
    let heading = shortened(&column.heading);
    let place = letters(column.place);
    let empty = column.empty;
    let otherwise: Vec<_> = otherwise
        .iter()
        .map(|other| other.wording().name(lang))
        .collect();
    match lang {
        Language::Zh => {
            let sure = match sureness {
                Sureness::Certain => "确定",
                Sureness::Likely => "很可能",
                Sureness::Unsure => "不确定",
            };
            let what = match meaning {
                Some(Meaning::Person | Meaning::Reach) => "个人信息，不导入".to_owned(),
                Some(Meaning::Serial | Meaning::Note) => {
                    format!(
                        "{}，不导入",
                        meaning.map_or("", |meaning| meaning.wording().zh)
                    )
                }
                Some(meaning) => meaning.wording().zh.to_owned(),
                None => "不明，不导入".to_owned(),
            };
            let or = if otherwise.is_empty() {
                String::new()
            } else {
                format!("；也可能是{}", otherwise.join("、"))
            };
            let empty = if empty == 0 {
                String::new()
            } else {
                format!("；空 {empty} 格")
            };
            format!("{place} 列 {heading:?}：{what}（{sure}：{why}{empty}）{or}")
        }
        Language::En => {
            let sure = match sureness {
                Sureness::Certain => "certain",
                Sureness::Likely => "likely",
                Sureness::Unsure => "unsure",
            };
            let what = match meaning {
                Some(Meaning::Person | Meaning::Reach) => "personal, left out".to_owned(),
                Some(Meaning::Serial | Meaning::Note) => {
                    format!(
                        "{}, left out",
                        meaning.map_or("", |meaning| meaning.wording().en)
                    )
                }
                Some(meaning) => meaning.wording().en.to_owned(),
                None => "not known, left out".to_owned(),
            };
            let or = if otherwise.is_empty() {
                String::new()
            } else {
                format!("; or {}", otherwise.join(", or "))
            };
            let empty = match empty {
                0 => String::new(),
                1 => "; 1 cell is empty".to_owned(),
                empty => format!("; {empty} cells are empty"),
            };
            format!("Column {place} {heading:?}: {what} ({sure}: {why}{empty}){or}")
        }
    }
}

/// The letters of a column as spreadsheets show them: A, Z, AA.
fn letters(place: usize) -> String {
    let mut letters = vec![];
    let mut rest = place + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

fn subject(lines: &mut Lines, seen: &Seen, lang: Language) {
    lines.blank();
    lines.line("[subject]");
    lines.line("kind = \"company\"");
    if let Some(usci) = seen.sure(Meaning::Usci) {
        let block = [
            "[[subject.identify]]".to_owned(),
            format!("usci = {}", of(usci)),
        ];
        lines.block(&block, true);
    }
    let name = seen
        .sure(Meaning::Name)
        .or_else(|| seen.unsure(Meaning::Name));
    if let Some(name) = name {
        lines.blank();
        lines.comment(match (lang, seen.sure(Meaning::Usci)) {
            (Language::Zh, Some(_)) => "没有可用代码的行按名称认企业；同名的由人决定，不猜。",
            (Language::En, Some(_)) => {
                "A row without a usable code is known by its name; where several companies have it, a person decides."
            }
            (Language::Zh, None) => "只能按名称认企业：改了名的是另一家，同名的由人决定。有代码列最好。",
            (Language::En, None) => {
                "Companies are known by their names only: one that changed its name is another. A column of codes is better."
            }
        });
        lines.more(
            &[
                "[[subject.identify]]".to_owned(),
                format!("name = {}", of(name)),
            ],
            true,
        );
    }
    let register = name.or_else(|| seen.sure(Meaning::Usci)).map(of);
    lines.block(
        &[
            "[subject.register]".to_owned(),
            format!("name = {}", register.unwrap_or_default()),
            "entity = \"company\"".to_owned(),
        ],
        true,
    );
    if let Some(founded) = seen.sure(Meaning::Founded) {
        lines.line(&format!("on = {}", date(founded, Some("by"))));
    }
    if let Some(other) = seen.sure(Meaning::OtherName) {
        lines.line(&format!(
            "aliases = {{ column = {}, split = \"、\" }}",
            quoted(&other.heading)
        ));
    }
}

/// `{ column = "X" }`
pub fn of(column: &Column) -> String {
    format!("{{ column = {} }}", quoted(&column.heading))
}

/// `{ column = "X", formats = ["…"], as = "by" }`
pub fn date(column: &Column, kind: Option<&str>) -> String {
    let formats = column.dates().formats;
    let formats = if formats.is_empty() {
        String::new()
    } else {
        format!(", formats = {}", super::lines::list(formats))
    };
    let kind = kind
        .map(|kind| format!(", as = \"{kind}\""))
        .unwrap_or_default();
    format!("{{ column = {}{formats}{kind} }}", quoted(&column.heading))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        let named: Vec<_> = [0, 25, 26, 701, 702].into_iter().map(letters).collect();
        assert_eq!(named, ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
