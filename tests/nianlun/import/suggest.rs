//! Suggested mappings: what is recognised, how sure it is, and that an import by them works.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nianlun::import::{SuggestError, suggest};
use nianlun::store::Store;
use nianlun_aggregates::{Identifier, Language};
use rust_xlsxwriter::{Format, Workbook};

use super::{Appending, Importer, Options, Report, StreamId, Subject, TimeZone, mapping, said};
use crate::contract;
use crate::support::database::Harness;

contract!(
    a_roster_under_a_merged_header_is_mapped_and_imported,
    a_ledger_of_arrivals_and_departures_is_mapped_and_imported,
    a_list_of_graduates_is_mapped_and_imported,
    an_english_export_is_mapped_and_imported,
    a_dated_list_is_mapped_as_a_roster_and_imported,
);

/// A valid USCI, another for each number.
fn usci(number: usize) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let front = format!("91500104MA5{number:06}");
    let value = |c: char| ALPHABET.find(c).expect("of the alphabet");
    let weighed = front
        .chars()
        .scan(1, |weight, c| {
            let product = value(c) * *weight;
            *weight = *weight * 3 % 31;
            Some(product)
        })
        .sum::<usize>();
    let check = ALPHABET.chars().nth((31 - weighed % 31) % 31);
    format!("{front}{}", check.expect("a character"))
}

fn stream(number: usize) -> StreamId {
    let identifier = Identifier::Usci(usci(number).parse().expect("a code"));
    StreamId {
        subject: Subject::Company,
        id: identifier.company_id(),
    }
}

fn suggested(path: &Path) -> String {
    suggest(path, Language::En).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn tells(suggestion: &str, lines: &[&str]) {
    for line in lines {
        assert!(
            suggestion.lines().any(|told| told.starts_with(line)),
            "{line}\n---\n{suggestion}"
        );
    }
}

async fn imported(store: &Arc<dyn Store>, path: &Path, text: &str) -> Report {
    let importer = Importer {
        store: Arc::clone(store),
        appending: Appending::Bulk,
        actor: "tester".to_owned(),
        token: None,
        zone: TimeZone::get("Asia/Shanghai").expect("a zone"),
    };
    let files = [PathBuf::from(path)];
    let (mapping, options) = (mapping(text), Options::default());
    let report = importer.import(&files, &mapping, &options, |_| ()).await;
    let report = report.expect("an import");
    let errors: Vec<_> = report.errors().collect();
    assert!(errors.is_empty(), "{errors:?}\n---\n{text}");
    report
}

/// A workbook of one sheet.
fn workbook(path: &Path, merged: &[(u32, u16, u32, u16, &str)], rows: &[Vec<String>]) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (index, row) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            if !cell.is_empty() {
                sheet.write(index, column, cell).expect("a cell");
            }
        }
    }
    for (row, column, last_row, last_column, text) in merged {
        sheet
            .merge_range(*row, *column, *last_row, *last_column, text, &Format::new())
            .expect("a region");
    }
    workbook.save(path).expect("saved");
}

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

async fn a_roster_under_a_merged_header_is_mapped_and_imported(harness: &Harness) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("2017年3月名单.xlsx");
    let mut rows = vec![
        vec![],
        vec![],
        texts(&["", "", "", "入驻", "退租", "", "", "", "", ""]),
    ];
    for number in 0..20 {
        let code = if number == 7 {
            "91500104MA5000007X".to_owned()
        } else {
            usci(number)
        };
        let out = ["", "2017年2月", "—"][number % 3];
        rows.push(vec![
            (number + 1).to_string(),
            format!("示例{number}科技有限公司"),
            code,
            ["2016.3", "2016年5月1日", "2016/7/1", "2016年初"][number % 4].to_owned(),
            out.to_owned(),
            format!("{}", 100 + number),
            format!("B座{number:03}"),
            ["电子信息", "生物医药"][number % 2].to_owned(),
            "某某".to_owned(),
            "13812345678".to_owned(),
        ]);
    }
    rows.push(texts(&["合计", "", "", "", "", "2190", "", "", "", ""]));
    let upper = [
        "序号",
        "企业名称",
        "统一社会信用代码",
        "",
        "",
        "面积（㎡）",
        "房号",
        "行业",
        "法人",
        "联系电话",
    ];
    let mut merged = vec![
        (0, 0, 0, 9, "天安数码城2017年3月在孵企业名单"),
        (1, 3, 1, 4, "时间"),
    ];
    for (column, text) in (0..).zip(upper) {
        if !text.is_empty() {
            merged.push((1, column, 2, column, text));
        }
    }
    workbook(&path, &merged, &rows);

    let suggestion = suggested(&path);
    tells(
        &suggestion,
        &[
            "shape = \"spells\"",
            "# header = [2, 3]",
            "absent = [\"—\"]",
            "# Column A \"序号\": the number of the row, left out",
            "# Column B \"企业名称\": the company's name (certain: so called, 20 of 20 values are names)",
            "# Column C \"统一社会信用代码\": the unified social credit identifier (certain: so called, 19 of 20 values are valid USCIs, \"91500104MA5000007X\" is not)",
            "# Column D \"时间/入驻\": the day of moving in (certain: so called, 20 of 20 values are dates)",
            "# Column E \"时间/退租\": the day of moving out (certain: so called, 7 of 7 values are dates; 13 cells are empty)",
            "# Column F \"面积（㎡）\": the floor area (certain: so called, 20 of 20 values are areas)",
            "# Column G \"房号\": the room (likely: so called); or the address",
            "# Column H \"行业\": the industry (likely: so called)",
            "# Column I \"法人\": personal, left out",
            "# Column J \"联系电话\": personal, left out",
        ],
    );
    assert!(
        !suggestion.contains("138") && !suggestion.contains("某某"),
        "{suggestion}"
    );

    let store = harness.open().await;
    let report = imported(&store, &path, &suggestion).await;
    assert_eq!(report.rows, 20);
    assert_eq!(
        said(&store, stream(1)).await,
        [
            "Registered unknown",
            "OccupancyStarted 2016-05-01",
            "OccupancyEnded 2017-02",
            "AttributeStated by 2017-03-31",
        ]
    );
}

async fn a_ledger_of_arrivals_and_departures_is_mapped_and_imported(harness: &Harness) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("进出台账.csv");
    let mut text = "日期,企业名称,信用代码,变动类型,房号,租赁面积(㎡),经办人\n".to_owned();
    for number in 0..12 {
        let (name, code) = (format!("示例{number}科技有限公司"), usci(number));
        writeln!(
            text,
            "2016-{:02}-05,{name},{code},入驻,A{number},约120,某某",
            number + 1
        )
        .expect("a text");
        if number % 3 == 0 {
            writeln!(
                text,
                "2017-{:02}-20,{name},{code},退租,A{number},,某某",
                number + 1
            )
            .expect("a text");
        }
    }
    writeln!(
        text,
        "2017-12-01,示例1科技有限公司,{},续租,A1,,某某",
        usci(1)
    )
    .expect("a text");
    let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
    fs::write(&path, bytes).expect("written");

    let suggestion = suggested(&path);
    tells(
        &suggestion,
        &[
            "name = \"jin-chu-tai-zhang\"",
            "# Column A \"日期\": the day of what the row tells (certain: so called, 17 of 17 values are dates)",
            "# Column C \"信用代码\": the unified social credit identifier (certain: so called, 17 of 17",
            "# Column D \"变动类型\": what happened (likely: so called, 16 of 17 values are events that are known, \"续租\" is not)",
            "# Column F \"租赁面积(㎡)\": the floor area (certain: so called, 12 of 12 values are areas; 5 cells are empty)",
            "# Column G \"经办人\": personal, left out",
            "when = { \"变动类型\" = [\"入驻\"] }",
            "when = { \"变动类型\" = [\"退租\"] }",
            "# when = { \"变动类型\" = [\"续租\"] }",
        ],
    );

    let store = harness.open().await;
    let report = imported(&store, &path, &suggestion).await;
    assert_eq!(report.rows, 17);
    let moved = [
        "Registered unknown",
        "OccupancyStarted 2016-04-05",
        "OccupancyEnded 2017-04-20",
    ];
    assert_eq!(said(&store, stream(3)).await, moved);
    let stayed = ["Registered unknown", "OccupancyStarted 2016-02-05"];
    assert_eq!(
        said(&store, stream(1)).await,
        stayed,
        "what is not known is left out"
    );
}

async fn a_list_of_graduates_is_mapped_and_imported(harness: &Harness) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("毕业企业.xlsx");
    let mut rows = vec![texts(&[
        "毕业企业名称",
        "社会信用代码",
        "入孵日期",
        "毕业时间",
        "所属孵化器",
        "备注",
    ])];
    for number in 0..9 {
        let carrier = ["绿色孵化器", "T+SPACE众创空间"][number % 2];
        let name = format!("示例{number}科技有限公司");
        let row = [
            name,
            usci(number),
            "2014.3".into(),
            "2016年底".into(),
            carrier.into(),
            String::new(),
        ];
        rows.push(row.to_vec());
    }
    workbook(&path, &[], &rows);

    let suggestion = suggested(&path);
    tells(
        &suggestion,
        &[
            "# Column A \"毕业企业名称\": the company's name (likely: part of its heading says so, 9 of 9 values are names)",
            "# Column C \"入孵日期\": the day of entering incubation (certain: so called, 9 of 9 values are dates)",
            "# Column D \"毕业时间\": the day of graduation (certain: so called, 9 of 9 values are dates)",
            "# Column E \"所属孵化器\": the carrier (likely: so called)",
            "code = \"lv-se-fu-hua-qi\"",
            "\"T+SPACE众创空间\" = \"t-space-zhong-chuang-kong-jian\"",
            "ends = \"graduated\"",
        ],
    );

    let store = harness.open().await;
    let report = imported(&store, &path, &suggestion).await;
    assert_eq!(report.rows, 9);
    let life = [
        "Registered unknown",
        "ProgrammeStarted 2014-03",
        "Graduated about 2016-09-01..2016-12-31",
    ];
    assert_eq!(said(&store, stream(4)).await, life);
}

async fn an_english_export_is_mapped_and_imported(harness: &Harness) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Tenants export 2016.csv");
    let mut text = "Company Name;Unified Social Credit Code;Move-in date;Move-out date;Area (m2);Room;Sector;Registered capital;Contact;E-mail;Checked\n".to_owned();
    for number in 0..12 {
        writeln!(text, "Example {number} Co., Ltd.;{};{:02}/25/2016;{};{};R{number};IT;500;A. Person;a{number}@example.com;01/0{}/2016",
            usci(number),
            number + 1,
            if number == 2 { "02/03/2017" } else { "" },
            100 + number,
            number % 9 + 1).expect("a text");
    }
    fs::write(&path, text).expect("written");

    let suggestion = suggested(&path);
    tells(
        &suggestion,
        &[
            "# Column A \"Company Name\": the company's name (certain",
            "# Column B \"Unified Social Credit Code\": the unified social credit identifier (certain: so called, 12 of 12",
            "# Column C \"Move-in date\": the day of moving in (certain: so called, 12 of 12 values are dates)",
            "# Column D \"Move-out date\": the day of moving out (unsure: so called, 0 of 1 values are dates, \"02/03/2017\" is not; 11 cells are empty)",
            "# Column H \"Registered capital\": the registered capital (unsure: so called, 0 of 12 values are amounts with a unit",
            "# Column I \"Contact\": personal, left out",
            "# Column J \"E-mail\": personal, left out",
            "# Column K \"Checked\": not known, left out (unsure: neither heading nor values tell)",
            "from = { column = \"Move-in date\", formats = [\"%m/%d/%Y\"] }",
            "# whether day or month comes first cannot be told: choose one of [\"%d/%m/%Y\", \"%m/%d/%Y\"];",
            "# opens = \"occupancy-ended\"",
        ],
    );
    assert!(
        !suggestion.contains('@') && !suggestion.contains("A. Person"),
        "{suggestion}"
    );

    let store = harness.open().await;
    let report = imported(&store, &path, &suggestion).await;
    assert_eq!(report.rows, 12);
    let life = ["Registered unknown", "OccupancyStarted 2016-03-25"];
    assert_eq!(said(&store, stream(2)).await[..2], life);
}

async fn a_dated_list_is_mapped_as_a_roster_and_imported(harness: &Harness) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("在孵企业2016年3月.csv");
    let mut text = "企业名称,统一社会信用代码,所属行业\n".to_owned();
    for number in 0..6 {
        writeln!(text, "示例{number}科技有限公司,{},软件", usci(number)).expect("a text");
    }
    fs::write(&path, &text).expect("written");

    let suggestion = suggested(&path);
    tells(
        &suggestion,
        &[
            "name = \"zai-fu-qi-ye\"",
            "shape = \"roster\"",
            "observed_on = { of = \"file\", within = true }",
        ],
    );
    let store = harness.open().await;
    imported(&store, &path, &suggestion).await;
    let next = folder.path().join("在孵企业2016年4月.csv");
    let without = text.replace(&format!("示例0科技有限公司,{},软件\n", usci(0)), "");
    fs::write(&next, without).expect("written");
    imported(&store, &next, &suggestion).await;
    let life = said(&store, stream(0)).await;
    assert!(
        life.contains(&"OccupancyStarted by 2016-03-31".to_owned()),
        "{life:?}"
    );
    let left = "OccupancyEnded between 2016-03-31..2016-04-30".to_owned();
    assert!(life.contains(&left), "{life:?}");
}

#[test]
fn a_file_without_anybody_in_it_is_refused_with_its_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rooms.csv");
    fs::write(&path, "楼栋,面积,租金\nA,100,20\nB,200,30\nC,300,40\n").expect("written");
    let error = suggest(&path, Language::En).expect_err("nobody");
    assert!(matches!(error, SuggestError::Nobody { .. }));
    assert_eq!(
        error.to_string(),
        "rooms.csv: no column says which company a row is about; none is called like 企业名称 (company name) or 统一社会信用代码 (USCI) or holds such values. Its columns are: 楼栋, 面积, 租金. Rename one, or write the mapping by hand (docs/mapping.md)"
    );
}

#[test]
fn a_file_without_a_table_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("numbers.csv");
    fs::write(&path, "1,2\n3,4\n").expect("written");
    let error = suggest(&path, Language::En).expect_err("no table");
    assert!(
        error
            .to_string()
            .starts_with("numbers.csv: no header was found in the first 50 rows"),
        "{error}"
    );
    assert!(matches!(
        suggest(&folder.path().join("none"), Language::En),
        Err(SuggestError::Source(_))
    ));
}

#[test]
fn what_a_file_calls_its_columns_cannot_break_the_mapping() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("odd \"name\".csv");
    let header = "\"企业\n名称\",\"状态 \"\"x\"\"\\\",\"a # b\",\"[[output]]\",状态\n";
    let rows = "甲公司,\"x\ny\",1,2,\"在\"\"孵\\\"\n".repeat(8);
    fs::write(&path, format!("{header}{rows}")).expect("written");
    let suggestion = suggested(&path);
    mapping(&suggestion);
    tells(
        &suggestion,
        &[
            "# Column A \"企业 名称\": the company's name",
            "\"在\\\"孵\\\\\" = \"在\\\"孵\\\\\" # 8",
        ],
    );
}
