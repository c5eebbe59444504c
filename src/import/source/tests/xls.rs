//! Workbooks of Excel before 2007. `tests/files/roster.py` made the file.

use std::io::Cursor;

use super::*;

pub(super) const ROSTER: &[u8] = include_bytes!("../../../../tests/files/roster.xls");

#[test]
fn an_old_workbook_is_read_with_its_merged_header_dates_and_errors() {
    let named = ["企业名称", "入驻/日期", "面积"];
    let (done, all) = read_as("roster.xls", ROSTER, &named).unwrap();
    assert_eq!((done.kind, done.rows), (Kind::Xls, 2));
    assert_eq!(all.tables[0].title, "某园区在孵企业名单");
    assert_eq!(
        all.tables[0].columns,
        [
            "企业名称",
            "入驻/日期",
            "入驻/房号",
            "面积",
            "毕业",
            "单价",
            "租金"
        ]
    );
    assert_eq!(
        all.lines(),
        [
            "5 企业名称=甲科技有限公司 入驻/日期=2016-03-01 入驻/房号=101 面积=120 毕业=true",
            "6 企业名称=乙科技有限公司 入驻/日期=2016-04-15 入驻/房号=102 面积=85.5 毕业=false",
        ]
    );
    let noticed = all.noticed();
    assert_eq!(
        noticed[1..4],
        [(5, "#N/A"), (7, "合计"), (8, "注：面积以平方米计")]
    );
    let sheets: Vec<_> = all
        .notices
        .iter()
        .map(|issue| issue.sheet.as_str())
        .collect();
    assert_eq!(sheets.len(), 5);
    assert!(sheets.contains(&"旧") && sheets.contains(&"说明"));
}

#[test]
fn a_file_is_what_it_contains_whatever_it_is_called() {
    assert!(read_as("roster.csv", ROSTER, &["企业名称"]).is_ok());
    assert!(read_as("t.xls", "a\tb\n1\t2\n".as_bytes(), &["a"]).is_ok());
}

#[test]
fn a_hidden_sheet_is_read_if_it_is_named() {
    let made = file("roster.xls", ROSTER);
    let format = FileFormat {
        sheets: names(&["旧"]),
        ..FileFormat::default()
    };
    let (_, all) = all_of(&made.path, &format, &names(&["企业名称"])).unwrap();
    assert_eq!(all.lines(), ["2 企业名称=丙"]);
    assert_eq!(
        all.notices[0].reason,
        "the sheet is hidden; read because the mapping names it"
    );
}

#[test]
fn the_last_result_of_a_formula_is_marked() {
    let bytes = with_book(|mut book| {
        let none = [3, 0, 0, 0, 0, 0, 0xFF, 0xFF];
        let place = book.windows(8).position(|value| value == none).unwrap();
        book[place..place + 8].copy_from_slice(&3600_f64.to_le_bytes());
        book
    });
    let (_, all) = read_as("roster.xls", &bytes, &["企业名称"]).unwrap();
    assert_eq!(all.rows[0].cell("租金"), Some("3600"));
    assert_eq!(all.rows[0].computed().collect::<Vec<_>>(), ["租金"]);
}

/// The fixture with other bytes in its stream.
pub(super) fn with_book(change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut from = cfb::CompoundFile::open(Cursor::new(ROSTER)).unwrap();
    let mut book = vec![];
    from.open_stream("/Workbook")
        .unwrap()
        .read_to_end(&mut book)
        .unwrap();
    let mut to =
        cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(vec![])).unwrap();
    to.create_stream("/Workbook")
        .unwrap()
        .write_all(&change(book))
        .unwrap();
    to.flush().unwrap();
    to.into_inner().into_inner()
}
