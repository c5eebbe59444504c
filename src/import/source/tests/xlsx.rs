//! Workbooks of Excel since 2007.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use super::*;

/// A roster with a title, a header of two rows with merged cells, dates, a formula, a total and a note.
pub(super) fn roster() -> Vec<u8> {
    let mut book = Workbook::new();
    let (plain, day) = (Format::new(), Format::new().set_num_format("yyyy-mm-dd"));
    let sheet = book.add_worksheet();
    sheet.set_name("名单").unwrap();
    sheet
        .merge_range(0, 0, 0, 4, "在孵企业名单", &plain)
        .unwrap();
    sheet.merge_range(1, 0, 2, 0, "企业\n名称", &plain).unwrap();
    sheet.merge_range(1, 1, 1, 2, "入驻", &plain).unwrap();
    sheet
        .write(2, 1, "日期")
        .unwrap()
        .write(2, 2, "房号")
        .unwrap();
    sheet.merge_range(1, 3, 2, 3, "面积", &plain).unwrap();
    sheet.merge_range(1, 4, 2, 4, "租金", &plain).unwrap();
    for (row, name, area) in [(3, "甲科技有限公司", 120.0), (4, "乙科技有限公司", 85.5)]
    {
        let date = ExcelDateTime::from_ymd(2016, 3, 1).unwrap();
        sheet.write(row, 0, name).unwrap();
        sheet
            .write_datetime_with_format(row, 1, &date, &day)
            .unwrap();
        sheet.write(row, 2, "101").unwrap();
        sheet.write(row, 3, area).unwrap();
        let rent = Formula::new(format!("=D{}*30", row + 1)).set_result((area * 30.0).to_string());
        sheet.write_formula(row, 4, rent).unwrap();
    }
    sheet
        .write(5, 0, "合计")
        .unwrap()
        .write(5, 3, 205.5)
        .unwrap();
    sheet.write(7, 0, "备注：无").unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn a_roster_is_read_with_its_merged_header_dates_and_formulas() {
    for named in [&["企业名称", "入驻/日期"][..], &["企业名称", "面积"]] {
        let (done, all) = read_as("t.xlsx", &roster(), named).unwrap();
        assert_eq!((done.kind, done.rows, done.encoding), (Kind::Xlsx, 2, None));
        assert_eq!(
            (all.tables[0].sheet.as_str(), all.tables[0].title.as_str()),
            ("名单", "在孵企业名单")
        );
        assert_eq!(
            all.lines(),
            [
                "4 企业 名称=甲科技有限公司 入驻/日期=2016-03-01 入驻/房号=101 面积=120 租金=3600",
                "5 企业 名称=乙科技有限公司 入驻/日期=2016-03-01 入驻/房号=101 面积=85.5 租金=2565",
            ]
        );
        assert!(all.rows[0].is_computed("租金") && !all.rows[0].is_computed("面积"));
        assert_eq!(all.rows[1].computed().collect::<Vec<_>>(), ["租金"]);
        assert_eq!(all.noticed(), [(6, "合计"), (8, "备注：无")]);
    }
}

#[test]
fn cells_are_read_as_a_person_sees_them() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (bold, time) = (
        Format::new().set_bold(),
        Format::new().set_num_format("yyyy/m/d h:mm"),
    );
    let columns = [
        "whole", "part", "long", "yes", "time", "rich", "text", "error",
    ];
    for (column, name) in (0..).zip(columns) {
        sheet.write(0, column, name).unwrap();
    }
    sheet
        .write(1, 0, 12)
        .unwrap()
        .write(1, 1, 0.1 + 0.2)
        .unwrap();
    sheet
        .write(1, 2, "915001040000000001")
        .unwrap()
        .write(1, 3, true)
        .unwrap();
    let date = ExcelDateTime::from_ymd(2016, 3, 1)
        .unwrap()
        .and_hms(8, 30, 0)
        .unwrap();
    sheet
        .write_datetime_with_format(1, 4, &date, &time)
        .unwrap();
    sheet
        .write_rich_string(1, 5, &[(&bold, "甲"), (&Format::default(), "科技")])
        .unwrap();
    sheet.write(1, 6, "  007 ").unwrap();
    sheet
        .write_formula(1, 7, Formula::new("=NA()").set_result("#N/A"))
        .unwrap();
    let (_, all) = read_as("t.xlsx", &book.save_to_buffer().unwrap(), &["whole"]).unwrap();
    assert_eq!(
        all.lines(),
        [
            "2 whole=12 part=0.3 long=915001040000000001 yes=true time=2016-03-01 08:30:00 rich=甲科技 text=007"
        ]
    );
    assert_eq!(all.notices.len(), 1);
    assert_eq!(
        (
            all.notices[0].column.as_str(),
            all.notices[0].value.as_str()
        ),
        ("error", "#N/A")
    );
}

#[test]
fn a_workbook_that_counts_from_1904_has_the_same_dates() {
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    book.add_worksheet().write(0, 0, "日期").unwrap();
    let sheet = book.worksheet_from_index(0).unwrap();
    sheet.write_number_with_format(1, 0, 40968, &day).unwrap();
    let bytes = rezipped(&book.save_to_buffer().unwrap(), |name, content| {
        let text = String::from_utf8_lossy(&content).into_owned();
        match name {
            "xl/workbook.xml" => text
                .replace("<workbookPr", "<workbookPr date1904=\"1\"")
                .into_bytes(),
            _ => content,
        }
    });
    let (_, all) = read_as("t.xlsx", &bytes, &["日期"]).unwrap();
    assert_eq!(all.lines(), ["2 日期=2016-03-01"]);
}

fn three_sheets() -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, column, hidden) in [
        ("2015", "名称", false),
        ("说明", "文字", false),
        ("2016", "名称", true),
    ] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap().set_hidden(hidden);
        sheet
            .write(0, 0, column)
            .unwrap()
            .write(1, 0, format!("甲{name}"))
            .unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn the_sheets_with_the_header_are_read_and_the_others_noticed() {
    let (_, all) = read_as("t.xlsx", &three_sheets(), &["名称"]).unwrap();
    assert_eq!(all.lines(), ["2 名称=甲2015"]);
    let notices: Vec<_> = all
        .notices
        .iter()
        .map(|issue| (issue.sheet.as_str(), issue.reason.as_str()))
        .collect();
    assert_eq!(
        notices,
        [
            (
                "2016",
                "the sheet is hidden; left out (name it in `sheets` to read it)"
            ),
            (
                "说明",
                "the sheet has no header with the columns that the mapping names (名称 missing); left out"
            ),
        ]
    );
}

#[test]
fn a_mapping_can_choose_sheets_and_a_missing_one_is_refused() {
    let made = file("t.xlsx", &three_sheets());
    let chosen = |sheets: &[&str]| {
        let format = FileFormat {
            sheets: names(sheets),
            ..FileFormat::default()
        };
        all_of(&made.path, &format, &names(&["名称"])).map(|(_, all)| all.lines())
    };
    assert_eq!(
        chosen(&["2016", "2015"]).unwrap(),
        ["2 名称=甲2015", "2 名称=甲2016"]
    );
    assert_eq!(chosen(&["20*"]).unwrap(), ["2 名称=甲2015"]);
    assert_eq!(
        says(&chosen(&["2017"]).unwrap_err()),
        "has no sheet \"2017\"; there are: 2015, 说明, 2016; correct `sheets` in [file]"
    );
    assert_eq!(
        says(&chosen(&["说明"]).unwrap_err()),
        "no row has all columns that the mapping names; sheet 说明, row 1 comes closest and lacks 名称; it has: 文字; correct the columns, or say `header` in [file]"
    );
}

#[test]
fn a_preview_fills_merged_cells() {
    let made = file("t.xlsx", &roster());
    let shown = preview(&made.path, &FileFormat::default(), 3).unwrap();
    assert_eq!((shown.len(), shown[0].merged.len()), (1, 5));
    assert_eq!(
        shown[0].rows[1].1,
        names(&["企业\n名称", "入驻", "入驻", "面积", "租金"])
    );
    assert_eq!(
        shown[0].rows[2].1[..3],
        names(&["企业\n名称", "日期", "房号"])
    );
}
