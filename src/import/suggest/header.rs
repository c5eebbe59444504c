//! Finding the header of a table that no mapping has named the columns of.

use std::collections::BTreeSet;

use super::meaning::{Nearness, of_heading};
use crate::import::dates::date_with;

/// A header is looked for in so many rows …
pub const WITHIN: usize = 50;
/// … and has at most so many.
const HEIGHT: usize = 3;

/// Rows of a header, by their numbers in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The first.
    pub first: u64,
    /// The last.
    pub last: u64,
    /// How well its columns are known: 2 for each known heading, 1 for each that holds a known one.
    pub known: usize,
    /// Its columns.
    pub columns: Vec<String>,
}

/// The rows whose columns are known best; else the first that can be a header at all.
pub fn find(rows: &[(u64, Vec<String>)]) -> Option<Rows> {
    let near = rows.get(..WITHIN).unwrap_or(rows);
    let mut best: Option<Rows> = None;
    for height in 1..=HEIGHT {
        for rows in near.windows(height) {
            let (Some((first, _)), Some((last, _))) = (rows.first(), rows.last()) else {
                continue;
            };
            let columns = names(rows);
            let known = known(&columns);
            if known >= 2 && best.as_ref().is_none_or(|best| known > best.known) {
                best = Some(Rows {
                    first: *first,
                    last: *last,
                    known,
                    columns,
                });
            }
        }
    }
    best.map(|best| deepened(best, near)).or_else(|| {
        let (row, cells) = near.iter().find(|(_, cells)| can_be_header(cells))?;
        Some(Rows {
            first: *row,
            last: *row,
            known: 0,
            columns: cells.clone(),
        })
    })
}

/// A header whose first row repeats what stands above it begins there: those cells were merged.
fn deepened(found: Rows, rows: &[(u64, Vec<String>)]) -> Rows {
    let row = |number: u64| rows.iter().find(|(row, _)| *row == number);
    let above = found.first.checked_sub(1).and_then(row);
    let (Some((first, above)), Some((_, below))) = (above, row(found.first)) else {
        return found;
    };
    let repeats = above
        .iter()
        .zip(below)
        .any(|(above, below)| !above.is_empty() && above == below);
    if !repeats {
        return found;
    }
    let header = rows
        .iter()
        .filter(|(row, _)| (*first..=found.last).contains(row));
    let header: Vec<_> = header.cloned().collect();
    Rows {
        first: *first,
        columns: names(&header),
        ..found
    }
}

/// The names of the columns under these rows: an upper cell stands for the empty ones right of it, equal ones are said once.
fn names(rows: &[(u64, Vec<String>)]) -> Vec<String> {
    let width = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    let mut names = vec![String::new(); width];
    for (index, (_, cells)) in rows.iter().enumerate() {
        let mut left = "";
        for (place, name) in names.iter_mut().enumerate() {
            let own = cells.get(place).map_or("", |cell| cell.trim());
            if !own.is_empty() {
                left = own;
            }
            let below = rows
                .iter()
                .skip(index + 1)
                .any(|(_, cells)| cells.get(place).is_some_and(|cell| !cell.trim().is_empty()));
            let part = if own.is_empty() && below { left } else { own };
            if !part.is_empty() && name != part && !name.ends_with(&format!("/{part}")) {
                if !name.is_empty() {
                    name.push('/');
                }
                name.push_str(part);
            }
        }
    }
    names
}

fn known(names: &[String]) -> usize {
    let meanings: BTreeSet<_> = names.iter().filter_map(|name| of_heading(name)).collect();
    let exact = meanings
        .iter()
        .filter(|(_, nearness)| *nearness == Nearness::Exact);
    meanings.len() + exact.count()
}

/// At least two cells, all different, none a number, a date or as long as a sentence.
fn can_be_header(cells: &[String]) -> bool {
    let filled: Vec<_> = cells
        .iter()
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty())
        .collect();
    let distinct: BTreeSet<_> = filled.iter().collect();
    filled.len() >= 2
        && distinct.len() == filled.len()
        && filled.iter().all(|cell| {
            cell.chars().count() <= 40
                && cell.chars().any(char::is_alphabetic)
                && date_with(cell, &[]).is_err()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rows: &[&[&str]]) -> Option<(u64, u64)> {
        let rows: Vec<_> = (1..)
            .zip(rows)
            .map(|(number, cells)| {
                (
                    number,
                    cells.iter().map(|cell| (*cell).to_owned()).collect(),
                )
            })
            .collect();
        find(&rows).map(|header| (header.first, header.last))
    }

    #[test]
    fn the_header_stands_below_a_title() {
        let title = ["2016年3月在孵企业名单"; 4];
        let header = ["序号", "企业名称", "统一社会信用代码", "入驻时间"];
        let row = ["1", "甲科技有限公司", "91330103MA2J0XYC21", "2016.3"];
        assert_eq!(found(&[&title, &header, &row]), Some((2, 2)));
        assert_eq!(found(&[&["名单"], &header, &row]), Some((2, 2)));
    }

    #[test]
    fn a_header_of_two_rows_is_found_whether_its_cells_are_filled_or_not() {
        let row = ["甲科技有限公司", "2016.3", "2017.3", "120"];
        let lower = ["", "入驻", "退租", ""];
        assert_eq!(
            found(&[&["企业名称", "时间", "", "面积"], &lower, &row]),
            Some((1, 2))
        );
        let lower = ["企业名称", "入驻", "退租", "面积"];
        assert_eq!(
            found(&[&["企业名称", "时间", "时间", "面积"], &lower, &row]),
            Some((1, 2))
        );
    }

    #[test]
    fn a_row_of_data_is_no_part_of_the_header() {
        let header = ["企业名称", "状态", "入驻时间"];
        assert_eq!(found(&[&header, &["甲公司", "毕业", "2016"]]), Some((1, 1)));
    }

    #[test]
    fn unknown_headings_are_a_header_if_they_can_be_one() {
        assert_eq!(found(&[&["甲", "乙"], &["1", "2"]]), Some((1, 1)));
        assert_eq!(found(&[&["1", "2"], &["3", "4"]]), None);
        assert_eq!(found(&[]), None);
    }
}
