//! Which rows are the header, and what the columns are called.

use super::error::NoHeader;
use super::row::{Header, Merged, Raw, squeeze};

/// Where a header may begin.
pub(super) const WITHIN: u64 = 50;
/// How many rows a header has at most, if it is not given.
const HEIGHT: u64 = 3;
/// The last row that must be known to find it: one that begins at the last possible row, with cells that reach below it.
pub(super) const LOOK_AHEAD: u64 = WITHIN + HEIGHT + 2;

/// How the cells of a header stand for their neighbours.
#[derive(Clone, Debug)]
pub(super) enum Fill {
    /// An upper cell stands for the empty ones right of it.
    Right,
    /// As the merged regions of the sheet say.
    Merged(Vec<Merged>),
}

/// A header as found among rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Numbers of its first and last row.
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) columns: Vec<String>,
}

/// Finds the header among the first rows of a table.
///
/// # Errors
/// The row that comes closest; its path and sheet are left to the caller.
pub(super) fn find(
    rows: &[Raw],
    fill: &Fill,
    given: Option<(u64, u64)>,
    named: &[String],
) -> Result<Found, NoHeader> {
    let there = |first, last| {
        rows.iter().any(|row| row.number == last).then(|| Found {
            first,
            last,
            columns: columns(rows, fill, first, last),
        })
    };
    if let Some((first, last)) = given {
        let missing = || NoHeader {
            wanted: Some(first),
            ..NoHeader::default()
        };
        let found = rows
            .iter()
            .any(|row| (first..=last).contains(&row.number))
            .then(|| Found {
                first,
                last,
                columns: columns(rows, fill, first, last),
            })
            .ok_or_else(missing)?;
        let miss = NoHeader {
            wanted: Some(first),
            ..miss(&found, named)
        };
        return if miss.lacks.is_empty() {
            Ok(found)
        } else {
            Err(miss)
        };
    }
    if named.is_empty() {
        let first = rows
            .first()
            .map(|row| row.number)
            .ok_or_else(NoHeader::default)?;
        let found = there(first, first).ok_or_else(NoHeader::default)?;
        return Ok(deepened(rows, fill, found, named));
    }
    let mut closest: Option<((usize, usize), NoHeader)> = None;
    for height in 0..HEIGHT {
        for row in rows.iter().filter(|row| row.number <= WITHIN) {
            let Some(found) = there(row.number, row.number + height) else {
                continue;
            };
            let miss = miss(&found, named);
            if miss.lacks.is_empty() {
                return Ok(deepened(rows, fill, found, named));
            }
            let score = (named.len() - miss.lacks.len(), miss.there.len());
            let better = match &closest {
                None => true,
                Some((best, _)) if height == 0 => score > *best,
                Some((best, _)) => score.0 > best.0,
            };
            if better {
                closest = Some((score, miss));
            }
        }
    }
    Err(closest.map_or_else(NoHeader::default, |(_, miss)| miss))
}

/// A header whose cells reach below its last row has those rows too, unless it loses a named column by them.
fn deepened(rows: &[Raw], fill: &Fill, found: Found, named: &[String]) -> Found {
    let Fill::Merged(regions) = fill else {
        return found;
    };
    let bottom = regions
        .iter()
        .filter(|region| {
            region.has_row(found.last)
                && u64::from(region.start.0) + 1 >= found.first
                && usize::try_from(region.start.1).is_ok_and(|column| column < found.columns.len())
        })
        .map(|region| u64::from(region.end.0) + 1)
        .max()
        .unwrap_or(found.last);
    if bottom == found.last || bottom > found.last + HEIGHT - 1 {
        return found;
    }
    let deeper = Found {
        first: found.first,
        last: bottom,
        columns: columns(rows, fill, found.first, bottom),
    };
    if miss(&deeper, named).lacks.is_empty() {
        deeper
    } else {
        found
    }
}

fn miss(found: &Found, named: &[String]) -> NoHeader {
    let header = Header::new("", found.columns.clone(), "");
    NoHeader {
        row: found.first,
        lacks: named
            .iter()
            .filter(|name| header.index(name).is_none())
            .cloned()
            .collect(),
        there: found
            .columns
            .iter()
            .filter(|column| !column.is_empty())
            .cloned()
            .collect(),
        ..NoHeader::default()
    }
}

/// The first of the named columns that is there twice.
pub(super) fn twice<'a>(columns: &[String], named: &'a [String]) -> Option<&'a str> {
    named.iter().map(String::as_str).find(|name| {
        let same = columns.iter().filter(|column| column == name).count();
        let squeezed = squeeze(name);
        same > 1
            || same == 0
                && columns
                    .iter()
                    .filter(|column| squeeze(column) == squeezed)
                    .count()
                    > 1
    })
}

/// The names of the columns of a header: upper and lower cell joined by `/`, equal neighbours once.
fn columns(rows: &[Raw], fill: &Fill, first: u64, last: u64) -> Vec<String> {
    let header: Vec<_> = rows
        .iter()
        .filter(|row| (first..=last).contains(&row.number))
        .collect();
    let width = header.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let name = |column: usize| {
        let mut parts: Vec<String> = vec![];
        for number in first..=last {
            let own = at(rows, number, column);
            let text = match (own, fill) {
                ("", Fill::Right) if number < last && at_any(&header, number, column) => {
                    left(rows, number, column)
                }
                ("", Fill::Merged(regions)) => merged(rows, regions, number, column, last),
                (own, _) => own,
            };
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !text.is_empty() && parts.last() != Some(&text) {
                parts.push(text);
            }
        }
        parts.join("/")
    };
    (0..width).map(name).collect()
}

fn at(rows: &[Raw], number: u64, column: usize) -> &str {
    rows.iter()
        .find(|row| row.number == number)
        .and_then(|row| row.cells.get(column))
        .unwrap_or_default()
}

/// Whether a row below has something in the column.
fn at_any(header: &[&Raw], above: u64, column: usize) -> bool {
    header
        .iter()
        .any(|row| row.number > above && row.cells.get(column).is_some_and(|cell| !cell.is_empty()))
}

fn left(rows: &[Raw], number: u64, column: usize) -> &str {
    (0..column)
        .rev()
        .map(|before| at(rows, number, before))
        .find(|cell| !cell.is_empty())
        .unwrap_or_default()
}

/// What the region around a place says. In the last row of a header a region names its first column only: a name for
/// several columns would be no name.
fn merged<'a>(
    rows: &'a [Raw],
    regions: &[Merged],
    number: u64,
    column: usize,
    last: u64,
) -> &'a str {
    regions
        .iter()
        .find(|region| region.has_row(number) && region.has_column(column))
        .filter(|region| {
            let begins = usize::try_from(region.start.1).is_ok_and(|first| first == column);
            begins || !region.has_row(last)
        })
        .map(|region| {
            let (row, first) = region.start;
            at(
                rows,
                u64::from(row) + 1,
                usize::try_from(first).unwrap_or(usize::MAX),
            )
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Raw> {
        (1..)
            .zip(rows)
            .map(|(number, cells)| {
                let mut raw = Raw {
                    number,
                    ..Raw::default()
                };
                for cell in *cells {
                    raw.cells.push(cell);
                }
                raw
            })
            .filter(|raw| !raw.cells.is_blank())
            .collect()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_header_is_the_first_row_that_has_all_named_columns() {
        let rows = rows(&[
            &["在孵企业名单"],
            &["序号", "企业\n名称", "日期"],
            &["1", "甲", "2016"],
        ]);
        let found = find(&rows, &Fill::Right, None, &names(&["企业名称", "日期"])).unwrap();
        assert_eq!((found.first, found.last), (2, 2));
        assert_eq!(found.columns, ["序号", "企业 名称", "日期"]);
    }

    #[test]
    fn the_cells_of_a_header_of_two_rows_are_joined() {
        let rows = rows(&[
            &["名单"],
            &["名称", "入驻", "", "备注", ""],
            &["", "日期", "房号", "", ""],
            &["甲", "2016", "101", "", ""],
        ]);
        let named = names(&["名称", "入驻/日期", "入驻/房号"]);
        let found = find(&rows, &Fill::Right, None, &named).unwrap();
        assert_eq!((found.first, found.last), (2, 3));
        assert_eq!(
            found.columns,
            ["名称", "入驻/日期", "入驻/房号", "备注", ""]
        );
    }

    #[test]
    fn merged_cells_that_reach_below_the_header_make_it_deeper() {
        let rows = rows(&[
            &["名称", "入驻", ""],
            &["", "日期", "房号"],
            &["甲", "2016", "101"],
        ]);
        let merged = |start, end| Merged { start, end };
        let fill = Fill::Merged(vec![merged((0, 0), (1, 0)), merged((0, 1), (0, 2))]);
        let found = find(&rows, &fill, None, &names(&["名称"])).unwrap();
        assert_eq!(
            (found.last, found.columns.join("|").as_str()),
            (2, "名称|入驻/日期|入驻/房号")
        );
        let found = find(&rows, &fill, None, &names(&["入驻/房号"])).unwrap();
        assert_eq!((found.first, found.last), (1, 2));
    }

    #[test]
    fn without_a_header_the_closest_row_says_what_it_lacks() {
        let rows = rows(&[&["名单"], &["名称", "日期"], &["甲", "2016"]]);
        let miss = find(&rows, &Fill::Right, None, &names(&["名称", "房号"])).unwrap_err();
        assert_eq!(
            (miss.row, miss.lacks, miss.there),
            (2, names(&["房号"]), names(&["名称", "日期"]))
        );
    }

    #[test]
    fn a_column_is_there_twice_only_if_it_is_named() {
        let columns = names(&["a", "b", "b", "c d", "cd"]);
        assert_eq!(twice(&columns, &names(&["a", "c d", "cd"])), None);
        assert_eq!(twice(&columns, &names(&["a", "b"])), Some("b"));
    }
}
