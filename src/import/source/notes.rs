//! Rows that are no data: totals, and notes under a table.

use super::format::fits;
use super::row::{Cells, squeeze};

const TOTALS: [&str; 6] = ["合计", "总计", "小计", "共计", "total", "subtotal"];
const NOTES: [&str; 7] = ["注", "说明", "备注", "制表", "填表", "note", "notes"];

/// Why a row that is not empty is no data; `None` if it is.
pub(super) fn no_data(cells: &Cells, skip: &[String]) -> Option<&'static str> {
    let mut filled = cells.iter().filter(|cell| !cell.is_empty());
    let first = filled.next()?;
    // Most rows begin with something else: decide on the first character before anything is allocated.
    let word = match first.chars().next() {
        Some(
            '合' | '总' | '小' | '共' | '注' | '说' | '备' | '制' | '填' | 't' | 'T' | 's' | 'S'
            | 'n' | 'N',
        ) => squeeze(first).to_lowercase(),
        _ => String::new(),
    };
    if TOTALS.contains(&word.trim_end_matches([':', '：'])) {
        Some("a row of totals; left out")
    } else if skip.iter().any(|pattern| fits(pattern, first)) {
        Some("left out as `skip` in [file] says")
    } else if !word.is_empty() && filled.next().is_none() && is_note(&word) {
        Some("a note; left out")
    } else {
        None
    }
}

/// Whether a text that stands alone begins as notes do. 注册 (registered) begins names and no notes.
fn is_note(word: &str) -> bool {
    !word.starts_with("注册")
        && NOTES.iter().any(|note| {
            word.strip_prefix(note).is_some_and(|rest| {
                !note.is_ascii()
                    || !rest.starts_with(|next: char| next.is_alphabetic() && next.is_ascii())
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(words: &[&str]) -> Cells {
        let mut cells = Cells::default();
        for word in words {
            cells.push(word);
        }
        cells
    }

    #[test]
    fn totals_are_known_by_their_first_word_with_colons_and_spaces() {
        for word in ["合计", "合 计：", "总计:", "小计", "Total", "SUBTOTAL :"] {
            assert!(no_data(&cells(&["", word, "12"]), &[]).is_some(), "{word}");
        }
        for word in ["合计科技有限公司", "total care", "共计划", "甲"] {
            assert_eq!(no_data(&cells(&[word, "12"]), &[]), None, "{word}");
        }
    }

    #[test]
    fn a_note_stands_alone_in_its_row() {
        for word in [
            "注：含毕业企业",
            "说明：略",
            "制表人：张",
            "填表日期 2016",
            "Note: x",
            "注1 见附表",
        ] {
            assert!(no_data(&cells(&["", word, ""]), &[]).is_some(), "{word}");
            assert_eq!(no_data(&cells(&[word, "12"]), &[]), None, "{word}");
        }
        for word in ["注册部", "Notebook Ltd", "甲公司"] {
            assert_eq!(no_data(&cells(&[word]), &[]), None, "{word}");
        }
    }

    #[test]
    fn a_mapping_can_name_more() {
        let skip = ["第*".to_owned()];
        assert!(no_data(&cells(&["第1页", "x"]), &skip).is_some());
        assert_eq!(no_data(&cells(&["甲", "第1页"]), &skip), None);
    }
}
