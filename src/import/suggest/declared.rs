//! Carriers, clusters and value tables that the rows refer to.

use nianlun_aggregates::{Board, Language};

use super::code::codes_of;
use super::column::Column;
use super::lines::{Lines, quoted};
use super::meaning::Meaning;
use super::outputs::Outputs;
use super::write::Seen;

/// At most so many codes are made for the names of one column.
const MANY: usize = 200;

/// The code of the carrier that nothing names.
pub const PLACE: &str = "the-park";

/// The carriers and clusters that rows refer to.
pub fn carriers(lines: &mut Lines, seen: &Seen, outputs: &Outputs, lang: Language) {
    let say = |zh: &str, en: &str| if lang == Language::Zh { zh } else { en }.to_owned();
    match seen.sure(Meaning::Carrier) {
        Some(column) => declared(lines, column, "carrier"),
        None if outputs.needs_carrier => {
            lines.blank();
            lines.comment(&say(
                "表中没有说是哪个载体：改为它的代码和名称（下面各处的 carrier 也要改）。",
                "The table does not say which carrier it is of: put its code and name here, and its code wherever carrier stands below.",
            ));
            let name = say("本园区", "The park");
            lines.line("[[carrier]]");
            lines.line(&format!("code = {}", quoted(PLACE)));
            lines.line(&format!("name = {}", quoted(&name)));
        }
        None => {}
    }
    if let Some(column) = seen.sure(Meaning::Cluster) {
        declared(lines, column, "cluster");
    }
}

fn coded<'a>(column: &'a Column, kind: &str) -> Vec<(&'a str, String)> {
    codes_of(column.distinct().into_keys().take(MANY), kind)
}

fn declared(lines: &mut Lines, column: &Column, kind: &str) {
    for (name, code) in coded(column, kind) {
        lines.block(
            &[
                format!("[[{kind}]]"),
                format!("code = {}", quoted(&code)),
                format!("name = {}", quoted(name)),
            ],
            true,
        );
    }
}

/// The value tables.
pub fn tables(lines: &mut Lines, seen: &Seen, lang: Language) {
    let say = |zh: &str, en: &str| if lang == Language::Zh { zh } else { en }.to_owned();
    for (meaning, kind) in [(Meaning::Carrier, "carrier"), (Meaning::Cluster, "cluster")] {
        if let Some(column) = seen.sure(meaning) {
            let rows: Vec<_> = coded(column, kind)
                .into_iter()
                .map(|(name, code)| format!("{} = {}", quoted(name), quoted(&code)))
                .collect();
            table(lines, kind, &[], &rows);
        }
    }
    if let Some(column) = seen.sure(Meaning::ListingBoard) {
        let rows: Vec<_> = column
            .distinct()
            .into_keys()
            .map(|word| match word.parse::<Board>() {
                Ok(board) => format!("{} = {}", quoted(word), quoted(board.code())),
                Err(_) => format!("# {} = \"\"", quoted(word)),
            })
            .collect();
        table(lines, "board", &[], &rows);
    }
    let status = seen
        .sure(Meaning::Status)
        .or_else(|| seen.unsure(Meaning::Status));
    if let Some(column) = status {
        let comment = say(
            "每个值是什么状态：等号右边按需要改。次数是所见的。",
            "What each value is called: change the right side as needed. The counts are what was seen.",
        );
        let rows: Vec<_> = column
            .distinct()
            .into_iter()
            .take(MANY)
            .map(|(word, count)| format!("{} = {} # {count}", quoted(word), quoted(word)))
            .collect();
        table(lines, "status", &[comment], &rows);
    }
}

fn table(lines: &mut Lines, name: &str, comments: &[String], rows: &[String]) {
    lines.blank();
    for comment in comments {
        lines.comment(comment);
    }
    lines.line(&format!("[tables.{name}]"));
    lines.more(rows, true);
}
