//! CSV files.

use encoding_rs::GB18030;

use super::*;

const TEXT: &str = "名称,日期\n甲科技有限公司,2016年3月\n\"乙,丙\",2016.4\n";

fn utf_16(text: &str, little: bool) -> Vec<u8> {
    let units = format!("\u{feff}{text}");
    units
        .encode_utf16()
        .flat_map(|unit| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        })
        .collect()
}

#[test]
fn every_encoding_is_detected_and_reads_the_same() {
    let gb = GB18030.encode(TEXT).0.into_owned();
    for (bytes, encoding) in [
        (TEXT.as_bytes().to_vec(), Encoding::Utf8),
        (format!("\u{feff}{TEXT}").into_bytes(), Encoding::Utf8),
        (gb, Encoding::Gb18030),
        (utf_16(TEXT, true), Encoding::Utf16Le),
        (utf_16(TEXT, false), Encoding::Utf16Be),
    ] {
        let (done, all) = read_as("t.csv", &bytes, &["名称", "日期"]).unwrap();
        assert_eq!(
            (done.kind, done.encoding, done.rows),
            (Kind::Csv, Some(encoding), 2)
        );
        assert_eq!(done.bytes, bytes.len() as u64);
        assert_eq!(
            all.lines(),
            [
                "2 名称=甲科技有限公司 日期=2016年3月",
                "3 名称=乙,丙 日期=2016.4"
            ]
        );
        assert!(all.notices.is_empty(), "{:?}", all.notices);
    }
}

#[test]
fn the_digest_is_sha_256_of_the_bytes() {
    let made = file("t.csv", b"abc");
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(digest(&made.path).unwrap(), expected);
    let (done, _) = all_of(&made.path, &FileFormat::default(), &[]).unwrap();
    assert_eq!(done.digest, expected);
}

#[test]
fn semicolon_and_tab_are_detected_and_any_can_be_given() {
    for (text, delimiter) in [
        ("a;b\n1,5;x\n2,5;y\n", ';'),
        ("a\tb\n1,5\tx\n2,5\ty\n", '\t'),
    ] {
        let (done, all) = read_as("t.csv", text.as_bytes(), &["a", "b"]).unwrap();
        assert_eq!(done.delimiter, Some(delimiter));
        assert_eq!(all.lines(), ["2 a=1,5 b=x", "3 a=2,5 b=y"]);
    }
    let made = file("t.csv", b"a|b\n1|x\n");
    let format = FileFormat {
        delimiter: Some('|'),
        ..FileFormat::default()
    };
    let (_, all) = all_of(&made.path, &format, &names(&["a"])).unwrap();
    assert_eq!(all.lines(), ["2 a=1 b=x"]);
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_counts_them() {
    let text = "a,b\r\n\r\n1,\"x\r\ny\"\r\n\n,\n2,z";
    let (_, all) = read_as("t.csv", text.as_bytes(), &["a"]).unwrap();
    assert_eq!(
        all.rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        [3, 6]
    );
    assert_eq!(all.rows[0].cell("b"), Some("x\r\ny"));
}

#[test]
fn a_row_with_a_cell_too_many_or_too_few_is_an_error_of_the_row() {
    let (done, all) = read_as("t.csv", b"a,b\n1,2,3\n4,5\n6\n", &["a"]).unwrap();
    assert_eq!((done.rows, all.lines()), (1, vec!["3 a=4 b=5".to_owned()]));
    assert_eq!(
        all.errors
            .iter()
            .map(|issue| (issue.row, issue.reason.as_str()))
            .collect::<Vec<_>>(),
        [
            (
                2,
                "the row has 3 cells, the header has 2; check for a missing or unquoted delimiter"
            ),
            (
                4,
                "the row has 1 cells, the header has 2; check for a missing or unquoted delimiter"
            ),
        ]
    );
}

#[test]
fn titles_totals_notes_and_repeated_headers_are_left_out_with_a_notice() {
    let text = "在孵企业名单,,\n2016年3月,,\n企业 名称,面积,日期\n甲,120,2016\n小 计：,120,\n企业 名称,面积,日期\n,,\n乙,80,2016\n第1页,,\n合计,200,\n注：单位为平方米,,\n";
    let made = file("t.csv", text.as_bytes());
    let format = FileFormat {
        skip: names(&["第*"]),
        ..FileFormat::default()
    };
    let (done, all) = all_of(&made.path, &format, &names(&["企业名称", "日期"])).unwrap();
    assert_eq!(all.tables.len(), 1);
    assert_eq!(all.tables[0].title, "在孵企业名单 2016年3月");
    assert_eq!(
        all.lines(),
        [
            "4 企业 名称=甲 面积=120 日期=2016",
            "8 企业 名称=乙 面积=80 日期=2016"
        ]
    );
    assert_eq!(done.rows, 2);
    assert_eq!(
        all.noticed(),
        [
            (5, "小 计："),
            (6, "企业 名称"),
            (9, "第1页"),
            (10, "合计"),
            (11, "注：单位为平方米")
        ]
    );
}

#[test]
fn a_header_of_two_rows_is_joined_and_can_be_given() {
    let text = "名称,入驻,,备注\n,日期,房号,\n甲,2016,101,\n";
    let (_, all) = read_as("t.csv", text.as_bytes(), &["名称", "入驻/日期"]).unwrap();
    assert_eq!(all.lines(), ["3 名称=甲 入驻/日期=2016 入驻/房号=101"]);
    let made = file("t.csv", text.as_bytes());
    let format = FileFormat {
        header: Some(HeaderRows::Several(vec![1, 2])),
        ..FileFormat::default()
    };
    let (_, all) = all_of(&made.path, &format, &[]).unwrap();
    assert_eq!(
        all.tables[0].columns,
        ["名称", "入驻/日期", "入驻/房号", "备注"]
    );
    let format = FileFormat {
        header: Some(HeaderRows::One(2)),
        ..FileFormat::default()
    };
    let error = all_of(&made.path, &format, &names(&["名称"])).unwrap_err();
    assert_eq!(
        says(&error),
        "row 2, where the header should be, lacks 名称; it has: 日期, 房号; correct the columns or `header` in the mapping"
    );
}

#[test]
fn a_header_nobody_can_find_names_the_closest_row_and_what_it_lacks() {
    let error = refusal(
        "t.csv",
        "名单,\n名称,日期\n甲,2016\n".as_bytes(),
        &["名称", "房号"],
    );
    assert_eq!(
        says(&error),
        "no row has all columns that the mapping names; row 2 comes closest and lacks 房号; it has: 名称, 日期; correct the columns, or say `header` in [file]"
    );
    assert_eq!(
        says(&refusal("t.csv", b"", &["a"])),
        "there is no row 1, where the header should be; check that it is the right file"
    );
}

#[test]
fn a_column_twice_matters_only_if_the_mapping_names_it() {
    assert!(read_as("t.csv", b"a,b,b\n1,2,3\n", &["a"]).is_ok());
    assert_eq!(
        says(&refusal("t.csv", b"a,b,b\n1,2,3\n", &["a", "b"])),
        "row 1: column \"b\" is there twice; rename one"
    );
}

#[test]
fn a_preview_shows_the_first_rows_as_they_stand() {
    let made = file("t.csv", "名单,\n\n名称,日期\n甲,2016\n乙,2017\n".as_bytes());
    let shown = preview(&made.path, &FileFormat::default(), 3).unwrap();
    assert_eq!(shown.len(), 1);
    let row = |number, cells: &[&str]| (number, names(cells));
    assert_eq!(
        shown[0].rows,
        [
            row(1, &["名单", ""]),
            row(3, &["名称", "日期"]),
            row(4, &["甲", "2016"])
        ]
    );
}

#[test]
fn a_sink_can_break_off() {
    let made = file("t.csv", b"a\n1\n2\n3\n");
    let mut seen = 0;
    let done = read(&made.path, &FileFormat::default(), &[], &mut |_| {
        seen += 1;
        if seen == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!((seen, done.unwrap().rows), (2, 1));
}
